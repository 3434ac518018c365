"""How large an input may be; checked against a file's header, before any of it is unpacked."""

from __future__ import annotations

import psutil

from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

MAX_SIDE = 30_000
"""Pixels along one side of a picture."""
MAX_PIXELS = 250_000_000
"""Pixels of a picture in all."""
BUDGET_BYTES = 4 * 2**30
"""Memory that one input may take while it is read."""
FREE_SHARE = 0.6
"""Share of the free memory that one input may take, where that is less than `BUDGET_BYTES`."""


def memory_budget() -> int:
    """Bytes that reading one input may take now."""
    return min(BUDGET_BYTES, int(FREE_SHARE * psutil.virtual_memory().available))


def check_dimensions(name: str, width: int, height: int) -> None:
    """Refuse a picture without pixels ("bad-dims") or with too many ("over-budget")."""
    if min(width, height) < 1:
        raise UnreadableInput(
            f"{name} is {width} × {height} pixels by its header, and a picture needs at least 1 × 1: "
            "the file is damaged, get it again.",
            code="bad-dims",
        )
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise UnreadableInput(
            f"{name} is {width} × {height} pixels; at most {MAX_SIDE} a side and {MAX_PIXELS // 10**6} megapixels "
            "can be opened: make it smaller first.",
            code="over-budget",
        )


def check_memory(name: str, needed_bytes: int) -> None:
    """Refuse an input that takes more than `memory_budget` ("over-budget")."""
    budget = memory_budget()
    if needed_bytes > budget:
        raise UnreadableInput(
            f"{name} takes {in_units(needed_bytes)} of memory and {in_units(budget)} may be used now: "
            "close other programs, or make the file smaller first.",
            code="over-budget",
        )


def in_units(count: int) -> str:
    """`count` bytes for people: "512 bytes", "1.5 MB", "4.3 GB"."""
    for size, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return counted(count, "byte")
