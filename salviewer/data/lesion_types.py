"""The four kinds of lesions of diabetic retinopathy that are marked in fundus photographs, under all their names."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from salviewer.data.annotation_shapes import Shapes

TYPES = ("hemorrhages", "hard exudates", "soft exudates", "red small dots")
SHORT = {"hemorrhages": "H", "hard exudates": "HE", "soft exudates": "SE", "red small dots": "RSD"}
"""As Table 3 of Wagner et al., CVPR 2019, abbreviates them."""
_NAMES = {
    "hemorrhages": (r"ha?emorrhages?", "h", "hm", "blot ha?emorrhages?"),
    "hard exudates": (r"hard ?exudates?", "ex", "he", "exudates?"),
    "soft exudates": (r"soft ?exudates?", "se", r"cotton ?wool( ?spots?)?", "cws"),
    "red small dots": (r"(red ?small|small ?red) ?dots?", "rsd", r"micro ?aneurysms?", "ma"),
}


def lesion_type(name: str) -> str | None:
    """Which of `TYPES` `name` stands for, in whatever spelling; None for all else ("disc", "fovea")."""
    plain = re.sub(r"[\s_\-.]+", " ", name).strip().casefold()
    return next((kind for kind, names in _NAMES.items() if any(re.fullmatch(n, plain) for n in names)), None)


def masks_by_type(shapes: Shapes) -> dict[str, np.ndarray]:
    """Bool (H, W) by type, of those types that `shapes` hold; what is no lesion is left out."""
    found: dict[str, np.ndarray] = {}
    for shape in shapes.items:
        kind = lesion_type(shape.name)
        if kind is not None:
            mask = shape.mask(shapes.size)
            found[kind] = found[kind] | mask if kind in found else mask
    return {kind: found[kind] for kind in TYPES if kind in found}


def in_order(kinds: Iterable[str]) -> tuple[str, ...]:
    """`kinds` in the order of `TYPES`, all else behind them by name."""
    given = set(kinds)
    return (*(kind for kind in TYPES if kind in given), *sorted(given - set(TYPES)))
