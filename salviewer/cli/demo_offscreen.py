"""The demo without a display: the same window on Qt's offscreen platform, the same jobs, and the outcome as files."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from salviewer.api import Explanation, Prediction, Sample
from salviewer.cli.demo_brain import brain
from salviewer.cli.demo_fundus import fundus
from salviewer.cli.failures import say_error
from salviewer.cli.result_files import write_result
from salviewer.cli.sample import COLLECTION
from salviewer.cli.terminal import say, say_table
from salviewer.errors import SalViewerError, Unavailable

if TYPE_CHECKING:
    from salviewer.gui.app import Session

METHODS = ("glas", "rglas")
FLOWERS = 3
WAIT_S = 300.0
WINDOW = (1366, 768)


@dataclass(frozen=True)
class Outcome:
    """One flower: what it is, what the network says, and by method's title the map's share inside the true mask."""

    sample: Sample
    prediction: Prediction
    inside: dict[str, float]


def run(folder: Path) -> None:
    """Explain flowers, a brain and a retina in the window; write screenshots and results; print where the maps lie.

    Raises:
        SalViewerError: something that the window would have shown as an error.
    """
    started = time.monotonic()
    _make_room(folder)
    with _offscreen_window(folder) as demo:
        demo.open_model()
        outcomes = [demo.explain(sample_id) for sample_id in demo.chosen()]
        _report(outcomes, demo.classes)
        demo.brain()
        demo.fundus()
    say(f"\nScreenshots, overlays and results are in {folder.resolve()} ({time.monotonic() - started:.0f} s).")


def mass_inside(values: np.ndarray, mask: np.ndarray) -> float:
    """The share (0..1) of a non-negative map's sum that lies in `mask`; NaN, outside the model's view, counts as 0."""
    whole = np.nansum(values)
    return float(np.nansum(values[mask]) / whole) if whole > 0 else 0.0


def _make_room(folder: Path) -> None:
    """Make `folder`, without the workspace of an earlier demo."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("workspace.sqlite3*"):
            old.unlink()
    except OSError as e:
        raise Unavailable(
            f"The demo cannot write to {folder} ({e.strerror or e}): choose another folder with -o.",
            code="cannot-write",
        ) from e


@contextmanager
def _offscreen_window(folder: Path) -> Iterator[_Demo]:
    """The window, driven by a script; closed at the end. Its workspace lies in `folder`, not in the user's own data."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QEvent, qInstallMessageHandler  # noqa: PLC0415 - only this command and `gui` load Qt
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - the same

    from salviewer.gui import theme  # noqa: PLC0415 - the same
    from salviewer.gui.app import Session  # noqa: PLC0415 - the same
    from salviewer.jobs.workspace import Workspace  # noqa: PLC0415 - with the window

    earlier = qInstallMessageHandler(_hear)
    app = QApplication.instance() or QApplication(["salviewer"])
    theme.apply(app)
    session = Session(workspace=Workspace(folder / "workspace.sqlite3"))
    try:
        demo = _Demo(session, folder)
        session.window.resize(*WINDOW)
        session.window.show()
        demo.wait(lambda: bool(session.state.choice.method), "the window")
        yield demo
    finally:
        session.close()
        session.window.hide()
        session.window.deleteLater()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # nothing of it may outlive this block
        qInstallMessageHandler(earlier)


def _hear(kind: Any, context: Any, text: str) -> None:
    """What Qt has to say, but for what the offscreen platform says of every window."""
    if "propagateSizeHints" not in text:
        say_error(text, about="Qt")


class _Demo:
    """A person's hands: opens, chooses, presses Run, waits, takes screenshots."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session, self._folder = session, folder
        self.classes: tuple[str, ...] = ()

    def open_model(self) -> None:
        """Open the built-in model and the first picture, as the welcome page's button does."""
        state = self._session.state
        say("Opening the built-in network and pictures in the window, offscreen")
        self._session.actions.opening.open_sample()
        self.wait(lambda: state.prediction is not None and state.grid is not None, "the sample")
        self.classes = state.model.classes
        self._grab("window")

    def chosen(self) -> list[str]:
        """The ids of the flowers: other colours, seen from other sides."""
        samples = self._session.shelf.collection(COLLECTION)
        return [samples[i].id for i in range(5, len(samples), len(samples) // FLOWERS + 9)]

    def explain(self, sample_id: str) -> Outcome:
        """Run every method on one flower."""
        state, source = self._session.state, f"collection:{COLLECTION}/{sample_id}"
        self._session.actions.opening.open_picture(source)
        self.wait(
            lambda: state.picture.ref.source == source and state.prediction is not None and state.grid is not None,
            sample_id,
        )
        sample = self._session.shelf.sample(source)
        prediction, inside = state.prediction, {}
        for method in METHODS:
            explanation = self._run(method, sample)
            inside[explanation.provenance["title"]] = mass_inside(explanation.on_input(), sample.masks["flower"])
        return Outcome(sample, prediction, inside)

    def brain(self) -> None:
        """The same with a volume, and a ranking over several."""
        brain(self._session, self._folder, self.wait, self._grab)

    def fundus(self) -> None:
        """The same with findings that are some pixels wide."""
        fundus(self._session, self._folder, self.wait, self._grab)

    def _run(self, method: str, sample: Sample) -> Explanation:
        started, state = time.monotonic(), self._session.state
        state.shown = None
        self._session.actions.choose_method(method)
        self._session.actions.run()
        self.wait(lambda: state.shown is not None and state.shown.explanation is not None and not state.busy, sample.id)
        explanation: Explanation = state.shown.explanation
        stem = self._folder / f"{sample.id}-{method}"
        self._grab(f"{stem.name}-window")
        write_result(explanation, sample.picture, stem, colours="inferno")
        say(f"  {sample.id}: {explanation.provenance['title']} in {time.monotonic() - started:.1f} s")
        return explanation

    def _grab(self, name: str) -> None:
        self._settle()
        self._session.window.grab().save(str(self._folder / f"{name}.png"))

    def _settle(self) -> None:
        """Let the window paint what it was told."""
        from PySide6.QtTest import QTest  # noqa: PLC0415 - Qt is loaded late

        QTest.qWait(100)

    def wait(self, is_so: Callable[[], Any], what: str) -> None:
        """Let the window live until `is_so()`. Raises what the window shows as an error."""
        from salviewer.gui.waiting import live_until  # noqa: PLC0415 - Qt is loaded late

        found = live_until(lambda: is_so() or self._problem(), WAIT_S)
        if problem := self._problem():
            raise SalViewerError(problem)
        if not found:
            raise Unavailable(f"The demo waited {WAIT_S:.0f} s for {what} in vain.", code="demo-timeout")

    def _problem(self) -> str:
        return next((m.text for m in self._session.state.messages if m.level == "error"), "")


def _report(outcomes: list[Outcome], classes: tuple[str, ...]) -> None:
    say("\nHow much of each map lies on the flower, the only place where the classes differ:\n")
    rows = [["flower", "is", "predicted", *outcomes[0].inside, "a map that says nothing"]]
    for one in outcomes:
        _, said, probability = one.prediction.top(1)[0]
        nothing = float(one.sample.masks["flower"].mean())
        shares = [f"{100 * share:.0f} %" for share in (*one.inside.values(), nothing)]
        rows.append([one.sample.id, classes[one.sample.label], f"{said} {probability:.2f}", *shares])
    say_table(rows, "")
    say("\nA map that says nothing is the same everywhere: its share is the flower's part of the picture.")
    say(
        "Recursive GLAS takes away each clue that it finds and looks on: what it finds after the flower lies elsewhere."
    )
