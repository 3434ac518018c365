"""Crops and turns of a frame, as an8Flower makes them: 5 crops x 5 angles = 25 pictures of each frame.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 9.
Differs from the paper: nothing known; what fills the corners is not said there, here it is the plain background.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CROPPED = 250
ANGLES_DEG = (5, 10, 15, 20, 25)
CORNERS = (0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.5)
"""Where the room that a crop leaves goes: (above, left of it) as fractions; four corners, then the centre."""


class Cut(NamedTuple):
    """One augmentation. crop: index into `CORNERS`; angle_deg: counter-clockwise, about the crop's centre."""

    crop: int
    angle_deg: int


CUTS = tuple(Cut(crop, angle) for crop in range(len(CORNERS)) for angle in ANGLES_DEG)


def cut_out(
    picture: NDArray[np.uint8], layer: NDArray[np.uint8], cut: Cut, fill: tuple[int, int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The 250 x 250 crop of `picture` (H, W, 3) and of `layer` (H, W), turned together.

    What was outside the crop is `fill` in the picture and 0 in the layer.
    """
    above, left = (round(f * (n - CROPPED)) for f, n in zip(CORNERS[cut.crop], layer.shape, strict=True))
    box = (slice(above, above + CROPPED), slice(left, left + CROPPED))
    bands = (*Image.fromarray(picture[box]).split(), Image.fromarray(layer[box]))
    # To Pillow these are four inks: of RGBA it would multiply the first three by the fourth before it turns them.
    turned = Image.merge("CMYK", bands).rotate(cut.angle_deg, Image.Resampling.BILINEAR, fillcolor=(*fill, 0))
    *colours, layer_band = turned.split()
    return np.array(Image.merge("RGB", colours)), np.array(layer_band)
