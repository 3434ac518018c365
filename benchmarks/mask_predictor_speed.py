"""What an explanation by a mask predictor costs, in bare forward passes: asked are at most 1.6, and 1.5 for many.

    python -m benchmarks.mask_predictor_speed [--batch 64] [--turns 15]

Random weights, one thread, processor time; every turn runs all of them, one after the other; medians of the turns'
ratios. “explain” is the method alone, with its forward pass; “sv.explain” is the call that people make, on a picture
that was opened; “batch” is `explain_batch` of inputs of their own against one pass of the same batch.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from dataclasses import replace
from time import process_time
from typing import Any

import numpy as np
import torch
import torchvision

import salviewer as sv
from salviewer.api import GridMap, ModelInput, Progress, Request, Target, Trained
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.mask_predictor.explainer import MaskPredictor
from salviewer_plugins.mask_predictor.generator import WIDTH, MaskGenerator, tensors_of
from salviewer_plugins.mask_predictor.params import PredictorParams
from salviewer_plugins.mask_predictor.taps import find_taps
from salviewer_plugins.phantoms.nets import PREPROCESSING, an8flower_cnn


def seconds(call: Callable[[], Any]) -> float:
    """Of processor time."""
    start = process_time()
    call()
    return process_time() - start


def ratios(bare: Callable[[], Any], calls: dict[str, Callable[[], Any]], turns: int) -> dict[str, tuple[float, float]]:
    """For each call (median of its time over the bare one's, its median in ms), interleaved; "bare" among them."""
    everything = {"bare": bare, **calls}
    for call in everything.values():
        call(), call()
    times = [{name: seconds(call) for name, call in everything.items()} for _ in range(turns)]
    return {
        name: (
            statistics.median(one[name] / one["bare"] for one in times),
            1e3 * statistics.median(one[name] for one in times),
        )
        for name in everything
    }


def measure(title: str, net: torch.nn.Module, classes: int, side: int, batch: int, turns: int) -> None:
    """Print a line for one, and one for many."""
    preprocessing = PREPROCESSING.model_copy(update={"resize": (side, side)}) if side != 92 else PREPROCESSING
    opened = sv.load_model(
        net.eval(), classes=tuple(map(str, range(classes))), preprocessing=preprocessing, device="cpu"
    )
    model = opened.loaded
    picture = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    x = torch.randn(batch, 3, side, side, generator=torch.Generator().manual_seed(0))
    trained = untrained(model, x[:1], classes)
    about = {"trainer": "mask-predictor", "model": {"sha256": model.sha256}}
    given = replace(trained, provenance=about)
    fresh = iter(range(10**9))

    def one() -> None:
        MaskPredictor().explain(request(model, x[:1], trained), PredictorParams(), Progress())

    def whole() -> None:  # every picture differs in a pixel, so that nothing is known of it before
        picture[0, 0, 0] = next(fresh) % 256
        picture[0, 1, 0] = (next(fresh) // 256) % 256
        sv.explain(opened, sv.load_input(picture), "mask-predictor", trained=given)

    def many() -> None:
        rows = [request(model, row, trained) for row in x.split(1)]
        MaskPredictor().explain_batch(rows, PredictorParams(), Progress())

    with model.ready(), torch.inference_mode():
        single = ratios(lambda: model(x[:1]), {"explain": one, "sv.explain": whole}, turns)
        several = ratios(lambda: model(x), {"batch": many}, max(3, turns // 5))
    told = ", ".join(f"{name} {ratio:.2f} ({ms:.1f} ms)" for name, (ratio, ms) in (*single.items(), *several.items()))
    print(f"{title}, width {WIDTH}, batch of {batch}: {told}", flush=True)


def untrained(model: Any, x: torch.Tensor, classes: int) -> Trained:
    """What a trainer leaves, with random weights."""
    taps = find_taps(model, x)
    generator = MaskGenerator([tap.channels for tap in taps], classes)
    facts = {"taps": [tap.facts() for tap in taps], "classes": classes, "width": WIDTH}
    return Trained(tensors_of(generator), {**facts, "transformer": "customized", "eta": 1.5, "h": 2.5})


def request(model: Any, x: torch.Tensor, trained: Trained) -> Request:
    """About the first class, of one input that nothing is known of."""
    work = PlannedWork(Plan(batch=len(x) * 64), Progress(), partial=False)
    source = ModelInput(x, GridMap.identity(tuple(x.shape[2:])))
    return Request(model, source, Target(0, "0"), 0, torch.Generator(), work, trained=trained)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--turns", type=int, default=15)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    flowers = an8flower_cnn(6)
    measure("an8flower-cnn", flowers, 6, 92, asked.batch, 4 * asked.turns)
    for name in ("squeezenet1_0", "squeezenet1_1", "resnet50"):
        measure(name, torchvision.models.get_model(name, weights=None), 1000, 224, asked.batch, asked.turns)


if __name__ == "__main__":
    main()
