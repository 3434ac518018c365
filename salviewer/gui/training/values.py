"""What is remembered of training, as frozen plain values, and the memory that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from salviewer.api.evidence import Evidence
from salviewer.api.jobspec import JobSpec
from salviewer.api.trained import Trained
from salviewer.gui.evaluation_values import Pictures
from salviewer.gui.state import remembered


@dataclass(frozen=True)
class TrainPlan:
    """What is chosen.

    trainer: its key, and `settings` as typed, `settled` whether they can be run. collection, params, valid, limit: as
    in an evaluation's plan.
    """

    trainer: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    settled: bool = True
    collection: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    valid: bool = True
    limit: int = 0
    seed: int = 0


@dataclass(frozen=True)
class UnderWay:
    """The training under way. evidence: what it showed last; left_s: seconds still to go, None while nobody knows.

    paused: it waits to go on; ending: it was asked to end with what it has.
    """

    number: int
    spec: JobSpec
    title: str
    fraction: float = 0.0
    message: str = ""
    started: bool = False
    stopping: bool = False
    paused: bool = False
    ending: bool = False
    left_s: float | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, eq=False)
class Ended:
    """How a training ended. trained: what came out of it, None where it was stopped or failed.

    place: the file that it is kept in, None where it could not be; why: why that is so, or why there is nothing;
    evidence: what it showed last; fraction: how far it came.
    """

    spec: JobSpec
    title: str
    trained: Trained | None = None
    place: Path | None = None
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    fraction: float = 1.0
    seconds: float = 0.0


@dataclass(frozen=True)
class SavedState:
    """A trained state that a method can be given, as far as its head says.

    source: its file; trainer: key of what learned it; model: the SHA-256 of the model that it is about, whose network
    is `architecture`; collection, samples: from what and how many; shipped: whether it came with the program.
    """

    source: str
    trainer: str
    model: str = ""
    name: str = ""
    created: datetime | None = None
    collection: str = ""
    samples: int = 0
    architecture: str = ""
    shipped: bool = False

    @property
    def words(self) -> str:
        """When and from what it was learned, in a line."""
        pieces = [
            "Comes with SalViewer" if self.shipped else _day(self.created) or self.name,
            f"{self.samples:,} of {self.collection}" if self.samples else self.collection,
        ]
        return " · ".join(piece for piece in pieces if piece)


class TrainingState(QObject):
    """The Training panel's memory."""

    plan_changed = Signal(object)
    pictures_changed = Signal(object)
    under_way_changed = Signal(object)
    ended_changed = Signal(object)

    plan = remembered("plan", TrainPlan(), TrainPlan)
    pictures = remembered("pictures", None, Pictures | None)
    under_way = remembered("under_way", None, UnderWay | None)
    ended = remembered("ended", None, Ended | None)


class SavedMemory(QObject):
    """What is known of the trained states of the open model, by any trainer, newest first."""

    saved_changed = Signal(object)

    saved = remembered("saved", (), tuple[SavedState, ...])


def _day(when: datetime | None) -> str:
    """As in "21 Nov 2026, 15:04", on this machine's clock."""
    if when is None:
        return ""
    here = when.astimezone()
    return f"{here.day} {here:%b %Y, %H:%M}"
