"""DeepFool's gradients of ten classes: one backward pass after the other, or all at once; seconds on this machine.

    python benchmarks/deepfool_gradients.py [squeezenet1_0 ...]

Each way is timed in the same run, best of three, in units of one forward pass.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torchvision import models

CLASSES, ROUNDS = 10, 3


def one_by_one(net: nn.Module, x: Tensor) -> Tensor:
    """(n, *x) by n backward passes through one forward pass."""
    at = x.clone().requires_grad_()
    logits = net(at)[0]
    return torch.stack([torch.autograd.grad(logits[k], at, retain_graph=True)[0] for k in range(CLASSES)])


def batched_backward(net: nn.Module, x: Tensor) -> Tensor:
    """The same by one backward pass over a batch of output gradients (torch's vmap)."""
    at = x.clone().requires_grad_()
    logits = net(at)[0, :CLASSES]
    return torch.autograd.grad(logits, at, torch.eye(CLASSES, device=x.device), is_grads_batched=True)[0]


def copies(net: nn.Module, x: Tensor) -> Tensor:
    """The same by n copies of the input, forward and backward as one batch."""
    at = x.repeat(CLASSES, 1, 1, 1).requires_grad_()
    return torch.autograd.grad(net(at).diagonal().sum(), at)[0][:, None]


def best(call: Callable[[], object]) -> float:
    """The shortest of a few runs, in seconds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    """Print a line per network."""
    torch.manual_seed(0)
    for name in sys.argv[1:] or ["squeezenet1_0", "resnet18"]:
        net = models.get_model(name).eval().requires_grad_(False)
        x = torch.rand(1, 3, 224, 224)
        with torch.no_grad():
            net(x)
            forward = best(lambda net=net, x=x: net(x))
        ways = {
            way.__name__: best(lambda net=net, x=x, way=way: way(net, x))
            for way in (one_by_one, batched_backward, copies)
        }
        said = "  ".join(f"{way} {seconds:.3f} s ({seconds / forward:.1f})" for way, seconds in ways.items())
        sys.stdout.write(f"{name}: forward {forward:.3f} s  {said}\n")


if __name__ == "__main__":
    main()
