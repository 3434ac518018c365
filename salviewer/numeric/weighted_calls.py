"""What the calls of a ReLU network compute, as a method needs it that hands something down: weights, factors, sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import torch
from torch import Tensor

from salviewer.numeric.call_kinds import Kind, argument
from salviewer.numeric.call_order import Seen, refused
from salviewer.numeric.handing_down import Weights

_AVERAGES: Final = frozenset({"mean", "sum"}) | {f"{a}avg_pool{n}d" for a in ("", "adaptive_") for n in (1, 2, 3)}
_ROUTED: Final = frozenset({"max", "amax"}) | {
    f"{a}max_pool{n}d{b}" for a in ("", "adaptive_") for n in (1, 2, 3) for b in ("", "_with_indices")
}
_WEIGHTED: Final = frozenset({"linear", "matmul", "mm"})


class Scaled(NamedTuple):
    """x times one constant factor per value."""

    x: Tensor
    factors: Tensor


class Normalised(NamedTuple):
    """x (N, C, *S) times a factor (C,) per channel, plus a shift (C,)."""

    x: Tensor
    factors: Tensor
    shift: Tensor


class Averaged(NamedTuple):
    """`pool(x)`, linear, all its weights positive."""

    x: Tensor
    pool: Callable[[Tensor], Tensor]


class Added(NamedTuple):
    """The sum of two values that both depend on the input."""

    one: Tensor
    other: Tensor


class Passed(NamedTuple):
    """x, to which a constant may have been added."""

    x: Tensor


def weights_of(seen: Seen, title: str) -> tuple[Tensor, Weights]:
    """(its input, its weights) of a convolution or linear layer. Raises `UnsupportedModel` for other calls."""
    func, call = seen.func, seen.call
    a, w, b = (argument(seen.args, seen.kwargs, i, n, None) for i, n in enumerate(("input", "weight", "bias")))
    if w is None or not seen.depends(a) or (call.kind is Kind.LINEAR and call.name not in _WEIGHTED):
        raise refused(title, call)
    if call.name in ("matmul", "mm"):
        return a, Weights(w, torch.matmul, None)
    rest = seen.args[3:]
    more = {k: v for k, v in seen.kwargs.items() if k not in ("input", "weight", "bias")}
    turned = "transpose" in call.name
    axis = None if turned and argument(seen.args, seen.kwargs, 6, "groups", 1) != 1 else int(turned)
    own = None if b is None else b.detach().view(-1, *(1,) * (w.ndim - 2))
    return a, Weights(w, lambda x, v: func(x, v, None, *rest, **more), axis, own)


def normalised(seen: Seen, title: str) -> Normalised:
    """A batch normalisation by its running statistics. Raises `UnsupportedModel` for any other normalisation."""
    if seen.call.name != "batch_norm" or argument(seen.args, seen.kwargs, 5, "training", False):
        raise refused(title, seen.call)
    names = ("input", "running_mean", "running_var", "weight", "bias")
    x, mean, var, gamma, beta = (argument(seen.args, seen.kwargs, i, n, None) for i, n in enumerate(names))
    if var is None:
        raise refused(title, seen.call)
    factors = (var + argument(seen.args, seen.kwargs, 7, "eps", 1e-5)).rsqrt()
    factors = (factors if gamma is None else factors * gamma).detach()
    shift = -mean * factors
    return Normalised(x, factors, shift if beta is None else shift + beta.detach())


def averaged(seen: Seen, title: str) -> Averaged | None:
    """A pooling that averages or sums; None for a max pooling. Raises `UnsupportedModel` for others."""
    name = seen.call.name
    if name in _ROUTED:
        return None
    smooth = name in ("interpolate", "upsample") and seen.kwargs.get("mode", "nearest") != "bicubic"
    if name not in _AVERAGES and not smooth:
        raise refused(title, seen.call)
    func, rest = seen.func, seen.args[1:]
    more = {k: v for k, v in seen.kwargs.items() if k != "input"}
    return Averaged(argument(seen.args, seen.kwargs, 0, "input", None), lambda values: func(values, *rest, **more))


def arithmetic(seen: Seen, title: str) -> Passed | Added | Scaled:
    """A sum, a constant added or multiplied, or a dropout that is off. Raises `UnsupportedModel` for others."""
    name, args = seen.call.name, seen.args
    if "dropout" in name and not argument(args, seen.kwargs, 2, "training", True):
        return Passed(args[0])
    if len(args) != 2 or seen.kwargs.get("alpha", 1) != 1 or seen.kwargs.get("rounding_mode"):
        raise refused(title, seen.call)
    first, second = (seen.depends(value) for value in args)
    if first and second and name == "add":
        return Added(*args)
    if not (first and second) and (name in ("add", "radd") or (first and name in ("sub", "subtract"))):
        return Passed(args[0] if first else args[1])
    if name in ("mul", "multiply", "rmul") or (not second and name in ("div", "divide", "true_divide", "truediv")):
        x, constant = args if first else args[::-1]
        factors = torch.as_tensor(constant, dtype=x.dtype, device=x.device).detach()
        return Scaled(x, factors if "mul" in name else 1 / factors)
    raise refused(title, seen.call)
