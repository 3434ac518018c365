"""Changes to a network that undo themselves: on return, on an error and on cancel it is as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

_DIMENSIONS = {torch.channels_last: 4, torch.channels_last_3d: 5}


@contextmanager
def undisturbed(module: nn.Module) -> Iterator[nn.Module]:
    """`module` in eval mode, its parameters frozen and without gradients, for the length of the block.

    Afterwards the training flag of each submodule and each parameter's requires_grad and .grad are what they were.
    """
    flags = [(part, part.training) for part in module.modules()]
    parameters = _states(part for part, _ in flags)
    try:
        _freeze(flags, parameters)
        yield module
    finally:
        for part, training in flags:
            if part.training != training:
                part.training = training
        for p, required, gradient in parameters:
            if p.requires_grad != required:
                p.requires_grad_(required)
            if p.grad is not gradient:
                p.grad = gradient


def _freeze(flags: list[tuple[nn.Module, bool]], parameters: list[tuple[nn.Parameter, bool, Tensor | None]]) -> None:
    """Touch only what has to change: setting an attribute of a module takes longer than reading it."""
    for part, training in flags:
        if training:
            part.training = False
    for p, required, gradient in parameters:
        if gradient is not None:
            p.grad = None
        if required:
            p.requires_grad_(False)


def _states(parts: Iterable[nn.Module]) -> list[tuple[nn.Parameter, bool, Tensor | None]]:
    """Each parameter of `parts` once, with its requires_grad and .grad."""
    weights = (p for part in parts for p in part._parameters.values() if p is not None)
    return [(p, p.requires_grad, p.grad) for p in dict.fromkeys(weights)]


@contextmanager
def layout(module: nn.Module | None, memory_format: torch.memory_format | None) -> Iterator[None]:
    """`module` with its convolution weights in `memory_format` for the length of the block; None changes nothing.

    `torch.channels_last` takes the weights of 2D convolutions, `torch.channels_last_3d` those of 3D ones. Afterwards
    each parameter has its own tensor back, bit for bit and in its own layout.
    """
    if module is None or memory_format is None:
        yield
        return
    dims = _DIMENSIONS.get(memory_format)
    weights = (p for part in module.modules() for p in part._parameters.values() if p is not None and p.ndim == dims)
    chosen = [p for p in dict.fromkeys(weights) if not p.is_contiguous(memory_format=memory_format)]
    kept = [p.data for p in chosen]
    try:
        with torch.inference_mode(False):  # weights made in inference mode could not take part in gradients
            for p in chosen:
                p.data = p.data.contiguous(memory_format=memory_format)
        yield
    finally:
        for p, data in zip(chosen, kept, strict=True):
            p.data = data
