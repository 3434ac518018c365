"""The list of jobs, with what can be done with the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import icons, theme
from salviewer.gui.job_entries import Entry
from salviewer.gui.views.jobs_model import STATE, JobDelegate, JobsModel
from salviewer.gui.views.row_table import row_table

EMPTY = "Nothing runs. Each run is listed here: it can be stopped, run again and shown again."


class JobsView(QFrame):
    """`cancel_wished`, `again_wished` and `show_wished` carry a job's number; the others nothing."""

    cancel_wished = Signal(int)
    cancel_all_wished = Signal()
    again_wished = Signal(int)
    show_wished = Signal(int)
    clear_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.model = JobsModel(self)
        self.table = self._make_table()
        self.empty = theme.label(EMPTY, "quiet", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fault = theme.label("", "fault", wraps=True)
        self.fault.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.cancel = self._act("Cancel", "cancel", lambda: self._wish(self.cancel_wished), "Del")
        self.cancel_all = self._act("Cancel all", "", self.cancel_all_wished.emit)
        self.again = self._act("Run again", "run", lambda: self._wish(self.again_wished))
        self.show_result = self._act("Show result", "", lambda: self._wish(self.show_wished))
        self.copy = self._act("Copy details", "", self._copy_details)
        self.clear = self._act("Clear finished", "", self.clear_wished.emit)
        self._lay_out()
        self.table.selectionModel().selectionChanged.connect(self._refresh)
        self.table.activated.connect(lambda _: self.show_result.trigger())
        self.set_entries((), 0.0)

    def set_entries(self, entries: tuple[Entry, ...], now: float) -> None:
        """Show `entries`; the chosen one stays chosen, and the first is where nobody chose."""
        before = self.chosen()
        self.model.set_entries(entries, now)
        row = self.model.row_of(before.number) if before is not None else None
        if entries:
            self._choose(0 if row is None else row)
        self.empty.setVisible(not entries)
        self.table.setVisible(bool(entries))
        self._refresh()

    def dress(self) -> None:
        """Take on the theme's colours."""
        icons.refresh(self)
        self.table.viewport().update()

    def set_now(self, now: float) -> None:
        """Time has gone by."""
        self.model.set_now(now)

    def chosen(self) -> Entry | None:
        """The job that is chosen."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.entries[rows[0].row()] if rows else None

    # -- inside -------------------------------------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.table.selectionModel().setCurrentIndex(self.model.index(row, 0), flags)

    def _wish(self, signal: Signal) -> None:
        if (entry := self.chosen()) is not None:
            signal.emit(entry.number)

    def _copy_details(self) -> None:
        entry = self.chosen()
        if entry is not None and entry.error is not None:
            QGuiApplication.clipboard().setText(entry.error.details)

    def _refresh(self, *_: object) -> None:
        """What can be done with the chosen job, and why it failed."""
        entry, entries = self.chosen(), self.model.entries
        alive = entry is not None and not entry.over
        self.cancel.setText("Stop waiting" if entry is not None and entry.stage == "unanswered" else "Cancel")
        self.cancel.setEnabled(alive and entry.stage != "stopping")
        self.cancel_all.setEnabled(sum(e.explains and not e.over for e in entries) > 1)
        self.again.setEnabled(entry is not None and (entry.explains or entry.trains) and entry.over)
        self.show_result.setEnabled(entry is not None and entry.result is not None)
        self.copy.setEnabled(entry is not None and entry.error is not None)
        self.clear.setEnabled(any(e.over for e in entries))
        failed = entry is not None and entry.error is not None
        self.fault.setText(entry.error.text if failed else "")
        self.fault.setVisible(failed)

    def _act(self, text: str, icon: str, deed: object, key: str = "") -> QAction:
        action = QAction(text, self)
        if icon:
            icons.give(action, icon)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setToolTip(f"{text} ({key})")
        action.triggered.connect(lambda _=False: deed())
        self.table.addAction(action)
        return action

    def _make_table(self) -> QTableView:
        table = row_table(self.model, "Jobs", stretched=STATE, row_em=1.6)
        table.setItemDelegate(JobDelegate(table))
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for column, width in ((0, 11), (1, 14), (3, 9)):
            table.setColumnWidth(column, theme.em(self) * width)
        return table

    def _lay_out(self) -> None:
        em = theme.em(self)
        row = QHBoxLayout()
        row.setSpacing(round(em * 0.2))
        for action in (self.cancel, self.cancel_all, self.again, self.show_result, self.copy):
            row.addWidget(self._button(action))
        row.addStretch(1)
        row.addWidget(self._button(self.clear))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        column.addWidget(self.fault)
        column.addLayout(row)

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button
