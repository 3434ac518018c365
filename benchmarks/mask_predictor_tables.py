"""Tables 1 to 3 of the mask predictor's paper: trains BF, CF and MGnet, then judges all nine methods beside it.

python -m benchmarks.mask_predictor_tables [phantom | photographs] [judged] [folder] [epochs] [learned]

phantom: the rendered flowers with true masks; learned from the viewpoints that the network was trained on, judged on
those that were kept from both. photographs: the real SqueezeNet, learned from the 600 of `imagenet_227`, varied at
random, and judged on `imagenet_boxes`. judged, learned: pictures at most; 0 learns from all. What is in the folder
already is not done again.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import salviewer as sv
from benchmarks.photographs import DATA, MISSING, squeezenet
from salviewer.bench.evaluate import evaluate
from salviewer.bench.recipe import beside, said_about
from salviewer.bench.recipes import recipe
from salviewer.bench.store import Store
from salviewer.bench.table import table

TRAINED = {
    "basic": ("mask-predictor", {"transformer": "basic"}),
    "customized": ("mask-predictor", {}),
    "mask-generator": ("mask-generator", {}),
}
"""By the name that a row of the table asks for: the trainer and its parameters."""


class Setting(NamedTuple):
    """What is explained, learned from and judged on: (key, parameters) of the collections; varied: see `augment`.

    background: of `faithfulness`. A blur leaves the flowers their colour, and with it their class. batch: of training.
    """

    model: sv.OpenedModel
    learned: tuple[str, dict[str, Any]]
    judged: tuple[str, dict[str, Any]]
    varied: bool
    background: str = "blur"
    batch: int = 16


def setting(name: str) -> Setting | None:
    """The setting called `name`; None where its data is not here."""
    if name == "phantom":
        flowers = "an8flower-single-6c"
        return Setting(
            sv.load_model("an8flower-cnn"),
            (flowers, {"subset": "train"}),
            (flowers, {"subset": "held-out"}),
            varied=False,
            background="mean",
            batch=8,
        )
    if not DATA.is_dir():
        print(MISSING)
        return None
    learned, judged = (("ilsvrc", {"folder": str(DATA / one)}) for one in ("imagenet_227", "imagenet_boxes"))
    return Setting(squeezenet(), learned, judged, varied=True)


def learn(made: Setting, folder: Path, epochs: int, limit: int) -> dict[str, str]:
    """The files of what was trained, by name."""
    files = {}
    for name, (trainer, params) in TRAINED.items():
        path = folder / f"{name}.safetensors"
        if not path.exists():
            start = time.process_time()
            key, options = made.learned
            found = sv.train(
                trainer, made.model, sv.collection(key, **options), limit=limit,
                params={"epochs": epochs, "batch": made.batch, "augment": made.varied, **params}, save=path,
            )  # fmt: skip
            facts = {one: found.facts[one] for one in ("pictures", "steps", "first_loss", "last_loss", "kept")}
            print(f"{name}: {time.process_time() - start:.0f} s of processor time, {facts}", flush=True)
        files[name] = str(path)
    return files


def main(
    name: str = "phantom",
    judged: int = 24,
    folder: Path = Path("runs/mask-predictor"),
    epochs: int = 10,
    learned: int = 0,
) -> None:
    """Train, evaluate, print."""
    made = setting(name)
    if made is None:
        return
    place, wanted, shelf = folder / name, recipe("mask-predictor-tables"), made.model.shelf
    place.mkdir(parents=True, exist_ok=True)
    key, options = made.judged
    files = learn(made, place, epochs, learned)
    spec = wanted.spec(shelf.host.explainers, made.model.ref, key, options, judged, trained=files)
    asked = [m.model_copy(update={"params": {"background": made.background}}) if m.key == "faithfulness" else m
             for m in spec.metrics]  # fmt: skip
    spec = spec.model_copy(update={"metrics": tuple(asked)})
    print(evaluate(spec, shelf, place / "rows"))
    with Store(place / "rows") as store:
        found = table(store.rows(), wanted.values)
    for line in beside(wanted, found):
        print(" | ".join(line))
    for sentence in (*said_about(wanted, shelf.host.explainers), *(f"{m}: {e}" for m, e in found.errors.items())):
        print(sentence)


if __name__ == "__main__":
    first, numbers = sys.argv[1:2], sys.argv[2:]
    main(*first, *(int(a) for a in numbers[:1]), *(Path(a) for a in numbers[1:2]), *(int(a) for a in numbers[2:4]))
