"""Build a family's networks without spending time or memory on random weights that a file will replace anyway."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from salviewer.api import ArchitectureFamily
from salviewer.errors import PluginError, SalViewerError


def build_random(family: ArchitectureFamily, name: str, classes: int | None, seed: int = 0) -> nn.Module:
    """The untrained network, the same for the same seed; the global random state stays as it is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _build(family, name, classes)


def build_hollow(family: ArchitectureFamily, name: str, classes: int | None) -> nn.Module:
    """The network with weights that have shapes but no memory ("meta"), where it lets itself be built so."""
    try:
        with torch.random.fork_rng(devices=[]), _Hollow():
            return _build(family, name, classes)
    except PluginError:  # it computes with its weights while it is built
        return build_random(family, name, classes)


def fill_hollow(module: nn.Module, keys: Collection[str]) -> bool:
    """Give every weight of a hollow network memory, of any content: those under `keys` are about to be written.

    Returns False, having done nothing, where something else is hollow too: its values would be missed.
    """
    hollow = [(prefix + name, part, name, t) for prefix, part, name, t in _tensors(module) if t.is_meta]
    if not all(key in keys for key, *_ in hollow):
        return False
    made: dict[int, Tensor] = {}
    for _, part, name, tensor in hollow:
        if id(tensor) not in made:  # shared weights stay shared
            empty = torch.empty_like(tensor, device="cpu")
            made[id(tensor)] = nn.Parameter(empty, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else empty
        setattr(part, name, made[id(tensor)])
    return True


def _tensors(module: nn.Module) -> Iterator[tuple[str, nn.Module, str, Tensor]]:
    """(prefix of its key, owner, name, tensor) of all weights and buffers, and of tensors kept as plain attributes."""
    for path, part in module.named_modules():
        prefix = f"{path}." if path else ""
        for table in (part._parameters, part._buffers, vars(part)):
            yield from ((prefix, part, name, t) for name, t in list(table.items()) if isinstance(t, Tensor))


def _build(family: ArchitectureFamily, name: str, classes: int | None) -> nn.Module:
    try:
        return family.build(name, classes)
    except SalViewerError:
        raise
    except Exception as e:  # a family is a plugin
        raise PluginError(f"The network “{name}” could not be built: {e}.", code="build") from e


class _Hollow(TorchFunctionMode):
    """What layers allocate to be filled later takes no memory; tensors with values are real."""

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.empty and kwargs.get("device") is None:
            kwargs = {**kwargs, "device": "meta"}
        return func(*args, **kwargs)
