"""ReLUs with another backward rule, found by the order of calls, whatever way the network calls them.

Module hooks miss shared and functional ReLUs. Here every call of a torch function during a forward pass is seen; ReLUs
get the rule, and every other call is sorted into what is known to be harmless for it. What is not known is refused with
its name and its place in the order, rather than given a plain gradient in silence; so is a tensor that appears from
nowhere (made by numpy, or inside a scripted part, whose calls cannot be seen).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from salviewer.errors import UnsupportedModel

Rule = Literal["guided", "deconvnet"]

RELUS: Final = frozenset({"relu", "relu_", "relu6", "hardtanh", "hardtanh_"})


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_POOLS = frozenset(f"{how}{kind}_pool{n}d" for how in ("", "adaptive_") for kind in ("avg", "max") for n in (1, 2, 3))
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "convolution": _words("conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d"),
    "linear": _words("linear matmul mm bmm addmm mv dot einsum tensordot __matmul__"),
    "normalisation": _words("batch_norm layer_norm group_norm instance_norm local_response_norm _verify_batch_size"),
    "pooling": _POOLS
    | _words("boolean_dispatch max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices")
    | _words("_max_pool1d _max_pool2d _max_pool3d _adaptive_max_pool1d _adaptive_max_pool2d _adaptive_max_pool3d"),
    "dropout": _words("dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout"),
    "shape": _words(
        "flatten view reshape permute transpose t T mT movedim cat concat concatenate stack chunk split tensor_split",
        "unbind squeeze unsqueeze expand expand_as repeat repeat_interleave contiguous clone select narrow roll flip",
        "index_select __getitem__ pad pixel_shuffle pixel_unshuffle channel_shuffle interpolate upsample unfold fold",
        "to float double type type_as",
    ),
    "arithmetic": _words(
        "add add_ sub sub_ mul mul_ div div_ neg __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__",
        "__imul__ __truediv__ __itruediv__ __neg__ sum mean square rsub true_divide",
    ),
    "harmless": _words(
        "device size dim ndimension numel is_floating_point is_complex stride storage_offset element_size __len__",
        "get_device is_contiguous zeros ones empty arange full zeros_like ones_like empty_like tensor detach",
        "requires_grad_ __format__ __repr__ __hash__ is_nonzero untyped_storage",
    ),
}
"""Calls that need no rule of their own, by what they are."""

_ALLOWED: Final = frozenset().union(*KNOWN.values())


class _Guided(torch.autograd.Function):
    """min(max(x, low), high), whose backward pass lets through what is positive, where the forward pass did."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, low: float, high: float) -> Tensor:
        ctx.save_for_backward((x > low) & (x < high))
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (open_,) = ctx.saved_tensors
        return grads[0].clamp(min=0) * open_, None, None


class _Deconvnet(torch.autograd.Function):
    """min(max(x, low), high), whose backward pass is a ReLU of what comes back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, low: float, high: float) -> Tensor:
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        return grads[0].clamp(min=0), None, None


class CallOrder(TorchFunctionMode):
    """Sees every call within a `with` block. `rewritten` counts ReLUs, `calls` names all calls in their order."""

    def __init__(self, rule: Rule, known: list[Tensor]) -> None:
        super().__init__()
        self.rewritten = 0
        self.calls: list[str] = []
        self._rule: Callable[..., Tensor] = (_Guided if rule == "guided" else _Deconvnet).apply
        self._known = {id(t) for t in known}
        self._held: list[Tensor] = list(known)  # an id is only worth something while its tensor lives

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run `func`, with the rule if it is a ReLU. Raises `UnsupportedModel` where it is not known."""
        kwargs = kwargs or {}
        name = getattr(func, "__name__", str(func))
        if name == "__get__":
            return func(*args, **kwargs)
        self.calls.append(name)
        self._check_origin(name, args)
        if name in RELUS:
            self.rewritten += 1
            found = self._relu(name, args, kwargs)
        elif name in _ALLOWED:
            found = func(*args, **kwargs)
        else:
            raise UnsupportedModel(
                f"The network calls “{name}” (call {len(self.calls)} of its forward pass), for which this method has "
                f"no rule: it works on networks of convolutions, pooling and ReLUs. Choose a gradient method instead.",
                code="no-rule",
            )
        self._learn(found)
        return found

    def _relu(self, name: str, args: Any, kwargs: Any) -> Tensor:
        x = args[0] if args else kwargs["input"]
        low, high = 0.0, float("inf")
        if name == "relu6":
            high = 6.0
        elif name.startswith("hardtanh"):
            low = float(args[1] if len(args) > 1 else kwargs.get("min_val", -1.0))
            high = float(args[2] if len(args) > 2 else kwargs.get("max_val", 1.0))
        out = self._rule(x, low, high)
        in_place = name.endswith("_") or kwargs.get("inplace", False)
        return x.copy_(out) if in_place else out

    def _check_origin(self, name: str, args: Any) -> None:
        for value in _tensors(args):
            if id(value) not in self._known and not isinstance(value, nn.Parameter):
                raise UnsupportedModel(
                    f"A part of the network works unseen: “{name}” (call {len(self.calls)} of its forward pass) gets a "
                    f"value that no torch call made (numpy, or TorchScript). Choose a method that needs outputs alone.",
                    code="unseen-part",
                )

    def _learn(self, found: Any) -> None:
        for value in _tensors((found,)):
            self._known.add(id(value))
            self._held.append(value)


@contextmanager
def relu_rule(module: nn.Module, x: Tensor, rule: Rule) -> Iterator[CallOrder]:
    """Forward passes of `module` on `x` within the block have `rule` in their graphs; afterwards nothing is left of it.

    "guided": what is positive comes back, where the forward pass was positive (Springenberg et al. 2015, Figure 1).
    "deconvnet": what is positive comes back (Zeiler, Fergus 2014, section 2.1). Max pooling sends back through its
    switches in both, as its own gradient does.
    """
    with CallOrder(rule, [x, *module.parameters(), *module.buffers()]) as order:
        yield order


def _tensors(values: Any) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
