"""Decides about masks: which one is looked at, what is put back into the model, what is written to files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.data.mask_views import Contrast, beside_in, is_bgr, stacks_in
from salviewer.data.whole_file import write_whole
from salviewer.errors import SalViewerError
from salviewer.gui.judging import why_not
from salviewer.gui.masks.having import has_masks
from salviewer.gui.masks.values import ARRANGEMENTS, Answers, Look, Looked, MaskMemory
from salviewer.gui.values import Message
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salviewer.api.explanation import Explanation
    from salviewer.api.jobspec import InputRef, ModelRef
    from salviewer.api.masks import MaskStack
    from salviewer.api.progress import Progress
    from salviewer.api.values import Prediction
    from salviewer.gui.actions import Actions
    from salviewer.gui.values import Shown
    from salviewer.jobs.putting_back import PutBack
    from salviewer.jobs.shelf import Shelf

TOPIC, SAVING = "put back", "save mask"
KINDS = {".npy": "NumPy array (*.npy)", ".safetensors": "safetensors (*.safetensors)"}


class Masks:
    """The Masks panel's decisions. `memory` is what it remembers."""

    def __init__(self, actions: Actions) -> None:
        self.memory = MaskMemory()
        self._actions, self._state = actions, actions.state
        self._state.shown_changed.connect(self._another)
        self._another(self._state.shown)

    def close(self) -> None:
        """Listen no more."""
        self._state.shown_changed.disconnect(self._another)

    # -- looking ------------------------------------------------------------------------------------------------

    def go_to(self, at: int) -> None:
        """Look at mask number `at`, from small to large."""
        looked = self.memory.looked
        if looked is not None and 0 <= at < len(looked.masks) and at != looked.at:
            self.memory.looked = replace(looked, at=at)

    def go_to_answer(self) -> None:
        """Look at the mask that is the result."""
        if self.memory.looked is not None:
            self.go_to(self.memory.looked.answer)

    def choose_class(self, which: int) -> None:
        """Look at the masks of class number `which` of those that the explanation has."""
        looked = self.memory.looked
        if looked is None or which == looked.which or not 0 <= which < len(looked.classes):
            return
        self._actions.desk.drop(TOPIC)
        self.memory.answers = Answers()
        self.memory.looked = of_class(looked.explanation, which)

    def arrange(self, key: str) -> None:
        """Put other views beside each other."""
        if key in ARRANGEMENTS:
            self.memory.look = replace(self.memory.look, arrangement=key)

    def set_contrast(self, gain: float, gamma: float) -> None:
        """Show masks stronger."""
        self.memory.look = Look(self.memory.look.arrangement, Contrast(gain, gamma))

    # -- the model again ----------------------------------------------------------------------------------------

    def why_not_back(self) -> str:
        """Why nothing can be put back now, in a sentence; empty if it can."""
        if self.memory.looked is None:
            return "Run a method that makes masks first."
        return why_not(self._state)

    def said_of_picture(self) -> Prediction | None:
        """What the model says of all of the picture, where that is the one that was explained."""
        return None if self.why_not_back() else self._state.prediction

    def put_back(self, *, complementary: bool = False) -> None:
        """Ask the model about the explanation that is looked at, or about its complement."""
        looked = self.memory.looked
        if looked is None or self.why_not_back():
            return
        shelf, model, source = self._actions.shelf, self._state.model.ref, self._state.picture.ref
        index = looked.index if looked.index >= 0 else _index(self._state.model.classes, looked.label)
        mask, key = looked.mask, (looked.at, complementary)
        self.memory.answers = replace(self.memory.answers, under_way=True, sentence="")
        self._actions.desk.ask(
            TOPIC, lambda progress: _put_back(shelf, model, source, mask, index, complementary, progress),
            "Putting the explanation back", lambda found: self._said(looked, key, found), lost=self._lost,
        )  # fmt: skip

    # -- files --------------------------------------------------------------------------------------------------

    def export(self, ending: str) -> None:
        """Ask where, and write the mask that is looked at as NPY or safetensors."""
        looked = self.memory.looked
        path = self._actions.dialogs.save_file("Export mask", f"mask{ending}", KINDS[ending]) if looked else None
        if path is None:
            return
        mask = looked.mask

        def errand(progress: Progress) -> Path:
            from salviewer.jobs.mask_files import mask_bytes  # noqa: PLC0415 - on the worker's thread

            return write_whole(path, lambda draft: draft.write_bytes(mask_bytes(mask, ending)))

        self._actions.desk.ask(SAVING, errand, f"Exporting {path.name}", lambda _: self._saved(path.name),
                               uses_model=False)  # fmt: skip

    def export_views(self) -> None:
        """Ask for a folder, and write every view of the mask into it as a PNG."""
        looked = self.memory.looked
        folder = self._actions.dialogs.choose_folder("Export views into", Path.home()) if looked else None
        if folder is None:
            return
        mask, bgr, contrast = looked.mask, looked.bgr, self.memory.look.contrast

        def errand(progress: Progress) -> int:
            from salviewer.jobs.mask_files import view_files  # noqa: PLC0415 - on the worker's thread

            files = [(folder / name, data) for name, data in view_files(mask, bgr=bgr, contrast=contrast)]
            for place, data in files:
                write_whole(place, lambda draft, data=data: draft.write_bytes(data))
            return len(files)

        said = f" {contrast.words}" if contrast.words else ""
        self._actions.desk.ask(SAVING, errand, "Exporting the mask's views",
                               lambda count: self._saved(f"{counted(count, 'picture')} to {folder.name}", said),
                               uses_model=False)  # fmt: skip

    # -- inside -------------------------------------------------------------------------------------------------

    def _another(self, shown: Any) -> None:
        explanation = shown.explanation if shown is not None else None
        if self.memory.looked is not None and self.memory.looked.explanation is explanation and explanation is not None:
            return
        self._actions.desk.drop(TOPIC)
        self.memory.answers = Answers()
        self.memory.looked = looked_at(shown)

    def _said(self, looked: Looked, key: tuple[int, bool], found: PutBack) -> None:
        now = self.memory.looked
        if now is None or now.masks is not looked.masks:
            return
        self.memory.answers = Answers({**self.memory.answers.found, key: found})

    def _lost(self, event: Any) -> bool:
        error = getattr(event, "error", None)
        sentence = str(error) if event.kind == "failed" and isinstance(error, SalViewerError) else ""
        self.memory.answers = replace(self.memory.answers, under_way=False, sentence=sentence)
        return bool(sentence)

    def _saved(self, what: str, more: str = "") -> None:
        self._actions.tell(Message(f"Saved {what}.{more}", "info", topic=SAVING))


def looked_at(shown: Shown | None) -> Looked | None:
    """The masks of what is on the screen, with their answer looked at; None where there are none."""
    if shown is None or not has_masks(shown):
        return None
    return of_class(shown.explanation, 0)


def of_class(explanation: Explanation, which: int) -> Looked:
    """The masks of class number `which` of `explanation`, 0 being its target, with their answer looked at."""
    masks, answer = stacks_in(explanation.evidence)
    beside = beside_in(explanation.evidence)
    about = explanation.provenance
    target = about.get("target", {})
    label, index = str(target.get("label", "")), int(target.get("index", -1))
    classes = (label, *(name for name, _ in beside))
    if which:
        label, mask = beside[which - 1]
        masks, answer, index = (mask,), 0, -1
    return Looked(masks, answer, answer, label, index, is_bgr(about), explanation, classes, which)


def _index(classes: Sequence[str], label: str) -> int:
    """The number of the class `label`; -1 where there is none of that name, or several."""
    return list(classes).index(label) if classes.count(label) == 1 else -1


def _put_back(
    shelf: Shelf,
    model: ModelRef,
    source: InputRef,
    mask: MaskStack,
    index: int,
    complementary: bool,
    progress: Any,
) -> PutBack:
    from salviewer.jobs.putting_back import put_back  # noqa: PLC0415 - loads torch, on the worker's thread

    return put_back(shelf, model, source, mask, index, complementary=complementary, progress=progress)
