"""Who hears whom about drawing: state to the Truth panel and the canvas, wishes and strokes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from salviewer.data.annotation_shapes import Shape, corners
from salviewer.gui import commands
from salviewer.gui.annotation_values import colour_of
from salviewer.gui.views.truth import TruthView
from salviewer.kit.drawing import Mark
from salviewer.kit.drawing_tools import DrawingTools

if TYPE_CHECKING:
    from salviewer.gui.annotating import Annotating
    from salviewer.gui.state import State
    from salviewer.gui.window import Window


class TruthWiring:
    """Makes the Truth panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._state, self._annotating = window.state, window.actions.annotating
        self._window = window
        self.view = TruthView()
        view, deciding = self.view, self._annotating
        view.tool_wished.connect(self._take_tool)
        view.radius_wished.connect(deciding.set_radius)
        view.name_wished.connect(deciding.set_name)
        view.import_wished.connect(deciding.ask_import)
        view.export_wished.connect(lambda key, named: deciding.ask_export(key, with_name=named))
        view.own_wished.connect(deciding.show_own)
        view.take_own_wished.connect(deciding.take_own)
        view.list.chosen.connect(deciding.choose)
        view.list.shown.connect(deciding.show_shape)
        view.list.dropped.connect(deciding.remove)
        drawn = deciding.state
        for changed in (drawn.shapes_changed, drawn.drawing_changed, drawn.names_changed, drawn.own_changed):
            changed.connect(self._show)
        self._state.model_changed.connect(self._names)
        self._state.picture_changed.connect(self._show)
        self._names()
        self._show()

    def dress(self) -> None:
        """Take on the present palette."""
        self._show()

    def _take_tool(self, tool: str) -> None:
        self._annotating.set_tool(tool)
        if self._annotating.state.drawing.tool and self._window.heatmap is not None:
            self._window.heatmap.canvas.setFocus()

    def _names(self, *_: object) -> None:
        card = self._state.model
        self.view.set_names(self._annotating.state.names, card.classes if card else ())

    def _show(self, *_: object) -> None:
        drawn = self._annotating.state
        self._names()
        self.view.set_drawing(drawn.drawing, can=drawn.shapes is not None)
        self.view.set_shapes(drawn.shapes, drawn.drawing, drawn.names)
        self.view.set_own(len(drawn.own), shown=drawn.drawing.own is not False)


class TruthOnCanvas(QObject):
    """Shows what was drawn on the Heatmap view, and tells of strokes there. Lives as long as the canvas."""

    def __init__(self, window: Window) -> None:
        super().__init__(window.heatmap.canvas)
        self._annotating: Annotating = window.actions.annotating
        self._state: State = window.state
        self.tools = DrawingTools(window.heatmap.canvas, self)
        deciding, tools = self._annotating, self.tools
        tools.drawn.connect(deciding.draw)
        tools.stroked.connect(deciding.stroke)
        tools.chosen.connect(deciding.choose)
        tools.moved.connect(deciding.move)
        tools.reshaped.connect(deciding.reshape)
        tools.dropped.connect(deciding.remove)
        tools.ended.connect(lambda: deciding.set_tool(deciding.state.drawing.tool))
        drawn = deciding.state
        for changed in (drawn.shapes_changed, drawn.own_changed, drawn.drawing_changed, drawn.names_changed):
            changed.connect(self._show)
        drawn.shapes_changed.connect(lambda _: commands.refresh(window, commands.COMMANDS))
        self._state.shown_changed.connect(self._show)
        dock = window.docks.docks["truth"]
        dock.visibilityChanged.connect(deciding.set_beside)
        deciding.set_beside(window.docks.is_in_sight("truth"))
        self._show()

    def _show(self, *_: object) -> None:
        drawn = self._annotating.state
        drawing, shapes = drawn.drawing, drawn.shapes
        if shapes is None or not drawing.visible or not self._same_picture():
            self.tools.set_marks((), shapes.size if shapes and self._same_picture() else (0, 0))
            self.tools.set_tool("")
            return
        marks = [_mark(s, drawn.names, locked=True) for s in drawn.own if drawing.shows_own]
        marks += [
            _mark(s, drawn.names, chosen=s.id == drawing.chosen) for s in shapes.items if s.id not in drawing.hidden
        ]
        self.tools.set_marks(tuple(marks), shapes.size)
        self.tools.set_tool(drawing.tool, colour_of(drawing.name, drawn.names), drawing.radius)

    def _same_picture(self) -> bool:
        """Whether the canvas shows the open picture: a stored map is shown over its own, or over none."""
        shown, opened = self._state.shown, self._state.picture
        return shown is None or (opened is not None and shown.size == opened.picture.shape)


def _mark(shape: Shape, names: tuple[str, ...], *, chosen: bool = False, locked: bool = False) -> Mark:
    colour = colour_of(shape.name, names)
    about = {"label": shape.name, "colour": colour, "source": (shape, colour), "chosen": chosen, "locked": locked}
    if shape.pixels is not None:
        return Mark(shape.id, mask=shape.pixels.mask(), place=(shape.pixels.left, shape.pixels.top), **about)
    return Mark(shape.id, points=corners(shape), **about)
