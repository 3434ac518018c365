"""Decides about many pictures: predicting and explaining them one after another, and what the table shows of them.

Each step is a job of its own, so that whatever a person asks for meanwhile comes between two of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef, JobSpec
from salviewer.gui.batch_values import Going
from salviewer.gui.pace import Pace
from salviewer.jobs.batches import Explained, Item, Looked
from salviewer.numeric.confusion import UNKNOWN
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.gui.batch_counting import Counting
    from salviewer.gui.browsing import Browsing

TOPIC = "batch"
FIRST, MOST = 4, 64
"""Pictures that are predicted in one go: at first, and at most."""
GO_S = 0.5
"""How long one go should take, so that nobody waits longer for something else."""
LIST_EVERY_S = 2.0


class Batching:
    """What is done with the open folder. `memory` is the folder's, held by `browsing`."""

    def __init__(self, actions: Actions, browsing: Browsing, counting: Counting) -> None:
        self._actions, self._browsing, self._counting = actions, browsing, counting
        self.memory = browsing.memory
        self._state, self._desk, self._shelf = actions.state, actions.desk, actions.shelf
        self._size, self._pace = FIRST, Pace()
        self._queue: list[Item] = []
        self._listed_at = 0.0
        self.memory.batch_changed.connect(self._stop_for_another)
        self._state.model_changed.connect(self._stop_for_another)

    # -- what can be done ---------------------------------------------------------------------------------------

    def why_not(self, what: str) -> str:
        """Why the folder cannot be predicted ("predict") or explained ("explain"), in a sentence; empty if it can."""
        state, memory = self._state, self.memory
        if memory.batch is None:
            return "Open a folder first."
        if state.model is None:
            return "Open a model first."
        if what == "predict" and state.model.outputs == "caption":
            return "This model writes captions: there are no classes to count."
        if what == "predict":
            return ""
        if not state.choice.method:
            return "No method is installed."
        if not state.choice.valid:
            return "Correct the marked setting of the method first."
        if not self._actions.kept.stores:
            return "There is no workspace file in which so many results could be kept."
        if memory.plan.aim == "chosen" and state.choice.target is None:
            return "Click the class in the Prediction panel first."
        if memory.plan.aim == "truth" and not self._may_have_truths():
            return "These pictures have no classes: explain the predicted ones."
        return ""

    def _may_have_truths(self) -> bool:
        """Whether a true class is known, or may be once a collection's samples are read."""
        items = self.memory.batch.items
        return any(item.truth or item.ref.source.startswith("collection:") for item in items)

    def choose(self, **values: Any) -> None:
        """Change fields of the plan: aim, limit, by_errors."""
        self.memory.plan = replace(self.memory.plan, **values)

    # -- predicting ---------------------------------------------------------------------------------------------

    def predict_all(self) -> None:
        """Ask the model about every picture that it was not asked about; about all again where none is left."""
        if self.why_not("predict") or self.memory.going is not None:
            return
        items = self.memory.batch.items
        left = [item for item in items if not self._is_known(item)]
        if not left:
            self.memory.looked, left = {}, list(items)
        self._predict(left, self._predicted_all)

    def _is_known(self, item: Item) -> bool:
        """Whether the model was asked, and a sample's class came along."""
        found = self.memory.looked.get(item.key)
        if found is None:
            return False
        told = item.truth or found.truth or not item.ref.source.startswith("collection:")
        return bool(found.error) or (found.predicted >= 0 and bool(told))

    def _predict(self, items: Sequence[Item], then: Callable[[], None]) -> None:
        self.memory.said = ""
        self._queue, self._pace = list(items), Pace()
        self._size = FIRST
        self._predict_next(len(items), then)

    def _predict_next(self, total: int, then: Callable[[], None]) -> None:
        done = total - len(self._queue)
        if not self._queue:
            then()
            return
        part, shelf, ref = tuple(self._queue[: self._size]), self._shelf, self._state.model.ref
        self.memory.going = Going("predict", done, total, self._pace.left_s(done, total), part[0].name)

        def errand(progress: Any) -> tuple[float, tuple[Looked, ...]]:
            from salviewer.jobs.many import look_at  # noqa: PLC0415 - loads torch, on the worker's thread

            began = time.monotonic()
            found = look_at(shelf, ref, part, progress)
            return time.monotonic() - began, found

        def answered(answer: tuple[float, tuple[Looked, ...]]) -> None:
            took_s, found = answer
            self._size = max(1, min(MOST, round(len(part) * min(4.0, GO_S / max(took_s, 1e-3)))))
            self._pace.note(done + len(part))
            del self._queue[: len(part)]
            self._browsing.note(*found)
            self._predict_next(total, then)

        self._ask(errand, f"Predicting {done + 1:,} of {total:,}", answered)

    def _predicted_all(self) -> None:
        failed = self._counting.failed()
        count = len(self.memory.batch.items)
        self._end(f"{counted(count - len(failed), 'picture')} predicted{_could_not(len(failed))}.")

    # -- explaining ---------------------------------------------------------------------------------------------

    def explain_all(self) -> None:
        """Explain every picture up to the limit, the predictions first; what is there already is not made again."""
        if self.why_not("explain") or self.memory.going is not None:
            return
        plan, items = self.memory.plan, self.memory.batch.items
        chosen = items[: plan.limit] if plan.limit else items
        self.memory.explained = {}
        base = self._base()
        captions = self._state.model.outputs == "caption"
        left = [] if captions else [item for item in chosen if not self._is_known(item)]
        self._predict(left, lambda: self._begin_explaining(base, chosen))

    def _base(self) -> JobSpec:
        """What is asked of each picture; its place is taken by each in turn."""
        nobody = InputRef(source="")
        spec = self._actions.running.spec(source=nobody)
        return spec if self.memory.plan.aim == "chosen" else spec.model_copy(update={"target": None})

    def _begin_explaining(self, base: JobSpec, chosen: Sequence[Item]) -> None:
        truths, by_truth = self._counting.truths(), self.memory.plan.aim == "truth"
        asked = []
        for item in chosen:
            found = self.memory.looked.get(item.key)
            if found is not None and found.error:
                continue
            if not by_truth:
                asked.append((item, base))
            elif truths.get(item.key, UNKNOWN) != UNKNOWN:
                asked.append((item, base.model_copy(update={"target": truths[item.key]})))
        workspace = self._actions.kept.workspace
        self._pace = Pace()
        self.memory.going = Going("explain", 0, len(asked))

        def errand(progress: Any) -> Mapping[str, int]:
            from salviewer.jobs.many import known_results  # noqa: PLC0415 - loads torch, on the worker's thread

            return known_results(workspace)

        left_out = len(chosen) - len(asked)
        self._ask(errand, "Reading the results", lambda known: self._explain_next(asked, 0, known, left_out))

    def _explain_next(
        self, asked: Sequence[tuple[Item, JobSpec]], done: int, known: Mapping[str, int], left_out: int
    ) -> None:
        total = len(asked)
        if done == total:
            self._explained_all(total, left_out)
            return
        (item, spec), shelf, workspace = asked[done], self._shelf, self._actions.kept.workspace
        self.memory.going = Going("explain", done, total, self._pace.left_s(done, total), item.name)

        def errand(progress: Any) -> Explained:
            from salviewer.jobs.many import explain_item  # noqa: PLC0415 - loads torch, on the worker's thread

            return explain_item(shelf, workspace, spec, item, known, progress)

        def answered(answer: Explained) -> None:
            if answer.number is not None:
                self.memory.explained = {**self.memory.explained, item.key: answer.number}
            else:
                before = self.memory.looked.get(item.key, Looked(item.key, item.truth))
                self._browsing.note(replace(before, error=answer.error, code=answer.code))
            if not answer.kept:
                self._pace.note(done + 1)
            self._list_now_and_then()
            self._explain_next(asked, done + 1, known, left_out)

        self._ask(errand, f"Explaining {done + 1:,} of {total:,}", answered)

    def _explained_all(self, total: int, left_out: int) -> None:
        made = len(self.memory.explained)
        out = f" {counted(left_out, 'picture')} left out: unreadable, or of no known class." if left_out else ""
        self._end(f"{counted(made, 'picture')} explained{_could_not(total - made)}.{out}")

    # -- both ---------------------------------------------------------------------------------------------------

    def _ask(self, errand: Callable[[Any], Any], title: str, then: Callable[[Any], None]) -> None:
        if not self._desk.ask(TOPIC, errand, title, then, otherwise=self._failed, lost=self._stopped):
            self.memory.going = None

    def stop(self) -> None:
        """Stop after what is under way; what is finished stays, and the same again goes on from there."""
        going = self.memory.going
        if going is None:
            return
        self._desk.drop(TOPIC)
        self._queue = []
        verb = "predicted" if going.what == "predict" else "explained"
        self._end(
            f"Stopped: {going.done:,} of {counted(going.total, 'picture')} {verb}. The same again goes on from there."
        )

    def _failed(self, error: BaseException) -> bool:
        self._queue = []
        self._end("")
        self._actions.tell(self._actions.describe(TOPIC, "Going through the folder", error))
        return True

    def _end(self, said: str) -> None:
        explained = self.memory.going is not None and self.memory.going.what == "explain"
        self.memory.going = None
        self.memory.said = said
        if explained:
            self._actions.keeping.list_results()

    def _list_now_and_then(self) -> None:
        if time.monotonic() - self._listed_at > LIST_EVERY_S:
            self._listed_at = time.monotonic()
            self._actions.keeping.list_results()

    def _stopped(self, event: Any) -> bool:
        """Somebody else stopped the step under way; a failure is told elsewhere."""
        if event.kind == "cancelled":
            self.stop()
        return False

    def _stop_for_another(self, _: object) -> None:
        """What is under way is about another folder or model."""
        self.stop()


def _could_not(count: int) -> str:
    return f", {count:,} could not be" if count else ""
