"""FGVis against bare forward and backward passes of the same size, turn by turn in the same run, on one thread.

python -m benchmarks.fgvis_speed [network] [passes per turn] [turns]

The networks are untrained: the arithmetic is the same. Medians of the turns' ratios are told, in wall time and in CPU
time: other load on the machine falls on both alike, and CPU time hardly feels it. The pass that records the picture's
activations counts as FGVis's.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import torch

import salviewer as sv
from salviewer.api import GridMap, ModelInput, Progress, Request, Target
from salviewer.jobs.plan import Plan, threads
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.fgvis.descent import Descent
from salviewer_plugins.fgvis.games import GAMES
from salviewer_plugins.fgvis.similarity import Similarity


def turns(name: str, passes: int) -> dict[str, Callable[[], object]]:
    """What is timed, by name: so many passes each."""
    handle = sv.load_model(name, weights="random")
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    model = handle.loaded
    model.module.eval().requires_grad_(False)
    source = ModelInput(x, GridMap.identity((224, 224)))
    request = Request(model, source, Target(0, "0"), 0, torch.Generator(), PlannedWork(Plan(), Progress()))

    def bare() -> None:
        for _ in range(passes):
            leaf = x.clone().requires_grad_()
            torch.autograd.grad(model.module(leaf).softmax(1)[0, 0], leaf)

    def fgvis(*, defended: bool = True) -> None:
        similarity, game = Similarity([request], shared=False, defended=defended), GAMES["deletion"]
        stakes = similarity.stakes()
        descent = Descent(similarity, game, stakes, 0.1, lambda *said: None)
        descent.run(similarity.masks(game.start), [10.0], passes)

    return {"bare": bare, "fgvis": fgvis, "fgvis without the defence": lambda: fgvis(defended=False)}


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(wall seconds, CPU seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main(name: str = "resnet50", passes: int = 6, rounds: int = 3) -> None:
    """Print the ratios."""
    with threads(1):
        works = turns(name, passes)
        works["bare"]()
        taken = [{which: timed(work) for which, work in works.items()} for _ in range(rounds)]
    for which in list(works)[1:]:
        for i, clock in enumerate(("wall", "CPU")):
            ratio = statistics.median(turn[which][i] / turn["bare"][i] for turn in taken)
            each = statistics.median(turn[which][i] for turn in taken) / passes
            print(f"{name}, {passes} passes, {which}: {ratio:.2f} times bare in {clock} time ({each:.2f} s each)")


if __name__ == "__main__":
    main(*sys.argv[1:2], *(int(a) for a in sys.argv[2:4]))
