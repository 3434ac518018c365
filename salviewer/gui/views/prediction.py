"""What the model says: the most probable classes as bars, and the choice of the class that is explained."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QComboBox, QCompleter, QFrame, QSizePolicy, QVBoxLayout, QWidget

from salviewer.api.values import Prediction
from salviewer.data.percent import as_percent
from salviewer.gui import theme

SHOWN = 5
PREDICTED, DECIDED = "the predicted class", "the word that the picture decides most"


class PredictionView(QFrame):
    """`target_wished` carries the index of the class to explain, or None for whatever is predicted."""

    target_wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._prediction: Prediction | None = None
        self._classes: tuple[str, ...] = ()
        self._target: int | None = None
        self._hint = theme.label("", "quiet", wraps=True)
        self.bars: tuple[ClassBar, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self._picker = self._make_picker()
        column = QVBoxLayout(self)
        em = theme.em(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.3))
        column.addWidget(self._hint)
        column.addLayout(self._rows)
        column.addWidget(self._picker)
        column.addStretch(1)
        self._show()

    def set_prediction(self, prediction: Prediction | None) -> None:
        """Show what the model says of the open picture."""
        self._prediction = prediction
        if prediction is not None and prediction.chosen is not None:
            self.set_classes(prediction.classes)
            return
        self._show()

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """The classes of the open model, in order."""
        self._classes = classes
        self._names.setStringList([self._default, *classes])
        self._show()

    def set_target(self, target: int | None) -> None:
        """Mark the class that is explained."""
        self._target = target
        self._show()

    def _show(self) -> None:
        rows = self._top() if self._prediction else []
        if len(rows) != len(self.bars):
            self._rebuild(len(rows))
        explained = self._target if self._target is not None or not rows else self._prediction.predicted
        for bar, (index, name, probability) in zip(self.bars, rows, strict=True):
            bar.set_class(index, name, probability)
            bar.setChecked(index == explained)
        self._hint.setVisible(not rows)
        self._hint.setText("Its five best guesses appear here once a model and a picture or volume are open.")
        self._picker.setVisible(bool(self._classes))
        self._picker.setCurrentIndex(0 if self._target is None else self._target + 1)
        self._picker.setEditText(self._default if self._target is None else self._classes[self._target])

    @property
    def _default(self) -> str:
        """What is explained if nobody says."""
        caption = self._prediction is not None and self._prediction.chosen is not None
        return DECIDED if caption else PREDICTED

    def _top(self) -> list[tuple[int, str, float]]:
        rows = list(self._prediction.top(SHOWN))
        if self._target is not None and self._target not in [row[0] for row in rows]:
            rows.append((self._target, self._classes[self._target], self._prediction.probabilities[self._target]))
        return rows

    def _rebuild(self, count: int) -> None:
        for bar in self.bars:
            self._rows.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        self.bars = tuple(ClassBar() for _ in range(count))
        for bar in self.bars:
            bar.clicked.connect(lambda _=False, bar=bar: self.target_wished.emit(bar.index))
            self._rows.addWidget(bar)

    def _make_picker(self) -> QComboBox:
        picker = QComboBox()
        picker.setEditable(True)
        picker.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        picker.setMinimumContentsLength(12)
        self._names = QStringListModel([PREDICTED], picker)
        picker.setModel(self._names)
        completer = QCompleter(self._names, picker)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        picker.setCompleter(completer)
        picker.setToolTip("The class to explain: pick a bar above, or type part of a name")
        picker.setAccessibleName("Class to explain")
        picker.activated.connect(lambda i: self.target_wished.emit(None if i == 0 else i - 1))
        picker.lineEdit().editingFinished.connect(self._typed)
        return picker

    def _typed(self) -> None:
        """Take a name that was typed in full; put the old one back if there is no such class."""
        text = self._picker.currentText().strip().lower()
        names = [name.lower() for name in self._names.stringList()]
        if text in names:
            chosen = names.index(text)
            if (None if chosen == 0 else chosen - 1) != self._target:
                self.target_wished.emit(None if chosen == 0 else chosen - 1)
            return
        self._show()


class ClassBar(QAbstractButton):
    """One class: its name, its probability as a bar and a number; pressed when it is the one that is explained."""

    def __init__(self) -> None:
        super().__init__()
        self.index, self._name, self._probability = -1, "", 0.0
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_class(self, index: int, name: str, probability: float) -> None:
        """Show class `index`, called `name`, with `probability` in 0..1."""
        self.index, self._name, self._probability = index, name, probability
        words = f"{name}: {as_percent(probability)}"
        self.setAccessibleName(words)
        self.setToolTip(f"{words} (class {index}). Click to explain this class.")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line and a half of text."""
        return QSize(100, round(theme.em(self) * 1.6))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bar, and the words on it."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        roles, palette, em = QPalette.ColorRole, self.palette(), theme.em(self)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = em * 0.3
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(roles.Midlight if self.underMouse() else roles.Window))
        painter.drawRoundedRect(box, radius, radius)
        accent = QColor(palette.color(roles.Highlight))
        accent.setAlphaF(0.55 if self.isChecked() else 0.22)
        painter.setBrush(accent)
        filled = QRectF(box)
        filled.setWidth(max(box.width() * min(1.0, max(0.0, self._probability)), 2))
        painter.setClipRect(filled)
        painter.drawRoundedRect(box, radius, radius)
        painter.setClipping(False)
        if self.isChecked() or self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(palette.color(roles.Highlight if self.isChecked() else roles.WindowText))
            painter.drawRoundedRect(box, radius, radius)
        painter.setPen(palette.color(roles.WindowText))
        inner = box.adjusted(em * 0.4, 0, -em * 0.4, 0)
        number = as_percent(self._probability)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)
        room = int(inner.width()) - self.fontMetrics().horizontalAdvance(number) - em // 2
        name = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
