"""The score of a masked picture, and its gradient with respect to the mask, defended or not.

Where a probability is tiny so is its gradient in every layer: below 1e-38 digits are lost, and a processor takes a
hundred times as long for such numbers. So the backward pass is that of the score times a power of two, which brings it
near 1, and the gradient is divided by it at the end. That changes no digit of a gradient that had all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Final

import torch
from torch import Tensor

from salviewer.api import Request
from salviewer.errors import UnsupportedModel
from salviewer.numeric.defended_gradients import Defence
from salviewer_plugins.fgvis.games import Stakes

TITLE: Final = "FGVis"
MOST: Final = 126
"""The power of two by which a score is lifted at most: float32 has hardly more."""


class Similarity:
    """Pictures and targets, one row each, of one network. `passes` counts the rows' passes through it.

    x: (N, C, *S), in the model's normalised space. shared: whether all channels have one mask.
    defended: whether gradients are filtered; `undefended` says why not where they were to be, and `defence` is None
    then.
    """

    def __init__(self, requests: Sequence[Request], *, shared: bool, defended: bool) -> None:
        self.requests, self.passes, self.undefended = tuple(requests), 0, ""
        module = requests[0].model.module
        if module is None:
            raise UnsupportedModel("Of this model only the outputs can be had, not its layers.", code="needs-module")
        self.x = torch.cat([r.input.tensor for r in requests]).detach()
        self._shared = shared
        self.defence = Defence(module, TITLE) if defended else None

    def masks(self, value: float) -> Tensor:
        """(N, C, *S), or (N, 1, *S) where channels share theirs, all `value`."""
        return torch.full_like(self.x[:, :1] if self._shared else self.x, value)

    @torch.no_grad()
    def stakes(self) -> Stakes:
        """What the pictures have to lose; their activations are remembered. A second pass where scores are no p."""
        try:
            with self.defence.recording(self.x) if self.defence else nullcontext():
                logits = self._run(self.x.clone())
        except UnsupportedModel as e:
            if e.code != "no-nonlinearity":
                raise
            self.defence, self.undefended = None, _LINEAR
            logits = self._run(self.x.clone())
        whole = self._scores(logits)
        probability = all(r.target.output == "probability" for r in self.requests)
        base = torch.zeros_like(whole) if probability else self._scores(self._run(torch.zeros_like(self.x)))
        return Stakes(whole, base, probability)

    def gradient(self, masks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores (N,), their gradients with respect to the masks, and logits (N, K) of masks * x.

        Raises:
            UnsupportedModel: the network's outputs cannot be differentiated.
        """
        e = (masks * self.x).requires_grad_()
        with torch.enable_grad():
            fed = e.clone()  # no leaf: a network may change its input in place
            with self.defence.filtering(fed) if self.defence else nullcontext():
                logits = self._run(fed)
            scores = self._scores(logits)
            if not scores.requires_grad:
                raise UnsupportedModel(
                    "The network's outputs cannot be differentiated with respect to its input: choose a method that "
                    "needs outputs alone, such as GLAS or occlusion.",
                    code="no-gradient",
                )
            lift = self._lift(scores, logits.dtype)
            (gradient,) = torch.autograd.grad(scores, e, lift)
        found = gradient / lift.to(gradient).view(-1, *(1,) * (e.ndim - 1)) * self.x
        return scores.detach(), found.sum(dim=1, keepdim=True) if self._shared else found, logits.detach()

    def _run(self, x: Tensor) -> Tensor:
        self.passes += len(x)
        return self.requests[0].model(x)

    def _lift(self, scores: Tensor, dtype: torch.dtype) -> Tensor:
        """Powers of two (N,), 1 or more, by which probabilities come to 0.5..1, or as near as `dtype` can hold."""
        if any(r.target.output != "probability" for r in self.requests):
            return torch.ones_like(scores)
        most = min(MOST, math.frexp(torch.finfo(dtype).max)[1] - 2)
        exponents = (math.frexp(score)[1] for score in scores.tolist())
        return torch.tensor([2.0 ** -max(-most, min(0, n)) for n in exponents]).to(scores)

    def _scores(self, logits: Tensor) -> Tensor:
        """(N,): each row's own target."""
        return torch.cat([r.score_of(logits[i : i + 1]) for i, r in enumerate(self.requests)])


_LINEAR = (
    "This network has no non-linearity, so there are no activations to keep within those of the picture: the gradient "
    "is the same everywhere, no evidence can be made up, and the defence had nothing to do."
)
