"""Who hears whom in the Folder and the Folder results panels: memory to the views, wishes to the decisions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from salviewer.gui.batch_values import FAILED, Table, Tile
from salviewer.gui.thumbnails import Thumbnails
from salviewer.gui.views.batch import BatchView
from salviewer.gui.views.batch_strip import StripView
from salviewer.numeric.confusion import UNKNOWN
from salviewer.numeric.counted import counted
from salviewer.study.intervals import share

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.gui.window import Window

SIDE = 192
"""Of thumbnails, in pixels of their own."""


class StripWiring:
    """Makes the Folder panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._actions = window.actions
        self._browsing, self._memory = self._actions.browsing, self._actions.browsing.memory
        self.view = StripView()
        tiles = self.view.list.tiles
        self._thumbnails = Thumbnails(self._browsing, "strip", SIDE, tiles.set_thumbnail, tiles.give_up)
        # The wish comes while the list is painted, when nothing may change: it is heard after that.
        tiles.thumbnail_wished.connect(self._thumbnails.wish, Qt.ConnectionType.QueuedConnection)
        self.view.open_wished.connect(self._go)
        self.view.follow_wished.connect(self._browsing.following.set_follow)
        self.view.folder_wished.connect(self._browsing.ask_folder)
        memory = self._memory
        for changed in (memory.batch_changed, memory.looked_changed, memory.explained_changed):
            changed.connect(self._show)
        memory.at_changed.connect(self._at)
        memory.follow_changed.connect(self.view.set_follow)
        self.view.set_follow(memory.follow)
        self._show()

    def _go(self, key: str) -> None:
        if key != self._memory.at:
            self._browsing.go_to(key)

    def _show(self, *_: object) -> None:
        batch = self._memory.batch
        keys = [item.key for item in batch.items] if batch else []
        self.view.list.set_tiles(tiles_of(self._actions, keys))
        self._at()

    def _at(self, *_: object) -> None:
        batch, at = self._memory.batch, self._memory.at
        if batch is None:
            self.view.set_folder("", "")
            return
        keys = [item.key for item in batch.items]
        count = counted(len(keys), "picture")
        self.view.set_folder(batch.title, f"{keys.index(at) + 1:,} of {len(keys):,}" if at in keys else count)
        self.view.list.tiles.set_open(at)
        if at in keys:
            self.view.list.mark(at)

    def dress(self) -> None:
        """Take on the present palette."""
        self.view.list.viewport().update()


class BatchWiring:
    """Makes the Folder results panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._window, self._actions, self._state = window, window.actions, window.state
        actions = self._actions
        self._browsing, self._counting, self._batching = actions.browsing, actions.counting, actions.batching
        self._memory = self._browsing.memory
        self.view = view = BatchView()
        tiles = view.tiles.tiles
        self._thumbnails = Thumbnails(self._browsing, "cell", SIDE, tiles.set_thumbnail, tiles.give_up)
        tiles.thumbnail_wished.connect(self._thumbnails.wish, Qt.ConnectionType.QueuedConnection)
        view.folder_wished.connect(self._browsing.ask_folder)
        view.place_wished.connect(self._counting.choose_place)
        view.open_wished.connect(self._open)
        view.export_wished.connect(self._counting.export)
        view.run.predict_wished.connect(self._batching.predict_all)
        view.run.explain_wished.connect(self._batching.explain_all)
        view.run.stop_wished.connect(self._batching.stop)
        view.run.planned.connect(lambda values: self._batching.choose(**values))
        memory, state = self._memory, self._state
        heard = {
            self._folder: (memory.batch_changed, memory.plan_changed, state.model_changed, state.choice_changed,
                           state.workspace_changed),
            self._table: (memory.table_changed,),
            self._place: (memory.place_changed, memory.table_changed, memory.explained_changed),
            view.run.set_going: (memory.going_changed,),
            view.set_said: (memory.said_changed,),
            self._at: (memory.at_changed,),
        }  # fmt: skip
        for hear, signals in heard.items():
            for signal in signals:
                signal.connect(hear)
        self._folder()
        self._table()
        self._place()
        view.run.set_going(memory.going)
        view.set_said(memory.said)

    def dress(self) -> None:
        """Take on the present palette."""
        self.view.dress()

    def _folder(self, *_: object) -> None:
        batch, plan, card = self._memory.batch, self._memory.plan, self._state.model
        count = len(batch.items) if batch else 0
        self.view.set_folder(f"{batch.title} · {counted(count, 'picture')}" if batch else "")
        self.view.run.set_plan(plan)
        self.view.run.set_why_not(self._batching.why_not("predict"), self._batching.why_not("explain"))
        self.view.set_sorting(by_errors=plan.by_errors, may_sort=card is None or card.outputs != "ordinal")

    def _table(self, *_: object) -> None:
        table = self._memory.table
        self.view.set_table(table, numbers_of(table, len(self._memory.batch.items)) if table else "")

    def _place(self, *_: object) -> None:
        place = self._memory.place
        if place is None or self._memory.batch is None:
            self.view.set_place("", None)
            return
        failed = place == FAILED
        title = "Could not be read" if failed else self.view.table.confusion.title(place) if self._memory.table else ""
        self.view.set_place(title, tiles_of(self._actions, self._counting.pictures_in(place)))
        self.view.table.mark(None if failed else place)
        self._at()

    def _at(self, *_: object) -> None:
        self.view.tiles.tiles.set_open(self._memory.at)

    def _open(self, key: str) -> None:
        self._browsing.go_to(key, with_map=True)
        self._window.show_panel("heatmap")


def tiles_of(actions: Actions, keys: Any) -> tuple[Tile, ...]:
    """The pictures called `keys` as lists show them."""
    memory, card = actions.browsing.memory, actions.state.model
    items = {item.key: item for item in memory.batch.items} if memory.batch else {}
    truths = actions.counting.truths() if items and card is not None else {}
    made = []
    for key in keys:
        item, found = items[key], memory.looked.get(key)
        truth = truths.get(key, UNKNOWN)
        asked = found is not None and found.predicted >= 0 and card is not None
        about = (
            f"{card.classes[found.predicted].partition(',')[0]} {100 * found.probability:.0f} %"
            if asked
            else item.truth
        )
        right = truth == found.predicted if asked and truth != UNKNOWN else None
        fault = found.error if found is not None else ""
        made.append(Tile(key, item.name, about, right, fault, key in memory.explained, item.stamp))
    return tuple(made)


def numbers_of(table: Table, total: int) -> str:
    """Accuracy with its interval, balanced accuracy, and of how many pictures; only how many of `total` were asked."""
    counts = table.counts
    asked = counts.n + counts.unlabelled + table.failed
    if asked < total:
        return f"{asked:,} of {total:,} predicted"
    if not counts.n:
        return ""
    found = share(counts.right, counts.n)
    accuracy = f"Accuracy {_percent(found.value)} ({_percent(found.low)} to {_percent(found.high)})"
    return f"{accuracy}   Balanced {_percent(counts.balanced_accuracy)}   n {counts.n:,}"


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f} %"
