"""How much memory a forward pass takes, and how much is free."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import psutil
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

SCRATCH = 1.5
"""Kernels' own scratch memory, as a share of the tensors alive: im2col buffers, reordered weights."""

SAME_S = 0.25
"""The free memory is taken to be the same for so long."""


class _Alive(TorchDispatchMode):
    """Counts the bytes of the tensors that are alive, newly made ones only."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        known = {id(t) for t in tree_leaves((args, kwargs))}
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor) and id(tensor) not in known and not tensor._is_view():
                size = tensor.numel() * tensor.element_size()
                self.now += size
                weakref.finalize(tensor, self._freed, size)
        self.peak = max(self.peak, self.now)
        return out

    def _freed(self, size: int) -> None:
        self.now -= size


def bytes_per_image(forward: Callable[[torch.Tensor], Any], x: torch.Tensor) -> int:
    """Memory that `forward` needs for the one image x (1, C, *S), beyond the model: an estimate, on the high side."""
    if x.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(x.device)
        before = torch.cuda.memory_allocated(x.device)
        forward(x)
        return max(1, torch.cuda.max_memory_allocated(x.device) - before)
    with _Alive() as alive:
        forward(x)
    return max(1, int(alive.peak * SCRATCH))


def free_bytes(device: torch.device) -> int:
    """Memory that is free for use on `device`."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(free + cached)
    return _free_memory(int(time.monotonic() / SAME_S))


@lru_cache(maxsize=1)
def _free_memory(_: int) -> int:
    """Looked up once per `SAME_S`: it takes as long as a small job's own work."""
    return int(psutil.virtual_memory().available)
