"""The objective of meaningful perturbation over several inputs and targets at once.

    deletion:      l1 sum (1 - m)  +  tv sum |dm|^beta  +  f_c(phi(x, m))
    preservation:  l1 sum m        +  tv sum |dm|^beta  -  f_c(phi(x, m))
    phi(x, m) = x * M + a * (1 - M),   M = smoothed(enlarged(m))

m has one value per cell; the sums are over cells, the differences dm between neighbours along each axis.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from salviewer.api import Request
from salviewer.errors import UnsupportedModel
from salviewer.numeric.gaussian import blur
from salviewer_plugins.mask_predictor.backgrounds import blurred
from salviewer_plugins.mask_predictor.meaningful_perturbation_params import MeaningfulPerturbationParams

STRONG = 10.0
"""Sigma of the background "strong blur", in pixels."""
MODES = {2: "bilinear", 3: "trilinear"}


class Game:
    """The objective about `requests`, one row each, all of one network and of one shape.

    x, a: (N, C, *S), inputs and what stands where they are deleted. uniform: rows whose blur is the input itself, so
    that they have the mean colour for a background.
    """

    def __init__(self, requests: Sequence[Request], params: MeaningfulPerturbationParams) -> None:
        self.requests, self.params = tuple(requests), params
        self.x = torch.cat([r.input.tensor for r in requests]).detach()
        self.size = tuple(self.x.shape[2:])
        self.deletes = params.game == "deletion"
        self.a, self.uniform = _background(self.x, params.background)
        self._draws = [torch.Generator().manual_seed(r.seed) for r in requests]
        self._sigma, self._shift = params.smoothing * min(self.size), params.shift(self.size)

    def whole(self) -> Tensor:
        """(N, 1, *cells): masks that keep the whole picture."""
        return torch.ones(len(self.x), 1, *self.params.grid(self.size), device=self.x.device)

    def masks(self, radius: float) -> Tensor:
        """(N, 1, *cells): nothing deleted, or preserved, but a circle in the middle.

        radius: in shares of the half diagonal; 0 gives no circle, 1 nothing but circle.
        """
        cells = self.params.grid(self.size)
        axes = [(torch.arange(n) + 0.5) * s / n - s / 2 for n, s in zip(cells, self.size, strict=True)]
        squared = sum(d**2 for d in torch.meshgrid(*axes, indexing="ij"))
        inside = squared < (radius / 2) ** 2 * sum(s * s for s in self.size)  # type: ignore[operator]
        circle = (~inside if self.deletes else inside).float().to(self.x.device)
        return circle.expand(len(self.x), 1, *cells).clone()

    def enlarged(self, masks: Tensor) -> Tensor:
        """(N, 1, *S) in 0..1, from masks (N, 1, *cells)."""
        large = F.interpolate(masks, self.size, mode=MODES[len(self.size)], align_corners=False)
        return blur(large, self._sigma) if self._sigma > 0 else large

    def regulariser(self, masks: Tensor) -> Tensor:
        """(N,): what masks (N, 1, *cells) cost whatever the network says."""
        used = (1 - masks if self.deletes else masks).abs().flatten(1).sum(1)
        steps = [masks.diff(dim=axis).abs().pow(self.params.beta).flatten(1).sum(1) for axis in range(2, masks.ndim)]
        return self.params.l1 * used + self.params.tv * torch.stack(steps).sum(0)

    @torch.no_grad()
    def scores(self, masks: Tensor) -> Tensor:
        """(N,): each row's target under its mask, without jitter."""
        return self._scores(self._mixed(self.x, self._hidden(), masks))

    def gradient(self, masks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Objective (N,), its gradient with respect to the masks, and the part of that which is the score's.

        The input is shifted and the noise drawn anew at each call. Raises `UnsupportedModel` where the network cannot
        be differentiated.
        """
        m = masks.detach().requires_grad_()
        x, a = self._jittered()
        sign = 1 if self.deletes else -1
        with torch.enable_grad():
            scores = self._scores(self._mixed(x, a, m))
            if not scores.requires_grad:
                raise UnsupportedModel(
                    "The network's outputs cannot be differentiated with respect to its input: choose a method that "
                    "needs outputs alone, such as GLAS or occlusion.",
                    code="no-gradient",
                )
            (of_scores,) = torch.autograd.grad(sign * scores.sum(), m)
            cost = self.regulariser(m)
            (of_cost,) = torch.autograd.grad(cost.sum(), m)
        return (cost + sign * scores).detach(), of_scores + of_cost, of_scores

    def _mixed(self, x: Tensor, a: Tensor, masks: Tensor) -> Tensor:
        return a + (x - a) * self.enlarged(masks)

    def _scores(self, x: Tensor) -> Tensor:
        logits = self.requests[0].model(x)
        return torch.cat([r.score_of(logits[i : i + 1]) for i, r in enumerate(self.requests)])

    def _hidden(self) -> Tensor:
        """What stands where the masks are 0; noise is drawn anew."""
        if self.params.background != "noise":
            return self.a
        noise = [torch.randn(self.x.shape[1:], generator=draw) for draw in self._draws]
        return torch.stack(noise).to(self.x.device, self.x.dtype)

    def _jittered(self) -> tuple[Tensor, Tensor]:
        """Inputs and backgrounds, each row shifted as its own generator says, edges repeated."""
        a = self._hidden()
        if not self._shift:
            return self.x, a
        low = -(self._shift // 2)
        rows = []
        for i, draw in enumerate(self._draws):
            offsets = torch.randint(low, low + self._shift + 1, (len(self.size),), generator=draw).tolist()
            rows.append(_shifted(torch.stack([self.x[i], a[i]]), offsets))
        both = torch.stack(rows, dim=1)
        return both[0], both[1]


def _background(x: Tensor, kind: str) -> tuple[Tensor, list[bool]]:
    """(N, C, *S), and by row whether the input is without any structure that a blur could take away."""
    if kind not in ("blur", "strong blur"):
        return torch.zeros_like(x), [False] * len(x)
    a = blurred(x) if kind == "blur" else blur(x, STRONG)
    span = x.flatten(1).abs().amax(1)
    uniform = (x - a).flatten(1).abs().amax(1) <= 1e-5 * span
    a[uniform] = 0
    return a, uniform.tolist()


def _shifted(pair: Tensor, offsets: Sequence[int]) -> Tensor:
    """`pair` (2, C, *S) moved by `offsets` pixels along the axes of S, its edges repeated."""
    for axis, offset in enumerate(offsets, start=2):
        n = pair.shape[axis]
        places = (torch.arange(n, device=pair.device) - offset).clamp(0, n - 1)
        pair = pair.index_select(axis, places)
    return pair
