"""Who hears whom in the Fundus panel: its memory to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.gui.fundus.deciding import FundusDesk
from salviewer.gui.fundus.view import FundusView

if TYPE_CHECKING:
    from salviewer.gui.window import Window


class FundusWiring:
    """Makes the Fundus panel and connects it."""

    def __init__(self, window: Window) -> None:
        self.view, self.decider = FundusView(), FundusDesk(window.actions)
        view, decider, memory, state = self.view, self.decider, self.decider.memory, window.state
        view.planned.connect(lambda changes: decider.set_plan(**changes))
        view.chosen.connect(decider.choose)
        view.legend.folder_wished.connect(decider.ask_marks)
        view.folder.go_wished.connect(decider.make_table)
        view.folder.stop_wished.connect(decider.stop_table)
        view.folder.save_wished.connect(decider.save_table)
        memory.photograph_changed.connect(view.set_photograph)
        memory.plan_changed.connect(self._plan)
        memory.proposed_changed.connect(self._proposed)
        memory.chosen_changed.connect(view.set_chosen)
        for changed in (memory.marked_changed, memory.judged_changed):
            changed.connect(self._marked)
        memory.folder_changed.connect(self._folder)
        self._heard = (
            (state.display_changed, view.picture.set_display), (state.picture_changed, self._folder),
            (state.model_changed, self._folder), (state.choice_changed, self._folder),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        view.picture.set_display(state.display)
        view.set_photograph(memory.photograph)
        view.set_plan(memory.plan)
        self._proposed(memory.proposed)
        self._folder()

    def dress(self) -> None:
        """Take on the theme's colours."""
        self.view.dress()

    def close(self) -> None:
        """Hear no more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)
        self.decider.close()

    def _plan(self, plan: Any) -> None:
        self.view.set_plan(plan)
        self._marked()

    def _proposed(self, proposed: Any) -> None:
        self.view.set_proposed(proposed)
        self._marked()

    def _marked(self, *_: object) -> None:
        self.view.set_marked(self.decider.memory.marked, self.decider.memory.judged)
        self._folder()

    def _folder(self, *_: object) -> None:
        self.view.folder.set_run(self.decider.memory.folder, self.decider.why_no_table())
