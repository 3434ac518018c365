"""Meaningful perturbation: the smallest part of the picture whose blurring costs the class its score.

    m* = arg min over m in [0, 1]:  l1 |1 - m|_1 + tv sum |dm|^beta + E over shifts of f_c(phi(x, m))

| paper                        | here                                                             |
|------------------------------|------------------------------------------------------------------|
| x0, phi                      | request.input.tensor; `Game`, the `background`                    |
| f_c                          | request.target, its probability                                  |
| m, its up-sampling           | one value per cell; (bi)linear, then a Gaussian, `Game.enlarged` |
| lambda1, lambda2, beta       | `l1` 1e-4, `tv` 1e-2, `beta` 3                                   |
| tau, up to 4 pixels of 224   | `jitter`, the same share of the input's shorter side             |
| sigma_m, 5 pixels of 224     | `smoothing`, likewise                                            |
| Adam, 300 iterations at 0.1  | `Descent`, `iterations`, `rate`                                  |

Source: Fong, Vedaldi: Interpretable Explanations of Black Boxes by Meaningful Perturbation (2017), arXiv 1704.03296,
Eq. 3 and 4, section 4.3; the preservation game is its section 4.1's counterpart.
Differs from the paper: the background is blurred with a variance of 10 by default, as the mask predictor's is (theirs,
sigma 10, is `strong blur`); shifts go to both sides; the circle to begin with is not blurred beyond `smoothing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Progress, Request
from salviewer.errors import Unavailable
from salviewer_plugins.mask_predictor.meaningful_perturbation_descent import Descent
from salviewer_plugins.mask_predictor.meaningful_perturbation_findings import Outcome, explanation
from salviewer_plugins.mask_predictor.meaningful_perturbation_game import Game
from salviewer_plugins.mask_predictor.meaningful_perturbation_params import MeaningfulPerturbationParams

TOGETHER = 8
"""So many pictures and targets are worked on at once, at most."""


class MeaningfulPerturbation(Explainer[MeaningfulPerturbationParams]):
    """Key `meaningful-perturbation`."""

    def explain(self, request: Request, params: MeaningfulPerturbationParams, progress: Progress) -> Explanation:
        """A map (*S) in 0..1: what is deleted, or preserved; and the objective over the iterations."""
        return self.explain_batch([request], params, progress)[0]

    def explain_batch(
        self, requests: Sequence[Request], params: MeaningfulPerturbationParams, progress: Progress
    ) -> tuple[Explanation, ...]:
        """The same for each request; those about one network share their passes, whatever their targets."""
        found: list[Explanation] = []
        for _, group in groupby(requests, lambda r: (id(r.model), r.input.tensor.shape)):
            members = list(group)
            for start in range(0, len(members), TOGETHER):
                rows = members[start : start + TOGETHER]
                begin, end = len(found) / len(requests), (len(found) + len(rows)) / len(requests)
                found += _fitting(rows, params, progress.part(begin, end))
        return tuple(found)


def _fitting(
    requests: Sequence[Request], params: MeaningfulPerturbationParams, progress: Progress
) -> list[Explanation]:
    """All at once, or where memory does not suffice in halves."""
    outcomes: list[Outcome] = []

    def step(_: slice) -> Tensor:
        outcomes[:] = _play(requests, params, progress)  # again from the start where precisions are compared
        return torch.stack([o.mask.flatten() for o in outcomes])[None]

    try:
        for _ in requests[0].work.batched(1, step, images=len(requests)):
            pass
    except Unavailable as e:
        if e.code != "out-of-memory" or len(requests) == 1:
            raise
        half = len(requests) // 2
        first = _fitting(requests[:half], params, progress.part(0.0, 0.5))
        return [*first, *_fitting(requests[half:], params, progress.part(0.5, 1.0))]
    return [explanation(outcome) for outcome in outcomes]


def _play(requests: Sequence[Request], params: MeaningfulPerturbationParams, progress: Progress) -> list[Outcome]:
    """One game about each request, all in the same passes."""
    game = Game(requests, params)
    descent = Descent(game, progress)
    descent.begin()
    descent.run()
    masks, scores = game.enlarged(descent.masks), game.scores(descent.masks).tolist()
    return [
        Outcome(
            request,
            params,
            mask=masks[i, 0],
            whole=descent.wholes[i],
            nothing=descent.nothings[i],
            score=scores[i],
            losses=tuple(descent.losses[i]),
            trouble=descent.troubles.get(i, ""),
            ended_after=descent.ended_after,
            uniform=game.uniform[i],
        )
        for i, request in enumerate(requests)
    ]
