"""Decides about drawing where the truth lies: what a stroke becomes, what is kept, and what metrics compare with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.data.annotation_files import FORMATS, PATTERNS
from salviewer.data.annotation_lesions import ellipse, erased, painted_on
from salviewer.data.annotation_pixels import Point, brushed
from salviewer.data.annotation_shapes import Kind, Shape, Shapes, box_shape, named
from salviewer.data.annotation_store import AnnotationStore
from salviewer.errors import SalViewerError
from salviewer.gui import annotation_errands as errands
from salviewer.gui.annotation_values import MOST_RADIUS, DrawingState, Truth
from salviewer.gui.values import Message, OpenPicture
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.settings import Settings
    from salviewer.gui.state import State
    from salviewer.gui.undoing import Undoing
    from salviewer.jobs.shelf import Shelf

TOPIC = "annotations"
NAMES = "annotation_classes"
"""Under this name the settings keep the classes."""
MOST_NAMES = 100
QUIETLY = ""


class Annotating:
    """The Truth panel's decisions; `state` remembers. Every change of shapes can be undone, and is kept at once."""

    def __init__(
        self,
        window_state: State,
        desk: Desk,
        shelf: Shelf,
        dialogs: Any,
        settings: Settings,
        undoing: Undoing,
        tell: Callable[[Message], None],
        store: AnnotationStore | None = None,
    ) -> None:
        self.state = DrawingState()
        self._window, self._desk, self._shelf, self._dialogs = window_state, desk, shelf, dialogs
        self._settings, self._undoing, self._tell = settings, undoing, tell
        self._unkept: dict[str, Shapes] = {}
        self._store = store or AnnotationStore()
        self.state.names = tuple(str(name) for name in settings.get(NAMES, []))[:MOST_NAMES]
        if self.state.names:
            self.state.drawing = replace(self.state.drawing, name=self.state.names[-1])
        window_state.picture_changed.connect(self._another)
        self._another(window_state.picture)

    def close(self) -> None:
        """Keep now what still waits to be kept: the window is about to close."""
        for shapes in self._unkept.values():
            with suppress(SalViewerError):
                self._store.keep(shapes)
        self._unkept.clear()

    # -- how one draws ------------------------------------------------------------------------------------------

    def set_tool(self, tool: str) -> None:
        """Take up `tool`; the one in hand is laid down."""
        drawing = self.state.drawing
        if self.state.shapes is not None:
            self.state.drawing = replace(drawing, tool="" if tool == drawing.tool else tool, visible=True)

    def set_radius(self, radius: float) -> None:
        """Draw with a brush of `radius` pixels."""
        self.state.drawing = replace(self.state.drawing, radius=min(max(radius, 0.5), MOST_RADIUS))

    def set_name(self, name: str) -> None:
        """Draw shapes of class `name` from now on; while choosing, the chosen shape gets it."""
        name, drawing = named(name), self.state.drawing
        self._know(name)
        self.state.drawing = replace(drawing, name=name)
        shape = self._chosen()
        if drawing.tool == "select" and shape is not None and shape.name != name:
            self._change(self._shapes().changed(replace(shape, name=name)), "class of a shape")

    def choose(self, number: int) -> None:
        """Choose the shape with this id; 0 chooses none."""
        shape = self._shapes().find(number)
        name = shape.name if shape is not None and self.state.drawing.tool == "select" else self.state.drawing.name
        self.state.drawing = replace(self.state.drawing, chosen=shape.id if shape else 0, name=name)

    def show_shape(self, number: int, visible: bool) -> None:
        """Show or hide one shape; hidden ones count as truth all the same."""
        hidden = self.state.drawing.hidden
        self.state.drawing = replace(self.state.drawing, hidden=hidden - {number} if visible else hidden | {number})

    def toggle_visible(self) -> None:
        """Show or hide all shapes, the collection's own too; what is only out of sight comes first."""
        drawing = self.state.drawing
        own = bool(self.state.own)
        unseen = own and not drawing.shows_own and not self._shapes().items
        visible = not drawing.visible or unseen
        self.state.drawing = replace(drawing, visible=visible, own=True if visible and own else drawing.own, tool="")

    def set_beside(self, beside: bool) -> None:
        """The Truth panel came into sight, or went out of it."""
        if beside != self.state.drawing.beside:
            self.state.drawing = replace(self.state.drawing, beside=beside)

    def show_own(self, visible: bool) -> None:
        """Show or hide what the collection says."""
        self.state.drawing = replace(self.state.drawing, own=visible)

    # -- shapes -------------------------------------------------------------------------------------------------

    def draw(self, kind: Kind, points: Sequence[Point]) -> None:
        """Add a shape; of a box and a lesion the points are two corners, the lesion is the ellipse between them."""
        name = self.state.drawing.name
        if kind == "polygon":
            shape: Shape | None = Shape("polygon", name, tuple(points))
        else:
            (x0, y0), (x1, y1) = points
            shape = box_shape((x0, y0, x1, y1), name)
            shape = shape if kind == "box" else ellipse(shape, self._shapes().size)
        if shape is not None:
            self._add(shape)

    def stroke(self, path: Sequence[Point], erase: bool) -> None:
        """Paint along `path`: lesions of this class that it touches grow together, else a new one begins.

        The eraser takes from every shown lesion.
        """
        shapes, drawing = self._shapes(), self.state.drawing
        painted = brushed(path, drawing.radius, shapes.size)
        if painted is None:
            return
        if erase:
            self._change(erased(shapes, painted, drawing.hidden), "eraser", drawing.chosen)
            return
        after, number = painted_on(shapes, Shape("lesion", drawing.name, pixels=painted), drawing.hidden)
        self._know(drawing.name)
        self._change(after, "drawing a lesion", number)

    def move(self, number: int, dx: float, dy: float) -> None:
        """Move a shape, no farther than to the edge of the picture."""
        shape = self._shapes().find(number)
        if shape is not None:
            self._change(self._shapes().changed(shape.moved(dx, dy, self._shapes().size)), "moving a shape", number)

    def reshape(self, number: int, points: Sequence[Point]) -> None:
        """Give a box or a polygon other corners."""
        shape = self._shapes().find(number)
        if shape is None:
            return
        if shape.kind == "box":
            x, y = zip(*points, strict=True)
            points = ((min(x), min(y)), (max(x), max(y)))
        self._change(self._shapes().changed(replace(shape, points=tuple(points))), "form of a shape", number)

    def remove(self, number: int = 0) -> None:
        """Take away a shape: the chosen one, or the one with this id."""
        number = number or self.state.drawing.chosen
        if self._shapes().find(number) is not None:
            self._change(self._shapes().without(number), "removing a shape")

    def take_own(self) -> None:
        """Make what the collection says shapes that can be changed."""
        if self.state.own:
            self._take(self.state.own, "the collection's own")
            self.show_own(False)

    # -- files --------------------------------------------------------------------------------------------------

    def ask_import(self) -> None:
        """Ask for a file, and add what it holds of the open picture."""
        shapes = self.state.shapes
        kinds = f"Annotations ({' '.join(PATTERNS)})"
        path = self._dialogs.open_file("Import annotations", kinds) if shapes is not None else None
        if path is None:
            return
        blank, called = replace(shapes, items=()), self.state.drawing.name

        def taken(found: Shapes) -> None:
            if found.sha256 != self._shapes().sha256:
                return
            self._take(found.items, f"importing {path.name}")
            self._tell(Message(_taken(len(found.items), path.name), "info", topic=TOPIC))

        self._desk.ask("import annotations", lambda progress: errands.read(path, blank, called),
                       f"Reading {path.name}", taken, uses_model=False)  # fmt: skip

    def ask_export(self, key: str, *, with_name: bool = False) -> None:
        """Ask where, and write all shapes in the format `key`. `with_name`: the picture's file name is written too."""
        shapes = self.state.shapes
        if shapes is None or not shapes.items:
            return
        form = FORMATS[key]
        kinds = f"{form.title} (*{form.ending})"
        path = self._dialogs.save_file(f"Export annotations as {form.title}", f"annotations{form.ending}", kinds)
        if path is None:
            return
        picture = shapes.picture if with_name else ""
        self._desk.ask("export annotations", lambda progress: errands.write(shapes, path, key, picture),
                       f"Writing {path.name}", self._exported, uses_model=False)  # fmt: skip

    def _exported(self, path: Any) -> None:
        self._tell(Message(f"Saved {path.name}.", "info", topic=TOPIC))

    # -- truth --------------------------------------------------------------------------------------------------

    def truth(self, label: str = "") -> Truth | None:
        """What a map that explains class `label` is compared with; None where nobody said where the truth lies.

        The shapes of that class; where there are none, all shapes. What a person drew goes before the collection's own.
        """
        shapes = self.state.shapes
        if shapes is None or not shapes.items:
            return Truth(None, "Truth: the collection's own annotation.") if self.state.own else None
        same = shapes.of(label)
        if same.items:
            return Truth(same, f"Truth: {counted(len(same.items), 'shape')} of “{same.items[0].name}”.")
        all_of_them = f"Truth: {'all ' if len(shapes.items) > 1 else ''}{counted(len(shapes.items), 'shape')}"
        return Truth(shapes, f"{all_of_them}; none has the class “{label}”." if label else f"{all_of_them}.")

    # -- inside -------------------------------------------------------------------------------------------------

    def _shapes(self) -> Shapes:
        return self.state.shapes or Shapes((0, 0))

    def _chosen(self) -> Shape | None:
        return self._shapes().find(self.state.drawing.chosen)

    def _another(self, opened: OpenPicture | None) -> None:
        """Another picture is open: show what was drawn on it before."""
        before = self.state.drawing
        self.state.drawing = replace(before, chosen=0, hidden=frozenset(), tool=before.tool if opened else "")
        self.state.shapes, self.state.own = None, ()
        self._desk.drop(TOPIC)
        if opened is None or opened.is_volume:
            return
        picture, store, shelf, ref = opened.picture, self._store, self._shelf, opened.ref
        blank = Shapes(picture.shape, picture.sha256, picture.name)

        def found(answer: tuple[Shapes, str, tuple[Shape, ...]]) -> None:
            for shape in (*answer[0].items, *answer[2]):
                self._know(shape.name, keep=False)
            self.state.own, self.state.shapes = answer[2], answer[0]
            if answer[1]:
                self._tell(Message(answer[1], "warning", topic=TOPIC))

        self._desk.ask(TOPIC, lambda progress: errands.find(store, blank, shelf, ref), QUIETLY, found,
                       uses_model=False)  # fmt: skip

    def _add(self, shape: Shape) -> None:
        self._know(shape.name)
        after = self._shapes().added([shape])
        if len(after.items) > len(self._shapes().items):
            self._change(after, f"drawing a {shape.kind}", after.items[-1].id)

    def _take(self, shapes: Sequence[Shape], text: str) -> None:
        for shape in shapes:
            self._know(shape.name)
        self._change(self._shapes().added(shapes), text)

    def _change(self, after: Shapes, text: str, chosen: int = 0) -> None:
        """Let `after` be the shapes, as a step that can be undone."""
        before = self.state.shapes
        if before is None or after == before:
            return
        kept = self.state.drawing.chosen
        self._undoing.do(text, lambda: self._put(after, chosen), lambda: self._put(before, kept))

    def _put(self, shapes: Shapes, chosen: int) -> None:
        """Keep `shapes`, and show them if they are those of the open picture."""
        store, self._unkept[shapes.sha256] = self._store, shapes
        self._desk.ask(f"keep {shapes.sha256}", lambda progress: store.keep(shapes), QUIETLY,
                       lambda _: self._unkept.pop(shapes.sha256, None), uses_model=False)  # fmt: skip
        if self.state.shapes is None or self.state.shapes.sha256 != shapes.sha256:
            self._tell(Message(f"Changed what is drawn on {shapes.picture}.", "info", topic=TOPIC))
            return
        self.state.shapes = shapes
        there = chosen if shapes.find(chosen) is not None else 0
        self.state.drawing = replace(self.state.drawing, chosen=there)

    def _know(self, name: str, *, keep: bool = True) -> None:
        """Remember class `name`, which gets the next colour."""
        if name not in self.state.names:
            self.state.names = (*self.state.names, name)[-MOST_NAMES:]
            if keep:
                self._settings.put(NAMES, list(self.state.names))


def _taken(count: int, name: str) -> str:
    return f"{name}: {counted(count, 'shape')} taken." if count else f"{name} holds nothing of this picture."
