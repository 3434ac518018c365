"""FGVis, Table 3's protocol over many methods: which lesions of the fundus phantom do their maps find?

python -m benchmarks.fgvis_lesions [number of eyes] [method,method,…]

Referable eyes of the phantom, whose lesions are known to the pixel, and its network. Two cuts of each map: above half
of its peak, as `salviewer lesions` does by default, and so that SHARE of the field of view is proposed, which puts maps
of all kinds on an equal footing. Found: at least 25 % (50 %) of one lesion's pixels are proposed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

import salviewer as sv
from salviewer.api import Explanation
from salviewer.bench.lesion_table import LesionTable, PictureScore, judge, table_of
from salviewer.data.lesion_types import lesion_type
from salviewer.data.proposed_lesions import evidence_map, within_field
from salviewer.errors import SalViewerError
from salviewer.numeric.field_of_view import field_of_view
from salviewer.numeric.lesions_found import OVERLAPS

SHARE = 0.02
HALF = 0.5
METHODS: dict[str, dict[str, Any]] = {
    "fgvis": {"iterations": 40},
    "gradcam": {},
    "gradcam-plus-plus": {},
    "occlusion": {"window": 0.1, "stride": 0.06},
    "lime": {"samples": 300},
    "rise": {"masks": 300},
    "glas": {"grid": 12},
    "gradient": {},
    "guided-backprop": {},
    "smoothgrad": {"samples": 20},
    "integrated-gradients": {"steps": 20},
    "random-map": {},
    "centred-gaussian": {},
}


def referable(limit: int) -> Iterator[tuple[Any, np.ndarray, dict[str, np.ndarray]]]:
    """(input, its pixels, its lesions by type) of the first `limit` referable eyes."""
    eyes = sv.collection("fundus-phantom")
    chosen = [i for i, label in enumerate(eyes.labels) if eyes.classes[label] == "referable"]
    for i in chosen[:limit]:
        eye = eyes[i]
        marked = {kind: mask for name, mask in eye.masks.items() if (kind := lesion_type(name)) is not None}
        yield sv.load_input(f"collection:fundus-phantom/{eyes.ids[i]}"), eye.picture.pixels, marked


def cut_for(found: Explanation, pixels: np.ndarray, wanted: float) -> float:
    """The share of the map's peak above which `wanted` of the field of view lies."""
    if found.grid is None:
        raise TypeError("an explanation that nobody placed on a photograph cannot be judged")
    inside = evidence_map(found.evidence, found.heatmap)[within_field(found.grid, field_of_view(pixels))]
    peak = float(inside.max(initial=0.0))
    return float(np.quantile(inside, 1 - wanted)) / peak if peak > 0 else 1.0


def line(name: str, cut: str, found: LesionTable) -> str:
    """A row: image-level sensitivity by type at both overlaps, and what must be read beside it."""
    cells = [f"{row.kind} " + " / ".join(f"{row.image[o]:.0%}" for o in OVERLAPS) for row in found.rows]
    return " | ".join([name, cut, *cells, f"{found.false_per_picture:.1f} false", f"{found.share:.1%} of the field"])


def main(limit: int = 12, methods: Sequence[str] = tuple(METHODS)) -> None:
    """Print two rows per method."""
    torch.set_num_threads(1)
    handle = sv.load_model("fundus-phantom-cnn", device="cpu")
    eyes = list(referable(limit))
    print(f"{len(eyes)} referable eyes; of each type the share of the eyes in which it is found, 25 % / 50 % overlap")
    for name in methods:
        scores: dict[str, list[PictureScore]] = {"half the peak": [], f"{SHARE:.0%} proposed": []}
        try:
            for picture, pixels, marked in eyes:
                found = sv.explain(handle, picture, name, target="referable", params=METHODS.get(name, {}))
                for cut, share in zip(scores, (HALF, cut_for(found, pixels, SHARE)), strict=True):
                    scores[cut].append(judge(found, pixels, marked, share, 0.0))
        except SalViewerError as e:
            print(f"{name}: {e}", flush=True)
            continue
        for cut, rows in scores.items():
            print(line(name, cut, table_of(rows)), flush=True)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]), *(a.split(",") for a in sys.argv[2:3]))
