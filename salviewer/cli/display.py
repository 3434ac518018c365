"""Whether a window can be shown here, and what Ctrl-C in the terminal does to it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from salviewer.cli.failures import INTERRUPTED


def has_display() -> bool:
    """Whether there is a display; Windows and macOS always have one."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def interrupt_closes_window() -> Iterator[None]:
    """Within the block Ctrl-C ends Qt's event loop, so that the window closes in order; Qt itself would ignore it."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - only `gui` and `demo` load Qt

    earlier = signal.signal(signal.SIGINT, lambda *_: QApplication.exit(INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)
