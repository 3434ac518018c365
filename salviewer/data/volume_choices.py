"""What a person may settle about a volume that can be read in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salviewer.data.choices import checked_options, question, whole_number
from salviewer.errors import InvalidChoice

_ALLOWED = {
    "geometry": ("ignore", "sform", "qform"),
    "nonfinite": ("zero",),
    "complex": ("magnitude",),
}


@dataclass(frozen=True)
class VolumeChoices:
    """Settled questions; None or "" where nothing was said.

    time: the time point, 1 is the first. geometry: which of the header's affines is taken, or that none is.
    nonfinite: what replaces NaN and infinity. complex: what is taken of complex numbers.
    """

    time: int | None = None
    geometry: str = ""
    nonfinite: str = ""
    complex: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> VolumeChoices:
        """The choices in `options`, whose values may be text. Raises `InvalidChoice` for one that does not exist."""
        checked_options(options, ("time", *_ALLOWED), _ALLOWED, "volumes")
        time = options.get("time")
        return cls(**{**options, "time": None if time is None else whole_number("time", time)})

    def time_index(self, name: str, count: int) -> int:
        """The index from 0 of the time point to read, of `count`.

        Raises:
            NeedsChoice: there are several and nobody said which. InvalidChoice: there are fewer.
        """
        if self.time is None and count > 1:
            points = tuple(str(n) for n in range(1, count + 1))
            raise question(name, f"holds {count} volumes, one per time point", "time", "time", points)
        time = self.time or 1
        if time > count:
            what = "only 1 volume" if count == 1 else f"time points 1 to {count}"
            raise InvalidChoice(f"{name} has {what}, not time point {time}.", code="bad-option")
        return time - 1
