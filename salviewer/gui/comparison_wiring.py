"""Who hears whom in the Compare panel: its memory to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.commands.comparing import FILLERS
from salviewer.gui.comparing import Comparing
from salviewer.gui.comparing_orders import Orders
from salviewer.gui.views.checklist import Entry
from salviewer.gui.views.comparison import ComparisonView

if TYPE_CHECKING:
    from salviewer.gui.window import Window

VOLUMES = "A volume is open, and maps of pictures are compared here: show its maps one after the other instead."


class ComparisonWiring:
    """Makes the Compare panel and connects it. `decider.add(ids)` puts results of the list into cells."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.view = ComparisonView()
        self.decider = Comparing(window.actions)
        self.orders = Orders(window.actions, self.decider)
        self._state, memory, view = window.state, self.decider.memory, self.view
        view.set_fillers([window.commands[wish] for wish in FILLERS])
        for changed, setter in (
            (memory.tiles_changed, view.set_tiles), (memory.common_changed, view.set_common),
            (memory.chosen_changed, view.set_chosen), (memory.compared_changed, view.set_compared),
            (memory.agreement_changed, view.set_agreement), (memory.mine_changed, self._mine),
        ):  # fmt: skip
            changed.connect(setter)
        self._state.display_changed.connect(view.set_display)
        for changed in (self._state.picture_changed, self._state.shown_changed):
            changed.connect(self._input)
        self._input()
        self._hear_cells()
        self._hear_bar()
        view.set_display(self._state.display)
        self._mine(memory.mine)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.view.dress()

    def close(self) -> None:
        """Let go: nothing of the window is heard any more."""
        self._state.display_changed.disconnect(self.view.set_display)
        for changed in (self._state.picture_changed, self._state.shown_changed):
            changed.disconnect(self._input)
        self.decider.close()

    def _input(self, *_: object) -> None:
        """Say where a volume is open that its maps are not compared here."""
        self.view.empty.set_why_not(VOLUMES if self._state.is_volume else "")

    def _hear_cells(self) -> None:
        view, decider = self.view, self.decider
        view.choose_wished.connect(decider.toggle_chosen)
        view.close_wished.connect(decider.remove)
        view.again_wished.connect(decider.again)
        view.open_wished.connect(self._open)
        view.add_wished.connect(decider.add)
        view.pair_wished.connect(self._pair)

    def _hear_bar(self) -> None:
        bar, decider = self.view.bar, self.decider
        bar.common_wished.connect(decider.set_common)
        bar.pair_wished.connect(decider.pairing.compare_chosen)
        bar.table_wished.connect(decider.pairing.agree)
        bar.back_wished.connect(decider.pairing.back)
        bar.cancel_wished.connect(decider.cancel_all)
        bar.clear_wished.connect(decider.clear)
        bar.mine_ticked.connect(self.orders.set_mine)

    def _open(self, key: int) -> None:
        self.decider.open(key)
        self._window.show_panel("heatmap")

    def _pair(self, a: int, b: int) -> None:
        self.decider.choose(a, b)
        self.decider.pairing.compare_chosen()

    def _mine(self, mine: tuple[str, ...]) -> None:
        explainers = self._window.actions.host.explainers
        self.view.set_methods([Entry(key, info.title, tip=info.summary) for key, info in explainers.items()], mine)
