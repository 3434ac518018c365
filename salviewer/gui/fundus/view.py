"""The Fundus panel's widget: the photograph, its proposed lesions in a table, the experts' marks, the whole folder."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QSlider,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.data.proposed_lesions import Proposed, region_at
from salviewer.gui import icons, theme
from salviewer.gui.fundus.folder import FolderCard
from salviewer.gui.fundus.legend import MarksLegend
from salviewer.gui.fundus.picture import FundusPicture
from salviewer.gui.fundus.regions import SIZE, TOTAL, TOUCHES, RegionModel, sorted_model
from salviewer.gui.fundus.values import Judged, Marked, Photograph, Plan
from salviewer.gui.fundus.words import field_words, proposed_words
from salviewer.gui.views.row_table import row_table

NOTICE = "Proposals show what the model reacted to. They are not a diagnosis, and not a map of lesions."
EMPTY = "Open a photograph of the eye: its field of view, proposed lesions and experts' marks are shown here."
MOST_AREA = 10_000_000


class _Side(QScrollArea):
    """Scrolls up and down alone, and so is never narrower than what it holds, which grows with what is found."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        inner, hint = self.widget(), super().minimumSizeHint()
        if inner is None:
            return hint
        return QSize(inner.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width(), hint.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)


class FundusView(QWidget):
    """`planned`: changed fields of the plan; `chosen`: a row of the regions, and whether it is to be zoomed to."""

    planned = Signal(dict)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.legend, self.folder = FundusPicture(), MarksLegend(), FolderCard()
        self.slider, self.percent, self.least = QSlider(Qt.Orientation.Horizontal), QSpinBox(), QSpinBox()
        self.dims, self.shows_map = QCheckBox("Dim the surround"), QCheckBox("Map")
        self.fit, self.said, self.about = (
            QToolButton(),
            theme.label("", wraps=True),
            theme.label("", "quiet", wraps=True),
        )
        self.model = RegionModel()
        self.order = sorted_model(self.model)
        self.table: QTableView = row_table(self.order, "Proposed lesions", stretched=TOUCHES, row_em=1.3)
        self._photograph: Photograph | None = None
        self._plan = Plan()
        self._zooms = True
        self._dress_parts()
        self._lay_out()
        self._connect()
        self.set_photograph(None)
        self.set_plan(Plan())

    # -- setters ------------------------------------------------------------------------------------------------

    def set_photograph(self, photograph: Photograph | None) -> None:
        """What is on the desk; None shows the empty panel."""
        self._photograph = photograph
        self.pages.setCurrentIndex(0 if photograph is None else 1)
        self.picture.show_photograph(photograph, self._plan)
        if photograph is not None:
            self.about.setText(field_words(photograph))

    def set_plan(self, plan: Plan) -> None:
        """Threshold, least area and what is shown; tells nobody."""
        self._plan = plan
        for widget, value in ((self.slider, plan.percent), (self.percent, plan.percent), (self.least, plan.least_area)):
            with QSignalBlocker(widget):
                widget.setValue(value)
        self.dims.setChecked(plan.dims)
        self.shows_map.setChecked(plan.shows_map)
        self.legend.shown.setChecked(plan.shows_marks)
        self.picture.show_photograph(self._photograph, plan)
        self.picture.show_proposed(self.model.proposed, plan)

    def set_proposed(self, proposed: Proposed | None) -> None:
        """The regions; None where there is no map."""
        spacing = self._photograph.facts.spacing_mm if self._photograph is not None else None
        self.table.setColumnHidden(SIZE, spacing is None)
        self.model.set_regions(proposed, spacing[0] * spacing[1] if spacing is not None else None)
        self.picture.show_proposed(proposed, self._plan)
        self.said.setText(proposed_words(proposed, None))

    def set_marked(self, marked: Marked, judged: Judged | None) -> None:
        """What experts marked, and what of it is found."""
        self.legend.set_marked(marked, judged)
        self.model.set_judged(judged)
        self.picture.show_marks(marked.masks, visible=self._plan.shows_marks)
        self.said.setText(proposed_words(self.model.proposed, judged))

    def set_chosen(self, row: int) -> None:
        """The region that is looked at; -1 none."""
        proposed = self.model.proposed
        known = proposed is not None and 0 <= row < len(proposed.regions)
        self.picture.show_chosen(proposed.regions.box[row] if known else None, zooms=self._zooms)
        index = self.order.mapFromSource(self.model.index(row, 0)) if known else None
        selection = self.table.selectionModel()
        with QSignalBlocker(selection):
            if index is None:
                selection.clearSelection()
            else:
                flags = QItemSelectionModel.SelectionFlag
                selection.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
                self.table.scrollTo(index)
        self.table.viewport().update()

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.picture.dress()

    # -- inside -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        for field in (self.slider, self.percent):
            field.valueChanged.connect(lambda value: self.planned.emit({"percent": value}))
        self.least.valueChanged.connect(lambda value: self.planned.emit({"least_area": value}))
        self.dims.clicked.connect(lambda on: self.planned.emit({"dims": on}))
        self.shows_map.clicked.connect(lambda on: self.planned.emit({"shows_map": on}))
        self.legend.shown_wished.connect(lambda on: self.planned.emit({"shows_marks": on}))
        self.fit.clicked.connect(self.picture.fit)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.clicked.connect(self._row_again)
        self.table.activated.connect(self._row_again)
        self.picture.pressed.connect(self._picked)

    def _row_chosen(self, index: object, _: object) -> None:
        if index.isValid():  # type: ignore[attr-defined] # a QModelIndex
            self._zooms = True
            self.chosen.emit(self.order.mapToSource(index).row())

    def _row_again(self, index: QModelIndex) -> None:
        """Go to the row's region also where it is the chosen one already, but out of sight."""
        row, proposed = self.order.mapToSource(index).row(), self.model.proposed
        if proposed is not None and 0 <= row < len(proposed.regions):
            self.picture.show_chosen(proposed.regions.box[row], zooms=True)

    def _picked(self, x: float, y: float) -> None:
        """A click on the photograph chooses the region under it, without zooming."""
        proposed, grid = self.model.proposed, self._photograph.grid if self._photograph is not None else None
        self._zooms = False
        self.chosen.emit(region_at(proposed, grid, x, y) if proposed is not None and grid is not None else -1)

    def _dress_parts(self) -> None:
        self.slider.setRange(1, 99)
        self.percent.setRange(1, 99)
        self.percent.setSuffix(" %")
        self.slider.setAccessibleName("Threshold, share of the map's highest value")
        self.percent.setAccessibleName("Threshold in percent of the map's highest value")
        self.slider.setToolTip("Proposed is what lies above this share of the map's highest value in the field of view")
        self.least.setRange(0, MOST_AREA)
        self.least.setSuffix(" px")
        self.least.setSpecialValueText("any size")
        self.least.setAccessibleName("Least area of a proposal, in pixels of the photograph")
        self.least.setToolTip("Smaller regions are left out")
        icons.give(self.fit, "fit")
        self.fit.setToolTip("All of the photograph (double click)")
        self.fit.setAccessibleName("All of the photograph")
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(TOTAL, Qt.SortOrder.DescendingOrder)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(TOUCHES, QHeaderView.ResizeMode.ResizeToContents)
        head.setStretchLastSection(True)
        for column in range(len(RegionModel.HEADS)):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    def _lay_out(self) -> None:
        em = theme.em(self)
        tools, more = QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (tools, (theme.label("Threshold", "quiet"), self.slider, self.percent, self.least)),
            (more, (self.shows_map, self.dims, self.legend.shown, self.fit)),
        ):
            row.setSpacing(round(em * 0.5))
            for widget in widgets:
                row.addWidget(widget, int(widget is self.slider))
        more.insertStretch(3, 1)
        left, right = QWidget(), theme.mark(QWidget(), "flat")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.3))
        column.addLayout(tools)
        column.addLayout(more)
        column.addWidget(self.picture, 1)
        column.addWidget(self.about)
        side = QVBoxLayout(right)
        side.setContentsMargins(round(em * 0.3), 0, round(em * 0.3), 0)
        side.setSpacing(round(em * 0.5))
        side.addWidget(self.said)
        side.addWidget(self.table, 1)
        side.addWidget(self.legend)
        side.addWidget(self.folder)
        self.table.setMinimumSize(em * 10, em * 8)
        area = _Side()
        area.setWidget(right)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(left)
        self.parts.addWidget(area)
        self.parts.setSizes([600, 400])
        full, hollow = QWidget(), QWidget()
        outer = QVBoxLayout(full)
        outer.setContentsMargins(*(round(em * 0.4),) * 4)
        outer.setSpacing(round(em * 0.3))
        outer.addWidget(self.parts, 1)
        outer.addWidget(theme.label(NOTICE, "quiet", wraps=True))
        empty = theme.label(EMPTY, "quiet", wraps=True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(hollow).addWidget(empty)
        self.pages = QStackedWidget()
        self.pages.addWidget(hollow)
        self.pages.addWidget(full)
        outermost = QVBoxLayout(self)
        outermost.setContentsMargins(0, 0, 0, 0)
        outermost.addWidget(self.pages)
