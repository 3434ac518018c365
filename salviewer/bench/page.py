"""An evaluation as a page: one self-contained HTML file with the table, the controls, bars and remarks."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.spec import BenchSpec
from salviewer.bench.statistics import Estimate
from salviewer.bench.table import Table, number

STYLE = """
:root { color-scheme: light dark; --text: #1d2127; --quiet: #5b636e; --line: #d9dce1; --back: #ffffff; --bar: #2f62c9; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7e9ec; --quiet: #a2a9b3; --line: #383c44; --back: #1a1c20; --bar: #7aa5ff; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 70rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .7rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tr { border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--line); } .control td { font-style: italic; color: var(--quiet); }
.quiet { color: var(--quiet); } .scroll { overflow-x: auto; } text { fill: var(--text); font-size: 12px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1rem; }
"""
ALL_BEAT = "Every method beats both controls in every metric."
WIDTH, ROW, LABEL, RIGHT = 420, 22, 170, 20


def write_page(path: Path, spec: BenchSpec, found: Table, remarks: Sequence[str]) -> Path:
    """Write the page and return its path."""
    models = ", ".join(model.architecture for model in spec.models)
    parts = [
        f"<h1>Evaluation of {html.escape(models)}</h1>",
        f"<p class=quiet>{html.escape(_about(spec))}</p>",
        "<div class=scroll>", _table(found), "</div>",
        "<p class=quiet>Mean ± bootstrap standard error over the pictures; n: pictures with a value. In italics the "
        "controls, which know nothing of the network: a figure means something only beside theirs.</p>",
        "<h2>What does not beat a control</h2>", _list(remarks or (ALL_BEAT,)),
        "<h2>By metric</h2><div class=charts>", *(_chart(found, column) for column in found.columns), "</div>",
        *_errors(found),
    ]  # fmt: skip
    body = "\n".join(parts)
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation of {html.escape(models)}</title>'
        f"<style>{STYLE}</style><body>{body}</body></html>",
        encoding="utf-8",
    )
    return path


def _about(spec: BenchSpec) -> str:
    target = "each picture's true class" if spec.target == "label" else "the predicted class"
    only = ", of pictures that the model gets right" if spec.correct_only else ""
    return f"Collection {spec.collection}; explained is {target}{only}; seed {spec.seed}."


def _table(found: Table) -> str:
    heads = "".join(f"<th>{html.escape(c)}</th>" for c in (*found.columns, "seconds"))
    lines = [f"<table><thead><tr><th>method</th>{heads}</tr></thead><tbody>"]
    for method in found.methods:
        seconds = found.seconds.get(method)
        cells = "".join(f"<td>{html.escape(number(found.cells.get((method, c))))}</td>" for c in found.columns)
        kind = " class=control" if method in CONTROLS else ""
        time = "" if seconds is None else f"{seconds.mean:.2f}"
        lines.append(f"<tr{kind}><td>{html.escape(method)}</td>{cells}<td>{time}</td></tr>")
    return "".join([*lines, "</tbody></table>"])


def _chart(found: Table, column: str) -> str:
    """Bars with 95 % intervals, one per method."""
    cells = [(m, found.cells.get((m, column))) for m in found.methods]
    known: list[tuple[str, Estimate]] = [(m, c) for m, c in cells if c is not None and c.n]
    if not known:
        return ""
    low = min(0.0, *(c.low for _, c in known))
    high = max(0.0, *(c.high for _, c in known)) or 1.0
    room = WIDTH - LABEL - RIGHT

    def at(value: float) -> float:
        return LABEL + room * (value - low) / (high - low or 1.0)

    height = ROW * (len(known) + 1) + 8
    title = html.escape(column)
    shapes = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">',
              f'<text x="0" y="14" font-weight="bold">{title}</text>']  # fmt: skip
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
    return "".join([*shapes, "</svg>"])


def _list(items: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in items) + "</ul>"


def _errors(found: Table) -> list[str]:
    if not found.errors:
        return []
    said = [f"{method}: {count} cells failed. {sentence}" for method, (count, sentence) in found.errors.items()]
    return ["<h2>What failed</h2>", _list(said)]
