"""What the layers of a network give: which of them are maps, and their outputs caught for the length of a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from salviewer.errors import UnsupportedModel
from salviewer.numeric.layer_names import unknown_layer


@dataclass(frozen=True)
class Layer:
    """A module's output. name: dotted; shape: (C, *S) as a map; tokens: "", "sequence" or "last", see `as_map`."""

    name: str
    shape: tuple[int, ...]
    tokens: str = ""


@dataclass
class Caught:
    """The output of one layer, of its last call. `calls`: how often it was called."""

    output: Tensor | None = None
    calls: int = 0


_KNOWN: Final[WeakKeyDictionary[nn.Module, tuple[Any, tuple[Layer, ...]]]] = WeakKeyDictionary()
"""By network: what its layers were found out for (its parts, the input's shape), and the layers."""


def layers(module: nn.Module, x: Tensor) -> tuple[Layer, ...]:
    """Every module whose output for x (1, C, *S) is a map or a sequence of tokens, in the order in which they run.

    Found out by one pass, and kept until the network has other parts or the input another shape.
    """
    about = (x.shape, tuple(map(id, module.modules())))
    known = _KNOWN.get(module)
    if known is None or known[0] != about:
        known = about, _found_out(module, x)
        _KNOWN[module] = known
    return known[1]


def _found_out(module: nn.Module, x: Tensor) -> tuple[Layer, ...]:
    seen: dict[str, tuple[int, ...]] = {}
    handles = []

    def note(name: str) -> Any:
        def hook(_: nn.Module, __: Any, output: Any) -> None:
            if isinstance(output, Tensor) and output.is_floating_point():
                seen.pop(name, None)
                seen[name] = tuple(output.shape)

        return hook

    try:
        for name, part in module.named_modules():
            if name:
                handles.append(part.register_forward_hook(note(name)))
        with torch.no_grad():
            module(x)
    finally:
        for handle in handles:
            handle.remove()
    dims = x.ndim - 2
    found = (_as_layer(name, shape, dims, tuple(x.shape[2:])) for name, shape in seen.items())
    return tuple(layer for layer in found if layer is not None)


def last_map(module: nn.Module, x: Tensor, classes: int = 0) -> Layer:
    """The last layer whose output is still a map of features, as class activation methods want it.

    Of modules with one and the same output the outermost is taken, so that a block stands for its last operation. Maps
    of `classes` channels (a network that classifies each place) and plain averages of maps are passed over.
    Raises `UnsupportedModel` where no layer gives a map.
    """
    found = [layer for layer in layers(module, x) if max(layer.shape[1:]) > 1]
    if not found:
        raise UnsupportedModel(
            "No layer of this network gives a map of the picture (a grid of features): choose a method that needs "
            "outputs alone, such as GLAS or occlusion.",
            code="no-map",
        )
    plain = [layer for layer in found if not layer.tokens]
    pools = (nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d, nn.AvgPool2d, nn.AvgPool3d, nn.modules.dropout._DropoutNd)
    features = [p for p in plain if p.shape[0] != classes and not isinstance(module.get_submodule(p.name), pools)]
    maps = features or plain or found
    if any(layer.tokens for layer in found) and len(found) > 2 * len(maps):
        return _last_block(found)
    return maps[-1]


def _last_block(found: list[Layer]) -> Layer:
    """Of a transformer: the norm that the last block begins with, since past it the tokens no longer mix."""
    norms = [layer for layer in found if layer.tokens and layer.name.rpartition(".")[2] in ("norm1", "ln_1")]
    return norms[-1] if norms else [layer for layer in found if layer.tokens][-1]


def named_layer(module: nn.Module, x: Tensor, name: str, classes: int = 0) -> Layer:
    """The layer called `name`, or `last_map` for "". Raises `InvalidChoice` naming some that there are."""
    if not name:
        return last_map(module, x, classes)
    found = layers(module, x)
    for layer in found:
        if layer.name == name:
            return layer
    raise unknown_layer(name, [layer.name for layer in found])


@contextmanager
def caught(module: nn.Module, name: str, *, gradients: bool = False) -> Iterator[Caught]:
    """The output of submodule `name`, of its last call, whenever `module` runs within the block.

    What follows gets a copy, so that an in-place ReLU does not change what was caught. `gradients`: the output becomes
    the leaf of what follows, so that a gradient with respect to it goes back no further.
    """
    kept = Caught()

    def hook(_: nn.Module, __: Any, output: Tensor) -> Tensor:
        kept.output = output.detach().requires_grad_() if gradients else output
        kept.calls += 1
        return kept.output.clone()

    handle = module.get_submodule(name).register_forward_hook(hook)
    try:
        yield kept
    finally:
        handle.remove()


def as_map(output: Tensor, layer: Layer) -> Tensor:
    """A layer's output as (N, C, *S): tokens are laid out as the grid that they stand for, class tokens dropped."""
    if not layer.tokens:
        return output
    if layer.tokens == "last":
        return output.movedim(-1, 1)
    grid = layer.shape[1:]
    count = 1
    for n in grid:
        count *= n
    patches = output[:, output.shape[1] - count :]
    return patches.transpose(1, 2).reshape(len(output), -1, *grid)


def _as_layer(name: str, shape: tuple[int, ...], dims: int, size: tuple[int, ...]) -> Layer | None:
    """What an output of `shape` is; None where it is no map.

    Of (N, A, B, C) the last axis is taken for the channels where (A, B) is a smaller copy of the input's shape and
    (B, C) is not.
    """
    if len(shape) == dims + 2:
        if _is_grid(shape[1:-1], size) and not _is_grid(shape[2:], size):
            return Layer(name, (shape[-1], *shape[1:-1]), "last")
        return Layer(name, shape[1:])
    if len(shape) == 3 and (grid := _grid_of(shape[1], size)):
        return Layer(name, (shape[2], *grid), "sequence")
    return None


def _is_grid(spatial: tuple[int, ...], size: tuple[int, ...]) -> bool:
    """Whether `spatial` is `size` divided by one and the same factor."""
    if min(spatial) < 2:
        return False
    factors = [n / s for n, s in zip(size, spatial, strict=True)]
    return max(factors) - min(factors) < 1e-6


def _grid_of(tokens: int, size: tuple[int, ...]) -> tuple[int, ...] | None:
    """The grid of `size`'s proportions with so many cells, up to 8 tokens (class, registers) left over; else None."""
    for extra in range(9):
        for factor in range(1, max(size) + 1):
            grid = tuple(n // factor for n in size)
            count = 1
            for n in grid:
                count *= n
            if count == tokens - extra and min(grid) > 1 and all(n % factor == 0 for n in size):
                return grid
    return None
