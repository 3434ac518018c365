"""Decides what is counted of many pictures: which class a name means, the confusion table, the pictures of a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salviewer.gui.batch_values import ANY, FAILED, Place, Table
from salviewer.gui.values import Answer, Message
from salviewer.jobs.batch_tables import confusion_rows, picture_rows, write_rows
from salviewer.jobs.batches import Batch, Looked
from salviewer.jobs.class_names import Matched, match_names, say_unknown
from salviewer.numeric.confusion import UNKNOWN, Confusion, tally

if TYPE_CHECKING:
    from salviewer.api.values import Prediction
    from salviewer.gui.actions import Actions
    from salviewer.gui.browsing import Browsing

NAMES, SAVE = "class names", "save the table"
ASKED = 12
"""Class names that are asked about one by one; more of them are better put right in the table."""
LEAVE_OUT = "None of them: leave its pictures out"


class Counting:
    """What the open folder's predictions come to. `memory` is the folder's, held by `browsing`."""

    def __init__(self, actions: Actions, browsing: Browsing) -> None:
        self._actions, self._browsing, self.memory = actions, browsing, browsing.memory
        self._state = actions.state
        self._meant: dict[str, int] = {}
        self._by_model: dict[str, Mapping[str, Looked]] = {}
        self._model = ""
        memory = self.memory
        memory.batch_changed.connect(self._another_batch)
        self._state.model_changed.connect(self._another_model)
        self._state.prediction_changed.connect(self._predicted)
        for changed in (memory.looked_changed, memory.plan_changed):
            changed.connect(lambda _: self._count())

    def choose_place(self, place: Place | None) -> None:
        """Show the pictures of a cell; None: of none."""
        self.memory.place = place

    # -- the table ----------------------------------------------------------------------------------------------

    def matched(self) -> Matched:
        """What the folder's class names mean to the model, answers of the person included."""
        card, batch = self._state.model, self.memory.batch
        if card is None or batch is None:
            return Matched({}, {})
        names = {item.truth for item in batch.items} | {looked.truth for looked in self.memory.looked.values()}
        matched = match_names(names, card.classes)
        answered = {name: index for name, index in self._meant.items() if name in matched.unknown}
        left = {name: near for name, near in matched.unknown.items() if name not in answered}
        return Matched({**matched.found, **answered}, left)

    def truths(self) -> dict[str, int]:
        """The true class of each picture, `UNKNOWN` where nobody knows it."""
        batch, looked, found = self.memory.batch, self.memory.looked, self.matched().found
        named = {i.key: i.truth or (looked[i.key].truth if i.key in looked else "") for i in batch.items}
        return {key: found.get(name, UNKNOWN) for key, name in named.items()}

    def _count(self) -> None:
        """Count anew what is known."""
        card, batch, looked = self._state.model, self.memory.batch, self.memory.looked
        if card is None or batch is None or not looked or card.outputs == "caption":
            self.memory.table = None
            return
        truths = self.truths()
        known = [looked[i.key] for i in batch.items if i.key in looked]
        counts = tally((truths[one.key], one.predicted) for one in known if one.predicted >= 0)
        rows, columns = self._order(counts, ordinal=card.outputs == "ordinal")
        failed = sum(bool(one.error) for one in known)
        self.memory.table = Table(counts, rows, columns, card.classes, failed)

    def _order(self, counts: Confusion, *, ordinal: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns: classes that occur; of grades also those between; with most errors first if wished."""
        occur = sorted({*counts.truths, *counts.predictions})
        rows: Sequence[int] = counts.truths
        if ordinal and occur:
            occur = list(range(occur[0], occur[-1] + 1))
        elif self.memory.plan.by_errors and counts.n:
            occur.sort(key=lambda i: -counts.errors(i))
            rows = [i for i in occur if i in counts.truths]
        elif self.memory.plan.by_errors:
            occur.sort(key=lambda i: -counts.of_prediction(i))
        return (*rows, *([UNKNOWN] if counts.unlabelled else [])), tuple(occur)

    def failed(self) -> tuple[str, ...]:
        """The pictures that could not be read or asked about."""
        batch, looked = self.memory.batch, self.memory.looked
        return tuple(i.key for i in batch.items if i.key in looked and looked[i.key].error) if batch else ()

    def pictures_in(self, place: Place) -> tuple[str, ...]:
        """The pictures of a cell, the surest first."""
        truths, looked = self.truths(), self.memory.looked
        if place == FAILED:
            return self.failed()
        found = [
            one
            for item in self.memory.batch.items
            if (one := looked.get(item.key)) is not None
            and one.predicted >= 0
            and place.truth in (ANY, truths[one.key])
            and place.predicted in (ANY, one.predicted)
        ]
        return tuple(one.key for one in sorted(found, key=lambda one: -one.probability))

    def match(self) -> None:
        """Ask which classes the unknown names mean."""
        card = self._state.model
        classes = card.classes if card is not None else ()
        for name, near in list(self.matched().unknown.items())[:ASKED]:
            rest = tuple(c for c in classes if c not in near)
            text = f"Which class of the model is “{name}”?"
            answer = self._actions.dialogs.choose(text, "class", (*near, LEAVE_OUT, *rest))
            if answer is None:
                break
            self._meant[name] = classes.index(answer) if answer in classes else UNKNOWN
        self._say_unknown()
        self._count()

    def _say_unknown(self) -> None:
        unknown = self.matched().unknown
        self._actions.dismiss(NAMES)
        if unknown:
            answers = (Answer("Match them …", "match"),)
            text = f"{say_unknown(unknown)} Their pictures do not count in the table."
            self._actions.tell(Message(text, "question", answers=answers, topic=NAMES))

    # -- files --------------------------------------------------------------------------------------------------

    def export(self, what: str) -> None:
        """Ask where, and save the "table", or a line for each of the "pictures", as CSV."""
        table, batch = self.memory.table, self.memory.batch
        if table is None or batch is None:
            return
        path = self._actions.dialogs.save_file("Export as CSV", f"{batch.title}-{what}.csv", "CSV table (*.csv)")
        if path is None:
            return
        if what == "table":
            rows = confusion_rows(table.counts, table.classes, table.columns)
        else:
            rows = picture_rows(batch.items, self.memory.looked, self.truths(), table.classes)
        self._actions.desk.ask(
            SAVE,
            lambda progress: write_rows(path, rows),
            f"Saving {path.name}",
            lambda saved: self._actions.tell(Message(f"Saved {saved.name}.", "info", topic=SAVE)),
            uses_model=False,
        )

    # -- what else happens --------------------------------------------------------------------------------------

    def _another_batch(self, batch: Batch | None) -> None:
        self._by_model, self._meant = {}, {}
        self._actions.dismiss(NAMES)
        if batch is not None and self._state.model is not None:
            self._say_unknown()
        self._count()

    def _another_model(self, card: Any) -> None:
        self._by_model[self._model] = self.memory.looked
        self._model = card.ref.model_dump_json() if card is not None else ""
        self._meant = {}
        self.memory.place = None
        self.memory.explained = {}
        self.memory.looked = self._by_model.get(self._model, {})
        self._say_unknown()

    def _predicted(self, prediction: Prediction | None) -> None:
        """Keep what the model said of the open picture, too."""
        picture, card = self._state.picture, self._state.model
        if prediction is None or picture is None or card is None or prediction.chosen is not None:
            return
        item = self._browsing.item(picture.ref.source)
        if item is None or len(prediction.classes) != len(card.classes):
            return
        top = tuple((i, p) for i, _, p in prediction.top(5))
        self._browsing.note(Looked(item.key, item.truth or picture.truth, top[0][0], top[0][1], top))
