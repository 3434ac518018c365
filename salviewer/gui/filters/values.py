"""What the Filters panel remembers, as frozen plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from salviewer.api.filters import FilterGallery
from salviewer.api.trained import Trained
from salviewer.gui.state import remembered

FIRED, LEARNED = "fired", "learned"


@dataclass(frozen=True, eq=False)
class Learned:
    """Filters that were learned about a model. source: the file, "" of what is only in memory; title: in a line.

    galleries: by class, of each class one per variant of average heatmaps, the first with the pictures.
    """

    trained: Trained
    source: str = ""
    title: str = ""
    model: str = ""
    galleries: Mapping[str, tuple[FilterGallery, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Opened:
    """The filter whose crops are shown. at: its row in the gallery; model: the SHA-256 of whose filter it is."""

    gallery: FilterGallery
    at: int
    title: str
    model: str


class FiltersMemory(QObject):
    """The panel's memory. looking: what is read just now, in words; fault: why there is nothing.

    `crop_arrived` carries each crop of the opened filter as it is read.
    """

    page_changed = Signal(object)
    learned_changed = Signal(object)
    label_changed = Signal(object)
    opened_changed = Signal(object)
    looking_changed = Signal(object)
    fault_changed = Signal(object)
    crop_arrived = Signal(object)

    page = remembered("page", FIRED, "str: FIRED or LEARNED")
    learned = remembered("learned", None, Learned | None)
    label = remembered("label", "", "str: the class whose filters are shown")
    opened = remembered("opened", None, Opened | None)
    looking = remembered("looking", "", "str: what is under way")
    fault = remembered("fault", "", "str: why there is nothing")
