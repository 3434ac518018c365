"""The workspace's rows for Qt's tree: what changed is told row by row, so that folds and the selection stay."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPixmap

from salviewer.gui.dragging import KIND, carrying
from salviewer.gui.tree_rows import Row, label_of
from salviewer.gui.values import InputItem, ModelCard, ResultItem
from salviewer.numeric.counted import counted

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
THUMBNAILS = 600
"""How many small pictures stay in memory."""
ROW_BY_ROW = 24
"""More changes at once than this are faster told as a whole."""


class _Node:
    """A row in the tree: its number, its place among its neighbours, what is above and below."""

    __slots__ = ("at", "children", "number", "row", "up")

    def __init__(self, number: int, row: Row | None, up: _Node | None) -> None:
        self.number, self.row, self.up = number, row, up
        self.at = 0
        self.children: list[_Node] = []


class WorkspaceModel(QAbstractItemModel):
    """`thumbnail_wished` carries the value of a row that came into view; `rename_wished` a value and its new name."""

    thumbnail_wished = Signal(object)
    rename_wished = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._root = _Node(0, None, None)
        self._nodes = {0: self._root}
        self._thumbnails: OrderedDict[tuple[str, str], QPixmap | None] = OrderedDict()

    # -- contents -----------------------------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`: told row by row where little changed, else all anew (`modelReset`)."""
        old = {_name(node.row) for node in self._nodes.values() if node.row is not None}
        if len(old ^ _names(rows)) <= ROW_BY_ROW:
            self._update(self._root, rows)
            return
        self.beginResetModel()
        self._nodes = {0: self._root}
        self._root.children = [self._make(row, self._root) for row in rows]
        _count(self._root.children)
        self.endResetModel()

    def find(self, kind: str, key: str) -> QModelIndex:
        """The row of this kind with this key; an invalid index where there is none."""
        for node in self._nodes.values():
            if node.row is not None and (node.row.kind, node.row.key) == (kind, key):
                return self._index(node)
        return QModelIndex()

    def set_thumbnail(self, value: Any, png: bytes) -> None:
        """Give the row of `value` its small picture; nothing is drawn for empty bytes."""
        kind, key = _place(value)
        pixmap = QPixmap()
        pixmap.loadFromData(png)
        self._thumbnails[kind, key] = pixmap
        self._thumbnails.move_to_end((kind, key))
        while len(self._thumbnails) > THUMBNAILS:
            self._thumbnails.popitem(last=False)
        index = self.find(kind, key)
        if index.isValid():
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def forget_wish(self, value: Any) -> None:
        """The small picture of `value` was not fetched after all: it may be wished again."""
        if self._thumbnails.get(_place(value), True) is None:
            del self._thumbnails[_place(value)]

    # -- Qt's questions -----------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's default
        """The index of a row."""
        children = self._node(parent).children
        return self._index(children[row]) if column == 0 and 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008 - the same
        """The index of what is above."""
        up = self._node(index).up
        return self._index(up) if up is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many rows are below."""
        return len(self._node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - the same
        """One."""
        return 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be selected; inputs and explanations can be renamed."""
        row = self._node(index).row
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        if row.kind == "section":
            return Qt.ItemFlag.ItemIsEnabled
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if row.kind in ("input", "result"):
            plain |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
        return plain

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        """Explanations can be dragged."""
        return [KIND]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:  # noqa: N802 - Qt's name
        """The explanations among `indexes`, and all of each input among them."""
        return carrying(n for index in indexes for n in _results(self._node(index).row))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row, its name, its words for screen readers, its small picture."""
        row = self._node(index).row
        if row is None:
            return None
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return label_of(row.value)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return in_words(row).replace("\n", ", ") if role == Qt.ItemDataRole.AccessibleTextRole else in_words(row)
        if role == Qt.ItemDataRole.DecorationRole and row.kind in ("input", "result"):
            return self._thumbnail(row)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Wish for a name. The row shows it once it is decided."""
        row = self._node(index).row
        if row is None or role != Qt.ItemDataRole.EditRole or str(value) == label_of(row.value):
            return False
        self.rename_wished.emit(row.value, str(value))
        return True

    # -- inside -------------------------------------------------------------------------------------------------

    def _thumbnail(self, row: Row) -> QPixmap | None:
        place = (row.kind, row.key)
        if place not in self._thumbnails:
            self._thumbnails[place] = None
            self.thumbnail_wished.emit(row.value)
        return self._thumbnails[place]

    def _node(self, index: Index) -> _Node:
        return self._nodes.get(index.internalId(), self._root) if index.isValid() else self._root

    def _index(self, node: _Node) -> QModelIndex:
        return self.createIndex(node.at, 0, node.number) if node.up is not None else QModelIndex()

    def _make(self, row: Row, up: _Node) -> _Node:
        node = _Node(next(self._numbers), row, up)
        self._nodes[node.number] = node
        node.children = [self._make(child, node) for child in row.children]
        _count(node.children)
        return node

    def _update(self, node: _Node, rows: Sequence[Row]) -> None:
        wanted = {_name(row) for row in rows}
        for at in range(len(node.children) - 1, -1, -1):
            if _name(node.children[at].row) not in wanted:
                self._remove(node, at)
        at = 0
        while at < len(rows):
            here = node.children[at] if at < len(node.children) else None
            if here is not None and _name(here.row) == _name(rows[at]):
                self._renew(here, rows[at])
                at += 1
            else:
                at = self._bring(node, rows, at)

    def _bring(self, node: _Node, rows: Sequence[Row], at: int) -> int:
        """Have `rows[at]` at its place, moved there or inserted with those that are new behind it; the next place."""
        known = {_name(child.row): child.at for child in node.children}
        parent = self._index(node)
        if (source := known.get(_name(rows[at]))) is not None:
            self.beginMoveRows(parent, source, source, parent, at)
            node.children.insert(at, node.children.pop(source))
            _count(node.children)
            self.endMoveRows()
            return at
        end = at
        while end < len(rows) and _name(rows[end]) not in known:
            end += 1
        self.beginInsertRows(parent, at, end - 1)
        node.children[at:at] = [self._make(row, node) for row in rows[at:end]]
        _count(node.children)
        self.endInsertRows()
        return end

    def _renew(self, node: _Node, row: Row) -> None:
        old, node.row = node.row, row
        self._update(node, row.children)
        if old is not None and (old.value, old.open, old.count) != (row.value, row.open, row.count):
            index = self._index(node)
            self.dataChanged.emit(index, index)

    def _remove(self, node: _Node, at: int) -> None:
        self.beginRemoveRows(self._index(node), at, at)
        self._forget(node.children.pop(at))
        _count(node.children)
        self.endRemoveRows()

    def _forget(self, node: _Node) -> None:
        del self._nodes[node.number]
        for child in node.children:
            self._forget(child)


def in_words(row: Row) -> str:
    """A row in lines of text."""
    value = row.value
    if isinstance(value, ResultItem):
        what = f"{value.method} · {value.target}"
        return "\n".join(
            part for part in (value.label, what, value.input, value.model, f"{value.created.astimezone():%c}") if part
        )
    if isinstance(value, InputItem):
        maps = counted(row.count, "explanation") if row.count else "not explained yet"
        gone = "The file is not where it was." if value.missing else ""
        return "\n".join(part for part in (value.label, value.name, maps, gone) if part)
    if isinstance(value, ModelCard):
        return f"{value.title}\n{'the open model' if row.open else 'double-click to open it again'}"
    return value


def _place(value: Any) -> tuple[str, str]:
    """Kind and key of the row that shows `value`."""
    if isinstance(value, ResultItem):
        return ("result", str(value.id))
    return ("input", value.sha256 or f"name {value.name}")


def _name(row: Row | None) -> tuple[str, str]:
    return (row.kind, row.key) if row is not None else ("", "")


def _names(rows: Sequence[Row]) -> set[tuple[str, str]]:
    return {name for row in rows for name in (_name(row), *_names(row.children))}


def _results(row: Row | None) -> list[int]:
    """The numbers of the explanations that a row is, or has below it."""
    if row is None:
        return []
    own = [row.value.id] if isinstance(row.value, ResultItem) else []
    return own + [n for child in row.children for n in _results(child)]


def _count(nodes: Iterable[_Node]) -> None:
    for at, node in enumerate(nodes):
        node.at = at
