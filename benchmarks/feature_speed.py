"""The norms of all filters against bare forward passes: one network and batch, one thread, interleaved; median ratios.

As in a training, the first pass is sorted call by call and not measured; those after it repeat its steps.

python -m benchmarks.feature_speed
"""

from __future__ import annotations

import statistics
import time

import torch
import torchvision

from salviewer_plugins.interpretation.repeated_norms import RepeatedNorms
from salviewer_plugins.phantoms.nets import an8flower_cnn

TURNS = 9


def timed(work):
    """(wall seconds, CPU seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    subjects = (
        ("ResNet-18", torchvision.models.resnet18(), 224, 8, 1000),
        ("VGG-11", torchvision.models.vgg11(), 224, 4, 1000),
        ("SqueezeNet 1.0", torchvision.models.squeezenet1_0(), 224, 8, 1000),
        ("an8Flower's network", an8flower_cnn(6), 92, 32, 6),
    )
    for name, net, side, batch, classes in subjects:
        net.eval()
        for p in net.parameters():
            p.requires_grad_(False)
        x = torch.randn(batch, 3, side, side)

        def bare(net=net, x=x):
            with torch.inference_mode():
                net(x)

        repeated = RepeatedNorms(net, net, classes)

        def norms(repeated=repeated, x=x):
            repeated(x)

        bare(), norms()  # warm, and sorted
        turns = [(timed(bare), timed(norms), timed(bare)) for _ in range(TURNS)]
        wall, cpu = (statistics.median((a[of] + c[of]) / (2 * b[of]) for a, b, c in turns) for of in (0, 1))
        print(f"{name}, batches of {batch}: {wall:.1%} of the bare throughput, by CPU time {cpu:.1%} (asked: 90 %)")


if __name__ == "__main__":
    main()
