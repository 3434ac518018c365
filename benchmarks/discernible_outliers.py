"""Which circle and which share tell outliers best: chosen on every other photograph, reported on the rest.

python -m benchmarks.discernible_outliers [number of photographs] [method]
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.discernible_photographs import chosen_pixels, explained, shown
from benchmarks.photographs import DATA, MISSING, squeezenet
from salviewer_plugins.discernible.box import best_overlap, fitted_box

RADII = (0.05, 0.1, 0.15, 0.2, 0.3)
SHARES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


def main(most: int = 80, method: str = "discernible-neurons") -> None:
    """Print mean overlap and share of right boxes for each pair, on both halves."""
    if not DATA.is_dir():
        print(MISSING)
        return
    handle = squeezenet()
    overlaps = []
    for one in shown(handle, most):
        if one.correct:
            points = chosen_pixels(explained(handle, one, method)[0])
            shape = tuple(one.tensor.shape[2:])
            boxes = [[fitted_box(points, shape, radius, share) for share in SHARES] for radius in RADII]
            overlaps.append([[best_overlap(box, one.truth.boxes) for box in row] for row in boxes])
    found = np.array(overlaps)
    for name, half in (("chosen on", found[::2]), ("the rest", found[1::2])):
        print(f"{name}: {len(half)} correctly classified photographs; mean overlap (share of boxes with 0.5)")
        print("radius \\ share " + "".join(f"{share:>14}" for share in SHARES))
        for radius, row in zip(RADII, half.transpose(1, 2, 0), strict=True):
            print(f"{radius:14} " + "".join(f"{v.mean():7.3f} ({(v >= 0.5).mean():.2f})" for v in row))
    best = np.unravel_index(found[::2].mean(axis=0).argmax(), (len(RADII), len(SHARES)))
    print(f"best on the first half: radius {RADII[best[0]]}, share {SHARES[best[1]]}")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]), *sys.argv[2:3])
