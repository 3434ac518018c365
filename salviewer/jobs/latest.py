"""Values that were used last, by key: an older one goes where there are too many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """The last `most` values asked for; safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept under `key`, or else what `make` gives; it is the latest from now on."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()  # others are not kept waiting: it may read a large file
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def values(self) -> tuple[T, ...]:
        """All that is kept, the latest first."""
        with self._lock:
            return tuple(reversed(self._values.values()))

    def thin(self, belongs: Callable[[T], bool], most: int) -> None:
        """Of the values that `belongs` names, keep the last `most` only (1 or more)."""
        with self._lock:
            for key in [key for key, value in self._values.items() if belongs(value)][:-most]:
                del self._values[key]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
