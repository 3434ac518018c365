"""How a camera was held: EXIF orientations 1 to 8, undone while the pixels are written."""

from __future__ import annotations

import numpy as np
from PIL import Image

TAG = 0x0112
TURNS = {
    2: "mirrored left to right",
    3: "turned by 180°",
    4: "mirrored top to bottom",
    5: "mirrored along its diagonal",
    6: "turned by 90° clockwise",
    7: "mirrored along its other diagonal",
    8: "turned by 90° counter-clockwise",
}
"""What was done to the stored pixels to show them upright, by orientation."""


def stored_orientation(image: Image.Image) -> int | None:
    """1 (upright) to 8, as the file says; 1 where it says nothing, None where its EXIF data is damaged."""
    try:
        value = image.getexif().get(TAG, 1)
    except Exception:  # noqa: BLE001 - damaged EXIF raises a dozen types and must not cost the picture
        return None
    return value if value in TURNS else 1


def upright_shape(height: int, width: int, orientation: int) -> tuple[int, int]:
    """(H, W) once `orientation` is undone."""
    return (width, height) if orientation >= 5 else (height, width)


def as_stored(upright: np.ndarray, orientation: int) -> np.ndarray:
    """A view of `upright` (H, W, C) in the order of the stored pixels: what is written to it lands upright."""
    view = upright.swapaxes(0, 1) if orientation >= 5 else upright
    if orientation in (3, 4, 6, 7):
        view = view[::-1]
    if orientation in (2, 3, 7, 8):
        view = view[:, ::-1]
    return view
