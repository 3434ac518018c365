"""Where a mask predictor reads a classifier: one feature map per resolution, taken out of a forward pass by its place.

    taps = find_taps(model, x)                  # plain values, deepest first; facts() for JSON, `from_facts` back
    logits, maps = record(model, x, taps)       # one pass; maps[i]: (N, taps[i].channels, h, w)

From the deepest map before the classes' scores, as ResNet-50's of 7 x 7, each next one is about twice as large (14, 28,
56; AlexNet's are 6, 13, 27, 55), up to about a quarter of the input's side. Where several sizes are near to twice, as
between convolutions without padding, the largest is taken: it is cut least at the border. Of the maps of one size the
last one is taken through which everything goes, so that of ResNet-50's it is a stage's output and not the inside of the
block after it; the last of all where there is none. All are found by the order of calls (`call_order`), for ResNets
share their ReLUs and DenseNet's are no modules.

A call's number counts all calls of torch functions from the first convolution on: `record` has nothing to do but to
count, and what is done to the input before the network gets it, such as its layout, plays no part.

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), sections 3.1 and 4: maps of 7 x 7 up
to 56 x 56 of 224 x 224 pixels.
Differs from the paper: it names no layers. Other networks may have fewer sizes up to a quarter of the input's side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from salviewer.api import Model
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.numeric.counted import counted
from salviewer_plugins.mask_predictor.feature_maps import TITLE, FeatureMaps

DOUBLINGS: Final = 3
"""How often the deepest map is enlarged: from 7 x 7 to 56 x 56."""
_TWICE: Final = 1.5, 2.6
"""Between so many times the side of a map is the next one's."""
FINEST: Final = 0.3
"""No map is taken whose side is a greater share of the input's: 56 of 224 pixels are a quarter."""
_CONVOLUTIONS: Final = frozenset({F.conv2d, F.conv_transpose2d})


@dataclass(frozen=True)
class Tap:
    """One feature map. number: of the call that makes it; size: (h, w) when it was found; place: the module's name."""

    number: int
    channels: int
    size: tuple[int, int]
    place: str

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {"number": self.number, "channels": self.channels, "size": [*self.size], "place": self.place}

    @property
    def area(self) -> int:
        """How many places it has."""
        return self.size[0] * self.size[1]

    def __str__(self) -> str:
        return (
            f"{self.size[0]} x {self.size[1]} of {counted(self.channels, 'channel')} in “{self.place}” (call "
            f"{self.number})"
        )


Taps = tuple[Tap, ...]
"""Deepest first."""


def from_facts(facts: Sequence[Mapping[str, Any]]) -> Taps:
    """The taps that were kept as `[tap.facts() for tap in taps]`. Raises `InvalidChoice` where they are none."""
    try:
        return tuple(
            Tap(int(one["number"]), int(one["channels"]), (int(one["size"][0]), int(one["size"][1])), str(one["place"]))
            for one in facts
        )
    except (KeyError, IndexError, TypeError, ValueError) as e:
        raise InvalidChoice(
            "What was trained does not say which feature maps it reads: its file is damaged; train it again.",
            code="no-taps",
        ) from e


def all_taps(model: Model, x: Tensor, title: str = TITLE) -> Taps:
    """Every map that can be tapped in a pass of x (N, C, H, W), in the order of calls.

    Raises:
        UnsupportedModel: only the outputs can be had, the input is a volume, or a part cannot be looked into.
    """
    return tuple(Tap(*one) for one in _feature_maps(model, x, title).all)


def find_taps(model: Model, x: Tensor, doublings: int = DOUBLINGS, title: str = TITLE) -> Taps:
    """One map per resolution, deepest first: at most `doublings` + 1, fewer where a quarter of the side is reached.

    Args:
        model: a convolutional classifier.
        x: an input (N, C, H, W) as the predictor will get them; one forward pass is made.
        doublings: how often the deepest map is to be enlarged.
        title: the method that asks; what it refuses begins with it.

    Raises:
        UnsupportedModel: no feature maps come before the classes' scores, as in a transformer; or as in `all_taps`.
    """
    seen = _feature_maps(model, x, title)
    rising = [Tap(*one) for one in reversed(seen.all)]
    if not rising or seen.tokens_after(rising[0].number):
        raise UnsupportedModel(
            f"{title} reads a convolutional network's feature maps, and no such map leads to this network's scores: "
            f"choose a method that needs outputs alone, such as GLAS or RISE.",
            code="no-feature-maps",
        )
    deepest = next((tap for tap in rising if tap.size == rising[0].size and tap.number in seen.waists), rising[0])
    most = FINEST**2 * x.shape[2] * x.shape[3]
    found = [deepest]
    while len(found) <= doublings and (larger := _next(rising, found[-1], most, seen.waists)) is not None:
        found.append(larger)
    return tuple(found)


def pick_taps(model: Model, x: Tensor, numbers: Sequence[int], title: str = TITLE) -> Taps:
    """The maps of the calls `numbers`, as `all_taps` lists them, deepest first.

    Raises:
        InvalidChoice: a call makes no map that can be tapped, or a later one is not smaller than the one before.
    """
    known = {tap.number: tap for tap in all_taps(model, x, title)}
    unknown = [n for n in numbers if n not in known]
    if unknown or not numbers:
        last = f"call {unknown[0]} makes none" if unknown else "no call is named"
        raise InvalidChoice(
            f"{title} reads feature maps by the calls that make them, and {last}: choose from "
            f"{', '.join(map(str, known))}.",
            code="unknown-tap",
        )
    chosen = tuple(known[n] for n in sorted(set(numbers), reverse=True))
    for deep, shallow in pairwise(chosen):
        if deep.area >= shallow.area:
            raise InvalidChoice(
                f"Each feature map must be smaller than the ones before it, and {deep} is not smaller than {shallow}: "
                f"choose one call of each size.",
                code="tap-order",
            )
    return chosen


def record(model: Model, x: Tensor, taps: Taps) -> tuple[Tensor, tuple[Tensor, ...]]:
    """(logits (N, K), the maps (N, C_i, h_i, w_i) of `taps`, in their order) from one pass of x (N, C, H, W).

    The maps are the network's own tensors: do not write into them. Raises `UnsupportedModel` where a tap is not there.
    """
    keeper = _Keeper({tap.number for tap in taps})
    with keeper:
        logits = model(x)
    return logits, tuple(_fitting(keeper.kept.get(tap.number), tap) for tap in taps)


class Counter(TorchFunctionMode):
    """Counts the calls of torch functions from the first convolution on. `number`: of the last one; 0 before."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count, and call."""
        if self.number or func in _CONVOLUTIONS:
            self.number += 1
        return func(*args, **(kwargs or {}))


class _Keeper(Counter):
    """Keeps what the calls `wanted` return."""

    def __init__(self, wanted: set[int]) -> None:
        super().__init__()
        self._wanted = wanted
        self.kept: dict[int, Any] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self.number or func in _CONVOLUTIONS:
            self.number += 1
        result = func(*args, **kwargs) if kwargs else func(*args)
        if self.number in self._wanted:
            self.kept[self.number] = result
        return result


def _feature_maps(model: Model, x: Tensor, title: str) -> FeatureMaps:
    counter = Counter()
    seen = FeatureMaps(lambda: counter.number, title)
    with torch.no_grad():
        seen.watch(model, x, counter)
    return seen


def _next(rising: Sequence[Tap], below: Tap, most: float, waists: frozenset[int]) -> Tap | None:
    """The map about twice as large as `below`, made before it and of at most `most` places; the last waist first."""
    low, high = (factor**2 * below.area for factor in _TWICE)
    fitting = [tap for tap in rising if tap.number < below.number and low <= tap.area <= min(high, most)]
    if not fitting:
        return None
    largest = max(tap.area for tap in fitting)
    same = [tap for tap in fitting if tap.area == largest]
    return next((tap for tap in same if tap.number in waists), same[0])


def _fitting(value: Any, tap: Tap) -> Tensor:
    if isinstance(value, Tensor) and value.ndim == 4 and value.shape[1] == tap.channels:
        return value
    raise UnsupportedModel(
        f"What was trained reads the feature map {tap}, and in this network's pass there is none: it was made for "
        f"another network, or the network has been changed since; train it for this one.",
        code="taps-do-not-fit",
    )
