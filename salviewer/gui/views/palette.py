"""The command palette: a sheet over the window with a field to search in and all that can be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from salviewer.gui import theme
from salviewer.gui.palette import Entry, ranked

ENTRY = Qt.ItemDataRole.UserRole
ROWS = 12
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: 1 - ROWS, Qt.Key.Key_PageDown: ROWS - 1}
NOTHING = "Nothing is called so: try another word."


class PaletteView(QFrame):
    """Floats over its parent. `wished` carries the id of what is to be done."""

    wished = QtSignal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.mark(self, "sheet")
        self._entries: Sequence[Entry] = ()
        self._recent: Sequence[str] = ()
        self._before: QWidget | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText("Type part of what you want to do")
        self.search.setAccessibleName("Search commands")
        self.search.setClearButtonEnabled(True)
        self.model = _Entries(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Commands")
        self.list.setMouseTracking(True)
        self.said = theme.label("", "quiet", wraps=True)
        self._lay_out()
        self.search.textChanged.connect(self._find)
        self.search.installEventFilter(self)
        parent.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._say)
        QApplication.instance().focusChanged.connect(self._focus_moved)
        self.hide()

    def open(self, entries: Sequence[Entry], recent: Sequence[str]) -> None:
        """Show `entries`, those in `recent` first, and take the keyboard."""
        self._entries, self._recent = entries, recent
        if not self.isVisible():
            self._before = self.window().focusWidget()
        self.search.clear()
        self._find()
        self._place()
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def shut(self) -> None:
        """Go away, and give the keyboard back."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def choose(self) -> None:
        """Do what is marked; what cannot be done now says why and stays."""
        entry = self.list.currentIndex().data(ENTRY)
        if entry is not None and entry.can:
            self.shut()
            self.wished.emit(entry.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keys of the search field that are meant for the list; the window's size."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if watched is self.search and event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        if watched is self.parent() and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    # -- inside -------------------------------------------------------------------------------------------------

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
        elif event.key() in STEPS:
            self._step(STEPS[Qt.Key(event.key())])
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        count = self.model.rowCount()
        row = self.list.currentIndex().row() + by
        if count:
            self.list.setCurrentIndex(self.model.index(row % count if abs(by) == 1 else max(0, min(row, count - 1)), 0))

    def _find(self, *_: object) -> None:
        self.model.set_entries(ranked(self._entries, self.search.text(), self._recent))
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.list.scrollToTop()
        self._say()

    def _say(self, *_: object) -> None:
        entry = self.list.currentIndex().data(ENTRY)
        text = NOTHING if entry is None else (entry.help if entry.can else entry.why)
        self.said.setText(text)
        self.search.setAccessibleDescription(f"{entry.title}. {text}" if entry else text)

    def _choose(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self.choose()

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        if self.isVisible() and now is not None and now is not self.search and not self.isAncestorOf(now):
            self._before = None
            self.shut()

    def _place(self) -> None:
        em, room = theme.em(self), self.parentWidget().size()
        width = min(em * 40, room.width() - em * 4)
        rows = self.list.sizeHintForRow(0) if self.model.rowCount() else em * 2
        self.list.setFixedHeight(min(rows * ROWS + 2 * self.list.frameWidth(), max(em * 4, room.height() - em * 14)))
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((room.width() - self.width()) // 2, em * 3)

    def _lay_out(self) -> None:
        em = theme.em(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        for widget in (self.search, self.list, self.said):
            column.addWidget(widget)
        self.said.setMinimumHeight(em)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(em * 2)
        shadow.setOffset(0, em * 0.3)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)


class _Entries(QAbstractListModel):
    """The entries in sight."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._entries: Sequence[Entry] = ()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        words = (entry.title, entry.place, entry.keys, "" if entry.can else entry.why)
        given = {
            ENTRY: entry,
            Qt.ItemDataRole.DisplayRole: entry.title,
            Qt.ItemDataRole.AccessibleTextRole: ", ".join(word for word in words if word),
        }
        return given.get(role)


class _Row(QStyledItemDelegate):
    """A row: a tick where it is on, the title, where it is found, and its keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        return QSize(1, round(option.fontMetrics.height() * 1.7))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        entry: Entry = index.data(ENTRY)
        tones, em = theme.tones(), option.fontMetrics.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.widget is not None and option.widget.currentIndex() == index:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones.chosen))
            painter.drawRoundedRect(option.rect, em * 0.3, em * 0.3)
        room = option.rect.adjusted(round(em * 1.5), 0, -round(em * 0.6), 0)
        quiet = tones.quiet if entry.can else tones.disabled
        if entry.checked:
            self._write(painter, option.rect.adjusted(round(em * 0.4), 0, 0, 0), "✓", quiet)
        keys = option.fontMetrics.horizontalAdvance(entry.keys) + em
        self._write(painter, room, entry.keys, quiet, Qt.AlignmentFlag.AlignRight)
        room.setRight(room.right() - keys)
        self._write(painter, room, entry.title, tones.text if entry.can else tones.disabled)
        room.setLeft(room.left() + option.fontMetrics.horizontalAdvance(entry.title) + em)
        place = option.fontMetrics.elidedText(entry.place, Qt.TextElideMode.ElideRight, max(0, room.width()))
        self._write(painter, room, place, quiet)
        painter.restore()

    @staticmethod
    def _write(
        painter: QPainter, room: QRect, text: str, colour: str, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
    ) -> None:
        painter.setPen(QColor(colour))
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)
