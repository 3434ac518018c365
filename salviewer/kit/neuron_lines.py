"""Lines between the rows of a path of neurons: as many as can be told apart, however many links there are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from salviewer.kit.neuron_layout import NeuronLayout

MOST = 240
"""Lines drawn at once; those of the strongest rows come first. More cannot be told apart."""

STEPS = 12
"""Straight pieces that a line is bent from."""


def draw_lines(
    painter: QPainter, layout: NeuronLayout, links: np.ndarray, colours: dict[int, QColor], width: float
) -> None:
    """Draw `links` (m, 2) of units that are shown, each in the colour of the path that both its ends are on."""
    lines = joined_lines(layout, links)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for path, colour in colours.items():
        painter.setPen(QPen(colour, width))
        for curve in _curves(lines[lines[:, 4] == path]):
            painter.drawPolyline(curve)


def joined_lines(layout: NeuronLayout, links: np.ndarray) -> np.ndarray:
    """(k, 5): x0, y0, x1, y1 and the path of each line in sight that differs from all others, at most `MOST`."""
    rows, table = layout.rows, layout.table
    lefts, rights = layout.edges()
    starts = rights[table.column[links[:, 0]]]
    stops = lefts[table.column[links[:, 1]]]
    seen = (stops > 0) & (starts < layout.room_x)
    links = links[seen]
    ends = rows.row_of[links]
    path = table.path[links[:, 0]] & table.path[links[:, 1]]
    lines = np.column_stack((starts[seen], layout.middles(ends[:, 0]), stops[seen], layout.middles(ends[:, 1]), path))
    lines[:, :4] = np.round(lines[:, :4])
    key = lines @ np.array([1e9, 1e5, 1e3, 7.0, 0.1])  # one number per line: whole rows are slow to compare
    _, first = np.unique(key, return_index=True)
    if len(first) > MOST:
        first = first[np.argsort(ends[first].sum(axis=1), kind="stable")[:MOST]]
    return lines[np.sort(first)]


def _curves(lines: np.ndarray) -> list[QPolygonF]:
    """A bend of `STEPS` pieces for each line, level at both ends."""
    along = np.linspace(0, 1, STEPS + 1)
    x = lines[:, 0:1] + (lines[:, 2:3] - lines[:, 0:1]) * along
    y = lines[:, 1:2] + (lines[:, 3:4] - lines[:, 1:2]) * (along * along * (3 - 2 * along))
    points = np.stack((x, y), axis=-1).tolist()
    return [QPolygonF([QPointF(a, b) for a, b in curve]) for curve in points]
