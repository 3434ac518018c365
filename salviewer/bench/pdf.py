"""An evaluation as a PDF: tables, bars with 95 % intervals, mean curves, the best and the worst pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.kept_curves import MeanCurve
from salviewer.bench.report import Extremes, Report, Section
from salviewer.bench.table import Table
from salviewer.errors import Unavailable

SIZE = (11.7, 8.3)
"""Inches: A4, landscape."""
MARGINS = (0.02, 0.04, 0.96, 0.93)
"""Left, bottom, width and height of what is on a sheet, as shares of it."""
PER_PAGE = 6
"""Methods whose pictures are on one page."""
BAR, CONTROL, QUIET, LINE = "#2f62c9", "#b9c6dd", "#5b636e", "#d9dce1"
CONTROL_LINES = dict(zip(sorted(CONTROLS), ("-.", ":"), strict=False))
STYLE: Any = {
    "font.size": 8, "axes.titlesize": 9, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": QUIET, "xtick.color": QUIET,
    "ytick.color": "black", "axes.labelcolor": QUIET, "legend.frameon": False, "axes.titlepad": 8,
}  # fmt: skip
"""How all sheets look, in matplotlib's words."""


def write_pdf(path: Path, said: Report) -> Path:
    """Write the PDF and return its path. Raises `Unavailable` where matplotlib is not installed."""
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - slow to import, needed here only
        from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 - the same
        from matplotlib.figure import Figure  # noqa: PLC0415 - the same
        from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415 - the same
    except ImportError as e:
        raise Unavailable("A PDF needs matplotlib: install it, or open the page index.html.", code="extra") from e
    with rc_context(STYLE), PdfPages(path) as pages:
        for section in said.sections:
            for draw in _sheets(said, section):
                sheet = Figure(figsize=SIZE, layout=ConstrainedLayoutEngine(rect=MARGINS, h_pad=0.12, w_pad=0.12))
                draw(sheet)
                sheet.text(0.97, 0.015, f"{said.title} · page {pages.get_pagecount() + 1}", ha="right", color=QUIET,
                           fontsize=7, parse_math=False)  # fmt: skip
                pages.savefig(sheet)
    return path


def _sheets(said: Report, section: Section) -> Iterator[Any]:
    """A function per page, which draws it on a figure."""
    found = section.table
    yield lambda sheet: _table(sheet, said, section)
    columns = [c for c in found.columns if any(x.n for (_, name), x in found.cells.items() if name == c)]
    for part in _in_parts(columns, 6):
        yield lambda sheet, part=part: _bars(sheet, found, part)
    for curves in _in_parts(list(section.curves.items()), 4):
        yield lambda sheet, curves=curves: _curves(sheet, curves, found.methods)
    for shown in _in_parts([e for e in section.extremes if e.best], PER_PAGE):
        yield lambda sheet, shown=shown: _pictures(sheet, shown, section.ranked_by)


def _in_parts(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """`items` in parts of at most `size`."""
    return [items[i : i + size] for i in range(0, len(items), size)]


def _table(sheet: Any, said: Report, section: Section) -> None:
    head, *lines = section.lines
    title = said.title if len(said.sections) == 1 else f"{said.title}: {section.model}"
    sheet.suptitle(title, x=0.03, ha="left", fontsize=15, fontweight="bold", parse_math=False)
    above, below = sheet.subplots(2, height_ratios=(len(lines) + 3, max(6, len(section.remarks) + len(said.notes))))
    for axes in (above, below):
        axes.set_axis_off()
    above.text(0, 1, said.about, va="top", color=QUIET, parse_math=False, transform=above.transAxes)
    cells = above.table([list(line) for line in lines], colLabels=list(head), cellLoc="right", edges="horizontal",
                        bbox=(0, 0, 1, 0.9))  # fmt: skip
    cells.auto_set_font_size(False)
    for (row, column), cell in cells.get_celld().items():
        cell.set_edgecolor(LINE)
        cell.set_text_props(ha="left" if column == 0 else "right", fontsize=8, parse_math=False)
        if row == 0:
            cell.set_text_props(weight="bold")
        elif lines[row - 1][0].removesuffix(" (control)") in CONTROLS:
            cell.set_text_props(style="italic", color=QUIET)
    words = [f"•  {sentence}" for sentence in (*section.verdicts, *section.no_values, *said.notes)]
    below.set_title("What does not beat a control")
    below.text(0, 0.97, "\n".join(words), va="top", linespacing=1.6, wrap=True, parse_math=False)


def _bars(sheet: Any, found: Table, columns: Sequence[str]) -> None:
    sheet.suptitle("Mean and 95 % interval over the pictures", x=0.03, ha="left", fontsize=12, fontweight="bold")
    for axes, column in zip(_places(sheet, len(columns), 3), columns, strict=False):
        known = [(m, found.cells[m, column]) for m in found.methods if (m, column) in found.cells]
        known = [(m, cell) for m, cell in known if cell.n][::-1]
        ends = [[c.mean - c.low for _, c in known], [c.high - c.mean for _, c in known]]
        colours = [CONTROL if m in CONTROLS else BAR for m, _ in known]
        axes.barh([m for m, _ in known], [c.mean for _, c in known], color=colours, height=0.65,
                  xerr=[[max(0.0, e) for e in side] for side in ends], error_kw={"lw": 1})  # fmt: skip
        axes.set_title(column, parse_math=False)


def _curves(sheet: Any, curves: Sequence[tuple[tuple[str, str], dict[str, MeanCurve]]], methods: Sequence[str]) -> None:
    sheet.suptitle("Mean curves", x=0.03, ha="left", fontsize=12, fontweight="bold")
    lines: dict[str, Any] = {}
    for axes, ((metric, name), found) in zip(_places(sheet, len(curves), 2), curves, strict=False):
        for i, method in enumerate(m for m in methods if m in found):
            curve, style = found[method], CONTROL_LINES.get(method, "-")
            colour = QUIET if method in CONTROLS else f"C{i % 10}"
            (lines[method],) = axes.plot(curve.x, curve.y, linestyle=style, color=colour, linewidth=1.4)
            axes.set_xlabel(curve.x_label, parse_math=False)
            axes.set_ylabel(curve.y_label, parse_math=False)
        axes.set_title(name if name.lower() == metric else f"{metric}: {name}", parse_math=False)
    sheet.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=6)


def _places(sheet: Any, count: int, columns: int) -> Sequence[Any]:
    """Axes for `count` charts, as many side by side as `columns` says; those that are left over are not drawn."""
    rows = -(-count // columns)
    grid = sheet.subplots(max(rows, 2), columns, squeeze=False)
    for axes in grid.flat[count:]:
        axes.set_axis_off()
    return list(grid.flat)


def _pictures(sheet: Any, part: Sequence[Extremes], ranked_by: str) -> None:
    columns = 2 * max(len(side) for e in part for side in (e.best, e.worst))
    title = f"Best (left) and worst (right) pictures by {ranked_by}"
    sheet.suptitle(title, x=0.03, ha="left", fontsize=12, fontweight="bold", parse_math=False)
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
