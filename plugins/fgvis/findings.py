"""What a game's masks become: a map, masks to be put back into the model, the trade-off, and sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Curve, Explanation, Heatmap, MaskStack, Request
from salviewer_plugins.fgvis.descent import Point
from salviewer_plugins.fgvis.games import Game

TOP = 5


@dataclass(frozen=True, eq=False)
class Outcome:
    """One game's end. points: all that were kept, `last` among them; begin: the score where the mask began.

    whole: the picture's score. searched: whether lambda was; won: None where nothing had to be reached.
    trouble: "flat", "not finite", "absent" or "". notes: further sentences.
    """

    request: Request
    game: Game
    points: tuple[Point, ...]
    last: Point
    whole: float
    begin: float
    share: float
    searched: bool
    won: bool | None
    trouble: str
    notes: tuple[str, ...] = ()


def explanation(outcome: Outcome, *beside: Outcome) -> Explanation:
    """The map, the mask, those on the way to it, and what the size of a mask costs in score.

    beside: other classes of the same picture; of each the map and the mask, under its name.
    """
    request, keeps, whole = outcome.request, outcome.game.keeps, outcome.whole
    final = mask_stack(request, outcome.last, "Mask", keeps=keeps, whole=whole)
    path = [
        mask_stack(request, point, f"Sparsity {point.weight:.4g}", keeps=keeps, whole=whole, series=True)
        for point in sorted(outcome.points, key=lambda p: p.weight)
    ]
    others = [e for one in beside for e in _other(one)]
    notes = [note for one in (outcome, *beside) for note in (*_notes(one), *one.notes)]
    notes += [f"“{one.request.target.label}”: {said}" for one in beside if (said := _stopped(one))]
    evidence = (as_heatmap(final), final, *path, _trade_off(outcome), *others)
    return Explanation(evidence, notes=tuple(dict.fromkeys(notes)), stopped=_stopped(outcome))


def _other(outcome: Outcome) -> tuple[Heatmap, MaskStack]:
    label = outcome.request.target.label
    mask = mask_stack(outcome.request, outcome.last, f"Mask: {label}", keeps=outcome.game.keeps, whole=outcome.whole)
    return as_heatmap(mask, f"FGVis: {label}"), mask


def as_heatmap(masks: MaskStack, name: str = "FGVis") -> Heatmap:
    """The mean over the channels of what speaks for the class."""
    return Heatmap(name, masks.evidence.mean(axis=0).astype(np.float32), unit="mask")


def mask_stack(
    request: Request, point: Point, name: str, *, keeps: bool, whole: float = float("nan"), series: bool = False
) -> MaskStack:
    """`point` as evidence; one of a series leaves the picture to the mask before it. whole: the picture's score."""
    x, model = request.input.tensor, request.model
    shown = np.zeros((0, *x.shape[2:]), np.float32) if series else _array(model.decode(x)[0])
    nothing = _array(model.decode(torch.zeros_like(x))[0]).reshape(x.shape[1], -1)[:, 0]
    return MaskStack(
        name,
        mask=_array(point.mask).clip(0, 1),
        shown=shown,
        nothing=np.ascontiguousarray(nothing),
        keeps=keeps,
        score=point.score,
        input_score=whole,
        output=request.target.output,
        top=top(request, point.logits),
        series="sparsity" if series else "",
        at=point.weight if series else None,
    )


def top(request: Request, logits: Tensor) -> tuple[tuple[str, float], ...]:
    """The first classes of logits (K,), with their probabilities."""
    p = request.model.probabilities(logits[None])[0]
    values, places = p.topk(min(TOP, len(p)))
    return tuple((request.model.classes[i], v) for i, v in zip(places.tolist(), values.tolist(), strict=True))


def _trade_off(outcome: Outcome) -> Curve:
    start = outcome.game.start
    begun = (outcome.begin, start if outcome.game.keeps else 1 - start)
    pairs = np.array(sorted({begun, *((p.score, p.size) for p in outcome.points)}), np.float32)
    unit = outcome.request.target.output
    taken = "kept" if outcome.game.keeps else "taken away"
    return Curve(
        "Trade-off", pairs[:, 0].copy(), pairs[:, 1].copy(), f"{unit} of what the mask leaves", f"share {taken}"
    )


def _notes(outcome: Outcome) -> tuple[str, ...]:
    last, unit = outcome.last, outcome.request.target.output
    taken = "keeps" if outcome.game.keeps else "takes away"
    how = f" (sparsity {last.weight:.4g}, of {len(outcome.points)} tried)" if outcome.searched else ""
    return (
        f"The {unit} of “{outcome.request.target.label}” is {outcome.whole:.3g} in the picture and {last.score:.3g} "
        f"under the mask, which {taken} {100 * last.size:.2f} % of it{how}.",
    )


def _stopped(outcome: Outcome) -> str:
    if outcome.trouble:
        return TROUBLES[outcome.trouble]
    if outcome.searched and not outcome.won:
        wanted = outcome.share if outcome.game.keeps else 1 - outcome.share
        bound = "at least" if outcome.game.keeps else "at most"
        return (
            f"No mask was found under which the class has {bound} {100 * wanted:.0f} % of the score that it has in the "
            f"picture; the mask that comes nearest is shown. Take more iterations, or ask for a smaller share."
        )
    low, high = float(outcome.last.mask.min()), float(outcome.last.mask.max())
    if low == high and low in (0.0, 1.0):
        return COLLAPSED[outcome.game.keeps, low]
    return ""


TROUBLES = {
    "flat": (
        "The gradient of the class's score is zero everywhere in the picture: the model's answer does not change with "
        "any small change of a pixel, so the mask is as it began and explains nothing. Choose a method that needs "
        "outputs alone, such as GLAS or occlusion."
    ),
    "not finite": (
        "The model's score or its gradient became no number, so the mask could not be made better: the last mask with "
        "numbers is shown, and it may be far from the best. Check the weights, or take full precision."
    ),
    "absent": (
        "In the picture the class has a probability of 0, or no more than in an empty one: there is nothing that could "
        "be kept or lost, so the mask is as it began and explains nothing. Choose a class that the model sees here."
    ),
}
COLLAPSED = {
    (True, 0.0): (
        "The mask is 0 everywhere: nothing of the picture was worth its cost, so this is no explanation of the class. "
        "Take a smaller sparsity."
    ),
    (True, 1.0): (
        "The mask is 1 everywhere: nothing of the picture could be left out, so this does not tell what matters. Take "
        "a larger sparsity or more iterations."
    ),
    (False, 1.0): (
        "The mask is 1 everywhere: nothing was taken away, so this is no explanation of the class. Take a smaller "
        "sparsity or more iterations."
    ),
    (False, 0.0): (
        "The mask is 0 everywhere: all of the picture was taken away, so this does not tell what matters. Take a "
        "larger sparsity."
    ),
}


def _array(values: Tensor) -> np.ndarray:
    found: np.ndarray = values.detach().float().cpu().numpy()
    return np.ascontiguousarray(found)
