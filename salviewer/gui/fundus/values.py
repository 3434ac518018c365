"""What the Fundus panel remembers, as frozen plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from salviewer.data.fundus_header import EyeFacts
from salviewer.gui.state import remembered

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api.space import GridMap
    from salviewer.api.values import Picture
    from salviewer.bench.lesion_table import LesionTable, PictureScore
    from salviewer.numeric.field_of_view import FieldOfView

COLOURS = {
    "hemorrhages": "#d55e00", "hard exudates": "#f0e442", "soft exudates": "#56b4e9", "red small dots": "#cc79a7",
}  # fmt: skip
"""Of the marks by type: told apart by colour-blind people, and all of them on a red retina (Okabe and Ito 2008)."""


@dataclass(frozen=True, eq=False)
class Photograph:
    """What is on the desk. view, facts: None while they are looked for. values: of the map, on `grid`; None without."""

    picture: Picture
    view: FieldOfView | None = None
    facts: EyeFacts = field(default_factory=EyeFacts)
    values: np.ndarray | None = field(default=None, repr=False)
    grid: GridMap | None = None
    title: str = ""


@dataclass(frozen=True)
class Plan:
    """How proposals are made and what is shown.

    percent: of the map's highest value, above which is proposed; least_area: in the photograph's pixels.
    """

    percent: int = 50
    least_area: int = 0
    dims: bool = True
    shows_map: bool = True
    shows_marks: bool = True


@dataclass(frozen=True, eq=False)
class Marked:
    """What experts marked, bool (H, W) by type. sentence: what went wrong, or where it is from."""

    masks: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class Judged:
    """Proposals beside marks. kinds: by number of the region (from 1), the types it touches."""

    score: PictureScore
    kinds: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class FolderRun:
    """The table over a folder. fraction: None when it has ended; sentence: why there is none, or what was left out."""

    table: LesionTable | None = None
    title: str = ""
    fraction: float | None = None
    sentence: str = ""


class FundusMemory(QObject):
    """One value, one signal."""

    photograph_changed = Signal(object)
    plan_changed = Signal(object)
    proposed_changed = Signal(object)
    marked_changed = Signal(object)
    judged_changed = Signal(object)
    chosen_changed = Signal(object)
    folder_changed = Signal(object)

    photograph = remembered("photograph", None, Photograph | None)
    plan = remembered("plan", Plan(), Plan)
    proposed = remembered("proposed", None, "Proposed | None")
    marked = remembered("marked", Marked(), Marked)
    judged = remembered("judged", None, Judged | None)
    chosen = remembered("chosen", -1, "int: the row of the region that is looked at, -1 none")
    folder = remembered("folder", FolderRun(), FolderRun)
    marks_folder: Path | None = None
    """Where experts' marks are looked for."""
