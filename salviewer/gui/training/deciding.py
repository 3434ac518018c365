"""Decides about training: what is learned from which pictures, when Train may be pressed, what becomes of the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.evidence import Evidence
from salviewer.api.jobspec import CollectionRef, JobSpec
from salviewer.gui.collecting import Collecting, collection_of
from salviewer.gui.field_specs import faults
from salviewer.gui.job_entries import SURE_AFTER_S, seconds
from salviewer.gui.training import errands
from salviewer.gui.training.fitting import misfit, why_not
from salviewer.gui.training.values import Ended, SavedState, TrainingState, UnderWay
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from salviewer.api.descriptors import TrainerInfo
    from salviewer.api.params import Params
    from salviewer.gui.actions import Actions
    from salviewer.gui.values import OpenPicture

LOG = logging.getLogger("salviewer.training")
TOPIC, LOOK, SAVE = "train", "train: pictures", "train: save"
ALREADY = "A training is under way: wait for it, or stop it first."


class Training:
    """The Training panel's decisions. Held by `Actions`."""

    def __init__(self, actions: Actions, clock: Callable[[], float] = time.monotonic) -> None:
        self.state = TrainingState()
        self._actions, self._window, self._desk, self._clock = actions, actions.state, actions.desk, clock
        self._typed: dict[str, Mapping[str, Any]] = {}
        self._picked, self._began, self._rested = False, 0.0, 0.0
        self.collecting = Collecting(self.state, actions.desk, actions.shelf, actions.dialogs, actions.describe,
                                     plan="plan", pictures="pictures", topic=LOOK)  # fmt: skip

    # -- choices ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Choose a trainer that fits, and the collection of the open picture. Once; later choices stay."""
        if self.state.plan.collection or self.state.plan.trainer:
            return
        trainers = self._actions.host.trainers
        fit = [key for key, info in trainers.items() if not misfit(info, self._window.model)]
        if first := next(iter([*fit, *trainers]), ""):
            self.choose_trainer(first)
        self.collecting.set_params({}, key=self.collecting.first())
        self._follow(self._window.picture)
        self._window.picture_changed.connect(self._follow)

    def trainer(self) -> TrainerInfo | None:
        """The chosen trainer."""
        return self._actions.host.trainers.get(self.state.plan.trainer)

    def about(self, info: TrainerInfo) -> tuple[tuple[str, str], ...]:
        """What is to be known of a trainer before it is used, as name and words."""
        methods = [one.title for one in self._actions.host.explainers.values() if one.trained_by == info.key]
        needs = "boxes or masks that say where the truth lies" if "annotation" in info.needs else ""
        rows = (("Learns", info.learns), ("Used by", ", ".join(methods)), ("Needs", needs),
                ("From", info.source.citation))  # fmt: skip
        return tuple((name, words) for name, words in rows if words)

    def params_model(self) -> type[Params] | None:
        """What can be set of the chosen trainer."""
        info = self.trainer()
        return self._actions.host.params(info) if info is not None else None

    def choose_trainer(self, key: str) -> None:
        """Learn by trainer `key`, with the settings it had last."""
        info = self._actions.host.trainer(key)
        model, typed = self._actions.host.params(info), self._typed.get(key, {})
        self.state.plan = replace(self.state.plan, trainer=key, settings=typed, settled=not faults(model, typed))

    def set_settings(self, values: Mapping[str, Any], valid: bool) -> None:
        """Remember what the trainer's form holds."""
        self._typed[self.state.plan.trainer] = dict(values)
        self.state.plan = replace(self.state.plan, settings=dict(values), settled=valid)

    def give_settings(self, trainer: str, values: Mapping[str, Any]) -> None:
        """Put `values` into the settings of `trainer`, the chosen one or not; the others stay."""
        if trainer == self.state.plan.trainer:
            self.set_settings({**self.state.plan.settings, **values}, self.state.plan.settled)
        else:
            self._typed[trainer] = {**self._typed.get(trainer, {}), **values}

    def choose_collection(self, key: str, params: Mapping[str, Any] | None = None) -> None:
        """Learn from collection `key`."""
        self._picked = True
        self.collecting.set_params(dict(params or {}), key=key)

    def choose(self, *, limit: int, seed: int) -> None:
        """How many samples at most, 0 for all, and the seed of all that is drawn."""
        self.state.plan = replace(self.state.plan, limit=limit, seed=seed)

    def open_folder(self) -> tuple[str, Mapping[str, Any]] | None:
        """The collection that the open folder is, with its parameters; None where no folder is open."""
        batch = self._actions.browsing.memory.batch
        if batch is None or not batch.items or not Path(batch.place).is_dir():
            return None
        source, options = batch.items[0].ref.source, batch.items[0].ref.options
        if source.startswith("collection:"):
            return source.removeprefix("collection:").partition("/")[0], options.get("collection", {})
        return errands.PLAIN_FOLDER, {"folder": batch.place}

    def take_folder(self) -> None:
        """Learn from the folder that is open."""
        if (found := self.open_folder()) is not None:
            self.choose_collection(*found)

    def _follow(self, picture: OpenPicture | None) -> None:
        """Take the collection of the open picture, as long as nobody chose one."""
        found = collection_of(picture)
        if found is not None and not self._picked and self.state.under_way is None:
            key, params = found
            self.collecting.set_params(params, key=key)

    # -- training -----------------------------------------------------------------------------------------------

    def why_not(self) -> str:
        """Why Train cannot be pressed, in a sentence; empty if it can."""
        found = why_not(self._actions.host, self.state.plan, self._window.model, self.state.pictures)
        return ALREADY if self.state.under_way is not None else found

    def spec(self) -> JobSpec:
        """The job that Train would submit; values equal to the trainer's defaults are left out."""
        plan, model, card = self.state.plan, self.params_model(), self._window.model
        if model is None or card is None:
            raise RuntimeError("asked for a job although nothing is chosen")
        defaults = {name: field.default for name, field in model.model_fields.items()}
        return JobSpec(
            verb="train",
            method=plan.trainer,
            params={name: value for name, value in plan.settings.items() if value != defaults.get(name)},
            model=card.ref.model_copy(update={"sha256": card.sha256}),
            collection=CollectionRef(key=plan.collection, params=dict(plan.params), limit=plan.limit),
            seed=plan.seed,
        )

    def goes_on(self) -> bool:
        """Whether Train would go on with what was stopped."""
        ended = self.state.ended
        return ended is not None and ended.trained is None and not self.why_not() and ended.spec == self.spec()

    def train(self) -> None:
        """Submit what is chosen."""
        if not self.why_not():
            self.train_again(self.spec())

    def train_again(self, spec: JobSpec) -> None:
        """Submit `spec`, unless a training is under way."""
        if self.state.under_way is not None:
            self._actions.tell(Message(ALREADY, "warning", topic=TOPIC))
            return
        self._actions.dismiss(TOPIC)
        title, self._began = self.title(spec), 0.0
        self.state.ended = None
        number = self._desk.follow(TOPIC, spec, f"Training: {title}", self._went_on, self._done, self._lost)
        if number:
            self.state.under_way = UnderWay(number, spec, title)

    def title(self, spec: JobSpec) -> str:
        """The name of what `spec` learns."""
        info = self._actions.host.trainers.get(spec.method)
        return info.title if info else spec.method

    def stop(self) -> None:
        """Stop the training; what was done stays, and Train goes on from there."""
        if (running := self.state.under_way) is not None:
            self.state.under_way = replace(running, stopping=True)
            self._desk.cancel(running.number)

    def can_pause(self) -> bool:
        """Whether a training is under way that nobody has asked to end."""
        running = self.state.under_way
        return running is not None and not (running.stopping or running.ending)

    def is_paused(self) -> bool:
        """Whether the training waits to go on."""
        return self.state.under_way is not None and self.state.under_way.paused

    def pause_or_go_on(self) -> None:
        """The one or its undo."""
        if self.is_paused():
            self.go_on()
        else:
            self.pause()

    def pause(self) -> None:
        """Let the training wait; what else is asked of the model is done meanwhile."""
        running = self.state.under_way
        if running is not None and self.can_pause() and not running.paused:
            self._rested = self._clock()
            self.state.under_way = replace(running, paused=True, left_s=None)
            self._desk.pause(running.number)

    def go_on(self) -> None:
        """The undo of `pause`."""
        running = self.state.under_way
        if running is not None and running.paused:
            self._end_rest(running)
            self._desk.go_on(running.number)

    def end_early(self) -> None:
        """Have the training end with what it has learned so far, which is kept as if it had come to its end."""
        running = self.state.under_way
        if running is not None and self.can_pause():
            running = self._end_rest(running) if running.paused else running
            self.state.under_way = replace(running, ending=True)
            self._desk.end_early(running.number)

    def _end_rest(self, running: UnderWay) -> UnderWay:
        """`running` as it goes on; what was spent waiting does not count as its time."""
        if self._began:
            self._began += self._clock() - self._rested
        self.state.under_way = replace(running, paused=False)
        return self.state.under_way

    def _went_on(self, event: Any) -> None:
        running = self.state.under_way
        if running is None or event.number != running.number:
            return
        self._began = self._began or self._clock()
        spent, f = self._clock() - self._began, event.fraction
        left = spent * (1 - f) / f if f > 0.02 and spent >= SURE_AFTER_S else None
        shown: tuple[Evidence, ...] = tuple(event.evidence) or running.evidence
        self.state.under_way = replace(
            running, fraction=f, message=event.message, started=True, left_s=left, evidence=shown
        )

    def _done(self, event: Any) -> None:
        running, spent = self.state.under_way, self._clock() - self._began
        title = self.title(event.spec)
        self.state.under_way = None
        shown = event.result.evidence or (running.evidence if running else ())
        why = event.message if event.place is None else ""
        self.state.ended = Ended(event.spec, title, event.result, event.place, why, tuple(shown), 1.0, spent)
        LOG.info("%s: learned in %s", title, seconds(spent))
        self._actions.tell(Message(f"{title}: the training is done.", "info", topic=TOPIC))
        self._actions.trained_states.look()

    def _lost(self, event: Any) -> bool:
        """Stopped or failed; a failure is told as any other, here it is only said that there is nothing."""
        running, stopped = self.state.under_way, event.kind == "cancelled"
        self.state.under_way = None
        title = self.title(event.spec)
        why = "" if stopped else self._actions.describe(TOPIC, title, event.error).text
        shown = running.evidence if running else ()
        far = running.fraction if running else 0.0
        self.state.ended = Ended(event.spec, title, None, None, why, shown, far, self._clock() - self._began)
        LOG.info("%s: %s", title, "stopped" if stopped else "failed")
        return stopped

    # -- what was learned ---------------------------------------------------------------------------------------

    def use_ended(self) -> None:
        """Choose the method that takes what was learned, with it."""
        ended = self.state.ended
        if ended is not None and ended.place is not None and not self.why_not_use():
            self._actions.trained_states.use(SavedState(str(ended.place), ended.spec.method))

    def why_not_use(self) -> str:
        """Why what was learned cannot be used now; empty if it can."""
        ended, card = self.state.ended, self._window.model
        if ended is None or ended.place is None:
            return "It is in no file: save it first."
        if card is None or card.sha256 != ended.spec.model.sha256:
            return "It was learned about another model: open that one to use it."
        return self._actions.trained_states.why_no_method(ended.spec.method)

    def save_copy(self) -> None:
        """Ask where, and write what was learned there too."""
        ended = self.state.ended
        trained = ended.trained if ended is not None else None
        if ended is None or trained is None:
            return
        kinds = "Trained state (*.safetensors)"
        path = self._actions.dialogs.save_file("Save what was learned", f"{ended.spec.method}.safetensors", kinds)
        if path is not None:
            said = Message(f"Saved {path.name}.", "info", topic=SAVE)
            self._desk.ask(SAVE, lambda progress: trained.save(path), f"Saving {path.name}",
                           lambda _: self._actions.tell(said), uses_model=False)  # fmt: skip

    def show_place(self) -> None:
        """Show the folder that it is kept in."""
        if self.state.ended is not None and self.state.ended.place is not None:
            self._actions.dialogs.show_file(self.state.ended.place.parent)
