"""Charts of an evaluation as SVG text: bars with intervals, and mean curves. Colours come from the page's variables."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.kept_curves import MeanCurve
from salviewer.bench.statistics import Estimate
from salviewer.bench.table import Table, number
from salviewer.numeric.counted import counted

WIDTH, ROW, LABEL, RIGHT = 420, 22, 170, 20
HEIGHT, LEFT, TOP, BOTTOM = 252, 44, 40, 40
HUES = 8
"""Colours of the page's palette, `--hue-0` to `--hue-7`; further methods are dashed."""


def bars(found: Table, column: str) -> str:
    """Bars with 95 % intervals, one per method; "" where nothing has a value."""
    cells = [(m, found.cells.get((m, column))) for m in found.methods]
    known: list[tuple[str, Estimate]] = [(m, c) for m, c in cells if c is not None and c.n]
    if not known:
        return ""
    low = min(0.0, *(c.low for _, c in known))
    high = max(0.0, *(c.high for _, c in known)) or 1.0
    room = WIDTH - LABEL - RIGHT

    def at(value: float) -> float:
        return LABEL + room * (value - low) / (high - low or 1.0)

    shapes = []
    for i, (method, cell) in enumerate(known):
        y = ROW * (i + 1) + 4
        left, right = sorted((at(0.0), at(cell.mean)))
        opacity = 0.35 if method in CONTROLS else 0.85
        middle = y + ROW * 0.4
        shapes += [
            f'<text x="0" y="{y + 13}">{html.escape(method[:26])}</text>',
            f'<rect x="{left:.1f}" y="{y}" width="{max(1.0, right - left):.1f}" height="{ROW * 0.8:.1f}" '
            f'fill="var(--bar)" opacity="{opacity}"><title>{html.escape(number(cell))}</title></rect>',
            f'<line x1="{at(cell.low):.1f}" x2="{at(cell.high):.1f}" y1="{middle:.1f}" y2="{middle:.1f}" '
            f'stroke="var(--text)" stroke-width="1.5"/>',
        ]
    return _svg(column, ROW * (len(known) + 1) + 8, shapes)


def lines(title: str, curves: Mapping[str, MeanCurve], methods: Sequence[str]) -> str:
    """One line per method, in the order of `methods`; "" where there is no curve."""
    known = [(i, m, curves[m]) for i, m in enumerate(methods) if m in curves]
    known = [(i, m, c) for i, m, c in known if np.isfinite(c.y).any()]
    if not known:
        return ""
    ys = np.concatenate([c.y for _, _, c in known])
    xs = np.concatenate([c.x for _, _, c in known])
    frame = _Frame(float(xs.min()), float(xs.max()), min(0.0, float(np.nanmin(ys))), float(np.nanmax(ys)))
    first = known[0][2]
    shapes = [*frame.axes(first.x_label, first.y_label), *(frame.line(i, m, c) for i, m, c in known)]
    per_row = 2
    for k, (i, method, _) in enumerate(known):
        x, y = LEFT + (k % per_row) * (WIDTH - LEFT) / per_row, HEIGHT + 16 + 16 * (k // per_row)
        shapes.append(
            f'<line x1="{x:.0f}" x2="{x + 16:.0f}" y1="{y - 4}" y2="{y - 4}" {_stroke(i, method)}/>'
            f'<text x="{x + 22:.0f}" y="{y}">{html.escape(method[:24])}</text>'
        )
    return _svg(title, HEIGHT + 16 * (-(-len(known) // per_row)) + 12, shapes)


class _Frame:
    """Where values of x and y lie in the chart."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self._x, self._y = (left, right if right > left else left + 1), (low, high if high > low else low + 1)

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self._x[0]) / (self._x[1] - self._x[0])

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - self._y[0]) / (self._y[1] - self._y[0])

    def axes(self, x_label: str, y_label: str) -> list[str]:
        """Both axes with their ends named."""
        bottom, top, right = self.y(self._y[0]), self.y(self._y[1]), self.x(self._x[1])
        return [
            f'<path d="M{LEFT},{top:.1f} V{bottom:.1f} H{right:.1f}" fill="none" stroke="var(--line)"/>',
            f'<text x="{LEFT - 6}" y="{bottom:.1f}" text-anchor="end">{self._y[0]:.3g}</text>',
            f'<text x="{LEFT - 6}" y="{top + 8:.1f}" text-anchor="end">{self._y[1]:.3g}</text>',
            f'<text x="{LEFT}" y="{bottom + 16:.1f}">{self._x[0]:.3g}</text>',
            f'<text x="{right:.1f}" y="{bottom + 16:.1f}" text-anchor="end">{self._x[1]:.3g}</text>',
            f'<text x="{(LEFT + right) / 2:.0f}" y="{bottom + 16:.1f}" text-anchor="middle" class="quiet">'
            f"{html.escape(x_label)}</text>",
            f'<text x="{LEFT}" y="{top - 8:.1f}" class="quiet">{html.escape(y_label)}</text>',
        ]

    def line(self, number_: int, method: str, curve: MeanCurve) -> str:
        """The line of one method; gaps where there is no value."""
        path, pen = [], "M"
        for x, y in zip(curve.x, curve.y, strict=True):
            if np.isfinite(y):
                path.append(f"{pen}{self.x(float(x)):.1f},{self.y(float(y)):.1f}")
            pen = "L" if np.isfinite(y) else "M"
        title = f"<title>{html.escape(method)}, mean of {counted(curve.n, 'picture')}</title>"
        return f'<path d="{" ".join(path)}" fill="none" {_stroke(number_, method)}>{title}</path>'


CONTROL_DASHES = dict(zip(sorted(CONTROLS), ("7 3 2 3", "2 3"), strict=False))
"""How the lines of the controls are told apart, which share a colour."""


def _stroke(number_: int, method: str) -> str:
    dash = CONTROL_DASHES.get(method, "6 3" if number_ >= HUES else "none")
    colour = "var(--quiet)" if method in CONTROLS else f"var(--hue-{number_ % HUES})"
    return f'stroke="{colour}" stroke-width="1.8" stroke-dasharray="{dash}"'


def _svg(title: str, height: int, shapes: Sequence[str]) -> str:
    name = html.escape(title)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{name}">'
        f'<text x="0" y="14" font-weight="bold">{name}</text>{"".join(shapes)}</svg>'
    )
