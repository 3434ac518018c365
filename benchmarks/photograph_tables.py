"""GLAS's Table 2 and the mask predictor's tables, as far as their methods exist, on real photographs (SqueezeNet).

python -m benchmarks.photograph_tables [number of photographs] [folder for the rows]     (resumes)
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.photographs import DATA, MISSING, squeezenet
from salviewer.bench.evaluate import evaluate
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.store import Store
from salviewer.bench.table import as_text, remarks, table

METHODS = (
    Asked(key="glas"),
    Asked(key="occlusion"),
    Asked(key="rise", params={"masks": 450}, label="rise (450 masks)"),
    Asked(key="gradcam"),
    Asked(key="gradcam-plus-plus"),
    Asked(key="cam"),
    Asked(key="gradient"),
    Asked(key="guided-backprop"),
    Asked(key="deconvnet"),
    Asked(key="guided-gradcam"),
    Asked(key="smoothgrad"),
    Asked(key="integrated-gradients", params={"steps": 50}, label="integrated gradients (50 steps)"),
)
METRICS = (
    Asked(key="pointing-game"),
    Asked(key="explainability"),
    Asked(key="faithfulness"),
    Asked(key="deletion", params={"steps": 28}),
    Asked(key="insertion", params={"steps": 28}),
)
VALUES = ("pointing-game/hit_centroid", "pointing-game/hit_small", "pointing-game/mass_inside")


def main(limit: int = 16, folder: Path = Path("runs/photographs")) -> None:
    """Evaluate and print."""
    if not DATA.is_dir():
        print(MISSING)
        return
    handle = squeezenet()
    spec = BenchSpec(
        models=(handle.ref,), methods=METHODS, metrics=METRICS, collection="ilsvrc", limit=limit, correct_only=True,
        collection_params={"folder": str(DATA / "imagenet_boxes")},
    )  # fmt: skip
    print(evaluate(spec, handle.shelf, folder))
    with Store(folder) as store:
        found = table(store.rows(), VALUES)
    for line in as_text(found):
        print(" | ".join(line))
    for sentence in (*remarks(found, handle.shelf.host.metrics), *(f"{m}: {e}" for m, e in found.errors.items())):
        print(sentence)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]), *(Path(a) for a in sys.argv[2:3]))
