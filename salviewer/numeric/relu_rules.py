"""ReLUs with another backward rule, whatever way the network calls them.

| rule | what a ReLU y = min(max(x, 0), c) sends back of R | source |
|---|---|---|
| plain | R where 0 < x < c | its own gradient |
| deconvnet | ReLU(R) | Zeiler, Fergus 2014, section 2.1 |
| guided | ReLU(R) where 0 < x < c | Springenberg et al. 2015, section 3.4 |

c is infinite, or 6 for a ReLU6, or what a hardtanh from 0 has. All else keeps its own gradient; max pooling sends back
through its switches, as both papers have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind, argument
from salviewer.numeric.call_order import CallOrder, Seen

Rule = Literal["plain", "deconvnet", "guided"]


class _RuledRelu(torch.autograd.Function):
    """min(max(x, 0), ceiling), with a backward rule."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, ceiling: float, rule: Rule) -> Tensor:
        ctx.rule = rule
        if rule != "deconvnet":
            ctx.save_for_backward((x > 0) & (x < ceiling))
        return x.clamp(0, ceiling)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        back = grads[0] if ctx.rule == "plain" else grads[0].clamp(min=0)
        return (back if ctx.rule == "deconvnet" else back * ctx.saved_tensors[0]), None, None


def ruled_relu(seen: Seen, rule: Rule) -> Any:
    """An answer for `CallOrder`: a ReLU with the rule in its graph; `NotImplemented` for all else."""
    if seen.call.kind is not Kind.RELU:
        return NotImplemented
    return _RuledRelu.apply(argument(seen.args, seen.kwargs, 0, "input", None), ceiling(seen), rule)


@contextmanager
def relu_rule(module: nn.Module, x: Tensor, rule: Rule, *, title: str) -> Iterator[CallOrder]:
    """Passes of `module` on x (N, C, *S) within the block have `rule` in their graphs; afterwards nothing is left.

    title: of the method, for messages. x: no leaf, where the network may change its input in place.

    Raises:
        UnsupportedModel: a call has no rule, cannot be seen, or no ReLU was met at all.
    """
    with CallOrder(module, (x,), partial(ruled_relu, rule=rule), title=title) as order:
        yield order
    if not any(call.kind is Kind.RELU for call in order.calls):
        raise UnsupportedModel(
            f"{title} changes how ReLUs are differentiated, and this network has none that depends on its input: "
            "choose the plain gradient, which would be the same.",
            code="no-relu",
        )


def ceiling(seen: Seen) -> float:
    """The greatest value that a ReLU-like call lets pass."""
    if seen.call.name == "hardtanh":
        return float(argument(seen.args, seen.kwargs, 2, "max_val", 1.0))
    return 6.0 if seen.call.name == "relu6" else float("inf")
