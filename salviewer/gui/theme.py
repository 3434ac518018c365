"""Fusion in our own light and dark palette, following the system; sizes come from the font, never from numbers."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QStyleFactory, QWidget

from salviewer.gui.sheet import sheet
from salviewer.gui.tones import DARK, LIGHT, Tones

Scheme = Literal["system", "light", "dark"]
SYSTEM_SIZE = "system_text_size"
"""The application's property that holds the point size that it began with."""


def tones() -> Tones:
    """The colours in use."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT


def apply(app: QApplication, scheme: Scheme = "system", text_size: int | None = None) -> None:
    """Dress the application. "system" follows the desktop; text_size: percent of the system's, None as it is now."""
    system_is_dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    chosen = DARK if scheme == "dark" or (scheme == "system" and system_is_dark) else LIGHT
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(chosen))
    if text_size is not None:
        _size_text(app, text_size)
    app.setStyleSheet(sheet(chosen, QFontMetricsF(app.font()).height()))


def _size_text(app: QApplication, percent: int) -> None:
    """Write at `percent` of the size that the application began with."""
    began = app.property(SYSTEM_SIZE)
    if began is None:
        began = app.font().pointSizeF()
        app.setProperty(SYSTEM_SIZE, began)
    font = app.font()
    font.setPointSizeF(began * percent / 100)
    app.setFont(font)


def mark(widget: QWidget, role: str) -> QWidget:
    """`widget`, dressed as `role` ("card", "section", "title", "quiet", "primary", "link", "chip", ...)."""
    widget.setProperty("role", role)
    return widget


def label(text: str = "", role: str = "", *, wraps: bool = False) -> QLabel:
    """A label of plain text in `role`."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if role:
        mark(made, role)
    return made


def restyle(widget: QWidget) -> None:
    """Dress `widget` again after one of its properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def em(widget: QWidget) -> int:
    """The height of a line of text in `widget`, the unit of all sizes."""
    return widget.fontMetrics().height()


def _palette(c: Tones) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, tone in (
        (roles.Window, c.window), (roles.WindowText, c.text), (roles.Base, c.field), (roles.AlternateBase, c.window),
        (roles.Text, c.text), (roles.Button, c.button), (roles.ButtonText, c.text), (roles.BrightText, c.error),
        (roles.Highlight, c.accent), (roles.HighlightedText, c.on_accent), (roles.Link, c.accent),
        (roles.LinkVisited, c.accent), (roles.ToolTipBase, c.panel), (roles.ToolTipText, c.text),
        (roles.PlaceholderText, c.quiet), (roles.Accent, c.accent), (roles.Mid, c.faint), (roles.Midlight, c.hover),
        (roles.Light, c.panel), (roles.Dark, c.faint), (roles.Shadow, c.sunk),
    ):  # fmt: skip
        palette.setColor(role, QColor(tone))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.disabled))
    palette.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(c.faint))
    return palette
