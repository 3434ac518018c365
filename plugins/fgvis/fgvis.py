"""FGVis: a mask per pixel and colour, under which the class is kept or lost, made without inventing evidence.

    e = m * x,   m* = arg min / max { phi(y_e) + lambda |m| },   m in [0, 1]^(C x *S)                   (Eq. 1-3)
    gamma = gamma' [h(e) <= max(0, h(x))] [h(e) >= min(0, h(x))]     at each non-linearity              (Eq. 4-6)

| paper                  | here                                                                        |
|------------------------|-----------------------------------------------------------------------------|
| x, r = 0               | request.input.tensor; zero in the model's normalised space                  |
| c_T, y                 | request.target, its probability                                             |
| m, e                   | `Point.mask`; evidence `MaskStack`                                          |
| the four games, phi    | `games`                                                                     |
| lambda                 | `sparsity`; None: found by `search`                                         |
| the defence            | `defence`, `salviewer.numeric.defended_gradients`                           |
| SGD                    | `descent`                                                                   |

Source: Wagner et al., CVPR 2019, Eq. 1-6, sections 3.1 and 3.2.
Differs from the paper: phi is the logarithm of the probability, or of what is missing to 1 (see `games`); |m| is the
mean, not the sum; generation and repression begin at 0.01, not at 0; the paper keeps step size, schedule and the way to
lambda in its supplement: these are ours, chosen by measurement (docs/methods/fgvis.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, MaskStack, Progress, Request
from salviewer.errors import Unavailable
from salviewer_plugins.fgvis.descent import Descent, Point
from salviewer_plugins.fgvis.findings import Outcome, as_heatmap, explanation, mask_stack
from salviewer_plugins.fgvis.games import GAMES
from salviewer_plugins.fgvis.params import FgvisParams
from salviewer_plugins.fgvis.rows import Row, begun, best, rows_of
from salviewer_plugins.fgvis.search import Trail, chosen, search
from salviewer_plugins.fgvis.similarity import Similarity

TOGETHER = 8
"""So many pictures and targets are worked on at once, at most."""
ABSENT = 1e-6
"""A class with less than this over nothing is not there."""


class Fgvis(Explainer[FgvisParams]):
    """Key `fgvis`."""

    def explain(self, request: Request, params: FgvisParams, progress: Progress) -> Explanation:
        """A map (*S) in 0..1, the mask, those on the way to it, and their trade-off."""
        return self.explain_batch([request], params, progress)[0]

    def explain_batch(
        self, requests: Sequence[Request], params: FgvisParams, progress: Progress
    ) -> tuple[Explanation, ...]:
        """The same for each request; those about one network share their passes, and so do all targets and starts."""
        rows = [row for request in requests for row in rows_of(request, params)]
        outcomes: list[Outcome] = []
        for _, group in groupby(rows, lambda row: (id(row.request.model), row.request.input.tensor.shape)):
            members = list(group)
            while members:
                some, members = members[:TOGETHER], members[TOGETHER:]
                begin, end = len(outcomes) / len(rows), (len(outcomes) + len(some)) / len(rows)
                outcomes += _fitting(some, params, progress.part(begin, end))
        found = [best(outcomes[i : i + params.starts]) for i in range(0, len(rows), params.starts)]
        each = len(found) // len(requests)
        return tuple(explanation(*found[i : i + each]) for i in range(0, len(found), each))


def _fitting(rows: list[Row], params: FgvisParams, progress: Progress) -> list[Outcome]:
    """All at once, or where memory does not suffice in halves."""
    outcomes: list[Outcome] = []

    def step(part: slice) -> Tensor:
        outcomes[:] = _play(rows, params, progress)  # again from the start where precisions are compared
        return torch.cat([o.last.mask.flatten() for o in outcomes])[None]

    try:
        for _ in rows[0].request.work.batched(1, step, images=len(rows)):
            pass
    except Unavailable as e:
        if e.code != "out-of-memory" or len(rows) == 1:
            raise
        half = len(rows) // 2
        first = _fitting(rows[:half], params, progress.part(0.0, 0.5))
        return [*first, *_fitting(rows[half:], params, progress.part(0.5, 1.0))]
    return outcomes


def _play(rows: list[Row], params: FgvisParams, progress: Progress) -> list[Outcome]:
    """One game about each row, all in the same passes."""
    game, requests = GAMES[params.game], [row.request for row in rows]
    similarity = Similarity(requests, shared=params.mask == "per pixel", defended=params.defence)
    progress(0.0, "Reading the picture's activations")
    stakes = similarity.stakes()
    watch = _Watch(requests[0], params, progress)
    descent = Descent(similarity, game, stakes, params.step, watch)
    start, present = begun(similarity.masks(game.start), rows, params.step), stakes.whole - stakes.base > ABSENT
    searched = params.sparsity is None
    if searched:
        for i in torch.nonzero(~present).flatten().tolist():
            descent.troubles[i] = "absent"
        trails = search(descent, game, stakes, start, params.stages, params.share)
    else:
        points = descent.run(start, [params.sparsity or 0.0] * len(start), params.iterations)
        trails = [Trail([found.least]) for found in points if found.least]
    outcomes = []
    for i, (request, trail) in enumerate(zip(requests, trails, strict=True)):
        whole, base = float(stakes.whole[i]), float(stakes.base[i])
        trouble = descent.troubles.get(i, "")
        last, won = chosen(trail, game, whole, base, params.share) if searched else (trail.points[0], None)
        notes = _notes(similarity, params, bool(present[i]), whole)
        points = tuple(trail.points)
        outcomes.append(
            Outcome(request, game, points, last, whole, descent.begun[i], params.share, searched, won, trouble, notes)
        )
    return outcomes


def _notes(similarity: Similarity, params: FgvisParams, present: bool, whole: float) -> tuple[str, ...]:
    notes = [similarity.undefended] if params.defence and similarity.undefended else []
    if not params.defence:
        notes.append(
            "The defence was off: the mask may show evidence that the picture does not hold, made up by the "
            "optimisation as adversarial noise is."
        )
    if not present and params.sparsity is not None:
        notes.append(
            f"The picture gives the class a score of {whole:.2g}, no more than nothing does: what the mask shows is "
            f"what the optimisation made of it, not what the model saw."
        )
    return tuple(notes)


class _Watch:
    """Tells of the first picture's mask as it forms."""

    def __init__(self, request: Request, params: FgvisParams, progress: Progress) -> None:
        self._request, self._progress, self._keeps = request, progress, GAMES[params.game].keeps
        self._done, self._all = 0, sum(params.stages)

    def __call__(self, masks: Tensor, scores: Tensor, logits: Tensor) -> None:
        """Tell of masks (N, C, *S) and what the model says under them: scores (N,), logits (N, K)."""
        self._done += 1
        point = Point(0.0, 0.0, float(scores[0]), 0.0, masks[0], logits[0])
        self._progress(self._done / self._all, "Playing the game", lambda: self._preview(point))

    def _preview(self, point: Point) -> tuple[Heatmap, MaskStack]:
        found = mask_stack(self._request, point, "Mask", keeps=self._keeps)
        return as_heatmap(found), found
