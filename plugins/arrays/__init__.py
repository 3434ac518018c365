"""Reads numpy's .npy files as pictures and volumes."""

from __future__ import annotations

from salviewer.api import ReaderInfo, hookimpl


@hookimpl
def salviewer_readers() -> list[ReaderInfo]:
    """Return the one format of this plugin."""
    return [
        ReaderInfo(
            key="npy",
            title="NumPy array",
            summary="A picture, (height, width) with channels last or first, or a volume (x, y, z).",
            run="salviewer_plugins.arrays.npy:NpyReader",
            patterns=("*.npy",),
            magic=(b"\x93NUMPY",),
        )
    ]
