"""A published table to be made again: its rows with the figures of the paper, what is run for each, and ours beside."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from salviewer.api import ModelRef
from salviewer.bench.judgement import CONTROLS
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.table import Table
from salviewer.errors import InvalidChoice
from salviewer.numeric.counted import counted

UNREADABLE = "unreadable"
"""A figure that is printed in the paper and cannot be read there; it is never guessed."""
NOT_GIVEN = None
"""A figure that the paper does not have."""
SECONDS = "seconds"
"""The column of the time per explanation."""
PHANTOM_MODEL, PHANTOMS, PHANTOM_LIMIT = "an8flower-cnn", "an8flower-single-6c", 12
"""What a recipe runs on where nobody says otherwise: nothing has to be downloaded for these."""

Figure = float | str | None


@dataclass(frozen=True)
class Column:
    """A column of the paper's table.

    value: a column of `salviewer.bench.table.Table`, or `SECONDS`. scale: ours times this is in the paper's unit.
    """

    title: str
    value: str
    scale: float = 1.0
    decimals: int = 3


@dataclass(frozen=True)
class Line:
    """A row of the paper's table.

    title: as the paper has it. paper: a figure per column. values: columns of our table where they are not those of the
    recipe's columns (one run can answer several rows). note: how the row was read, or where we differ.
    trained: the name by which the row asks for a trained state, as one method can be trained in several ways.
    """

    title: str
    key: str
    paper: tuple[Figure, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    note: str = ""
    trained: str = ""

    @property
    def asked(self) -> Asked:
        """What is run for this row; rows of the same method and parameters share one run."""
        way = [self.trained] if self.trained and self.trained != self.key else []
        settings = ", ".join([*way, *(f"{name}={value}" for name, value in self.params.items())])
        return Asked(key=self.key, params=dict(self.params), label=f"{self.key} ({settings})" if settings else "")


@dataclass(frozen=True)
class Recipe:
    """A table, or several of one protocol. `remarks`: where our protocol differs from the paper's."""

    name: str
    title: str
    source: str
    setting: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    metrics: tuple[Asked, ...]
    correct_only: bool = False
    remarks: tuple[str, ...] = ()
    phantom_model: str = PHANTOM_MODEL

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.paper) != len(self.columns) or len(line.values or self.columns) != len(self.columns):
                raise ValueError(
                    f"{self.name}: the row {line.title!r} does not have {counted(len(self.columns), 'cell')}"
                )

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that `salviewer.bench.table.table` must be asked for."""
        return tuple(dict.fromkeys(v for line in self.lines for v in self.values_of(line) if "/" in v))

    def values_of(self, line: Line) -> tuple[str, ...]:
        """Columns of our table, in the order of the recipe's."""
        return line.values or tuple(column.value for column in self.columns)

    def missing(self, installed: Collection[str]) -> tuple[str, ...]:
        """Keys of methods that are not among `installed`."""
        return tuple(dict.fromkeys(line.key for line in self.lines if line.key not in installed))

    def spec(
        self,
        installed: Collection[str],
        model: ModelRef | None = None,
        collection: str = "",
        collection_params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        seed: int = 0,
        trained: Mapping[str, str] | None = None,
    ) -> BenchSpec:
        """The evaluation that fills this recipe's table; on a few rendered pictures where no `collection` is named.

        trained: files of what was trained, by the names that the rows ask for; a row without its own is left out.
        Raises `InvalidChoice` for a name that no row has.
        """
        files = self._files(trained or {})
        if limit is None:
            limit = 0 if collection else PHANTOM_LIMIT
        return BenchSpec(
            models=(model or ModelRef(architecture=self.phantom_model),),
            methods=tuple(self._methods(installed, files).values()),
            metrics=self.metrics,
            collection=collection or PHANTOMS,
            collection_params=dict(collection_params or {}),
            limit=limit,
            seed=seed,
            correct_only=self.correct_only,
            recipe=self.name,
        )

    def _files(self, trained: Mapping[str, str]) -> Mapping[str, str]:
        names = [line.trained for line in self.lines if line.trained]
        if unknown := sorted(trained.keys() - set(names)):
            known = f"it takes {', '.join(names)}" if names else "none of its methods is trained"
            raise InvalidChoice(
                f"The recipe {self.name} asks for nothing trained called “{unknown[0]}”: {known}.",
                code="unknown-trained",
            )
        return trained

    def _methods(self, installed: Collection[str], files: Mapping[str, str]) -> dict[str, Asked]:
        """What is run, by name."""
        asked = {}
        for line in self.lines:
            if line.key in installed and (not line.trained or line.trained in files):
                asked[line.asked.name] = line.asked.model_copy(update={"trained": files.get(line.trained, "")})
        return asked


def beside(recipe: Recipe, found: Table) -> list[list[str]]:
    """Rows of text, the first one the heading: per column the paper's figure and ours; the controls come last."""
    lines = [["method", *(f"{column.title}, {whose}" for column in recipe.columns for whose in ("paper", "here"))]]
    for line in recipe.lines:
        cells = [line.title]
        for column, figure, value in zip(recipe.columns, line.paper, recipe.values_of(line), strict=True):
            cells += [_figure(figure, column), _ours(found, line.asked.name, value, column)]
        lines.append(cells)
    for control in CONTROLS:
        ours = [["–", _ours(found, control, column.value, column)] for column in recipe.columns]
        lines.append([f"{control} (control)", *(cell for pair in ours for cell in pair)])
    return lines


def said_about(recipe: Recipe, installed: Collection[str]) -> tuple[str, ...]:
    """Sentences to stand under the table."""
    notes = [f"{line.title}: {line.note}" for line in recipe.lines if line.note]
    absent = [f"not here yet: {key}" for key in recipe.missing(installed)]
    states = [f"--trained {line.trained}=FILE ({line.title})" for line in recipe.lines if line.trained]
    if states:
        absent.append(f"What was trained is given by name, and a row without it stays empty: {', '.join(states)}.")
    return (f"The paper: {recipe.source}; {recipe.setting}.", *recipe.remarks, *notes, *absent)


def _figure(figure: Figure, column: Column) -> str:
    if figure is None:
        return "–"
    return figure if isinstance(figure, str) else f"{figure:.{column.decimals}f}"


def _ours(found: Table, method: str, value: str, column: Column) -> str:
    """Mean ± standard error and the number of pictures; "–" where there is nothing."""
    cell = found.seconds.get(method) if value == SECONDS else found.cells.get((method, value))
    if cell is None or not cell.n or not math.isfinite(cell.mean):
        return "–"
    mean, error = cell.mean * column.scale, cell.error * column.scale
    return f"{mean:.{column.decimals}f} ± {error:.{column.decimals}f} (n {cell.n})"
