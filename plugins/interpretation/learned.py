"""What training left of a class's filters in pictures: looked up for those that fired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from salviewer.api import FilterGallery, Trained

GREY: Final = 128
"""A filter without an average picture has a blank of this."""


def learned_pictures(trained: Trained, label: str, filters: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Fields of a `FilterGallery` of `filters`, (index of layer, channel) each, as far as training made pictures.

    Average heatmaps are those of the first variant. A filter without pictures gets a blank, and no crops.
    """
    galleries = (one for one in trained.evidence if isinstance(one, FilterGallery))
    found = next((one for one in galleries if one.label == label), None)
    if found is None:
        return {"layers": _layers(trained.facts["layers"])}
    places = {key: i for i, key in enumerate(zip(found.layer.tolist(), found.channel.tolist(), strict=True))}
    rows = [places.get(one, -1) for one in filters]
    rows = [row if row < len(found.averages) else -1 for row in rows]
    fields: dict[str, Any] = {"layers": _layers(found.layers)}
    if all(row < 0 for row in rows):
        return fields
    fields["averages"] = np.stack(
        [found.averages[i] if i >= 0 else np.full_like(found.averages[0], GREY) for i in rows]
    )
    if len(maps := found.average_maps):
        fields["average_maps"] = np.stack([maps[i] if i >= 0 else np.full_like(maps[0], np.nan) for i in rows])
    fields["crops"] = tuple(found.crops[i] if 0 <= i < len(found.crops) else () for i in rows)
    return {**fields, "collection": found.collection, "sharpened": found.sharpened}


def _layers(layers: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple(dict(one) for one in layers)
