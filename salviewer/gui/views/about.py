"""About SalViewer: what it is, what it is not for, and what a report of a fault needs."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.values import NOTICE


class AboutDialog(QDialog):
    """Shows `diagnostics` and copies them when asked."""

    def __init__(self, diagnostics: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About SalViewer")
        em = theme.em(self)
        picture = QLabel()
        picture.setPixmap(icons.pixmap("salviewer", None, em * 4, self.devicePixelRatioF()))
        words = QVBoxLayout()
        words.setSpacing(round(em * 0.3))
        words.addWidget(theme.label(f"SalViewer {metadata.version('salviewer')}", "headline"))
        words.addWidget(theme.label("Explains what an image classifier looked at, and checks the answer.", wraps=True))
        words.addWidget(theme.label(NOTICE, "note", wraps=True))
        words.addWidget(theme.label("Apache License 2.0", "quiet"))
        head = QHBoxLayout()
        head.setSpacing(em)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self.facts = theme.mark(QPlainTextEdit(diagnostics), "lines")
        self.facts.setReadOnly(True)
        self.facts.setTabChangesFocus(True)
        self.facts.setAccessibleName("Diagnostic information")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.copy = buttons.addButton("Copy diagnostic information", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setToolTip("Versions, machine and plugins; no folders of yours, no names of pictures")
        self.copy.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.setSpacing(round(em * 0.8))
        column.addLayout(head)
        column.addWidget(self.facts, 1)
        column.addWidget(buttons)
        self.resize(em * 40, em * 26)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.facts.toPlainText())
        self.copy.setText("Copied")
