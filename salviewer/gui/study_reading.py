"""Decides about reading: who reads, what is asked next, what becomes of each answer, when the clock runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage

from salviewer.errors import SalViewerError, UnreadableInput
from salviewer.gui import study_errands
from salviewer.gui.stopwatch import Stopwatch
from salviewer.gui.study_values import Asked, Findings, Thanks, Welcome
from salviewer.study.answers import Answer, Answers, Reader, Shown
from salviewer.study.key import IMAGES, Study
from salviewer.study.trials import drawn

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.gui.study_setup import StudySetup

FINDINGS = "study: results"
FIRST_NAME = "Reader 1"


class StudyReading:
    """One open study. `close` is the undo of `open`; `leave` of `begin`."""

    def __init__(
        self, state: State, desk: Desk, dialogs: Any, setup: StudySetup, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._state, self._desk, self._dialogs, self._setup = state, desk, dialogs, setup
        self._watch = Stopwatch(clock)
        self._in_sight = False
        self._answers: Answers | None = None
        self._study: Study | None = None
        self._reader: Reader | None = None
        self._trial: Shown | None = None

    # -- the study ----------------------------------------------------------------------------------------------

    def open(self, folder: Path, study: Study) -> None:
        """Let readers begin with the study in `folder`."""
        self.close()
        try:
            self._answers, self._study = Answers(folder), study
        except SalViewerError as e:
            self._setup.failed("Opening the study", e)
            return
        self._welcome()

    def close(self) -> None:
        """Put the study away, and set up another one."""
        self._leave()
        if self._answers is not None:
            self._answers.close()
        self._answers = self._study = None
        self._desk.forget(FINDINGS)
        self._state.study = None

    # -- a reader -----------------------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Let the reader called `name` begin, or go on where she stopped."""
        if self._answers is None or self._study is None or self._trial is not None:
            return
        self._setup.dismiss("study")
        try:
            self._reader = self._answers.admit(name, self._study)
            self._next()
        except SalViewerError as e:
            self._leave()
            self._setup.failed("Reading", e)

    def choose(self, side: str) -> None:
        """The map on `side` ("left", "right") is the better one."""
        if (asked := self._asked()) is not None:
            self._state.study = replace(asked, chosen=side)

    def score(self, side: str, score: int) -> None:
        """The map on `side` is reliable to `score`, 1 to 5."""
        if (asked := self._asked()) is not None:
            self._state.study = asked.scored(side, score)

    def digit(self, score: int) -> None:
        """A key from 1 to 5: the left map's score, then the right one's, in turn."""
        if (asked := self._asked()) is not None:
            self.score(asked.turn, score)

    def hand_in(self) -> None:
        """Keep the answer, and ask the next question."""
        asked = self._asked()
        if asked is None or not asked.complete or self._answers is None or self._reader is None or self._trial is None:
            return
        given = Answer("left" if asked.chosen == "left" else "right", *asked.scores, self._watch.seconds())
        self._setup.dismiss("study")
        try:
            self._answers.add(self._reader.number, self._trial.number, given)
            self._next()
        except SalViewerError as e:
            self._setup.failed("Keeping the answer", e)

    def pause(self) -> None:
        """Hide the maps, and hold the clock; `go_on` is the undo."""
        if (asked := self._asked()) is not None:
            self._state.study = replace(asked, paused=True)
            self._tick()

    def go_on(self) -> None:
        """Show the maps again."""
        asked = self._state.study
        if isinstance(asked, Asked) and asked.paused:
            self._state.study = replace(asked, paused=False)
            self._tick()

    def leave(self) -> None:
        """Stop for now: another reader, or the same one later."""
        if self._answers is None:
            return
        stopped = isinstance(self._state.study, Asked)
        self._leave()
        self._welcome("Every answer so far is kept. Give the same name to go on." if stopped else "")

    def set_in_sight(self, in_sight: bool) -> None:
        """Whether the window can be seen: the clock runs only then."""
        self._in_sight = in_sight
        self._tick()

    def seconds(self) -> float:
        """How long the maps of this trial were in sight."""
        return self._watch.seconds()

    # -- results ------------------------------------------------------------------------------------------------

    def show_findings(self) -> None:
        """Show what the study has come to; `leave` goes back."""
        if self._answers is None or isinstance(self._state.study, Asked):
            return
        folder = self._answers.folder
        self._desk.ask(
            FINDINGS, lambda progress: study_errands.read_findings(folder), "Reading the answers",
            lambda found: setattr(self._state, "study", found), uses_model=False,
            otherwise=lambda error: self._setup.failed("Reading the answers", error),
        )  # fmt: skip

    def export(self) -> None:
        """Ask where to, and write every answer as CSV."""
        found = self._state.study
        if not isinstance(found, Findings):
            return
        path = self._dialogs.save_file("Export the answers", "reader-study.csv", "CSV table (*.csv)")
        if path is None:
            return
        self._setup.dismiss("study")
        self._desk.ask(
            "study: export", lambda progress: study_errands.export(found.folder, path), "Exporting the answers",
            lambda written: self._setup.say(f"The answers are in {written.name}."), uses_model=False,
            otherwise=lambda error: self._setup.failed("Exporting the answers", error),
        )  # fmt: skip

    # -- inside -------------------------------------------------------------------------------------------------

    def _asked(self) -> Asked | None:
        """The trial that can be answered now."""
        asked = self._state.study
        return asked if isinstance(asked, Asked) and not asked.paused else None

    def _tick(self) -> None:
        self._watch.run() if self._in_sight and self._asked() is not None else self._watch.hold()

    def _leave(self) -> None:
        self._watch.hold()
        self._watch.reset()
        self._reader = self._trial = None
        if self._answers is not None:
            self._answers.leave()

    def _welcome(self, note: str = "") -> None:
        try:
            readers = self._answers.readers()
        except SalViewerError as e:
            self._setup.failed("Opening the study", e)
            return
        spec = self._study.spec
        self._state.study = Welcome(
            folder=self._answers.folder, title=spec.title, question=spec.question, note=note,
            trials=len(drawn(self._study, len(readers))), readers=tuple((r.name, r.done, r.total) for r in readers),
        )  # fmt: skip

    def _next(self) -> None:
        """Ask what is not answered yet; thank where nothing is left."""
        reader = self._reader
        trial = self._answers.next_trial(reader.number)
        if trial is None:
            self._leave()
            self._state.study = Thanks(reader.name, reader.total)
            return
        item = self._study.item(trial.item)
        images = [self._image(name) for name in (item.image, trial.left, trial.right)]
        self._trial = trial
        question = self._study.spec.asked(item.class_name)
        self._state.study = Asked(reader.name, trial.number + 1, reader.total, question, *images)
        self._watch.reset()
        self._tick()

    def _image(self, name: str) -> QImage:
        path = self._answers.folder / IMAGES / name
        image = QImage(str(path))
        if image.isNull():
            raise UnreadableInput(
                f"{path.name} of this study cannot be read: put the whole folder back from a copy.",
                code="damaged-study",
            )
        return image
