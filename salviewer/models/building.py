"""Build a family's networks without spending time on random weights, or any memory at all where only shapes count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from salviewer.api import ArchitectureFamily
from salviewer.errors import PluginError, SalViewerError

_FILLS: Final = frozenset(
    {
        torch.Tensor.normal_,
        torch.Tensor.uniform_,
        torch.Tensor.erfinv_,
        nn.init.normal_,
        nn.init.uniform_,
        nn.init.trunc_normal_,
        nn.init.kaiming_normal_,
        nn.init.kaiming_uniform_,
        nn.init.xavier_normal_,
        nn.init.xavier_uniform_,
    }
)


def build_unfilled(family: ArchitectureFamily, name: str, classes: int | None) -> nn.Module:
    """The network on the CPU with weights of any value: each of them must be overwritten."""
    with _Unfilled():
        return _build(family, name, classes)


def build_random(family: ArchitectureFamily, name: str, classes: int | None, seed: int = 0) -> nn.Module:
    """The untrained network, the same for the same seed; the global random state stays as it is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _build(family, name, classes)


def shapes_of(family: ArchitectureFamily, name: str) -> dict[str, torch.Size]:
    """The shapes of the weights of the network with its default number of classes, by key."""
    try:
        with _Unfilled(empty_device="meta"):
            module = _build(family, name, None)
    except PluginError:  # a network may compute with what is not there
        module = build_unfilled(family, name, None)
    return {key: tensor.shape for key, tensor in module.state_dict().items()}


def _build(family: ArchitectureFamily, name: str, classes: int | None) -> nn.Module:
    try:
        return family.build(name, classes)
    except SalViewerError:
        raise
    except Exception as e:  # a family is a plugin
        raise PluginError(f"The network “{name}” could not be built: {e}.", code="build") from e


class _Unfilled(TorchFunctionMode):
    """Skips random filling, which takes seconds for large networks and draws from the global random state.

    With `empty_device` "meta", what layers allocate unfilled takes no memory; other tensors, whose values networks may
    look at while they are built, are real.
    """

    def __init__(self, empty_device: str = "cpu") -> None:
        super().__init__()
        self._empty_device = empty_device

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in _FILLS:
            return args[0] if args else kwargs["tensor"]
        if func is torch.empty and kwargs.get("device") is None:
            kwargs = {**kwargs, "device": self._empty_device}
        return func(*args, **kwargs)
