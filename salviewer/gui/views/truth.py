"""Truth: the tools to draw with, the class of what is drawn, and the list of all that was drawn on the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.data.annotation_files import FORMATS
from salviewer.data.annotation_shapes import Shapes
from salviewer.gui import icons, theme
from salviewer.gui.annotation_values import MOST_RADIUS, Drawing
from salviewer.gui.hints import hint
from salviewer.gui.views.truth_list import ShapeList

TOOLS = (
    ("select", "Choose and move shapes", "draw-select"),
    ("box", "Box", "draw-box"),
    ("polygon", "Polygon", "draw-polygon"),
    ("lesion", "Lesion: a brush", "draw-brush"),
    ("eraser", "Eraser for lesions", "draw-eraser"),
)
HINTS = {
    "": "Choose a tool to draw where the truth lies; metrics can then compare maps with it.",
    "select": "Click a shape to choose it; drag it or its corners. Arrow keys move it, with Shift they size a box.",
    "box": "Drag from corner to corner. Enter puts a box in the middle.",
    "polygon": "Click the corners; Enter or a click on the first one closes it. Backspace takes one back, Esc all.",
    "lesion": "Paint. A stroke that touches a lesion of this class adds to it, any other begins a new one.",
    "eraser": "Rub over lesions; boxes and polygons stay.",
}
NO_PICTURE = "Open a picture to draw on it."


class TruthView(QFrame):
    """Setters show; wishes tell what a person wants."""

    tool_wished = Signal(str)
    radius_wished = Signal(float)
    name_wished = Signal(str)
    import_wished = Signal()
    export_wished = Signal(str, bool)
    own_wished = Signal(bool)
    take_own_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "flat")
        self.tools: dict[str, QToolButton] = {}
        self.names, self.radius = QComboBox(), QDoubleSpinBox()
        self.hint = theme.label("", "help", wraps=True)
        self.list = ShapeList()
        self.import_button, self.export_button = QPushButton("Import …"), QPushButton("Export")
        self.export_menu = QMenu(self.export_button)
        self.with_name = self.export_menu.addAction("Write the picture's file name into it")
        self.own, self.take_own = QCheckBox("Show the collection's own"), QPushButton("Use as mine")
        self._lay_out()
        self._connect()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_drawing(self, drawing: Drawing, *, can: bool) -> None:
        """How one draws; `can`: whether there is a picture to draw on."""
        for tool, button in self.tools.items():
            button.setChecked(tool == drawing.tool)
            button.setEnabled(can)
        brush = drawing.tool in ("lesion", "eraser")
        self._brush.setVisible(brush)
        if self.radius.value() != drawing.radius:
            self.radius.blockSignals(True)
            self.radius.setValue(drawing.radius)
            self.radius.blockSignals(False)
        self.names.setEnabled(can and drawing.tool != "eraser")
        if self.names.currentText() != drawing.name:
            self.names.setEditText(drawing.name)
        self.hint.setText(HINTS[drawing.tool] if can else NO_PICTURE)
        self.import_button.setEnabled(can)

    def set_names(self, names: Sequence[str], others: Sequence[str]) -> None:
        """Classes to choose from: those drawn before, then the model's."""
        wanted = [*names, *(other for other in others if other not in names)]
        if wanted == [self.names.itemText(i) for i in range(self.names.count())]:
            return
        text = self.names.currentText()
        self.names.blockSignals(True)
        self.names.clear()
        self.names.addItems(wanted)
        self.names.setEditText(text)
        self.names.blockSignals(False)

    def set_shapes(self, shapes: Shapes | None, drawing: Drawing, names: tuple[str, ...]) -> None:
        """What was drawn."""
        self.list.set_shapes(shapes.items if shapes else (), drawing, names)
        self.export_button.setEnabled(bool(shapes and shapes.items))

    def set_own(self, count: int, *, shown: bool) -> None:
        """How many shapes the collection has of this picture."""
        self._own_row.setVisible(bool(count))
        self.own.setText(f"Show the collection's own ({count})")
        self.own.setChecked(shown)

    # -- inside -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.radius.valueChanged.connect(self.radius_wished)
        self.names.textActivated.connect(self.name_wished)
        self.names.lineEdit().editingFinished.connect(lambda: self.name_wished.emit(self.names.currentText()))
        self.import_button.clicked.connect(self.import_wished)
        self.own.clicked.connect(self.own_wished)
        self.take_own.clicked.connect(self.take_own_wished)

    def _lay_out(self) -> None:
        em = theme.em(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addLayout(self._make_tools(em))
        column.addWidget(self._make_brush())
        row = QHBoxLayout()
        label = QLabel("Class")
        label.setBuddy(self.names)
        row.addWidget(label)
        row.addWidget(self.names, 1)
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(self.list, 1)
        column.addWidget(self._make_own())
        column.addLayout(self._make_files())
        self.names.setEditable(True)
        self.names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.names.setMaxVisibleItems(20)
        self.names.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.names.setAccessibleName("Class of what is drawn")
        self.names.setToolTip("The class of the next shape; while choosing, that of the chosen one. Any word will do.")

    def _make_tools(self, em: int) -> QHBoxLayout:
        row, group = QHBoxLayout(), QButtonGroup(self)
        row.setSpacing(round(em * 0.2))
        group.setExclusive(False)  # a second press lays the tool down
        for tool, words, icon in TOOLS:
            button = QToolButton()
            button.setCheckable(True)
            button.setIconSize(QSize(round(em * 1.4), round(em * 1.4)))
            icons.give(button, icon)
            hint(button, words, f"truth.{tool}")
            button.clicked.connect(lambda _=False, tool=tool: self.tool_wished.emit(tool))
            group.addButton(button)
            self.tools[tool] = button
            row.addWidget(theme.mark(button, "score"))
        row.addStretch(1)
        return row

    def _make_brush(self) -> QWidget:
        self._brush = QWidget()
        row = QHBoxLayout(self._brush)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel("Radius")
        label.setBuddy(self.radius)
        self.radius.setRange(0.5, MOST_RADIUS)
        self.radius.setDecimals(1)
        self.radius.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.radius.setSuffix(" px")
        self.radius.setAccessibleName("Radius of the brush in pixels of the picture")
        self.radius.setToolTip("In pixels of the picture")
        row.addWidget(label)
        row.addWidget(self.radius, 1)
        return self._brush

    def _make_own(self) -> QWidget:
        self._own_row = QWidget()
        row = QHBoxLayout(self._own_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.own, 1)
        row.addWidget(self.take_own)
        self.own.setToolTip("What the collection says of this picture: dashed, it cannot be changed")
        self.take_own.setToolTip("Make copies of the collection's shapes that can be changed")
        theme.mark(self.take_own, "link")
        self._own_row.hide()
        return self._own_row

    def _make_files(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.import_button, 1)
        row.addWidget(self.export_button, 1)
        self.import_button.setToolTip("COCO JSON, VOC XML, a mask picture, or NIfTI labels")
        self.export_button.setMenu(self.export_menu)
        for key, form in FORMATS.items():
            text = f"{form.title} …" + (f"   ({form.loses})" if form.loses else "")
            action = self.export_menu.addAction(text)
            action.triggered.connect(lambda _=False, key=key: self.export_wished.emit(key, self.with_name.isChecked()))
        self.export_menu.removeAction(self.with_name)
        self.export_menu.addSeparator()
        self.export_menu.addAction(self.with_name)
        self.with_name.setCheckable(True)
        return row

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the tools and six shapes."""
        em = theme.em(self)
        return QSize(em * 20, em * 24)
