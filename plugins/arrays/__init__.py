"""Reads numpy's .npy files as pictures."""

from __future__ import annotations

from salviewer.api import ReaderInfo, hookimpl


@hookimpl
def salviewer_readers() -> list[ReaderInfo]:
    """Return the one format of this plugin."""
    return [
        ReaderInfo(
            key="npy",
            title="NumPy array",
            summary="Floats in 0..1 or bytes, (height, width), (height, width, 3) or (channels, height, width).",
            run="salviewer_plugins.arrays.npy:NpyReader",
            patterns=("*.npy",),
            magic=(b"\x93NUMPY",),
        )
    ]
