"""A laid-out figure as the bytes of a file: PNG, SVG or PDF. No file path, date or other fact gets into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from salviewer.kit.rendering import Figure, Layout

PER_INCH = 96
MOST_SIDE = 16_000
"""Dots along one side of a PNG."""
MARGIN_MM = 15.0
Page = Literal["figure", "a4"]


def png_size(figure: Figure, scale: float) -> tuple[int, int]:
    """(width, height) in dots of the PNG at `scale`."""
    size = Layout(figure).size
    return round(size.width() * scale), round(size.height() * scale)


def image_of(figure: Figure, scale: float) -> QImage:
    """The figure as an image, `scale` dots per logical pixel. Raises `ValueError` where that is too large."""
    layout = Layout(figure)
    width, height = (round(side * scale) for side in (layout.size.width(), layout.size.height()))
    if max(width, height) > MOST_SIDE:
        raise ValueError(f"{width} x {height} dots are more than {MOST_SIDE} a side")
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(figure.paper)
    image.setDevicePixelRatio(scale)
    with QPainter(image) as painter:
        layout.paint(painter)
    return image


def as_png(figure: Figure, scale: float) -> bytes:
    """The figure as a PNG; the same dots per inch in every one, so that no size is read off it."""
    image = image_of(figure, scale)
    image.setDevicePixelRatio(1.0)
    with _buffer() as buffer:
        image.save(buffer, "PNG")  # type: ignore[call-overload] # PySide's stub wants bytes here and takes text
    return bytes(buffer.data().data())


def as_svg(figure: Figure) -> bytes:
    """The figure as an SVG: letters as text, pixels embedded at their own resolution and never smoothed."""
    layout = Layout(figure)
    with _buffer() as buffer:
        device = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        device.setOutputDevice(buffer)
        device.setResolution(PER_INCH)
        device.setSize(layout.size.toSize())
        device.setViewBox(QRectF(0, 0, layout.size.width(), layout.size.height()))
        device.setTitle("")
        device.setDescription("")
        with QPainter(device) as painter:
            layout.paint(painter)
    text = bytes(buffer.data().data()).decode("utf-8")
    text = text.replace('image-rendering="optimizeSpeed"', 'style="image-rendering:pixelated"')
    # Where the reader has not this font, any sans serif is better than Times.
    text = re.sub(r'font-family="([^"]+)"', r'font-family="\1, Arial, Helvetica, sans-serif"', text)
    return text.encode("utf-8")


def as_pdf(figure: Figure, page: Page = "figure") -> bytes:
    """The figure as a PDF of one page, as large as the figure or A4; its fonts are embedded."""
    layout = Layout(figure)
    width, height = layout.size.width(), layout.size.height()
    with _buffer() as buffer:
        device = QPdfWriter(buffer)
        device.setResolution(PER_INCH)  # a pen that is one dot wide on the screen is 1/96 inch on paper
        device.setCreator("SalViewer")
        if page == "a4":
            lying = QPageLayout.Orientation.Landscape if width > 1.1 * height else QPageLayout.Orientation.Portrait
            margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
            device.setPageLayout(
                QPageLayout(QPageSize(QPageSize.PageSizeId.A4), lying, margins, QPageLayout.Unit.Millimeter)
            )
        else:
            points = QSizeF(width, height) * 72 / PER_INCH
            device.setPageSize(QPageSize(points, QPageSize.Unit.Point))
            device.setPageMargins(QMarginsF())
        with QPainter(device) as painter:
            room = min(device.width() / width, device.height() / height)
            factor = min(room, 1.0) if page == "a4" else room
            painter.translate((device.width() - width * factor) / 2, 0)
            painter.scale(factor, factor)
            layout.paint(painter)
    return bytes(buffer.data().data())


@contextmanager
def _buffer() -> Iterator[QBuffer]:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    try:
        yield buffer
    finally:
        buffer.close()
