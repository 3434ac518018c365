"""Tooltips that name the keys of a command as they are set now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

COMMAND, WORDS = "hintCommand", "hintWords"


def hint(widget: QWidget, words: str, command: str) -> None:
    """Explain `widget`, which does what the command with id `command` does; the window adds its keys."""
    widget.setProperty(COMMAND, command)
    widget.setProperty(WORDS, words)
    widget.setToolTip(words)
    widget.setAccessibleName(words)


def show_keys(root: QWidget, keys_of: Callable[[str], str]) -> None:
    """Put the keys into the tooltips of all that was given a `hint` under `root`."""
    for widget in root.findChildren(QWidget):
        command = widget.property(COMMAND)
        if command:
            keys = keys_of(command)
            words = str(widget.property(WORDS))
            widget.setToolTip(f"{words} ({keys})" if keys else words)
