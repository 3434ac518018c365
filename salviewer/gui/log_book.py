"""What happened, line by line: everything that SalViewer logs, and every sentence that was told to the person."""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from salviewer.gui.state import State
    from salviewer.gui.values import Message

ROOT = "salviewer"
MOST = 2000
LEVELS = ("INFO", "WARNING", "ERROR")
LOG = logging.getLogger("salviewer.window")
OF_MESSAGES = {"error": logging.ERROR, "warning": logging.WARNING}


@dataclass(frozen=True)
class Line:
    """One thing that happened. `at`: in local time; `level`: one of `LEVELS`."""

    at: datetime
    level: str
    text: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}  {self.level:<7}  {self.text}"


def without_folders(text: str, home: Path) -> str:
    """`text` with each path within `home` shortened to its last part: a log is shown and handed on."""
    place = str(home)
    if len(place) < 2:
        return text
    parts = r"(?:[\\/][^\\/:;,\n\"'“”]+)*[\\/]"
    return re.sub(re.escape(place) + parts, "", text)


class Lines(logging.Handler):
    """The newest `MOST` lines, from any thread. `heard()` is called once for all lines since the last `take`."""

    def __init__(self, heard: Callable[[], None], home: Path) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[Line] = deque(maxlen=MOST)
        self._heard, self._home = heard, home
        self._told = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record; a broken one is left to logging's own way of telling."""
        try:
            text = without_folders(record.getMessage(), self._home)
        except Exception:  # noqa: BLE001 - whatever a message's parts do: as logging's own handlers have it
            self.handleError(record)
            return
        level = "ERROR" if record.levelno >= logging.ERROR else record.levelname
        self._lines.append(Line(datetime.fromtimestamp(record.created).astimezone(), level, text))
        if not self._told.is_set():
            self._told.set()
            self._heard()

    def take(self) -> tuple[Line, ...]:
        """All lines, oldest first."""
        self._told.clear()
        with self.lock:
            return tuple(self._lines)

    def clear(self) -> None:
        """Forget all lines."""
        with self.lock:
            self._lines.clear()


class LogBook(QObject):
    """The window's log. `grown` comes on the window's thread. `close` is the undo of making it."""

    grown = Signal()
    _knocked = Signal()

    def __init__(self, state: State, home: Path | None = None) -> None:
        super().__init__()
        self._logger = logging.getLogger(ROOT)
        self._level = self._logger.level
        self._knocked.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._lines = Lines(self._knocked.emit, home or Path.home())
        self._logger.addHandler(self._lines)
        self._logger.setLevel(logging.INFO)
        self._seen: dict[str, tuple[Message, ...]] = {}
        for told in (state.messages_changed, state.evaluation_messages_changed, state.study_messages_changed):
            told.connect(self._listener(str(len(self._seen))))
        state.model_changed.connect(_model_changed)
        state.picture_changed.connect(_picture_changed)

    def lines(self) -> tuple[Line, ...]:
        """All lines, oldest first."""
        return self._lines.take()

    def clear(self) -> None:
        """Forget all lines."""
        self._lines.clear()
        self.grown.emit()

    def close(self) -> None:
        """Listen no more."""
        self._logger.removeHandler(self._lines)
        self._logger.setLevel(self._level)

    def _tell(self) -> None:
        self.grown.emit()

    def _listener(self, of: str) -> Callable[[tuple[Message, ...]], None]:
        """Logs each message once, when it is first among the messages."""
        self._seen[of] = ()

        def told(messages: tuple[Message, ...]) -> None:
            before, self._seen[of] = self._seen[of], messages
            for message in messages:
                if message not in before:
                    LOG.log(OF_MESSAGES.get(message.level, logging.INFO), "%s", message.text)

        return told


def _model_changed(card: Any) -> None:
    if card is None:
        LOG.info("No model is open any more")
    else:
        LOG.info("Opened the model %s (%s parameters, %s)", card.title, f"{card.parameters:,}", card.device or "cpu")


def _picture_changed(picture: Any) -> None:
    if picture is not None:
        LOG.info("Opened the picture %s", picture.picture.name)
