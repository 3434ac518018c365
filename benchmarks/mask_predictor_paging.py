"""What turning a page costs while a mask predictor follows: explanation and prediction in both orders, turn by turn.

python -m benchmarks.mask_predictor_paging [pictures]

Each picture is asked about through the engine as the window asks, results stored in a workspace: the prediction alone,
the prediction and then the explanation, and the explanation first, whose pass the prediction then shares. The predictor
is trained on a few pictures only, which has no influence on times. Times are processor time on one thread, from asking
until the last answer is stored; waits is the time by the clock until the explanation is there.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import torch

import salviewer as sv
from salviewer.api import InputRef, JobSpec, ModelRef, TrainedRef
from salviewer.jobs.engine import Engine, JobEvent
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace

NETWORK, FLOWERS = "an8flower-cnn", "an8flower-single-6c"
ORDERS = {
    "prediction alone": ("predict",),
    "prediction, then explanation": ("predict", "explain"),
    "explanation, then prediction": ("explain", "predict"),
}


class Listener:
    """Waits for the ends of jobs."""

    def __init__(self) -> None:
        self._ended: dict[int, float] = {}
        self._changed = threading.Condition()

    def __call__(self, event: JobEvent) -> None:
        """Note the end of a job; a failure ends the benchmark."""
        if event.kind == "failed" and event.error is not None:
            raise SystemExit(f"{event.title}: {event.error}")
        if event.kind == "done":
            with self._changed:
                self._ended[event.number] = time.perf_counter()
                self._changed.notify_all()

    def wait(self, number: int) -> float:
        """When job `number` ended."""
        with self._changed:
            self._changed.wait_for(lambda: number in self._ended, timeout=60)
            return self._ended[number]


def turn(engine: Engine, listener: Listener, spec: JobSpec, order: tuple[str, ...]) -> tuple[float, float]:
    """(processor time, time by the clock until the explanation is there) of one page, in ms."""
    began, cpu, waited = time.perf_counter(), time.process_time(), 0.0
    asked = {verb: spec if verb == "explain" else spec.model_copy(update=PREDICT) for verb in order}
    numbers = {verb: engine.submit(one) for verb, one in asked.items()}
    for verb, number in numbers.items():
        ended = listener.wait(number)
        waited = ended - began if verb == "explain" else waited
    return 1000 * (time.process_time() - cpu), 1000 * waited


PREDICT = {"verb": "predict", "method": "", "trained": None}


def main(pictures: int) -> None:
    """Print the medians."""
    torch.set_num_threads(1)
    shelf = Shelf()
    shelf.max_threads = 1
    folder = Path(tempfile.mkdtemp())
    state = folder / "state.safetensors"
    quick = {"epochs": 1, "filter_epochs": 0, "batch": 8}
    sv.train("mask-predictor", sv.load_model(NETWORK), FLOWERS, params=quick, limit=8, save=state)
    listener = Listener()
    workspace = Workspace(folder / "w.sqlite3")
    engine = Engine(shelf, workspace, listener)
    model, trained = ModelRef(architecture=NETWORK), TrainedRef(source=str(state))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ORDERS}
    for i, name in enumerate(shelf.sample_ids(FLOWERS, {})[: pictures + 1]):
        where = InputRef(source=f"collection:{FLOWERS}/{name}")
        spec = JobSpec(method="mask-predictor", model=model, input=where, trained=trained)
        shelf.picture(where)  # the picture is opened before, on the files' thread
        for what, order in ORDERS.items():
            shelf.memos.clear()
            took = turn(engine, listener, spec, order)
            if i:  # the first opens the model and measures how to run it
                found[what].append(took)
    engine.close()
    workspace.close()
    for what, times in found.items():
        cpu, waited = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{what}: {cpu:.1f} ms" + (f", waits {waited:.1f} ms" if waited else ""))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
