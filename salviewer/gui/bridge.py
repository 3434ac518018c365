"""The engine's events, brought from its thread to the window's.

The worker must never wait for the window, nor the window drown in progress: of each job only the newest progress is
kept, with the newest partial map, and handed on at most every `PACE_MS`. All else is handed on at once and in order.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

PACE_MS = 40


class Mailbox:
    """Events in order, thread-safe; a newer event of a job takes the place of its progress that still waits."""

    def __init__(self) -> None:
        self._events: list[Any] = []
        self._lock = threading.Lock()

    def put(self, event: Any) -> bool:
        """Keep `event`; True if somebody should be told (the box was empty, or the event is no mere progress)."""
        with self._lock:
            was_empty = not self._events
            waiting = next((e for e in self._events if e.number == event.number and e.kind == "progress"), None)
            if waiting is not None:
                self._events.remove(waiting)
                if event.kind == "progress" and not event.evidence:
                    event = replace(event, evidence=waiting.evidence)
            self._events.append(event)
            return was_empty or event.kind != "progress"

    def urgent(self) -> bool:
        """Whether anything but progress waits."""
        with self._lock:
            return any(event.kind != "progress" for event in self._events)

    def take(self) -> list[Any]:
        """All that waits, oldest first."""
        with self._lock:
            events, self._events = self._events, []
            return events


class Bridge(QObject):
    """`arrived` carries one event at a time, on the window's thread. Give `listener` to the engine."""

    arrived = Signal(object)
    _knocked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._box = Mailbox()
        self._closed = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PACE_MS)
        self._pause.timeout.connect(self._deliver)
        self._knocked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def listener(self, event: Any) -> None:
        """Take an event, from any thread, without waiting."""
        if self._box.put(event) and not self._closed:
            self._knocked.emit()

    def close(self) -> None:
        """Hand on nothing more."""
        self._closed = True
        self._pause.stop()
        self._box.take()

    def _answer(self) -> None:
        if not self._pause.isActive() or self._box.urgent():
            self._deliver()

    def _deliver(self) -> None:
        for event in self._box.take():
            if self._closed:
                return
            if event.kind == "progress":
                self._pause.start()
            self.arrived.emit(event)
