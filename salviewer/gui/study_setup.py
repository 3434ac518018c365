"""Decides about setting up a reader study: what is compared, on which pictures, and its preparation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.gui import errands, study_errands
from salviewer.gui.collecting import Collecting, collection_of
from salviewer.gui.opening import Lookup
from salviewer.gui.study_plan import folder_of, offered_methods, spec_of, why_not
from salviewer.gui.study_values import PlannedArm, Preparing
from salviewer.gui.values import Message, ModelCard
from salviewer.study.key import Study, read_study

if TYPE_CHECKING:
    from salviewer.api.jobspec import ModelRef
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.gui.under_way import Running
    from salviewer.host import Host
    from salviewer.jobs.shelf import Shelf

TOPIC, LOOK, MODEL = "study", "study: pictures", "study: model"
FIRST_METHODS = ("gradcam", "guided-backprop")
"""Compared at first: quick, and different to look at."""


class StudySetup:
    """The choices of a study and its preparation; `opened` gets folder and study once readers can begin."""

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        dialogs: Any,
        give_way: Callable[[], None],
        describe: Callable[[str, str, BaseException], Message],
        opened: Callable[[Path, Study], None],
    ) -> None:
        self._state, self._desk, self._shelf, self._dialogs = state, desk, shelf, dialogs
        self._give_way, self._describe, self._opened = give_way, describe, opened
        self._arms_chosen = False
        self._added: set[ModelRef] = set()
        self.collecting = Collecting(
            state, desk, shelf, dialogs, describe, plan="study_plan", pictures="study_pictures", topic=LOOK
        )
        state.busy_changed.connect(self._heard)

    @property
    def host(self) -> Host:
        """The plugins."""
        return self._shelf.host

    # -- choices ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Offer what is open in the main window. Once; later choices stay."""
        if self._state.study_plan.collection:
            return
        self.choose(day=f"{datetime.now().astimezone():%Y-%m-%d}")
        key, params = collection_of(self._state.picture) or (self.collecting.first(), {})
        self.collecting.set_params(params, key=key)
        self._follow(self._state.model)
        self._state.model_changed.connect(self._follow)

    def choose(self, **values: Any) -> None:
        """Change fields of the plan."""
        self._state.study_plan = replace(self._state.study_plan, **values)

    def add_arm(self, model: int, method: str) -> None:
        """Compare what `method` makes of model number `model`; set as in the main window if it is chosen there."""
        plan, choice = self._state.study_plan, self._state.choice
        if method not in self.host.explainers or not 0 <= model < len(plan.models):
            return
        params = {}
        if choice.method == method and choice.valid:
            known = self.host.params(self.host.explainers[method]).model_fields
            params = {n: v for n, v in choice.params.items() if n in known and v != known[n].default}
        self._arms_chosen = True
        self.choose(arms=(*plan.arms, self._arm(plan.models[model], method, params)))

    def remove_arm(self, at: int) -> None:
        """Do not compare arm number `at`; the undo of `add_arm`."""
        self._arms_chosen = True
        self.choose(arms=tuple(arm for i, arm in enumerate(self._state.study_plan.arms) if i != at))

    def ask_model(self) -> None:
        """Ask for another model to compare."""
        self._dialogs.open_model(None, Lookup(self._desk, self._shelf), self._add_model)

    def ask_folder(self) -> None:
        """Ask where the study goes."""
        folder = self._dialogs.choose_folder("Folder of the study", folder_of(self._state.study_plan))
        if folder is not None:
            self.choose(folder=folder)

    # -- preparing and opening ----------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the maps, then let readers begin."""
        state, plan = self._state, self._state.study_plan
        if why_not(state) or state.study_preparing is not None:
            return
        self.dismiss(TOPIC)
        spec, folder, exactly = spec_of(plan), folder_of(plan), plan.folder is not None
        shelf, give_way = self._shelf, self._give_way
        state.study_preparing = Preparing(0)
        number = self._desk.ask(
            TOPIC,
            lambda progress: study_errands.prepare(
                spec, shelf, folder, exactly=exactly, progress=progress, give_way=give_way
            ),
            "Preparing the reader study",
            self._prepared,
            otherwise=lambda error: self.failed("Preparing the reader study", error),
        )
        state.study_preparing = Preparing(number) if number else None

    def stop(self) -> None:
        """Stop preparing; what is finished stays."""
        if (running := self._state.study_preparing) is not None:
            self._state.study_preparing = replace(running, stopping=True)
            self._desk.cancel(running.number)

    def ask_study(self) -> None:
        """Ask for the folder of a study, and open it."""
        folder = self._dialogs.choose_folder("Folder of a study", folder_of(self._state.study_plan).parent)
        if folder is None:
            return
        self.dismiss(TOPIC)
        self._desk.ask(
            TOPIC, lambda progress: read_study(folder), "Opening the study",
            lambda study: self._opened(folder, study), uses_model=False,
            otherwise=lambda error: self.failed("Opening the study", error),
        )  # fmt: skip

    # -- messages -----------------------------------------------------------------------------------------------

    def dismiss(self, topic: str) -> None:
        """Take away what was said about `topic`."""
        self._state.study_messages = tuple(m for m in self._state.study_messages if m.topic != topic)

    def say(self, text: str, level: str = "info") -> None:
        """Say `text` in the study's window."""
        self._tell(Message(text, level, topic=TOPIC))

    def failed(self, title: str, error: BaseException) -> bool:
        """Say what went wrong in the study's window."""
        self._tell(self._describe(TOPIC, title, error))
        return True

    def _tell(self, message: Message) -> None:
        self.dismiss(message.topic)
        self._state.study_messages = (*self._state.study_messages, message)

    # -- inside -------------------------------------------------------------------------------------------------

    def _arm(self, card: ModelCard, method: str, params: Mapping[str, Any]) -> PlannedArm:
        return PlannedArm(card, method, self.host.explainers[method].title, params)

    def _follow(self, card: ModelCard | None) -> None:
        """Offer the open model, and two methods on it as long as nobody chose; what nobody uses goes."""
        if card is None:
            return
        if not self._arms_chosen:
            offered = offered_methods(self.host)
            first = [key for key in FIRST_METHODS if key in offered] or list(offered)[:2]
            self.choose(arms=tuple(self._arm(card, key, {}) for key in first))
        plan = self._state.study_plan
        used = {arm.model.ref for arm in plan.arms} | self._added
        others = (m for m in plan.models if m.ref != card.ref and m.ref in used)
        self.choose(models=(card, *others))

    def _add_model(self, ref: ModelRef) -> None:
        shelf = self._shelf
        self._desk.ask(
            MODEL, lambda progress: errands.open_model(shelf, ref, {}, progress), f"Opening {ref.architecture}",
            self._model_opened, otherwise=lambda error: self.failed("Opening the model", error),
        )  # fmt: skip

    def _model_opened(self, card: ModelCard) -> None:
        """Offer it, with the method of the first arm: the same method on two models is what is mostly wanted."""
        self._added.add(card.ref)
        models = (*(m for m in self._state.study_plan.models if m.ref != card.ref), card)
        self.choose(models=models)
        arms = self._state.study_plan.arms
        if arms and all(arm.model.ref != card.ref for arm in arms):
            self.add_arm(len(models) - 1, arms[0].method)

    def _heard(self, busy: tuple[Running, ...]) -> None:
        """Follow the preparation in the list of what is under way; see when it is no longer there."""
        running = self._state.study_preparing
        if running is None or not running.number:
            return
        job = next((r for r in busy if r.number == running.number), None)
        if job is None:
            self._state.study_preparing = None
            if running.stopping:
                self.say("Stopped. What is finished is kept, and Prepare goes on from there.")
            return
        self._state.study_preparing = replace(running, fraction=job.fraction, message=job.message or running.message)

    def _prepared(self, found: tuple[Path, Study] | None) -> None:
        if found is None:
            return  # stopped, which was said
        folder, study = found
        self._opened(folder, study)
        notes = []
        if out := len(study.left_out):
            why = Counter(study.left_out.values()).most_common(1)[0][0]
            notes.append(f"{out} of the pictures were left out. {why}" if out > 1 else f"One was left out. {why}")
        notes += [f"A map could not be made: {study.failures[0]}"] if study.failures else []
        if notes:
            self.say(" ".join(notes), "warning")
