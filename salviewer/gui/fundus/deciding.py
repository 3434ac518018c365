"""Decides about the fundus desk: what is proposed, what it is compared with, and the table over a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef
from salviewer.api.values import Picture
from salviewer.bench.lesion_table import as_csv
from salviewer.data.annotation_shapes import Shapes
from salviewer.data.proposed_lesions import evidence_map, propose
from salviewer.data.whole_file import write_whole
from salviewer.errors import SalViewerError
from salviewer.gui.fundus import errands
from salviewer.gui.fundus.values import FolderRun, FundusMemory, Judged, Marked, Photograph, Plan
from salviewer.gui.running import why_not
from salviewer.gui.values import Message
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.api.progress import Progress
    from salviewer.data.fundus_header import EyeFacts
    from salviewer.data.proposed_lesions import Proposed
    from salviewer.gui.actions import Actions
    from salviewer.numeric.field_of_view import FieldOfView

LOOK, PROPOSE, MARKS, JUDGE, FOLDER = (f"fundus {what}" for what in ("look", "propose", "marks", "judge", "folder"))
QUIETLY = ""


class FundusDesk:
    """The Fundus panel's decisions. `memory` is what it remembers."""

    def __init__(self, actions: Actions) -> None:
        self.memory = FundusMemory()
        self._actions, self._state, self._drawn = actions, actions.state, actions.annotating.state
        self._heard = (
            (self._state.shown_changed, self._another), (self._state.picture_changed, self._another),
            (self._drawn.shapes_changed, self._look_for_marks), (self._drawn.own_changed, self._look_for_marks),
            (self._state.busy_changed, self._progressed),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        self._another()

    def close(self) -> None:
        """Listen no more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)

    # -- wishes -------------------------------------------------------------------------------------------------

    def set_plan(self, **changes: Any) -> None:
        """Another threshold, another least area, other things shown."""
        plan: Plan = replace(self.memory.plan, **changes)
        before, self.memory.plan = self.memory.plan, plan
        if (before.percent, before.least_area) != (plan.percent, plan.least_area):
            self._propose()

    def choose(self, row: int) -> None:
        """Look at a region."""
        proposed = self.memory.proposed
        self.memory.chosen = row if proposed is not None and 0 <= row < len(proposed.regions) else -1

    def ask_marks(self) -> None:
        """Ask for the folder that holds the experts' marks."""
        folder = self._actions.dialogs.choose_folder("Folder of the experts' marks", Path.home())
        if folder is not None:
            self.memory.marks_folder = folder
            self._look_for_marks()

    def why_no_table(self) -> str:
        """Why the folder cannot be gone through now, in a sentence; empty if it can."""
        if fault := why_not(self._state):
            return fault
        opened = self._state.picture
        own = opened.ref.source.startswith(errands.COLLECTION)
        if not own and self.memory.marks_folder is None:
            return "Say first where the experts' marks are."
        return "" if opened.siblings else "This picture is not one of a folder or collection."

    def make_table(self) -> None:
        """Explain every picture of the folder with the chosen method, and count what is found."""
        if self.why_no_table():
            return
        opened, plan, shelf = self._state.picture, self.memory.plan, self._actions.shelf
        spec = self._actions.running.spec()
        sources = tuple(InputRef(source=s, options=opened.ref.options) for s in opened.siblings)
        folder = None if opened.ref.source.startswith(errands.COLLECTION) else self.memory.marks_folder
        title = f"{self._actions.host.explainers[spec.method].title}, {counted(len(sources), 'picture')}"
        self.memory.folder = FolderRun(title=title, fraction=0.0)
        self._actions.desk.ask(
            FOLDER,
            lambda progress: errands.table_over(
                shelf, spec, sources, folder, plan.percent / 100, plan.least_area, progress
            ),
            "Lesions over the folder", self._counted, lost=self._not_counted,
        )  # fmt: skip

    def stop_table(self) -> None:
        """Stop going through the folder."""
        self._actions.desk.drop(FOLDER)
        self.memory.folder = replace(self.memory.folder, fraction=None, sentence="Stopped.")

    def save_table(self) -> None:
        """Ask where, and write the table over the folder as CSV."""
        run = self.memory.folder
        if run.table is None:
            return
        path = self._actions.dialogs.save_file("Save the table", "lesions.csv", "Table (*.csv)")
        if path is None:
            return
        text = as_csv(run.table, run.title)

        def errand(progress: Progress) -> Path:
            return write_whole(path, lambda draft: draft.write_text(text, encoding="utf-8-sig"))

        def saved(_: Path) -> None:
            self._actions.tell(Message(f"Saved {path.name}.", "info", topic=FOLDER))

        self._actions.desk.ask("fundus save", errand, f"Writing {path.name}", saved, uses_model=False)

    # -- the photograph -----------------------------------------------------------------------------------------

    def _another(self, *_: object) -> None:
        shown, opened = self._state.shown, self._state.picture
        picture = shown.picture if shown is not None else opened.picture if opened is not None else None
        if not isinstance(picture, Picture):
            self.memory.photograph, self.memory.proposed, self.memory.judged = None, None, None
            self.memory.marked = Marked()
            return
        before = self.memory.photograph
        same = before is not None and before.picture is picture
        values = shown_values(shown)
        known = (before.view, before.facts) if before is not None and same else ()
        grid, title = (shown.grid, shown.title) if shown is not None else (None, "")
        now = Photograph(picture, *known, values=values, grid=grid, title=title)
        self.memory.chosen = -1
        self.memory.photograph = now
        if same and now.view is not None:
            self._propose()
            return
        self.memory.proposed, self.memory.judged = None, None
        if not same:
            self.memory.marked = Marked()  # those of the photograph before lie on no other
        source = opened.ref.source if opened is not None and opened.picture is picture else ""
        pixels = picture.pixels
        self._actions.desk.ask(LOOK, lambda progress: errands.look(pixels, source), QUIETLY,
                               lambda found: self._looked(picture, *found), uses_model=False)  # fmt: skip
        self._look_for_marks()

    def _looked(self, picture: Picture, view: FieldOfView, facts: EyeFacts) -> None:
        now = self.memory.photograph
        if now is not None and now.picture is picture:
            self.memory.photograph = replace(now, view=view, facts=facts)
            self._propose()

    def _propose(self) -> None:
        now, plan = self.memory.photograph, self.memory.plan
        if now is None or now.values is None or now.view is None or now.grid is None:
            self.memory.proposed, self.memory.judged = None, None
            return
        values, grid, view = now.values, now.grid, now.view
        self._actions.desk.ask(
            PROPOSE, lambda progress: propose(values, grid, view, plan.percent / 100, plan.least_area), QUIETLY,
            lambda found: self._proposed(values, found), uses_model=False,
        )  # fmt: skip

    def _proposed(self, values: Any, found: Proposed) -> None:
        now = self.memory.photograph
        if now is not None and now.values is values:
            self.memory.chosen = -1
            self.memory.judged = None
            self.memory.proposed = found
            self._judge()

    # -- marks --------------------------------------------------------------------------------------------------

    def _look_for_marks(self, *_: object) -> None:
        now, drawn, folder = self.memory.photograph, self._drawn, self.memory.marks_folder
        if now is None:
            return
        mine = drawn.shapes is not None and drawn.shapes.sha256 == now.picture.sha256
        shapes = drawn.shapes if mine else Shapes(now.picture.shape, now.picture.sha256, now.picture.name)
        own, picture = drawn.own if mine else (), now.picture
        self._actions.desk.ask(MARKS, lambda progress: errands.marked_on(shapes, own, folder), QUIETLY,
                               lambda masks: self._take_marks(picture, Marked(masks)), uses_model=False,
                               lost=lambda event: self._no_marks(picture, event))  # fmt: skip

    def _take_marks(self, picture: Picture, marked: Marked) -> None:
        now = self.memory.photograph
        if now is not None and now.picture is picture:
            self.memory.marked = marked
            self._judge()

    def _no_marks(self, picture: Picture, event: Any) -> bool:
        error = getattr(event, "error", None)
        if event.kind == "failed" and isinstance(error, SalViewerError):
            self._take_marks(picture, Marked(sentence=str(error)))
            return True
        return False

    def _judge(self) -> None:
        now, proposed, marked = self.memory.photograph, self.memory.proposed, self.memory.marked
        if now is None or now.grid is None or proposed is None or not marked.masks:
            self.memory.judged = None
            return
        grid, masks = now.grid, marked.masks
        self._actions.desk.ask(JUDGE, lambda progress: errands.judged(proposed, grid, masks), QUIETLY,
                               lambda found: self._judged(proposed, found), uses_model=False)  # fmt: skip

    def _judged(self, proposed: Proposed, found: Judged) -> None:
        if self.memory.proposed is proposed:
            self.memory.judged = found

    # -- the folder ---------------------------------------------------------------------------------------------

    def _counted(self, table: Any) -> None:
        self.memory.folder = replace(self.memory.folder, table=table, fraction=None,
                                     sentence=" ".join(table.left_out))  # fmt: skip

    def _not_counted(self, event: Any) -> bool:
        error = getattr(event, "error", None)
        sentence = str(error) if isinstance(error, SalViewerError) else "Stopped."
        self.memory.folder = replace(self.memory.folder, fraction=None, sentence=sentence)
        return event.kind == "failed" and isinstance(error, SalViewerError)

    def _progressed(self, busy: Any) -> None:
        run = self.memory.folder
        if run.fraction is None:
            return
        mine = next((r for r in busy if r.title == "Lesions over the folder"), None)
        if mine is not None and mine.fraction != run.fraction:
            self.memory.folder = replace(run, fraction=mine.fraction)


def shown_values(shown: Any) -> Any:
    """float32 (h, w), 0 and above: what the explanation on the screen has of evidence; None where there is none."""
    if shown is None or shown.top.values.ndim != 2:
        return None
    evidence = shown.explanation.evidence if shown.explanation is not None else ()
    return evidence_map(evidence, shown.top.values)
