"""Units of a network - channels of a layer's output - that are silenced for the length of a block."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.numeric.activations import layers

Units = Mapping[str, tuple[int, ...]]
"""Channel indices by the dotted name of their layer."""


@dataclass(frozen=True)
class Output:
    """What a layer gives for one input. `axis`: of its channels; `grid`: its spatial shape, () where it has none."""

    name: str
    channels: int
    axis: int
    grid: tuple[int, ...]


@contextmanager
def silenced(module: nn.Module, keep: Mapping[str, Tensor], axes: Mapping[str, int], fill: str) -> Iterator[None]:
    """Layers give only what `keep` lets pass, for the length of a block; nothing of the network is changed.

    keep: by layer, bool (N, channels), a row per input of the batch. axes: the channels' axis by layer.
    fill: "zero", or "mean" for a silenced channel's own mean over the positions of each input.
    A layer that is called several times is silenced each time.
    """
    handles = []
    try:
        for name, rows in keep.items():
            part = module.get_submodule(name)
            handles.append(part.register_forward_hook(_silence(name, rows, axes[name], fill)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _silence(name: str, rows: Tensor, axis: int, fill: str) -> Callable[..., Tensor]:
    def hook(part: nn.Module, args: Any, output: Any) -> Tensor:
        if not isinstance(output, Tensor) or (output.shape[0], output.shape[axis]) != tuple(rows.shape):
            raise UnsupportedModel(
                f"The units of layer “{name}” cannot be silenced: it gives something else each time it is called.",
                code="layer-output",
            )
        shape = [1] * output.ndim
        shape[0], shape[axis] = rows.shape
        elsewhere = tuple(i for i in range(1, output.ndim) if i != axis % output.ndim)
        blank = output.mean(elsewhere, keepdim=True) if fill == "mean" else torch.zeros_like(output)
        return torch.where(rows.reshape(shape), output, blank)

    return hook


def outputs_of(module: nn.Module, x: Tensor) -> dict[str, Output]:
    """The output for x (1, C, *S) of every module that gives one tensor, by name; maps are as `layers` reads them."""
    found: dict[str, Output] = {}

    def note(name: str, output: Any) -> None:
        if isinstance(output, Tensor) and output.ndim > 1:
            axis = 2 if output.ndim == 3 else 1
            found[name] = Output(name, output.shape[axis], axis, ())

    handles = [
        part.register_forward_hook(lambda part, args, output, n=name: note(n, output))
        for name, part in module.named_modules()
        if name
    ]
    try:
        maps = layers(module, x)
    finally:
        for handle in handles:
            handle.remove()
    return found | {m.name: Output(m.name, m.shape[0], -1 if m.tokens else 1, m.shape[1:]) for m in maps}


def read_units(text: str) -> dict[str, tuple[int, ...]]:
    """The units in "layer4:3,5,9; layer3:1". Raises `InvalidChoice` where the text is no such list."""
    units: dict[str, tuple[int, ...]] = {}
    try:
        for part in filter(None, map(str.strip, text.split(";"))):
            name, _, numbers = part.rpartition(":")
            units[name.strip()] = (*units.get(name.strip(), ()), *(int(n) for n in numbers.split(",")))
        if "" in units:
            raise ValueError
    except ValueError as e:
        raise InvalidChoice(
            f"“{text}” names no units: write layers and channel numbers as in “layer4:3,5,9; layer3:1”.", code="units"
        ) from e
    return units


def checked_units(units: Units, outputs: Mapping[str, Output], fill: str) -> dict[str, tuple[int, ...]]:
    """`units` without repetitions and empty layers, sorted.

    Raises:
        InvalidChoice: a layer or channel does not exist, or `fill` would not silence it.
    """
    found = {name: tuple(sorted(set(map(int, channels)))) for name, channels in units.items() if len(channels)}
    for name, channels in found.items():
        if fault := _fault(name, channels, outputs, fill):
            raise InvalidChoice(fault, code="units")
    return found


def _fault(name: str, channels: tuple[int, ...], outputs: Mapping[str, Output], fill: str) -> str:
    """What is wrong with the sorted `channels` of layer `name`, in a sentence; "" if nothing is."""
    if name not in outputs:
        near = difflib.get_close_matches(name, outputs, n=3, cutoff=0.3) or list(outputs)[-3:]
        return f"The network has no layer “{name}” that gives one tensor: choose one such as {', '.join(near)}."
    out = outputs[name]
    if channels[0] < 0 or channels[-1] >= out.channels:
        wrong = channels[0] if channels[0] < 0 else channels[-1]
        return f"Layer “{name}” has channels 0 to {out.channels - 1}, and {wrong} is none of them."
    if fill == "mean" and out.axis == 1 and not out.grid:
        return f"A unit of layer “{name}” has one value per input, which is its own mean: choose to fill with zero."
    return ""
