"""FGVis against bare forward and backward passes of the same size, turn by turn in the same run, on one thread.

python -m benchmarks.fgvis_speed [network] [turns] [iterations of the run against which the search is set]

The networks are untrained, their normalisations fitted to noise: without that the scores run off to 0 and 1, and the
gradients become numbers so small that a processor takes a hundred times as long for them. Times are CPU time: other
load on the machine hardly counts. Peaks of memory are those above what the loaded model takes (Linux only).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

import salviewer as sv
from salviewer.api import GridMap, ModelInput, Progress, Request, Target
from salviewer.jobs.plan import Plan, threads
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.fgvis.descent import Descent
from salviewer_plugins.fgvis.games import GAMES
from salviewer_plugins.fgvis.params import FgvisParams
from salviewer_plugins.fgvis.search import search
from salviewer_plugins.fgvis.similarity import Similarity

GAME = GAMES["deletion"]


def opened(name: str) -> Request:
    """A request about the class that the network finds likeliest in a picture of noise."""
    model = sv.load_model(name, weights="random").loaded
    noise = torch.randn(3, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    for part in model.module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.momentum = 1.0
    with torch.no_grad():
        model.module.train()(noise[1:])
        logits = model.module.eval().requires_grad_(False)(noise[:1])
    source = ModelInput(noise[:1], GridMap.identity((224, 224)))
    target = Target(int(logits.argmax()), "likeliest")
    return Request(model, source, target, 0, torch.Generator(), PlannedWork(Plan(), Progress()))


def bare(request: Request) -> None:
    """One forward and backward pass."""
    leaf = request.input.tensor.clone().requires_grad_()
    torch.autograd.grad(request.model.module(leaf).softmax(1)[0, request.target.index], leaf)  # type: ignore[union-attr]


def training_step(request: Request) -> None:
    """One forward and backward pass with the gradients of all weights."""
    module: nn.Module = request.model.module  # type: ignore[assignment]
    module.train().requires_grad_(True)
    nn.functional.cross_entropy(module(request.input.tensor), torch.tensor([request.target.index])).backward()


def descents(request: Request, *, defended: bool = True) -> tuple[Descent, Similarity, Callable[[int], object]]:
    """A game that is under way, and what takes so many more iterations of it from the first mask on."""
    similarity = Similarity([request], shared=False, defended=defended)
    descent = Descent(similarity, GAME, similarity.stakes(), 0.1, lambda *said: None)
    masks = similarity.masks(GAME.start)
    return descent, similarity, lambda passes: descent.run(masks, [10.0], passes)


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU time."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def speed(name: str, turns: int) -> None:
    """Print what an iteration costs in bare passes, and what comes before the first."""
    request = opened(name)
    defended, plain = descents(request)[2], descents(request, defended=False)[2]
    works = {"bare": lambda: [bare(request) for _ in range(2)], "fgvis": lambda: defended(2)}
    works["fgvis without the defence"] = lambda: plain(2)
    for work in works.values():
        work()
    taken = [{which: cpu(work) for which, work in works.items()} for _ in range(turns)]
    one = statistics.median(turn["bare"] for turn in taken) / 2
    for which in list(works)[1:]:
        ratio = statistics.median(turn[which] / turn["bare"] for turn in taken)
        print(f"{name}, {2 * turns} iterations, {which}: {ratio:.2f} times bare ({one * ratio:.3f} s each)", flush=True)
    before = cpu(lambda: descents(request)[2](1)) / one - 1
    print(f"{name}: before the first iteration, once: {before:.1f} bare passes", flush=True)


def search_cost(name: str, iterations: int) -> None:
    """Print what the search for lambda costs in runs with a given one."""
    request = opened(name)
    given = FgvisParams(sparsity=1.0, iterations=iterations)
    single = cpu(lambda: descents(request)[2](given.iterations))

    def searched() -> None:
        descent, similarity, _ = descents(request)
        stakes, stages = similarity.stakes(), FgvisParams(iterations=iterations).stages
        search(descent, GAME, stakes, similarity.masks(GAME.start), stages, 0.9)

    print(f"{name}: the search costs {cpu(searched) / single:.2f} runs of {iterations} iterations", flush=True)


def peak(name: str, which: str) -> None:
    """Print the peak of memory in MiB above the loaded model, and for FGVis what the bounds take of it."""
    request, bounds = opened(name), 0
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    if which == "training":
        training_step(request)
    else:
        _, similarity, run = descents(request)
        run(3)
        bounds = similarity.defence.size if similarity.defence else 0
    print(f"{name}, {which}: {_memory('VmHWM') - before:.0f} MiB at most, bounds {bounds / 2**20:.0f} MiB", flush=True)


def _memory(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def main(name: str = "resnet50", turns: int = 5, iterations: int = 8) -> None:
    """Print all figures."""
    with threads(1):
        speed(name, turns)
        search_cost(name, iterations)
    for which in ("training", "fgvis"):
        call = f"from benchmarks.fgvis_speed import peak; peak({name!r}, {which!r})"
        subprocess.run([sys.executable, "-c", call], check=True)  # noqa: S603


if __name__ == "__main__":
    main(*sys.argv[1:2], *(int(a) for a in sys.argv[2:4]))
