"""Trains the sample network on the fundus phantom, and writes its weights and model card beside this file.

    python resources/models/train_fundus_phantom.py              # some minutes on one core
    python resources/models/train_fundus_phantom.py --go-on      # trains the weights that are there further
    python resources/models/train_fundus_phantom.py --measure    # only measures them

It is trained on a population of another seed than the one that the collection shows unless asked otherwise: of that one
(seed 0) the network has seen nobody.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import NamedTuple

import torch
from fundus_card import card, measure, normalised
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer_plugins.phantoms.fundus import FundusPhantom
from salviewer_plugins.phantoms.fundus_lesions import KINDS
from salviewer_plugins.phantoms.fundus_net import CLASSES, NAME, fundus_cnn
from salviewer_plugins.phantoms.params import FundusParams

HERE = Path(__file__).parent
WEIGHTS = HERE / "fundus_phantom.safetensors"
SEED, PEOPLE, BATCH, CROP, PEAK_RATE = 1, 250, 48, 96, 6e-3
FOUND_WEIGHT = 6.0
"""Of a place with a lesion against one without, which are many more."""
COVERED = 0.25
"""In so many crops the lesions, or places shaped like another crop's lesions, are covered with 0: nothing is there."""
SHIFT = 2.0
"""A finding's ReLU opens where a lesion is 12 % probable: what is doubtful counts a little."""
FACTS = ("steps", "people", "minutes", "sittings")
HEAD_STEPS, HEAD_RATE, DOUBT = 600, 1e-2, 0.04
"""Doubt: the share of a label that is spread over both classes, so that the probability does not run up to 1."""


class Pictures(NamedTuple):
    """pixels: uint8 (N, 3, 256, 256); lesions: bool (N, 4, 256, 256) by kind; label: (N,)."""

    pixels: Tensor
    lesions: Tensor
    label: Tensor


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=PEOPLE, help="whose eyes are trained on")
    parser.add_argument("--minutes", type=float, default=4, help="how long the convolutions are trained")
    parser.add_argument("--go-on", action="store_true", help="train the weights that are there further")
    parser.add_argument("--seed", type=int, default=SEED, help="of the population that is trained on; not 0")
    parser.add_argument("--measure", action="store_true", help="only measure the weights that are there")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if not asked.measure:
        make(asked)
    net = fundus_cnn()
    net.load_state_dict(load_file(WEIGHTS))
    (HERE / "fundus_phantom.md").write_text(card(WEIGHTS, measure(net.eval())), encoding="utf-8")


def make(asked: argparse.Namespace) -> None:
    """Train and write the weights, with what it took: all sittings together."""
    start = time.perf_counter()
    pictures = gather(FundusParams(seed=asked.seed, people=asked.people))
    print(f"rendered {len(pictures.label)} pictures after {time.perf_counter() - start:.0f} s", flush=True)
    torch.manual_seed(asked.seed)
    net, before = fundus_cnn(), dict.fromkeys(FACTS, 0)
    if asked.go_on:
        net.load_state_dict(load_file(WEIGHTS))
        net.full.reset_parameters()
        net.classifier.reset_parameters()
        with safe_open(str(WEIGHTS), framework="pt") as file:
            before = {key: int(file.metadata()[key]) for key in FACTS}
    steps = train_findings(net, pictures, asked.minutes * 60)
    train_head(net.eval(), pictures)
    took = (steps, asked.people, round((time.perf_counter() - start) / 60), 1)
    facts = {key: str(before[key] + now) for key, now in zip(FACTS, took, strict=True)}
    about = {"architecture": NAME, "classes": json.dumps(CLASSES), **facts}
    save_file(net.state_dict(), WEIGHTS, metadata=about)


def gather(params: FundusParams) -> Pictures:
    """The eyes of `params`."""
    eyes = FundusPhantom().open(params)
    pixels = torch.empty(len(eyes), 3, params.size, params.size, dtype=torch.uint8)
    lesions = torch.zeros(len(eyes), len(KINDS), params.size, params.size, dtype=torch.bool)
    for i, sample in enumerate(eyes):
        pixels[i] = torch.from_numpy(sample.picture.pixels).permute(2, 0, 1)
        for kind, mask in sample.masks.items():
            lesions[i, KINDS.index(kind)] = torch.from_numpy(mask)
    return Pictures(pixels, lesions, torch.tensor(eyes.labels))


def train_findings(net: nn.Sequential, pictures: Pictures, seconds: float) -> int:
    """Train the convolutions for `seconds` to say which kind of lesion lies where; the number of steps it took."""
    parts = nn.Sequential(net.features, net.findings)
    nn.init.constant_(net.findings.bias, SHIFT - 4)
    optimiser = torch.optim.AdamW(parts.parameters(), PEAK_RATE, weight_decay=1e-2)
    where = [lesions.any(0).nonzero() for lesions in pictures.lesions]
    start, done, total = time.perf_counter(), 0, 0.0
    while (share := (time.perf_counter() - start) / seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = PEAK_RATE * min(share / 0.1, 1, (1 - share) / 0.6) + 1e-5
        x, lesions = varied(*crops(pictures, where))
        there = F.max_pool2d(lesions.float(), 8)
        weight = 1 + (FOUND_WEIGHT - 1) * there
        loss = F.binary_cross_entropy_with_logits(parts(x) - SHIFT, there, weight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total, done = total + loss.item(), done + 1
        if done % 25 == 0:
            print(f"step {done}, {share:.0%} of the time: loss {total / 25:.4f}", flush=True)
            total = 0.0
    return done


def crops(pictures: Pictures, where: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Pixels (N, 3, 96, 96) and lesions (N, 4, 96, 96), half of the crops around a lesion where the eye has any."""
    x, lesions = [], []
    for row in torch.randint(len(pictures.label), (BATCH,)).tolist():
        corner = torch.randint(pictures.pixels.shape[-1] - CROP + 1, (2,))
        if len(where[row]) and torch.rand(1) < 0.5:
            middle = where[row][int(torch.randint(len(where[row]), (1,)))] - torch.randint(CROP, (2,))
            corner = middle.clamp(0, pictures.pixels.shape[-1] - CROP)
        top, left = (corner // 8 * 8).tolist()
        part = (row, slice(None), slice(top, top + CROP), slice(left, left + CROP))
        x.append(pictures.pixels[part])
        lesions.append(pictures.lesions[part])
    return torch.stack(x).float() / 255, torch.stack(lesions)


def varied(x: Tensor, lesions: Tensor) -> tuple[Tensor, Tensor]:
    """Crops as the network sees them: tinted, mirrored, turned, some covered in places."""
    n = len(x)
    gain = torch.empty(n, 1, 1, 1).uniform_(0.85, 1.15) * torch.empty(n, 3, 1, 1).uniform_(0.94, 1.06)
    x = normalised(x * gain)
    some = (lesions | lesions.roll(1, 0)).any(1, keepdim=True).float()
    covered = (torch.rand(n, 1, 1, 1) < COVERED) & F.max_pool2d(some, 3, 1, 1).bool()
    x, lesions = torch.where(covered, 0.0, x), lesions & ~covered
    turned = int(torch.randint(4, (1,)))
    x, lesions = x.rot90(turned, (2, 3)), lesions.rot90(turned, (2, 3))
    return (x.flip(3), lesions.flip(3)) if torch.rand(1) < 0.5 else (x, lesions)


def train_head(net: nn.Sequential, pictures: Pictures) -> None:
    """Train the last two layers on what is found in whole pictures."""
    with torch.inference_mode():
        parts = torch.arange(len(pictures.label)).split(BATCH)
        found = torch.cat([net[:5](normalised(pictures.pixels[rows].float() / 255)) for rows in parts])
    found, scale = found.clone(), found.std(0)
    head = net[5:]
    optimiser = torch.optim.AdamW(head.parameters(), HEAD_RATE, weight_decay=1e-2)
    for _ in range(HEAD_STEPS):
        loss = F.cross_entropy(head(found / scale), pictures.label, label_smoothing=DOUBT)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        net.full.weight.div_(scale)
        right = (head(found).argmax(1) == pictures.label).float().mean()
    print(f"head: loss {loss.item():.4f}, {right:.1%} of its own pictures right", flush=True)


if __name__ == "__main__":
    main()
