"""A copy of a network whose layers are made random one after another, from the output down."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from salviewer.errors import Unavailable, UnsupportedModel

SEEDS = 2**63
ROUNDING = 1e-6
"""Of equal float32 numbers, the computed standard deviation over their size."""


@dataclass(frozen=True, eq=False)
class Layer:
    """What is randomised at once: modules that hold parameters of their own; `name` is the first one's dotted name."""

    name: str
    modules: tuple[nn.Module, ...]


@contextmanager
def copied(module: nn.Module) -> Iterator[nn.Module]:
    """A deep copy of `module` that may be changed; its memory is given back at the end of the block.

    Raises:
        UnsupportedModel: the network cannot be copied.
        Unavailable: there is no memory for a second network.
    """
    try:
        twin = copy.deepcopy(module)
    except (MemoryError, torch.OutOfMemoryError) as e:
        raise Unavailable(
            "There is not enough memory for a copy of the network: close programs or take a smaller model.",
            code="out-of-memory",
        ) from e
    except (RuntimeError, TypeError, NotImplementedError) as e:
        raise UnsupportedModel(
            f"The network cannot be copied, so its layers cannot be made random: {str(e).partition(chr(10))[0]}.",
            code="no-copy",
        ) from e
    try:
        yield twin
    finally:
        for tensor in (*twin.parameters(), *twin.buffers()):
            tensor.data = tensor.data.new_empty(0)


def layers_from_output(module: nn.Module, call: Iterable[object]) -> tuple[list[Layer], list[str]]:
    """The layers that take part, nearest to the output first, and the names of modules that do not.

    `call` is iterated once and runs the network. A layer is a module with floating-point parameters of its own; its
    place is that of its last call. A module that is never called, such as the projection that multi-head attention
    reads without calling it, belongs to the module around it, if that is a layer. Where no call is seen (TorchScript),
    the order is the reverse of the modules' own.
    """
    holders = {name: part for name, part in module.named_modules() if _drawable(part)}
    order = _order_of_calls(holders, call)
    if not order:
        return [Layer(name, (part,)) for name, part in reversed(holders.items())], []
    members = {name: [holders[name]] for name in reversed(order)}
    left = []
    for name in holders:
        if name in members:
            continue
        around = name.rpartition(".")[0]
        if around and around in members:
            members[around].append(holders[name])
        else:
            left.append(name)
    return [Layer(name, tuple(parts)) for name, parts in members.items()], left


def draw(layers: Sequence[Layer], seed: int, how: str) -> None:
    """Give all parameters of `layers` new values that depend on `seed` alone.

    how: "moments" draws each tensor from a normal distribution with the mean and standard deviation that it had; a
    tensor that is constant stays as it is, for its scale is all that it says. "reset" calls the module's own
    `reset_parameters` (which also resets the statistics of a normalisation) and takes "moments" where there is none.
    Both draw on the CPU, so that the device does not matter, and leave the global random state as it was.
    """
    generator = torch.Generator().manual_seed(seed % SEEDS)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed % SEEDS)
        for part in (m for layer in layers for m in layer.modules):
            if how == "reset" and _reset(part):
                continue
            for p in _drawable(part):
                values = p.detach().float()
                fresh = torch.randn(p.shape, generator=generator) * float(values.std(correction=0))
                p.copy_(fresh + float(values.mean()))


def _reset(part: nn.Module) -> bool:
    """Whether `part` could be initialised anew: its own tensors, through a copy on the CPU."""
    fresh = copy.deepcopy(part).cpu()
    reset = getattr(fresh, "reset_parameters", None) or getattr(fresh, "_reset_parameters", None)
    if not callable(reset):
        return False
    reset()
    for tensor, values in zip(_own(part), _own(fresh), strict=True):
        tensor.copy_(values)
    return True


def says_nothing(layer: Layer) -> bool:
    """Whether every tensor of `layer` is constant, so that drawing it with its own mean and spread changes nothing."""
    tensors = [p.detach().float() for m in layer.modules for p in _drawable(m)]
    return all(float(t.std(correction=0)) <= ROUNDING * float(t.abs().max()) for t in tensors if t.numel())


@contextmanager
def drawn(layers: Sequence[Layer], seed: int, how: str) -> Iterator[None]:
    """`draw` for the length of a block; afterwards parameters and buffers have the values that they had."""
    tensors = [t for layer in layers for m in layer.modules for t in _own(m)]
    kept = [t.detach().clone(memory_format=torch.preserve_format) for t in tensors]
    try:
        draw(layers, seed, how)
        yield
    finally:
        with torch.no_grad():
            for tensor, values in zip(tensors, kept, strict=True):
                tensor.copy_(values)


def gathered(layers: Sequence[Layer], most: int) -> list[list[Layer]]:
    """`layers` in at most `most` runs of neighbours, as equal in length as can be."""
    count = min(most, len(layers))
    edges = [round(i * len(layers) / count) for i in range(count + 1)]
    return [list(layers[a:b]) for a, b in itertools.pairwise(edges)]


def _order_of_calls(holders: dict[str, nn.Module], call: Iterable[object]) -> list[str]:
    """The names of `holders` in the order of their last calls while `call` is iterated."""
    order: dict[str, None] = {}

    def seen(name: str) -> None:  # a second call moves it to the end
        order.pop(name, None)
        order[name] = None

    handles = [part.register_forward_pre_hook(lambda *_, n=name: seen(n)) for name, part in holders.items()]
    try:
        for _ in call:
            pass
    finally:
        for handle in handles:
            handle.remove()
    return list(order)


def _own(part: nn.Module) -> list[Tensor]:
    return [*part.parameters(recurse=False), *part.buffers(recurse=False)]


def _drawable(part: nn.Module) -> list[nn.Parameter]:
    return [p for p in part.parameters(recurse=False) if p.is_floating_point()]
