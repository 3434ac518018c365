"""What the Two paths panel shows, as frozen values, and what remembers it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import JobSpec
from salviewer.gui.state import remembered
from salviewer.gui.values import OpenPicture
from salviewer.jobs.path_pairs import PathPair

if TYPE_CHECKING:
    import numpy as np

Status = Literal["waiting", "running", "done", "failed", "stopped"]


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two. name: what tells it from the other; said: what the model says of it; sentence: why it failed."""

    name: str
    spec: JobSpec
    picture: OpenPicture
    said: str = ""
    job: int = 0
    status: Status = "waiting"
    fraction: float = 0.0
    sentence: str = ""
    explanation: Explanation | None = None
    result: int | None = None


@dataclass(frozen=True, eq=False)
class Change:
    """A perturbation to look at: pixels (h, w, C) in 0..1, grey where nothing changed, `factor` times as strong."""

    pixels: np.ndarray
    factor: float
    words: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Duel:
    """Two explanations set against each other. key: its number here. sentence: why they cannot be."""

    key: int
    title: str
    sides: tuple[Side, Side]
    change: Change | None = None
    pair: PathPair | None = None
    sentence: str = ""

    @property
    def under_way(self) -> bool:
        """Whether an explanation is still to come."""
        return any(side.status in ("waiting", "running") for side in self.sides)

    def with_side(self, at: int, side: Side) -> Duel:
        """The same with another side number `at`."""
        return replace(self, sides=(side, self.sides[1]) if at == 0 else (self.sides[0], side))


class Duels(QObject):
    """The panel's memory. looking: what is being computed before there are two sides, in words; "" nothing."""

    duel_changed = Signal(object)
    looking_changed = Signal(object)
    duel = remembered("duel", None, Duel | None)
    looking = remembered("looking", "", "str: what is under way before there is a duel")
