"""The list of methods: searched by words, under headings, the person's own first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from salviewer.api.descriptors import ExplainerInfo
from salviewer.gui import theme
from salviewer.gui.fitting import FIRST_FAMILY

LAST_FAMILY, MINE = "Controls", "My methods"
NOT_NOW = "Not for what is open"
KEY = Qt.ItemDataRole.UserRole
WORDS = Qt.ItemDataRole.UserRole + 1
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class MethodBox(QComboBox):
    """Shows the chosen method; opening it asks for the list."""

    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setAccessibleName("Method")
        self.setToolTip("Choose a method")

    def set_title(self, title: str) -> None:
        """Show `title`."""
        self.clear()
        self.addItem(title)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """The list stands in the panel."""
        self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter and Down open it too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Scrolling past it changes nothing."""
        event.ignore()


class MethodChooser(QWidget):
    """`chosen` carries a key; `left` tells that nothing was chosen."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._infos: Mapping[str, ExplainerInfo] = {}
        self._mine: Sequence[str] = ()
        self._unfit: Mapping[str, str] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search methods")
        self.search.setAccessibleName("Search methods")
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName("Methods")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.said = theme.label("", "quiet", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(theme.em(self) * 0.4))
        for widget in (self.search, self.list, self.said):
            column.addWidget(widget, 1 if widget is self.list else 0)
        self.search.textChanged.connect(self._sift)
        for widget in (self.search, self.list):
            widget.installEventFilter(self)
        self.list.itemClicked.connect(self._take)
        self.list.currentItemChanged.connect(self._say)

    def set_methods(
        self, infos: Mapping[str, ExplainerInfo], mine: Sequence[str] = (), unfit: Mapping[str, str] | None = None
    ) -> None:
        """The methods to choose from, and the keys of the person's own.

        unfit: why not, by the key of those that cannot be run on what is open: they come last, in grey.
        """
        self._infos, self._mine, self._unfit = infos, tuple(mine), unfit or {}
        marked = self._key(self.list.currentItem())
        self.list.clear()
        under = _apart(families(infos, self._mine), self._unfit)
        for family, members in under.items():
            if len(under) > 1:
                self.list.addItem(_heading(family))
            for info in members:
                self.list.addItem(self._row(info, family))
        self.mark(marked)
        self._sift()

    def start(self, key: str) -> None:
        """Begin anew with method `key` marked, and take the keyboard."""
        self.search.clear()
        self.mark(key)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def mark(self, key: str) -> None:
        """Mark method `key`."""
        for row in range(self.list.count()):
            if self.list.item(row).data(KEY) == key and key:
                self.list.setCurrentRow(row)
                self.list.scrollToItem(self.list.item(row), QListWidget.ScrollHint.PositionAtCenter)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Arrows of the search field move through the list; Enter takes, Escape leaves."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentItem())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in MOVES and watched is self.search:
            QApplication.sendEvent(self.list, event)
        else:
            return False
        return True

    # -- inside -------------------------------------------------------------------------------------------------

    def _row(self, info: ExplainerInfo, family: str) -> QListWidgetItem:
        item, why = QListWidgetItem(info.title), self._unfit.get(info.key, "")
        item.setData(KEY, info.key)
        words = (info.title, info.key, family, info.family, info.summary, info.answers, info.source.citation)
        item.setData(WORDS, " ".join(words).lower())
        item.setToolTip("\n\n".join(text for text in (why, info.summary, info.source.citation) if text))
        if why:
            item.setForeground(self.palette().brush(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text))
        return item

    def _sift(self, *_: object) -> None:
        """Show the methods in which every word is found, and headings that have one; mark the first."""
        words, heading, first = self.search.text().lower().split(), None, None
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(KEY) is None:
                heading = item
                item.setHidden(True)
                continue
            fits = all(word in item.data(WORDS) for word in words)
            item.setHidden(not fits)
            if fits:
                first = first or item
                if heading is not None:
                    heading.setHidden(False)
        current = self.list.currentItem()
        if words or current is None or current.isHidden():
            self.list.setCurrentItem(first)
        self._say()

    def _say(self, *_: object) -> None:
        info = self._infos.get(self._key(self.list.currentItem()))
        words = (self._unfit.get(info.key) or info.summary) if info else "No method fits these words: try others."
        self.said.setText(words)
        self.search.setAccessibleDescription(f"{info.title}: {words}" if info else words)

    def _take(self, item: QListWidgetItem | None) -> None:
        if key := self._key(item):
            self.chosen.emit(key)

    @staticmethod
    def _key(item: QListWidgetItem | None) -> str:
        return str(item.data(KEY) or "") if item is not None and not item.isHidden() else ""


def families(infos: Mapping[str, ExplainerInfo], mine: Sequence[str] = ()) -> dict[str, list[ExplainerInfo]]:
    """The methods under their headings: the person's own, what SalViewer is built around, the others, controls."""
    found: dict[str, list[ExplainerInfo]] = {}
    for info in infos.values():
        found.setdefault(info.family or "Other", []).append(info)
    rank = {
        name: i for i, name in enumerate((FIRST_FAMILY, *(f for f in found if f not in (FIRST_FAMILY, LAST_FAMILY))))
    }
    own = [infos[key] for key in mine if key in infos]
    sorted_ = {name: found[name] for name in sorted(found, key=lambda name: rank.get(name, len(rank)))}
    return ({MINE: own} if own else {}) | sorted_


def _apart(under: Mapping[str, list[ExplainerInfo]], unfit: Mapping[str, str]) -> dict[str, list[ExplainerInfo]]:
    """The same with all of `unfit` under a last heading of their own, each once."""
    found = {name: [info for info in members if info.key not in unfit] for name, members in under.items()}
    others = {info.key: info for members in under.values() for info in members if info.key in unfit}
    return {name: members for name, members in (found | {NOT_NOW: list(others.values())}).items() if members}


def _heading(text: str) -> QListWidgetItem:
    """A row that cannot be chosen."""
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font()
    font.setBold(True)
    item.setFont(font)
    return item
