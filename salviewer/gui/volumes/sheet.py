"""Slices beside each other on a white page, with everything that must be known to read them, as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from salviewer.gui.values import NOTICE
from salviewer.kit.lettering import Words, font_of
from salviewer.kit.printed_bar import Bar, Look, bar_width, paint_bar, power_of
from salviewer.numeric.slicing import PLANES

if TYPE_CHECKING:
    from salviewer.gui.state import State
    from salviewer.gui.volumes.view import VolumeView

DOTS_PER_MM = 4.0
SIDE = 900
"""Dots of the longest side of a slice."""
EM = 24.0
INK, QUIET = QColor(20, 20, 20), QColor(95, 95, 95)


@dataclass(frozen=True, eq=False)
class Sheet:
    """slices: as they are drawn, in order; title; lines: of small text below; bar: of the map, or None."""

    slices: tuple[QImage, ...]
    title: str
    lines: tuple[str, ...]
    bar: Bar | None
    family: str


def sheet_of(view: VolumeView, state: State, point: tuple[float, float, float] | None) -> Sheet:
    """The slices through `point` as `view` shows them, with what must be known to read them."""
    shown, display = state.shown, state.display
    scene = view.slices.scene
    mm = point if point is not None else (0.0, 0.0, 0.0)
    planes = (display.layout,) if display.layout in PLANES else PLANES
    spacing = min(scene.planes["axial"].spacing_mm) if scene.planes else 1.0
    dots = DOTS_PER_MM * spacing
    slices = tuple(view.slices.render(plane, mm, scale=dots) for plane in planes)
    title = shown.title if shown is not None else "Slices"
    said = (view.sentence.text(), view.said.text(), *view.banner.text().splitlines(), NOTICE)
    return Sheet(slices, title, said, view.printed, str(QGuiApplication.font().family()))


def drawn(sheet: Sheet) -> QImage:
    """The page, as wide as its slices need."""
    look = Look(EM, sheet.family, INK, QUIET)
    sizes = [_fit(image) for image in sheet.slices]
    height = max((h for _, h in sizes), default=0.0)
    across = sum(w for w, _ in sizes) + EM * (len(sizes) - 1)
    beside = bar_width(sheet.bar, height, look) + 1.5 * EM if sheet.bar else 0.0
    width = max(across + beside, 20 * EM)
    title = Words(sheet.title, font_of(sheet.family, 1.2 * EM), width, 2, INK)
    lines = [Words(text, font_of(sheet.family, 0.85 * EM), width, 3, QUIET) for text in sheet.lines if text]
    top = EM + title.height + (1.6 if power_of(sheet.bar, height, EM) else 0.6) * EM
    whole = top + height + 0.6 * EM + sum(words.height + 0.2 * EM for words in lines) + EM
    page = QImage(round(width + 2 * EM), round(whole), QImage.Format.Format_RGB32)
    page.fill(QColor("white"))
    with QPainter(page) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        title.draw(painter, EM, EM)
        place = _lay(painter, sheet.slices, sizes, QPointF(EM, top), height)
        if sheet.bar is not None:
            paint_bar(painter, sheet.bar, QRectF(EM, top, place - EM, height), look)
        y = top + height + 0.6 * EM
        for words in lines:
            words.draw(painter, EM, y)
            y += words.height + 0.2 * EM
    return page


def png_bytes(image: QImage) -> bytes:
    """`image` as a PNG file without any words in its header."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _fit(image: QImage) -> tuple[float, float]:
    """(width, height) of a slice on the page; never larger than it is."""
    scale = min(1.0, SIDE / max(image.width(), image.height(), 1))
    return image.width() * scale, image.height() * scale


def _lay(
    painter: QPainter, slices: Sequence[QImage], sizes: Sequence[tuple[float, float]], start: QPointF, height: float
) -> float:
    """Draw the slices from left to right, in the middle of the row; the right edge of the last."""
    x = start.x()
    for image, (wide, high) in zip(slices, sizes, strict=True):
        painter.drawImage(QRectF(x, start.y() + (height - high) / 2, wide, high), image)
        x += wide + EM
    return x - EM
