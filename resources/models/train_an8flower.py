"""Trains the sample networks on the three sets of an8Flower; writes weights and model cards beside this file.

    python resources/models/train_an8flower.py                         # an8flower-single-6c, every fold
    python resources/models/train_an8flower.py double-12c --folds 0    # only the first fold of another set
    python resources/models/train_an8flower.py part-2c --again         # also folds whose weights are there already
    python resources/models/train_an8flower.py --samples               # only writes the pictures in resources/samples

Folds are by viewpoint: one is kept from training with all its crops and turns, so that no augmentation leaks.
Every fold that is asked for is measured, and the card is of these.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from an8flower_card import card, measure
from an8flower_pictures import SETS, Batch, FlowerSet, Pictures, frames_of, gather, normalised, write_samples
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.numeric.folds import folds
from salviewer_plugins.phantoms.nets import FLOWER_NETS, an8flower_cnn

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
BATCH, PEAK_RATE, SEED = 64, 2e-3, 0
BARE_SHARE = 0.15
"""How many training pictures lose their discriminative part, with every class then equally right."""


def main() -> None:
    """Train, measure, write."""
    asked = arguments()
    write_samples(SAMPLES)
    if asked.samples:
        return
    torch.set_num_threads(1)
    about = SETS[asked.set]
    start = time.perf_counter()
    pictures = gather(about, augmented=True)
    print(f"rendered {len(pictures.label)} pictures after {time.perf_counter() - start:.0f} s", flush=True)
    held_out = folds(pictures.group)
    figures, minutes = {}, {}
    for fold in asked.folds:
        path = HERE / FLOWER_NETS[about.net].file(fold)
        begun = time.perf_counter()
        if asked.again or not path.exists():
            unseen = torch.zeros(len(pictures.label), dtype=torch.bool)
            unseen[held_out[fold]] = True
            write(path, about, train(about, pictures.at(~unseen), SEED + fold))
            minutes[fold] = (time.perf_counter() - begun) / 60
        net = network(about)
        net.load_state_dict(load_file(path))
        elsewhere = (frames_of(about, fold, seed) for seed in (0, 1))
        figures[fold] = measure(net.eval(), pictures.at(torch.tensor(held_out[fold])), *elsewhere)
        print(f"fold {fold}: {json.dumps(figures[fold])}, {minutes.get(fold, 0):.1f} minutes", flush=True)
    weights = sum(p.numel() for p in network(about).parameters())
    (HERE / f"{FLOWER_NETS[about.net].stem}.md").write_text(card(about, figures, minutes, weights), encoding="utf-8")


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", nargs="?", choices=tuple(SETS), default="single-6c", help="which set")
    parser.add_argument("--folds", nargs="+", type=int, choices=range(5), default=list(range(5)), help="which folds")
    parser.add_argument("--again", action="store_true", help="train anew where weights are there")
    parser.add_argument("--samples", action="store_true", help="only write the sample pictures")
    return parser.parse_args()


def network(about: FlowerSet) -> nn.Module:
    """The network for `about`, untrained."""
    return an8flower_cnn(len(about.classes))


def write(path: Path, about: FlowerSet, net: nn.Module) -> None:
    """Write the weights, which say what they are."""
    save_file(net.state_dict(), path, metadata={"architecture": about.net, "classes": json.dumps(about.classes)})


def train(about: FlowerSet, pictures: Pictures, seed: int) -> nn.Module:
    """The network after the set's epochs over `pictures`."""
    torch.manual_seed(seed)
    net = network(about)
    steps = about.epochs * -(-len(pictures.label) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, total_steps=steps)
    for epoch in range(about.epochs):
        total = 0.0
        for batch in shuffled(pictures):
            x, target = varied(batch, about)
            loss = F.cross_entropy(net(normalised(x)), target)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()
            total += loss.item() * len(x)
        print(f"epoch {epoch + 1} of {about.epochs}: loss {total / len(pictures.label):.3f}", flush=True)
    return net


def shuffled(pictures: Pictures) -> Iterator[Batch]:
    """`pictures` in portions, in a drawn order."""
    for rows in torch.randperm(len(pictures.label)).split(BATCH):
        yield pictures.batch(rows)


def varied(batch: Batch, about: FlowerSet) -> tuple[Tensor, Tensor]:
    """Pictures (N, 3, 92, 92) in which only the discriminative part can be relied on, and target probabilities (N, K).

    All but the part is tinted and brightened at random, in some pictures it is one flat colour. In `BARE_SHARE` of the
    pictures the part is painted over with one flat colour, or gone where its form is what counts, and no class is more
    right than another.
    """
    x, part, label = batch.pixels, batch.part, batch.label
    n = len(x)
    x = part * x + (1 - part) * another_rest(x, about.tint)
    bare = torch.rand(n, 1, 1, 1) < BARE_SHARE
    if batch.plain is None:
        around = F.max_pool2d(part, 3, 1, 1)
        without = around * muted(n) + (1 - around) * x
    else:
        without = another_rest(batch.plain, about.tint)
    target = F.one_hot(label, len(about.classes)).float()
    even = torch.full_like(target, 1 / len(about.classes))
    return torch.where(bare, without, x), torch.where(bare[:, :, 0, 0], even, target)


def another_rest(x: Tensor, tint: float) -> Tensor:
    """`x` tinted by up to `tint` of each channel, brightened; in some pictures one flat colour."""
    n = len(x)
    channels = torch.empty(n, 3, 1, 1).uniform_(1 - tint, 1 + tint)
    changed = (x * channels + torch.empty(n, 1, 1, 1).uniform_(-0.1, 0.1)).clamp(0, 1)
    return torch.where(torch.rand(n, 1, 1, 1) < 0.15, muted(n), changed)


def muted(n: int) -> Tensor:
    """(N, 3, 1, 1) random colours that no class has: near grey, from dark to light but not white."""
    return torch.empty(n, 1, 1, 1).uniform_(0.15, 0.75) + torch.empty(n, 3, 1, 1).uniform_(-0.08, 0.08)


if __name__ == "__main__":
    main()
