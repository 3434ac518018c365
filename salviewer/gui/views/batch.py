"""The results of a folder: how often the model is right, the confusion table, and the pictures of a cell."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.batch_values import FAILED, Table, Tile
from salviewer.gui.views.batch_run import BatchRunView
from salviewer.gui.views.confusion import ConfusionTable
from salviewer.gui.views.strip import TileList
from salviewer.numeric.counted import counted

EMPTY = (
    "Open a folder of pictures, or drop one on the window. Folders within it are taken for classes; "
    "a CSV file with the names of pictures and their classes does as well."
)
NOTHING = "“Predict all” asks the model about every picture and counts its answers here."
SHARES = (5, 4)
"""Of the height, that the table and the pictures of a cell get."""
LEGEND = "Rows: true class   Columns: predicted   Blue: right   Red: wrong   Per cent: of the row"
PLAIN_LEGEND = "No true classes are known: pictures by predicted class"


class BatchView(QFrame):
    """`folder_wished`; `place_wished` carries a cell or None, `open_wished` a picture's key; the rest is in `run`.

    `export_wished` carries "table" or "pictures".
    """

    folder_wished = Signal()
    place_wished = Signal(object)
    open_wished = Signal(str)
    export_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        em = theme.em(self)
        self.title, self.numbers = theme.mark(QElidingLabel(), "title"), theme.label("", "title")
        self.failed = theme.mark(QPushButton(), "link")
        self.failed.clicked.connect(lambda: self.place_wished.emit(FAILED))
        self.run, self.said = BatchRunView(), theme.label("", "quiet", wraps=True)
        self.table, self.tiles = ConfusionTable(), TileList(5.4, 2, one_row=False)
        self.tiles.setAccessibleName("Pictures of the cell")
        self.tiles.open_wished.connect(self.open_wished)
        self.table.place_wished.connect(self.place_wished)
        self.legend, self.by_errors = QElidingLabel(), QCheckBox("Most errors first")
        theme.mark(self.legend, "quiet")
        self.by_errors.clicked.connect(lambda on: self.run.planned.emit({"by_errors": on}))
        self.export = self._export_button()
        self._hint = theme.label(NOTHING, "quiet", wraps=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._hollow(em))
        self._pages.addWidget(self._filled(em))
        around = QVBoxLayout(self)
        around.setContentsMargins(*(round(em * 0.6),) * 4)
        around.addWidget(self._pages)
        self.set_folder("")
        self.set_table(None, "")
        self.set_place("", None)

    def set_folder(self, title: str) -> None:
        """Which folder is open, with its number of pictures; "" for none."""
        self.title.setText(title)
        self._pages.setCurrentIndex(1 if title else 0)

    def set_table(self, table: Table | None, numbers: str) -> None:
        """Show the counts, and `numbers` in words."""
        some = table is not None and (table.counts.n + table.counts.unlabelled) > 0
        self.table.set_table(table if some else None)
        self.numbers.setText(numbers)
        self.numbers.setVisible(bool(numbers))
        for widget in (self.table, self.legend, self.by_errors, self.export):
            widget.setVisible(some)
        self._hint.setVisible(not some)
        failed = table.failed if table is not None else 0
        self.failed.setText(f"{failed:,} could not be read")
        self.failed.setVisible(failed > 0)
        labelled = table is not None and table.labelled
        self.legend.setText(LEGEND if labelled else PLAIN_LEGEND)
        self.by_errors.setText("Most errors first" if labelled else "Most frequent first")

    def set_sorting(self, *, by_errors: bool, may_sort: bool) -> None:
        """Whether classes with most errors come first; grades keep their order."""
        self.by_errors.setChecked(by_errors and may_sort)
        self.by_errors.setEnabled(may_sort)
        self.by_errors.setToolTip("" if may_sort else "Grades keep their order")

    def set_said(self, text: str) -> None:
        """What became of the newest run."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def set_place(self, title: str, tiles: Sequence[Tile] | None) -> None:
        """Show the pictures of a cell; None hides them."""
        first = tiles is not None and not self._below.isVisibleTo(self)
        self._below.setVisible(tiles is not None)
        if tiles is None:
            return
        if first:
            self._halves.setSizes([SHARES[0] * self.height(), SHARES[1] * self.height()])
        count = counted(len(tiles), "picture")
        self._place.setText(f"{title} · {count}" if title else count)
        self.tiles.set_tiles(tiles)

    def offer_explain(self) -> None:
        """Put the focus on "Explain all", with its settings beside it."""
        self.run.explain.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dress(self) -> None:
        """Take on the present palette."""
        icons.refresh(self)
        self.table.dress()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as the picture beside which it stands."""
        em = theme.em(self)
        return QSize(em * 46, em * 30)

    # -- layout -------------------------------------------------------------------------------------------------

    def _export_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("Export")
        icons.give(button, "save")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAccessibleName("Export as CSV")
        menu = QMenu(button)
        for what, text in (("table", "This table as CSV …"), ("pictures", "A line per picture as CSV …")):
            menu.addAction(text, lambda what=what: self.export_wished.emit(what))
        button.setMenu(menu)
        return button

    def _hollow(self, em: int) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        words, button = theme.label(EMPTY, "quiet", wraps=True), QPushButton("Open folder …")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        icons.give(button, "folder")
        button.clicked.connect(self.folder_wished)
        column.addStretch(1)
        column.addWidget(words)
        column.addSpacing(em // 2)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def _filled(self, em: int) -> QWidget:
        page, above, self._below = QWidget(), QWidget(), QWidget()
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.failed)
        head.addWidget(self.numbers)
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.by_errors)
        foot.addWidget(self.export)
        table = QVBoxLayout(above)
        table.setContentsMargins(0, 0, 0, 0)
        table.setSpacing(round(em * 0.3))
        table.addWidget(self._hint, 1)
        table.addWidget(self.table, 1)
        table.addLayout(foot)
        self._fill_below(em)
        self._halves = halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(above)
        halves.addWidget(self._below)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.5))
        column.addLayout(head)
        column.addWidget(self.run)
        column.addWidget(self.said)
        column.addWidget(halves, 1)
        return page

    def _fill_below(self, em: int) -> None:
        self._place, hide = theme.mark(QElidingLabel(), "section"), theme.mark(QPushButton("Hide"), "link")
        hide.clicked.connect(lambda: self.place_wished.emit(None))
        line = QHBoxLayout()
        line.addWidget(self._place, 1)
        line.addWidget(hide)
        column = QVBoxLayout(self._below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.2))
        column.addLayout(line)
        column.addWidget(self.tiles, 1)
        self._below.setMinimumHeight(round(em * 9.5))
