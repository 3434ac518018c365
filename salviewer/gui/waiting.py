"""Lets the window live until something is so: for the demo, the screenshots and the benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer


def live_until(is_so: Callable[[], Any], wait_s: float, *, every_ms: int = 20) -> bool:
    """Handle events until `is_so()` is true, looked at `every_ms`; False where it was not within `wait_s` seconds.

    What was so may be over again when this returns. An error of `is_so` ends the wait and is raised.
    """
    loop, ticks, deadline = QEventLoop(), QTimer(interval=every_ms), time.monotonic() + wait_s
    problem: list[BaseException] = []

    def look() -> None:
        try:
            if is_so():
                loop.exit(0)
            elif time.monotonic() > deadline:
                loop.exit(1)
        except BaseException as e:  # noqa: BLE001 - it must not be lost in a slot
            problem.append(e)
            loop.exit(1)

    ticks.timeout.connect(look)
    ticks.start()
    in_vain = loop.exec()
    ticks.stop()
    if problem:
        raise problem[0]
    return not in_vain
