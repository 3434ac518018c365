"""Masks per pixel and channel that can be put back into the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from salviewer.api.evidence import KINDS, Evidence

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class MaskStack(Evidence):
    """A mask over a model's input: `mask * x`, x in the model's normalised space, is what the mask says.

    mask: float32 (C, *S) in 0..1; (1, *S) where all channels share it.
    shown: float32 (C, *S), the input itself in raw values, 0..1 where it is a picture; (0, ...) where an earlier mask
    of the same series holds it. nothing: float32 (C,), the raw value that stands where the mask is 0.
    keeps: whether a high value keeps what speaks for the class (a mask that deletes has low values there instead).
    score: what the model gives the explained class of `mask * x`; input_score: of x itself; `output` says in what
    ("probability", "logit"). top: the model's first classes of `mask * x`, (name, probability) each.
    series, at: ("sparsity", its weight) for a mask on the way from large to small.
    """

    mask: np.ndarray = field(repr=False)
    shown: np.ndarray = field(repr=False)
    nothing: np.ndarray = field(repr=False)
    keeps: bool = True
    score: float = float("nan")
    input_score: float = float("nan")
    output: str = "probability"
    top: tuple[tuple[str, float], ...] = ()
    series: str = ""
    at: float | None = None
    kind: ClassVar[str] = "masks"
    array_fields: ClassVar[tuple[str, ...]] = ("mask", "shown", "nothing")

    def __post_init__(self) -> None:
        object.__setattr__(self, "top", tuple((str(name), float(p)) for name, p in self.top))  # JSON has lists
        for name in self.array_fields:
            if str(getattr(self, name).dtype) != "float32":
                raise TypeError(f"{name} of a mask stack is float32, not {getattr(self, name).dtype}")
        if self.mask.ndim not in (3, 4) or not bool(((self.mask >= 0) & (self.mask <= 1)).all()):
            raise TypeError("a mask is (C, H, W) or (C, D, H, W) with values in 0..1")
        if self.shown.size and self.shown.shape[1:] != self.mask.shape[1:]:
            raise TypeError(f"a mask {self.mask.shape} does not lie over an input {self.shown.shape}")

    @property
    def evidence(self) -> np.ndarray:
        """float32 (C, *S) in 0..1: high where something speaks for the class, whatever the game."""
        return self.mask if self.keeps else 1 - self.mask

    def explanation(self, shown: np.ndarray | None = None, *, complementary: bool = False) -> np.ndarray:
        """float32 (C, *S), raw: what is left of the input under the mask, or under 1 - mask. `shown`: as the field."""
        raw = self.shown if shown is None else shown
        mask = 1 - self.mask if complementary else self.mask
        nothing = self.nothing.reshape(-1, *(1,) * (mask.ndim - 1))
        found: np.ndarray = mask * raw + (1 - mask) * nothing
        return found

    @property
    def size(self) -> float:
        """The mean of `evidence`, 0..1: how much of the input it takes."""
        return float(self.evidence.mean())


KINDS[MaskStack.kind] = MaskStack
