"""Decides what is said to the person, and in what words: one message per topic."""

from __future__ import annotations

import platform
import traceback
from typing import TYPE_CHECKING

from salviewer.errors import SalViewerError
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from salviewer.gui.state import State


class Telling:
    """The messages of one window."""

    def __init__(self, state: State) -> None:
        self._state = state

    def tell(self, message: Message) -> None:
        """Show `message`, in place of an older one about the same topic."""
        others = tuple(m for m in self._state.messages if m.topic != message.topic)
        self._state.messages = (*others, message)

    def dismiss(self, topic: str) -> None:
        """Take away what was said about `topic`."""
        self._state.messages = tuple(m for m in self._state.messages if m.topic != topic)

    def failed(self, topic: str, title: str, error: BaseException) -> None:
        """Say what went wrong."""
        self.tell(describe(topic, title, error))


def describe(topic: str, title: str, error: BaseException) -> Message:
    """What went wrong: the error's own sentence where it speaks to people, else that it is our fault."""
    details = "".join(traceback.format_exception(error))
    about = f"{title}\n{platform.platform()}, Python {platform.python_version()}\n\n{details}"
    if isinstance(error, SalViewerError):
        return Message(str(error), "error", about, topic=topic)
    text = (
        f"{title}: this failed inside SalViewer ({type(error).__name__}). Nothing that was computed is lost; "
        f"“Copy details” gives what a report of this fault needs."
    )
    return Message(text, "error", about, topic=topic)
