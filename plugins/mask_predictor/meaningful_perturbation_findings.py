"""What a mask of meaningful perturbation becomes: a map, the objective over the iterations, and sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from salviewer.api import Curve, Explanation, Heatmap, Request
from salviewer.numeric.counted import counted
from salviewer_plugins.mask_predictor.meaningful_perturbation_params import MeaningfulPerturbationParams

ABSENT = 1e-6
"""A class with less than this over the background is not there."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One game's end. mask: (*S) in 0..1, 0 where the background stands; score: the target's under it.

    whole, nothing: the scores of the picture and of its background. losses: the objective at every iteration.
    trouble: "flat", "not finite" or "". ended_after: iterations until the person ended it, or None.
    uniform: whether a blur takes nothing from the picture, so that the mean colour stood in.
    """

    request: Request
    params: MeaningfulPerturbationParams
    mask: Tensor
    whole: float
    nothing: float
    score: float
    losses: tuple[float, ...]
    trouble: str
    ended_after: int | None
    uniform: bool

    @property
    def deletes(self) -> bool:
        """Whether the game is deletion."""
        return self.params.game == "deletion"


def explanation(outcome: Outcome) -> Explanation:
    """The map and the objective's curve, with what to know about them."""
    n = len(outcome.losses)
    curve = Curve(
        "Objective",
        np.arange(1, n + 1, dtype=np.float32),
        np.array(outcome.losses, np.float32),
        "iteration",
        "objective",
    )
    found = as_heatmap(outcome.mask, deletes=outcome.deletes)
    return Explanation((found, curve), notes=_notes(outcome), stopped=_stopped(outcome, found.values))


def as_heatmap(mask: Tensor, *, deletes: bool) -> Heatmap:
    """The part that is deleted, or preserved, from a mask (*S)."""
    part = 1 - mask if deletes else mask
    values: np.ndarray = part.detach().float().cpu().numpy()
    return Heatmap("Meaningful perturbation", np.ascontiguousarray(values.clip(0, 1)), unit="mask")


def _notes(outcome: Outcome) -> tuple[str, ...]:
    unit, label = outcome.request.target.output, outcome.request.target.label
    part = float(1 - outcome.mask.mean() if outcome.deletes else outcome.mask.mean())
    doing = "takes away" if outcome.deletes else "keeps"
    notes = [
        f"The {unit} of “{label}” is {outcome.whole:.3g} in the picture, {outcome.nothing:.3g} in its background and "
        f"{outcome.score:.3g} under the mask, which {doing} {100 * part:.1f} % of the picture."
    ]
    if outcome.uniform:
        notes.append(
            "A blur changes nothing in this picture, so the mean colour of the training data stands where the mask "
            "takes something away."
        )
    if outcome.whole - outcome.nothing <= ABSENT:
        notes.append(
            "The picture gives the class no more than its background does: there is nothing to be taken away or kept, "
            "and what the mask shows is what the optimisation made of it, not what the model saw."
        )
    return tuple(notes)


def _stopped(outcome: Outcome, values: np.ndarray) -> str:
    if outcome.trouble:
        return TROUBLES[outcome.trouble]
    low, high = float(values.min()), float(values.max())
    if low == high and low in (0.0, 1.0):
        return COLLAPSED[outcome.deletes, low]
    if outcome.ended_after is not None:
        return (
            f"Ended early, as asked, after {outcome.ended_after} of {counted(outcome.params.iterations, 'iteration')}."
        )
    return ""


TROUBLES = {
    "flat": (
        "The gradient of the class's score is zero everywhere in the picture: the model's answer does not change with "
        "any small change of a pixel, so the mask keeps the whole picture and explains nothing. Choose a method that "
        "needs outputs alone, such as GLAS or occlusion."
    ),
    "not finite": (
        "The model's score or its gradient became no number, so the mask could not be made better: the last mask with "
        "numbers is shown, and it may be far from the best. Check the weights, or take full precision."
    ),
}
COLLAPSED = {
    (True, 0.0): (
        "Nothing is taken away anywhere: no part of the picture was worth its cost, so this is no explanation of the "
        "class. Make l1 smaller, or choose another background."
    ),
    (True, 1.0): (
        "The whole picture is taken away, so this does not tell which part of it matters. Make l1 larger, or take more "
        "iterations."
    ),
    (False, 0.0): (
        "Nothing is kept anywhere: no part of the picture was worth its cost, so this is no explanation of the class. "
        "Make l1 smaller, or choose another background."
    ),
    (False, 1.0): (
        "The whole picture is kept, so this does not tell which part of it matters. Make l1 larger, or take more "
        "iterations."
    ),
}
