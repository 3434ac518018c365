"""Passes that take the way of an earlier one: calls are told by their place in the order alone, which costs little.

`call_order` looks closely at each call: at where its values come from, and at the module that makes it. For hundreds of
passes of one network that is a good part of the time. Where a pass has been looked at closely, later ones are the same
if they call the same functions, on the same parameters, in the same order: that is all that is asked here. A pass that
turns out to differ runs to its end as the network has it, and whoever asked for it decides what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode


@dataclass(frozen=True, eq=False)
class Step:
    """One call within the network. parameters: those among its arguments."""

    func: Callable[..., Any]
    parameters: tuple[nn.Parameter, ...]

    @classmethod
    def of(cls, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Step:
        """From a call as it is seen."""
        return cls(func, _parameters(args, kwargs))

    def same(self, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call is this one."""
        if func is not self.func and func != self.func:
            return False
        found = _parameters(args, kwargs)
        return len(found) == len(self.parameters) and all(map(_is, found, self.parameters))


Again = Callable[[Callable[..., Any], Sequence[Any], Mapping[str, Any]], Any]
"""The result of a call, given its function, arguments and keywords."""


class CallReplay(TorchFunctionMode):
    """Sees the passes of `module` within a `with` block, which are to take `steps` once, those of `CallOrder`.

    answers: by the number of a step, what is called in its place. `same`: whether so far each call was the one in its
    place, and all were made. No answer is asked for after a call that differs.
    """

    def __init__(self, module: nn.Module, steps: Sequence[Step], answers: Mapping[int, Again]) -> None:
        super().__init__()
        self._module, self._steps, self._answers = module, steps, answers
        self._done, self._differs, self._running = 0, False, False
        self._hooks = ExitStack()

    @property
    def same(self) -> bool:
        """Whether those steps and no others were taken."""
        return not self._differs and self._done == len(self._steps)

    def __enter__(self) -> CallReplay:
        """Look at what `module` calls, from now on."""
        self._hooks.enter_context(self._module.register_forward_pre_hook(self._begin, prepend=True))
        self._hooks.enter_context(self._module.register_forward_hook(self._end, always_call=True))
        super().__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        """Leave `module` as it was."""
        super().__exit__(*raised)
        self._hooks.close()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run `func`, or the answer instead of it."""
        kwargs = kwargs or {}
        if not self._running or self._differs:
            return func(*args, **kwargs)
        number = self._done
        if number == len(self._steps) or not self._steps[number].same(func, args, kwargs):
            self._differs = True
            return func(*args, **kwargs)
        self._done += 1
        answer = self._answers.get(number)
        return func(*args, **kwargs) if answer is None else answer(func, args, kwargs)

    def _begin(self, *_: Any) -> None:
        self._running = True

    def _end(self, *_: Any) -> None:
        self._running = False


def _parameters(args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[nn.Parameter, ...]:
    found = [value for value in args if type(value) is nn.Parameter]
    if kwargs:
        found += [value for value in kwargs.values() if type(value) is nn.Parameter]
    return tuple(found)


def _is(a: object, b: object) -> bool:
    return a is b
