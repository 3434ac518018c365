"""What is remembered of many pictures, as frozen plain values, and the memory that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QObject, Signal

from salviewer.gui.state import remembered
from salviewer.jobs.batches import Batch, Looked
from salviewer.numeric.confusion import UNKNOWN, Confusion

Aim = Literal["predicted", "truth", "chosen"]


@dataclass(frozen=True)
class BatchPlan:
    """What "Explain all" explains. aim: of each picture the predicted class, its true one, or one class for all.

    limit: pictures at most, 0 for all; by_errors: whether the table has the classes with most errors first.
    """

    aim: Aim = "predicted"
    limit: int = 0
    by_errors: bool = False


@dataclass(frozen=True)
class Going:
    """A run over many pictures. left_s: seconds that it will still take, None while nobody knows."""

    what: Literal["predict", "explain"]
    done: int
    total: int
    left_s: float | None = None
    present: str = ""


@dataclass(frozen=True)
class Place:
    """A cell of the table: a true class (`ANY`: of all, `UNKNOWN`: not known) and a predicted one (or `ANY`)."""

    truth: int
    predicted: int


ANY = -2
FAILED = Place(ANY, UNKNOWN)
"""The pictures that could not be read or asked about."""


@dataclass(frozen=True)
class Table:
    """The confusion table as it is shown: `rows` true classes, `columns` predicted ones, names by index."""

    counts: Confusion
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    classes: tuple[str, ...]
    failed: int = 0

    @property
    def labelled(self) -> bool:
        """Whether any true class is known."""
        return self.counts.n > 0


@dataclass(frozen=True)
class Tile:
    """A picture as lists show it. right: whether the prediction is true, None where nobody knows.

    about: what is known, in words; fault: why there is nothing; explained: whether it has a map of this run.
    """

    key: str
    name: str
    about: str = ""
    right: bool | None = None
    fault: str = ""
    explained: bool = False
    stamp: object = field(default=None, compare=True)


class BatchState(QObject):
    """The memory of many pictures; the first two are about the folder, the rest about what is done with it."""

    batch_changed = Signal(object)
    at_changed = Signal(object)
    follow_changed = Signal(object)
    looked_changed = Signal(object)
    explained_changed = Signal(object)
    plan_changed = Signal(object)
    going_changed = Signal(object)
    table_changed = Signal(object)
    place_changed = Signal(object)
    said_changed = Signal(object)
    fault_changed = Signal(object)

    batch = remembered("batch", None, Batch | None)
    at = remembered("at", "", "str: the key of the picture that one is at, readable or not")
    follow = remembered("follow", False, "bool: whether the chosen method runs on the picture that one stays at")
    looked = remembered("looked", {}, Mapping[str, Looked])
    explained = remembered("explained", {}, "Mapping[str, int]: results of the newest run, by picture")
    plan = remembered("plan", BatchPlan(), BatchPlan)
    going = remembered("going", None, Going | None)
    table = remembered("table", None, Table | None)
    place = remembered("place", None, "Place | None: the cell whose pictures are shown")
    fault = remembered("fault", "", "str: why the picture that one is at is not to be seen")
    said = remembered("said", "", "str: what became of the newest run")
