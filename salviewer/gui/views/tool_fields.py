"""What the rows of tools over a picture and over slices have in common: buttons, the choice of colours, the opacity."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QSlider, QToolButton, QWidget

from salviewer.data.colour import DIVERGING, SEQUENTIAL
from salviewer.gui import icons, theme
from salviewer.gui.hints import hint
from salviewer.gui.values import Display
from salviewer.kit.colours import lut, swatch


def tool_button(row: QWidget, icon: str, words: str, command: str, *, checkable: bool = True) -> QToolButton:
    """A button for `row` that shows `icon`; its tip says `words` and the shortcut of `command`."""
    button, side = QToolButton(), round(theme.em(row) * 1.2)
    icons.give(button, icon)
    button.setIconSize(QSize(side, side))
    button.setCheckable(checkable)
    hint(button, words, command)
    return button


def say(widget: QWidget, words: str) -> None:
    """Give `widget` these words, for those who see it and those who hear it."""
    widget.setToolTip(words)
    widget.setAccessibleName(words)


class OpacitySlider(QSlider):
    """How much the map covers what is under it, in percent."""

    def __init__(self, words: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setFixedWidth(theme.em(self) * 6)
        say(self, words)


class ColourBox(QComboBox):
    """The colours that a map can have, each with a strip of it."""

    def __init__(self) -> None:
        super().__init__()
        em = theme.em(self)
        self.setIconSize(QSize(em * 2, round(em * 0.7)))
        say(self, "Colours of the heatmap")

    def offer(self, display: Display, *, signed: bool) -> None:
        """Those for signed maps or for others, with the one chosen that `display` names."""
        names = DIVERGING if signed else SEQUENTIAL
        if [self.itemText(i) for i in range(self.count())] != list(names):
            self.clear()
            size = self.iconSize()
            for name in names:
                self.addItem(QIcon(swatch(lut(name), size.width(), size.height(), ratio=2)), name)
        self.setCurrentText(display.diverging if signed else display.sequential)
