"""The colours and sizes in which a path of neurons is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QColor, QFont, QFontMetricsF

from salviewer.kit.colours import lut

TERM_SHADES = (80, 150, 215)
"""Of viridis, for the three terms of a unit's support: apart in lightness as well as in hue."""


def term_colours() -> tuple[QColor, QColor, QColor]:
    """One per term: current, preceding, succeeding."""
    table = lut("viridis")
    first, second, third = (QColor(*(int(part) for part in table[shade])) for shade in TERM_SHADES)
    return first, second, third


@dataclass(frozen=True, eq=False)
class NeuronLook:
    """ink, quiet: text of first and second rank; faint: lines; panel: behind everything; card: behind a layer.

    first, second, both: of what belongs to the first path, to the second, to both. chosen: behind what is selected.
    on_first: of an edge around a mark in `first`.
    """

    ink: QColor
    quiet: QColor
    faint: QColor
    panel: QColor
    card: QColor
    first: QColor
    second: QColor
    both: QColor
    chosen: QColor
    edge: QColor
    terms: tuple[QColor, QColor, QColor] = field(default_factory=term_colours)

    def of_path(self, path: int, *, two: bool) -> QColor:
        """The colour of a unit or link: `path` 1, 2 or 3; where there is only one path, its own."""
        return self.first if not two or path == 1 else self.second if path == 2 else self.both


@dataclass(frozen=True, eq=False)
class Letters:
    """The fonts: `plain`, `strong`, `small`, `small_strong`; em: height of a line, in logical pixels."""

    plain: QFont
    strong: QFont
    small: QFont
    small_strong: QFont
    em: float

    @classmethod
    def of(cls, font: QFont) -> Letters:
        """Made from the widget's own font."""
        strong, small = QFont(font), QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(max(1.0, font.pointSizeF() * 0.85))
        small_strong = QFont(small)
        small_strong.setWeight(QFont.Weight.DemiBold)
        return cls(font, strong, small, small_strong, QFontMetricsF(font).height())
