"""Decides about comparing: which cells there are, what fills them, which two are set against each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import JobSpec
from salviewer.errors import SalViewerError
from salviewer.gui.comparing_memory import Comparison
from salviewer.gui.comparing_pairs import Pairing
from salviewer.gui.comparing_values import About, Tile, about_of
from salviewer.gui.running import shown_from
from salviewer.gui.values import Message, OpenPicture, ResultItem

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions

MOST = 24
"""Cells at once: more cannot be told apart on a screen."""
TOPIC = "compare"
STOPPED = "Stopped before it was finished."


class Comparing:
    """The Compare panel's decisions. `memory` is what it remembers."""

    def __init__(self, actions: Actions) -> None:
        self.memory = Comparison()
        self._actions, self._state = actions, actions.state
        self.pairing = Pairing(actions, self.memory)
        self._keys, self._strips = itertools.count(1), itertools.count(1)
        self._state.busy_changed.connect(self._progressed)

    def close(self) -> None:
        """Listen no more, wait for nothing."""
        self.pairing.back()
        self._state.busy_changed.disconnect(self._progressed)

    # -- filling ------------------------------------------------------------------------------------------------

    def add(self, ids: Sequence[int]) -> None:
        """Put finished explanations of the results list into cells."""
        items = {item.id: item for item in self._state.results}
        there = {(t.result, t.about.part) for t in self.memory.tiles}
        for item in [items[n] for n in dict.fromkeys(ids) if n in items and (n, "") not in there]:
            key = self._put(About(item.method, item.target, item.model, item.input), spec=item.spec, result=item.id)
            if key is not None:
                self._fetch(key, item)

    def add_shown(self) -> None:
        """Put the map on the screen into a cell."""
        shown = self._state.shown
        if shown is None or shown.explanation is None:
            return
        part = shown.top.name if shown.at else ""
        number = shown.result if isinstance(shown.result, int) else None
        if any(t.explanation is shown.explanation and t.heatmap is shown.top for t in self.memory.tiles) or (
            number is not None and any((t.result, t.about.part) == (number, part) for t in self.memory.tiles)
        ):
            return
        key = self._put(about_of(shown.explanation, part=part), result=number)
        if key is not None:
            self._fill(key, shown.explanation, shown.picture, number)
            self._change(key, heatmap=shown.top)

    def order(self, spec: JobSpec, about: About, *, strip: int = 0) -> None:
        """Have `spec` run for a cell; nothing where a cell has just that already, or is about to."""
        if any(t.spec == spec and t.status not in ("failed", "stopped") for t in self.memory.tiles):
            return
        key = self._put(about, spec=spec, strip=strip)
        if key is not None:
            self._queue(key)

    def refuse(self, about: About, sentence: str) -> None:
        """A cell that says why it holds no map."""
        self._put(about, status="failed", sentence=sentence)

    def again(self, key: int) -> None:
        """Have a cell that failed or was stopped run once more."""
        tile = self.memory.tile(key)
        if tile is not None and tile.spec is not None and tile.status in ("failed", "stopped"):
            self._change(key, status="waiting", sentence="", fraction=0.0)
            self._queue(key)

    def new_strip(self) -> int:
        """A number for the cells of one more sweep."""
        return next(self._strips)

    # -- emptying -----------------------------------------------------------------------------------------------

    def remove(self, key: int) -> None:
        """Close a cell; its job is cancelled, its result stays in the list."""
        tile = self.memory.tile(key)
        if tile is None:
            return
        memory = self.memory
        memory.tiles = tuple(t for t in memory.tiles if t.key != key)
        memory.chosen = tuple(k for k in memory.chosen if k != key)
        if tile.under_way and tile.job:
            self._actions.desk.cancel(tile.job)
        self.pairing.follow()

    def clear(self) -> None:
        """Close all cells."""
        for tile in self.memory.tiles:
            self.remove(tile.key)

    def cancel_all(self) -> None:
        """Stop all that is under way; the cells stay and say so."""
        for tile in reversed(self.memory.tiles):
            if tile.under_way and tile.job:
                self._actions.desk.cancel(tile.job)

    # -- looking ------------------------------------------------------------------------------------------------

    def set_common(self, common: bool) -> None:
        """One scale for all maps of one unit, or each on its own."""
        self.memory.common = common

    def toggle_chosen(self, key: int) -> None:
        """Choose a cell, or not any more; of three, the one that was chosen first is let go."""
        chosen = self.memory.chosen
        self.memory.chosen = tuple(k for k in chosen if k != key) if key in chosen else (*chosen, key)[-2:]

    def choose(self, a: int, b: int) -> None:
        """Choose exactly these two cells."""
        self.memory.chosen = (a, b)

    def open(self, key: int) -> None:
        """Put a cell's map on the canvas of the Heatmap panel."""
        tile = self.memory.tile(key)
        if tile is None or tile.explanation is None:
            return
        item = next((i for i in self._state.results if i.id == tile.result), None)
        if item is not None:
            self._actions.keeping.show(item)
            return
        opened = OpenPicture(tile.spec.input, tile.picture) if tile.spec and tile.picture else None
        self._state.shown = shown_from(tile.explanation, opened, tile.result)

    # -- inside -------------------------------------------------------------------------------------------------

    def _put(self, about: About, **more: Any) -> int | None:
        """A new cell's key; None, and a sentence to the person, where there is no room."""
        if len(self.memory.tiles) >= MOST:
            text = f"Up to {MOST} maps are compared at once: close some cells first."
            self._actions.tell(Message(text, "warning", topic=TOPIC))
            return None
        key = next(self._keys)
        self.memory.tiles = (*self.memory.tiles, Tile(key, about, **more))
        return key

    def _change(self, key: int, **changes: Any) -> None:
        self.memory.tiles = tuple(replace(t, **changes) if t.key == key else t for t in self.memory.tiles)

    def _fetch(self, key: int, item: ResultItem) -> None:
        def came(explanation: Any, opened: OpenPicture | None) -> None:
            self._fill(key, explanation, opened.picture if opened else None, item.id)

        def failed(error: BaseException) -> bool:
            self._change(key, status="failed", sentence=self._sentence(error))
            return isinstance(error, SalViewerError)

        self._actions.keeping.fetch(item, came, failed)

    def _queue(self, key: int) -> None:
        tile, picture = self.memory.tile(key), self._state.picture
        same = picture is not None and picture.ref == tile.spec.input and not picture.is_volume
        mine = picture.picture if same else tile.picture
        job = self._actions.running.enqueue(
            tile.spec,
            tile.about.method,
            lambda event: self._done(key, event, mine),
            lambda event: self._lost(key, event),
        )
        self._change(key, job=job, picture=mine)

    def _done(self, key: int, event: Any, picture: Any) -> None:
        self._fill(key, event.result, picture, event.stored if event.stored is not None else -event.number)

    def _fill(self, key: int, explanation: Any, picture: Any, result: int | None) -> None:
        tile = self.memory.tile(key)
        if tile is None:
            return
        if picture is not None:  # one copy in memory, and on the screen, of a picture that several cells show
            others = (t.picture for t in self.memory.tiles if t.picture is not None)
            picture = next((p for p in others if p.sha256 == picture.sha256), picture)
        filled = tile.filled(explanation, picture, result)
        self.memory.tiles = tuple(filled if t.key == key else t for t in self.memory.tiles)
        self.pairing.follow()

    def _lost(self, key: int, event: Any) -> bool:
        """A job failed or was cancelled: the cell says so; only a fault of our own is a message as well."""
        if event.kind != "failed":
            self._change(key, status="stopped", sentence=STOPPED)
            return True
        self._change(key, status="failed", sentence=self._sentence(event.error))
        return isinstance(event.error, SalViewerError)

    def _progressed(self, busy: Any) -> None:
        running = {r.number: r for r in busy}
        tiles = self.memory.tiles
        newer = tuple(_at(t, running.get(t.job)) if t.under_way else t for t in tiles)
        if any(a is not b for a, b in zip(newer, tiles, strict=True)):
            self.memory.tiles = newer

    def _sentence(self, error: BaseException) -> str:
        return self._actions.describe(TOPIC, "This map", error).text


def _at(tile: Tile, running: Any) -> Tile:
    if running is None or (running.started, running.fraction) == (tile.status == "running", tile.fraction):
        return tile
    return replace(tile, status="running" if running.started else "waiting", fraction=running.fraction)
