"""What a training step of the mask predictor costs, in forward passes of its classifier, and pictures per second.

    python benchmarks/mask_predictor_training.py                          # three networks, untrained weights
    python benchmarks/mask_predictor_training.py resnet50 --batch 8 --device cuda --fast

Passes and steps take turns within one run; the figure is the ratio of their median processor times (on a GPU of the
times themselves), on one thread. A step is all of it: backgrounds, the classifier's pass over the picture, the mask,
the classifier's pass over the mixed picture and back, Adam. The pictures are noise and lie in memory: reading and
decoding photographs comes on top where a processor does it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from salviewer.api import CollectionRef, GridMap, LabelledInput, ModelInput, Progress, TrainRequest
from salviewer.host import Host
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from salviewer.models.opening import open_module
from salviewer_plugins.mask_predictor.train_params import PredictorTrainParams
from salviewer_plugins.mask_predictor.trainer import MASKS, Learning
from salviewer_plugins.mask_predictor.training_loop import Loop

NETWORKS = {"resnet50": 224, "squeezenet1_0": 227, "an8flower-cnn": 92}
SETTING = 250_000 * 10
"""Pictures of the paper's setting: 250,000, ten times each."""


class Step:
    """One step about `batch` pictures, and the bare pass over them."""

    def __init__(self, name: str, side: int, batch: int, device: str, *, fast: bool) -> None:
        torch.manual_seed(0)
        module = network(name).to(device).eval().requires_grad_(False)
        model = open_module(module, input_shape=(3, side, side))
        x = torch.randn(batch, 3, side, side, device=device)
        grid = GridMap.identity((side, side))
        samples = [LabelledInput(str(i), ModelInput(x[i : i + 1], grid), 0) for i in range(batch)]
        plan = Plan(device, batch=batch, precision="bfloat16" if fast else "full")
        folder = Path(tempfile.mkdtemp())
        request = TrainRequest(
            model, samples, tuple(map(str, range(batch))), CollectionRef(key="noise"), 0, torch.Generator(device),
            PlannedWork(plan, Progress()), folder, folder,
        )  # fmt: skip
        learning = Learning(request, PredictorTrainParams(batch=batch))
        self.loop: Loop = learning.loop()
        self.loop.begin(MASKS)
        self.model, self.x, self.batch, self.plan, self.device = model, x, batch, plan, device

    def bare(self) -> None:
        with torch.no_grad(), self.plan.autocast():
            self.model(self.x)

    def step(self) -> None:
        self.loop.step(self.loop.stages[MASKS], range(self.batch))

    def seconds(self, what) -> float:
        """Of the processor, or of the clock where a GPU does the work."""
        clock = time.process_time if self.device == "cpu" else time.perf_counter
        if self.device != "cpu":
            torch.cuda.synchronize()
        start = clock()
        what()
        if self.device != "cpu":
            torch.cuda.synchronize()
        return clock() - start


def network(name: str) -> torch.nn.Module:
    host = Host.discover()
    for info in host.architectures.values():
        family = host.load(info)()
        if name in family.names():
            return family.build(name)
    raise SystemExit(f"there is no network {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--fast", action="store_true", help="bfloat16, on a GPU")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for name in asked.networks:
        step = Step(name, NETWORKS.get(name, 224), asked.batch, asked.device, fast=asked.fast)
        step.bare(), step.step()
        bare, whole = [], []
        for _ in range(asked.turns):
            bare.append(step.seconds(step.bare))
            whole.append(step.seconds(step.step))
        a, b = statistics.median(bare), statistics.median(whole)
        rate = asked.batch / b
        print(
            f"{name}, batch {asked.batch}, {asked.device}: pass {1000 * a:.0f} ms, step {1000 * b:.0f} ms = "
            f"{b / a:.2f} passes; {rate:.1f} pictures/s; 250,000 pictures x 10 epochs: {SETTING / rate / 3600:.1f} h",
            flush=True,
        )


if __name__ == "__main__":
    main()
