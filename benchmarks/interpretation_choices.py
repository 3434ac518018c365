"""How the maps of several filters are best joined into one: the IoU with the true part, on viewpoints of the training.

    python -m benchmarks.interpretation_choices FOLDER [pictures of each class]

In FOLDER the relevant filters are kept; that of `salviewer evaluate --recipe interpretation-figure-4 -o FOLDER` has
them already. The paper does not say how maps are joined; the defaults of `interpretation` come from this table, which
never sees a held-out viewpoint. One filter is `joined="strongest"`: the scale of a map changes no IoU.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

import salviewer as sv
from salviewer.api import Heatmap, Progress
from salviewer.bench.experiment import Size
from salviewer.bench.flower_folds import LEARNED_BY, SETS, WITHOUT_AVERAGES, FlowerSet, learned
from salviewer.jobs.labels import spread

COUNTS = (1, 2, 3, 5, 10, 20)
WAYS = [
    ("stride-1", "largest"), ("stride-1", "length"), ("stride-1", "sum"), ("deconv", "largest"), ("activations", "sum"),
]  # fmt: skip


def main(folder: Path, per_class: int) -> None:
    """Print a table per set."""
    torch.set_num_threads(1)
    for which in SETS:
        found = areas(which, folder, per_class)
        print(
            f"{which.title}, fold 0: area under the IoU curve in percent, {per_class} training pictures of each class"
        )
        print("variant, channels".ljust(24), *(f"{n:>6}" for n in COUNTS), flush=True)
        for (variant, channels), rows in found.items():
            means = (f"{100 * mean:6.1f}" for mean in np.mean(rows, axis=0))
            print(f"{variant}, {channels}".ljust(24), *means, flush=True)


def areas(which: FlowerSet, folder: Path, per_class: int) -> dict[tuple[str, str], list[list[float]]]:
    """By variant and channels: per picture and number of filters the area, 0..1."""
    model = sv.load_model(which.architecture, "fold-0")
    (fold,) = which.folds(model.shelf, (0,))
    params = {**WITHOUT_AVERAGES, "layers": "all"}
    pictures = Size().training * which.classes
    state = learned(model.shelf, fold, LEARNED_BY, params, pictures, 0, folder / fold.folder, Progress())
    seen = sv.collection(fold.collection, **fold.seen())
    found: dict[tuple[str, str], list[list[float]]] = {way: [] for way in WAYS}
    for at in spread(len(seen), per_class * which.classes, seen.labels):
        picture = sv.load_input(f"collection:{fold.collection}/{seen.ids[at]}", collection=fold.seen())
        for variant, channels in WAYS:
            asked = {"variant": variant, "channels": channels, "filters": max(COUNTS)}
            told = sv.explain(model, picture, "interpretation", params=asked, trained=state)
            responses = next(one for one in told.evidence if one.kind == "filters").response
            maps = [one for one in told.evidence[1:] if isinstance(one, Heatmap)]
            joined = [sum_of(maps, responses, n) for n in COUNTS]
            measured = [sv.measure("iou", model, picture, one).values["mask_iou_area"] for one in joined]
            found[variant, channels].append(measured)
    return found


def sum_of(maps: list[Heatmap], responses: np.ndarray, count: int) -> np.ndarray:
    """The first `count` filters' maps, joined as the method joins them; a filter without a map is passed over."""
    total = np.zeros(maps[0].values.shape, np.float32) if maps else np.zeros((1, 1), np.float32)
    for one in maps:
        number = int(one.at or 0) - 1
        if number < count and responses[number] > 0:
            total += responses[number] * np.abs(one.values) / max(float(np.abs(one.values).max()), 1e-30)
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4)
