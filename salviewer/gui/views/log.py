"""The log: when, how serious, what; filtered by level and by words; to be copied and cleared."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.log_book import LEVELS, Line
from salviewer.gui.views.row_table import Index, RowModel, row_table

FROM = {"Everything": "INFO", "Warnings and errors": "WARNING", "Errors": "ERROR"}


class LogModel(RowModel):
    """The lines that pass the filter."""

    HEADS = ("Time", "Level", "What happened")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        """Show `lines`, oldest first."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many lines pass."""
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text and colour."""
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (f"{line.at:%H:%M:%S}", line.level.capitalize(), line.text)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.text
        if role == Qt.ItemDataRole.ForegroundRole and index.column() < 2:
            tones = theme.tones()
            return QColor({"ERROR": tones.error, "WARNING": tones.warning}.get(line.level, tones.quiet))
        return None


class LogView(QFrame):
    """`clear_wished`: the person wants an empty log."""

    clear_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._all: tuple[Line, ...] = ()
        self.model = LogModel(self)
        self.level, self.words = QComboBox(), QLineEdit()
        self.level.addItems(list(FROM))
        self.level.setAccessibleName("Levels that are listed")
        theme.mark(self.words, "filter")
        self.words.setPlaceholderText("Only lines with …")
        self.words.setClearButtonEnabled(True)
        self.words.setAccessibleName("Words that lines must hold")
        self.copy, self.clear = QPushButton("Copy"), QPushButton("Clear")
        self.copy.setToolTip("Copies the chosen lines; all that are listed where none is chosen")
        self.table = self._make_table()
        self._follows = True
        self.table.verticalScrollBar().valueChanged.connect(self._moved)
        self.table.verticalScrollBar().rangeChanged.connect(self._grown)
        self.empty = theme.label("", "quiet", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.level.currentIndexChanged.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.copy.clicked.connect(self.copy_lines)
        self.clear.clicked.connect(self.clear_wished)
        self._lay_out()
        self._filter()

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        """Show the log; the newest line stays in view where it was."""
        self._all = lines
        self._filter()

    def copy_lines(self) -> None:
        """Put the chosen lines on the clipboard; all that are listed where none is chosen."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        lines = [self.model.lines[row] for row in rows] or list(self.model.lines)
        QGuiApplication.clipboard().setText("\n".join(map(str, lines)))

    def _filter(self, *_: object) -> None:
        least = LEVELS.index(FROM[self.level.currentText()])
        words = self.words.text().casefold()
        self.model.set_lines(tuple(x for x in self._all if _rank(x.level) >= least and words in x.text.casefold()))
        nothing = "Nothing has happened yet." if not self._all else "No line passes the filter."
        self.empty.setText(nothing)
        self.empty.setVisible(not self.model.lines)
        self.table.setVisible(bool(self.model.lines))
        self.copy.setEnabled(bool(self.model.lines))
        self.clear.setEnabled(bool(self._all))

    def _moved(self, value: int) -> None:
        self._follows = value >= self.table.verticalScrollBar().maximum()

    def _grown(self, _: int, highest: int) -> None:
        """The list became longer or the panel another size."""
        if self._follows:
            self.table.verticalScrollBar().setValue(highest)

    def _make_table(self) -> QTableView:
        table = row_table(self.model, "Log", stretched=2)
        for column in (0, 1):
            table.setColumnWidth(column, theme.em(self) * 5)
        return table

    def _lay_out(self) -> None:
        em = theme.em(self)
        row = QHBoxLayout()
        row.addWidget(self.level)
        row.addWidget(self.words, 1)
        row.addWidget(self.copy)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
