"""Shows how a head and a template fit, in tiles that take turns; the person judges."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.volumes.registering import Fit

HOW = (
    "Tiles of the template and of the moved head take turns. They fit where the edges of the brain and of the "
    "ventricles run on from tile to tile without a step."
)


class RegistrationDialog(QDialog):
    """`judged` carries whether the registration was accepted."""

    judged = Signal(bool)

    def __init__(self, fit: Fit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Does it fit?")
        found, em = fit.found, theme.em(self)
        board = QLabel()
        pixmap = QPixmap()
        pixmap.loadFromData(fit.board)
        dots = self.devicePixelRatioF()
        pixmap = pixmap.scaledToWidth(round(em * 50 * dots), Qt.TransformationMode.SmoothTransformation)
        pixmap.setDevicePixelRatio(dots)
        board.setPixmap(pixmap)
        board.setAccessibleName("Checkerboard of head and template")
        scales = " × ".join(f"{scale:.2f}" for scale in found.scales)
        facts = (
            f"{found.moving} → {found.fixed}: turned by {found.turned_degrees:.0f}°, scaled {scales}; "
            f"{found.seconds:.0f} s; mutual information {found.before:.2f} → {found.after:.2f}"
        )
        self.buttons = QDialogButtonBox()
        self.accept_button = self.buttons.addButton("It fits", QDialogButtonBox.ButtonRole.AcceptRole)
        self.reject_button = self.buttons.addButton("It does not fit", QDialogButtonBox.ButtonRole.RejectRole)
        theme.mark(self.accept_button, "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(lambda result: self.judged.emit(result == QDialog.DialogCode.Accepted))
        column = QVBoxLayout(self)
        column.setSpacing(round(em * 0.6))
        column.addWidget(theme.label(HOW, wraps=True))
        column.addWidget(board)
        column.addWidget(theme.label(facts, "quiet", wraps=True))
        for note in found.notes:
            column.addWidget(theme.label(note, "note", wraps=True))
        column.addWidget(self.buttons)
