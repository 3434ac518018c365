"""What an evaluation costs beyond the network's own passes: pictures x 10 cheap methods x 6 heatmap metrics.

The time within the network (forward passes, and the backward passes of gradient methods) is taken inside the same run,
so that other load on the machine falls on both alike; all in the CPU time of the one thread that works.

python -m benchmarks.bench_overhead [number of pictures: 200] [--profile]
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch

from salviewer.api import ModelRef
from salviewer.bench.evaluate import evaluate
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.jobs.plan import PlanBook
from salviewer.jobs.shelf import Shelf

METHODS = (
    Asked(key="gradient"),
    Asked(key="gradient-x-input"),
    Asked(key="smoothgrad", params={"samples": 10}),
    Asked(key="integrated-gradients", params={"steps": 16}),
    Asked(key="guided-backprop"),
    Asked(key="deconvnet"),
    Asked(key="gradcam"),
    Asked(key="gradcam-plus-plus"),
    Asked(key="random-map"),
    Asked(key="centred-gaussian"),
)
METRICS = tuple(
    Asked(key=key)
    for key in ("deletion", "insertion", "faithfulness", "increase-in-confidence", "sparseness", "pointing-game")
)
ASKED = 0.15


@contextmanager
def counted(module, spent: Counter):
    """Within the block the CPU seconds of the passes of `module` are added to `spent`, by "forward" and "backward"."""
    began = []

    def leave(*_):
        spent["forward"] += time.thread_time() - began.pop()
        spent["passes"] += 1

    handles = [
        module.register_forward_pre_hook(lambda *_: began.append(time.thread_time())),
        module.register_forward_hook(leave, always_call=True),
    ]
    plain = torch.autograd.grad

    def grad(*args, **kwargs):
        start = time.thread_time()
        try:
            return plain(*args, **kwargs)
        finally:
            spent["backward"] += time.thread_time() - start

    torch.autograd.grad = grad
    try:
        yield
    finally:
        torch.autograd.grad = plain
        for handle in handles:
            handle.remove()


def clock_s(calls: int = 20_000) -> float:
    """CPU seconds of one reading of the clock: two readings per pass are no part of an evaluation."""
    start = time.thread_time()
    for _ in range(calls):
        time.thread_time()
    return (time.thread_time() - start) / calls


def main(pictures: int = 200, *, profile: bool = False) -> None:
    torch.set_num_threads(1)
    shelf = Shelf(device="cpu", spare_threads=64)
    shelf._plans = PlanBook(Path(tempfile.mkdtemp()) / "plans.json")  # measured now, not looked up
    model = ModelRef(architecture="an8flower-cnn")
    about = {"models": (model,), "methods": METHODS, "metrics": METRICS, "collection": "an8flower-single-6c"}
    with tempfile.TemporaryDirectory() as warm:  # imports, rendering and the plan are no part of it
        evaluate(BenchSpec(**about, limit=2), shelf, Path(warm))
    samples = shelf.collection("an8flower-single-6c")
    for i in range(min(pictures, len(samples))):
        samples[i]
    watch = cProfile.Profile() if profile else nullcontext()
    spent: Counter = Counter()
    with tempfile.TemporaryDirectory() as folder, counted(shelf.model(model).module, spent), watch:
        start = time.thread_time()
        outcome = evaluate(BenchSpec(**about, limit=pictures), shelf, Path(folder))
        total = time.thread_time() - start
    if profile:
        pstats.Stats(watch).sort_stats("tottime").print_stats(45)
    clock = clock_s() * spent["passes"]
    (plan,) = shelf.plans._plans.values()
    inside, total = spent["forward"] + spent["backward"] - clock, total - 2 * clock
    print(f"{outcome.done} explanations, {outcome.done * len(METRICS)} measurements, {spent['passes']} passes")
    print(f"batch {plan.batch}, {plan.layout}")
    print(f"CPU seconds: {total:.1f} in all, {inside:.1f} in the network ({spent['backward']:.1f} of it backward)")
    print(f"overhead beyond the passes: {total / inside - 1:.1%} (asked: under {ASKED:.0%})")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:] if a.isdigit()), profile="--profile" in sys.argv)
