"""How long a run will still take, by the pace of its last steps."""

from __future__ import annotations

import time
from collections import deque

STEPS = 8
"""Steps that the pace is taken from: enough to be steady, few enough to follow what changes."""


class Pace:
    """Notes when how much was done. `now` gives seconds."""

    def __init__(self, now: object = time.monotonic) -> None:
        self._now = now
        self._seen: deque[tuple[float, int]] = deque(maxlen=STEPS)
        self._seen.append((now(), 0))

    def note(self, done: int) -> None:
        """So much is done now."""
        self._seen.append((self._now(), done))

    def left_s(self, done: int, total: int) -> float | None:
        """Seconds that the rest takes at this pace; None where nobody knows yet."""
        (t0, d0), (t1, d1) = self._seen[0], self._seen[-1]
        return (total - done) * (t1 - t0) / (d1 - d0) if d1 > d0 and len(self._seen) > 1 else None
