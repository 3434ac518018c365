"""Decides about evaluations: which methods, metrics and pictures, and what becomes of a run."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.recipes import RECIPES
from salviewer.gui import evaluation_errands as errands
from salviewer.gui.collecting import Collecting, collection_of
from salviewer.gui.evaluation_offers import chosen_methods, offered_methods, offered_metrics
from salviewer.gui.evaluation_plan import folder_of, spec_of, why_not
from salviewer.gui.evaluation_values import UnderWay
from salviewer.gui.values import Message
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.api.jobspec import AtlasRef, InputRef
    from salviewer.bench.evaluate import Outcome
    from salviewer.bench.spec import BenchSpec
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.gui.under_way import Running
    from salviewer.gui.values import OpenPicture
    from salviewer.host import Host
    from salviewer.jobs.shelf import Shelf

TOPIC, LOOK = "evaluate", "evaluate: pictures"
FIRST_METHODS = ("gradcam", "gradient", "gradient-x-input", "guided-backprop", "glas-3d")
"""Ticked at first: cheap, and of different kinds; of volumes also what goes by regions."""
FIRST_METRICS = ("deletion", "insertion", "pointing-game")


class Evaluating:
    """The evaluation window's choices and its run. `describe` turns an exception into a message."""

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        dialogs: Any,
        give_way: Callable[[], None],
        describe: Callable[[str, str, BaseException], Message],
        tell: Callable[[Message], None],
    ) -> None:
        self._state, self._desk, self._shelf, self._dialogs = state, desk, shelf, dialogs
        self._give_way, self.describe, self._tell_main = give_way, describe, tell
        self._pace: deque[tuple[float, float]] = deque(maxlen=2)
        self._picked = False
        self.atlas: Callable[[], tuple[AtlasRef | None, InputRef | None]] = lambda: (None, None)
        self.trained: Callable[[str], str] = lambda method: ""
        self.collecting = Collecting(
            state, desk, shelf, dialogs, describe, plan="plan", pictures="pictures", topic=LOOK
        )
        state.busy_changed.connect(self._heard)

    @property
    def host(self) -> Host:
        """The plugins."""
        return self._shelf.host

    # -- choices ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Choose what is ticked at first, and the collection of the open picture. Once; later choices stay."""
        if self._state.plan.collection:
            return
        methods, metrics = {i.key for i in offered_methods(self.host)}, self.host.metrics
        self._state.plan = replace(
            self._state.plan,
            day=f"{datetime.now().astimezone():%Y-%m-%d}",
            methods=tuple(k for k in FIRST_METHODS if k in methods) or tuple(sorted(methods))[:2],
            metrics=tuple(k for k in FIRST_METRICS if k in metrics) or tuple(metrics)[:2],
        )
        self.collecting.set_params({}, key=self.collecting.first())
        self._follow(self._state.picture)
        self._state.picture_changed.connect(self._follow)

    def _follow(self, picture: OpenPicture | None) -> None:
        """Take the collection of the open picture, as long as nobody chose one."""
        found = collection_of(picture)
        if found is not None and not self._picked and self._state.evaluation is None:
            key, params = found
            self.collecting.set_params(params, key=key)

    def choose_collection(self, key: str, params: Mapping[str, Any] | None = None) -> None:
        """Take the pictures of collection `key`."""
        self._picked = True
        self.collecting.set_params(dict(params or {}), key=key)

    def choose(self, **values: Any) -> None:
        """Change fields of the plan: limit, target, correct_only, seed, methods, metrics, recipe."""
        self._state.plan = replace(self._state.plan, **values)

    def tick(self, kind: str, key: str, on: bool) -> None:
        """Tick or untick a method or metric (`kind` "methods" or "metrics")."""
        offers = offered_methods(self.host) if kind == "methods" else offered_metrics(self.host)
        had = {*getattr(self._state.plan, kind)} - {key} | ({key} if on else set())
        self.choose(**{kind: tuple(info.key for info in offers if info.key in had)})

    def ask_folder(self) -> None:
        """Ask where the results go; a folder with results of before is gone on with, its choices taken over."""
        folder = self._dialogs.choose_folder("Folder of the results", folder_of(self._state))
        if folder is not None:
            self.choose(folder=folder)

    def take_over(self, spec: BenchSpec) -> None:
        """Choose what `spec` asked for; methods and metrics that are not installed are left out."""
        methods, metrics = {i.key for i in offered_methods(self.host)}, self.host.metrics
        self.choose(
            limit=spec.limit, target=spec.target, correct_only=spec.correct_only, seed=spec.seed,
            recipe=spec.recipe if spec.recipe in RECIPES else "",
            methods=tuple(dict.fromkeys(m.key for m in spec.methods if m.key in methods)),
            metrics=tuple(dict.fromkeys(m.key for m in spec.metrics if m.key in metrics)),
        )  # fmt: skip
        self.choose_collection(spec.collection, spec.collection_params)

    def why_not(self) -> str:
        """Why no evaluation can be run now, in a sentence; empty if it can."""
        found, plan, methods = why_not(self._state, self.host), self._state.plan, self.host.explainers
        ticked = () if found or plan.recipe else chosen_methods(self._state, self.host)
        needy = (methods[key].title for key in ticked if "trained" in methods[key].needs and not self.trained(key))
        return found or next((f"{title} must be trained on this model first: train it, or untick it." for title in
                              needy), "")  # fmt: skip

    # -- the run ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Start what is chosen, or go on with it."""
        state = self._state
        if self.why_not() or state.evaluation is not None:
            return
        self.dismiss(TOPIC)
        spec, folder, shelf, give_way = (
            spec_of(state, self.host, *self._atlas(), self.trained),
            folder_of(state),
            self._shelf,
            self._give_way,
        )
        self._pace = deque(maxlen=2 * len({*(m.name for m in spec.methods), *CONTROLS}))
        state.evaluation = UnderWay(0)
        number = self._desk.ask(
            TOPIC,
            lambda progress: errands.evaluate(spec, shelf, folder, progress, give_way),
            "Evaluating",
            self._done,
            otherwise=self._failed,
        )
        state.evaluation = UnderWay(number) if number else None

    def _atlas(self) -> tuple[AtlasRef | None, InputRef | None]:
        """The atlas that is open in the main window, where the collection brings none itself."""
        from salviewer.bench.atlas_given import own_atlas  # noqa: PLC0415 - loads numpy, beside its one use

        collection = self._state.plan.collection
        return (None, None) if own_atlas(collection, self._shelf) is not None else self.atlas()

    def stop(self) -> None:
        """Stop after the cell under way; what is finished stays."""
        if (running := self._state.evaluation) is not None:
            self._state.evaluation = replace(running, stopping=True)
            self._desk.cancel(running.number)

    def dismiss(self, topic: str) -> None:
        """Take away what was said about `topic`."""
        self._state.evaluation_messages = tuple(m for m in self._state.evaluation_messages if m.topic != topic)

    def tell(self, message: Message) -> None:
        """Say `message` in the evaluation's window, in place of an older one about the same topic."""
        others = tuple(m for m in self._state.evaluation_messages if m.topic != message.topic)
        self._state.evaluation_messages = (*others, message)

    def _heard(self, busy: tuple[Running, ...]) -> None:
        """Follow the run's progress in the list of what is under way; see when it is no longer there."""
        running = self._state.evaluation
        if running is None or not running.number:
            return
        job = next((r for r in busy if r.number == running.number), None)
        if job is None:
            self._state.evaluation = None
            if running.stopping:
                self.say("Stopped. What is finished is kept, and Run goes on from there.")
            return
        message = job.message.removeprefix("Evaluating ")
        if (job.fraction, message) != (running.fraction, running.message):
            self._pace.append((time.monotonic(), job.fraction))
        self._state.evaluation = replace(
            running, fraction=job.fraction, message=message, started=job.started, left_s=self._left()
        )

    def _left(self) -> float | None:
        """Seconds left, from the pace of the last two pictures: what was found finished went by faster."""
        if len(self._pace) < (self._pace.maxlen or 2):
            return None
        (t0, f0), (t1, f1) = self._pace[0], self._pace[-1]
        return (1 - f1) * (t1 - t0) / (f1 - f0) if f1 > f0 else None

    def _done(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return  # stopped, which was said
        if outcome.left_out and not outcome.done + outcome.kept:
            self.say("The model gets none of these pictures right, so that there was nothing to judge.", "warning")
            return
        kept = f", {outcome.kept:,} of them found finished" if outcome.kept else ""
        wrong = counted(outcome.left_out, "picture") + " that the model gets wrong"
        out = f" {wrong} {'was' if outcome.left_out == 1 else 'were'} left out." if outcome.left_out else ""
        self.say(f"Done: {counted(outcome.done + outcome.kept, 'map')} judged{kept}.{out}")
        self._tell_main(Message("The evaluation is done.", "info", topic=TOPIC))

    def _failed(self, error: BaseException) -> bool:
        message = self.describe(TOPIC, "Evaluating", error)
        self.tell(message)
        self._tell_main(replace(message, text=f"The evaluation stopped. {message.text}"))
        return True

    def say(self, text: str, level: str = "info") -> None:
        """Say `text` about the run, in the evaluation's window."""
        self.tell(Message(text, level, topic=TOPIC))
