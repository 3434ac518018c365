"""The crops that an average picture was made of, read again from their collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salviewer.api import InputRef, ModelRef
from salviewer.errors import UnreadableInput
from salviewer.jobs.shelf import Shelf

GREY = 128
"""What is beyond a picture's edges."""


def sample_ref(collection: Mapping[str, Any], name: str) -> InputRef:
    """The sample called `name`, by which it can be opened; `collection`: as a `FilterGallery` has it."""
    options = {"collection": dict(collection["params"])} if collection.get("params") else {}
    return InputRef(source=f"collection:{collection['key']}/{name}", options=options)


def crop_of(
    shelf: Shelf, model: ModelRef, collection: Mapping[str, Any], crop: Sequence[Any]
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """uint8 (h, w, 3): what `crop` (sample id, x0, y0, x1, y1) shows, grey beyond the edges; the grid's (H, W).

    Raises:
        UnreadableInput: the sample is a volume, or cannot be read.
        InvalidChoice: the collection has no such sample any more.
    """
    import torch  # noqa: PLC0415 - who names a sample needs none of it

    name, x0, y0, x1, y1 = crop
    loaded = shelf.model(model)
    with torch.no_grad():
        x = loaded.decode(loaded.prepare(shelf.source(sample_ref(collection, str(name)))).tensor)[0]
    if x.ndim != 3:
        raise UnreadableInput(f"{name} is a volume, and crops are of pictures.", code="volume")
    raw = x.clamp(0, 1) if len(x) == 3 else x.clamp(0, 1).mean(0, keepdim=True).expand(3, -1, -1)
    pixels = (raw.permute(1, 2, 0).float().cpu().numpy() * 255 + 0.5).astype(np.uint8)
    height, width = pixels.shape[:2]
    found = np.full((y1 - y0, x1 - x0, 3), GREY, np.uint8)
    rows, columns = slice(max(0, y0), min(height, y1)), slice(max(0, x0), min(width, x1))
    if rows.start < rows.stop and columns.start < columns.stop:
        found[rows.start - y0 : rows.stop - y0, columns.start - x0 : columns.stop - x0] = pixels[rows, columns]
    return found, (height, width)
