"""What the terminal shows: a progress bar on stderr, answers on stdout."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from salviewer.api import Prediction, Progress


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A progress whose reports move a bar on stderr; nothing is drawn where stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Progress()
        return
    with Bar(*columns, console=console, transient=True, refresh_per_second=8) as bar:
        task = bar.add_task(title, total=1.0)

        def show(fraction: float, message: str, evidence: object) -> None:
            bar.update(task, completed=fraction, description=f"{title}  {message}" if message else title)

        yield Progress(show)


def say(text: str = "") -> None:
    """Write a line to stdout."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """Write `value` to stdout as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def say_table(rows: Sequence[Sequence[str]], empty: str) -> None:
    """Write rows in aligned columns, the first being the header; `empty` instead if there is nothing below it."""
    if len(rows) < 2:
        say(empty)
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        say("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def top_line(prediction: Prediction) -> str:
    """The five most probable classes in one line."""
    return ", ".join(f"{name} {probability:.3f}" for _, name, probability in prediction.top(5))


def top_facts(prediction: Prediction) -> list[dict[str, Any]]:
    """The five most probable classes for JSON."""
    return [{"index": i, "class": name, "probability": p} for i, name, p in prediction.top(5)]
