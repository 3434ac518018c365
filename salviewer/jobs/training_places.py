"""Where trainings keep what must survive them: a folder per unfinished job, and features that other jobs can use.

Both lie in the user's cache folder and may be deleted at any time when nothing is being trained.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import platformdirs
import psutil

from salviewer.data.whole_file import replace_text
from salviewer.errors import InvalidChoice, Unavailable, UnreadableInput, UnsupportedModel
from salviewer.jobs.plan import Plan

FEATURES_BYTES = 20 * 2**30
"""Of features, over all trainers and models, when a training begins; those used longest ago make room."""
ABANDONED_S = 90 * 86400.0
"""After this long an unfinished training is not waited for any more."""


def trainings_folder() -> Path:
    """Where unfinished trainings lie, one folder each."""
    return Path(platformdirs.user_cache_dir("salviewer", appauthor=False)) / "training"


def features_folder() -> Path:
    """Where features lie, by trainer and then by model."""
    return Path(platformdirs.user_cache_dir("salviewer", appauthor=False)) / "features"


class Place:
    """The folder of one job: `work` is the trainer's own, beside it stands what this job must remember."""

    def __init__(self, fingerprint: str) -> None:
        self.folder = trainings_folder() / fingerprint[:32]
        self.work = self.folder / "work"
        self.resumed = self.work.is_dir() and any(self.work.iterdir())

    @contextmanager
    def held(self, about: dict[str, Any]) -> Iterator[Path]:
        """The trainer's folder for the length of a block; gone when that ended well, else found again next time.

        about: plain facts about the job, kept beside it. Raises `Unavailable` where the job runs already, or nothing
        can be written.
        """
        running = self.folder / "running"
        try:
            self.work.mkdir(parents=True, exist_ok=True)
            replace_text(self.folder / "job.json", json.dumps(about, indent=1))
            _claim(running)
        except OSError as e:
            raise Unavailable(
                f"The training has nowhere to keep its work ({self.folder}: {e.strerror or e}): make room there, or "
                f"let that folder be written to.",
                code="cannot-write",
            ) from e
        try:
            yield self.work
        except BaseException as e:
            running.unlink(missing_ok=True)
            refused = isinstance(e, InvalidChoice | UnreadableInput | UnsupportedModel)
            if refused and not (self.work.is_dir() and any(self.work.iterdir())):
                shutil.rmtree(self.folder, ignore_errors=True)
            raise
        shutil.rmtree(self.folder, ignore_errors=True)

    def plan(self) -> Plan | None:
        """How the job ran its network before it was interrupted: going on in the same way gives the same digits."""
        try:
            return Plan(**json.loads((self.folder / "plan.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def keep_plan(self, plan: Plan) -> None:
        """Remember `plan` for a later go; where the cache cannot be written nothing is kept."""
        with suppress(OSError):
            replace_text(self.folder / "plan.json", json.dumps(asdict(plan)))


def _claim(running: Path) -> None:
    """Mark the job as this process's. Raises `Unavailable` where a process that lives has it; `OSError`."""
    me = psutil.Process()
    mark = f"{me.pid} {me.create_time()}"
    while True:
        try:
            with running.open("x", encoding="utf-8") as f:
                f.write(mark)
            return
        except FileExistsError:
            if (other := _owner(running)) is not None:
                raise Unavailable(
                    f"This very training is running already (process {other}): wait for it, or stop it there.",
                    code="already-training",
                ) from None
            running.unlink(missing_ok=True)  # left behind by a crash


def _owner(running: Path) -> int | None:
    """The process that holds the mark, if it still lives; numbers are given out again, so its beginning counts too."""
    try:
        number, began = running.read_text(encoding="utf-8").split()
        alive = abs(psutil.Process(int(number)).create_time() - float(began)) < 1.0
        return int(number) if alive else None
    except (OSError, ValueError, psutil.Error):
        return None


def features_of(trainer: str, model: str) -> Path:
    """The folder of features of `trainer` for `model` (a name by its content), made and marked as used now.

    Raises `Unavailable` where it cannot be made.
    """
    folder = features_folder() / trainer / model
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
    except OSError as e:
        raise Unavailable(
            f"The training has nowhere to keep its features ({folder}: {e.strerror or e}): make room there, or let "
            f"that folder be written to.",
            code="cannot-write",
        ) from e
    return folder


def tidy(keep: Path | None = None, most: int = FEATURES_BYTES, now: float | None = None) -> None:
    """Remove trainings that nobody went on with, and features beyond `most` bytes, those used longest ago first.

    keep: a folder of features that stays. What cannot be removed stays too.
    """
    now = time.time() if now is None else now
    for folder in _folders(trainings_folder(), 1):
        if now - _changed(folder) > ABANDONED_S and _owner(folder / "running") is None:
            shutil.rmtree(folder, ignore_errors=True)
    found = sorted(_folders(features_folder(), 2), key=_changed)
    sizes = {folder: size_of(folder) for folder in found}
    whole = sum(sizes.values())
    for folder in found:
        if whole <= most:
            return
        if folder != keep:
            whole -= sizes[folder]
            shutil.rmtree(folder, ignore_errors=True)


def unfinished() -> tuple[Path, ...]:
    """The folders of trainings that were begun and not ended, those that run now included."""
    return tuple(_folders(trainings_folder(), 1))


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`; 0 where it is not there."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(place) / name).stat().st_size
    return total


def _folders(above: Path, depth: int) -> list[Path]:
    """The folders `depth` levels below `above`; none where it is not there."""
    level = [above]
    for _ in range(depth):
        level = [one for folder in level if folder.is_dir() for one in sorted(folder.iterdir()) if one.is_dir()]
    return level


def _changed(folder: Path) -> float:
    with suppress(OSError):
        return folder.stat().st_mtime
    return 0.0
