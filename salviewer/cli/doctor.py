"""`salviewer doctor`: whether everything works here, check by check."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly, sentence
from salviewer.cli.terminal import say, say_json
from salviewer.jobs import diagnostics
from salviewer.numeric.counted import counted

QT_PROBE = (
    "from PySide6.QtWidgets import QApplication; QApplication(['doctor']); import PySide6; print(PySide6.__version__)"
)
_MEND_QT = "“python installer/bootstrap.py gui” in a checkout names what is missing"
LOW_MEMORY_GIB = 1.0


@dataclass(frozen=True)
class Check:
    """One line of the report. `ok` is False where something must be mended."""

    name: str
    ok: bool
    text: str


@plainly
def doctor(as_json: options.AsJson = False) -> None:
    """Check this installation; exits with 1 if something must be mended."""
    found: list[Check] = []
    for name, check in _CHECKS:
        lines = _guarded(name, check)
        found += lines
        for line in () if as_json else lines:
            say(f"{'ok  ' if line.ok else 'FAIL'}  {line.name:9}  {line.text}")
    if as_json:
        say_json([asdict(check) for check in found])
    raise typer.Exit(0 if all(check.ok for check in found) else 1)


def _guarded(name: str, check: Callable[[], Iterator[tuple[bool, str]]]) -> list[Check]:
    """The lines of one check; a check that breaks is a line that failed."""
    try:
        return [Check(name, ok, text) for ok, text in check()]
    except Exception as e:  # noqa: BLE001 - the doctor must survive what it finds
        return [Check(name, False, sentence(e))]


def _versions() -> Iterator[tuple[bool, str]]:
    found, missing = diagnostics.versions()
    yield not missing, ", ".join(found) + (f"; missing: {', '.join(missing)}" if missing else "")


def _qt() -> Iterator[tuple[bool, str]]:
    ok, said = _opens_qt("offscreen")
    yield ok, f"Qt loads (PySide6 {said})" if ok else f"Qt does not load ({said}); {_MEND_QT}"


def _display() -> Iterator[tuple[bool, str]]:
    from salviewer.cli.display import has_display  # noqa: PLC0415 - beside its one use

    if not has_display():
        yield True, "no display: the window can run offscreen only"
        return
    ok, said = _opens_qt(None)
    yield ok, "a window can be opened" if ok else f"there is a display, but no window opens on it ({said}); {_MEND_QT}"


def _opens_qt(platform: str | None) -> tuple[bool, str]:
    """(whether Qt starts, what it said), tried in a process of its own: a Qt that misses a library may abort."""
    environment = {**os.environ, **({"QT_QPA_PLATFORM": platform} if platform else {})}
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", QT_PROBE], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["no reason given"]
    return done.returncode == 0, next((line for line in lines if "could not connect" in line), lines[-1])


def _torch() -> Iterator[tuple[bool, str]]:
    started = time.perf_counter()
    import torch  # noqa: PLC0415 - its time is measured here

    took = time.perf_counter() - started
    if torch.cuda.is_available():
        free, whole = (n / 2**30 for n in torch.cuda.mem_get_info())
        where = f"{torch.cuda.get_device_name()}, {free:.1f} of {whole:.1f} GiB free"
    else:
        where = f"CPU with {counted(os.cpu_count() or 1, 'core')}"
    yield True, f"computes on {where}; torch loaded in {took:.1f} s"


def _memory() -> Iterator[tuple[bool, str]]:
    free_gib, whole_gib = diagnostics.memory_gib()
    yield free_gib >= LOW_MEMORY_GIB, f"{free_gib:.1f} of {whole_gib:.1f} GiB free"


def _plugins() -> Iterator[tuple[bool, str]]:
    from salviewer.host import Host  # noqa: PLC0415 - finds the plugins

    yield from diagnostics.plugin_lines(Host.discover())


def _sample() -> Iterator[tuple[bool, str]]:
    import salviewer as sv  # noqa: PLC0415 - loads torch
    from salviewer.cli.sample import COLLECTION, MODEL  # noqa: PLC0415 - the same

    sample = sv.collection(COLLECTION)[0]
    model = sv.load_model(MODEL, device="cpu")
    (index, name, probability), *_ = sv.predict(model, sv.load_input(f"collection:{COLLECTION}/{sample.id}")).top(1)
    yield index == sample.label, f"the sample model says “{name}” ({probability:.2f}) about {sample.id}"


def _workspace() -> Iterator[tuple[bool, str]]:
    from salviewer.jobs.workspace import default_path  # noqa: PLC0415 - loads numpy

    path = default_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    probe = path.with_name("doctor-probe.sqlite3")
    try:
        with sqlite3.connect(probe) as file:
            file.execute("CREATE TABLE probe (x)")
        file.close()
    finally:
        probe.unlink(missing_ok=True)
    yield True, f"{path.parent} can be written to"


def _training() -> Iterator[tuple[bool, str]]:
    from salviewer.jobs import training_places as places  # noqa: PLC0415 - loads torch

    features, begun = places.features_folder(), places.unfinished()
    size = places.size_of(features) / diagnostics.GIB
    yield True, f"{size:.1f} GiB of features for trainings in {features}, which may be deleted"
    if begun:
        many = counted(len(begun), "training was", "trainings were")
        yield True, f"{many} begun and not ended; the same again goes on; {places.trainings_folder()} may be deleted"


_CHECKS = (
    ("versions", _versions),
    ("Qt", _qt),
    ("display", _display),
    ("torch", _torch),
    ("memory", _memory),
    ("plugin", _plugins),
    ("sample", _sample),
    ("workspace", _workspace),
    ("training", _training),
)
