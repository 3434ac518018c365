"""What is remembered while a person draws where the truth lies, as frozen plain values."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from salviewer.data.annotation_shapes import UNNAMED, Shape, Shapes
from salviewer.gui.state import remembered

COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
"""Colours that colour-blind people tell apart (Okabe and Ito 2008), one per class in turn."""

MOST_RADIUS = 500.0


@dataclass(frozen=True)
class Drawing:
    """How a person draws now.

    tool: one of "select", "box", "polygon", "lesion", "eraser"; "" leaves the mouse to the canvas.
    name: the class of the next shape; radius: of the brush, in pixels; chosen: the id of the chosen shape, 0 for none.
    hidden: ids of shapes that are not shown; visible: whether any are.
    own: whether the collection's own are shown; None: while the Truth panel is in sight. beside: whether it is.
    """

    tool: str = ""
    name: str = UNNAMED
    radius: float = 8.0
    chosen: int = 0
    hidden: frozenset[int] = frozenset()
    visible: bool = True
    own: bool | None = None
    beside: bool = False

    @property
    def shows_own(self) -> bool:
        """Whether the collection's own shapes are on the picture."""
        return self.visible and (self.beside if self.own is None else self.own)


@dataclass(frozen=True)
class Truth:
    """Where the truth about a picture lies. shapes: None for what the collection says itself; said: in words."""

    shapes: Shapes | None
    said: str


class DrawingState(QObject):
    """The memory of what was drawn: `shapes` of the open picture, what its collection says, and how one draws."""

    shapes_changed = Signal(object)
    own_changed = Signal(object)
    drawing_changed = Signal(object)
    names_changed = Signal(object)

    shapes = remembered("shapes", None, "Shapes | None: of the open picture; None while there is none")
    own = remembered("own", (), tuple[Shape, ...])
    drawing = remembered("drawing", Drawing(), Drawing)
    names = remembered("names", (), "tuple[str, ...]: classes that were drawn before, in the order of their colours")


def colour_of(name: str, names: tuple[str, ...]) -> str:
    """The colour of class `name`; those not among `names` share the last one."""
    return COLOURS[names.index(name) % len(COLOURS)] if name in names else COLOURS[-1]


def size_in_words(shape: Shape) -> str:
    """How large it is: a box by its sides, all else by its area in pixels."""
    if shape.kind == "box":
        x0, y0, x1, y1 = shape.box
        return f"{x1 - x0:.0f} × {y1 - y0:.0f} px"
    return f"{shape.area:,.0f} px²"
