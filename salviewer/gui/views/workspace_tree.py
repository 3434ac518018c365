"""The workspace: models, inputs, and under each input its explanations, with a box to find them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import icons, theme
from salviewer.gui.tree_model import ROW, WorkspaceModel
from salviewer.gui.tree_rows import Row
from salviewer.gui.views.tree_row import TreeRow, backdrop

Index = QModelIndex | QPersistentModelIndex
EMPTY = "Models and pictures that you open are listed here, each finished explanation under its picture."
NOTHING = "Nothing in this workspace has these words."


class _Tree(QTreeView):
    """Rows with a ground over their whole width, and arrows in the text's colour."""

    remove_wished = Signal()

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802 - Qt's name
        """Ground, arrow, row."""
        chosen = self.selectionModel().isSelected(index)
        backdrop(painter, option, chosen=chosen, focused=self.hasFocus())
        super().drawRow(painter, option, index)
        if self.hasFocus() and index == self.currentIndex() and index.data(ROW).kind != "section":
            painter.setPen(theme.tones().accent)
            painter.drawRect(option.rect.adjusted(0, 1, -1, -2))

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:  # noqa: N802 - Qt's name
        """An arrow where something can be folded."""
        if not self.model().rowCount(index):
            return
        side = round(self.fontMetrics().height() * 0.8)
        box = QRect(rect.right() - side - 1, rect.center().y() - side // 2, side, side)
        name = "down" if self.isExpanded(index) else "next"
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(
            box, icons.pixmap(name, self.palette().color(QPalette.ColorRole.PlaceholderText), side, ratio)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Delete removes; all else is Qt's."""
        if event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self.remove_wished.emit()
        else:
            super().keyPressEvent(event)


class WorkspaceTreeView(QFrame):
    """Wishes carry rows.

    show_wished: an explanation or input to be shown; open_wished: a model to be the open one; remove_wished: what is
    selected; menu_wished: the same and a place on the screen; words_wished: what is typed in the box.
    """

    show_wished = Signal(object)
    open_wished = Signal(object)
    remove_wished = Signal(object)
    menu_wished = Signal(object, QPoint)
    words_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.model = WorkspaceModel(self)
        self.tree, self.words = _Tree(), QLineEdit()
        self._folded: set[tuple[str, str]] = set()
        self._marked: tuple[str, str] | None = None
        self.empty = theme.label(EMPTY, "quiet", wraps=True)
        self._set_up_tree()
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(120)
        self._typed.timeout.connect(lambda: self.words_wished.emit(self.words.text()))
        self._lay_out()
        self.set_rows(())

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`; what was folded stays folded."""
        self.model.set_rows(rows)
        filled = bool(rows)
        self.tree.setVisible(filled)
        self.empty.setVisible(not filled)
        self.empty.setText(NOTHING if self.words.text() else EMPTY)
        self.words.setVisible(filled or bool(self.words.text()))
        self._mark()

    def select(self, kind: str, key: str | None) -> None:
        """Mark what is on the canvas; None: nothing in the workspace."""
        self._marked = (kind, key) if key is not None else None
        self._mark()

    def selected(self) -> tuple[Row, ...]:
        """The selected rows, from top to bottom."""
        found = self.tree.selectionModel().selectedIndexes()
        return tuple(i.data(ROW) for i in sorted(found, key=lambda i: self.tree.visualRect(i).top()))

    def find(self) -> None:
        """Let words be typed."""
        self.words.setFocus()
        self.words.selectAll()

    def rename(self) -> None:
        """Let the current row's name be typed."""
        if self.tree.currentIndex().isValid():
            self.tree.edit(self.tree.currentIndex())

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.tree.viewport().update()

    # -- inside -------------------------------------------------------------------------------------------------

    def _mark(self) -> None:
        """Select the marked row where it is there, unless the person has selected several."""
        picked = self.tree.selectionModel()
        if len(picked.selectedIndexes()) > 1:
            return
        index = self.model.find(*self._marked) if self._marked is not None else QModelIndex()
        if index.isValid() and index != self.tree.currentIndex():
            picked.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.tree.scrollTo(index)
        elif index.isValid() and not picked.isSelected(index):
            picked.select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _clicked(self, index: Index) -> None:
        row: Row = index.data(ROW)
        if row.kind == "section":
            self.tree.setExpanded(index, not self.tree.isExpanded(index))
        elif row.kind != "model" and len(self.tree.selectionModel().selectedIndexes()) <= 1:
            self.show_wished.emit(row.value)

    def _activated(self, index: Index) -> None:
        row: Row = index.data(ROW)
        if row.kind == "model":
            self.open_wished.emit(row.value)
        elif row.kind != "section":
            self.show_wished.emit(row.value)

    def _inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """What is new is unfolded, unless it was folded before it went."""
        if parent.isValid() and not self._is_folded(parent):
            self.tree.expand(parent)
        for at in range(first, last + 1):
            index = self.model.index(at, 0, parent)
            if self.model.rowCount(index) and not self._is_folded(index):
                self.tree.expandRecursively(index) if not parent.isValid() else self.tree.expand(index)

    def _unfold_all(self) -> None:
        """After all was told anew: unfold all but what was folded."""
        folded = set(self._folded)
        self.tree.expandAll()
        self._folded = folded
        for place in folded:
            index = self.model.find(*place)
            if index.isValid():
                self.tree.collapse(index)

    def _is_folded(self, index: Index) -> bool:
        row: Row = index.data(ROW)
        return (row.kind, row.key) in self._folded

    def _note_fold(self, index: Index, *, folded: bool) -> None:
        row: Row = index.data(ROW)
        (self._folded.add if folded else self._folded.discard)((row.kind, row.key))

    def _ask_menu(self, place: QPoint) -> None:
        index = self.tree.indexAt(place)
        if index.isValid() and not self.tree.selectionModel().isSelected(index):
            self.tree.setCurrentIndex(index)
        if self.selected():
            self.menu_wished.emit(self.selected(), self.tree.viewport().mapToGlobal(place))

    def _set_up_tree(self) -> None:
        tree, em = self.tree, theme.em(self)
        tree.setModel(self.model)
        tree.setItemDelegate(TreeRow(tree))
        tree.setHeaderHidden(True)
        tree.setIndentation(em)
        tree.setRootIsDecorated(False)
        theme.mark(tree, "plain")
        tree.setExpandsOnDoubleClick(False)
        tree.setMouseTracking(True)
        tree.setFrameShape(QFrame.Shape.NoFrame)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.setAccessibleName("Workspace")
        tree.clicked.connect(self._clicked)
        tree.activated.connect(self._activated)
        tree.collapsed.connect(lambda index: self._note_fold(index, folded=True))
        tree.expanded.connect(lambda index: self._note_fold(index, folded=False))
        tree.customContextMenuRequested.connect(self._ask_menu)
        tree.remove_wished.connect(lambda: self.remove_wished.emit(self.selected()))
        self.model.rowsInserted.connect(self._inserted)
        self.model.modelReset.connect(self._unfold_all)

    def _lay_out(self) -> None:
        em = theme.em(self)
        theme.mark(self.words, "filter")
        self.words.setPlaceholderText("Find …")
        self.words.setAccessibleName("Find in the workspace")
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda _: self._typed.start())
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.4),) * 4)
        column.setSpacing(round(em * 0.3))
        column.addWidget(self.words)
        column.addWidget(self.empty)
        column.addWidget(self.tree, 1)
        column.addStretch(0)
        self.setFocusProxy(self.tree)


def values_of(rows: Sequence[Row], kind: str) -> tuple[Any, ...]:
    """What the rows of one kind stand for."""
    return tuple(row.value for row in rows if row.kind == kind)
