"""Numbers to colours: which colour maps are offered, which range they span, and the colours themselves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from salviewer.errors import InvalidChoice

SEQUENTIAL = ("inferno", "viridis", "magma", "plasma", "cividis", "gray", "jet")
"""Offered for maps that start at "nothing". All but jet are perceptually uniform; papers use jet, so it comes last."""
DIVERGING = ("vik", "balance", "PuOr_r", "berlin", "seismic")
"""Offered for signed maps: two hues with zero between them."""
NEUTRAL = (128, 128, 128)
"""The colour of what is no number, and of all of a map whose range has no extent."""

FADE = 0.35
"""Values in this lowest share of the range fade out over a picture: what is faint in the map leaves it in sight."""

_SAME = 1e-6
_CHUNK = 2**16


@lru_cache(maxsize=32)
def lut(name: str) -> np.ndarray:
    """The colour map's table, uint8 (256, 3), read-only, from low to high. Raises `InvalidChoice` for no such name."""
    from cmap import Colormap  # noqa: PLC0415 - 0.3 s that a window without a map need not wait for

    try:
        table = np.round(Colormap(name).lut(256)[:, :3] * 255).astype(np.uint8)
    except (ValueError, TypeError, KeyError) as e:
        raise InvalidChoice(
            f"There is no colour map {name!r}: choose one of {', '.join(SEQUENTIAL + DIVERGING)}.", code="bad-colours"
        ) from e
    table.setflags(write=False)
    return table


def suited(name: str, signed: bool) -> str:
    """`name`, or the first colour map of the other kind where `name` would mislead (signed maps need a middle)."""
    if signed and name in SEQUENTIAL:
        return DIVERGING[0]
    return SEQUENTIAL[0] if not signed and name in DIVERGING else name


def limits(values: np.ndarray, signed: bool, percentile: float | None = None) -> tuple[float, float]:
    """The numbers that get the first and the last colour: smallest and largest, symmetric about 0 if `signed`.

    `percentile` (50 to 100) leaves out the extremes: 99 spans the 1st to the 99th, of the sizes if `signed`. What is
    not finite is ignored. A constant gives (c, c), symmetric about 0 if `signed`; no finite number gives (0, 0).
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    if signed:
        sizes = np.abs(finite)
        most = float(sizes.max() if percentile is None else np.percentile(sizes, percentile))
        return 0.0 - most, most
    if percentile is None:
        return float(finite.min()), float(finite.max())
    low, high = np.percentile(finite, (100 - percentile, percentile))
    return float(low), float(high)


def nothing_to_show(values: np.ndarray) -> str:
    """Why a map has no pattern that colours could show, as a sentence without its full stop; "" if it has one."""
    if not np.isfinite(values).any():
        return "The map holds no numbers: nothing to show"
    low, high = limits(values, signed=False)
    # Rounding makes a constant differ from itself in its last digits.
    if high - low <= _SAME * max(abs(low), abs(high)):
        return f"The map is constant ({(low + high) / 2:.3g}): nothing to show"
    return ""


def visibility(values: np.ndarray, low: float, high: float, signed: bool) -> np.ndarray:
    """float32 (H, W) in [0, 1]: how much of `opacity` each value gets; 1 from `FADE` of the range on, 0 for NaN.

    The range runs from `low` to `high`, or from their middle to either end if `signed`.
    """
    start = (low + high) / 2 if signed else low
    share = np.abs(np.asarray(values, dtype=np.float32) - np.float32(start)) if signed else values - np.float32(start)
    ramp = np.clip(np.nan_to_num(share) / max(FADE * (high - start), np.finfo(np.float32).tiny), 0, 1)
    return (ramp * ramp * (3 - 2 * ramp)).astype(np.float32)


def colourise(values: np.ndarray, low: float, high: float, table: np.ndarray) -> np.ndarray:
    """uint8 (H, W, 3): `low` and below get the table's first colour, `high` and above its last.

    `NEUTRAL` where `values` (H, W) is NaN, and everywhere if `low` is not below `high`.
    """
    if not low < high:
        return np.full((*values.shape, 3), NEUTRAL, np.uint8)
    colours = np.empty((*values.shape, 3), np.uint8)
    flat_values, flat_colours = values.reshape(-1), colours.reshape(-1, 3)
    step = len(table) / (high - low)
    for at in range(0, flat_values.size, _CHUNK):
        part = flat_values[at : at + _CHUNK]
        with np.errstate(over="ignore", invalid="ignore"):
            index = (part - low) * step
        unknown = np.isnan(index)
        np.clip(index, 0, len(table) - 1, out=index)
        index[unknown] = 0
        np.take(table, index.astype(np.uint8), axis=0, out=flat_colours[at : at + _CHUNK], mode="clip")
        flat_colours[at : at + _CHUNK][unknown] = NEUTRAL
    return colours
