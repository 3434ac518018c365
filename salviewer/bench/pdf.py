"""An evaluation as a PDF: tables, bars with 95 % intervals, mean curves, the best and the worst pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.kept_curves import MeanCurve
from salviewer.bench.report import ALL_BEAT, Extremes, Report, Section
from salviewer.bench.table import Table
from salviewer.errors import Unavailable

SIZE = (11.7, 8.3)
"""Inches: A4, landscape."""
PER_PAGE = 6
"""Methods whose pictures are on one page."""
BAR, CONTROL = "#2f62c9", "#b9c6dd"


def write_pdf(path: Path, said: Report) -> Path:
    """Write the PDF and return its path. Raises `Unavailable` where matplotlib is not installed."""
    try:
        from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 - slow to import, needed here only
        from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    except ImportError as e:
        raise Unavailable("A PDF needs matplotlib: install it, or open the page index.html.", code="extra") from e
    with PdfPages(path) as pages:
        for section in said.sections:
            for draw in _sheets(said, section):
                sheet = Figure(figsize=SIZE, layout="constrained")
                draw(sheet)
                pages.savefig(sheet)
    return path


def _sheets(said: Report, section: Section) -> Iterator[Any]:
    """A function per page, which draws it on a figure."""
    found = section.table
    yield lambda sheet: _table(sheet, said, section)
    for column in found.columns:
        if any(c.n for (_, name), c in found.cells.items() if name == column):
            yield lambda sheet, column=column: _bars(sheet, found, column)
    for (metric, name), curves in section.curves.items():
        yield lambda sheet, title=f"{metric}: {name}", curves=curves: _curves(sheet, title, curves, found.methods)
    shown = [e for e in section.extremes if e.best]
    for i in range(0, len(shown), PER_PAGE):
        part = shown[i : i + PER_PAGE]
        yield lambda sheet, part=part: _pictures(sheet, part, section.ranked_by)


def _table(sheet: Any, said: Report, section: Section) -> None:
    head, *lines = section.lines
    above, below = sheet.subplots(2, height_ratios=(3, 1))
    above.set_title(said.title if len(said.sections) == 1 else f"{said.title}: {section.model}", loc="left")
    for axes in (above, below):
        axes.set_axis_off()
    cells = above.table([list(line) for line in lines], colLabels=list(head), loc="upper left", cellLoc="left")
    cells.auto_set_font_size(False)
    cells.set_fontsize(7)
    cells.auto_set_column_width(list(range(len(head))))
    words = [said.about, *(section.remarks or (ALL_BEAT,)), *said.notes]
    below.text(0, 1, "\n".join(words), va="top", fontsize=7, wrap=True, parse_math=False)


def _bars(sheet: Any, found: Table, column: str) -> None:
    known = [(m, found.cells[m, column]) for m in found.methods if (m, column) in found.cells]
    known = [(m, cell) for m, cell in known if cell.n][::-1]
    axes = sheet.subplots()
    means = [cell.mean for _, cell in known]
    ends = [[cell.mean - cell.low for _, cell in known], [cell.high - cell.mean for _, cell in known]]
    colours = [CONTROL if m in CONTROLS else BAR for m, _ in known]
    axes.barh([m for m, _ in known], means, xerr=[[max(0.0, e) for e in side] for side in ends], color=colours)
    axes.set_title(f"{column}: mean and 95 % interval over the pictures", loc="left")


def _curves(sheet: Any, title: str, curves: dict[str, MeanCurve], methods: Sequence[str]) -> None:
    axes = sheet.subplots()
    for method in (m for m in methods if m in curves):
        curve = curves[method]
        axes.plot(curve.x, curve.y, linestyle=":" if method in CONTROLS else "-", label=method)
        axes.set_xlabel(curve.x_label, parse_math=False)
        axes.set_ylabel(curve.y_label, parse_math=False)
    axes.set_title(f"{title}, mean over the pictures", loc="left", parse_math=False)
    axes.legend(fontsize=7)


def _pictures(sheet: Any, part: Sequence[Extremes], ranked_by: str) -> None:
    columns = 2 * max(len(side) for e in part for side in (e.best, e.worst))
    sheet.suptitle(f"Best (left) and worst (right) pictures by {ranked_by}", x=0.01, ha="left")
    grid = np.atleast_2d(sheet.subplots(PER_PAGE, columns, squeeze=False))
    for axes in grid.flat:
        axes.set_axis_off()
    for row, extremes in zip(grid, part, strict=False):
        row[0].set_title(extremes.method, loc="left", fontsize=8, fontweight="bold", parse_math=False)
        half = columns // 2
        for side, places in ((extremes.best, row[:half]), (extremes.worst, row[half:])):
            for axes, shown in zip(places, side, strict=False):
                axes.imshow(shown.rgb)
                axes.text(0.5, -0.02, f"{shown.value:.3f} {shown.picture[:22]}", transform=axes.transAxes, ha="center",
                          va="top", fontsize=6, parse_math=False)  # fmt: skip
