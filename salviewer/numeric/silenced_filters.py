"""Filters that answer nothing for the length of a block: their channels are zero, whatever the network computes there.

A filter is a channel of one call of the forward pass, told by the call's number in the order of calls (`call_order`),
so that the ReLU after a convolution can be silenced and the convolution not, also where no module stands for it.
Nothing of the network is changed: after the block it is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor, nn

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import CallOrder, Seen

TITLE: Final = "The ablation of filters"
Filters = Mapping[int, Sequence[int]]
"""Channels by the number of their call."""


@contextmanager
def silenced_filters(module: nn.Module, x: Tensor, filters: Filters, channels: Mapping[int, int]) -> Iterator[None]:
    """Within the block `module`, called once with x (N, C, *S), answers as if `filters` had answered zero.

    Args:
        module: the network.
        x: what it will be called with, or what that will be made of.
        filters: those that are silent.
        channels: how many channels each of their calls has.

    Raises:
        UnsupportedModel: after the block, where a call that was named never came, or in it, where it has another number
            of channels: the network takes other steps than when its filters were chosen.
    """
    answer = _Silence(filters, channels)
    with CallOrder(module, (x,), answer, title=TITLE, allowed=frozenset(Kind), gradients=False):
        yield
    if answer.missing:
        raise _other_layers(f"there is no call {min(answer.missing)}")


class _Silence:
    """An answer to each call: its own result, with the channels of silent filters zero."""

    def __init__(self, filters: Filters, channels: Mapping[int, int]) -> None:
        self._filters = {number: sorted(set(chosen)) for number, chosen in filters.items() if len(chosen)}
        self._channels = channels
        self.missing = set(self._filters)

    def __call__(self, seen: Seen) -> Any:
        chosen = self._filters.get(seen.call.number)
        if chosen is None:
            return NotImplemented
        self.missing.discard(seen.call.number)
        result = seen.plain()
        if isinstance(result, tuple):
            return (self._without(result[0], chosen, seen), *result[1:])
        return self._without(result, chosen, seen)

    def _without(self, output: Tensor, chosen: Sequence[int], seen: Seen) -> Tensor:
        count = self._channels[seen.call.number]
        axis = next((a for a in (1, output.ndim - 1) if output.shape[a] == count), None)
        if axis is None:
            raise _other_layers(f"{seen.call} has not {count} channels")
        kept = torch.ones(count, dtype=torch.bool, device=output.device)
        kept[list(chosen)] = False
        shape = [1] * output.ndim
        shape[axis] = count
        # Not multiplied: an infinite value would leave NaN.
        return torch.where(kept.reshape(shape), output, torch.zeros_like(output))


def _other_layers(why: str) -> UnsupportedModel:
    return UnsupportedModel(
        f"This network takes other steps than when its filters were chosen ({why}): train for it anew.",
        code="other-layers",
    )
