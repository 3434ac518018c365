"""Fusion in our own light and dark palette, following the system; sizes come from the font, never from numbers."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QStyleFactory, QWidget

Scheme = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Tones:
    """The colours of one scheme.

    sunk: behind pictures; faint: lines; quiet: text of second rank; thumb: scroll bars; field: where one types.
    """

    window: str
    panel: str
    sunk: str
    faint: str
    text: str
    quiet: str
    disabled: str
    accent: str
    on_accent: str
    hover: str
    error: str
    error_back: str
    warning: str
    warning_back: str
    ask: str
    ask_back: str
    chosen: str
    thumb: str
    button: str
    field: str
    tick: str


LIGHT = Tones(
    window="#f3f4f6", panel="#ffffff", sunk="#e6e8ec", faint="#d9dce1", text="#1d2127", quiet="#5b636e",
    disabled="#9aa1aa", accent="#2f62c9", on_accent="#ffffff", hover="#e9edf5", error="#b3261e", error_back="#fdecea",
    warning="#8a5a00", warning_back="#fff4dc", ask="#23509f", ask_back="#e8effc", chosen="#d8e3f8", thumb="#c2c7cf",
    button="#ffffff", field="#ffffff", tick="tick-light",
)  # fmt: skip
DARK = Tones(
    window="#1a1c20", panel="#23262b", sunk="#121316", faint="#383c44", text="#e7e9ec", quiet="#a2a9b3",
    disabled="#6a717b", accent="#7aa5ff", on_accent="#10141c", hover="#2d3138", error="#ff9d94", error_back="#3d2322",
    warning="#f2c56b", warning_back="#38301d", ask="#a9c5ff", ask_back="#222d44", chosen="#2b3a57", thumb="#4a4f58",
    button="#31353d", field="#17191c", tick="tick-dark",
)  # fmt: skip


def tones() -> Tones:
    """The colours in use."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT


def apply(app: QApplication, scheme: Scheme = "system") -> None:
    """Dress the application. "system" follows the desktop."""
    system_is_dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    chosen = DARK if scheme == "dark" or (scheme == "system" and system_is_dark) else LIGHT
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(chosen))
    app.setStyleSheet(_sheet(chosen, QFontMetricsF(app.font()).height()))


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


def _icon_url(name: str) -> str:
    return str(resources.files("salviewer_resources").joinpath("icons", f"{name}.svg")).replace("\\", "/")


def _sheet(c: Tones, line: float) -> str:
    pad, small, radius, tick = round(line * 0.3), round(line * 0.16), round(line * 0.4), round(line * 0.9)
    banners = "".join(
        f'QFrame[role="banner"][level="{level}"] {{ background: {back}; border: 1px solid {edge}; '
        f"border-radius: {radius}px; }}\n"
        for level, back, edge in (
            ("error", c.error_back, c.error), ("warning", c.warning_back, c.warning), ("question", c.ask_back, c.ask),
            ("info", c.ask_back, c.faint),
        )
    )  # fmt: skip
    return f"""
    QToolTip {{ color: {c.text}; background: {c.panel}; border: 1px solid {c.faint}; padding: {small}px; }}
    QFrame[role="card"] {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px; }}
    QFrame[role="sunk"] {{ background: {c.sunk}; border: 1px solid {c.faint}; border-radius: {radius}px; }}
    QLabel[role="section"] {{ color: {c.quiet}; font-weight: 600; }}
    QLabel[role="title"] {{ font-weight: 600; }}
    QLabel[role="headline"] {{ font-weight: 600; font-size: {round(line * 1.35)}px; }}
    QLabel[role="quiet"], QLabel[role="help"] {{ color: {c.quiet}; }}
    QLabel[role="help"] {{ font-size: {round(line * 0.72)}px; }}
    QLabel[role="fault"] {{ color: {c.error}; font-size: {round(line * 0.76)}px; }}
    QLabel[role="note"] {{ color: {c.warning}; font-size: {round(line * 0.76)}px; }}
    QLabel[role="chip"] {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px;
        padding: {small}px {pad}px; }}
    QPushButton {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px;
        padding: {pad}px {2 * pad}px; }}
    QPushButton:hover {{ background: {c.hover}; }}
    QPushButton:pressed {{ background: {c.faint}; }}
    QPushButton:focus, QToolButton:focus {{ border: 1px solid {c.accent}; }}
    QPushButton:disabled {{ color: {c.disabled}; }}
    QPushButton[role="primary"] {{ background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent};
        font-weight: 600; }}
    QPushButton[role="primary"]:hover {{ background: {QColor(c.accent).lighter(108).name()}; }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[role="primary"]:disabled {{ background: {c.faint}; color: {c.quiet}; border-color: {c.faint}; }}
    QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {c.accent};
        padding: {small}px {pad}px; }}
    QPushButton[role="link"]:hover {{ background: {c.hover}; }}
    QPushButton[role="link"]:focus {{ border: 1px solid {c.accent}; }}
    QPushButton[role="link"]:disabled {{ color: {c.disabled}; }}
    QPushButton[role="step"] {{ text-align: left; padding: {2 * pad}px; }}
    QToolButton {{ border: 1px solid transparent; border-radius: {radius}px; padding: {small}px; }}
    QToolButton:hover {{ background: {c.hover}; }}
    QToolButton:checked {{ background: {c.hover}; border: 1px solid {c.faint}; }}
    QToolButton[role="tab"] {{ padding: {small}px {pad}px; }}
    QToolButton[role="score"] {{ border: 1px solid {c.faint}; }}
    QToolButton[role="score"]:checked, QPushButton[role="choice"]:checked {{ background: {c.accent};
        color: {c.on_accent}; border-color: {c.accent}; }}
    QPlainTextEdit[role="lines"] {{ background: {c.field}; border: 1px solid {c.thumb}; border-radius: {small}px; }}
    QPlainTextEdit[role="lines"]:focus {{ border-color: {c.accent}; }}
    QToolButton[role="tab"]:checked {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QProgressBar {{ border: none; border-radius: {small}px; background: {c.faint}; max-height: {round(line * 0.35)}px;
        min-height: {round(line * 0.35)}px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: {small}px; }}
    QListView {{ border: none; background: transparent; outline: none; }}
    QListWidget::item {{ padding: {pad}px; border: 1px solid transparent; border-radius: {radius}px; color: {c.text}; }}
    QListWidget::item:hover {{ background: {c.hover}; }}
    QListWidget::item:selected {{ background: {c.chosen}; color: {c.text}; }}
    QListWidget:focus {{ border: 1px solid {c.accent}; border-radius: {radius}px; }}
    QScrollBar:vertical {{ background: transparent; width: {2 * pad}px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {2 * pad}px; margin: 0; }}
    QScrollBar::handle {{ background: {c.thumb}; border-radius: {small}px; margin: {small // 2}px; min-height: {line}px;
        min-width: {line}px; }}
    QScrollBar::handle:hover {{ background: {c.quiet}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QScrollArea, QScrollArea > QWidget > QWidget[role="flat"] {{ background: transparent; border: none; }}
    QTableView {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px; outline: none; }}
    QTableView:focus {{ border: 1px solid {c.accent}; }}
    QHeaderView {{ background: transparent; }}
    QHeaderView::section {{ background: {c.panel}; color: {c.quiet}; font-weight: 600; border: none;
        border-bottom: 1px solid {c.faint}; padding: {pad}px {2 * pad}px; }}
    QHeaderView::section:hover {{ background: {c.hover}; }}
    QCheckBox::indicator, QListView::indicator {{ width: {tick}px; height: {tick}px; border: 1px solid {c.quiet};
        border-radius: {small}px; background: {c.panel}; }}
    QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
        image: url({_icon_url(c.tick)}); }}
    QCheckBox::indicator:focus {{ border-color: {c.accent}; }}
    QCheckBox::indicator:disabled, QListView::indicator:disabled {{ border-color: {c.faint}; }}
    QToolButton[role="fold"] {{ padding-left: 0; color: {c.quiet}; font-weight: 600; }}
    QToolButton[role="fold"]:checked {{ background: transparent; border-color: transparent; }}
    QToolButton[role="fold"]:focus {{ border: 1px solid {c.accent}; }}
    QDialog QLineEdit, QLineEdit[role="filter"] {{ background: {c.field}; border: 1px solid {c.thumb};
        border-radius: {small}px; padding: {small}px; }}
    QDialog QLineEdit:focus, QLineEdit[role="filter"]:focus {{ border-color: {c.accent}; }}
    QDialog QComboBox QLineEdit {{ border: none; padding: 0; }}
    QSplitter::handle {{ background: transparent; }}
    QStatusBar {{ background: {c.window}; border-top: 1px solid {c.faint}; }}
    QStatusBar::item {{ border: none; }}
    QMenuBar {{ background: {c.window}; }}
    {banners}
    """
