"""What the Masks panel remembers: the masks of the answer on the screen, which one is looked at, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from salviewer.data.mask_views import AS_IT_IS, VIEWS, Contrast
from salviewer.gui.state import remembered

if TYPE_CHECKING:
    from salviewer.api.masks import MaskStack
    from salviewer.jobs.putting_back import PutBack

ARRANGEMENTS = {
    "overview": ("Overview", ("picture", "explanation", "complement", "mean", "mask", "mask-complement")),
    "colours": ("Colour channels", ("picture", "mean", "mask", "red", "green", "blue")),
    **{key: (f"{title}, large", (key,)) for key, title in VIEWS.items()},
}
"""Which views are beside each other, by key: a title and the views."""


@dataclass(frozen=True, eq=False)
class Looked:
    """Masks of one answer, small to large. answer: which of them is the result; at: which is looked at.

    label, index: the explained class, -1 where nobody knows its number. bgr: the model's channels are B, G, R.
    explanation: that they belong to. classes: those it has masks of, its target first; which: the one that is meant.
    """

    masks: tuple[MaskStack, ...]
    answer: int = 0
    at: int = 0
    label: str = ""
    index: int = -1
    bgr: bool = False
    explanation: Any = None
    classes: tuple[str, ...] = ()
    which: int = 0

    @property
    def mask(self) -> MaskStack:
        """The one that is looked at."""
        return self.masks[self.at]


@dataclass(frozen=True)
class Look:
    """How masks are shown. arrangement: a key of `ARRANGEMENTS`."""

    arrangement: str = "overview"
    contrast: Contrast = AS_IT_IS


@dataclass(frozen=True, eq=False)
class Answers:
    """What the model said of explanations that were put back, by (which mask, whether its complement).

    under_way: one is asked for; sentence: why there is none.
    """

    found: Mapping[tuple[int, bool], PutBack] = field(default_factory=dict)
    under_way: bool = False
    sentence: str = ""


class MaskMemory(QObject):
    """One value, one signal."""

    looked_changed = Signal(object)
    look_changed = Signal(object)
    answers_changed = Signal(object)

    looked = remembered("looked", None, Looked | None)
    look = remembered("look", Look(), Look)
    answers = remembered("answers", Answers(), Answers)
