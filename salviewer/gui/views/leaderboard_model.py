"""What the leaderboard says: methods by metrics, the controls last, the best of each column, what beats no control."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from salviewer.bench.judgement import CONTROLS
from salviewer.gui.evaluation_values import SECONDS, Board
from salviewer.numeric.counted import counted

Index = QModelIndex | QPersistentModelIndex
CONTROL_NAMES = {"random-map": "a random map", "centred-gaussian": "a spot in the middle"}
NUMBER, BENEATH, BEST, LOST, CONTROL = (Qt.ItemDataRole.UserRole + i for i in range(5))


class LeaderboardModel(QAbstractTableModel):
    """Rows are methods, columns the method's name, then the table's columns. `titles`: of methods and metrics."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board: Board | None = None
        self._titles: Mapping[str, str] = {}
        self._better: Mapping[str, str] = {}
        self._answers: Mapping[str, str] = {}
        self._sorted: tuple[int, bool] | None = None
        self.methods: tuple[str, ...] = ()
        self.columns: tuple[str, ...] = ()

    def set_words(self, titles: Mapping[str, str], better: Mapping[str, str], answers: Mapping[str, str]) -> None:
        """Titles of methods and metrics by key; which way is better, and what it answers, by metric."""
        self._titles, self._better, self._answers = titles, {SECONDS: "lower", **better}, answers

    def set_board(self, board: Board | None) -> bool:
        """Show `board`; True if rows or columns are not those of before."""
        self._board = board
        methods = self._order()
        columns = board.columns if board else ()
        if (methods, columns) != (self.methods, self.columns):
            self.beginResetModel()
            self.methods, self.columns = methods, columns
            self.endResetModel()
            return True
        if methods:
            self.dataChanged.emit(self.index(0, 0), self.index(len(methods) - 1, len(columns)))
        return False

    def sort_by(self, column: int | None, *, reverse: bool = False) -> None:
        """Order the methods by a column, the best first (`reverse`: last); None: as they were run."""
        self._sorted = None if column is None else (column, reverse)
        self.beginResetModel()
        self.methods = self._order()
        self.endResetModel()

    def place_of(self, method: str, column: str) -> QModelIndex:
        """Where a cell stands; not valid where there is none."""
        if method not in self.methods or column not in self.columns:
            return QModelIndex()
        return self.index(self.methods.index(method), 1 + self.columns.index(column))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many methods there are."""
        return 0 if parent.isValid() else len(self.methods)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """The name and the numbers."""
        return 0 if parent.isValid() or not self.methods else 1 + len(self.columns)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's title with an arrow that says which way is better; what it answers as its tooltip."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = "" if section == 0 else self.columns[section - 1]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heading(section, column)
        if role == Qt.ItemDataRole.ToolTipRole and section:
            way = {"higher": "Higher is better.", "lower": "Lower is better."}.get(self._better.get(column, ""), "")
            answer = "The time of one explanation." if column == SECONDS else self._answers.get(column, "")
            return f"{answer} {way}".strip()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A method's name, or a number with what is said beneath it."""
        if not index.isValid() or self._board is None:
            return None
        method = self.methods[index.row()]
        if role == CONTROL:
            return method in CONTROLS
        if index.column() == 0:
            return self._of_method(method, role)
        column = self.columns[index.column() - 1]
        if role == NUMBER:
            return self._number(method, column)
        if role == BENEATH:
            return self._beneath(method, column)
        if role == BEST:
            return self._is_best(method, column)
        if role == LOST:
            return bool(self._lost(method, column))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self._number(method, column)} {self._beneath(method, column)}".strip()
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(method, column)
        return None

    def title(self, key: str) -> str:
        """A method's or a column's title."""
        metric, _, value = key.partition("/")
        if key == SECONDS:
            return "Seconds"
        return f"{self._titles.get(metric, metric)}: {value}" if value else self._titles.get(key, key)

    # -- what is said -------------------------------------------------------------------------------------------

    def _heading(self, section: int, column: str) -> str:
        sign = "" if self._sorted is None or self._sorted[0] != section else "▴ " if self._sorted[1] else "▾ "
        return sign + ("Method" if section == 0 else f"{self.title(column)} {self._arrow(column)}".strip())

    def _of_method(self, method: str, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.title(method)
        if role == Qt.ItemDataRole.ToolTipRole:
            failed = self._board.table.errors.get(method) if self._board else None
            return f"{method}\n{failed[0]} failed: {failed[1]}" if failed else method
        return None

    def _estimate(self, method: str, column: str) -> Any:
        if self._board is None:
            return None
        table = self._board.table
        found = table.seconds.get(method) if column == SECONDS else table.cells.get((method, column))
        return found if found is not None and found.n else None

    def _number(self, method: str, column: str) -> str:
        found = self._estimate(method, column)
        return "–" if found is None else as_number(found.mean)

    def _beneath(self, method: str, column: str) -> str:
        found = self._estimate(method, column)
        if found is None:
            return ""
        plain = as_number(found.mean) == f"{found.mean:.3f}"
        error = f"{found.error:.3f}" if plain else as_number(found.error)
        bar = f"± {error}, " if math.isfinite(found.error) and found.n > 1 else ""
        return f"{bar}n {found.n}"

    def _arrow(self, column: str) -> str:
        return {"higher": "↑", "lower": "↓"}.get(self._better.get(column, ""), "")

    def _is_best(self, method: str, column: str) -> bool:
        better, mine = self._better.get(column, ""), self._estimate(method, column)
        if not better or mine is None:
            return False
        # A control is beaten by its figures; that it is quick says nothing.
        rivals = [m for m in self.methods if column != SECONDS or m not in CONTROLS]
        all_ = [e.mean for m in rivals if (e := self._estimate(m, column)) is not None]
        if method not in rivals:
            return False
        return mine.mean == (max(all_) if better == "higher" else min(all_))

    def _lost(self, method: str, column: str) -> list[str]:
        """Sentences: which controls it does not beat."""
        better, said = self._better.get(column, ""), []
        if self._board is None or better not in ("higher", "lower") or column == SECONDS:
            return []
        for control in CONTROLS:
            gap = self._board.table.against.get((method, column, control))
            if gap is None or not gap.n:
                continue
            if not (gap.low > 0 if better == "higher" else gap.high < 0):
                said.append(
                    f"No better than {CONTROL_NAMES[control]}: paired difference {gap.mean:+.3g} "
                    f"[{gap.low:+.3g}, {gap.high:+.3g}], p {gap.p:.2g}, n {gap.n}."
                )
        return said

    def _tip(self, method: str, column: str) -> str:
        found = self._estimate(method, column)
        missing = f"{counted(found.missing, 'picture')} without a value." if found is not None and found.missing else ""
        span = f"95 % interval {found.low:.3g} to {found.high:.3g}." if found is not None else self._why_empty(column)
        return "\n".join(line for line in (span, missing, *self._lost(method, column), "Click: its pictures.") if line)

    def _why_empty(self, column: str) -> str:
        """Why a cell has no value, where that holds for its whole column."""
        why = self._board.table.empty.get(column, "") if self._board else ""
        return f"No value. {why}".strip()

    def _order(self) -> tuple[str, ...]:
        methods = self._board.table.methods if self._board else ()
        free, controls = [m for m in methods if m not in CONTROLS], [m for m in methods if m in CONTROLS]
        if self._sorted is None or self._board is None:
            return (*free, *controls)
        section, reverse = self._sorted
        column = (
            (self._board.columns[section - 1] if 0 < section <= len(self._board.columns) else "") if section else ""
        )
        if not column:
            return (*sorted(free, key=lambda m: self.title(m).lower(), reverse=reverse), *controls)
        sign = 1 if self._better.get(column) == "lower" else -1
        known = [m for m in free if self._estimate(m, column) is not None]
        known.sort(key=lambda m: sign * self._estimate(m, column).mean, reverse=reverse)
        return (*known, *(m for m in free if m not in known), *controls)


def as_number(value: float) -> str:
    """Three decimals where that tells something, else three digits."""
    return f"{value:.3f}" if value == 0 or 0.001 <= abs(value) < 1000 else f"{value:.2g}"
