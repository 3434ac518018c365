"""What an explanation consists of: frozen records of numpy arrays and plain facts, stored and viewed without torch."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Evidence:
    """One piece of evidence. A subclass sets `kind` and adds fields: arrays, or facts that JSON can hold.

    `series` and `at` order evidence that belongs together: ("rounds", 2), ("sparsity", 0.01).
    """

    name: str
    kind: ClassVar[str] = ""
    array_fields: ClassVar[tuple[str, ...]] = ()

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays to store, by field name."""
        return {name: getattr(self, name) for name in self.array_fields}

    def facts(self) -> dict[str, Any]:
        """Everything else, as JSON values."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in self.array_fields}

    def __eq__(self, other: object) -> bool:
        import numpy as np  # noqa: PLC0415 - the api loads without numpy

        if type(self) is not type(other) or not isinstance(other, Evidence) or self.facts() != other.facts():
            return False
        mine, theirs = self.arrays(), other.arrays()
        return all(np.array_equal(mine[k], theirs[k], equal_nan=mine[k].dtype.kind == "f") for k in mine)

    __hash__ = object.__hash__


@dataclass(frozen=True, eq=False)
class Heatmap(Evidence):
    """A map over the model's input grid, never normalised for storage.

    values: float32 (H, W) or (D, H, W).
    signed: whether below zero means "speaks against"; decides the colour map.
    unit: of the values, for the colour bar ("probability", "probability squared", "1" for a normalised map).
    """

    values: np.ndarray = field(repr=False)
    signed: bool = False
    unit: str = ""
    series: str = ""
    at: float | None = None
    kind: ClassVar[str] = "heatmap"
    array_fields: ClassVar[tuple[str, ...]] = ("values",)

    def __post_init__(self) -> None:
        if str(self.values.dtype) != "float32" or self.values.ndim not in (2, 3):
            raise TypeError(f"a heatmap is float32 (H, W) or (D, H, W), not {self.values.dtype} {self.values.shape}")


@dataclass(frozen=True, eq=False)
class Curve(Evidence):
    """A line over a range: how a score falls as pixels are removed.

    x, y: float32 (n,); NaN in y where there is no value. x_label, y_label: with units, for the axes.
    """

    x: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    x_label: str = ""
    y_label: str = ""
    kind: ClassVar[str] = "curve"
    array_fields: ClassVar[tuple[str, ...]] = ("x", "y")

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            values = getattr(self, name)
            if str(values.dtype) != "float32" or values.ndim != 1 or len(values) != len(self.x):
                raise TypeError(f"a curve's {name} is float32 (n,), not {values.dtype} {values.shape}")


@dataclass(frozen=True, eq=False)
class UnknownEvidence(Evidence):
    """Evidence whose kind nobody here knows (its plugin is gone): kept whole, shown by name only."""

    stored_kind: str = ""
    stored_arrays: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    stored_facts: dict[str, Any] = field(default_factory=dict)

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays as they were stored."""
        return self.stored_arrays

    def facts(self) -> dict[str, Any]:
        """The facts as they were stored."""
        return self.stored_facts


KINDS: dict[str, type[Evidence]] = {Heatmap.kind: Heatmap, Curve.kind: Curve}


def rebuild(kind: str, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> Evidence:
    """The evidence that was stored as (kind, arrays, facts); `UnknownEvidence` where the kind is not known."""
    if kind in KINDS:
        parts: dict[str, Any] = {**arrays, **facts}
        return KINDS[kind](**parts)
    return UnknownEvidence(str(facts.get("name", kind)), kind, arrays, facts)
