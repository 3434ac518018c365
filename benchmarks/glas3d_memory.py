"""3D-GLAS at 128^3: memory beyond the open model at few and many search points, and speed against bare forward passes.

Memory: fresh processes, the peak during the run less what was resident once model and volume were open (Linux only).
The paper's network (three convolutions of 10 filters) at 64 points; a quick one, which lets hundreds of points be
afforded, at 64 and 512: the difference of these two is what the number of points costs.
Speed: short runs and bare passes take turns, and medians of their ratios are told, in wall time and in CPU time.

python -m benchmarks.glas3d_memory [side, such as 128]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import torch
from torch import nn

import salviewer as sv
from salviewer.jobs.plan import threads
from salviewer.models.undisturbed import layout

TURNS = 3


def network(side: int, name: str = "paper") -> nn.Module:
    """The paper's network for volumes of side^3, or a "quick" one."""
    torch.manual_seed(0)
    if name == "quick":
        return nn.Sequential(nn.Conv3d(1, 4, 4, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * (side // 4) ** 3, 2))
    blocks = [(nn.Conv3d(c, 10, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2)) for c in (1, 10, 10)]
    head = (nn.Flatten(), nn.Linear(10 * (side // 8) ** 3, 32), nn.SELU(), nn.Linear(32, 16), nn.SELU())
    return nn.Sequential(*(layer for block in blocks for layer in block), *head, nn.Linear(16, 2))


def subject(side: int, name: str = "paper"):
    """The opened network and a volume of noise with 2 mm voxels."""
    volume = torch.rand(side, side, side, generator=torch.Generator().manual_seed(1)).numpy()
    affine = torch.diag(torch.tensor([2.0, 2, 2, 1])).numpy()
    return sv.load_model(network(side, name)), sv.load_input(volume, affine=affine)


PEAK = """
import gc, pathlib, re, sys
import salviewer as sv
from benchmarks.glas3d_memory import subject
side, grid, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def now(what):
    return int(re.search(what + r":\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
model, volume = subject(side, name)
gc.collect()
pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before = now("VmRSS")
plan = sv.explain(model, volume, "glas-3d", target=0, params={"grid": grid}).provenance["plan"]
print(before, now("VmHWM"), plan["batch"])
"""


def peak_mb(side: int, grid: int, name: str) -> tuple[int, int, int]:
    """(resident before the run, peak during it, batch size), in MB, of a fresh process."""
    command = [sys.executable, "-c", PEAK, str(side), str(grid), name]
    before, after, batch = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    return int(before), int(after), int(batch)


def bare(model, x, count, plan):
    """Run `count` forward passes as the plan says, inputs ready in memory."""
    form = torch.channels_last_3d if plan["layout"] == "channels-last" else torch.contiguous_format
    with model.ready(), torch.inference_mode(), threads(plan["threads"]), layout(model.module, form):
        batch = x.expand(plan["batch"], *x.shape[1:]).contiguous(memory_format=form)
        for _ in range(count // plan["batch"]):
            model.probabilities(model(batch))
        if count % plan["batch"]:
            model.probabilities(model(batch[: count % plan["batch"]]))


def timed(work):
    """(wall seconds, CPU seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def speed(side: int, grid: int) -> None:
    """Print the ratio of a run to its bare forward passes."""
    model, volume = subject(side)
    x = model.loaded.prepare(volume).tensor
    ask = {"target": 0, "params": {"grid": grid}}
    plan = sv.explain(model, volume, "glas-3d", target=0, params={"grid": 2}).provenance["plan"]
    count, turns = 2 * grid**3 + 1, []
    for _ in range(TURNS):
        before = timed(lambda: bare(model.loaded, x, count, plan))
        ours = timed(lambda: sv.explain(model, volume, "glas-3d", **ask))
        after = timed(lambda: bare(model.loaded, x, count, plan))
        turns.append((before, ours, after))
    for name, of in (("wall", 0), ("CPU", 1)):
        cost = statistics.median(2 * ours[of] / (before[of] + after[of]) for before, ours, after in turns)
        print(f"{name}: 3D-GLAS / {count} bare forward passes: {cost:.3f} (asked: at most 1.10)")
    print(f"plan: {plan}")


def main(side: int = 128) -> None:
    for name, grid in (("paper", 4), ("quick", 4), ("quick", 8)) if sys.platform == "linux" else ():
        before, after, batch = peak_mb(side, grid, name)
        print(
            f"{name} network, {grid**3} points: {after - before} MB beyond the open model ({before} MB), batch {batch}"
        )
    speed(side, 3)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
