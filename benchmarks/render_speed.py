"""How fast `salviewer render` writes an8Flower, pictures and masks as PNG files: in wall time, and in CPU time.

Each collection is written anew, by one process per core; a crop stands for a set with all its augmentations. Wall time
says what a person waits for, start of the processes included; CPU time says what a machine without other work could do.

python -m benchmarks.render_speed [collection ...]
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from salviewer.jobs.rendering import render_collection
from salviewer.jobs.shelf import Shelf

SETS = ("an8flower-single-6c", "an8flower-double-12c", "an8flower-part-2c")
CROPS = 3000


def main() -> None:
    """Measure and tell."""
    cores = os.cpu_count() or 1
    print(f"{cores} cores, load {os.getloadavg()[0]:.1f} before; pictures per second")
    print("collection            what     pictures   wall   by CPU time")
    for key in sys.argv[1:] or SETS:
        for what, params, limit in (("frames", {}, 0), ("crops", {"augmented": True}, CROPS)):
            count, wall, cpu = written(key, params, limit)
            print(f"{key:21} {what:8} {count:8}  {count / wall:5.0f}   {count * cores / cpu:11.0f}")


def written(key: str, params: dict[str, bool], limit: int) -> tuple[int, float, float]:
    """(pictures, seconds of wall time, seconds of CPU time of all processes)."""
    before, start = used(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        done = render_collection(Shelf(), key, params, Path(folder) / "out", limit=limit)
        return done.written, time.perf_counter() - start, used() - before


def used() -> float:
    """Seconds of CPU time of this process and its ended children."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    main()
