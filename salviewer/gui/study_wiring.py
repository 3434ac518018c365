"""Who hears whom in the reader study's window: state to views, wishes to actions. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from salviewer.gui import icons
from salviewer.gui.study_plan import folder_of, labels_of, offered_methods, size_of, why_not
from salviewer.gui.study_values import Asked
from salviewer.gui.views.method_chooser import families
from salviewer.gui.views.study import StudyWindow

if TYPE_CHECKING:
    from salviewer.gui.window import Window

TICK_MS = 500


class StudyWiring:
    """Makes the window and connects it."""

    def __init__(self, main: Window) -> None:
        self._state, self._host = main.state, main.actions.host
        self._setup, self._reading = main.actions.study_setup, main.actions.study_reading
        self.window = StudyWindow()
        self._timer = QTimer(self.window)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._fill()
        self._connect_setup()
        self._connect_reading()
        state = self._state
        self._heard = (
            (state.study_plan_changed, self._chosen), (state.study_pictures_changed, self._chosen),
            (state.study_preparing_changed, self.window.setup.set_preparing), (state.study_changed, self._study),
            (state.study_messages_changed, self.window.messages.set_messages),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        self._setup.start()
        self._chosen()

    def close(self) -> None:
        """Take the window away; nothing is heard any more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)
        self._timer.stop()
        self._reading.close()
        self.window.close()
        self.window.deleteLater()

    def dress(self) -> None:
        """Take on the present palette."""
        icons.refresh(self.window)
        self.window.messages.set_messages(self._state.study_messages)

    def _fill(self) -> None:
        """What there is to choose from."""
        view = self.window.setup
        view.pictures.set_collections({key: (info.title, info.summary) for key, info in self._host.collections.items()})
        view.arms.set_methods({
            family: tuple((info.key, info.title, info.answers) for info in members)
            for family, members in families(offered_methods(self._host)).items()
        })  # fmt: skip

    def _connect_setup(self) -> None:
        view, setup = self.window.setup, self._setup
        view.chosen.connect(lambda values: setup.choose(**values))
        view.pictures.collection_wished.connect(lambda key: setup.collecting.set_params({}, key=key))
        view.pictures.params_wished.connect(setup.collecting.set_params)
        view.pictures.source_wished.connect(setup.collecting.ask_source)
        view.folder_wished.connect(setup.ask_folder)
        view.prepare_wished.connect(setup.prepare)
        view.stop_wished.connect(setup.stop)
        view.open_wished.connect(setup.ask_study)
        view.arms.add_wished.connect(setup.add_arm)
        view.arms.remove_wished.connect(setup.remove_arm)
        view.arms.model_wished.connect(setup.ask_model)
        self.window.messages.dismissed.connect(setup.dismiss)

    def _connect_reading(self) -> None:
        w, reading = self.window, self._reading
        w.seen.connect(reading.set_in_sight)
        w.closed.connect(reading.leave)
        w.welcome.begin_wished.connect(reading.begin)
        w.welcome.findings_wished.connect(reading.show_findings)
        w.welcome.close_wished.connect(reading.close)
        w.trial.chosen.connect(reading.choose)
        w.trial.scored.connect(reading.score)
        w.trial.digit.connect(reading.digit)
        w.trial.next_wished.connect(reading.hand_in)
        w.trial.pause_wished.connect(reading.pause)
        w.trial.go_on_wished.connect(reading.go_on)
        w.trial.leave_wished.connect(reading.leave)
        w.thanks.leave_wished.connect(reading.leave)
        w.findings.leave_wished.connect(reading.leave)
        w.findings.export_wished.connect(reading.export)

    # -- state to views -----------------------------------------------------------------------------------------

    def _chosen(self, *_: object) -> None:
        plan, view = self._state.study_plan, self.window.setup
        info = self._host.collections.get(plan.collection)
        view.set_plan(plan, self._host.params(info) if info else None, labels_of(plan.arms), folder_of(plan))
        view.pictures.set_pictures(self._state.study_pictures)
        view.set_size(*size_of(self._state), why_not(self._state))

    def _study(self, study: Any) -> None:
        self.window.set_study(study)
        self._timer.start() if isinstance(study, Asked) else self._timer.stop()
        self._tick()

    def _tick(self) -> None:
        self.window.trial.set_seconds(self._reading.seconds())
