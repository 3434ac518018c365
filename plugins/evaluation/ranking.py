"""A map's pixels in their order, and the pictures that show the first of them or all but them."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Explanation, MeasureRequest
from salviewer.numeric.gaussian import blur

NO_ORDER = "The map has no contrast, so that its pixels have no order: there is no value."
BLUR = 0.05
"""Sigma of the background "blur", as a fraction of the shorter side."""
TIES = 0.02
"""Sigma, as a fraction of the shorter side, of the smoothed copy that breaks ties between pixels."""


class _Last(threading.local):
    """The explanation that was ranked last on this thread, and the ranks: several metrics ask about one in turn."""

    explanation: Callable[[], Explanation | None] = staticmethod(lambda: None)
    ranks: np.ndarray = np.empty(0)


_last = _Last()


def ranks_of(request: MeasureRequest) -> Tensor:
    """`ranks` of the request's map."""
    if _last.explanation() is not request.explanation or _last.ranks.shape != request.heatmap.shape:
        _last.ranks, _last.explanation = ranks(request.heatmap), weakref.ref(request.explanation)
    return torch.from_numpy(_last.ranks)


def ranks(heatmap: np.ndarray) -> np.ndarray:
    """(*S) int64: 0 for the pixel with the greatest value. NaN comes last.

    Ties are broken by a smoothed copy of the map (the mask predictor's paper, section 4.1), then by reading order.
    """
    values = np.asarray(heatmap, dtype=np.float32)
    known = np.isfinite(values)
    order, group = _in_order(np.where(known, -values, np.inf).ravel())
    if group[-1] < len(group) - 1:
        filled = np.where(known, values, values.min(where=known, initial=np.inf) if known.any() else 0.0)
        smooth = blur(torch.from_numpy(filled)[None, None], TIES * min(filled.shape))[0, 0].numpy().ravel()
        both = np.empty(len(group), np.int64)
        both[order] = group << 32
        order, _ = _in_order(both + _sortable(-smooth))
    found = np.empty_like(order)
    found[order] = np.arange(len(order))
    return found.reshape(values.shape)


def _in_order(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(order, group) (n,) int64: indices by rising key, equal keys by index; the number of distinct keys before each.

    As a stable argsort, of which numpy's is four times slower than its unstable one and a sort of the groups.
    """
    order = np.argsort(keys)
    ordered = keys[order]
    group = np.zeros(len(keys), np.int64)
    np.cumsum(ordered[1:] != ordered[:-1], out=group[1:])
    return np.sort((group << 32) + order) & 0xFFFFFFFF, group


def _sortable(values: np.ndarray) -> np.ndarray:
    """Int64 in 0..2^32 - 1 with the order of `values` (n,) float32, none of them NaN."""
    bits = (values + np.float32(0.0)).view(np.int32).astype(np.int64)  # -0 counts as 0
    return np.where(bits < 0, ~bits & 0x7FFFFFFF, bits + 0x80000000)


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
    exact = torch.float32 if order.numel() < 2**24 else torch.float64  # holds every rank
    at = order.to(shown.device, exact)
    counts = torch.round(torch.arange(steps + 1, device=shown.device) * (at.numel() / steps)).to(exact)
    scores: list[Tensor] = []

    def step(part: slice) -> Tensor:
        taken = (counts[part].view(-1, 1, *(1,) * at.ndim) - at).clamp_(0, 1).to(shown.dtype)
        return request.score(torch.lerp(shown, hidden, taken)).detach()  # exact at 0 and 1, and 14 x as fast as where

    for part, found in request.work.batched(steps + 1, step):
        scores.append(found.float())
        yield part.stop, torch.cat(scores)


def area(y: np.ndarray) -> float:
    """The area under y (n,) over equally spaced points from 0 to 1, by the trapezoid rule."""
    return float((y.sum() - (y[0] + y[-1]) / 2) / (len(y) - 1))
