"""The colour bar of a rendered overlay: colours from low (bottom) to high (top), five numbers, a unit."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from salviewer.data.lettering import MUTED, Line

TICKS = 5
_EDGE = (208, 211, 216)


def tick_values(low: float, high: float) -> list[float]:
    """Five values from `low` to `high`, evenly spaced, both ends included; mirror images where the ends are."""
    shares = [i / (TICKS - 1) for i in range(TICKS)]
    return [low * (1 - share) + high * share for share in shares]


def tick_labels(values: list[float]) -> tuple[list[str], int]:
    """The values as text, rounded to two digits of their distance, and the power of ten they are in units of.

    The power is 0 unless the numbers would be very long: 0.0000241 is "2.41" at -5.
    """
    largest = max(abs(v) for v in values)
    step = abs(values[1] - values[0])
    power = math.floor(math.log10(largest)) if largest and not 1e-3 <= largest < 1e5 else 0
    scaled = [v / 10.0**power for v in values]
    places = max(0, min(9, 1 - math.floor(math.log10(step / 10.0**power)))) if step else 2
    texts = [f"{v:.{places}f}" for v in scaled]
    while places and all(t.endswith("0") for t in texts):
        places -= 1
        texts = [f"{v:.{places}f}" for v in scaled]
    return [t if float(t) else "0" for t in texts], power


class ColourBar:
    """A bar with its numbers, measured before it is drawn. `em` is the size of its text in pixels."""

    def __init__(self, low: float, high: float, table: np.ndarray, unit: str, em: int) -> None:
        texts, self._power = tick_labels(tick_values(low, high))
        self._labels = [Line(text, em) for text in texts]
        self._unit = Line("normalised" if unit == "1" else unit, em) if unit else None
        self._table, self._em = table, em
        self._bar = round(1.2 * em)
        numbers = math.ceil(max(label.width for label in self._labels))
        self._unit_at = self._bar + round(0.9 * em) + numbers + round(0.6 * em)
        self.width = self._unit_at + (self._unit.height if self._unit else 0)
        self.head = round(1.6 * em) if self._power else 0
        """Room above the bar for the power of ten."""

    def draw(self, image: Image.Image, x: int, y: int, height: int) -> None:
        """Draw the bar's top left corner at (x, y), `height` pixels high; half a line reaches beyond both ends."""
        canvas, em = ImageDraw.Draw(image), self._em
        rows = np.clip(((height - 1 - np.arange(height)) / max(1, height - 1) * 255).round(), 0, 255).astype(np.intp)
        image.paste(Image.fromarray(np.repeat(self._table[rows][:, None], self._bar, axis=1)), (x, y))
        canvas.rectangle((x - 1, y - 1, x + self._bar, y + height), outline=_EDGE)
        for i, label in enumerate(self._labels):
            middle = y + (height - 1) * (1 - i / (TICKS - 1))
            right = x + self._bar
            canvas.line((right + 1, middle, right + round(0.4 * em), middle), fill=MUTED, width=max(1, em // 14))
            label.draw(canvas, right + round(0.7 * em), middle - label.height / 2)
        if self._power:
            self._draw_power(canvas, x, y - self.head)
        if self._unit:
            self._draw_unit(image, x + self._unit_at, y, height)

    def _draw_power(self, canvas: ImageDraw.ImageDraw, x: int, y: float) -> None:
        ten = Line("in units of 10", 0.85 * self._em)
        exponent = Line(str(self._power), 0.65 * self._em)
        left = min(x, x + self.width - ten.width - exponent.width)
        ten.draw(canvas, left, y, MUTED)
        exponent.draw(canvas, left + ten.width + 1, y - 0.2 * self._em, MUTED)

    def _draw_unit(self, image: Image.Image, x: int, y: int, height: int) -> None:
        if self._unit is None or self._unit.width > height + 2 * self._em:
            return
        strip = Image.new("RGB", (math.ceil(self._unit.width), self._unit.height), "white")
        self._unit.draw(ImageDraw.Draw(strip), 0, 0, MUTED)
        turned = strip.transpose(Image.Transpose.ROTATE_90)
        image.paste(turned, (x, y + (height - turned.height) // 2))
