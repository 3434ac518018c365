"""How much memory is free where models run, looked up calmly. Loads no torch."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from salviewer.gui.state import remembered

if TYPE_CHECKING:
    from salviewer.gui.state import State

EVERY_MS = 2000


@dataclass(frozen=True)
class Reading:
    """Memory of `device` ("cpu": the computer's), in bytes."""

    device: str
    free: int
    total: int

    def __str__(self) -> str:
        return f"{size(self.free)} of {size(self.total)} free"


def size(count: int) -> str:
    """Bytes in words: "80 MB", "0.4 GB", "16 GB"."""
    if count < 1e8:
        return f"{count / 1e6:.0f} MB"
    return f"{count / 1e9:.1f} GB" if count < 9.95e9 else f"{count / 1e9:.0f} GB"


def read(device: str) -> Reading:
    """The memory of `device` now. A GPU is asked only where torch is loaded already."""
    torch = sys.modules.get("torch")
    if device.startswith("cuda") and torch is not None:
        free, total = torch.cuda.mem_get_info(device)
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return Reading(device, int(free + kept), int(total))
    import psutil  # noqa: PLC0415 - the first paint does not wait for it

    found = psutil.virtual_memory()
    return Reading("cpu", int(found.available), int(found.total))


class Memory(QObject):
    """`reading` is looked up every two seconds from `start` to `close`, for the device of the open model."""

    reading_changed = Signal(object)
    reading = remembered("reading", None, Reading | None)

    def __init__(self, state: State, look: Callable[[str], Reading] = read) -> None:
        super().__init__()
        self._state, self._look = state, look
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.refresh)

    def start(self) -> None:
        """Look now and from now on."""
        self._timer.start()
        self.refresh()

    def refresh(self) -> None:
        """Look now; a change too small to be seen is not told."""
        card = self._state.model
        found = self._look(card.device if card is not None and card.device else "cpu")
        before = self.reading
        if before is None or (before.device, str(before)) != (found.device, str(found)):
            self.reading = found

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()
