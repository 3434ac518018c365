"""Whether 3D-GLAS and the ranking over subjects find the regions that are known to be diseased in the brain phantom.

python -m benchmarks.brain_phantom_ranking [subjects per run, such as 8]
python -m benchmarks.brain_phantom_ranking 8 left-temporal,parietal 0,1     # trains a network for each set and seed

A run: one network, the subjects with atrophy that it has not seen, their ranking. The shipped networks are five runs.
Controls: networks that were never trained, and what a ranking by chance gives.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Iterator
from math import comb
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

import salviewer as sv
import salviewer_resources
from salviewer.opened import OpenedModel
from salviewer_plugins.phantoms.brain import ATROPHY, CLASSES, FOLDS, KEY, PLANTED
from salviewer_plugins.phantoms.brain_anatomy import NAMES
from salviewer_plugins.phantoms.brain_net import NAME, PREPROCESSING, brain_cnn
from salviewer_plugins.phantoms.params import BrainParams

TOP = 5


class Run(NamedTuple):
    """ranks: of the planted regions, least first; others: not planted, among the first ranks."""

    what: str
    ranks: tuple[int, ...]
    others: tuple[str, ...]
    seconds: float

    @property
    def found(self) -> int:
        """How many of the planted regions are in the first ranks."""
        return sum(rank <= TOP for rank in self.ranks)

    def line(self) -> str:
        """As printed."""
        ranks = " ".join(f"{rank:3}" for rank in self.ranks)
        others = ", ".join(self.others) or "-"
        return f"{self.what:34} {ranks}   {self.found} of {len(self.ranks)}   {self.seconds:4.0f} s   {others}"


def ranked(what: str, model: OpenedModel, params: BrainParams, subjects: int) -> Run:
    """The ranking of the held-out subjects with atrophy by `model`, seen beside what was planted."""
    start, given = time.perf_counter(), params.model_copy(update={"subset": "held-out"}).model_dump()
    found = sv.cohort(model, KEY, "glas-3d", target=ATROPHY, limit=subjects, collection_params=given)
    table = found.evidence[2]
    ranks = dict(zip(table.regions, table.ranks().tolist(), strict=True))
    planted = PLANTED[params.regions]
    others = tuple(name for name in sorted(ranks, key=ranks.__getitem__)[:TOP] if name not in planted)
    return Run(what, tuple(sorted(ranks[name] for name in planted)), others, time.perf_counter() - start)


def shipped(subjects: int) -> Iterator[Run]:
    """The networks that come with SalViewer, each on the subjects of its fold."""
    for fold in range(FOLDS):
        model = sv.load_model(NAME, weights=f"fold-{fold}")
        yield ranked(f"medial-temporal, fold {fold}", model, BrainParams(fold=fold), subjects)


def trained(sets: tuple[str, ...], seeds: tuple[int, ...], subjects: int) -> Iterator[Run]:
    """Networks that are trained here as the shipped ones were, on other planted sets and other cohorts."""
    trainer = training()
    for regions in sets:
        for seed in seeds:
            params = BrainParams(subjects=trainer.SUBJECTS, regions=regions, seed=seed)
            cohort = trainer.gather(params)
            net = trainer.train(cohort, 0, 0)
            accuracy = trainer.measure(net, cohort, cohort.fold == 0).accuracy
            del cohort
            yield ranked(f"{regions}, seed {seed}, accuracy {accuracy:.2f}", opened(net), params, subjects)


def untrained(subjects: int) -> Iterator[Run]:
    """Networks as they were drawn."""
    for seed in range(3):
        torch.manual_seed(seed)
        yield ranked(f"untrained, seed {seed}", opened(brain_cnn().eval()), BrainParams(), subjects)


def opened(net: nn.Module) -> OpenedModel:
    return sv.load_model(net, preprocessing=PREPROCESSING, classes=CLASSES, outputs="softmax")


def training():
    """The script that made the shipped weights, as a module."""
    path = Path(salviewer_resources.__file__).parent / "models" / "train_brain_phantom.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def told(title: str, runs: Iterator[Run]) -> None:
    """Print the runs as they come, and what they amount to."""
    print(f"\n{title}")
    done = []
    for run in runs:
        done.append(run)
        print(run.line(), flush=True)
    planted, all_in = sum(len(run.ranks) for run in done), sum(run.found == len(run.ranks) for run in done)
    ranks = [rank for run in done for rank in run.ranks]
    print(
        f"planted regions in the top {TOP}: {sum(run.found for run in done)} of {planted}; all of them in "
        f"{all_in} of {len(done)} runs; median rank {statistics.median(ranks):.1f} of {len(NAMES)}"
    )


def by_chance(planted: int = 4) -> str:
    """What a ranking that knows nothing gives."""
    n = len(NAMES)
    every = comb(n - planted, TOP - planted) / comb(n, TOP)
    mean = planted * TOP / n
    return f"by chance: {mean:.2f} of {planted} in the top {TOP}; all {planted} in one run of {1 / every:,.0f}"


def main(subjects: str = "8", sets: str = "", seeds: str = "0") -> None:
    """Print a line per run: what it is, the ranks of the planted regions, which others are among the first."""
    told("shipped networks", shipped(int(subjects)))
    if sets:
        numbers = tuple(map(int, seeds.split(",")))
        told("trained here", trained(tuple(sets.split(",")), numbers, int(subjects)))
    told("control: untrained networks", untrained(int(subjects)))
    print(f"\n{by_chance()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
