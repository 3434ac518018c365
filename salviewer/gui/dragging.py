"""Explanations on their way from one panel to another, under the mouse."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QMimeData

KIND = "application/x-salviewer-results"
"""Numbers of explanations in the workspace, with spaces between; they mean nothing to another program."""


def carrying(ids: Iterable[int]) -> QMimeData:
    """What is dragged: the explanations `ids`."""
    data = QMimeData()
    data.setData(KIND, " ".join(map(str, ids)).encode())
    return data


def carried(data: QMimeData) -> tuple[int, ...]:
    """The explanations that `data` carries, each once; () for anything else."""
    words = bytes(data.data(KIND).data()).decode("ascii", "replace").split() if data.hasFormat(KIND) else []
    return tuple(dict.fromkeys(int(word) for word in words if word.removeprefix("-").isdecimal()))
