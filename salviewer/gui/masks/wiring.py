"""Who hears whom in the Masks panel: its memory to the view, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.api.masks import MaskStack
from salviewer.gui.masks.view import MasksView

if TYPE_CHECKING:
    from salviewer.gui.window import Window

NOBODY = "No installed method makes masks that can be put back into the model."
VOLUME = "These masks are of a volume: its Heatmap panel shows their mean. The Masks panel is for pictures."


class MasksWiring:
    """Makes the Masks panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._state, self.decider = window.state, window.actions.masks
        self.view = MasksView()
        view, decider, memory, state = self.view, self.decider, self.decider.memory, window.state
        view.chart.chosen.connect(decider.go_to)
        view.answers.back_wished.connect(lambda other: decider.put_back(complementary=other))
        view.tools.class_chosen.connect(decider.choose_class)
        view.tools.arranged.connect(decider.arrange)
        view.tools.contrasted.connect(decider.set_contrast)
        view.tools.answer_wished.connect(decider.go_to_answer)
        self._heard = (
            (memory.looked_changed, self._show), (memory.look_changed, view.set_look),
            (memory.answers_changed, self._answer), (state.model_changed, self._answer),
            (state.picture_changed, self._answer), (state.prediction_changed, self._answer),
            (state.methods_changed, self._say_how), (state.shown_changed, self._say_how),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        view.set_look(memory.look)
        self._say_how()
        self._show()

    def dress(self) -> None:
        """Take on the theme's colours."""
        self.view.dress()

    def close(self) -> None:
        """Hear no more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)

    def _show(self, *_: object) -> None:
        self.view.set_looked(self.decider.memory.looked)
        self._answer()

    def _answer(self, *_: object) -> None:
        decider = self.decider
        self.view.set_answers(decider.memory.answers, decider.why_not_back(), decider.said_of_picture())

    def _say_how(self, *_: object) -> None:
        titles = [f"“{info.title}”" for info in self._state.methods.values() if MaskStack.kind in info.evidence]
        how = f"Run {' or '.join(titles)} in the Method panel: then what its mask keeps of the picture is shown here."
        shown = self._state.shown
        evidence = shown.explanation.evidence if shown is not None and shown.explanation is not None else ()
        volume = any(isinstance(one, MaskStack) for one in evidence) and self.decider.memory.looked is None
        self.view.set_why_empty(VOLUME if volume else how if titles else NOBODY)
