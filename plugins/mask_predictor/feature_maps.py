"""All feature maps of a forward pass, seen once by `call_order`: which there are, and through which everything goes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from salviewer.api import Model
from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import CallOrder, Seen
from salviewer.numeric.value_origins import tensors

TITLE: Final = "The mask predictor"
_SPATIAL: Final = frozenset({Kind.CONVOLUTION, Kind.POOLING})
_MAPS: Final = frozenset(
    {
        *(Kind.CONVOLUTION, Kind.POOLING, Kind.NORMALISATION, Kind.RELU),
        *(Kind.ACTIVATION, Kind.ARITHMETIC, Kind.PRODUCT),
    }
)
_JOINED: Final = frozenset({"cat", "concat", "concatenate"})
_LEAST_SIDE: Final = 2


class FeatureMaps:
    """What one pass over a network shows.

    number: gives the number of the call at hand. title: the method that asks, as what it refuses begins with it.

    A map is a value (N, C, h, w), at least 2 x 2, of a size that some convolution or pooling makes, by a call that is
    no change of shape (two maps side by side are one), no dropout and no pooling to a fixed size (that belongs to the
    classifier), and that nothing writes into afterwards. Maps from the layer on that makes the classes' scores are left
    out: it is the last convolution or fully connected layer with as many channels as there are classes, or the last.
    """

    def __init__(self, number: Callable[[], int], title: str = TITLE) -> None:
        self._number, self._title = number, title
        self._found: list[tuple[int, int, tuple[int, int], str]] = []
        self._weighted: list[tuple[int, int, int]] = []  # number, channels, axes of a fully connected layer's output
        self._sizes: set[tuple[int, int]] = set()
        self._made: Any = WeakTensorKeyDictionary()  # the call that made a tensor
        self._read: dict[int, int] = {}  # the last call that read what a call made
        self._spoilt: set[int] = set()
        self._scores = 0

    def watch(self, model: Model, x: Tensor, counting: AbstractContextManager[Any]) -> None:
        """See a pass of `model` over x (N, C, H, W), within `counting`. Raises `UnsupportedModel`."""
        if x.ndim != 4:
            raise UnsupportedModel(
                f"{self._title} works on pictures, and this network takes volumes: choose 3D-GLAS or a gradient "
                f"method.",
                code="wrong-dims",
            )
        module = model.module
        if module is None:
            raise UnsupportedModel(
                f"{self._title} reads the network's feature maps, and of this model only the outputs can be had: open "
                f"the network itself.",
                code="needs-module",
            )
        self._count = len(x)
        with CallOrder(module, (x,), self._take, title=self._title, allowed=frozenset(Kind), gradients=False), counting:
            model(x)
        matching = [n for n, channels, _ in self._weighted if channels == len(model.classes)]
        self._scores = (matching or [n for n, _, _ in self._weighted] or [0])[-1]

    @property
    def all(self) -> list[tuple[int, int, tuple[int, int], str]]:
        """(number, channels, (h, w), place) of each map, in order."""
        return [
            one for one in self._found if one[0] < self._scores and one[0] not in self._spoilt and one[2] in self._sizes
        ]

    @property
    def waists(self) -> frozenset[int]:
        """The calls whose result is all that is read of everything up to there."""
        found, latest = set(), 0
        for number in sorted(self._read):
            if latest <= number:
                found.add(number)
            latest = max(latest, self._read[number])
        return frozenset(found)

    def tokens_after(self, number: int) -> bool:
        """Whether a fully connected layer after call `number` goes over places, as in transformers and mixers."""
        return any(axes > 2 for n, _, axes in self._weighted if n > number)

    def _take(self, seen: Seen) -> Any:
        number, call = self._number(), seen.call
        for value in tensors((seen.args, dict(seen.kwargs))):
            if (maker := self._made.get(value)) is not None:
                self._read[maker] = number
                if call.in_place and value is seen.args[0]:
                    self._spoilt.add(maker)
        result = seen.plain()
        outputs = list(tensors(seen.args[0] if result is None and call.in_place else result))
        for value in outputs:
            self._made[value] = number
        if outputs:
            self._note(seen, number, outputs[0])
        return result

    def _note(self, seen: Seen, number: int, output: Tensor) -> None:
        kind, name = seen.call.kind, seen.call.name
        if kind is Kind.LINEAR:
            self._weighted.append((number, output.shape[-1] if output.ndim else 0, output.ndim))
        if output.ndim != 4 or len(output) != self._count or not output.is_floating_point():
            return
        channels, size = output.shape[1], (output.shape[2], output.shape[3])
        if kind is Kind.CONVOLUTION:
            self._weighted.append((number, channels, 0))
        if "adaptive" in name or "dropout" in name or min(size) < _LEAST_SIDE:
            return
        if kind in _SPATIAL:
            self._sizes.add(size)
        if kind in _MAPS or name in _JOINED:
            self._found.append((number, channels, size, seen.call.place or name))
