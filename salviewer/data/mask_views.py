"""What can be seen of a mask per pixel and colour: the mask, what it keeps and what it leaves out, as pictures.

With the mask m, the input x and "nothing" r (grey, where x is normalised with the mean colour), as the paper has them:

    e  = m x + (1 - m) r        explanation: what the model was given
    e~ = (1 - m) x + m r        complementary explanation: what was taken from it
    m~ = 1 - m                  complementary mask

Where the game deletes, the evidence is in e~ and m~; where it preserves, in e and m.

Source: Wagner et al., "Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks", CVPR
2019, section 3.1 and Figure 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from salviewer.api.evidence import Evidence
from salviewer.api.masks import MaskStack
from salviewer.errors import InvalidChoice

VIEWS = {
    "picture": "Picture",
    "explanation": "Explanation",
    "complement": "Complement",
    "mean": "Mean mask",
    "mask": "Mask",
    "mask-complement": "Mask's complement",
    "red": "Red in the mask",
    "green": "Green in the mask",
    "blue": "Blue in the mask",
}
CHANNELS = ("red", "green", "blue")
_SAME = 1e-7
_NEAR = 1e-3


@dataclass(frozen=True)
class Contrast:
    """How masks are shown: the evidence v in 0..1 as min(1, gain v) ** gamma. Explanations are never changed."""

    gain: float = 1.0
    gamma: float = 1.0

    @property
    def plain(self) -> bool:
        """Whether masks are shown as they are."""
        return (self.gain, self.gamma) == (1.0, 1.0)

    @property
    def words(self) -> str:
        """What is done to the masks; "" where nothing is."""
        if self.plain:
            return ""
        parts = [f"{self.gain:g} times stronger"] if self.gain != 1 else []
        parts += [f"with gamma {self.gamma:g}"] if self.gamma != 1 else []
        return f"Masks are shown {' and '.join(parts)}; the explanations are as the model sees them."

    def apply(self, evidence: np.ndarray) -> np.ndarray:
        """`evidence` in 0..1 as it is shown, 0..1."""
        if self.plain:
            return evidence
        shown: np.ndarray = np.minimum(evidence * np.float32(self.gain), 1) ** np.float32(self.gamma)
        return shown


AS_IT_IS = Contrast()


def stacks_in(evidence: Sequence[Evidence]) -> tuple[tuple[MaskStack, ...], int]:
    """The masks among `evidence` from small to large, and which of them is the answer; ((), 0) where there are none.

    The answer is the first that is in no series; the others are what was kept on the way. One that is there twice is
    listed once. An earlier mask's picture is given to those that leave it out.
    """
    found = [one for one in evidence if isinstance(one, MaskStack)]
    if not found:
        return (), 0
    answer = next((one for one in found if not one.series), found[0])
    shown = next((one.shown for one in found if one.shown.size), found[0].shown)
    kept = [answer, *(one for one in found if one.series and not _same(one, answer))]
    ordered = sorted(kept, key=lambda one: one.size)
    at = next(i for i, one in enumerate(ordered) if one is answer)
    return tuple(one if one.shown.size else _with(one, shown) for one in ordered), at


def beside_in(evidence: Sequence[Evidence]) -> tuple[tuple[str, MaskStack], ...]:
    """The masks of other classes of the same input among `evidence`, each with its class, in their order."""
    answers = [one for one in evidence if isinstance(one, MaskStack) and not one.series]
    return tuple((one.name.partition(": ")[2] or one.name, one) for one in answers[1:])


def mask_at(evidence: Sequence[Evidence], sparsity: float | None = None) -> MaskStack:
    """The mask that is the answer, or that of those kept on the way whose sparsity is `sparsity`, to three digits.

    Raises `InvalidChoice` where there is no mask, or none of that sparsity.
    """
    masks, answer = stacks_in(evidence)
    if not masks:
        raise InvalidChoice(
            "This explanation holds no mask that could be put back into a model: run a method that makes one, such as "
            "fgvis.",
            code="no-mask",
        )
    if sparsity is None:
        return masks[answer]
    path = [one for one in evidence if isinstance(one, MaskStack) and one.at is not None]
    for one in path:
        if one.at is not None and abs(one.at - sparsity) <= _NEAR * abs(one.at):
            return one if one.shown.size else _with(one, masks[0].shown)
    there = ", ".join(f"{one.at:.4g}" for one in path) or "none"
    raise InvalidChoice(f"No mask of sparsity {sparsity:g} was kept: there are {there}.", code="no-such-mask")


def is_bgr(provenance: Mapping[str, Any]) -> bool:
    """Whether the model of an explanation with this provenance has its channels in the order blue, green, red."""
    shown = provenance.get("model", {}).get("preprocessing") or provenance.get("preprocessing") or {}
    return bool(shown.get("channels") == "BGR")


def views_of(stack: MaskStack) -> tuple[str, ...]:
    """The views that `stack` has: those of colours only where each has a mask of its own."""
    return tuple(VIEWS) if stack.mask.shape[0] == len(CHANNELS) else tuple(k for k in VIEWS if k not in CHANNELS)


def evidence_view(stack: MaskStack) -> str:
    """The view in which what speaks for the class is seen as the picture has it."""
    return "explanation" if stack.keeps else "complement"


def view(stack: MaskStack, key: str, *, bgr: bool = False, contrast: Contrast = AS_IT_IS) -> np.ndarray:
    """float32 (H, W, C) in 0..1, C of 1 or 3 in RGB order. bgr: whether the model has its channels the other way round.

    Of the masks the evidence is bright (a deletion's mask is 1 where nothing is taken, so its complement is); `mean`
    is the evidence averaged over the channels.
    """
    if key in ("picture", "explanation", "complement"):
        raw = stack.shown if key == "picture" else stack.explanation(complementary=key == "complement")
        return _pixels(np.clip(raw, 0, 1), bgr=bgr)
    shown = contrast.apply(stack.evidence)
    if key == "mean":
        return _pixels(shown.mean(axis=0, keepdims=True), bgr=False)
    if key in CHANNELS:
        at = CHANNELS.index(key)
        return _pixels(shown[[2 - at if bgr else at]], bgr=False)
    inverted = stack.keeps == (key == "mask-complement")
    return _pixels(1 - shown if inverted else shown, bgr=bgr)


def is_flat(stack: MaskStack) -> bool:
    """Whether it is of a picture, not of a volume."""
    return stack.mask.ndim == 3


def _pixels(values: np.ndarray, *, bgr: bool) -> np.ndarray:
    """(C, H, W) as (H, W, C), RGB; of channels that make no colours, the mean."""
    if values.shape[0] not in (1, 3):
        values = values.mean(axis=0, keepdims=True)
    if bgr and values.shape[0] == len(CHANNELS):
        values = values[::-1]
    return np.ascontiguousarray(np.moveaxis(values, 0, -1), dtype=np.float32)


def _same(one: MaskStack, other: MaskStack) -> bool:
    return one.mask.shape == other.mask.shape and bool(np.abs(one.mask - other.mask).max() <= _SAME)


def _with(stack: MaskStack, shown: np.ndarray) -> MaskStack:
    facts = {**stack.facts(), **stack.arrays(), "shown": shown}
    return MaskStack(**facts)
