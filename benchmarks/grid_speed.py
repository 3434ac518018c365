"""How long one step of a pan takes over twelve maps: `python -m benchmarks.grid_speed [SIDE] [FRAMES]`.

Twelve cells over one picture of SIDE x SIDE pixels in a panel as wide as it is in a window of 1366 x 768; one canvas
is moved by hand as a drag would, and every cell is painted before the clock stops. 30 pictures a second are 33 ms.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from salviewer.api import Explanation, GridMap, Heatmap, Picture
from salviewer.gui import theme
from salviewer.gui.comparing_values import About, Tile
from salviewer.gui.views.comparison import ComparisonView

CELLS = 12
PANEL = (770, 620)
"""Logical pixels of the centre of a window of 1366 x 768 with its side panels open."""


def tiles(side: int) -> tuple[Tile, ...]:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (side, side, 3), np.uint8)
    picture = Picture(pixels, "noise", "sha", ())
    grid = GridMap((side, side), (224, 224), ((side / 224, 0, 0), (0, side / 224, 0), (0, 0, 1)))
    found = []
    for i in range(CELLS):
        values = rng.random((224, 224), np.float32)
        about = {"title": f"method {i}", "input": {"sha256": "sha"}}
        explanation = Explanation((Heatmap("m", values, unit="logit"),), grid=grid, provenance=about)
        found.append(Tile(i, About()).filled(explanation, picture, i))
    return tuple(found)


def main() -> None:
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    frames = int(sys.argv[2]) if len(sys.argv) > 2 else 120
    app = QApplication([])
    theme.apply(app, "light")
    view = ComparisonView()
    view.resize(*PANEL)
    view.set_tiles(tiles(side))
    view.show()
    until = time.perf_counter() + 2.0  # smaller copies of large pictures are made in idle time
    while time.perf_counter() < until:
        app.processEvents()
    canvas = view.cells[0].canvas
    canvas.zoom(2.0)
    app.processEvents()
    took, busy = [], time.process_time()
    for i in range(frames):
        step = side / 400 * (1 if i % 80 < 40 else -1)
        start = time.perf_counter()
        canvas.set_view_rect(canvas.view_rect().translated(step, step / 2))
        canvas.view_changed.emit(canvas.view_rect())
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)
        app.processEvents()
        took.append(1000 * (time.perf_counter() - start))
    busy = 1000 * (time.process_time() - busy) / frames
    took.sort()
    median = statistics.median(took)
    print(f"{CELLS} maps over {side} x {side} pixels, panel {PANEL[0]} x {PANEL[1]}, {frames} steps of a pan")
    print(f"median {median:.1f} ms ({1000 / median:.0f} a second), 95th percentile {took[int(0.95 * frames)]:.1f} ms")
    print(f"{busy:.1f} ms of processor time per step")


if __name__ == "__main__":
    main()
