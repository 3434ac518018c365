"""The row of choices over the columns: which layers are open, and which units are shown."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QSpinBox, QToolButton, QWidget, QWidgetAction

from salviewer.gui import theme
from salviewer.gui.neurons.filters import Filter, Set
from salviewer.gui.neurons.legend import PathLegend
from salviewer.gui.views.checklist import Checklist, Entry
from salviewer.numeric.neuron_table import Column

SETS: dict[Set, str] = {"all": "All layers", "weights": "Layers with weights", "grids": "One layer per grid size"}
KINDS = {
    "all": "All chosen units",
    "score": "Units that carry most of a layer's score",
    "pixels": "Units that lead to the strongest pixels",
}


class NeuronTools(QWidget):
    """`set_wished`: a set of layers; `layer_wished`: a column and whether it opens; `filter_wished`: a `Filter`."""

    set_wished = Signal(str)
    layer_wished = Signal(int, bool)
    filter_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers, self.units, self.percent = QToolButton(), QComboBox(), QSpinBox()
        self.said, self.legend = theme.label("", "quiet"), PathLegend()
        self.list = Checklist("layers")
        self._make_menu()
        for key, title in KINDS.items():
            self.units.addItem(title, key)
        self.units.setAccessibleName("Which units are shown")
        self.units.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.units.setMinimumContentsLength(18)
        self.percent.setRange(1, 100)
        self.percent.setValue(Filter().percent)
        self.percent.setSuffix(" %")
        self.percent.setAccessibleName("Share of the score or of the pixels, in percent")
        self.units.activated.connect(self._wish)
        self.percent.valueChanged.connect(self._wish)
        self._lay_out()
        self.set_filter(Filter())

    def set_columns(self, columns: Collection[Column], closed: Collection[int]) -> None:
        """The layers, and which are closed."""
        self.list.set_entries(
            [Entry(str(i), f"{c.name}  ({c.kind})" if c.kind else c.name) for i, c in enumerate(columns)]
        )
        self.set_closed(len(columns), closed)

    def set_closed(self, count: int, closed: Collection[int]) -> None:
        """Which of `count` layers are closed; tells nobody."""
        self.list.set_ticked({str(i) for i in range(count) if i not in closed})
        self.layers.setText(f"Layers: {count - len(closed)} of {count}")

    def set_filter(self, wanted: Filter) -> None:
        """Which units are shown; tells nobody."""
        with QSignalBlocker(self.percent):
            self.percent.setValue(wanted.percent)
        self.units.setCurrentIndex(list(KINDS).index(wanted.kind))
        self.units.setToolTip(KINDS[wanted.kind])
        self.percent.setVisible(wanted.kind != "all")

    def _wish(self) -> None:
        wanted = Filter(self.units.currentData(), self.percent.value())
        self.set_filter(wanted)
        self.filter_wished.emit(wanted)

    def _make_menu(self) -> None:
        menu = QMenu(self.layers)
        for key, title in SETS.items():
            menu.addAction(title).triggered.connect(lambda _=False, key=key: self.set_wished.emit(key))
        menu.addSeparator()
        held = QWidgetAction(menu)
        self.list.setMinimumSize(theme.em(self) * 16, theme.em(self) * 18)
        held.setDefaultWidget(self.list)
        menu.addAction(held)
        self.layers.setMenu(menu)
        self.layers.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.layers.setAccessibleName("Which layers are open")
        self.layers.setToolTip("Which layers have a column of their own; the head of a column closes and opens it, too")
        self.list.ticked.connect(lambda key, on: self.layer_wished.emit(int(key), on))

    def _lay_out(self) -> None:
        em = theme.em(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.5))
        for widget in (self.layers, self.units, self.percent):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.said)
        row.addWidget(self.legend)
