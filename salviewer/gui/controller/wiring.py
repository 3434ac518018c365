"""Who hears whom in the Controller panel: its memory to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.controller.deciding import Controller
from salviewer.gui.controller.values import Setting
from salviewer.gui.controller.view import ControllerView

if TYPE_CHECKING:
    from salviewer.gui.window import Window

NOBODY = "No installed method has a distribution controller: the curve is that of normal scores."
TO_MADE = "Back to what the result on the screen was made with"
TO_PAPER = "Back to eta = {:g} and h = {:g}, the paper's setting"


class ControllerWiring:
    """Makes the Controller panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._window, self._state = window, window.state
        self.decider = Controller(window.actions)
        self.view = ControllerView()
        view, decider, memory = self.view, self.decider, self.decider.memory
        view.transformer_wished.connect(lambda key: decider.set(transformer=key))
        view.eta_wished.connect(lambda value: decider.set(eta=value))
        view.h_wished.connect(lambda value: decider.set(h=value))
        view.reset_wished.connect(decider.reset)
        view.use_wished.connect(self._use)
        self._heard = (
            (memory.setting_changed, self._setting), (memory.scores_changed, self._scores),
            (self._state.methods_changed, self._scores), (self._state.display_changed, self._scores),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        self._scores()
        self._setting()

    def dress(self) -> None:
        """Take on the theme's colours."""
        self.view.dress()

    def close(self) -> None:
        """Hear no more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)
        self.decider.close()

    def _use(self) -> None:
        self.decider.use()
        self._window.show_panel("method")

    def _setting(self, *_: object) -> None:
        self.view.set_setting(self.decider.memory.setting)
        self._reset()

    def _scores(self, *_: object) -> None:
        scores, methods = self.decider.memory.scores, self.decider.methods()
        titles = " or ".join(f"“{self._state.methods[key].title}”" for key in methods)
        how = f"Run {titles} on a picture: the histogram of its scores is then drawn here, with their map."
        self.view.set_scores(scores, how if titles else NOBODY, self._state.display.sequential)
        self.view.set_why_not_use(self.decider.why_not_use())
        self._reset()

    def _reset(self) -> None:
        origin, scores = self.decider.origin(), self.decider.memory.scores
        made = scores is not None and scores.made is not None
        paper = TO_PAPER.format(Setting().eta, Setting().h)
        self.view.set_reset(TO_MADE if made else paper, possible=self.decider.memory.setting != origin)
