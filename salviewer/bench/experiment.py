"""What a paper published that is no table of methods by metrics over one collection: made again by one command.

An experiment trains what it needs, keeps every number in its folder, goes on from there when it is run again, and says
what it found as tables, charts and sentences.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from salviewer.api import Progress
from salviewer.bench.page import STYLE
from salviewer.jobs.shelf import Shelf

PAGE, VALUES = "index.html", "findings.json"


@dataclass(frozen=True)
class Lines:
    """A table as text, its heading first."""

    title: str
    lines: tuple[tuple[str, ...], ...]

    def as_values(self) -> list[dict[str, str]]:
        """One mapping per row, by the heading's words."""
        return [dict(zip(self.lines[0], line, strict=True)) for line in self.lines[1:]]


@dataclass(frozen=True)
class Findings:
    """What an experiment found. charts: SVG. numbers: the same as the tables and more, as JSON values."""

    title: str
    tables: tuple[Lines, ...]
    charts: tuple[str, ...]
    notes: tuple[str, ...]
    numbers: dict[str, Any]

    def as_values(self) -> dict[str, Any]:
        """For JSON."""
        tables = {table.title: table.as_values() for table in self.tables}
        return {"title": self.title, "tables": tables, "numbers": self.numbers, "notes": list(self.notes)}


@dataclass(frozen=True)
class Size:
    """How much is done.

    limit: pictures of each class and fold that are judged. training: pictures of each class and fold that are learned
    from. folds: those that are run; None for all whose weights are there.
    """

    limit: int = 7
    training: int = 60
    seed: int = 0
    folds: tuple[int, ...] | None = None

    @property
    def few(self) -> int:
        """Pictures of each class and fold for methods that take long."""
        return max(1, self.limit // 4)


class Experiment(Protocol):
    """name: as it is asked for; title: as shown."""

    @property
    def name(self) -> str:
        """As it is asked for."""

    @property
    def title(self) -> str:
        """As shown to people."""

    def run(self, shelf: Shelf, folder: Path, size: Size, progress: Progress) -> Findings:
        """What was found. Raises `Cancelled`; what was finished stays in `folder`."""


def write_findings(folder: Path, found: Findings) -> Path:
    """Write the page, and the numbers beside it; return the page's path."""
    (folder / VALUES).write_text(json.dumps(found.as_values(), indent=2, ensure_ascii=False), encoding="utf-8")
    parts = [f"<h1>{html.escape(found.title)}</h1>"]
    parts += [f"<h3>{html.escape(t.title)}</h3><div class=scroll>{_table(t.lines)}</div>" for t in found.tables]
    if found.charts:
        parts.append("<div class=charts>" + "".join(f"<div>{chart}</div>" for chart in found.charts) + "</div>")
    parts.append("<h3>How it was made</h3><ul>" + "".join(f"<li>{html.escape(n)}</li>" for n in found.notes) + "</ul>")
    page = folder / PAGE
    page.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(found.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<body>{''.join(parts)}</body></html>",
        encoding="utf-8",
    )
    return page


def _table(lines: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in lines[0])
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>" for line in lines[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
