"""The distribution controller in numpy: the same scores to the bit on every machine, and their density.

    z = (M^g - E[M^g]) / sqrt(Var[M^g])
    basic        m = max(0, z)                                                                          Eq. 5
    customized   m = sigmoid(eta z)^h                                                                   Eq. 6
    p(m) = exp(-(ln(m^(-1/h) - 1))^2 / (2 eta^2)) / (sqrt(2 pi) h eta m (1 - m^(1/h)))                  Eq. 7

The customized scores keep the ranking of z strictly, in float32 too: where rounding makes two different z the same
score, as far out in the tails, the higher one goes up by the least that float32 can hold.

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), sections 3.2.2, 3.2.3, appendix A.3.
Differs from the paper: the square of z that its Eq. 14 lost is there, as in its Eq. 7. A mask without any variance gets
z = 0 everywhere. `basic-clamped`, min(1, max(0, z)), is no part of it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salviewer.errors import InvalidChoice

ETA: Final = 1.5
H: Final = 2.5
"""Section 3.2.3."""
TRANSFORMERS: Final = ("customized", "basic", "basic-clamped")
_ONE: Final = int(np.float32(1).view(np.int32))


def standardised(mask: ArrayLike) -> NDArray[np.float64]:
    """The z of one mask (any shape): mean 0, variance 1; 0 everywhere where all its values are the same."""
    values = np.asarray(mask, np.float64)
    if values.size == 0 or values.min() == values.max():
        return np.zeros_like(values)
    centred = values - values.mean()
    return np.asarray(centred / np.sqrt(np.square(centred).mean()), np.float64)


def controlled(z: ArrayLike, transformer: str = "customized", eta: float = ETA, h: float = H) -> NDArray[np.float32]:
    """Scores m, float32, in the shape of z: at least 0; in 0..1 but for "basic".

    Args:
        z: standardised masks, any shape, finite.
        transformer: see `TRANSFORMERS`. The basic ones let what is below the mean be 0.
        eta: above 0; how steep the sigmoid is. Of no account to the basic ones, like h.
        h: above 0; how far the scores are pushed towards 0.

    Raises:
        InvalidChoice: another transformer, or eta or h not above 0.
    """
    values = np.asarray(z, np.float64)
    if transformer in ("basic", "basic-clamped"):
        return np.clip(values, 0, None if transformer == "basic" else 1).astype(np.float32)
    if transformer != "customized":
        raise InvalidChoice(
            f"There is no controller “{transformer}”: choose from {', '.join(TRANSFORMERS)}.", code="unknown-controller"
        )
    _check(eta, h)
    with np.errstate(over="ignore"):
        scores = np.power(1 / (1 + np.exp(-eta * values)), h).astype(np.float32)
    return _in_order(values, scores)


def density(m: ArrayLike, eta: float = ETA, h: float = H) -> NDArray[np.float64]:
    """p(m), Eq. 7: how the customized scores lie where z is normal; 0 outside (0, 1). Raises `InvalidChoice`."""
    _check(eta, h)
    values = np.asarray(m, np.float64)
    inside = (values > 0) & (values < 1)
    log_sigmoid = np.log(np.where(inside, values, 0.5)) / h  # ln of m^(1/h)
    log_rest = np.log(-np.expm1(log_sigmoid))  # ln of 1 - m^(1/h)
    eta_z = log_sigmoid - log_rest  # never a power of 1 / m, which overflows where h is small
    log_p = -0.5 * np.square(eta_z / eta) - 0.5 * np.log(2 * np.pi) - h * log_sigmoid - np.log(h * eta) - log_rest
    return np.where(inside, np.exp(log_p), 0.0)


def _in_order(z: NDArray[np.float64], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """`scores` in 0..1, moved by as few of the smallest steps as make them rise wherever z does."""
    order = np.argsort(z, axis=None)
    ranked, kept = z.ravel()[order], scores.ravel()[order]
    rises = ranked[1:] > ranked[:-1]
    if bool(((kept[1:] > kept[:-1]) == rises).all()):
        return scores
    step = np.concatenate([[0], np.cumsum(rises)])
    bits = kept.view(np.int32).astype(np.int64)  # of numbers from 0 on, these count the steps between them
    bits = np.maximum.accumulate(bits - step) + step
    bits = np.minimum(bits, _ONE - (step[-1] - step))
    moved = np.empty_like(kept)
    moved[order] = bits.astype(np.int32).view(np.float32)
    return moved.reshape(scores.shape)


def _check(eta: float, h: float) -> None:
    for name, value in (("eta", eta), ("h", h)):
        if not 0 < value < np.inf:
            raise InvalidChoice(
                f"{name} of the distribution controller is {value:g}, and it must lie above 0.", code="controller-range"
            )
