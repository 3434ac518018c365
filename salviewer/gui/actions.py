"""Decides: what each wish of a person and each answer of the engine leads to. No widgets here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.errors import SalViewerError
from salviewer.gui.batch_counting import Counting
from salviewer.gui.batching import Batching
from salviewer.gui.browsing import Browsing
from salviewer.gui.desk import Desk, Engine
from salviewer.gui.displaying import Displaying
from salviewer.gui.estimating import Estimating
from salviewer.gui.judging import Judging
from salviewer.gui.keeping import Keeping
from salviewer.gui.late import late
from salviewer.gui.log_book import LogBook
from salviewer.gui.memory import Memory
from salviewer.gui.opening import Opening
from salviewer.gui.preferring import Preferring
from salviewer.gui.presets import Presets
from salviewer.gui.queueing import Queueing
from salviewer.gui.recent import Recent
from salviewer.gui.resuming import Resuming
from salviewer.gui.running import Running
from salviewer.gui.settings import Settings
from salviewer.gui.telling import Telling, describe
from salviewer.gui.tidying import Tidying
from salviewer.gui.under_way import explaining
from salviewer.gui.undoing import Undoing
from salviewer.gui.unloading import Unloading
from salviewer.gui.values import Answer, Message
from salviewer.gui.workspacing import Workspacing

if TYPE_CHECKING:
    from salviewer.gui.annotating import Annotating
    from salviewer.gui.evaluating import Evaluating
    from salviewer.gui.exporting import Exporting
    from salviewer.gui.filters.deciding import Filters
    from salviewer.gui.kept import Kept
    from salviewer.gui.leaderboard import Leaderboard
    from salviewer.gui.masks.deciding import Masks
    from salviewer.gui.paths.deciding import TwoPaths
    from salviewer.gui.remembered import Remembered
    from salviewer.gui.seeing import Seeing
    from salviewer.gui.state import State
    from salviewer.gui.study_reading import StudyReading
    from salviewer.gui.study_setup import StudySetup
    from salviewer.gui.training.deciding import Training
    from salviewer.gui.training.states import TrainedStates
    from salviewer.gui.tuning import Tuning
    from salviewer.gui.volumes.atlases import Atlases
    from salviewer.gui.volumes.cohort import Cohort
    from salviewer.gui.volumes.looking import Looking
    from salviewer.jobs.shelf import Shelf


class Actions:
    """Everything that can be done in the window, as methods that change the state or send errands."""

    def __init__(
        self,
        state: State,
        engine: Engine,
        shelf: Shelf,
        kept: Kept,
        dialogs: Any,
        remembered: Remembered,
        recent: Recent | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.state, self.dialogs, self.host = state, dialogs, shelf.host
        self.telling, self.describe = Telling(state), describe
        self.tell, self.dismiss, self.failed = self.telling.tell, self.telling.dismiss, self.telling.failed
        self.log = LogBook(state)
        self.desk = Desk(state, engine, self.failed, self.dismiss)
        self.opening = Opening(state, self.desk, shelf, dialogs, remembered, self.tell, self.dismiss)
        self.keeping = Keeping(state, self.desk, shelf, kept, dialogs, self.tell, self.opening.take_picture)
        self.running = Running(state, self.desk, shelf.host, self.keeping.keep)
        state.methods = shelf.host.explainers
        for changed in (state.model_changed, state.picture_changed):
            changed.connect(lambda _: self.running.choose_fitting())
        self.judging = Judging(state, self.desk, shelf, kept, lambda label: self.annotating.truth(label))
        self.queueing = Queueing(self)
        self.memory = Memory(state)
        self.estimating = Estimating(state, self.desk, self.running, shelf.host)
        self.unloading = Unloading(state, self.desk, shelf, self.tell, self.dismiss)
        self.shelf, self.kept, self._give_way = shelf, kept, engine.give_way
        self.browsing = Browsing(self)
        self.counting = Counting(self, self.browsing)
        self.batching = Batching(self, self.browsing, self.counting)
        self.settings = settings or Settings()
        self.preferring = Preferring(self.settings, state, shelf, self.tell)
        self.presets = Presets(self.settings)
        self.undoing = Undoing(state, self.running.take_choice)
        self.displaying = Displaying(state, self.undoing)
        self.tidying = Tidying(
            state, self.desk, kept, dialogs, self.undoing, self.tell, self.keeping.list_results
        )  # fmt: skip
        self.resuming = Resuming(self, kept, shelf)
        self.workspacing = Workspacing(self, kept, recent or Recent())
        if remembered.notice:
            self.tell(Message(remembered.notice, "warning", topic=remembered.notice))

    def start(self) -> None:
        """What is done once the window is there: choose a method, list results, name plugins that failed."""
        self.memory.start()
        for record in self.host.plugins:
            if record.error:
                self.tell(Message(record.error, "warning", f"{record}", topic=f"plugin {record.name}"))
        first = self.settings.preferences.method  # any other where that is not installed
        for key in sorted(self.host.explainers, key=lambda key: key != first):
            if self.choose_method(key):
                break
        self.workspacing.start()

    def close(self) -> None:
        """Send nothing more: the engine is about to close."""
        self.resuming.keep_at_once()
        self.resuming.close()
        self.workspacing.close()
        self.undoing.close()
        self.desk.close()
        for name in ("annotating", "two_paths", "filters", "masks", "leaderboard"):
            if name in self.__dict__:  # made when it was first wanted
                getattr(self, name).close()
        self.queueing.close()
        self.memory.close()
        self.log.close()
        self.browsing.close()

    def receive(self, event: Any) -> None:
        """Take one event of the engine."""
        self.desk.receive(event)
        self.running.tidy()
        self.queueing.receive(event)

    # -- messages -----------------------------------------------------------------------------------------------

    def answer(self, message: Message, answer: Answer) -> None:
        """A button under `message` was pressed."""
        self.dismiss(message.topic)
        if answer.wish == "outputs":
            self.opening.answer_outputs(answer.value)
        elif answer.wish == "relink":
            self.tidying.relink()
        elif answer.wish == "match":
            self.counting.match()
        elif answer.wish == "convention":
            self.looking.set_convention(answer.value)
        elif answer.wish == "registration":
            self.atlases.registering.answer(answer.value)

    # -- deciders that are made when they are first wanted: they load numpy, and the first paint does not wait for them

    exporting: Exporting = late("salviewer.gui.exporting:Exporting")
    """What leaves the window: figures, numbers, tables, reports, calls."""
    training: Training = late("salviewer.gui.training.deciding:Training")
    """What is learned about the open model, and from what."""
    trained_states: TrainedStates = late("salviewer.gui.training.states:TrainedStates")
    """Which trained state a method is given."""
    two_paths: TwoPaths = late("salviewer.gui.paths.deciding:TwoPaths")
    """Two explanations whose paths through the network are set against each other."""
    masks: Masks = late("salviewer.gui.masks.deciding:Masks")
    """Masks per pixel and colour of the answer on the screen."""
    tuning: Tuning = late("salviewer.gui.tuning:Tuning")
    """The scores of the map on the screen, tuned."""
    filters: Filters = late("salviewer.gui.filters.deciding:Filters")
    """The filters that fired, and those that were learned."""
    looking: Looking = late("salviewer.gui.volumes.looking:Looking")
    """How volumes are looked at."""
    atlases: Atlases = late("salviewer.gui.volumes.atlases:Atlases")
    """Which atlas is open, and what of it is painted."""
    cohort: Cohort = late("salviewer.gui.volumes.cohort:Cohort")
    """Which group of a collection is explained as one."""

    @cached_property
    def annotating(self) -> Annotating:
        """What is drawn on the picture to say where the truth lies."""
        from salviewer.gui.annotating import Annotating  # noqa: PLC0415 - loads numpy, after the first paint

        return Annotating(self.state, self.desk, self.shelf, self.dialogs, self.settings, self.undoing, self.tell)

    @cached_property
    def evaluating(self) -> Evaluating:
        """The evaluation window's choices and runs."""
        from salviewer.gui.evaluating import Evaluating  # noqa: PLC0415 - loads numpy, after the first paint

        made = Evaluating(self.state, self.desk, self.shelf, self.dialogs, self._give_way, self.describe, self.tell)
        made.atlas = lambda: self.atlases.for_many() if "atlases" in self.__dict__ else (None, None)
        made.trained = lambda method: self.trained_states.fitting(method, None)
        return made

    @cached_property
    def leaderboard(self) -> Leaderboard:
        """What is done with an evaluation's results."""
        from salviewer.gui.leaderboard import Leaderboard  # noqa: PLC0415 - loads numpy, after the first paint

        return Leaderboard(self.state, self.desk, self.shelf, self.dialogs, self.evaluating, self.opening, self.running)

    @cached_property
    def study_setup(self) -> StudySetup:
        """The choices of a reader study, and its preparation."""
        from salviewer.gui.study_setup import StudySetup  # noqa: PLC0415 - loads numpy, after the first paint

        return StudySetup(
            self.state, self.desk, self.shelf, self.dialogs, self._give_way, self.describe,
            lambda folder, study: self.study_reading.open(folder, study),
        )  # fmt: skip

    @cached_property
    def study_reading(self) -> StudyReading:
        """What is done while people read."""
        from salviewer.gui.study_reading import StudyReading  # noqa: PLC0415 - loads numpy, after the first paint

        return StudyReading(self.state, self.desk, self.dialogs, self.study_setup)

    @cached_property
    def seeing(self) -> Seeing:
        """What the model is fed of the picture on the screen."""
        from salviewer.gui.seeing import Seeing  # noqa: PLC0415 - after the first paint

        return Seeing(self.state, self.desk)

    # -- methods and runs ---------------------------------------------------------------------------------------

    def choose_method(self, key: str) -> bool:
        """Take method `key`; a plugin that cannot be loaded is named. Whether it was taken."""
        try:
            with self.undoing.step():
                self.running.choose_method(key)
        except SalViewerError as e:
            self.failed(f"method {key}", key, e)
            return False
        return True

    def run(self) -> None:
        """Run what is chosen."""
        self.dismiss("explain")
        self.running.run()

    def cancel(self) -> None:
        """Stop the explanation under way; where there is none, the opening of a model or a picture, or a search."""
        if explaining(self.state.busy) is not None:
            self.running.cancel()
        else:
            for topic in ("model", "picture", "registration"):
                self.desk.drop(topic)

    def set_target(self, index: int | None) -> None:
        """Explain class `index`; None: the predicted one."""
        with self.undoing.step():
            self.running.set_target(index)

    def set_params(self, values: Mapping[str, Any], valid: bool) -> None:
        """Remember what the form holds."""
        with self.undoing.step():
            self.running.set_params(values, valid)

    def set_how(self, *, output: str | None, seed: int, precision: str) -> None:
        """What is explained of the output, the seed, and whether reduced precision is welcome."""
        with self.undoing.step():
            self.running.set_how(output=output, seed=seed, precision=precision)

    # -- files --------------------------------------------------------------------------------------------------

    def open_files(self, paths: list[Path]) -> None:
        """Open whatever the files are."""
        self.opening.open_files(paths)
