"""The parameters of the rendered collections."""

from __future__ import annotations

from salviewer.api import Params, param


class An8FlowerParams(Params):
    """Which plant is rendered, and whether each frame is also cropped and turned."""

    seed: int = param(0, "Grows another plant: its leaves, its petals and the lamp are placed anew.", ge=0, lt=2**31)
    augmented: bool = param(
        False, "Crop each frame at five places and turn each crop by five angles: 1,000 pictures per class, not 40."
    )


class CaptionedParams(Params):
    """Which plant is rendered."""

    seed: int = param(0, "Grows another plant: its leaves, its petals and the lamp are placed anew.", ge=0, lt=2**31)
