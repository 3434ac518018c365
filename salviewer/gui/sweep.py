"""A sweep: one number of a method taken through a range, as the jobs' settings and as words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from salviewer.api.params import Params
from salviewer.gui.dial import WIDEST, scaled
from salviewer.gui.field_specs import FieldSpec, faults, fields_of

Spacing = Literal["linear", "powers"]
MOST = 24
"""Steps of one sweep."""
AROUND = 4.0
"""A number without a dial is swept from a quarter of its default to four times that at first, within its bounds."""


@dataclass(frozen=True)
class Knob:
    """What can be swept: a number of a method, or a dial that scales several. low, high: where a sweep begins at first.

    fields: what it moves. dial: whether the value is a factor on the fields' defaults.
    """

    key: str
    title: str
    fields: tuple[FieldSpec, ...]
    low: float
    high: float
    dial: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return not self.dial and self.fields[0].kind == "int"

    @property
    def unit(self) -> str:
        """What the value counts."""
        return "× the defaults" if self.dial else self.fields[0].unit

    def values(self, at: float) -> dict[str, Any]:
        """The settings at value `at`."""
        if self.dial:
            return dict(scaled(self.fields, at))
        return {self.fields[0].name: round(at) if self.whole else at}

    def words(self, at: float) -> str:
        """What a cell at value `at` is called."""
        return f"× {at:.3g}" if self.dial else f"{self.title.lower()} {at:.4g}"


@dataclass(frozen=True)
class Sweep:
    """What a person asked for."""

    knob: Knob
    start: float
    stop: float
    steps: int
    spacing: Spacing = "linear"

    def values(self) -> tuple[float, ...]:
        """The values in order; whole numbers that fall together are taken once."""
        n, a, b = self.steps, self.start, self.stop
        if self.spacing == "powers":
            found = [a * (b / a) ** (i / (n - 1)) for i in range(n)]
        else:
            found = [a + (b - a) * i / (n - 1) for i in range(n)]
        tidy = [float(round(v)) if self.knob.whole else float(f"{v:.4g}") for v in found]
        return tuple(dict.fromkeys(tidy))

    def fault(self, model: type[Params], settings: dict[str, Any]) -> str:
        """Why it cannot be run with the other `settings` of the method, as a sentence; "" where it can."""
        if self.steps < 2 or self.steps > MOST:
            return f"A sweep has 2 to {MOST} steps; {self.steps} are asked for."
        if self.start == self.stop:
            return "From and to are the same: choose two different values."
        if self.spacing == "powers" and min(self.start, self.stop) <= 0:
            return "Steps in powers need values above zero: choose others, or equal steps."
        for value in self.values():
            found = faults(model, settings | self.knob.values(value))
            if found:
                return next(iter(found.values()))
        return ""


def knobs_of(model: type[Params]) -> tuple[Knob, ...]:
    """What can be swept of a method: its dials first, then its numbers."""
    specs = {spec.name: spec for spec in fields_of(model)}
    dials = [
        Knob(f"dial {name}", name.capitalize(), tuple(specs[f] for f in fields), 1 / WIDEST, WIDEST, dial=True)
        for name, fields in model.dials.items()
    ]
    numbers = [_knob(spec) for spec in specs.values() if spec.kind in ("int", "float") and spec.default is not None]
    return (*dials, *numbers)


def _knob(spec: FieldSpec) -> Knob:
    least = -math.inf if spec.low is None else spec.low
    most = math.inf if spec.high is None else spec.high
    if spec.default > 0:
        low, high = max(spec.default / AROUND, least), min(spec.default * AROUND, most)
    else:
        low, high = max(-1.0, least), min(1.0, most)
    if spec.strict_low and low == spec.low:
        low = spec.default / 2
    if spec.strict_high and high == spec.high:
        high = (spec.default + high) / 2
    if spec.kind == "int":
        low, high = math.ceil(low), math.floor(high)
    return Knob(spec.name, spec.title, (spec,), float(f"{low:.3g}"), float(f"{high:.3g}"))
