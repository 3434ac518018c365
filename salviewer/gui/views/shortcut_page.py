"""The page of shortcuts: a list to search in, and the keys of the command that is marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.shortcuts import Key
from salviewer.gui.views.row_table import stretch_first

ID = Qt.ItemDataRole.UserRole


class ShortcutPage(QWidget):
    """`put_wished` carries a command's id, its new keys, and whether to take them from the command that has them.

    `reset_wished` carries an id, "" for all.
    """

    put_wished = Signal(str, str, bool)
    reset_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: dict[str, Key] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search commands or keys")
        self.search.setAccessibleName("Search commands or keys")
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Command", "Menu", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName("Shortcuts")
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName("New keys")
        self.none, self.reset = QPushButton("No keys"), QPushButton("Reset")
        self.take = QPushButton("Take them")
        self.reset_all = theme.mark(QPushButton("Reset all shortcuts"), "link")
        self.said = theme.label("", "fault", wraps=True)
        self._lay_out()
        self.search.textChanged.connect(self._sift)
        self.tree.currentItemChanged.connect(self._marked)
        self.edit.editingFinished.connect(self._typed)
        self.none.clicked.connect(lambda: self._wish(""))
        self.reset.clicked.connect(lambda: self.reset_wished.emit(self.current()))
        self.reset_all.clicked.connect(lambda: self.reset_wished.emit(""))
        self.take.clicked.connect(lambda: self._wish(self._text(), take=True))
        self._marked()

    def set_keys(self, keys: Sequence[Key]) -> None:
        """Show all commands with their keys; the marked one stays marked."""
        marked = self.current()
        self._keys = {key.id: key for key in keys}
        blocker = QSignalBlocker(self.tree)
        self.tree.clear()
        for key in sorted(keys, key=lambda key: key.title.lower()):
            item = QTreeWidgetItem([key.title, key.place, _shown(key.keys)])
            item.setData(0, ID, key.id)
            if key.changed:
                font = item.font(2)
                font.setBold(True)
                item.setFont(2, font)
                item.setToolTip(2, f"Came with {_shown(key.default) or 'no keys'}")
            self.tree.addTopLevelItem(item)
            if key.id == marked:
                self.tree.setCurrentItem(item)
        del blocker
        self._sift()
        self._marked()

    def set_fault(self, sentence: str, *, taken: bool = False) -> None:
        """Say why the keys cannot be had; `taken`: because another command has them."""
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
        self.take.setVisible(taken)

    def current(self) -> str:
        """The id of the marked command; "" where none is."""
        item = self.tree.currentItem()
        return str(item.data(0, ID)) if item is not None else ""

    # -- inside -------------------------------------------------------------------------------------------------

    def _text(self) -> str:
        return self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _typed(self) -> None:
        key = self._keys.get(self.current())
        if key is not None and self._text() and self._text() != key.keys:
            self._wish(self._text())

    def _wish(self, keys: str, *, take: bool = False) -> None:
        if self.current():
            self.put_wished.emit(self.current(), keys, take)

    def _marked(self, *_: object) -> None:
        key = self._keys.get(self.current())
        self.set_fault("")
        blocker = QSignalBlocker(self.edit)
        self.edit.setKeySequence(QKeySequence(key.keys if key else ""))
        del blocker
        for widget in (self.edit, self.none):
            widget.setEnabled(key is not None)
        self.reset.setEnabled(key is not None and key.changed)
        self.reset_all.setEnabled(any(other.changed for other in self._keys.values()))

    def _sift(self, *_: object) -> None:
        words = self.search.text().lower().split()
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            text = " ".join(item.text(column) for column in range(3)).lower()
            item.setHidden(not all(word in text for word in words))

    def _lay_out(self) -> None:
        em = theme.em(self)
        stretch_first(self.tree.header(), (1, 2))
        row = QHBoxLayout()
        for widget in (theme.label("Keys of the marked command"), self.edit, self.take, self.none, self.reset):
            row.addWidget(widget, 1 if widget is self.edit else 0)
        column_ = QVBoxLayout(self)
        column_.setSpacing(round(em * 0.5))
        column_.addWidget(self.search)
        column_.addWidget(self.tree, 1)
        column_.addLayout(row)
        column_.addWidget(self.said)
        column_.addWidget(self.reset_all, 0, Qt.AlignmentFlag.AlignRight)


def _shown(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
