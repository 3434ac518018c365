"""What the chosen pixels show: a map, a box, and what is to be said about both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from salviewer.numeric.counted import counted
from salviewer_plugins.discernible.box import Box, around
from salviewer_plugins.discernible.map import density_map
from salviewer_plugins.discernible.outliers import outliers


@dataclass(frozen=True, eq=False)
class Findings:
    """values: float32 (*S), the map. box: edges, None where no pixel is left. outliers: how many were left out.

    facts: for `NeuronPath.weights`: "box" (list or None), "points", "outliers", "radius", "share".
    """

    values: np.ndarray = field(repr=False)
    box: Box | None
    outliers: int
    facts: dict[str, Any]
    notes: tuple[str, ...]


def findings(points: np.ndarray, shape: Sequence[int], *, sigma: float, radius: float, share: float) -> Findings:
    """The map and the box of the chosen pixels that do not stand apart from the rest.

    Where all of them do, the map shows all, and there is no box.

    Args:
        points: whole numbers (n, 2), pixels (y, x) within `shape`; or (z, y, x).
        shape: (H, W) or (D, H, W), of the model's input.
        sigma: of the blur, in pixels.
        radius: of the circle in which a point needs company, as a share of the shorter side.
        share: of all points that must lie in it, 0..1.
    """
    apart = outliers(points, shape, radius, share)
    kept = np.asarray(points)[~apart]
    box, left_out = around(kept), int(apart.sum())
    facts = {
        "box": None if box is None else list(box),
        "points": len(points),
        "outliers": left_out,
        "radius": radius,
        "share": share,
    }
    values = density_map(kept if len(kept) else points, None, shape, sigma)
    return Findings(values, box, left_out, facts, _notes(len(points), left_out, box, radius * min(shape), share))


def _notes(count: int, left_out: int, box: Box | None, radius: float, share: float) -> tuple[str, ...]:
    if not count:
        return ("No pixel was chosen: the map is empty, and there is no box.",)
    rule = f"fewer than {100 * share:g} % of all within {radius:.0f} px"
    if box is None:
        return (f"All {count:,} chosen pixels stand apart ({rule}): the map shows all of them, and there is no box.",)
    half = len(box) // 2
    spans = ", ".join(f"{axis} {a:g} to {b:g}" for axis, a, b in zip("xyz", box[:half], box[half:], strict=False))
    some = f"stands apart ({rule}) and was" if left_out == 1 else f"stand apart ({rule}) and were"
    return (
        f"{left_out:,} of {counted(count, 'chosen pixel')} {some} left out of the map and the box.",
        f"The box around the others: {spans} px of the model's input.",
    )
