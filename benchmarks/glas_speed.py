"""GLAS against bare forward passes and captum's occlusion: same network, picture, device and precision, interleaved.

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

TURNS = 5


def subject():
    """The real SqueezeNet and a photograph, or the same network untrained and noise: the arithmetic is the same."""
    if DATA.is_dir():
        return squeezenet(), sv.load_input(next(photographs()).path)
    net = sv.load_model("squeezenet1_0", weights="random")
    return net, sv.load_input(torch.rand(3, 256, 256, generator=torch.Generator().manual_seed(0)))


def bare(model, x, count, plan):
    """Seconds for `count` forward passes as the plan says, inputs ready in memory."""
    with model.ready(), torch.inference_mode(), threads(plan["threads"]):
        form = torch.channels_last if plan["layout"] == "channels-last" else torch.contiguous_format
        with layout(model.module, form):
            batch = x.expand(plan["batch"], *x.shape[1:]).contiguous(memory_format=form)
            start = time.perf_counter()
            for _ in range(count // plan["batch"]):
                model.probabilities(model(batch))
            if count % plan["batch"]:
                model.probabilities(model(batch[: count % plan["batch"]]))
            return time.perf_counter() - start


def captum_occlusion(model, x):
    """(masks, seconds) of captum's occlusion at 32 perturbations per evaluation, as a user of it calls it."""
    occlusion = Occlusion(lambda z: model.probabilities(model(z)))
    with model.ready(), torch.no_grad():
        start = time.perf_counter()
        occlusion.attribute(
            x, target=0, sliding_window_shapes=(3, 45, 45), strides=(3, 21, 21), perturbations_per_eval=32
        )
        masks = (1 + -(-(x.shape[2] - 45) // 21)) * (1 + -(-(x.shape[3] - 45) // 21))
        return masks, time.perf_counter() - start


def first_partial(handle, picture):
    """(share of the work, share of the time) at which the first partial map came."""
    heard = []
    start = time.perf_counter()
    progress = Progress(lambda f, m, e: heard.append((f, bool(e), time.perf_counter() - start)))
    sv.explain(handle, picture, "glas", progress=progress)
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
    count = 2 * 15 * 15 + 1
    ratios, masks_per_s, captum_per_s, forward_per_s = [], [], [], []
    for _ in range(TURNS):
        bare_before = bare(model, x, count, plan)
        start = time.perf_counter()
        sv.explain(handle, picture, "glas")
        ours = time.perf_counter() - start
        bare_after = bare(model, x, count, plan)
        ratios.append(2 * ours / (bare_before + bare_after))
        masks, theirs = captum_occlusion(model, x)
        masks_per_s.append(count / ours)
        forward_per_s.append(2 * count / (bare_before + bare_after))
        captum_per_s.append(masks / theirs)
    ratio = statistics.median(a / b for a, b in zip(masks_per_s, captum_per_s, strict=True))
    print(f"plan: {plan}")
    print(f"GLAS / bare forward passes ({count} inputs): {statistics.median(ratios):.3f}   (asked: at most 1.10)")
    print(f"inputs/s: bare {statistics.median(forward_per_s):.1f}, GLAS {statistics.median(masks_per_s):.1f}, ", end="")
    print(f"captum occlusion {statistics.median(captum_per_s):.1f}: {ratio:.2f} times   (asked: at least 3)")
    share, of_time = first_partial(handle, picture)
    print(f"first partial map after {share:.1%} of the work, {of_time:.1%} of the time   (asked: at most 10 %)")
    if sys.platform != "win32":
        few, many = peak_mb(6), peak_mb(24)
        print(f"peak memory: {few} MB at grid 6, {many} MB at grid 24")


if __name__ == "__main__":
    main()
