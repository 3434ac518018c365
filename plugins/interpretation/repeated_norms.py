"""Features of many pictures: the first pass is sorted call by call, those after it only repeat its steps.

To sort a call (what it does, where in the network, whether it reads the picture) can take longer than a small layer
itself. A network that does the same for every picture makes the same calls in the same order: so from the second pass
on each call is only compared with the one in its place, and norms are taken where they were taken before. A pass that
differs in any call, or in the shape of any layer's output, is made again and sorted anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from salviewer_plugins.interpretation.channel_norms import Layer, Norms, channel_norms, first_output, shares


class _Step(NamedTuple):
    """One call. shape: of one picture's output, and axis: that of its channels, where it is a layer."""

    func: Callable[..., Any]
    shape: torch.Size | None = None
    axis: int = 0


class RepeatedNorms:
    """Layers and features of batch after batch, see `channel_norms.layers_and_norms` for arguments and errors."""

    def __init__(self, module: nn.Module, forward: Any, classes: int) -> None:
        self._module, self._forward, self._classes = module, forward, classes
        self._layers: tuple[Layer, ...] = ()
        self._steps: list[_Step] = []

    def __call__(self, x: Tensor) -> tuple[tuple[Layer, ...], Tensor, Any]:
        """(layers, features (N, m) float32, what `forward` returned) of inputs x (N, C, *S)."""
        if self._steps:
            repeat = _Repeat(self._steps, len(x))
            with torch.no_grad(), repeat:
                answer = self._forward(x)
            if repeat.same:
                return self._layers, shares(repeat.found), answer
        return self._sorted(x)

    def _sorted(self, x: Tensor) -> tuple[tuple[Layer, ...], Tensor, Any]:
        norms = Norms(self._module, x)
        record = _Record(norms)
        with torch.no_grad(), norms.order, record:
            answer = self._forward(x)
        self._layers = norms.before_scores(self._classes)
        self._steps = record.steps(len(self._layers))
        return self._layers, shares(norms.found[: len(self._layers)]), answer


class _Record(TorchFunctionMode):
    """Sees all calls before they are sorted, and afterwards whether they were found to be layers."""

    def __init__(self, norms: Norms) -> None:
        super().__init__()
        self._norms = norms
        self._seen: list[tuple[_Step, int]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run `func`."""
        before = len(self._norms.layers)
        result = func(*args, **(kwargs or {}))
        output = first_output(result)
        if len(self._norms.layers) > before and output is not None:
            self._seen.append((_Step(func, output.shape[1:], self._norms.axes[-1]), before))
        else:
            self._seen.append((_Step(func), before))
        return result

    def steps(self, layers: int) -> list[_Step]:
        """All calls, the first so many `layers` as such."""
        return [step if number < layers else _Step(step.func) for step, number in self._seen]


class _Repeat(TorchFunctionMode):
    """Takes the norms of a pass over `count` inputs that makes the calls of `steps`. found: one (N, C) per layer."""

    def __init__(self, steps: list[_Step], count: int) -> None:
        super().__init__()
        self.found: list[Tensor] = []
        self._steps, self._count = steps, count
        self._at, self._differs = 0, False

    @property
    def same(self) -> bool:
        """Whether the pass made those calls and no others."""
        return not self._differs and self._at == len(self._steps)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run `func`."""
        result = func(*args, **(kwargs or {}))
        if self._differs or self._at == len(self._steps) or self._steps[self._at].func != func:
            self._differs = True
            return result
        step = self._steps[self._at]
        self._at += 1
        if step.shape is not None:
            output = first_output(result)
            if output is None or output.shape != (self._count, *step.shape):
                self._differs = True
            else:
                self.found.append(channel_norms(output, step.axis))
        return result
