"""Decides about the leaderboard: when it is read anew, what a cell shows, what is opened, written and exported."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.spec import Asked, BenchSpec, model_name
from salviewer.gui import evaluation_errands as errands
from salviewer.gui.evaluating import TOPIC as EVALUATE
from salviewer.gui.evaluating import Evaluating
from salviewer.gui.evaluation_plan import folder_of
from salviewer.gui.evaluation_values import Board, Cell, Score

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api.jobspec import ModelRef
    from salviewer.gui.desk import Desk
    from salviewer.gui.opening import Opening
    from salviewer.gui.running import Running
    from salviewer.gui.state import State
    from salviewer.jobs.shelf import Shelf

BOARD, CELL, FILES, OPEN = "evaluate: board", "evaluate: cell", "evaluate: files", "evaluate: open"
EVERY_S = 0.5
"""The least time between two readings of the results."""
SHARE = 0.15
"""At most about this share of the time goes into reading them."""
QUIETLY = ""
THUMBNAIL = 256
"""Pixels of the longer side of a cell's pictures in memory: sharp on screens of double density."""


class Leaderboard:
    """What is done with the results. `opening` and `running` are the main window's."""

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        dialogs: Any,
        evaluating: Evaluating,
        opening: Opening,
        running: Running,
    ) -> None:
        self._state, self._desk, self._shelf, self._dialogs = state, desk, shelf, dialogs
        self._evaluating, self._opening, self._running = evaluating, opening, running
        self._folder: Path | None = None
        self._asked_at, self._took_s = 0.0, 0.0
        self._reading = self._again = False
        self._later = QTimer()
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._read_now)
        self._wanted: tuple[str, ModelRef, Asked, int | None] | None = None
        state.evaluation_changed.connect(self._run_went_on)
        state.plan_changed.connect(self._another_folder)
        state.model_changed.connect(self._another_folder)
        state.grid_changed.connect(self._run_wanted)

    def close(self) -> None:
        """Read nothing more."""
        self._later.stop()

    # -- reading ------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read the results anew; at once if the last reading was long enough ago, else a little later."""
        if self._reading:
            self._again = True
            return
        wait = max(EVERY_S, self._took_s / SHARE) - (time.monotonic() - self._asked_at)
        if wait > 0 and self._asked_at:
            self._reading = True
            self._later.start(round(1000 * wait))
        else:
            self._read_now()

    def _read_now(self) -> None:
        self._reading, self._again, self._asked_at = True, False, time.monotonic()
        folder, host = self._folder or folder_of(self._state), self._shelf.host
        number = self._desk.ask(
            BOARD,
            lambda progress: errands.read_board(folder, host),
            QUIETLY,
            lambda board: self._got(folder, board),
            uses_model=False,
            otherwise=self._cannot_read,
        )
        self._reading = bool(number)

    def _got(self, folder: Path, board: Board | None) -> None:
        self._reading, self._took_s = False, time.monotonic() - self._asked_at
        if folder == (self._folder or folder_of(self._state)):
            self._state.board = board
            self._evaluating.dismiss(BOARD)
            self._refresh_cell()
        if self._again:
            self.read()

    def _cannot_read(self, error: BaseException) -> bool:
        self._reading, self._state.board = False, None
        self._evaluating.tell(self._evaluating.describe(BOARD, "Reading the results", error))
        return True

    def _run_went_on(self, running: Any) -> None:
        """A cell was finished, or the run ended."""
        if running is None or running.started:
            self.read()

    def _another_folder(self, *_: object) -> None:
        """Show what the folder that is chosen now holds; a run under way stays on the board."""
        folder = folder_of(self._state)
        if self._state.evaluation is not None or folder == self._folder or not self._state.plan.collection:
            return
        self._folder, self._asked_at = folder, 0.0
        self._state.board = self._state.cell = None
        self._desk.forget(BOARD)
        self._later.stop()
        for topic in (EVALUATE, BOARD, FILES):
            self._evaluating.dismiss(topic)  # what was said is about the other folder
        self._read_now()

    def take_over(self) -> None:
        """Choose what the folder's results were asked for with."""
        board = self._state.board
        if board is not None and board.spec is not None:
            self._evaluating.take_over(board.spec)

    # -- one cell -----------------------------------------------------------------------------------------------

    def show_cell(self, method: str, column: str) -> None:
        """Show the pictures of a cell, the best first."""
        self._state.cell = Cell(method, column)
        self._refresh_cell()

    def close_cell(self) -> None:
        """Show no pictures any more."""
        self._desk.forget(CELL)
        self._state.cell = None

    def _refresh_cell(self) -> None:
        cell, board = self._state.cell, self._state.board
        if cell is None or board is None:
            return
        info = self._shelf.host.metrics.get(cell.column.partition("/")[0])
        folder, better = board.folder, info.better if info else ""
        self._desk.ask(
            CELL,
            lambda progress: errands.read_scores(folder, cell.method, cell.column, better),
            QUIETLY,
            lambda scores: self._scored(cell, scores),
            uses_model=False,
            otherwise=lambda error: True,
        )

    def _scored(self, cell: Cell, scores: tuple[Score, ...]) -> None:
        if self._state.cell is not None and self._state.cell.scores != scores:
            self._state.cell = replace(cell, scores=scores)

    def thumbnail(self, score: Score, then: Callable[[np.ndarray], None]) -> None:
        """Have `then` called with the picture of `score` under its map, uint8 (h, w, 3)."""
        board, shelf = self._state.board, self._shelf
        if board is None or board.spec is None:
            return
        folder, spec = board.folder, board.spec
        self._desk.ask(
            f"thumbnail {score.method} {score.picture}",
            lambda progress: errands.read_thumbnail(shelf, folder, spec, score, THUMBNAIL),
            QUIETLY,
            then,
            uses_model=False,
            otherwise=lambda error: True,
        )

    # -- in the main window -------------------------------------------------------------------------------------

    def open(self, score: Score) -> None:
        """Open the picture of `score` in the main window, and run that method on it with the same settings."""
        board = self._state.board
        asked = _asked(board.spec, score.method) if board and board.spec else None
        if asked is None:
            return
        spec, shelf = board.spec, self._shelf
        ref = errands.picture_of(spec, score.picture)
        model = next((m for m in spec.models if model_name(m) == score.model), spec.models[0])

        def known(label: int | None) -> None:
            self._wanted = None  # what another model or picture brings in between is not it
            if self._state.model is None or self._state.model.ref != model:
                self._opening.open_model(model)
            self._opening.open_picture(ref.source, ref.options)
            self._wanted = (ref.source, model, asked, label if spec.target == "label" else None)

        self._desk.ask(OPEN, lambda progress: errands.label_of(shelf, ref), "Opening the picture", known,
                       uses_model=False)  # fmt: skip

    def _run_wanted(self, *_: object) -> None:
        """Once the model has looked at the picture that was wanted, run the method."""
        state = self._state
        if self._wanted is None or state.grid is None or state.picture is None or state.model is None:
            return
        source, model, asked, target = self._wanted
        self._wanted = None
        if state.picture.ref.source != source or state.model.ref != model:
            return
        self._running.choose_method(asked.key)
        self._running.set_params(asked.params, True)
        if target is not None and target < len(state.model.classes):
            self._running.set_target(target)
        self._running.run()

    # -- out of the window --------------------------------------------------------------------------------------

    def open_page(self) -> None:
        """Write the page of the results and show it in the browser."""
        board, shelf = self._state.board, self._shelf
        if board is None or board.spec is None:
            return
        folder, spec = board.folder, board.spec
        self._write(lambda progress: errands.write_page(shelf, folder, spec), "Writing the page",
                    self._dialogs.show_file)  # fmt: skip

    def export(self, kind: str) -> None:
        """Ask where, and write the results there: "csv", "parquet" or "pdf"."""
        board, shelf = self._state.board, self._shelf
        if board is None:
            return
        path = self._dialogs.save_file("Export the results", f"evaluation.{kind}", errands.EXPORTS[kind])
        if path is not None:
            folder, spec = board.folder, board.spec
            self._write(lambda progress: errands.export(shelf, folder, spec, path, kind), f"Writing {path.name}",
                        lambda written: self._evaluating.say(f"Saved {written.name}."))  # fmt: skip

    def _write(self, errand: Callable[[Any], Path], title: str, then: Callable[[Path], None]) -> None:
        def failed(error: BaseException) -> bool:
            self._evaluating.tell(self._evaluating.describe(FILES, title, error))
            return True

        self._evaluating.dismiss(FILES)
        self._desk.ask(FILES, errand, title, then, uses_model=False, otherwise=failed)


def _asked(spec: BenchSpec, name: str) -> Asked | None:
    """What was run under `name`; the controls are in every run."""
    return next((m for m in spec.methods if m.name == name), Asked(key=name) if name in CONTROLS else None)
