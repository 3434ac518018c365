"""Messages above the canvas: one sentence each, with its buttons; never in the way, never a traceback on screen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.values import Answer, Message

MOST = 3


class MessagesView(QWidget):
    """`dismissed` carries a topic; `answered` a message and the answer that was pressed."""

    dismissed = Signal(str)
    answered = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(round(theme.em(self) * 0.3))
        self.banners: tuple[Banner, ...] = ()
        self.hide()

    def set_messages(self, messages: tuple[Message, ...]) -> None:
        """Show the newest of `messages`."""
        for banner in self.banners:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.banners = tuple(Banner(message) for message in messages[-MOST:])
        for banner in self.banners:
            banner.dismissed.connect(self.dismissed)
            banner.answered.connect(self.answered)
            self._column.addWidget(banner)
        self.setVisible(bool(self.banners))


class Banner(QFrame):
    """One message."""

    dismissed = Signal(str)
    answered = Signal(object, object)

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message
        theme.mark(self, "banner")
        self.setProperty("level", message.level)
        em = theme.em(self)
        tones = theme.tones()
        colour = {"error": tones.error, "warning": tones.warning}.get(message.level, tones.ask)
        sign = QLabel()
        icons.give_label(sign, message.level, QColor(colour), round(em * 1.2))
        words = theme.label(message.text, wraps=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = QToolButton()
        icons.give(self.close_button, "close")
        self.close_button.setAccessibleName("Dismiss this message")
        self.close_button.setToolTip("Dismiss")
        self.close_button.clicked.connect(lambda: self.dismissed.emit(message.topic))
        row = QHBoxLayout(self)
        row.setContentsMargins(round(em * 0.6), round(em * 0.4), round(em * 0.4), round(em * 0.4))
        row.setSpacing(round(em * 0.6))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        middle = QVBoxLayout()
        middle.addWidget(words)
        if buttons := self._buttons():
            middle.addLayout(buttons)
        row.addLayout(middle, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(message.text)

    def _buttons(self) -> QHBoxLayout | None:
        made = [self._answer_button(answer) for answer in self.message.answers]
        if self.message.details:
            copy = theme.mark(QPushButton("Copy details"), "link")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.message.details))
            made.append(copy)
        if not made:
            return None
        row = QHBoxLayout()
        for button in made:
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _answer_button(self, answer: Answer) -> QPushButton:
        button = QPushButton(answer.text)
        button.clicked.connect(lambda: self.answered.emit(self.message, answer))
        return button
