"""Text on pictures: a font that has the letters, lines that fit."""

from __future__ import annotations

import math
import unicodedata
from typing import cast

from PIL import Image, ImageDraw, ImageFont

_FINE = 4
"""Letters are drawn this much larger and averaged down: at small sizes their distances come out even."""
INK, MUTED = (24, 26, 30), (98, 103, 111)

_LATER_CHOICES = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "Arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "msyh.ttc",
    "PingFang.ttc",
)
"""Asked for in this order where Pillow's own font, which has little more than ASCII, lacks a letter."""


def printable(text: str) -> str:
    """`text` on one line, without control characters."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


class Line:
    """One line of text at a size, ready to be measured and drawn."""

    def __init__(self, text: str, size: float) -> None:
        self.text, self._font = _fitting_font(printable(text), size * _FINE)
        self.height = math.ceil(sum(self._font.getmetrics()) / _FINE)
        self.width = self._font.getlength(self.text) / _FINE

    def draw(self, canvas: ImageDraw.ImageDraw, x: float, y: float, colour: tuple[int, int, int] = INK) -> None:
        """Draw it with its top left corner at (x, y)."""
        mask = Image.new("L", (_FINE * math.ceil(self.width + 2), _FINE * self.height))
        ImageDraw.Draw(mask).text((_FINE, 0), self.text, font=self._font, fill=255)
        canvas.bitmap((round(x) - 1, round(y)), mask.reduce(_FINE), fill=colour)


def wrapped(text: str, size: float, width: float, lines: int) -> list[Line]:
    """`text` as at most `lines` lines no wider than `width` pixels; what does not fit ends in "…"."""
    text, font = _fitting_font(printable(text)[:1000], size)
    made: list[str] = []
    while text and len(made) < lines:
        ending = "" if font.getlength(text) <= width else "…" if len(made) == lines - 1 else "-"
        count = _letters_that_fit(text, font, width, ending) if ending else len(text)
        if ending == "-" and (space := text.rfind(" ", 1, count + 1)) > 0:
            count, ending = space, ""
        made.append(text[:count].rstrip() + ending)
        text = text[count:].lstrip()
    return [Line(part, size) for part in made]


def _letters_that_fit(text: str, font: ImageFont.FreeTypeFont, width: float, ending: str) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(text[:middle] + ending) <= width else (low, middle - 1)
    return low


def _fitting_font(text: str, size: float) -> tuple[str, ImageFont.FreeTypeFont]:
    """`text` and a font for it: where none has its letters, their plain forms."""
    letters = frozenset(c for c in text if not c.isascii())
    own = cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))  # with a size it is
    for font in (own, *(_LATER_CHOICES if letters else ())):
        found = _installed(font, size) if isinstance(font, str) else font
        if found is not None and _has(found, letters):
            return text, found
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c if c.isascii() else "?" for c in plain if not unicodedata.combining(c)), own


def _has(font: ImageFont.FreeTypeFont, letters: frozenset[str]) -> bool:
    blank = bytes(font.getmask("\uffff")) if letters else b""
    return all(bytes(font.getmask(c)) != blank for c in letters)


def _installed(name: str, size: float) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None
