"""A map's pixels in their order, and the pictures that show the first of them or all but them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from salviewer.api import MeasureRequest
from salviewer.numeric.gaussian import blur

NO_ORDER = "The map has no contrast, so that its pixels have no order: there is no value."
BLUR = 0.05
"""Sigma of the background "blur", as a fraction of the shorter side."""
TIES = 0.02
"""Sigma, as a fraction of the shorter side, of the smoothed copy that breaks ties between pixels."""


def ranks(heatmap: np.ndarray) -> Tensor:
    """(*S) int64: 0 for the pixel with the greatest value. NaN comes last.

    Ties are broken by a smoothed copy of the map (the mask predictor's paper, section 4.1), then by reading order.
    """
    values = torch.from_numpy(np.ascontiguousarray(heatmap, dtype=np.float32))
    known = torch.isfinite(values)
    low = values[known].min() if bool(known.any()) else torch.tensor(0.0)
    filled = torch.where(known, values, low)
    smooth = blur(filled[None, None], TIES * min(filled.shape))[0, 0].flatten()
    first = torch.where(known, filled, -torch.inf).flatten()
    by_smooth = torch.argsort(smooth, descending=True, stable=True)
    order = by_smooth[torch.argsort(first[by_smooth], descending=True, stable=True)]
    found = torch.empty_like(order)
    found[order] = torch.arange(len(order))
    return found.reshape(values.shape)


def background(request: MeasureRequest, kind: str, sigma: float = BLUR) -> Tensor:
    """(1, C, *S) in the model's normalised space: what stands where the picture is taken away."""
    x = request.input.tensor
    if kind == "black":
        return request.model.encode(torch.zeros_like(x))
    return blur(x, sigma * min(x.shape[2:])) if kind == "blur" else torch.zeros_like(x)


def along(
    request: MeasureRequest, order: Tensor, shown: Tensor, hidden: Tensor, steps: int
) -> Iterator[tuple[int, Tensor]]:
    """Yield (inputs done, scores so far (done,)) of pictures k = 0 .. `steps`.

    Picture k shows `hidden` at the first k / steps of the pixels in `order` (*S), and `shown` elsewhere.
    """
    at = order.to(shown.device)
    counts = torch.round(torch.arange(steps + 1, device=shown.device) * (at.numel() / steps)).long()
    scores: list[Tensor] = []

    def step(part: slice) -> Tensor:
        taken = at < counts[part].view(-1, 1, *(1,) * at.ndim)
        return request.score(torch.where(taken, hidden, shown)).detach()

    for part, found in request.work.batched(steps + 1, step):
        scores.append(found.float())
        yield part.stop, torch.cat(scores)


def area(y: np.ndarray) -> float:
    """The area under y (n,) over equally spaced points from 0 to 1, by the trapezoid rule."""
    return float((y.sum() - (y[0] + y[-1]) / 2) / (len(y) - 1))
