"""What the reader study's window remembers, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.gui.values import ModelCard
from salviewer.study.spec import QUESTION

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

SIDES = ("left", "right")


@dataclass(frozen=True)
class PlannedArm:
    """What is to be compared: `method`, so set, on `model`; title: the method's."""

    model: ModelCard
    method: str
    title: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyPlan:
    """What is chosen for a study that is to be prepared.

    models: which arms can be added of. params, valid: the collection's parameters as typed, and whether they can be
    used. folder: None is the one that is offered; day: when the choice began, for its name.
    """

    title: str = "Reader study"
    question: str = QUESTION
    models: tuple[ModelCard, ...] = ()
    arms: tuple[PlannedArm, ...] = ()
    collection: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    valid: bool = True
    limit: int = 20
    target: str = "label"
    correct_only: bool = True
    repeats: int = 4
    seed: int = 0
    folder: Path | None = None
    day: str = ""


@dataclass(frozen=True)
class Preparing:
    """The preparation under way."""

    number: int
    fraction: float = 0.0
    message: str = ""
    stopping: bool = False


@dataclass(frozen=True, eq=False)
class Welcome:
    """A study is open and waits for a reader. readers: (name, answers, of) in the order of arrival; note: on top."""

    folder: Path
    title: str
    question: str
    trials: int
    readers: tuple[tuple[str, int, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class Asked:
    """A trial before a reader, and what she has said of it so far.

    at, of: the how manyth of how many, from 1. scores: 1 to 5 of the left and the right map, 0 not yet given;
    turn: the side that the next digit scores.
    """

    reader: str
    at: int
    of: int
    question: str
    picture: QImage
    left: QImage
    right: QImage
    chosen: str = ""
    scores: tuple[int, int] = (0, 0)
    turn: str = "left"
    paused: bool = False

    @property
    def complete(self) -> bool:
        """Whether it can be handed in."""
        return bool(self.chosen) and all(self.scores)

    def scored(self, side: str, score: int) -> Asked:
        """With `score` for the map on `side`; the next digit is the other side's."""
        left, right = self.scores
        other = "right" if side == "left" else "left"
        return replace(self, scores=(score, right) if side == "left" else (left, score), turn=other)


@dataclass(frozen=True)
class Thanks:
    """A reader has answered everything."""

    reader: str
    trials: int


@dataclass(frozen=True)
class Findings:
    """What a study came to: a table, its first line the heading, and sentences. answers: how many there are."""

    folder: Path
    title: str
    table: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]
    answers: int
