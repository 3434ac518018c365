"""How much memory a piece of work takes beyond what was taken before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

EVERY_S = 0.02
"""How often the process is looked at where it runs on the CPU."""


class Growth:
    """The most bytes that were taken beyond those at the beginning."""

    def __init__(self) -> None:
        self.bytes = 0


@contextmanager
def watched_memory(device: str) -> Iterator[Growth]:
    """Within the block `Growth.bytes` rises to the peak; it is final after it.

    On a GPU the allocator's own peak; on the CPU the resident size of the process, looked at every `EVERY_S`, so that
    what is shorter than this may be missed, and what other threads take is counted too.
    """
    found = Growth()
    if torch.device(device).type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        try:
            yield found
        finally:
            found.bytes = max(0, torch.cuda.max_memory_allocated(device) - before)
        return
    process, ended = psutil.Process(), threading.Event()
    before = process.memory_info().rss

    def look() -> None:
        found.bytes = max(found.bytes, process.memory_info().rss - before)

    def keep_looking() -> None:
        while not ended.wait(EVERY_S):
            look()

    watcher = threading.Thread(target=keep_looking, name="memory", daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        look()
        ended.set()
        watcher.join()
