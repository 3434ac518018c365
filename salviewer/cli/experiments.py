"""`salviewer evaluate --recipe` for what is no table over one collection: it brings its own models and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from salviewer.cli.terminal import progress_bar, say, say_json, say_table
from salviewer.errors import InvalidChoice


def is_experiment(name: str) -> bool:
    """Whether a recipe of this name is one."""
    from salviewer.bench.experiments import EXPERIMENTS  # noqa: PLC0415 - needed here only

    return name in EXPERIMENTS


def run_experiment(
    name: str, folder: Path, limit: int, seed: int, device: str | None, given: dict[str, Any], *, as_json: bool
) -> None:
    """Run it and say what was found. `given`: options that it has no use for, by name; each must be empty."""
    from salviewer.bench.experiment import Size, write_findings  # noqa: PLC0415 - loads numpy
    from salviewer.bench.experiments import experiment  # noqa: PLC0415 - loads torch
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    if useless := [option for option, value in given.items() if value]:
        raise InvalidChoice(
            f"{name} brings its own networks and pictures: leave out {', '.join(useless)}.", code="recipe-of-its-own"
        )
    size = Size(limit=limit, seed=seed) if limit else Size(seed=seed)
    with progress_bar("Making it again") as progress:
        found = experiment(name).run(Shelf(device=device), folder, size, progress)
    page = write_findings(folder, found)
    if as_json:
        say_json(found.as_values() | {"page": str(page)})
        return
    for table in found.tables:
        say(table.title)
        say_table(table.lines, "")
    for note in found.notes:
        say(note)
    say(f"The page: {page}")
