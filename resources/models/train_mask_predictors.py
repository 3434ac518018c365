"""Trains mask predictors for the sample networks, measures them, and writes them with a card into `resources/trained`.

    python resources/models/train_mask_predictors.py                      # all, some minutes each on one core
    python resources/models/train_mask_predictors.py an8flower-cnn        # one of them
    python resources/models/train_mask_predictors.py --measure            # only measures those that are there
    python resources/models/train_mask_predictors.py --look FOLDER        # and draws their masks into FOLDER

They learn from what their network was trained on, and are judged on what was kept from both.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image, ImageFilter

import salviewer as sv
from salviewer.api import Sample, Trained
from salviewer_plugins.mask_predictor.controller import controlled, standardised, upsampled
from salviewer_plugins.mask_predictor.generator import MaskGenerator, generator_from
from salviewer_plugins.mask_predictor.taps import Taps, from_facts, record

THERE = Path(__file__).parents[1] / "trained"
CARD = THERE / "mask-predictors.md"
JUDGED = 60
"""Held-out pictures at most."""


class Plan(NamedTuple):
    """What one predictor learns from, is judged on, and how it is trained where that is not the default."""

    collection: str
    learned: dict[str, Any]
    judged: dict[str, Any]
    params: dict[str, Any]


FLOWERS = {"subset": "train"}, {"subset": "held-out"}
PLANS = {
    "an8flower-cnn": Plan("an8flower-single-6c", *FLOWERS, {"epochs": 10, "batch": 8, "halve_every": 4}),
    "an8flower-part-2c-cnn": Plan("an8flower-part-2c", *FLOWERS, {"epochs": 15, "batch": 8, "halve_every": 5}),
    "fundus-phantom-cnn": Plan(
        "fundus-phantom", {"seed": 1, "people": 60}, {"seed": 0, "people": 60},
        {"epochs": 4, "batch": 12, "halve_every": 2},
    ),
    "an8flower-double-12c-cnn": Plan("an8flower-double-12c", *FLOWERS, {"epochs": 5, "batch": 8, "halve_every": 2}),
}  # fmt: skip
"""By the network's architecture. Batches are smaller than the paper's 64, as the collections are than its 250,000."""

HEAD = """\
# Mask predictors of the sample networks

Each is a small network that reads its classifier's feature maps and says in one pass which places of a picture leave
its class in it; method and trainer `mask-predictor`. They are offered when their classifier is open.

**Training.** `python resources/models/train_mask_predictors.py`: customized scores (eta 1.5, h 2.5), Adam, learning
rate 0.01, seed 0, and else as the table says; "halved" is after how many epochs the learning rate is.

**Measured** on pictures that neither the classifier nor the predictor has learned from. True: the share of the
picture that the true mask covers. In the truth: the mean score of its places over the mean score of all others. Hit:
how often the greatest score lies in it, or within one place of the coarse mask of it (4 pixels). Class kept: how
often the classifier says the same where the mask hides the rest behind a random colour with noise; alone: and of that
background alone.

| network | learned from | epochs | batch | halved | KB | judged on | true | in the truth | hit | class kept | alone |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""
TAIL = """
**Limits.** They know their one network, and rendered pictures. A mask says what is enough for the class, not what is
needed for it: places that neither help nor harm it cost the loss nothing, such as the edges of the pot, which score
like the balls or thorns in one of eight pictures of `an8flower-part-2c`.

**Licence.** Apache-2.0, as all of SalViewer; weights and pictures were made by the project's own scripts.
"""


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", help="by architecture; all where none is named")
    parser.add_argument("--measure", action="store_true", help="only measure those that are there")
    parser.add_argument("--look", type=Path, help="a folder for pictures of masks")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    THERE.mkdir(exist_ok=True)
    for name in () if asked.measure else asked.networks or PLANS:
        make(name)
    there = [name for name in PLANS if file_of(name).exists()]
    CARD.write_text(HEAD + "".join(map(row, there)) + TAIL, encoding="utf-8")
    if asked.look is not None:
        for name in there:
            draw(name, asked.look)


def file_of(name: str) -> Path:
    """Where the predictor of the network `name` is."""
    return THERE / f"mask-predictor-{name}.safetensors"


def make(name: str) -> None:
    """Train the predictor of the network `name` and write it."""
    plan = PLANS[name]
    found = sv.train(
        "mask-predictor", sv.load_model(name), sv.collection(plan.collection, **plan.learned), params=plan.params,
        progress=lambda fraction, message: print(f"{name} {fraction:.1%} {message}", flush=True), save=file_of(name),
    )  # fmt: skip
    print(name, {key: found.facts[key] for key in ("steps", "first_loss", "last_loss", "kept")}, flush=True)


class Predictor:
    """A trained predictor, with its network."""

    def __init__(self, name: str) -> None:
        self.model = sv.load_model(name).loaded
        self.trained: Trained = sv.load_trained(file_of(name))
        facts = self.trained.facts
        self.taps: Taps = from_facts(facts["taps"])
        channels = [tap.channels for tap in self.taps]
        self.net: MaskGenerator = generator_from(self.trained.tensors, channels, facts["classes"], facts["width"])

    def masks(self, samples: Sequence[Sample]) -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
        """(masks (N, H, W), inputs, predicted classes)."""
        facts = self.trained.facts
        x = torch.cat([self.model.prepare(sample.picture).tensor for sample in samples])
        with torch.no_grad(), self.model.ready():
            logits, maps = record(self.model, x, self.taps)
            own = logits.argmax(1)
            scores = controlled(standardised(self.net(maps, own)), facts["transformer"], facts["eta"], facts["h"])
            return upsampled(scores, x.shape[2:])[:, 0].numpy(), x, own


def judged(name: str) -> list[Sample]:
    """The held-out pictures that have something to find, at most `JUDGED`, spread over all."""
    samples = sv.collection(PLANS[name].collection, **PLANS[name].judged)
    usable = [i for i in range(len(samples)) if any(mask.any() for mask in samples[i].masks.values())]
    return [samples[i] for i in usable[:: max(1, len(usable) // JUDGED)]]


def truth_of(sample: Sample, size: Sequence[int]) -> np.ndarray:
    """The true mask (H, W) at the size of the network's input."""
    whole = np.any(list(sample.masks.values()), axis=0)
    return np.asarray(Image.fromarray(whole).resize((size[1], size[0]), Image.Resampling.NEAREST))


def widened(mask: np.ndarray, by: int) -> np.ndarray:
    """`mask` (H, W) with all that is within `by` pixels of it along either axis."""
    return np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(2 * by + 1))) > 0


def row(name: str) -> str:
    """The table's row of the network `name`."""
    from salviewer_plugins.mask_predictor.backgrounds import coloured

    predictor, samples = Predictor(name), judged(name)
    masks, x, own = predictor.masks(samples)
    truth = np.stack([truth_of(sample, x.shape[2:]) for sample in samples])
    place = round(x.shape[3] / predictor.trained.facts["side"][1])
    hits = np.mean([widened(t, place).flat[m.argmax()] for m, t in zip(masks, truth, strict=True)])
    with torch.no_grad(), predictor.model.ready():
        behind = coloured(x, predictor.model.encode, torch.Generator().manual_seed(0))
        mixed = torch.lerp(behind, x, torch.from_numpy(masks)[:, None])
        kept, anyway = ((predictor.model(part).argmax(1) == own).float().mean() for part in (mixed, behind))
    params, about = predictor.trained.provenance["params"], predictor.trained.provenance["collection"]
    learned = f"`{about['key']}`, {about['samples']} pictures{', varied' if params['augment'] else ''}"
    return (
        f"| `{name}` | {learned} | {params['epochs']} | {params['batch']} | {params['halve_every']} "
        f"| {file_of(name).stat().st_size / 1000:.0f} | {len(samples)} | {truth.mean():.1%} "
        f"| {masks[truth].mean() / masks[~truth].mean():.1f} x | {hits:.0%} | {kept:.0%} | {anyway:.0%} |\n"
    )


def draw(name: str, folder: Path, count: int = 8) -> None:
    """Pictures above, what their masks leave of them below, as one PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    predictor, samples = Predictor(name), judged(name)
    chosen = samples[:: max(1, len(samples) // count)][:count]
    masks, x, _ = predictor.masks(chosen)
    raw = predictor.model.decode(x).clamp(0, 1).permute(0, 2, 3, 1).numpy()
    rows = [np.concatenate(list(part), 1) for part in (raw, raw * masks[..., None], np.repeat(masks[..., None], 3, 3))]
    Image.fromarray((255 * np.concatenate(rows, 0)).astype(np.uint8)).save(folder / f"{name}.png")


if __name__ == "__main__":
    main()
