"""Lines between the rows of a path of neurons: as many as can be told apart, however many links there are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from salviewer.kit.neuron_layout import NeuronLayout

MOST = 1500
"""Lines drawn at once; those of the strongest rows come first."""


def draw_lines(
    painter: QPainter, layout: NeuronLayout, links: np.ndarray, colours: dict[int, QColor], width: float
) -> None:
    """Draw `links` (m, 2) of units that are shown, each in the colour of the path that both its ends are on."""
    lines = joined_lines(layout, links)
    for path, colour in colours.items():
        mine = lines[lines[:, 4] == path]
        if len(mine):
            painter.strokePath(_curves(mine), QPen(colour, width))


def joined_lines(layout: NeuronLayout, links: np.ndarray) -> np.ndarray:
    """(k, 5): x0, y0, x1, y1 and the path of each line that differs from all others, at most `MOST`."""
    if not len(links):
        return np.empty((0, 5))
    rows, table = layout.rows, layout.table
    ends = rows.row_of[links]
    columns = rows.column[ends]
    lefts = np.array([layout.left(layout.band_of[c]) for c in range(len(table.columns))])
    rights = np.array([layout.left(layout.band_of[c]) + layout.band_of[c].width for c in range(len(table.columns))])
    path = table.path[links[:, 0]] & table.path[links[:, 1]]
    lines = np.column_stack((
        rights[columns[:, 0]], layout.middles(ends[:, 0]), lefts[columns[:, 1]], layout.middles(ends[:, 1]), path,
    ))  # fmt: skip
    _, first = np.unique(np.round(lines, 1), axis=0, return_index=True)
    if len(first) > MOST:
        first = first[np.argsort(ends[first].sum(axis=1), kind="stable")[:MOST]]
    return lines[np.sort(first)]


def _curves(lines: np.ndarray) -> QPainterPath:
    path = QPainterPath()
    for x0, y0, x1, y1 in lines[:, :4].tolist():
        bend = (x1 - x0) / 2
        path.moveTo(x0, y0)
        path.cubicTo(QPointF(x0 + bend, y0), QPointF(x1 - bend, y1), QPointF(x1, y1))
    return path
