"""What is known of the unit pointed at or selected: words, and the three terms of its support as numbers and bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.neurons.words import TERMS, About, Value, number
from salviewer.kit.neuron_look import term_colours


class NeuronDetails(QScrollArea):
    """Shows one `About`, or what the path is and how to go along it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.title, self.text = theme.label("", "title", wraps=True), theme.label("", "", wraps=True)
        self.hint = theme.label("", "quiet", wraps=True)
        self.bars = [_Bar(colour) for colour in term_colours()]
        self.numbers = [theme.label("–") for _ in TERMS]
        grid = QGridLayout()
        grid.setHorizontalSpacing(round(em * 0.6))
        grid.setVerticalSpacing(round(em * 0.15))
        for i, term in enumerate(TERMS):
            name = theme.label(term.title)
            name.setToolTip(f"{term.symbol}: {term.about}")
            for column, widget in enumerate((name, self.bars[i], self.numbers[i])):
                grid.addWidget(widget, i, column)
            self.bars[i].setToolTip(name.toolTip())
        grid.setColumnStretch(1, 1)
        inner = theme.mark(QWidget(), "flat")
        column = QVBoxLayout(inner)
        column.setContentsMargins(round(em * 0.6), round(em * 0.2), round(em * 0.4), round(em * 0.2))
        column.setSpacing(round(em * 0.4))
        column.addWidget(self.title)
        column.addLayout(grid)
        column.addWidget(self.text)
        column.addWidget(self.hint)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("What is known of the unit")

    def set_about(self, about: About | None, title: str, more: str = "", hint: str = "") -> None:
        """A unit, or None: then `title` says what the path is. `more`: said below; `hint`: what can be done."""
        lines = "\n".join(about.lines) if about is not None else ""
        self.title.setText(about.title if about is not None else title)
        self.text.setText("\n".join(filter(None, (lines, more))))
        self.text.setVisible(bool(self.text.text()))
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        none = Value(float("nan"), float("nan"))
        for bar, label, value in zip(self.bars, self.numbers, about.support if about else (none,) * 3, strict=True):
            label.setText(number(value.value) if about is not None else "")
            bar.set_share(value.share)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the names and a bar."""
        em = theme.em(self)
        return QSize(em * 13, em * 7)


class _Bar(QWidget):
    """A share as a bar; without one only its colour at the left, as a legend."""

    def __init__(self, colour: QColor) -> None:
        super().__init__()
        self._colour, self._share = colour, float("nan")
        self.setMinimumWidth(theme.em(self) * 3)

    def set_share(self, share: float) -> None:
        self._share = share
        self.setAccessibleName(f"{100 * share:.0f} % of the highest of its layer" if share == share else "not known")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The bar on its groove."""
        em, known = theme.em(self), self._share == self._share
        box = QRectF(0, self.height() / 2 - em * 0.2, self.width(), em * 0.4)
        with QPainter(self) as painter:
            if known:
                painter.fillRect(box, QColor(theme.tones().faint))
            box.setWidth(max(1.0, box.width() * min(1.0, self._share)) if known else em * 0.8)
            painter.fillRect(box, self._colour)
