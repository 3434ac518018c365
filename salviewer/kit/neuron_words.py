"""What a layer of a path is called: what it is, which layers a closed strip stands for, what is cut off in the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salviewer.kit.neuron_layout import Band, Hit, NeuronLayout


def kind_words(kind: str, channels: int, shape: tuple[int, ...]) -> str:
    """What a layer is: "convolution, 512 × 14 × 14"."""
    sizes = " × ".join(f"{side}" for side in (channels, *shape))
    return f"{kind}, {sizes}" if kind else sizes


def strip_words(layout: NeuronLayout, band: Band) -> str:
    """What is closed: "features.3 to features.9 · 7 layers"."""
    first, last = (layout.table.columns[i].name for i in (band.columns.start, band.columns.stop - 1))
    return first if len(band.columns) == 1 else f"{first} to {last} · {len(band.columns)} layers"


def tip_words(layout: NeuronLayout | None, hit: Hit | None) -> str:
    """What is cut off where `hit` is, in full; "" between the columns and over their rows."""
    if layout is None or hit is None:
        return ""
    if not hit.band.open:
        return f"{strip_words(layout, hit.band)}: click to open"
    column = layout.table.columns[hit.band.columns.start]
    return f"{column.name}: {kind_words(column.kind, column.channels, column.shape)}" if hit.row < 0 else ""
