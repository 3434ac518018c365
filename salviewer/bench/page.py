"""An evaluation as a page: one self-contained HTML file with tables, charts, differences and pictures."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from salviewer.bench import charts
from salviewer.bench.judgement import CONTROLS
from salviewer.bench.report import SHARPER, Extremes, Report, Section, Shown
from salviewer.bench.significance import Pairs
from salviewer.bench.table import Table
from salviewer.numeric.counted import counted

STYLE = """
:root { color-scheme: light dark; --text: #1d2127; --quiet: #5b636e; --line: #d9dce1; --back: #ffffff; --bar: #2f62c9;
  --good: #dcefe2; --bad: #f7e0dc; --hue-0: #2f62c9; --hue-1: #c4551c; --hue-2: #1f8a54; --hue-3: #8a3fb5;
  --hue-4: #a07800; --hue-5: #0a8a9c; --hue-6: #b8336a; --hue-7: #6b5b4b; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7e9ec; --quiet: #a2a9b3; --line: #383c44; --back: #1a1c20; --bar: #7aa5ff;
    --good: #1e3a2a; --bad: #45231e; --hue-0: #7aa5ff; --hue-1: #ff9d66; --hue-2: #5fd397; --hue-3: #cf95f2;
    --hue-4: #e3bf4d; --hue-5: #58cfe0; --hue-6: #ff86b3; --hue-7: #c4b19d; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 84rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tr { border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--line); } .control td { font-style: italic; color: var(--quiet); }
.quiet { color: var(--quiet); fill: var(--quiet); } .scroll { overflow-x: auto; }
text { fill: var(--text); font-size: 12px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1.5rem; }
.better { background: var(--good); } .worse { background: var(--bad); } summary { cursor: pointer; padding: .3rem 0; }
.strip { display: grid; grid-template-columns: 11rem 1fr 1fr; gap: .5rem 1.5rem; align-items: center;
  border-bottom: 1px solid var(--line); padding: .6rem 0; min-width: 56rem; }
.strip div { display: flex; gap: .6rem; } figure { margin: 0; } figcaption { font-size: 12px; color: var(--quiet);
  width: 7.5rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
@media print { body { max-width: none; } details { display: block; } }
"""


def write_page(path: Path, said: Report) -> Path:
    """Write the page and return its path."""
    parts = [f"<h1>{html.escape(said.title)}</h1>", f"<p class=quiet>{html.escape(said.about)}</p>"]
    for section in said.sections:
        if len(said.sections) > 1:
            parts.append(f"<h2>{html.escape(section.model)}</h2>")
        parts += _section(section)
    if said.notes:
        parts += ["<h3>About the published table</h3>", _list(said.notes)]
    title = html.escape(said.title)
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<body>{''.join(parts)}</body></html>",
        encoding="utf-8",
    )
    return path


def _section(section: Section) -> Iterator[str]:
    found = section.table
    yield f"<div class=scroll>{_table(section)}</div>"
    yield (
        "<p class=quiet>Mean ± bootstrap standard error over the pictures; n: pictures with a value. In italics the "
        "controls, which know nothing of the network: a figure means something only beside theirs. Memory: the most "
        "that the process grew by during one explanation.</p>"
    )
    if section.no_values:
        yield _list(section.no_values)
    yield "<h3>What does not beat a control</h3>" + _list(section.verdicts)
    yield "<h3>By metric</h3><div class=charts>" + "".join(charts.bars(found, c) for c in found.columns) + "</div>"
    drawn = [charts.lines(f"{metric}: {name}" if metric.lower() != name.lower() else name, by, found.methods)
             for (metric, name), by in section.curves.items()]  # fmt: skip
    if any(drawn):
        yield "<h3>Mean curves</h3><div class=charts>" + "".join(drawn) + "</div>"
    yield from _differences(section.pairs)
    if section.extremes:
        yield f"<h3>The best and the worst pictures by {html.escape(section.ranked_by)}</h3><div class=scroll>"
        yield "<div class='strip quiet'><span></span><span>best</span><span>worst</span></div>"
        yield from (_extremes(e) for e in section.extremes)
        yield "</div>"
    if found.errors:
        said = [f"{method}: {counted(count, 'cell')} failed. {why}" for method, (count, why) in found.errors.items()]
        yield "<h3>What failed</h3>" + _list(said)


def _table(section: Section) -> str:
    head, *lines = section.lines
    found = section.table
    measured = head[-1] == "s"  # our own table, and not a published one's
    if measured:
        head, lines = [*head[:-1], "seconds", "memory"], [[*line, _memory(found, line[0])] for line in lines]
    arrows = {p.column: " ↑" if p.better == "higher" else " ↓" for p in section.pairs}
    heads = "".join(f"<th>{html.escape(cell)}{arrows.get(cell, '')}</th>" for cell in head)
    rows = "".join(
        f"<tr{' class=control' if line[0].removesuffix(' (control)') in CONTROLS else ''}>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in line)
        + "</tr>"
        for line in lines
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _memory(found: Table, method: str) -> str:
    grown = found.memory.get(method)
    return "–" if grown is None else f"{grown / 2**20:.0f} MB"


def _differences(all_pairs: Sequence[Pairs]) -> Iterator[str]:
    shown = [p for p in all_pairs if len(p.methods) > 1]
    if not shown:
        return
    yield (
        "<h3>Which methods differ</h3><p class=quiet>Row minus column, paired over the pictures that both have. "
        "Coloured where the 95 % bootstrap interval is on one side of zero: green where the row is better, red where "
        f"it is worse. Of the {counted(shown[0].count, 'comparison')} per metric about one in twenty looks so by "
        f"chance.</p>"
    )
    for pairs in shown:
        name = html.escape(pairs.column)
        yield f"<details><summary>{name}</summary><div class=scroll>{_matrix(pairs)}</div></details>"


def _matrix(pairs: Pairs) -> str:
    heads = "".join(f"<th>{html.escape(m)}</th>" for m in pairs.methods)
    rows = []
    for a in pairs.methods:
        cells = []
        for b in pairs.methods:
            if a == b:
                cells.append("<td></td>")
                continue
            gap = pairs.gaps[a, b]
            tip = f"95 %: {gap.low:.3g} to {gap.high:.3g}; p {gap.p:.3g}; n {gap.n}"
            cells.append(f'<td class="{pairs.verdict(a, b)}" title="{tip}">{gap.mean:+.3f}</td>')
        rows.append(f"<tr><td>{html.escape(a)}</td>{''.join(cells)}</tr>")
    return f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _extremes(extremes: Extremes) -> str:
    best, worst = ("".join(_figure(s) for s in side) for side in (extremes.best, extremes.worst))
    return f"<div class=strip><b>{html.escape(extremes.method)}</b><div>{best}</div><div>{worst}</div></div>"


def _figure(shown: Shown) -> str:
    height, width = shown.rgb.shape[:2]
    name = html.escape(shown.picture)
    return (
        f'<figure><img width="{width / SHARPER:.0f}" height="{height / SHARPER:.0f}" alt="{name}" '
        f'src="data:image/png;base64,{_png(shown.rgb)}">'
        f'<figcaption title="{name}">{shown.value:.3f} · {name}</figcaption></figure>'
    )


def _png(rgb: np.ndarray) -> str:
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode("ascii")


def _list(items: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in items) + "</ul>"
