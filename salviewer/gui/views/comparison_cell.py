"""One cell of the comparison: its map, or how far it is, or why there is none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import icons, theme
from salviewer.gui.comparing_values import Tile
from salviewer.gui.scale import Range
from salviewer.gui.values import Display
from salviewer.gui.views.comparison_pane import Pane
from salviewer.kit.focus_ring import FocusRing

WIDE = 13
"""From this width on, in lines of text, a cell has room for its buttons; narrower ones show them under the mouse."""

KEYS = "Space chooses it, Enter opens it in the Heatmap panel, Delete closes it, the arrow keys go to the next one."


class Cell(FocusRing, Pane):
    """Each wish carries the cell's key. `go_wished`: the key, and where the focus is to go."""

    choose_wished = Signal(int)
    open_wished = Signal(int)
    close_wished = Signal(int)
    again_wished = Signal(int)
    go_wished = Signal(int, int)

    def __init__(self, key: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.tile = key, None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(KEYS)
        self.tick, self.open, self.close_button = QCheckBox(), QToolButton(), QToolButton()
        self.head.insertWidget(0, self.tick)
        self._dress_buttons()
        self.state, self.sentence, self.bar = QWidget(), theme.label("", "quiet", wraps=True), QProgressBar()
        self.again = theme.mark(QPushButton("Try again"), "link")
        self._lay_out_state()

    # -- setters ------------------------------------------------------------------------------------------------

    def show_tile(self, tile: Tile, name: str, *, chosen: bool, lines: int = 1) -> None:
        """Show what `tile` is, in so many `lines`, and how far it is; its map comes by `show_map_of`."""
        self.tile = tile
        about = tile.about
        facts = (about.method, about.target, about.model, about.weights, about.knob, about.part, about.input)
        self.set_title(name, "\n".join(fact for fact in facts if fact), lines=lines)
        self.set_marked(chosen)
        self.tick.blockSignals(True)
        self.tick.setChecked(chosen)
        self.tick.blockSignals(False)
        full = tile.heatmap is not None
        self.tick.setEnabled(full)
        self.open.setEnabled(full)
        self.canvas.setVisible(full)
        self.scale.setVisible(full)
        self.state.setVisible(not full)
        if not full:
            self._show_state(tile)
        self.setAccessibleName(f"{name}, {'chosen, ' if chosen else ''}{'a map' if full else self.sentence.text()}")

    def show_map_of(self, tile: Tile, scale: Range, display: Display) -> None:
        """Show the tile's map."""
        self.set_picture(tile.picture, tile.size)
        self.set_map(tile.heatmap, tile.grid, scale, display)
        if tile.sentence:
            self.canvas.setToolTip(tile.sentence)

    # -- inside -------------------------------------------------------------------------------------------------

    def _show_state(self, tile: Tile) -> None:
        words = {"waiting": "Waiting …", "running": f"{100 * tile.fraction:.0f} %"}.get(tile.status, tile.sentence)
        self.sentence.setText(words)
        self.sentence.setToolTip(words if tile.sentence else "")
        role = "fault" if tile.status == "failed" else "quiet"
        if self.sentence.property("role") != role:
            theme.restyle(theme.mark(self.sentence, role))
        self.bar.setVisible(tile.status == "running")
        self.bar.setValue(round(100 * tile.fraction))
        self.again.setVisible(tile.status in ("failed", "stopped") and tile.spec is not None)

    def _dress_buttons(self) -> None:
        em = theme.em(self)
        for button, icon, words in (
            (self.open, "open-large", "Open in the Heatmap panel (Enter)"),
            (self.close_button, "close", "Close this cell (Delete); a finished result stays in the list"),
        ):
            icons.give(button, icon)
            button.setIconSize(QSize(round(em * 0.8), round(em * 0.8)))
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.head.addWidget(button)
        self.tick.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tick.setFixedWidth(round(em * 1.2))
        self.tick.setToolTip("Choose two maps to set them against each other (Space)")
        self.tick.setAccessibleName("Choose")
        self.tick.clicked.connect(lambda: self.choose_wished.emit(self.key))
        self.open.clicked.connect(lambda: self.open_wished.emit(self.key))
        self.close_button.clicked.connect(lambda: self.close_wished.emit(self.key))

    def _show_buttons(self) -> None:
        wanted = self.width() >= theme.em(self) * WIDE or self.underMouse()
        for button in (self.open, self.close_button):
            button.setVisible(wanted)

    def _lay_out_state(self) -> None:
        em = theme.em(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(em * 6)
        self.bar.setAccessibleName("Progress")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.again.clicked.connect(lambda: self.again_wished.emit(self.key))
        inner = QVBoxLayout(self.state)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(round(em * 0.4))
        inner.addStretch(1)
        inner.addWidget(self.sentence)
        inner.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(1)
        area = QScrollArea()
        area.setWidget(theme.mark(self.state, "flat"))
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.insertWidget(2, area, 1)
        self.state = area

    # -- Qt's events --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """All that the mouse can do."""
        keys = Qt.Key
        arrows = (keys.Key_Left, keys.Key_Right, keys.Key_Up, keys.Key_Down)
        if event.key() == keys.Key_Space and self.tick.isEnabled():
            self.choose_wished.emit(self.key)
        elif event.key() in (keys.Key_Return, keys.Key_Enter):
            (self.open_wished if self.open.isEnabled() else self.again_wished).emit(self.key)
        elif event.key() in (keys.Key_Delete, keys.Key_Backspace):
            self.close_wished.emit(self.key)
        elif event.key() in arrows and not event.modifiers():
            self.go_wished.emit(self.key, int(event.key()))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click on the title chooses the cell."""
        on_title = event.position().y() <= self.canvas.geometry().top()
        if event.button() == Qt.MouseButton.LeftButton and on_title and self.tick.isEnabled():
            self.choose_wished.emit(self.key)
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """A narrow cell keeps its room for its name."""
        super().resizeEvent(event)
        self._show_buttons()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """The buttons come where the mouse is."""
        super().enterEvent(event)
        self._show_buttons()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """And go."""
        super().leaveEvent(event)
        self._show_buttons()
