"""A map's values as dots: its colours, what of it is left out, and the shade it throws on a masked picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from salviewer.kit.colours import FADE

SHADE = 0.82
"""How dark a masked picture is where the map is left out, 0..1."""
AT_ONCE = 2**16
"""Values that are coloured in one go: as many as stay close to the processor."""
SHADED = np.uint32(round(255 * SHADE) << 24)


@dataclass(frozen=True, eq=False)
class MapLook:
    """How values become colours.

    low, high: the numbers of the first and the last colour of `table` (256, 3); None: the map is not drawn.
    fade: faint values are transparent (the middle ones of a `signed` map).
    band: (lowest, highest) number that is shown, of sizes if `signed`; None: all.
    masks: darken what the band leaves out, and draw nothing else.
    """

    low: float = 0.0
    high: float = 1.0
    table: np.ndarray | None = None
    fade: bool = False
    signed: bool = False
    band: tuple[float, float] | None = None
    masks: bool = False


def dots(values: np.ndarray, look: MapLook) -> np.ndarray:
    """uint32 (h, w), alpha first and premultiplied: `values` (h, w) as `look` has it; no dot where not finite."""
    out = np.empty(values.shape, np.uint32)
    packed = _packed(look)
    rows = max(1, AT_ONCE // max(1, values.shape[1]))
    for top in range(0, len(values), rows):
        out[top : top + rows] = _strip(values[top : top + rows], look, packed)
    return out


def _strip(values: np.ndarray, look: MapLook, packed: np.ndarray) -> np.ndarray:
    inside = _inside(values, look)
    if look.masks:
        return np.multiply(~inside, SHADED, dtype=np.uint32)
    span = look.high - look.low
    with np.errstate(over="ignore", invalid="ignore"):
        index = (values - np.float32(look.low)) * np.float32(255 / span) if span > 0 else np.full(values.shape, 127.5)
        index += 0.5
        np.clip(index, 0, 255, out=index)
        found = np.take(packed, index.astype(np.uint8), mode="clip")
    found *= inside  # many times quicker than setting single dots
    return found


def _inside(values: np.ndarray, look: MapLook) -> np.ndarray:
    finite = np.isfinite(values)
    if look.band is None:
        return finite
    sizes = np.abs(values) if look.signed else values
    return finite & (sizes >= look.band[0]) & (sizes <= look.band[1])


@lru_cache(maxsize=8)  # a look is the same only as itself
def _packed(look: MapLook) -> np.ndarray:
    """uint32 (256): the colours of the table, faded and premultiplied."""
    table = np.zeros((256, 3), np.uint8) if look.table is None else look.table
    shares = np.linspace(-1, 1, 256) if look.signed else np.linspace(0, 1, 256)
    ramp = np.clip(np.abs(shares) / FADE, 0, 1) if look.fade else np.ones(256)
    alpha = np.round(255 * (ramp * ramp * (3 - 2 * ramp)))
    red, green, blue = np.round(table.T * (alpha / 255)).astype(np.uint32)
    return alpha.astype(np.uint32) << 24 | red << 16 | green << 8 | blue
