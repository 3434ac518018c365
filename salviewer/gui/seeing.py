"""What the model is fed of the picture on the screen: made on the worker's thread, and only while somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from salviewer.gui.state import remembered
from salviewer.gui.values import SeenByModel

if TYPE_CHECKING:
    from salviewer.api.preprocessing import Preprocessing
    from salviewer.api.space import GridMap
    from salviewer.api.values import Picture
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State

TOPIC = "seen by the model"


class Seen(QObject):
    """What is known; one value, one signal."""

    seen_changed = Signal(object)
    seen = remembered("seen", None, "SeenByModel | None: what the model is fed")


class Seeing:
    """Keeps `seen.seen` in step with the state while the display asks for it."""

    def __init__(self, state: State, desk: Desk) -> None:
        self.seen = Seen()
        self._state, self._desk = state, desk
        self._asked: tuple[Picture, GridMap, Preprocessing | None] | None = None

    def look(self, *_: object) -> None:
        """Make what the model is fed of the picture on the screen, where that is wanted and not there yet."""
        wanted = self._wanted()
        if wanted is None or self._state.display.mode != "model":
            return
        picture, grid, preprocessing = wanted
        known = self.seen.seen
        if known is not None and known.picture is picture and known.grid == grid:
            return
        if self._asked is not None and self._asked[0] is picture and self._asked[1:] == (grid, preprocessing):
            return  # on its way: asking again would drop it
        self._asked = wanted
        self._desk.ask(
            TOPIC,
            lambda progress: seen_by_model(picture, grid, preprocessing),
            "Preparing what the model sees",
            self._take,
            uses_model=False,
            lost=lambda event: self._lost(wanted),
        )

    def _wanted(self) -> tuple[Picture, GridMap, Preprocessing | None] | None:
        shown, opened, card = self._state.shown, self._state.picture, self._state.model
        picture = shown.picture if shown else opened.picture if opened else None
        grid = shown.grid if shown else self._state.grid
        if picture is None or grid is None or len(grid.source_shape) != 2 or tuple(grid.source_shape) != picture.shape:
            return None
        return picture, grid, card.preprocessing if card else None

    def _take(self, seen: SeenByModel) -> None:
        self._asked = None
        self.seen.seen = seen

    def _lost(self, asked: tuple[Picture, GridMap, Preprocessing | None]) -> bool:
        """It failed or was cancelled: it may be asked for again."""
        if self._asked is asked:
            self._asked = None
        return False


def seen_by_model(picture: Picture, grid: GridMap, preprocessing: Preprocessing | None) -> SeenByModel:
    """`picture` cut and resized to `grid` just as it is for the model; grey where the model takes one channel."""
    from salviewer.models.resizing import Geometry, apply, to_grey  # noqa: PLC0415 - loads Pillow, on the worker thread

    scales, offsets = grid.scales(), grid.offsets()
    resized = tuple(round(n / s) for n, s in zip(grid.source_shape, scales, strict=True))
    start = tuple(round((o + 0.5) / s - 0.5) for o, s in zip(offsets, scales, strict=True))
    height, width = grid.source_shape
    geometry = Geometry(
        (height, width), (resized[0], resized[1]), (start[0], start[1]), (grid.model_shape[0], grid.model_shape[1])
    )
    pixels = picture.pixels
    if preprocessing is not None and preprocessing.channels == "gray" and pixels.shape[2] == 3:
        pixels = to_grey(pixels)
    interpolation = preprocessing.interpolation if preprocessing else "bilinear"
    return SeenByModel(picture, grid, apply(pixels, geometry, interpolation))
