"""How long the walk of discernible neurons takes, in forward passes of the same network on the same machine.

    python benchmarks/discernible_speed.py [--nets vgg16 resnet50 squeezenet1_1] [--k 1 2 3 5 10] [--size 224]

Random weights, one thread, processor time. “record” is the forward pass that is kept, “walk” what follows it; “current”
is the walk of CNN-Fixations, “all” that of discernible neurons.
The goal for VGG-16 at 224 x 224 and the default k: at most 5 forward passes and 0.3 s.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import process_time
from typing import Any

import torch
import torchvision

from salviewer.numeric.call_graph import record
from salviewer_plugins.discernible.choice import Rules
from salviewer_plugins.discernible.walk import walk

VARIANTS: dict[str, dict[str, Any]] = {
    "current": {"a_pre": 0.0, "counting": False},
    "all": {},
}


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """(seconds of processor time, result)."""
    start = process_time()
    result = call()
    return process_time() - start, result


def measure(name: str, ks: list[int], size: int) -> list[str]:
    """A line for each k and variant."""
    torch.manual_seed(0)
    net = torchvision.models.get_model(name, weights=None).eval()
    x = torch.randn(1, 3, size, size)
    with torch.no_grad():
        net(x)
        forward = min(timed(lambda: net(x))[0] for _ in range(3))
    recording, graph = timed(lambda: record(net, x, net, title="The benchmark"))
    start = graph.tensor(graph.output).argmax(1)
    lines = [f"{name}: forward {forward:.3f} s, record {recording:.3f} s"]
    for k in ks:
        for variant, more in VARIANTS.items():
            rules = Rules(k, **more)
            seconds, path = timed(lambda rules=rules: walk(graph, start, torch.ones(1), rules, "The benchmark"))
            ratio, units = (recording + seconds) / forward, sum(len(one.flat) for one in path)
            lines.append(f"  k = {k:2}  {variant:10}  walk {seconds:6.2f} s  {ratio:6.1f} forwards  {units:7,} units")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", nargs="+", default=["vgg16", "resnet50", "squeezenet1_1"])
    parser.add_argument("--k", nargs="+", type=int, default=[1, 2, 3, 5, 10])
    parser.add_argument("--size", type=int, default=224)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for name in asked.nets:
        print("\n".join(measure(name, asked.k, asked.size)), flush=True)


if __name__ == "__main__":
    main()
