"""Who hears whom in the Training panel: state to views, wishes to the decisions. Nothing is decided here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.gui import icons
from salviewer.gui.training.choices_view import TrainerCard
from salviewer.gui.training.fitting import misfit, note
from salviewer.gui.training.view import TrainingView
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.gui.window import Window


class TrainingWiring:
    """Makes the Training panel and connects it."""

    def __init__(self, window: Window) -> None:
        self.view = TrainingView()
        self._window, self._state, self._host = window, window.state, window.actions.host
        self.decider, self._states = window.actions.training, window.actions.trained_states
        self._memory = self.decider.state
        self.view.choices.pictures.set_collections(
            {key: (info.title, info.summary) for key, info in self._host.collections.items()}
        )
        self._connect()
        memory, folder = self._memory, window.actions.browsing.memory
        self._heard = (
            (self._state.model_changed, self._chosen), (memory.plan_changed, self._chosen),
            (memory.pictures_changed, self._chosen), (folder.batch_changed, self._chosen),
            (memory.under_way_changed, self._running), (memory.ended_changed, self._outcome),
            (self._states.memory.saved_changed, self._outcome),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        self.decider.start()
        self._chosen()
        self._running()

    def close(self) -> None:
        """Hear no more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)

    def dress(self) -> None:
        """Take on the theme's colours."""
        icons.refresh(self.view)
        self.view.update()

    def _connect(self) -> None:
        view, decider = self.view, self.decider
        view.choices.trainer_wished.connect(decider.choose_trainer)
        view.choices.settings_wished.connect(decider.set_settings)
        view.choices.chosen.connect(lambda values: decider.choose(**values))
        view.choices.folder_wished.connect(decider.take_folder)
        view.choices.pictures.collection_wished.connect(decider.choose_collection)
        view.choices.pictures.params_wished.connect(decider.collecting.set_params)
        view.choices.pictures.source_wished.connect(decider.collecting.ask_source)
        view.run.train_wished.connect(decider.train)
        view.run.stop_wished.connect(decider.stop)
        view.run.pause_wished.connect(decider.pause)
        view.run.go_on_wished.connect(decider.go_on)
        view.run.end_wished.connect(decider.end_early)
        view.outcome.use_wished.connect(self._use)
        view.outcome.copy_wished.connect(decider.save_copy)
        view.outcome.place_wished.connect(decider.show_place)
        view.outcome.saved_wished.connect(self._use_saved)
        view.outcome.filters_wished.connect(self._filters)

    def _use(self) -> None:
        self.decider.use_ended()
        self._window.show_panel("method")

    def _use_saved(self, saved: Any) -> None:
        self._states.use(saved)
        self._window.show_panel("method")

    def _filters(self) -> None:
        ended = self._memory.ended
        if ended is not None and ended.trained is not None:
            self._window.actions.filters.show_trained(ended.trained, str(ended.place or ""), ended.title)
            self._window.show_panel("filters")

    # -- state to views -----------------------------------------------------------------------------------------

    def _chosen(self, *_: object) -> None:
        plan, model, pictures = self._memory.plan, self._state.model, self._memory.pictures
        choices = self.view.choices
        choices.set_model(model.title if model else "")
        choices.set_trainers(
            [
                TrainerCard(key, info.title, info.learns, f"{info.summary}\n\n{info.source.citation}",
                            misfit(info, model))
                for key, info in self._host.trainers.items()
            ]
        )  # fmt: skip
        info = self._host.collections.get(plan.collection)
        choices.set_plan(plan, self._host.params(info) if info else None, self.decider.params_model())
        choices.set_pictures(pictures, note(model, pictures))
        folder = self.decider.open_folder()
        choices.set_folder(Path(self._window.actions.browsing.memory.batch.place).name if folder else "")
        known = pictures is not None and not pictures.fault
        count = min(pictures.count, plan.limit or pictures.count) if known and pictures else 0
        self.view.run.set_size(f"Learns from {counted(count, 'picture')} of “{info.title}”" if info and count else "")
        self._outcome()

    def _running(self, *_: object) -> None:
        running = self._memory.under_way
        self.view.run.set_running(running)
        self.view.choices.set_running(running is not None)
        self._outcome()

    def _outcome(self, *_: object) -> None:
        running, ended, outcome = self._memory.under_way, self._memory.ended, self.view.outcome
        self.view.run.set_why_not(self.decider.why_not(), goes_on=self.decider.goes_on())
        if running is not None:
            outcome.set_running(running)
        elif ended is not None:
            outcome.set_ended(ended, self.decider.why_not_use() if ended.trained is not None else "")
        else:
            info = self.decider.trainer()
            saved = [one for one in self._states.memory.saved if info is not None and one.trainer == info.key]
            rows = self.decider.about(info) if info is not None else ()
            outcome.set_idle(info.title if info else "", info.summary if info else "", rows, saved)
