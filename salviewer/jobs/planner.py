"""Finds the plan by which a network runs fastest here: short, interleaved trials within a budget."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import torch
from torch import Tensor

from salviewer.api import Model
from salviewer.jobs.footprint import bytes_per_image, free_bytes
from salviewer.jobs.plan import Layout, Plan, PlanBook, threads
from salviewer.models.undisturbed import layout
from salviewer.numeric.out_of_memory import is_out_of_memory

BUDGET_S = 0.6
"""Time for the trials of one precision; a network too slow for it is tried once per candidate."""
BATCH_S = 0.25
"""No batch takes longer, so that cancel and partial maps come in time."""
MEMORY_SHARE = 0.5
"""Share of the free memory that one batch may take, if nobody says otherwise."""
VOLUME_BYTES = 800 * 2**20
"""What one batch of volumes may take on a CPU, where larger ones are hardly faster and a window must stay alive."""
SWITCH = 1.03
"""A candidate must be faster than the best so far by this factor: a tie goes to the simpler one."""

PASS_S = 0.0005
"""What a method does around each pass, beside the network: it makes larger batches worth while for small networks."""

Trial = Callable[[Plan], float]


def plan_for(
    model: Model,
    x: Tensor,
    book: PlanBook,
    *,
    max_threads: int,
    fast: bool = False,
    memory_share: float = MEMORY_SHARE,
) -> Plan:
    """The plan for `model` on inputs like x (1, C, *S): looked up, or measured now and kept.

    memory_share: of the free memory, for one batch, 0..1. With `fast` the plan may use bfloat16, if that is faster;
    whether it is harmless is proven during the run.
    """
    device = str(x.device)
    shape = "x".join(map(str, x.shape[1:]))
    kind = "fast" if fast else "full"
    key = f"{model.sha256}{model.variant}/{device}/{shape}/{max_threads}/{kind}/{torch.__version__}"
    known = book.get(key)
    if known is None:
        known = measure(model, x, max_threads=max_threads, fast=fast, memory_share=memory_share)
        book.keep(key, known)
    return replace(known, batch=min(known.batch, _batch_limit(x, known.bytes_per_image, memory_share)))


def measure(
    model: Model, x: Tensor, *, max_threads: int, fast: bool = False, memory_share: float = MEMORY_SHARE
) -> Plan:
    """The fastest plan among a few candidates, by the medians of interleaved trials."""
    with torch.no_grad():
        need = bytes_per_image(model, x)
    limit = _batch_limit(x, need, memory_share)
    plain = Plan(str(x.device), batch=min(4, limit), threads=max_threads, bytes_per_image=need)
    candidates = [replace(plain, layout=f, threads=n) for f in _layouts(x) for n in _threads(max_threads, x)]
    best = _fastest(model, x, candidates)
    best = _best_batch(model, x, best, limit)
    if fast:
        best = _fastest(model, x, [best, *(replace(best, precision="bfloat16", batch=n) for n in {best.batch, 4, 8})])
    return best


def _best_batch(model: Model, x: Tensor, plan: Plan, limit: int) -> Plan:
    """`plan` with the batch size at which doubling it no longer helps, or halving it if doubling never did."""
    most = 32 if x.device.type == "cpu" else 256
    best = plan
    for sizes in ([plan.batch * 2**k for k in range(1, 7)], [plan.batch // 2**k for k in (1, 2)]):
        for n in (n for n in sizes if 1 <= n <= min(limit, most) and _quick(best, n)):
            tried = _fastest(model, x, [best, replace(best, batch=n)], switch=1.01 if n > best.batch else SWITCH)
            if tried.batch != n:
                break
            best = tried
        if best.batch != plan.batch:
            break
    return best


def _layouts(x: Tensor) -> tuple[Layout, ...]:
    return ("contiguous", "channels-last") if x.ndim in (4, 5) else ("contiguous",)


def _threads(most: int, x: Tensor) -> tuple[int, ...]:
    """Fewer come first: where more are not faster, they are left to others."""
    return (most,) if most == 1 or x.device.type != "cpu" else (max(1, most // 2), most)


def _quick(plan: Plan, batch: int) -> bool:
    return plan.images_per_s == 0 or batch / plan.images_per_s <= BATCH_S


def _batch_limit(x: Tensor, need: int, memory_share: float) -> int:
    """Inputs like x, each of which takes `need` bytes, that a batch may have."""
    most = memory_share * free_bytes(x.device)
    if x.ndim == 5 and x.device.type == "cpu":
        most = min(most, VOLUME_BYTES)
    return int(max(1, min(256, most / max(1, need))))


def _fastest(model: Model, x: Tensor, plans: Iterable[Plan], switch: float = SWITCH) -> Plan:
    """The plan with the most images per second; slower-by-twice candidates are dropped after their first trial."""
    plans = list(dict.fromkeys(plans))
    seconds: dict[Plan, list[float]] = {plan: [] for plan in plans}
    start = time.perf_counter()
    for turn in range(5):
        for plan in plans:
            if turn and _hopeless(plan, seconds):
                continue
            took = _trial(model, x, plan, warm=turn > 0)
            if took is not None:
                seconds[plan].append(took)
        if time.perf_counter() - start > BUDGET_S / 2:
            break
    speeds = {p: p.batch / (statistics.median(t) + PASS_S) for p, t in seconds.items() if t}
    best = plans[0]
    for plan, speed in speeds.items():
        if speed > switch * speeds.get(best, 0.0):
            best = plan
    return replace(best, images_per_s=round(speeds.get(best, 0.0), 1))


def _hopeless(plan: Plan, seconds: dict[Plan, list[float]]) -> bool:
    rates = [p.batch / min(t) for p, t in seconds.items() if t]
    return not seconds[plan] or plan.batch / min(seconds[plan]) < 0.5 * max(rates)


def _trial(model: Model, x: Tensor, plan: Plan, *, warm: bool) -> float | None:
    """Seconds for one forward pass under `plan`; None where memory does not suffice."""
    dims = x.ndim - 2
    try:
        with torch.inference_mode(), threads(plan.threads), layout(model.module, plan.memory_format(dims)):
            batch = x.expand(plan.batch, *x.shape[1:]).contiguous(memory_format=plan.memory_format(dims))
            with plan.autocast():
                if not warm:
                    model(batch)
                _wait(x.device)
                start = time.perf_counter()
                model(batch)
                _wait(x.device)
            return time.perf_counter() - start
    except (RuntimeError, MemoryError) as e:
        if is_out_of_memory(e):
            return None
        raise


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
