"""Pointing game and increase in confidence of the walk and three others on the same photographs (SqueezeNet).

Every method explains the predicted class. "points": the map's maximum lies in a true box (of several equal pixels, the
share of them that do). "rises": with everything outside the fitted box in the mean colour, the class is more probable
than in the whole picture. The box of the walks is that of their chosen pixels without outliers; that of the other
maps is that of the Grad-CAM paper (section 4.2): around the largest blob of pixels above 15 % of the maximum.

python -m benchmarks.discernible_table [number of photographs] [file of learned weights]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.discernible_photographs import Shown, explained, probability, shown
from benchmarks.photographs import DATA, MISSING, squeezenet
from salviewer.api import NeuronPath
from salviewer.api.trained_file import read_trained
from salviewer.numeric.blobs import blob_sizes, blobs
from salviewer_plugins.discernible.box import Box, around, best_overlap

PAPER = {
    "gradcam": (40.67, 2.94),
    "gradcam-plus-plus": (50.57, 17.65),
    "cnn-fixations": (53.40, 22.36),
    "discernible-neurons": (55.25, 24.84),
}
"""Its Table 1, in per cent; the first two increases were copied there from Chattopadhay et al."""
BLOB = 0.15
CONTROL = "centred-gaussian"


def box_of(explanation: Any) -> Box | None:
    """As the method's own paper fits it."""
    for one in explanation.evidence:
        if isinstance(one, NeuronPath):
            box = one.weights["box"]
            return None if box is None else tuple(box)
    values = explanation.heatmap
    labels, count = blobs(values > BLOB * values.max())
    return around(np.argwhere(labels == 1 + int(blob_sizes(labels, count).argmax()))) if count else None


def alone(x: torch.Tensor, box: Box | None) -> torch.Tensor:
    """What lies in the box, in the mean colour; where there is no box, nothing is left."""
    left = torch.zeros_like(x)
    if box is not None:
        x0, y0, x1, y1 = (int(v) for v in box)
        left[..., y0:y1, x0:x1] = x[..., y0:y1, x0:x1]
    return left


def row_of(handle: Any, one: Shown, explanation: Any, seconds: float) -> dict[str, float]:
    """All that is counted of one method on one photograph."""
    values, box = explanation.heatmap, box_of(explanation)
    top = values == values.max()
    whole = probability(handle, one.tensor, one.target)
    kept = alone(one.tensor, box)
    area = 0.0 if box is None else (box[2] - box[0]) * (box[3] - box[1]) / values.size
    return {
        "points": float(one.truth.mask[top].mean()),
        "rises": float(probability(handle, kept, one.target) > whole),
        "overlap": best_overlap(box, one.truth.boxes),
        "area": area,
        "correct": float(one.correct),
        "small": float(one.photograph.small),
        "seconds": seconds,
    }


def say(rows: dict[str, list[dict[str, float]]]) -> None:
    """Print the table."""
    print(f"{'method':34}{'points':>8}{'small':>8}{'rises':>8}{'(correct)':>11}{'IoU':>7}{'>=.5':>7}{'area':>7}{'s':>7}"
          "   paper: points, rises")  # fmt: skip
    for name, found in rows.items():
        column = {key: np.array([row[key] for row in found]) for key in found[0]}
        small, correct = column["small"] > 0, column["correct"] > 0
        paper = PAPER.get(name)
        print(
            f"{name:34}{100 * column['points'].mean():8.1f}{_percent(column['points'][small]):8.1f}"
            f"{100 * column['rises'].mean():8.1f}{_percent(column['rises'][correct]):11.1f}"
            f"{column['overlap'].mean():7.3f}{(column['overlap'] >= 0.5).mean():7.2f}{column['area'].mean():7.2f}"
            f"{np.median(column['seconds']):7.2f}   {'' if paper is None else f'{paper[0]:.2f}, {paper[1]:.2f}'}"
        )


def _percent(values: np.ndarray) -> float:
    return 100 * float(values.mean()) if len(values) else float("nan")


def main(most: int = 80, weights: Path | None = None) -> None:
    """Explain, count and print."""
    if not DATA.is_dir():
        print(MISSING)
        return
    handle = squeezenet()
    asked: dict[str, tuple[str, dict[str, Any]]] = {key: (key, {}) for key in (*PAPER, CONTROL)}
    if weights is not None:
        facts = read_trained(weights).facts
        learned = {name: facts[name] for name in ("a_cur", "a_suc", "a_pre")}
        asked["discernible-neurons, learned"] = ("discernible-neurons", learned)
        print("learned:", json.dumps(learned))
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in asked}
    for one in shown(handle, most):
        for name, (key, params) in asked.items():
            rows[name].append(row_of(handle, one, *explained(handle, one, key, **params)))
    counted = next(iter(rows.values()))
    print(f"{len(counted)} photographs, {sum(r['correct'] for r in counted):.0f} of them correctly classified,"
          f" {sum(r['small'] for r in counted):.0f} with small objects")  # fmt: skip
    say(rows)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]), *(Path(a) for a in sys.argv[2:3]))
