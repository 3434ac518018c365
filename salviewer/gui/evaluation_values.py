"""What the evaluation window remembers, as frozen plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.bench.spec import BenchSpec

if TYPE_CHECKING:
    from salviewer.bench.table import Table

SECONDS = "seconds"
"""The column of the time per explanation."""


@dataclass(frozen=True)
class Plan:
    """What is chosen.

    params, valid: the collection's parameters as typed, and whether it can be opened with them. limit: pictures at
    most, 0 for all. methods, metrics: keys. recipe: "" or the recipe that takes the place of both. folder: None is the
    one that is offered; day: when the choice began, for its name.
    """

    collection: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    valid: bool = True
    limit: int = 24
    target: str = "label"
    correct_only: bool = False
    seed: int = 0
    methods: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    recipe: str = ""
    folder: Path | None = None
    day: str = ""


@dataclass(frozen=True)
class Pictures:
    """What is known of the collection that is chosen.

    annotated: whether any of the samples looked at has boxes or a mask. labelled: whether any has a class. dims: 2 for
    pictures, 3 for volumes.
    fault: why it cannot be opened, in a sentence.
    """

    count: int = 0
    annotated: bool = False
    labelled: bool = False
    classes: tuple[str, ...] = ()
    fault: str = ""
    dims: int = 2


@dataclass(frozen=True)
class UnderWay:
    """The run under way. left_s: seconds that it will still take, None while nobody can say."""

    number: int
    fraction: float = 0.0
    message: str = ""
    started: bool = False
    stopping: bool = False
    left_s: float | None = None


@dataclass(frozen=True, eq=False)
class Board:
    """What a folder of results holds.

    remarks: what beats no control. no_values: on columns that are empty. spec: what was asked for last, where known.
    """

    folder: Path
    table: Table
    remarks: tuple[str, ...] = ()
    no_values: tuple[str, ...] = ()
    spec: BenchSpec | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's columns and the time."""
        return (*self.table.columns, SECONDS)


@dataclass(frozen=True)
class Score:
    """One picture of a cell; value: NaN where it has none."""

    model: str
    picture: str
    method: str
    value: float


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of the leaderboard and its pictures, the best first, those without a value last.

    scores: None while they are read.
    """

    method: str
    column: str
    scores: tuple[Score, ...] | None = None
