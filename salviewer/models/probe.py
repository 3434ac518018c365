"""Try an opened network once: does it take the input that it is said to take, and what does it return?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import isqrt
from typing import Final, cast, get_args

import torch
from torch import Tensor, nn

from salviewer.api import Note, Preprocessing, VolumePreprocessing
from salviewer.errors import UnsupportedModel
from salviewer.models.outputs import Outputs, look_like_probabilities, unwrap
from salviewer.models.preprocess import channel_count
from salviewer.models.undisturbed import undisturbed
from salviewer.numeric.counted import counted

_CONVOLUTIONS: Final = (nn.Conv2d, nn.Conv3d)
_SIDES: Final = (224, 32, 28, 64, 128, 96, 256, 299, 227, 300, 48, 100, 16, 8)
_VOLUME_SIDES: Final = (32, 64, 96, 16, 128)
_SAME: Final = 1e-4
_REFUSALS: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What networks raise on an input that they were not made for."""


@dataclass(frozen=True, eq=False)
class Probed:
    """What came out: raw outputs (1, M) for an input of `shape`, and whether a second run gave the same."""

    raw: Tensor
    shape: tuple[int, ...]
    repeatable: bool


def probe(
    module: nn.Module,
    preprocessing: Preprocessing | VolumePreprocessing | None,
    shape: tuple[int, ...] | None = None,
) -> Probed:
    """Run `module` on seeded noise, in eval mode and without touching it.

    shape: of one input (C, *S). None: as the preprocessing says, else likely ones are tried in turn.

    Raises:
        UnsupportedModel: the network refuses the input, or returns no row of class outputs.
    """
    shapes = [shape] if shape is not None else list(_likely_shapes(module, preprocessing))
    refusals: list[Exception] = []
    with undisturbed(module), torch.no_grad(), _untouched_random_state(module):
        for candidate in shapes:
            try:
                return _run_twice(module, candidate)
            except (UnsupportedModel, *_REFUSALS) as e:
                refusals.append(e)
    for refusal in refusals:
        if isinstance(refusal, UnsupportedModel):
            raise refusal
    tried = " x ".join(map(str, (1, *shapes[0]))) + (" and others like it" if len(shapes) > 1 else "")
    reason = str(refusals[0]).strip().partition("\n")[0] or type(refusals[0]).__name__
    raise UnsupportedModel(f"The network refused an input of {tried}: {reason}", code="input-shape") from refusals[0]


def _run_twice(module: nn.Module, shape: tuple[int, ...]) -> Probed:
    x = _noise(module, shape)
    first, again = unwrap(module(x)), unwrap(module(x))
    if first.shape[0] != 1:
        raise UnsupportedModel(
            f"The network returns {counted(first.shape[0], 'row')} for one input: its outputs need a first axis for "
            f"the batch.",
            code="outputs",
        )
    allowed = _SAME * (float(first.abs().max()) + _SAME)
    return Probed(first, shape, bool((first - again).abs().max() <= allowed))


def _untouched_random_state(module: nn.Module) -> AbstractContextManager[None]:
    devices = {p.device for p in module.parameters() if p.is_cuda}
    return torch.random.fork_rng(devices=list(devices))


def network_dims(module: nn.Module, preprocessing: Preprocessing | VolumePreprocessing | None) -> int | None:
    """2 or 3: how many axes in space the network's input has, as its preprocessing or its first convolution says."""
    if preprocessing is not None:
        return 3 if isinstance(preprocessing, VolumePreprocessing) else 2
    first = next((part for part in module.modules() if isinstance(part, _CONVOLUTIONS)), None)
    return None if first is None else 3 if isinstance(first, nn.Conv3d) else 2


def detect_outputs(module: nn.Module, raw: Tensor, declared: str) -> tuple[Outputs, tuple[Note, ...]]:
    """The kind of the network's outputs where the person did not say: what they show, else `declared`, else softmax."""
    if raw.shape[1] == 1:
        return ("probabilities" if _ends_in_sigmoid(module, raw) else "binary"), ()
    if look_like_probabilities(raw):
        return "probabilities", ()
    if declared in get_args(Outputs):
        return cast(Outputs, declared), ()
    text = f"The network's {raw.shape[1]} outputs are taken for logits of one choice (softmax); nothing says so."
    return "softmax", (Note("outputs-assumed", text),)


def check_outputs(module: nn.Module, raw: Tensor, kind: Outputs) -> None:
    """Raise `UnsupportedModel` where raw outputs (1, M) are probabilities though `kind` takes them for logits."""
    if kind == "probabilities":
        if raw.min() < 0 or raw.max() > 1:
            raise UnsupportedModel(
                "The network's outputs are no probabilities: they leave 0 to 1. Choose another kind of outputs.",
                code="outputs",
            )
    elif _ends_in_sigmoid(module, raw):
        remedy = 'choose "probabilities"' if raw.shape[1] == 1 else "leave its last layer out"
        raise UnsupportedModel(
            f"The network ends in a sigmoid, so that its outputs are no logits: {remedy}.", code="outputs"
        )


def _ends_in_sigmoid(module: nn.Module, raw: Tensor) -> bool:
    leaves = [part for part in module.modules() if not list(part.children())]
    return isinstance(leaves[-1], nn.Sigmoid) and bool((raw >= 0).all()) and bool((raw <= 1).all())


def _likely_shapes(
    module: nn.Module, preprocessing: Preprocessing | VolumePreprocessing | None
) -> Iterator[tuple[int, ...]]:
    if isinstance(preprocessing, VolumePreprocessing):
        yield from _volume_shapes(preprocessing)
        return
    if preprocessing is not None:
        side = preprocessing.resize if isinstance(preprocessing.resize, int) else _SIDES[0]
        size = preprocessing.crop or (preprocessing.resize if isinstance(preprocessing.resize, tuple) else (side, side))
        yield (channel_count(preprocessing), *size)
        return
    first = next((part for part in module.modules() if isinstance(part, _CONVOLUTIONS)), None)
    if isinstance(first, nn.Conv3d):
        yield from ((first.in_channels, side, side, side) for side in _VOLUME_SIDES)
    dense = next((part for part in module.modules() if isinstance(part, nn.Linear)), None)
    if first is None and dense is not None:
        for c in (3, 1):
            side = isqrt(dense.in_features // c)
            if side and c * side * side == dense.in_features:
                yield (c, side, side)
    likely = dict.fromkeys((first.in_channels, 3, 1) if first is not None else (3, 1))
    yield from ((c, side, side) for c in likely for side in _SIDES)
    if first is None:
        yield from ((1, side, side, side) for side in _VOLUME_SIDES)


def _volume_shapes(preprocessing: VolumePreprocessing) -> Iterator[tuple[int, ...]]:
    if preprocessing.shape is not None:
        turned = preprocessing.tensor == "DHW"
        yield (1, *(preprocessing.shape[::-1] if turned else preprocessing.shape))
    else:
        yield from ((1, side, side, side) for side in _VOLUME_SIDES)


def _noise(module: nn.Module, shape: tuple[int, ...]) -> Tensor:
    """(1, *shape) of seeded noise where the network's parameters are, and of their type."""
    like = next((p for p in module.parameters() if p.is_floating_point()), torch.empty(0))
    noise = torch.rand((1, *shape), generator=torch.Generator().manual_seed(0))
    return noise.to(like.device, like.dtype)
