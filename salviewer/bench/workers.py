"""An evaluation by several processes at once, each with a share of the pictures, into one store."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from salviewer.api import Progress
from salviewer.bench.evaluate import Outcome, check_asked, evaluate, with_controls
from salviewer.bench.spec import BenchSpec
from salviewer.bench.store import Store
from salviewer.errors import SalViewerError, Unavailable
from salviewer.jobs.shelf import Shelf
from salviewer.numeric.counted import counted

EVERY_S = 0.5
"""How often the parent looks at how far the others are."""


def evaluate_in_processes(
    spec: BenchSpec, shelf: Shelf, folder: Path, devices: Sequence[str], progress: Progress | None = None
) -> Outcome:
    """As `evaluate`, by one process per entry of `devices` ("cpu" as often as wanted, "cuda:0", "cuda:1" …).

    On the CPU the cores are shared out evenly. What any process has finished stays, whatever becomes of the others.
    Raises `Unavailable` where one of them ended badly, and what `evaluate` raises for a spec that cannot be run.
    """
    progress = progress or Progress()
    check_asked(spec, shelf)
    with Store(folder) as store:
        before = store.count()
    total = expected(spec, shelf)
    context = multiprocessing.get_context("spawn")  # torch's threads and CUDA do not survive a fork
    threads = max(1, (os.cpu_count() or 1) // max(1, sum(d == "cpu" for d in devices)))
    results = context.SimpleQueue()
    processes = [
        context.Process(
            target=_share, args=(spec.model_dump_json(), str(folder), d, threads, (i, len(devices)), results)
        )
        for i, d in enumerate(devices)
    ]
    for process in processes:
        process.start()
    try:
        _watch(processes, folder, before, total, progress)
    finally:
        for process in processes:
            process.terminate()
            process.join()
    outcomes = []
    while not results.empty():
        outcomes.append(results.get())
    faults = [said for said in outcomes if isinstance(said, str)]
    if faults:
        raise Unavailable(faults[0], code="worker-failed")
    if len(outcomes) < len(devices):
        raise Unavailable(
            "One of the processes of this evaluation ended early: what was finished is kept; run it again to go on, "
            "with fewer workers if memory was short.",
            code="worker-ended",
        )
    progress(1.0, "Done")
    return Outcome(*(sum(counts) for counts in zip(*outcomes, strict=True)))


def expected(spec: BenchSpec, shelf: Shelf) -> int:
    """How many cells there are at most."""
    count = len(shelf.sample_ids(spec.collection, spec.collection_params))
    return len(spec.models) * min(count, spec.limit or count) * len(with_controls(spec.methods))


def _watch(processes: Sequence[multiprocessing.process.BaseProcess], folder: Path, before: int, total: int,
           progress: Progress) -> None:  # fmt: skip
    """Report until all have ended. Raises `Cancelled` when the whole is to stop."""
    with Store(folder) as store:
        while any(process.is_alive() for process in processes):
            progress.check()
            done = max(0, store.count() - before)
            progress(
                min(0.999, done / max(1, total)),
                f"{done:,} of {counted(total, 'cell')} by {counted(len(processes), 'process', 'processes')}",
            )
            time.sleep(EVERY_S)


def _share(spec: str, folder: str, device: str, threads: int, share: tuple[int, int], results: Any) -> None:
    """The work of one process: puts the numbers of its outcome, or a sentence, into `results`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl+C, and ends this process
    shelf = Shelf(device=device)
    shelf.max_threads = threads
    try:
        outcome = evaluate(BenchSpec.model_validate_json(spec), shelf, Path(folder), share=share)
    except SalViewerError as e:
        results.put(str(e))
        return
    results.put((outcome.cells, outcome.done, outcome.kept, outcome.left_out))
