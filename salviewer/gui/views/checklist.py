"""A list to tick things in: under headings, with a field that filters, some of them barred with a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from salviewer.gui import theme

KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One thing to tick. group: the heading that it stands under; tip: what it is, for the tooltip."""

    key: str
    title: str
    group: str = ""
    tip: str = ""


class Checklist(QWidget):
    """`ticked` carries a key and whether it was ticked."""

    ticked = Signal(str, bool)

    def __init__(self, what: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: dict[str, QListWidgetItem] = {}
        self._entries: dict[str, Entry] = {}
        self._headings: dict[str, QListWidgetItem] = {}
        self.filter = theme.mark(QLineEdit(), "filter")
        self.filter.setPlaceholderText(f"Filter {what}")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName(f"Filter {what}")
        self.filter.textChanged.connect(self._narrow)
        self.list = QListWidget()
        self.list.setAccessibleName(what.capitalize())
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.itemChanged.connect(self._changed)
        self._note = theme.label(note, "quiet", wraps=True)
        self._none = theme.label("Nothing of that name.", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(theme.em(self) * 0.4))
        for widget in (self.filter, self._none, self.list, self._note):
            column.addWidget(widget)
        column.setStretchFactor(self.list, 1)
        self._note.setVisible(bool(note))
        self._none.hide()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """What can be ticked, in order; entries of a group must follow one another."""
        with QSignalBlocker(self.list):
            self.list.clear()
            self._items, self._headings = {}, {}
            self._entries = {entry.key: entry for entry in entries}
            for entry in entries:
                if entry.group and entry.group not in self._headings:
                    self._headings[entry.group] = self._heading(entry.group)
                item = self._items[entry.key] = QListWidgetItem(entry.title, self.list)
                item.setData(KEY, entry.key)
                item.setCheckState(Qt.CheckState.Unchecked)
        self.set_barred({})

    def set_ticked(self, keys: Collection[str]) -> None:
        """Tick exactly `keys`; tells nobody."""
        with QSignalBlocker(self.list):
            for key, item in self._items.items():
                item.setCheckState(Qt.CheckState.Checked if key in keys else Qt.CheckState.Unchecked)

    def set_barred(self, reasons: Mapping[str, str]) -> None:
        """Bar some, each for a reason; all others can be ticked."""
        can = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        with QSignalBlocker(self.list):
            for key, item in self._items.items():
                entry, why = self._entries[key], reasons.get(key, "")
                item.setFlags(Qt.ItemFlag.NoItemFlags if why else can)
                item.setText(f"{entry.title} ({why})" if why else entry.title)
                item.setToolTip(f"{entry.title} {why}." if why else entry.tip)

    def _heading(self, text: str) -> QListWidgetItem:
        item = QListWidgetItem(text, self.list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        return item

    def _changed(self, item: QListWidgetItem) -> None:
        if item.data(KEY):
            self.ticked.emit(item.data(KEY), item.checkState() == Qt.CheckState.Checked)

    def _narrow(self, text: str) -> None:
        """Show what has `text` in its title, key or heading."""
        wanted, groups = text.strip().lower(), set()
        for key, item in self._items.items():
            entry = self._entries[key]
            fits = wanted in f"{entry.title}\n{entry.key}\n{entry.group}".lower()
            item.setHidden(not fits)
            if fits:
                groups.add(entry.group)
        for group, heading in self._headings.items():
            heading.setHidden(group not in groups)
        self._none.setVisible(not groups)
