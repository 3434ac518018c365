"""Brightness and contrast as a table of bytes: what each value of a channel becomes."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage


def tone_table(brightness: float, contrast: float) -> bytes:
    """256 bytes: v in 0..1 becomes (v - 1/2) `contrast` + 1/2 + `brightness`, cut to 0..1."""
    shares = np.arange(256) / 255
    return (np.clip((shares - 0.5) * contrast + 0.5 + brightness, 0, 1) * 255 + 0.5).astype(np.uint8).tobytes()


def tone(image: QImage, table: bytes) -> tuple[QImage, bytes]:
    """An opaque 32-bit `image` through `table`, and the bytes that it lives on, to be kept as long as it is."""
    data = bytes(image.constBits()).translate(table)
    return QImage(data, image.width(), image.height(), image.bytesPerLine(), QImage.Format.Format_RGB32), data
