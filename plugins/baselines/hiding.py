"""Inputs of which parts are hidden: hidden + (x - hidden) * shown, one batch at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from salviewer.api import Request
from salviewer.numeric.gaussian import blur

BLUR = 0.05
"""Sigma of the fill "blur", as a fraction of the shorter side."""
RAW = {"black": 0.0, "grey": 0.5}
"""Fills that are one value of the raw picture, in 0..1."""


class Hiding:
    """What a request's input looks like through masks.

    kind: "mean", "black", "grey" or "blur", see `salviewer_plugins.baselines.perturbation_params`.
    """

    def __init__(self, request: Request, kind: str) -> None:
        x = request.input.tensor
        self._hidden = hidden(request, kind)
        self._rays = x if self._hidden is None else x - self._hidden

    def inputs(self, shown: Tensor) -> Tensor:
        """(n, C, *S) from `shown` (n, *S) in 0..1; 1 keeps a pixel.

        The product follows the masks' plain layout: over three interleaved channels it takes longer than the network's
        first convolution takes to reorder it.
        """
        shown = shown[:, None]
        return self._rays * shown if self._hidden is None else torch.addcmul(self._hidden, self._rays, shown)


def hidden(request: Request, kind: str) -> Tensor | None:
    """What stands where nothing is shown, (1, C, *S) in the normalised space; None is its zero, the mean colour."""
    x = request.input.tensor
    if kind in RAW:
        return request.model.encode(torch.full_like(x, RAW[kind]))
    return blur(x, BLUR * min(x.shape[2:])) if kind == "blur" else None
