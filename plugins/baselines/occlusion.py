"""Occlusion: a square hides one part of the picture after another; where the score falls, something mattered.

    map(j) = mean over the windows w that cover j of S(x) - S(x with w hidden)

Source: Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014), section 3.1 and Figure 6.
Differs from the paper: the drop is shown, not the score that is left; a pixel gets the mean over the windows that cover
it, as captum's Occlusion has it.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.numeric.gaussian import blur
from salviewer_plugins.baselines.perturbation_params import OcclusionParams

BLUR = 0.05
"""Sigma of the fill "blur", as a fraction of the shorter side."""


class Occlusion(Explainer[OcclusionParams]):
    """Key `occlusion`. One input per window, and the picture itself."""

    def explain(self, request: Request, params: OcclusionParams, progress: Progress) -> Explanation:
        """The map (*S), signed: where hiding raises the score it is negative."""
        x = request.input.tensor
        shape = tuple(x.shape[2:])
        side = max(1, round(params.window * min(shape)))
        stride = min(side, max(1, round(params.stride * min(shape))))
        starts = list(itertools.product(*(_starts(n, side, stride) for n in shape)))
        spread = _spread(len(starts))
        hidden = fill(request, params.fill)
        total, count = torch.zeros(shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64)
        clean = torch.zeros(())

        def step(part: slice) -> Tensor:
            batch = x.expand(part.stop - part.start, *x.shape[1:]).clone(memory_format=torch.preserve_format)
            for row, k in enumerate(range(part.start, part.stop)):
                if k:
                    where = (slice(None), *_window(starts[spread[k - 1]], side))
                    batch[row][where] = hidden[where] if hidden.ndim else hidden
            return request.score(batch).detach()

        for part, scores in request.work.batched(1 + len(starts), step):
            scores = scores.double().cpu()
            clean = scores[0] if part.start == 0 else clean
            for k in range(max(1, part.start), part.stop):
                where = _window(starts[spread[k - 1]], side)
                total[where] += clean - scores[k - part.start]
                count[where] += 1
            progress(part.stop / (1 + len(starts)), "Occlusion", lambda: (_heatmap(total, count, request),))
        return Explanation((_heatmap(total, count, request),))


def fill(request: Request, kind: str) -> Tensor:
    """What hides the picture, (C, *S) or a scalar zero, in the model's normalised space."""
    x = request.input.tensor
    if kind == "black":
        return request.model.encode(torch.zeros_like(x))[0]
    if kind == "blur":
        return blur(x, BLUR * min(x.shape[2:]))[0]
    return torch.zeros((), device=x.device, dtype=x.dtype)


def _starts(size: int, side: int, stride: int) -> list[int]:
    """Where windows begin along an axis; the last one may hang over its end."""
    return [i * stride for i in range(1 + max(0, -(-(size - side) // stride)))]


def _window(start: tuple[int, ...], side: int) -> tuple[slice, ...]:
    return tuple(slice(s, s + side) for s in start)


def _spread(count: int) -> list[int]:
    """An order any beginning of which is spread over 0..count - 1, so that a partial map covers the picture."""
    bits = max(1, (count - 1).bit_length())
    return [k for k in (int(f"{i:0{bits}b}"[::-1], 2) for i in range(1 << bits)) if k < count]


def _heatmap(total: Tensor, count: Tensor, request: Request) -> Heatmap:
    values = (total / count.clamp(min=1)).float().numpy()
    return Heatmap("Occlusion", values, signed=True, unit=f"drop in {request.target.output}")
