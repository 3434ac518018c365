"""GLAS against bare forward passes and captum's occlusion: same network, picture, device and precision, interleaved.

Short runs take turns and medians of ratios are told, in wall time and in CPU time: other load on the machine falls on
all of them alike, and CPU time hardly feels it.

python -m benchmarks.glas_speed
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import torch
from captum.attr import Occlusion

import salviewer as sv
from benchmarks.photographs import DATA, photographs, squeezenet
from salviewer.api import Progress
from salviewer.jobs.plan import threads
from salviewer.models.undisturbed import layout

TURNS, GRID = 7, 7


def subject():
    """The real SqueezeNet and a photograph, or the same network untrained and noise: the arithmetic is the same."""
    if DATA.is_dir():
        return squeezenet(), sv.load_input(next(photographs()).path)
    net = sv.load_model("squeezenet1_0", weights="random")
    return net, sv.load_input(torch.rand(3, 256, 256, generator=torch.Generator().manual_seed(0)))


def bare(model, x, count, plan):
    """Run `count` forward passes as the plan says, inputs ready in memory."""
    with model.ready(), torch.inference_mode(), threads(plan["threads"]):
        form = torch.channels_last if plan["layout"] == "channels-last" else torch.contiguous_format
        with layout(model.module, form):
            batch = x.expand(plan["batch"], *x.shape[1:]).contiguous(memory_format=form)
            for _ in range(count // plan["batch"]):
                model.probabilities(model(batch))
            if count % plan["batch"]:
                model.probabilities(model(batch[: count % plan["batch"]]))


def captum_occlusion(model, x):
    """The number of masks that captum's occlusion ran, 32 perturbations per evaluation, as a user of it calls it."""
    seen = []
    occlusion = Occlusion(lambda z: seen.append(len(z)) or model.probabilities(model(z)))
    with model.ready(), torch.no_grad():
        window, stride = (3, 45, 45), (3, 26, 26)
        occlusion.attribute(x, target=0, sliding_window_shapes=window, strides=stride, perturbations_per_eval=32)
    return sum(seen)


def timed(work):
    """(wall seconds, CPU seconds, what `work` returned)."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = work()
    return time.perf_counter() - wall, time.process_time() - cpu, value


def first_partial(handle, picture):
    """(share of the work, share of the time) at which the first partial map came."""
    heard = []
    start = time.perf_counter()
    progress = Progress(lambda f, m, e: heard.append((f, bool(e), time.perf_counter() - start)))
    sv.explain(handle, picture, "glas", params={"grid": 10}, progress=progress)
    fraction, _, at = next(h for h in heard if h[1])
    began = next(t for f, _, t in reversed(heard) if f == 0.0)
    return fraction, (at - began) / (heard[-1][2] - began)


GRID_MEMORY = """
import resource, sys, salviewer as sv
from benchmarks.glas_speed import subject
handle, picture = subject()
sv.explain(handle, picture, "glas", params={"grid": int(sys.argv[1])})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_mb(grid):
    """Peak memory in MB of a fresh process that runs GLAS at this grid."""
    out = subprocess.run([sys.executable, "-c", GRID_MEMORY, str(grid)], capture_output=True, text=True, check=True)  # noqa: S603
    return int(out.stdout)


def main() -> None:
    handle, picture = subject()
    model = handle.loaded
    x = model.prepare(picture.picture).tensor
    plan = sv.explain(handle, picture, "glas", params={"grid": 4}).provenance["plan"]
    print(f"plan: {plan}")
    count = 2 * GRID**2 + 1
    turns = []
    for _ in range(TURNS):
        before = timed(lambda: bare(model, x, count, plan))
        ours = timed(lambda: sv.explain(handle, picture, "glas", params={"grid": GRID}))
        after = timed(lambda: bare(model, x, count, plan))
        theirs = timed(lambda: captum_occlusion(model, x))
        with threads(plan["threads"]):
            alike = timed(lambda: captum_occlusion(model, x))
        turns.append((before, ours, after, theirs, alike))
    for name, of in (("wall", 0), ("CPU", 1)):
        cost = statistics.median(2 * ours[of] / (before[of] + after[of]) for before, ours, after, *_ in turns)
        print(f"{name}: GLAS / {count} bare forward passes: {cost:.3f} (asked: at most 1.10)")
        rates = [count / ours[of] for _, ours, *_ in turns]
        for place, note in ((3, "torch's own number of threads"), (4, f"{plan['threads']} threads, as GLAS")):
            peer = [turn[place][2] / turn[place][of] for turn in turns]
            faster = statistics.median(a / b for a, b in zip(rates, peer, strict=True))
            print(
                f"{name}: inputs/s: GLAS {statistics.median(rates):.1f}, captum's occlusion ({note}) "
                f"{statistics.median(peer):.1f}: {faster:.2f} times (asked: at least 3)"
            )
    share, of_time = first_partial(handle, picture)
    print(f"first partial map after {share:.1%} of the work, {of_time:.1%} of the time (asked: at most 10 %)")
    if sys.platform != "win32":
        few, many = peak_mb(4), peak_mb(16)
        print(f"peak memory: {few} MB at grid 4, {many} MB at grid 16 (asked: no growth)")


if __name__ == "__main__":
    main()
