"""Keeps the warnings of a reading library from the terminal, for one thread at a time."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# Switching warnings off is not safe between threads, so that only one of ours may do it at a time.
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def heard_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """A list that fills with what is warned of within the block; nothing is printed."""
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield heard
