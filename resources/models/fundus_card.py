"""The model card of the network for the fundus phantom: what is measured, and how it is told."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor, nn

from salviewer_plugins.phantoms.fundus import FundusPhantom, Place
from salviewer_plugins.phantoms.fundus_eye import Eye, eye
from salviewer_plugins.phantoms.fundus_lesions import DOTS, DOTS_ALLOWED, KINDS
from salviewer_plugins.phantoms.fundus_net import PREPROCESSING, SIDE, fundus_cnn
from salviewer_plugins.phantoms.fundus_render import photograph
from salviewer_plugins.phantoms.params import FundusParams

HELD_OUT_SEED, PEOPLE = 0, 100

CARD = """\
# fundus-phantom-cnn, trained on the fundus phantom

A small convolutional network that tells rendered retinas with the lesions of diabetes from healthy ones. It is here to
try explanation methods on findings that are a few pixels wide: where they are is known to the pixel.

**Architecture.** `fundus-phantom-cnn` (`salviewer_plugins.phantoms.fundus_net`): six convolutions with batch
normalisation and ReLU down to 32 x 32 places, a 1 x 1 convolution to four findings with ReLU, their means over the
picture, two fully connected layers; {weights:,} weights. The whole picture is resized to {side} x {side}. Outputs:
softmax over healthy and referable.

**Data.** The collection `fundus-phantom` of other seeds than 0, {people} persons, two eyes each. A retina is referable
if it has any hemorrhage, hard or soft exudate, or more than {allowed} red small dots.

**Training.** `python resources/models/train_fundus_phantom.py`, {sittings} times (the later ones with `--go-on`, each
with people of its own; the first saw more angular vessels and rougher exudates): AdamW, seeded, {minutes} minutes on
one core of a busy machine, rendering included. First the convolutions, {steps} steps of 48 crops of 96 x 96 pixels:
each of the four findings is taught which places have its kind of lesion. In a quarter of the crops lesions, and places
shaped like lesions of another crop, are covered with the normalised 0, and count as nothing: so covering is neither a
finding nor a clue. Then the last two layers, on what is found in the whole pictures, with labels of 98 %, so that
probabilities stay away from 0 and 1. How long it trains is set in minutes, so another machine comes to other weights.

**Measured** on seed {seed}, {eyes} eyes of {persons} persons, none of whom it was trained on:

| | |
|---|---|
| accuracy | {accuracy:.1%} |
| area under the ROC curve | {auc:.4f} |
| healthy eyes called healthy (specificity) | {specificity:.1%} |
| healthy eyes with one or two red small dots called healthy | {few:.1%} of {few_count} |
| referable eyes called referable (sensitivity) | {sensitivity:.1%} |

| eyes with one kind of lesion alone, the others left out | eyes | called referable |
|---|---|---|
{rows}

**Does it look at the lesions?** The mean probability of "referable" is {with_lesions:.3f} for the referable eyes and
{without:.3f} for the same eyes rendered without lesions; it falls in {falls:.1%} of those that were called referable,
and {turns:.1%} of them are then called healthy. With the lesions (one pixel more on every side) covered with the
normalised 0 it is {covered:.3f}; with places of such shapes covered elsewhere, {elsewhere:.3f}. Of gradient times
input, made positive, {inside:.0%} lies on the lesions or within 2 pixels of one; so does {chance:.1%} of the picture.

**Limits.** In a healthy eye it may find nothing at all; then its findings' ReLUs are all shut and the gradient of its
answer is exactly 0. It knows rendered retinas only. Given a real photograph it answers all the same, and that answer
means nothing: it is no screening tool. Good marks for an explanation method on it are necessary, not sufficient: it was
taught where to look, which other networks are not.

**Licence.** Apache-2.0, as all of SalViewer; weights and pictures were made by the project's own scripts.
"""


class Seen(NamedTuple):
    """Eyes as the network says of them: label, probability of "referable" (N,)."""

    label: np.ndarray
    said: np.ndarray


def normalised(x: Tensor) -> Tensor:
    """Pixels (N, 3, H, W) in 0..1 as the network's preprocessing has them."""
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (PREPROCESSING.mean, PREPROCESSING.std))
    return (x - mean) / std


def measure(net: nn.Module) -> dict[str, float | str]:
    """The card's figures of `net`."""
    eyes = FundusPhantom().open(FundusParams(seed=HELD_OUT_SEED, people=PEOPLE))
    samples = list(eyes)
    pixels = torch.stack([torch.from_numpy(s.picture.pixels).permute(2, 0, 1) for s in samples])
    masks = torch.stack([torch.from_numpy(_any_lesion(s.masks)) for s in samples])[:, None]
    seen = Seen(np.array(eyes.labels), probabilities(net, pixels))
    return {**_outcome(seen, masks), **_by_kind(net), **_looking(net, pixels, masks, seen)}


def card(weights: Path, figures: dict[str, float | str]) -> str:
    """The model card."""
    with safe_open(str(weights), framework="pt") as file:
        facts = file.metadata()
    count = sum(p.numel() for p in fundus_cnn().parameters())
    return CARD.format(
        weights=count, side=SIDE, people=facts["people"], minutes=facts["minutes"], sittings=facts["sittings"],
        steps=facts["steps"], allowed=DOTS_ALLOWED, seed=HELD_OUT_SEED, eyes=2 * PEOPLE, persons=PEOPLE,
        **figures,
    )  # fmt: skip


@torch.inference_mode()
def probabilities(net: nn.Module, pixels: Tensor, covered: Tensor | None = None) -> np.ndarray:
    """(N,) of "referable". covered: bool (N, 1, H, W), where the normalised 0 is put."""
    said = []
    for rows in torch.arange(len(pixels)).split(32):
        x = normalised(pixels[rows].float() / 255)
        if covered is not None:
            x = torch.where(covered[rows], 0.0, x)
        said.append(net(x).softmax(1)[:, 1])
    return torch.cat(said).numpy()


def _outcome(seen: Seen, masks: Tensor) -> dict[str, float | str]:
    label, said = seen
    ill, healthy = said[label == 1], said[label == 0]
    pairs = (ill[:, None] > healthy).mean() + 0.5 * (ill[:, None] == healthy).mean()
    few = (label == 0) & masks.flatten(1).any(1).numpy()
    return {
        "accuracy": ((said > 0.5) == label).mean(), "auc": pairs, "specificity": (healthy <= 0.5).mean(),
        "sensitivity": (ill > 0.5).mean(), "few": (said[few] <= 0.5).mean(), "few_count": int(few.sum()),
    }  # fmt: skip


def _by_kind(net: nn.Module) -> dict[str, float | str]:
    """The rows of the table by kind."""
    eyes = [eye(HELD_OUT_SEED, *p, p.ill) for p in (Place(n, side) for n in range(1, PEOPLE, 2) for side in (0, 1))]
    rows = []
    for kind in KINDS:
        some = [one for one in eyes if kind in one.spots]
        said = probabilities(net, torch.stack([_pixels(one, (kind,)) for one in some]))
        words = f"{kind}, more than {DOTS_ALLOWED}" if kind == DOTS else kind
        rows.append(f"| {words} | {len(some)} | {(said > 0.5).mean():.1%} |")
    return {"rows": "\n".join(rows)}


def _looking(net: nn.Module, pixels: Tensor, masks: Tensor, seen: Seen) -> dict[str, float | str]:
    """What the answer for referable eyes hangs on."""
    ill = torch.from_numpy(seen.label == 1)
    bare = FundusPhantom().open(FundusParams(seed=HELD_OUT_SEED, people=PEOPLE, left_out="everything"))
    plain = [bare[i].picture.pixels for i in ill.nonzero().flatten().tolist()]
    without = probabilities(net, torch.stack([torch.from_numpy(p).permute(2, 0, 1) for p in plain]))
    said, masks = seen.said[ill.numpy()], masks[ill]
    called = said > 0.5
    grown = nn.functional.max_pool2d(masks.float(), 3, 1, 1).bool()
    elsewhere = grown.roll(2, 0) & ~grown
    inside, chance = _gradient_share(net, pixels[ill], nn.functional.max_pool2d(masks.float(), 5, 1, 2))
    return {
        "with_lesions": said.mean(), "without": without.mean(), "falls": (without < said)[called].mean(),
        "turns": (without <= 0.5)[called].mean(), "covered": probabilities(net, pixels[ill], grown).mean(),
        "elsewhere": probabilities(net, pixels[ill], elsewhere).mean(), "inside": inside, "chance": chance,
    }  # fmt: skip


def _gradient_share(net: nn.Module, pixels: Tensor, where: Tensor) -> tuple[float, float]:
    """Mean share of the positive part of gradient times input in `where`, and of the pixels."""
    shares = []
    for rows in torch.arange(len(pixels)).split(16):
        x = normalised(pixels[rows].float() / 255).requires_grad_()
        logits = net(x)
        (slope,) = torch.autograd.grad((logits[:, 1] - logits[:, 0]).sum(), x)
        map_ = (slope * x.detach()).sum(1, keepdim=True).clamp(min=0)
        shares.append((map_ * where[rows]).flatten(1).sum(1) / map_.flatten(1).sum(1).clamp(min=1e-12))
    return float(torch.cat(shares).mean()), float(where.mean())


def _pixels(one: Eye, shown: tuple[str, ...]) -> Tensor:
    return torch.from_numpy(photograph(one, SIDE, shown).pixels).permute(2, 0, 1)


def _any_lesion(masks: dict[str, np.ndarray]) -> np.ndarray:
    """Bool (256, 256): all kinds together."""
    return np.logical_or.reduce([np.zeros((SIDE, SIDE), bool), *masks.values()])
