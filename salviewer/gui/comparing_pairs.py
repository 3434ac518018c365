"""Decides about cells set against each other: two of them, or every one with every other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.bench.comparison import Pair, Placed, compare, correlations, why_not
from salviewer.gui.comparing_values import Agreement, Compared, Tile

if TYPE_CHECKING:
    from salviewer.api.progress import Progress
    from salviewer.gui.actions import Actions
    from salviewer.gui.comparing_memory import Comparison

PAIR, AGREEMENT = "compare pair", "compare agreement"


class Pairing:
    """What is worked out of the cells in `memory`; on a worker thread."""

    def __init__(self, actions: Actions, memory: Comparison) -> None:
        self._memory, self._desk, self._describe = memory, actions.desk, actions.describe

    def compare_chosen(self) -> None:
        """Set the two chosen cells against each other, in the order in which they stand."""
        tiles = [t for t in self._memory.tiles if t.key in self._memory.chosen and t.heatmap is not None]
        if len(tiles) != 2:
            return
        a, b = (_placed(t) for t in tiles)
        self.back()
        self._memory.compared = found = Compared(tiles[0].key, tiles[1].key, sentence=why_not(a, b))
        if found.sentence:
            return

        def errand(progress: Progress) -> Pair:
            return compare(a, b)

        self._desk.ask(
            PAIR, errand, "Comparing two maps", lambda pair: self._compared(replace(found, pair=pair)),
            uses_model=False, otherwise=lambda e: self._compared(replace(found, sentence=self._sentence(e))),
        )  # fmt: skip

    def agree(self) -> None:
        """Work out the rank correlation of every map with every other."""
        self.back()
        tiles = [t for t in self._memory.tiles if t.heatmap is not None]
        maps = [_placed(t) for t in tiles]
        self._memory.agreement = found = Agreement(tuple(t.key for t in tiles))

        def errand(progress: Progress) -> Any:
            return correlations(maps, progress)

        self._desk.ask(
            AGREEMENT, errand, "Comparing all maps", lambda values: self._agreed(replace(found, values=values)),
            uses_model=False, otherwise=lambda e: self._agreed(replace(found, sentence=self._sentence(e))),
        )  # fmt: skip

    def back(self) -> None:
        """From two cells, or from the table, back to all cells."""
        for topic in (PAIR, AGREEMENT):
            self._desk.drop(topic)
        self._memory.compared = self._memory.agreement = None

    def follow(self) -> None:
        """Keep to the cells that there are: what was said of one that is gone goes as well, the table is of all."""
        memory = self._memory
        there = tuple(t.key for t in memory.tiles if t.heatmap is not None)
        if memory.compared is not None and not {memory.compared.a, memory.compared.b} <= set(there):
            self._desk.drop(PAIR)
            memory.compared = None
        if memory.agreement is not None and len(there) < 2:
            self._desk.drop(AGREEMENT)
            memory.agreement = None
        elif memory.agreement is not None and there != memory.agreement.keys:
            self.agree()

    # -- inside -------------------------------------------------------------------------------------------------

    def _compared(self, found: Compared) -> bool:
        self._memory.compared = found
        return True

    def _agreed(self, found: Agreement) -> bool:
        self._memory.agreement = found
        return True

    def _sentence(self, error: BaseException) -> str:
        return self._describe(PAIR, "Comparing maps", error).text


def _placed(tile: Tile) -> Placed:
    return Placed.of(tile.explanation, tile.heatmap)
