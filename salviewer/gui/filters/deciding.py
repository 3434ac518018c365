"""Decides about the Filters panel: whose filters are shown, whose crops are read, and what is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.filters import FilterGallery
from salviewer.api.trained import Trained
from salviewer.api.values import Picture
from salviewer.errors import SalViewerError
from salviewer.gui.filters import errands
from salviewer.gui.filters.having import fired_in
from salviewer.gui.filters.values import FIRED, LEARNED, FiltersMemory, Learned, Opened
from salviewer.gui.training.values import SavedState
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions

READ, CROPS, SAVE = "filters: read", "filters: crops", "filters: save"
AT_ONCE = 6
"""Crops read at a time: what else waits for the worker's thread comes in between."""
KINDS = {".png": "PNG picture (*.png)", ".pdf": "PDF document (*.pdf)"}


class Filters:
    """The Filters panel's decisions. Held by `Actions`; `memory` is what it remembers."""

    def __init__(self, actions: Actions) -> None:
        self.memory = FiltersMemory()
        self._actions, self._state, self._desk = actions, actions.state, actions.desk
        self._states = actions.trained_states.memory
        self._trainers = {
            info.trained_by for info in actions.host.explainers.values() if FilterGallery.kind in info.evidence
        }
        self._state.shown_changed.connect(self._shown)
        self._state.model_changed.connect(self._another)
        self._states.saved_changed.connect(self._listed)

    def close(self) -> None:
        """Listen no more."""
        self._state.shown_changed.disconnect(self._shown)
        self._state.model_changed.disconnect(self._another)
        self._states.saved_changed.disconnect(self._listed)

    # -- what there is ------------------------------------------------------------------------------------------

    def fired(self) -> FilterGallery | None:
        """The filters that fired in what is on the screen."""
        return fired_in(self._state.shown)

    def offered(self) -> tuple[SavedState, ...]:
        """What was learned about the open model and holds filters, newest first."""
        return tuple(one for one in self._states.saved if one.trainer in self._trainers)

    def has_learned(self, trained: Trained | None) -> bool:
        """Whether a trained state has filters to show."""
        return trained is not None and any(isinstance(one, FilterGallery) for one in trained.evidence)

    def trainer_title(self) -> str:
        """What learns filters, as people know it."""
        known = self._actions.host.trainers
        return next((known[key].title for key in sorted(self._trainers) if key in known), "Relevant filters")

    def why_no_crops(self, opened: Opened) -> str:
        """Why the pictures of a filter's average cannot be read, in a sentence; empty if they can."""
        if not _crops(opened):
            return "No average picture was made of this filter, so there are no pictures to show."
        model = self._state.model
        if model is None or model.sha256 != opened.model:
            return "Open the model of these filters: it says how pictures are cut."
        key = str(opened.gallery.collection.get("key", ""))
        return "" if key in self._actions.host.collections else f"The collection “{key}” is not installed here."

    def can_export(self) -> bool:
        """Whether there is something to put on a contact sheet."""
        return self.memory.learned is not None if self.memory.page == LEARNED else self.fired() is not None

    # -- deeds --------------------------------------------------------------------------------------------------

    def turn_to(self, page: str) -> None:
        """Show the filters that fired, or those that were learned; of these the newest, if none are open."""
        self.memory.page = page
        self.close_filter()
        offered = self.offered()
        if page == LEARNED and self.memory.learned is None and offered and not self.memory.looking:
            self.open_state(offered[0])

    def open_state(self, saved: SavedState) -> None:
        """Show what was learned in a file."""
        shelf, source = self._actions.shelf, saved.source
        self.memory.fault, self.memory.looking = "", "Reading what was learned …"
        self._desk.ask(
            READ, lambda progress: errands.learned(shelf, source), "Reading what was learned",
            lambda trained: self.show_trained(trained, source, saved.words), uses_model=False,
            otherwise=self._unread, lost=self._not_read,
        )  # fmt: skip

    def show_trained(self, trained: Trained, source: str = "", title: str = "") -> None:
        """Show what was learned. source: its file, "" where it is only in memory; title: in a line."""
        from salviewer.data.filter_words import by_class  # noqa: PLC0415 - loads numpy, after the first paint

        self.memory.looking = ""
        galleries = by_class(trained.evidence)
        self.close_filter()
        if not galleries:
            self.memory.learned = None
            self.memory.fault = "This state holds no filters: it was learned by an older version. Train again."
        else:
            self.memory.fault = ""
            about = trained.provenance.get("model", {})
            self.memory.learned = Learned(trained, source, title, str(about.get("sha256", "")), galleries)
            if self.memory.label not in galleries:
                self.memory.label = next(iter(galleries))
        self.memory.page = LEARNED

    def choose_label(self, label: str) -> None:
        """Show the filters of the class `label`."""
        self.memory.label = label
        self.close_filter()

    def open_filter(self, gallery: FilterGallery, at: int, title: str) -> None:
        """Show the pictures that the average of a filter was made of."""
        shown, learned = self._state.shown, self.memory.learned
        if self.memory.page == LEARNED:
            model = learned.model if learned is not None else ""
        else:
            about = shown.explanation.provenance if shown is not None and shown.explanation is not None else {}
            model = str(about.get("model", {}).get("sha256", ""))
        self._desk.drop(CROPS)
        self.memory.opened = opened = Opened(gallery, at, title, model)
        if not self.why_no_crops(opened):
            self._read_crops(opened, 0)

    def close_filter(self) -> None:
        """Show no filter's pictures."""
        self._desk.drop(CROPS)
        self.memory.opened = None

    def open_crop(self, at: int) -> None:
        """Make the picture of crop `at` the one that the model looks at."""
        opened = self.memory.opened
        if opened is None:
            return
        from salviewer.jobs.filter_crops import sample_ref  # noqa: PLC0415 - loads torch; it is there by now

        ref = sample_ref(opened.gallery.collection, str(_crops(opened)[at][0]))
        self._actions.opening.open_picture(ref.source, ref.options)

    def export(self, ending: str) -> bool:
        """Ask where, and write the contact sheet of what is shown, ".png" or ".pdf"; whether that was begun."""
        if not self.can_export():
            return False
        path: Path | None = self._actions.dialogs.save_file("Export the filters", f"filters{ending}", KINDS[ending])
        if path is None:
            return False
        if path.suffix.lower() != ending:
            path = path.with_name(path.name + ending)
        self._desk.ask(SAVE, self._writer(path), f"Exporting {path.name}", self._saved, uses_model=False)
        return True

    # -- inside -------------------------------------------------------------------------------------------------

    def _writer(self, path: Path) -> Any:
        """A function for the engine's thread, that holds plain values only."""
        learned, shown = self.memory.learned, self._state.shown
        if self.memory.page == LEARNED and learned is not None:
            trained = learned.trained
            return lambda progress: errands.write_learned(path, trained)
        explanation = shown.explanation
        picture = shown.picture if isinstance(shown.picture, Picture) else None
        return lambda progress: errands.write_fired(path, explanation, picture)

    def _saved(self, path: Path) -> None:
        self._actions.tell(Message(f"Saved {path.name}.", topic=SAVE))

    def _read_crops(self, opened: Opened, start: int) -> None:
        """Read some crops, and then the next."""
        card, shelf, gallery = self._state.model, self._actions.shelf, opened.gallery
        wanted = list(enumerate(_crops(opened)))[start : start + AT_ONCE]
        if not wanted or card is None or self.memory.opened is not opened:
            return
        ref, collection = card.ref, gallery.collection

        def arrived(found: tuple[errands.Crop, ...]) -> None:
            for crop in found:
                self.memory.crop_arrived.emit(crop)
            self._read_crops(opened, start + AT_ONCE)

        self._desk.ask(CROPS, lambda progress: errands.crops(shelf, ref, collection, wanted, progress), "", arrived)

    def _unread(self, error: BaseException) -> bool:
        self.memory.learned = None
        self.memory.fault = self._actions.describe(READ, "What was learned", error).text
        return isinstance(error, SalViewerError)

    def _not_read(self, event: Any) -> bool:
        self.memory.looking = ""
        return False

    def _shown(self, shown: Any) -> None:
        """Another answer: its filters, unless one looks at what was learned."""
        if self.memory.page == FIRED:
            self.close_filter()

    def _another(self, card: Any) -> None:
        """What was learned about one model is nothing for another."""
        learned = self.memory.learned
        if learned is not None and card is not None and card.sha256 != learned.model:
            self.close_filter()
            self.memory.learned = None
            self._desk.drop(READ)

    def _listed(self, saved: Any) -> None:
        """What was learned about the open model is known by now."""
        if self.memory.page == LEARNED and self.memory.learned is None and self.offered():
            self.turn_to(LEARNED)


def _crops(opened: Opened) -> tuple[tuple[Any, ...], ...]:
    crops = opened.gallery.crops
    return crops[opened.at] if opened.at < len(crops) else ()
