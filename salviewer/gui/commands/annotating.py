"""Drawing where the truth lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.gui.commands.command import SEPARATOR, Command

if TYPE_CHECKING:
    from salviewer.gui.window import Window


def _take(window: Window, tool: str) -> None:
    window.show_panel("truth")
    window.actions.annotating.set_tool(tool)
    window.heatmap.canvas.setFocus()


def _with_shapes(window: Window) -> bool:
    """Whether something is drawn; nothing can be before the window is furnished."""
    shapes = window.actions.annotating.state.shapes if window.heatmap is not None else None
    return bool(shapes and shapes.items)


def _tool(key: str, title: str, shortcut: str, icon: str, help_text: str, **more: Any) -> Command:
    return Command(f"truth.{key}", title, "Edit/Draw the truth", lambda w: _take(w, key), shortcut, icon, soft=True,
                   can=lambda s: s.picture is not None, help=help_text, needs="a picture", flat=True,
                   **more)  # fmt: skip


COMMANDS = (
    _tool("select", "Choose shapes", "V", "draw-select", "Choose, move and change what was drawn."),
    _tool("box", "Draw a box", "B", "draw-box", "Draw a box around an object."),
    _tool("polygon", "Draw a polygon", "P", "draw-polygon", "Draw an object corner by corner."),
    _tool("lesion", "Paint a lesion", "L", "draw-brush", "Paint a lesion with a brush."),
    _tool("eraser", "Erase lesions", "E", "draw-eraser", "Rub parts of lesions out.", group=SEPARATOR),
    Command("truth.import", "Import annotations …", "Edit/Draw the truth", lambda w: w.actions.annotating.ask_import(),
            can=lambda s: s.picture is not None, needs="a picture",
            help="Boxes, polygons and masks from COCO JSON, VOC XML, a mask picture or NIfTI labels.", flat=True),
    Command("truth.coco", "Export annotations as COCO JSON …", "Edit/Draw the truth",
            lambda w: w.actions.annotating.ask_export("coco"), when=_with_shapes, needs="something that is drawn",
            help="All that is drawn, with nothing lost.", flat=True),
    Command("truth.visible", "Show or hide what is drawn", "View", lambda w: w.actions.annotating.toggle_visible(),
            "Ctrl+Shift+T", can=lambda s: s.picture is not None, needs="a picture",
            help="The shapes of the Truth panel on the picture.", flat=True),
)  # fmt: skip
