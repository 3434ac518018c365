"""Icons from the shipped drawings, in the colour of the text around them."""

from __future__ import annotations

from functools import cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

SIZES = (16, 24, 32, 48, 64)
NAME, TINT = "icon_name", "icon_tint"


@cache
def _drawing(name: str) -> str:
    return resources.files("salviewer_resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: QColor | None, size: int, ratio: float = 1.0) -> QPixmap:
    """The drawing `name`, `size` logical pixels wide; all black in it takes `colour` (None: as drawn)."""
    drawing = _drawing(name)
    if colour is not None:
        drawing = drawing.replace("#000000", colour.name())
    found = QPixmap(round(size * ratio), round(size * ratio))
    found.fill(Qt.GlobalColor.transparent)
    with QPainter(found) as painter:
        QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(found.rect()))
    found.setDevicePixelRatio(ratio)
    return found


def icon(name: str, tint: QColor | None = None) -> QIcon:
    """The drawing `name` as an icon in the text's colour (or `tint`), grey where it is disabled."""
    palette = QApplication.palette()
    normal = tint or palette.color(QPalette.ColorRole.WindowText)
    faint = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    found = QIcon()
    for size in SIZES:
        found.addPixmap(pixmap(name, normal, size), QIcon.Mode.Normal)
        found.addPixmap(pixmap(name, faint, size), QIcon.Mode.Disabled)
    return found


def application_icon() -> QIcon:
    """SalViewer's own icon."""
    found = QIcon()
    for size in (16, 32, 64, 128, 256):
        found.addPixmap(pixmap("salviewer", None, size))
    return found


def give(owner: QAbstractButton | QAction, name: str, tint: QPalette.ColorRole | None = None) -> None:
    """Let `owner` carry icon `name`, and get it anew whenever `refresh` is called. `tint`: a role of the palette."""
    if owner.property(NAME) == name:
        return
    promise(owner, name)
    owner.setProperty(TINT, tint.value if tint is not None else -1)
    _paint(owner)


def promise(owner: QAbstractButton | QAction, name: str) -> None:
    """Let `owner` carry icon `name` from the next `refresh` on: painting all of them takes a tenth of a second."""
    owner.setProperty(NAME, name)


def give_label(label: QLabel, name: str, tint: QColor, size: int) -> None:
    """Let `label` show icon `name` in `tint`."""
    label.setPixmap(pixmap(name, tint, size, label.devicePixelRatioF()))


def refresh(top: QWidget | QAction) -> None:
    """Paint all icons at and under `top` again, in the colours of the present palette."""
    for owner in (top, *top.findChildren(QAbstractButton), *top.findChildren(QAction)):
        if owner.property(NAME):
            _paint(owner)


def _paint(owner: QAbstractButton | QAction) -> None:
    role = owner.property(TINT)
    tint = QApplication.palette().color(QPalette.ColorRole(role)) if role is not None and role >= 0 else None
    owner.setIcon(icon(owner.property(NAME), tint))
