"""Who hears whom about the trained state in the Method panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.training.state_field import TrainedStateField

if TYPE_CHECKING:
    from salviewer.gui.window import Window


class TrainedFieldWiring:
    """Puts the field into one window's Method panel and connects it."""

    def __init__(self, window: Window) -> None:
        self.field = TrainedStateField()
        self._window, self._states = window, window.actions.trained_states
        self.field.chosen.connect(self._states.choose)
        self.field.file_wished.connect(self._states.ask_file)
        self.field.train_wished.connect(self._train)
        state = window.state
        for changed in (state.choice_changed, state.model_changed, self._states.memory.saved_changed):
            changed.connect(self._show)
        window.method.put_trained(self.field)
        self._show()

    def _show(self, *_: object) -> None:
        info, state = self._states.info(), self._window.state
        self.field.setVisible(info is not None)
        if info is None:
            return
        trainers = self._window.actions.host.trainers
        why = "" if info.trained_by in trainers else "The plugin that trains it is not installed."
        needed = "trained" in info.needs
        self.field.set_states(self._states.offered(), state.choice.trained, needed=needed, can_train=why)
        self.field.open.setEnabled(state.model is not None)

    def _train(self) -> None:
        info = self._states.info()
        self._window.show_panel("training")
        training = self._window.actions.training
        if info is not None and training.state.under_way is None:
            training.choose_trainer(info.trained_by)
