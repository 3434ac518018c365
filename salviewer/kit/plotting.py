"""pyqtgraph as `pg`, row-major, and loaded without the CUDA bindings that come with torch.

pyqtgraph imports them where they are installed, for its raw image widget, which is not used here: a tenth of a second.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _as_if_absent(module: str) -> Iterator[None]:
    """Within the block, importing `module` fails unless it was imported before."""
    known = module in sys.modules
    if not known:
        sys.modules[module] = None  # type: ignore[assignment] # what Python itself takes for "not there"
    try:
        yield
    finally:
        if not known:
            del sys.modules[module]


with _as_if_absent("cuda.bindings"):
    import pyqtgraph as pg

pg.setConfigOption("imageAxisOrder", "row-major")

__all__ = ["pg"]
