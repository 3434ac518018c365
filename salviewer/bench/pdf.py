"""An evaluation as a PDF: the table on the first page, then bars with 95 % intervals, one page per column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.table import Table
from salviewer.errors import Unavailable

SIZE = (11.7, 8.3)
"""Inches: A4, landscape."""


def write_pdf(path: Path, title: str, found: Table, lines: Sequence[Sequence[str]], remarks: Sequence[str]) -> Path:
    """Write the PDF and return its path. `lines`: the table as text, its heading first.

    Raises `Unavailable` where matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 - slow to import, needed here only
        from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    except ImportError as e:
        raise Unavailable("A PDF needs matplotlib: install it, or open the page index.html.", code="extra") from e
    with PdfPages(path) as pages:
        sheet = Figure(figsize=SIZE, layout="constrained")
        _table(sheet, title, lines, remarks)
        pages.savefig(sheet)
        for column in found.columns:
            sheet = Figure(figsize=SIZE, layout="constrained")
            if _bars(sheet, found, column):
                pages.savefig(sheet)
    return path


def _table(sheet: Any, title: str, lines: Sequence[Sequence[str]], remarks: Sequence[str]) -> None:
    above, below = sheet.subplots(2, height_ratios=(3, 1))
    above.set_title(title, loc="left")
    for axes in (above, below):
        axes.set_axis_off()
    cells = above.table([list(line) for line in lines[1:]], colLabels=list(lines[0]), loc="upper left", cellLoc="left")
    cells.auto_set_font_size(False)
    cells.set_fontsize(7)
    cells.auto_set_column_width(list(range(len(lines[0]))))
    below.text(0, 1, "\n".join(remarks), va="top", fontsize=7, wrap=True, parse_math=False)


def _bars(sheet: Any, found: Table, column: str) -> bool:
    """Whether there was anything to draw."""
    known = [(m, found.cells[m, column]) for m in found.methods if (m, column) in found.cells]
    known = [(m, cell) for m, cell in known if cell.n][::-1]
    if not known:
        return False
    axes = sheet.subplots()
    means = [cell.mean for _, cell in known]
    ends = [[cell.mean - cell.low for _, cell in known], [cell.high - cell.mean for _, cell in known]]
    colours = ["#b9c6dd" if m in CONTROLS else "#2f62c9" for m, _ in known]
    axes.barh([m for m, _ in known], means, xerr=[[max(0.0, e) for e in side] for side in ends], color=colours)
    axes.set_title(f"{column}: mean and 95 % interval over the pictures", loc="left")
    return True
