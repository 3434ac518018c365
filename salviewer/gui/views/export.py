"""The export dialog: what, as which file, with which words, and how it will look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.export_values import Wanted
from salviewer.gui.values import ResultItem
from salviewer.gui.views.export_choices import ExportChoices

NO_PREVIEW = "Nothing to show yet."


class ExportDialog(QDialog):
    """`wished` carries a `Wanted` when it is to be exported, `changed` when the preview is to be made anew."""

    wished = Signal(object)
    changed = Signal(object)

    def __init__(self, wanted: Wanted, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.wiring: object = None  # whoever listens lives as long as the dialog
        self._image: QImage | None = None
        em = theme.em(self)
        self.choices = ExportChoices(wanted)
        self.choices.changed.connect(self._chosen)
        self.preview = QLabel(NO_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setWordWrap(True)
        self.preview.setAccessibleName("Preview")
        self.preview.setMinimumSize(QSize(em * 20, em * 16))
        self.preview.installEventFilter(self)
        self.why = theme.label("", "fault", wraps=True)
        self.export, self.close_button = QPushButton("Export …"), QPushButton("Close")
        theme.mark(self.export, "primary")
        self.export.setDefault(True)
        self.export.clicked.connect(lambda: self.wished.emit(self.choices.wanted))
        self.close_button.clicked.connect(self.reject)
        self._lay_out(em)
        self.resize(em * 62, em * 42)
        self.choices.what.setFocus()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_maps(self, count: int) -> None:
        """How many maps the answer has."""
        self.choices.set_maps(count)

    def set_results(self, results: Sequence[ResultItem], shown: int | str | None) -> None:
        """The explanations that a report can have; that on the screen is chosen."""
        self.choices.set_results(results, shown)

    def set_why_not(self, why: str) -> None:
        """Why what is chosen cannot be exported; empty if it can."""
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self.export.setEnabled(not why)

    def set_preview(self, image: QImage, size: tuple[int, int]) -> None:
        """Show how it will look; `size`: (width, height) of the PNG at scale 1, in dots."""
        self._image = image
        self.choices.set_size(size)
        self._paint()

    def set_about(self, text: str) -> None:
        """Say what will be in the file, where it is no picture."""
        self._image = None
        self.preview.setPixmap(QPixmap())
        self.preview.setText(text or NO_PREVIEW)

    def room(self) -> tuple[int, int]:
        """(width, height) of the preview, in dots."""
        ratio = self.devicePixelRatioF()
        pad = theme.em(self)
        return (
            max(50, round((self.preview.width() - pad) * ratio)),
            max(50, round((self.preview.height() - pad) * ratio)),
        )

    # -- inside -------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A preview of another size is made anew."""
        if watched is self.preview and isinstance(event, QResizeEvent) and event.size() != event.oldSize():
            self.changed.emit(self.choices.wanted)
        return super().eventFilter(watched, event)

    def _chosen(self, wanted: Wanted) -> None:
        self.changed.emit(wanted)

    def _paint(self) -> None:
        if self._image is None:
            return
        pixmap = QPixmap.fromImage(self._image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self.preview.setPixmap(pixmap)

    def _lay_out(self, em: int) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.mark(self.choices, "flat")
        scroll.setWidget(self.choices)
        scroll.setFixedWidth(em * 22)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its choices have the focus themselves
        frame = theme.mark(QFrame(), "sunk")
        inside = QVBoxLayout(frame)
        inside.addWidget(self.preview)
        middle = QHBoxLayout()
        middle.setSpacing(em)
        middle.addWidget(scroll)
        middle.addWidget(frame, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.why, 1)
        buttons.addStretch(0)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(em, em, em, em)
        column.setSpacing(em)
        column.addLayout(middle, 1)
        column.addLayout(buttons)
        self.why.hide()
