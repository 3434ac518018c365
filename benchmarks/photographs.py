"""The real network and photographs that some benchmarks use, and the pointing game on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

import salviewer as sv

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
MISSING = "skipped: the real networks and photographs (../shared/data) are not on this machine"


@dataclass(frozen=True)
class Photograph:
    """One photograph with its true class and boxes (x0, y0, x1, y1) in its own pixels."""

    path: Path
    label: int
    boxes: tuple[tuple[float, float, float, float], ...]
    small: bool


def squeezenet():
    """The real ImageNet SqueezeNet, at the crop that it was trained with."""
    crop = sv.Preprocessing(resize=256, crop=(227, 227), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    weights = DATA / "models" / "squeezenet1_0_deepcompression.safetensors"
    return sv.load_model("squeezenet1_0", weights=str(weights), preprocessing=crop)


def photographs() -> Iterator[Photograph]:
    """All photographs with boxes, in file order."""
    folder = DATA / "imagenet_boxes"
    for entry in json.loads((folder / "annotations.json").read_text()):
        boxes = tuple(tuple(map(float, box)) for box in entry["boxes"])
        yield Photograph(folder / "images" / entry["file"], entry["index"], boxes, entry["box_area_fraction"] < 0.25)


def point_of(heatmap: np.ndarray, threshold: float = 0.95) -> tuple[float, float]:
    """(x, y): centroid of the largest blob of pixels above `threshold` of the maximum (the GLAS paper's rule)."""
    filled = np.nan_to_num(heatmap, nan=-np.inf)
    blobs, count = ndimage.label(filled > threshold * filled.max())
    sizes = ndimage.sum_labels(np.ones_like(blobs), blobs, range(1, count + 1))
    row, column = ndimage.center_of_mass(blobs == 1 + int(np.argmax(sizes)))
    return column, row


def hits(heatmap: np.ndarray, photograph: Photograph) -> bool:
    """Whether the map's point lies inside a true box."""
    x, y = point_of(heatmap)
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in photograph.boxes)


def share_inside(heatmap: np.ndarray, photograph: Photograph) -> float:
    """Share of the map's positive mass that lies inside the true boxes."""
    mass = np.maximum(np.nan_to_num(heatmap), 0)
    inside = np.zeros(mass.shape, bool)
    for x0, y0, x1, y1 in photograph.boxes:
        inside[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = True
    return float(mass[inside].sum() / mass.sum()) if mass.sum() > 0 else 0.0
