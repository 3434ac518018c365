"""What the axes of an array stand for: a picture with its channels first or last, or a volume."""

from __future__ import annotations

import numpy as np

from salviewer.errors import NeedsChoice

LAYOUTS = ("channels-first", "channels-last", "volume")
_MOST_CHANNELS = 16
_OF_PICTURES = (1, 3)


def layout_of(shape: tuple[int, ...], wanted: str, name: str) -> str:
    """One of `LAYOUTS`, or "" for a flat array; `wanted`: what the person chose, "" if nothing.

    A first or last axis of 1 or 3 makes a picture, three long axes a volume. Raises `NeedsChoice` "layout" where
    several fit.
    """
    if len(shape) == 2:
        return ""
    if wanted:
        return wanted
    fitting = []
    if shape[0] in _OF_PICTURES:
        fitting.append("channels-first")
    if shape[2] in _OF_PICTURES:
        fitting.append("channels-last")
    if not fitting:
        # Few layers may be channels (of a network that takes so many) or slices.
        fitting = ["channels-first", "volume"] if shape[0] <= _MOST_CHANNELS else ["volume"]
    if len(fitting) == 1:
        return fitting[0]
    raise NeedsChoice(
        f"{name} has the shape {shape}, which fits several layouts: pass --option layout={fitting[-1]} "
        f'(or {fitting[0]}), in Python load_input(..., layout="{fitting[-1]}").',
        code="layout",
        option="layout",
        choices=tuple(fitting),
        asks=f"{name} has the shape {shape}, which fits several layouts: which one?",
    )


def channels_last(values: np.ndarray, layout: str) -> np.ndarray:
    """`values` as (H, W, C)."""
    if values.ndim == 2:
        return values[:, :, None]
    return np.moveaxis(values, 0, 2) if layout == "channels-first" else values
