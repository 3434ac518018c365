"""A map that can be chosen, and the row of its scores."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.study.spec import SCORE_WORDS


class PictureBox(QAbstractButton):
    """A picture, as large as there is room; a frame around it says that it is chosen. Nothing to press if `still`."""

    def __init__(self, name: str, *, still: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._scaled = QPixmap()
        self._still = still
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover, not still)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if still else Qt.FocusPolicy.TabFocus)
        self.setCheckable(not still)
        if not still:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_image(self, image: QImage) -> None:
        """Show `image`."""
        if image is not self._image:
            self._image, self._scaled = image, QPixmap()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A square that three of fit a small screen."""
        em = theme.em(self)
        return QSize(em * 22, em * 22)

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """As high as the picture is at `width`, so that what belongs to it stands right below it."""
        size = self._image.size()
        return width if size.isEmpty() else round(width * size.height() / size.width())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Still large enough to be judged."""
        em = theme.em(self)
        return QSize(em * 12, em * 12)

    def nextCheckState(self) -> None:  # noqa: N802 - Qt's name
        """Whoever decides sets the frame; a click only tells."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The picture and its frame."""
        painter, tones, em = QPainter(self), theme.tones(), theme.em(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = max(2, round(em * 0.2))
        box = self._room(2 * edge)
        if not self._image.isNull():
            painter.drawPixmap(box, self._at(box.size()))
        ink = tones.accent if self.isChecked() or self.hasFocus() else tones.quiet if self.underMouse() else ""
        if ink and not self._still:
            painter.setPen(QPen(QColor(ink), edge if self.isChecked() else max(1, edge // 2)))
            painter.drawRoundedRect(box.adjusted(-edge, -edge, edge - 1, edge - 1), edge, edge)

    def _room(self, margin: int) -> QRect:
        """Where the picture goes: its own proportions, in the middle."""
        room = self.rect().adjusted(margin, margin, -margin, -margin)
        size = self._image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        at = QRect(room.topLeft(), size)
        at.moveCenter(room.center())
        return at

    def _at(self, size: QSize) -> QPixmap:
        """The picture at `size` for this screen's density, made once."""
        ratio = self.devicePixelRatioF()
        wanted = size * ratio
        if self._scaled.size() != wanted:
            smooth = Qt.TransformationMode.SmoothTransformation
            scaled = self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._scaled = QPixmap.fromImage(scaled)
            self._scaled.setDevicePixelRatio(ratio)
        return self._scaled


class ScoreRow(QWidget):
    """Five scores in words and digits; `scored` carries 1 to 5."""

    scored = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self._group = QButtonGroup(self)
        self._title = theme.label("How reliable is this map?", "quiet")
        low, high = theme.label(SCORE_WORDS[0], "quiet"), theme.label(SCORE_WORDS[-1], "quiet")
        row = QHBoxLayout()
        row.setSpacing(round(em * 0.3))
        row.addStretch(1)
        row.addWidget(low)
        for score, words in enumerate(SCORE_WORDS, 1):
            row.addWidget(self._button(name, score, words, em))
        row.addWidget(high)
        row.addStretch(1)
        for end in (low, high):
            end.setFixedWidth(max(low.sizeHint().width(), high.sizeHint().width()))
        low.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.3))
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(row)
        self._group.idClicked.connect(self.scored)

    def set_score(self, score: int) -> None:
        """Mark `score`; 0 marks none."""
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(self._group.id(button) == score)
        self._group.setExclusive(True)

    def _button(self, name: str, score: int, words: str, em: int) -> QToolButton:
        button = theme.mark(QToolButton(), "score")
        button.setText(str(score))
        button.setCheckable(True)
        button.setToolTip(words)
        button.setAccessibleName(f"{name}: {score}, {words}")
        button.setFixedSize(round(em * 1.9), round(em * 1.7))
        self._group.addButton(button, score)
        return button
