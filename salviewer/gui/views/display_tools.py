"""The row of tools over the picture: what is shown, opacity and colours, regions, and how much of it is in view."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.commands.display import MODE_TITLES
from salviewer.gui.values import MODES, Display
from salviewer.gui.views.tool_fields import ColourBox, OpacitySlider, tool_button

REGIONS = ("rectangle", "ellipse")


class DisplayTools(QWidget):
    """`wished` carries another `Display`, `region_wished` a kind of region ("" ends)."""

    wished = Signal(object)
    region_wished = Signal(str)
    look_wished = Signal(bool)
    fit_wished = Signal()
    actual_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display, self._signed = Display(), False
        self.modes = {mode: tool_button(self, f"mode-{mode}", MODE_TITLES[mode], f"mode.{mode}") for mode in MODES}
        self.regions = {
            kind: tool_button(self, f"region-{kind}", f"What the heatmap holds in {article} {kind}", f"region.{kind}")
            for kind, article in (("rectangle", "a"), ("ellipse", "an"))
        }
        self.look = tool_button(self, "look", "Threshold, lines, brightness", "view.look")
        self.fit = tool_button(self, "fit", "Fit the picture to the window", "view.fit", checkable=False)
        self.actual = tool_button(self, "actual", "One picture pixel per dot", "view.actual", checkable=False)
        self.opacity, self.colours = OpacitySlider("How much the heatmap covers the picture"), ColourBox()
        self.opacity.valueChanged.connect(lambda v: self.wished.emit(replace(self._display, opacity=v / 100)))
        self.colours.textActivated.connect(self._chose_colours)
        self._group = QButtonGroup(self)
        for number, mode in enumerate(MODES):
            self._group.addButton(self.modes[mode], number)
        self._group.idClicked.connect(lambda number: self.wished.emit(replace(self._display, mode=MODES[number])))
        for kind, button in self.regions.items():
            button.clicked.connect(lambda on, kind=kind: self.region_wished.emit(kind if on else ""))
        self.look.clicked.connect(self.look_wished)
        self.fit.clicked.connect(self.fit_wished)
        self.actual.clicked.connect(self.actual_wished)
        self._lay_out()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_display(self, display: Display, *, has_map: bool, signed: bool) -> None:
        """Show how things are shown; what needs a map is greyed where there is none."""
        self._display, self._signed = display, signed
        self.modes[display.mode].setChecked(True)
        for mode in ("overlay", "heatmap", "masked"):
            self.modes[mode].setEnabled(has_map)
        self.opacity.setEnabled(has_map and display.overlay)
        self.colours.setEnabled(has_map and display.mode in ("overlay", "heatmap"))
        for button in self.regions.values():
            button.setEnabled(has_map)
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(display.opacity * 100))
        self.opacity.blockSignals(False)
        self.colours.offer(display, signed=signed)

    def set_region(self, kind: str) -> None:
        """Which kind of region is wanted or drawn; "" for none."""
        for name, button in self.regions.items():
            button.setChecked(name == kind)

    def set_look(self, visible: bool) -> None:
        """Whether the bar with all that can be set is open."""
        self.look.setChecked(visible)

    # -- inside -------------------------------------------------------------------------------------------------

    def _chose_colours(self, name: str) -> None:
        field = "diverging" if self._signed else "sequential"
        self.wished.emit(replace(self._display, **{field: name}))

    def _lay_out(self) -> None:
        em = theme.em(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.15))
        for widgets in (
            tuple(self.modes.values()),
            (self.opacity, self.colours),
            (self.look,),
            tuple(self.regions.values()),
            (self.fit, self.actual),
        ):
            for widget in widgets:
                row.addWidget(widget)
            row.addSpacing(round(em * 0.6))
        row.addStretch(1)
