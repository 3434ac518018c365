"""What a training shows: its charts, as many beside each other as there is room for, and its pictures below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from salviewer.api.evidence import Evidence
from salviewer.gui import theme
from salviewer.gui.training.charts import Chart, charts_of, headed, pictures_of
from salviewer.gui.views.arms_plot import ArmsPlot
from salviewer.gui.views.plot import Plot
from salviewer.gui.views.small_maps import SmallMaps

WIDE = 15
"""A chart's width at least, in lines of text."""


class ChartsView(QWidget):
    """Shows evidence; charts that stay the same keep their widgets while their numbers change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charts: tuple[Chart, ...] = ()
        self.plots: list[Plot | ArmsPlot] = []
        self._cells: list[QWidget] = []
        self._across = 0
        self.maps = SmallMaps()
        self._maps_title = theme.label("Pictures", "section")
        self._grid = QGridLayout()
        em = theme.em(self)
        self._grid.setSpacing(round(em * 0.8))
        self._grid.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.4))
        column.addLayout(self._grid)
        column.addWidget(self._maps_title)
        column.addWidget(self.maps)
        self.set_evidence(())

    def set_evidence(self, evidence: Sequence[Evidence]) -> None:
        """Show `evidence`."""
        charts = charts_of(evidence)
        if [_frame(c) for c in charts] != [_frame(c) for c in self.charts]:
            self._build(charts)
        self.charts = charts
        for plot, chart in zip(self.plots, charts, strict=True):
            if isinstance(plot, ArmsPlot):
                trace = chart.traces[0]
                plot.set_arms(trace.x, trace.y, chart.trials, chart.x_label, chart.y_label)
            else:
                plot.set_traces(chart.traces, chart.x_label, chart.y_label)
        maps = pictures_of(evidence)
        self.maps.set_maps(maps)
        for widget in (self.maps, self._maps_title):
            widget.setVisible(bool(maps))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not self.charts and not self.maps.isVisibleTo(self)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As many charts beside each other as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def _build(self, charts: Sequence[Chart]) -> None:
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self.plots, self._cells, self._across = [], [], 0
        for chart in charts:
            plot = ArmsPlot() if chart.trials else Plot()
            plot.setMinimumHeight(theme.em(self) * 11)
            cell = QWidget()
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(theme.label(headed(chart.title), "section"))
            column.addWidget(plot, 1)
            self.plots.append(plot)
            self._cells.append(cell)
        self._arrange()

    def _arrange(self) -> None:
        across = max(1, min(3, len(self._cells), self.width() // (theme.em(self) * WIDE)))
        if across == self._across:
            return
        self._across = across
        for i, cell in enumerate(self._cells):
            self._grid.removeWidget(cell)
            self._grid.addWidget(cell, i // across, i % across)
        for column in range(3):
            self._grid.setColumnStretch(column, int(column < across))


def _frame(chart: Chart) -> tuple[str, str, bool]:
    """What a chart's widget depends on."""
    return chart.title, chart.y_label, bool(chart.trials)
