"""Who hears whom in the Filters panel: its memory to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.api.filters import FilterGallery
from salviewer.api.values import Picture
from salviewer.data.filter_pictures import Under
from salviewer.data.filter_words import Row, about, rows_of
from salviewer.gui.commands.filters import EXPORTS
from salviewer.gui.filters.cards import Pictures, cards_of
from salviewer.gui.filters.values import LEARNED
from salviewer.gui.filters.view import FiltersView

if TYPE_CHECKING:
    from salviewer.gui.window import Window

NOBODY = "No installed method says which filters fired."
NO_STATE = (
    "Nothing was learned about this model yet. Train “{trainer}” in the Training panel: then the filters of each class "
    "are shown here, with the average of what excites them most."
)
NO_MODEL = "Open a model: then the filters that were learned for its classes are shown here."


class FiltersWiring:
    """Makes the Filters panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._window, self._state = window, window.state
        self.view, self.decider = FiltersView(), window.actions.filters
        self._gallery: FilterGallery | None = None
        self._rows: tuple[Row, ...] = ()
        self._variant = 0
        view, decider, memory = self.view, self.decider, self.decider.memory
        view.set_exports([window.commands[wish] for wish in EXPORTS])
        view.page_wished.connect(decider.turn_to)
        view.state_wished.connect(decider.open_state)
        view.variant_wished.connect(self._choose_variant)
        for classes in (view.tabs, view.classes):
            classes.wished.connect(decider.choose_label)
        view.cards.chosen.connect(self._open)
        view.crops.close_wished.connect(decider.close_filter)
        view.crops.crop_wished.connect(self._open_crop)
        states = window.actions.trained_states.memory
        self._heard = (
            (memory.page_changed, self._show), (memory.learned_changed, self._learned),
            (memory.label_changed, self._show), (memory.looking_changed, self._show),
            (memory.fault_changed, self._show), (memory.opened_changed, self._crops),
            (memory.crop_arrived, view.crops.take),
            (self._state.shown_changed, self._show), (self._state.methods_changed, self._show),
            (self._state.model_changed, self._show), (self._state.display_changed, self._show),
            (states.saved_changed, self._show),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        if decider.fired() is None and memory.learned is None and decider.offered():
            decider.turn_to(LEARNED)
        self._show()
        self._crops()

    def close(self) -> None:
        """Hear no more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.view.dress()
        self._gallery = None
        self._show()

    # -- wishes -------------------------------------------------------------------------------------------------

    def _open(self, at: int) -> None:
        row, gallery = self._rows[at], self._gallery
        if gallery is not None:
            self.decider.open_filter(gallery, row.at, f"{gallery.label}, {row.title}")
            self.view.cards.pick(at)

    def _open_crop(self, at: int) -> None:
        self.decider.open_crop(at)
        self._window.show_panel("heatmap")

    def _choose_variant(self, at: int) -> None:
        self._variant = at
        self._show()

    # -- memory to the view -------------------------------------------------------------------------------------

    def _learned(self, *_: object) -> None:
        self._variant = 0
        self._show()

    def _show(self, *_: object) -> None:
        memory, view = self.decider.memory, self.view
        learned = memory.learned if memory.page == LEARNED else None
        view.set_page(memory.page)
        saved = self.decider.offered() if memory.page == LEARNED else ()
        view.set_states(saved, learned.source if learned else "", learned.title if learned else "")
        view.set_classes(tuple(learned.galleries) if learned else (), memory.label)
        view.set_can_export(self.decider.can_export())
        galleries = learned.galleries.get(memory.label, ()) if learned else ()
        view.set_variants([one.variant for one in galleries], min(self._variant, max(0, len(galleries) - 1)))
        self._show_gallery(galleries[0] if learned and galleries else None, galleries)

    def _show_gallery(self, found: FilterGallery | None, variants: tuple[FilterGallery, ...]) -> None:
        memory, display = self.decider.memory, self._state.display
        if memory.page != LEARNED:
            found = self.decider.fired()
        if found is None:
            self._gallery, self._rows = None, ()
            self.view.set_empty(self._why_empty())
            return
        maps = variants[min(self._variant, len(variants) - 1)] if variants else None
        self._gallery, self._rows = found, rows_of(found)
        pictures = Pictures(self._under(), maps, display.sequential, display.opacity)
        head = found.label if memory.page == LEARNED else f"Filters that fired for “{found.label}”"
        self.view.set_cards(head, about(found, self._rows), cards_of(found, self._rows, pictures))

    def _under(self) -> Under | None:
        """The explained picture, to lay heatmaps over."""
        shown = self._state.shown
        if self.decider.memory.page == LEARNED or shown is None or not isinstance(shown.picture, Picture):
            return None
        return Under(shown.picture, shown.grid)

    def _why_empty(self) -> str:
        memory = self.decider.memory
        if memory.page != LEARNED:
            kinds = self._state.methods.values()
            titles = [f"“{info.title}”" for info in kinds if FilterGallery.kind in info.evidence]
            how = f"Run {' or '.join(titles)} in the Method panel: then the filters that fired are shown here."
            return how if titles else NOBODY
        if memory.looking or memory.fault:
            return memory.looking or memory.fault
        return NO_STATE.format(trainer=self.decider.trainer_title()) if self._state.model is not None else NO_MODEL

    def _crops(self, *_: Any) -> None:
        opened = self.decider.memory.opened
        self.view.crops.set_opened(opened, self.decider.why_no_crops(opened) if opened is not None else "")
        if opened is None:
            self.view.cards.pick(-1)
