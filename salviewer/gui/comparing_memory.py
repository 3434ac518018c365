"""What the comparison remembers: one value and one signal per field."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from salviewer.gui.comparing_values import Agreement, Compared, Tile
from salviewer.gui.state import remembered


class Comparison(QObject):
    """The memory that `Comparing` writes and the panel listens to."""

    tiles_changed = Signal(object)
    common_changed = Signal(object)
    chosen_changed = Signal(object)
    compared_changed = Signal(object)
    agreement_changed = Signal(object)
    mine_changed = Signal(object)

    tiles = remembered("tiles", (), "tuple[Tile, ...]: the cells in order")
    common = remembered("common", False, "bool: whether maps of one unit share a scale")
    chosen = remembered("chosen", (), "tuple[int, ...]: keys of up to two cells")
    compared = remembered("compared", None, Compared | None)
    agreement = remembered("agreement", None, Agreement | None)
    mine = remembered("mine", (), "tuple[str, ...]: the person's own methods, by key")

    def tile(self, key: int) -> Tile | None:
        """The cell with this key."""
        return next((t for t in self.tiles if t.key == key), None)
