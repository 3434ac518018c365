"""RGLAS: GLAS, then darken what it found, then GLAS again, until the class is gone.

Each round: S normalised to [0, 1] is added to the output; the search points where S > t1 are dropped; x becomes
x * (1 - S). Rounds go on while mean(S) / P(y|x) < t2 and points are left.

| paper | here                          |
|-------|-------------------------------|
| O     | the first heatmap             |
| t1    | `threshold` (0.8)             |
| t2    | `stop_ratio` (5)              |

Source: "Salient Explanation for Fine-grained Classification", Algorithm 1.
Differs from the paper: line 6 prints t2 for the threshold that the text calls t1. Three ends that the paper lacks: a
round that removes no point and leaves x as it was would repeat for ever, so it is the last; `max_rounds` bounds the
time; a map without any contrast is added as zeros. "x * (1 - S)" is taken against the chosen background, as the masks
are. The sum is normalised at the end, as the figures show it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.numeric.counted import counted
from salviewer_plugins.glas.glas import fuse
from salviewer_plugins.glas.light_and_shadow import Lattice, darkness, search
from salviewer_plugins.glas.params import RglasParams


class Rglas(Explainer[RglasParams]):
    """Key `rglas`: the sum of all rounds, then each round by itself (series "rounds")."""

    def explain(self, request: Request, params: RglasParams, progress: Progress) -> Explanation:
        """Maps (H, W) in [0, 1]. Runs at most max_rounds * (2 grid^2 + 2) inputs."""
        x = request.input.tensor
        lattice = Lattice.over(x, params)
        dark = darkness(request, x, params.background)
        wanted = torch.ones(params.grid, params.grid, dtype=torch.bool, device=x.device)
        rounds: list[Tensor] = []
        stopped = ""
        while not stopped:
            mine = progress.part(len(rounds) / params.max_rounds, (len(rounds) + 1) / params.max_rounds)
            found = self._round(request, x, dark, lattice, wanted, params, mine, rounds)
            rounds.append(found)
            left = wanted & ~(at_points(lattice, found) > params.threshold)
            dimmed = dark + (x - dark) * (1 - found)
            unchanged = bool((left == wanted).all()) and bool(torch.equal(dimmed, x))
            x, wanted = dimmed, left
            stopped = why_stop(found, request, x, wanted, len(rounds), params, unchanged=unchanged)
        return Explanation(evidence(rounds), stopped=stopped)

    def _round(
        self,
        request: Request,
        x: Tensor,
        dark: Tensor,
        lattice: Lattice,
        wanted: Tensor,
        params: RglasParams,
        progress: Progress,
        before: list[Tensor],
    ) -> Tensor:
        """This round's S, normalised to [0, 1]."""
        found = torch.zeros(x.shape[2:], device=x.device)
        message = f"Round {len(before) + 1}"
        for share, scores in search(request, x, dark, lattice, wanted, params.mode):
            found = fuse(lattice, scores, params.mode)
            progress(share, message, lambda found=found: evidence([*before, normalised(found)]))
        return normalised(found)


def normalised(saliency: Tensor) -> Tensor:
    """`saliency` scaled so that its least value is 0 and its greatest 1; zeros where it is constant."""
    low, high = saliency.min(), saliency.max()
    return (saliency - low) / (high - low) if bool(high > low) else torch.zeros_like(saliency)


def at_points(lattice: Lattice, saliency: Tensor) -> Tensor:
    """(k, k): the map's value at the pixel of each search point."""
    rows, columns = (c.round().long() for c in lattice.centres)
    return saliency[rows][:, columns]


def why_stop(
    found: Tensor, request: Request, x: Tensor, wanted: Tensor, done: int, params: RglasParams, *, unchanged: bool
) -> str:
    """Why there is no further round, or "" if there is one."""
    if not bool(wanted.any()):
        return "every search point has been used"
    if unchanged:
        return "the last round found nothing new"
    probability = _left(request, x)
    ratio = float(found.mean() / probability.clamp(min=1e-12))
    if ratio >= params.stop_ratio:
        return (
            f"little of the class is left: mean saliency over probability is {ratio:.3g} (limit {params.stop_ratio:g})"
        )
    if done >= params.max_rounds:
        return f"{counted(params.max_rounds, 'round was', 'rounds were')} allowed"
    return ""


def _left(request: Request, x: Tensor) -> Tensor:
    """What is left of the target: its probability, whatever of it is explained; of a function, its value."""
    logits = request.model(x).float()
    if request.target.function is not None:
        return request.score_of(logits)[0]
    return request.model.probabilities(logits)[0, request.target.index]


def evidence(rounds: list[Tensor]) -> tuple[Heatmap, ...]:
    """The normalised sum of the rounds, then each round."""
    total = normalised(torch.stack(rounds).sum(dim=0))
    maps = [Heatmap("RGLAS", total.float().cpu().numpy(), unit="1")]
    for i, found in enumerate(rounds, start=1):
        values = found.float().cpu().numpy()
        maps.append(Heatmap(f"Round {i}", values, unit="1", series="rounds", at=float(i)))
    return tuple(maps)
