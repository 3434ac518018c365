"""Where the tensors of a forward pass come from: the input, constants, or a call that was seen; all else is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from torch import Tensor, nn
from torch.utils.weak import WeakTensorKeyDictionary

_PLAIN: Final = frozenset({type(None), bool, int, float, str})
_OF_EVERY_MODULE: Final = frozenset(vars(nn.Module()))
"""Attributes without tensors that are not seen otherwise: parameters, buffers, parts, hooks, whether it trains."""


@dataclass(frozen=True)
class Origin:
    """depends: on the network's input. sealed: why nothing more may be computed from it; "" where anything may."""

    depends: bool
    sealed: str = ""

    def __or__(self, other: Origin) -> Origin:
        """What a tensor is that holds values of both."""
        return Origin(self.depends or other.depends, self.sealed or other.sealed)


CONSTANT = Origin(depends=False)


class Origins:
    """Origins by tensor; tensors are not kept alive. `module`'s parameters, buffers and other tensors are constants."""

    def __init__(self, module: nn.Module, inputs: Iterable[Tensor]) -> None:
        self._seen: Any = WeakTensorKeyDictionary()
        for value in _constants(module):
            self._seen[value] = CONSTANT
        for value in inputs:
            self._seen[value] = Origin(depends=True)

    def of(self, value: Tensor) -> Origin | None:
        """The origin of `value`; None where it is not known. A view is what it was and what its base has become."""
        own: Origin | None = self._seen.get(value)
        base = value._base
        shared: Origin | None = None if base is None else self._seen.get(base)
        if own is None and shared is None and isinstance(value, nn.Parameter):
            return CONSTANT
        if own is None or shared is None:
            return own or shared
        return own | shared

    def learn(self, result: Any, origin: Origin) -> None:
        """Every tensor in `result` comes from there."""
        for value in tensors(result):
            self._seen[value] = origin

    def overwritten(self, value: Tensor, origin: Origin) -> None:
        """`value`, and what it is a view of, now also hold what comes from there."""
        for changed in (value, value._base):
            if changed is not None:
                self._seen[changed] = (self._seen.get(changed) or CONSTANT) | origin


def tensors(values: Any) -> list[Tensor]:
    """All tensors in `values`, however deep in lists, tuples and mappings."""
    found: list[Tensor] = []
    _gather(values, found)
    return found


def _gather(values: Any, found: list[Tensor]) -> None:
    """Asked for every argument of every call: what is met most often is told first."""
    if isinstance(values, Tensor):
        found.append(values)
    elif isinstance(values, list | tuple | set):
        for value in values:
            if type(value) not in _PLAIN:
                _gather(value, found)
    elif isinstance(values, dict) or (type(values) not in _PLAIN and isinstance(values, Mapping)):
        for value in values.values():
            _gather(value, found)


def _constants(module: nn.Module) -> Iterator[Tensor]:
    yield from module.parameters()
    yield from module.buffers()
    for part in module.modules():
        for name, value in vars(part).items():
            if type(value) not in _PLAIN and name not in _OF_EVERY_MODULE:
                yield from tensors(value)
