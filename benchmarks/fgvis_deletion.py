"""FGVis, Table 2: the area under the deletion curve of seven methods and the controls, on photographs (SqueezeNet).

python -m benchmarks.fgvis_deletion [number of photographs] [folder for the rows] [thorough]     (resumes)

As in the paper the predicted class is asked about, and what is taken away becomes the mean colour, which is zero in
the network's normalised space. Cheap settings unless `thorough`; the photographs of a smaller number are among those of
its multiples. The last columns are the paired difference to FGVis with its 95 % interval, and the paper's ResNet-50.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

from benchmarks.photographs import DATA, MISSING, squeezenet
from salviewer.api import Progress
from salviewer.bench.evaluate import evaluate
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.statistics import difference
from salviewer.bench.store import Store
from salviewer.bench.table import Table, table
from salviewer.errors import Cancelled

FGVIS = "fgvis (sparsity found)"
CHEAP = (
    Asked(key="fgvis", params={"iterations": 20}, label=FGVIS),
    Asked(key="fgvis", params={"iterations": 20, "sparsity": 0.0}, label="fgvis (no sparsity)"),
    Asked(key="gradcam"),
    Asked(key="occlusion", params={"window": 0.25, "stride": 0.13}),
    Asked(key="lime", params={"samples": 150, "parts": 36}),
    Asked(key="rise", params={"masks": 300}),
    Asked(key="glas", params={"grid": 12}),
)
THOROUGH = (
    Asked(key="fgvis", label=FGVIS),
    Asked(key="fgvis", params={"sparsity": 0.0}, label="fgvis (no sparsity)"),
    *(Asked(key=key) for key in ("gradcam", "occlusion", "lime", "rise", "glas")),
)
STEPS = {False: 28, True: 224}
PAPER = {FGVIS: 0.0644, "gradcam": 0.1232, "occlusion": 0.1421, "lime": 0.1217, "rise": 0.1076}


class _Counting(Progress):
    """Prints what is done, one line per photograph and method."""

    def __call__(self, fraction: float, message: str = "", preview: object = None) -> None:
        """Tell."""
        if message:
            print(f"{fraction:6.1%} {message}", flush=True)


def lines_of(found: Table) -> list[tuple[str, ...]]:
    """One per method: mean and standard error, pictures, the difference to FGVis, seconds, the paper's figure."""
    ours = found.values.get((FGVIS, "deletion"), {})
    lines: list[tuple[str, ...]] = [("method", "deletion", "n", "minus FGVis", "s", "paper")]
    for method in found.methods:
        cell, theirs = found.cells.get((method, "deletion")), found.values.get((method, "deletion"), {})
        if cell is None:
            continue
        both = [key for key in theirs if key in ours]
        gap = difference(np.array([theirs[k] for k in both]), np.array([ours[k] for k in both]))
        lines.append((
            method, f"{cell.mean:.4f} ± {cell.error:.4f}", str(cell.n),
            f"{gap.mean:+.4f} ({gap.low:+.4f} to {gap.high:+.4f})", f"{found.seconds[method].mean:.1f}",
            f"{PAPER[method]:.4f}" if method in PAPER else "",
        ))  # fmt: skip
    return lines


def main(limit: int = 20, folder: Path = Path("runs/fgvis-deletion"), thorough: bool = False) -> None:
    """Evaluate as far as it comes, and print the table of what is there."""
    if not DATA.is_dir():
        print(MISSING)
        return
    torch.set_num_threads(1)
    handle = squeezenet()
    spec = BenchSpec(
        models=(handle.ref,), methods=THOROUGH if thorough else CHEAP, collection="ilsvrc", limit=limit,
        metrics=(Asked(key="deletion", params={"background": "mean", "steps": STEPS[thorough]}),), target="predicted",
        collection_params={"folder": str(DATA / "imagenet_boxes")},
    )  # fmt: skip
    try:
        evaluate(spec, handle.shelf, folder, _Counting())
    except (Cancelled, KeyboardInterrupt):
        print("stopped: what was finished is in the table, and the next run goes on from there")
    with Store(folder) as store:
        for line in lines_of(table(store.rows())):
            print(" | ".join(line))


if __name__ == "__main__":
    main(
        *(int(a) for a in sys.argv[1:2]),
        *(Path(a) for a in sys.argv[2:3]),
        **({"thorough": True} if "thorough" in sys.argv[3:] else {}),
    )
