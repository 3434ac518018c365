"""What a thread makes or enters once for many jobs about the same picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Held:
    """Nothing outside a block; each thread has its own blocks, and one within another begins anew."""

    def __init__(self) -> None:
        self._mine = threading.local()

    @contextmanager
    def block(self) -> Iterator[None]:
        """Within the block this thread makes and enters each thing once; afterwards nothing of them is kept."""
        before = getattr(self._mine, "made", None), getattr(self._mine, "entered", None)
        with ExitStack() as entered:
            self._mine.made, self._mine.entered = {}, entered
            try:
                yield
            finally:
                self._mine.made, self._mine.entered = before

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives; within a block the same one again for the same key."""
        made: dict[Hashable, T] | None = getattr(self._mine, "made", None)
        if made is None:
            return make()
        if key not in made:
            made[key] = make()
        return made[key]

    def enter_once(self, key: Hashable, make: Callable[[], AbstractContextManager[Any]], stack: ExitStack) -> None:
        """Enter the context that `make` gives; within a block only the first time, and leave it with that block.

        Elsewhere it is left with `stack`.
        """
        entered = getattr(self._mine, "entered", None)
        if entered is None:
            stack.enter_context(make())
        else:
            self.once(("entered", key), lambda: entered.enter_context(make()) or True)
