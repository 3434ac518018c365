"""What is said about one map by one metric, beside the controls and a reference set. Plain values, no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

CONTROLS = ("random-map", "centred-gaussian")
"""The methods that know nothing of the model: what does not beat them says nothing."""
NAMES_OF_CONTROLS = {"random-map": "a random map", "centred-gaussian": "a spot in the middle"}
"""As in sentences."""


@dataclass(frozen=True)
class Line:
    """A curve that a metric drew, as plain numbers: NaN in y where there is no value. The labels name the axes."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True)
class Judgement:
    """A metric's headline number for one map, and what it can be compared with.

    value: NaN where there is no answer; `note` says why. better: "higher", "lower" or "".
    controls: the same metric for the maps that know nothing, by method key.
    reference: the same metric and method on other pictures.
    curves: what the metric drew, of this map under "", of the controls by method key.
    steps: what each point of the curves stands for, where these are no numbers.
    """

    metric: str
    title: str
    value: float
    better: str = ""
    answers: str = ""
    controls: Mapping[str, float] = field(default_factory=dict)
    reference: tuple[float, ...] = ()
    note: str = ""
    curves: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    steps: tuple[str, ...] = ()

    def beats(self, control: float) -> bool:
        """Whether `value` is better than `control`'s."""
        return self.value > control if self.better == "higher" else self.value < control

    @property
    def verdict(self) -> str:
        """Whether it beats the controls, in words; "" where nothing can be said."""
        known = {key: v for key, v in self.controls.items() if math.isfinite(v)}
        if not known or not self.better or not math.isfinite(self.value):
            return ""
        lost = [key for key, v in known.items() if not self.beats(v)]
        if not lost:
            return "beats both controls" if len(known) == len(CONTROLS) else "beats the control"
        return "no better than " + " or ".join(NAMES_OF_CONTROLS.get(key, key) for key in lost)

    @property
    def place(self) -> float | None:
        """The share of the reference set that this map is better than, 0..1; None without a reference."""
        others = [v for v in self.reference if math.isfinite(v)]
        if not others or not math.isfinite(self.value) or not self.better:
            return None
        return sum(self.beats(v) + 0.5 * (v == self.value) for v in others) / len(others)

    def facts(self) -> dict[str, Any]:
        """Plain values for JSON; `from_facts` is the way back."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Judgement:
        """What `facts` gave. Raises `TypeError`, `KeyError` or `ValueError` where it is something else."""
        curves = {key: tuple(_line(line) for line in lines) for key, lines in dict(facts.get("curves", {})).items()}
        plain = {**facts, "curves": curves}
        for name in ("reference", "steps"):
            plain[name] = tuple(facts.get(name, ()))
        return cls(**plain)


def in_short(rows: Sequence[Judgement]) -> str:
    """In how many of the metrics that can tell the map beats the controls; "" where none can. No score."""
    told = [row.verdict for row in rows if row.verdict]
    if not told:
        return ""
    won = sum(verdict.startswith("beats") for verdict in told)
    return f"beats both controls in {won} of {len(told)}"


def _line(facts: Mapping[str, Any]) -> Line:
    return Line(**{**facts, "x": tuple(facts["x"]), "y": tuple(facts["y"])})
