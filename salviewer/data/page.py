"""The page around a picture: title, subtitle, colour bar, caption, notice; sizes follow the picture's."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from salviewer.data.legend import ColourBar
from salviewer.data.lettering import INK, MUTED, Line, wrapped

NOTICE = "For research use only. Not for diagnostic use."
_SMALLEST_TEXT = 13
_PAPER = (255, 255, 255)


@dataclass(frozen=True)
class Page:
    """What goes on one page. `sentence` stands on the picture, `caption` under it."""

    picture: Image.Image
    title: str
    subtitle: str = ""
    caption: str = ""
    sentence: str = ""

    def draw(
        self, limits: tuple[float, float] | None = None, table: np.ndarray | None = None, unit: str = ""
    ) -> Image.Image:
        """The page as an RGB image, with a colour bar for `limits` and `table` where they are given."""
        em = self.em
        bar = None if limits is None or table is None else ColourBar(*limits, table, unit, em)
        width = max(self.picture.width, 18 * em)
        height = max(self.picture.height, 12 * em)
        beside = round(1.5 * em) + bar.width if bar else 0
        margin = 2 * em
        heading = self._heading(width + beside)
        footer = [Line(text, 0.85 * em) for text in (self.caption, NOTICE) if text]
        top = margin + _stack_height(heading) + round(1.1 * em) + (bar.head if bar else 0)
        below = round(1.0 * em) + sum(line.height for line in footer)
        page = Image.new("RGB", (width + beside + 2 * margin, top + height + below + round(1.4 * em)), _PAPER)
        canvas = ImageDraw.Draw(page)
        y = float(margin)
        for line, ink, space in heading:
            line.draw(canvas, margin, y, ink)
            y += line.height + space
        corner = (margin + (width - self.picture.width) // 2, top + (height - self.picture.height) // 2)
        page.paste(self.picture, corner)
        if bar:
            bar.draw(page, margin + width + round(1.5 * em), top, height)
        if self.sentence:
            self._draw_sentence(canvas, margin, top, width, height)
        y = top + height + round(1.0 * em)
        for line in footer:
            line.draw(canvas, margin, y, MUTED)
            y += line.height
        return page

    @property
    def em(self) -> int:
        """The size of running text in pixels."""
        return max(_SMALLEST_TEXT, round(0.024 * math.sqrt(self.picture.width * self.picture.height)))

    def _heading(self, width: int) -> list[tuple[Line, tuple[int, int, int], int]]:
        """Lines with their ink and the space below each."""
        em = self.em
        title = [(line, INK, 0) for line in wrapped(self.title, 1.6 * em, width, 2)]
        subtitle = [(line, MUTED, 0) for line in wrapped(self.subtitle, em, width, 2)]
        if title and subtitle:
            title[-1] = (*title[-1][:2], round(0.3 * em))
        return [*title, *subtitle]

    def _draw_sentence(self, canvas: ImageDraw.ImageDraw, x: int, y: int, width: int, height: int) -> None:
        em = self.em
        lines = wrapped(self.sentence, 1.1 * em, width - 5 * em, 3)
        wide, high = max(line.width for line in lines), sum(line.height for line in lines)
        left, top = x + (width - wide) / 2, y + (height - high) / 2
        box = (left - 1.2 * em, top - 0.8 * em, left + wide + 1.2 * em, top + high + 0.8 * em)
        canvas.rounded_rectangle(box, radius=0.5 * em, fill=_PAPER)
        for line in lines:
            line.draw(canvas, x + (width - line.width) / 2, top)
            top += line.height


def _stack_height(lines: list[tuple[Line, tuple[int, int, int], int]]) -> int:
    return sum(line.height + space for line, _, space in lines)
