"""The line above a slice: the plane's name, the position, tags, and a button that makes the slice large."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget


class Elided(QLabel):
    """A line of text that is cut off with "…" where there is no room."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as wanted."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what fits."""
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class SizeButton(QToolButton):
    """A frame: one large pane; or, once that is there, four small ones: all alike again."""

    def __init__(self) -> None:
        super().__init__()
        self.large = False
        self.setAutoRaise(True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square somewhat higher than a line of text."""
        side = round(1.5 * self.fontMetrics().height())
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the frame, or the panes, in the colour of text."""
        super().paintEvent(event)
        side = round(0.36 * self.fontMetrics().height()) * 2.0
        area = QRectF((self.width() - side) // 2 + 0.5, (self.height() - side) // 2 + 0.5, side, side)
        with QPainter(self) as painter:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.ButtonText), 1.2))
            painter.drawRect(area)
            if self.large:
                x, y = area.center().x(), area.center().y()
                painter.drawLines([QLineF(x, area.top(), x, area.bottom()), QLineF(area.left(), y, area.right(), y)])


class SliceTitle(QWidget):
    """Tells when it is pressed twice, or its button once."""

    enlarge_wished = Signal()

    def __init__(self, what: str, extra: QWidget | None = None, *, enlarges: bool = True) -> None:
        super().__init__()
        em = self.fontMetrics().height()
        self.name, self.position, self.tag = QLabel(what), Elided(), QLabel()
        bold = self.name.font()
        bold.setBold(True)
        self.name.setFont(bold)
        for label in (self.name, self.position, self.tag):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.position.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(em // 2, em // 6, em // 6, em // 6)
        row.setSpacing(em // 2)
        for widget in (self.name, extra, self.position, self.tag):
            if widget is not None:
                row.addWidget(widget)
        self.button = SizeButton()
        self.button.setVisible(enlarges)
        self.button.clicked.connect(self.enlarge_wished)
        row.addWidget(self.button)
        self._what, self._enlarges = what, enlarges
        self.set_large(large=False)
        # Every line is as high as one with a button or a choice in it, so that pictures side by side begin alike.
        self.setFixedHeight(round(1.9 * em))

    def set_words(self, name: str, position: str, tag: str) -> None:
        """Say what is shown and where."""
        for label, text in ((self.name, name), (self.position, position), (self.tag, tag)):
            if text != label.text():
                label.setText(text)
        self.tag.setVisible(bool(tag))

    def set_large(self, *, large: bool) -> None:
        """Whether the button makes the slice large, or all of them alike again."""
        self.button.large = large
        self.button.update()
        words = "All slices alike" if large else f"Enlarge the {self._what.lower()} slice"
        self.button.setToolTip(words)
        self.button.setAccessibleName(words)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Large, or all alike again."""
        if self._enlarges and event.button() == Qt.MouseButton.LeftButton:
            self.enlarge_wished.emit()


class SliceCell(QWidget):
    """A title over what it belongs to."""

    def __init__(self, title: SliceTitle, content: QWidget) -> None:
        super().__init__()
        self.title, self.content = title, content
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(content, 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
