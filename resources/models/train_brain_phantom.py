"""Trains the sample network on the brain phantom, five-fold, and writes its weights and model card beside this file.

    python resources/models/train_brain_phantom.py                 # some minutes on two cores
    python resources/models/train_brain_phantom.py --pretrain 4    # the encoder first, as an auto-encoder, 4 rounds

Each fold keeps a fifth of the subjects from its network; nothing of a subject is in two folds.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.api import Volume
from salviewer.models.volume_preprocess import prepare_volume
from salviewer_plugins.phantoms.brain import CLASSES, FOLDS, BrainPhantom, fold_of
from salviewer_plugins.phantoms.brain_net import FILTERS, NAME, PREPROCESSING, brain_cnn, encoder
from salviewer_plugins.phantoms.params import BrainParams

HERE = Path(__file__).parent
SUBJECTS, OTHERS, BATCH, DECAY = 400, 60, 8, 1e-2
HEAD_ROUNDS, HEAD_RATE, HEAD_DECAY = 60, 1e-3, 1.0
"""First the fully connected layers alone, on what the untrained convolutions make of the brains."""
ROUNDS, RATE = 5, 1e-3
"""Then all of it, without dropout; each brain moved by up to one voxel along each axis."""
LAST_ROUNDS, LAST_RATE = 2, 3e-4
"""Then all of it with dropout."""

CARD = """\
# brain-phantom-cnn, trained on the brain phantom

A small 3D network that tells brains with atrophy from controls. It is here to try explanation methods on volumes:
which regions have shrunk is known, by name and to the voxel.

**Architecture.** `brain-phantom-cnn` (`salviewer_plugins.phantoms.brain_net`): three 3 x 3 x 3 convolutions of 10
filters with ReLU and 2 x 2 x 2 max-pooling, Gaussian dropout with rate 0.8, fully connected layers of 32 and 16 with
SELU; {weights:,} weights. Input 64 x 64 x 64 voxels of 3 mm. Outputs: softmax over control and atrophy.

**Data.** The collection `brain-phantom` with its defaults: {subjects} rendered brains, half of them with atrophy in
Hippocampus_L, Hippocampus_R, Amygdala_L and Amygdala_R; everybody has a little atrophy somewhere. Five folds by
subject; weights `fold-0` to `fold-4` have not seen the subjects of their fold, and `default` is `fold-0`.

**Training.** `python resources/models/train_brain_phantom.py{option}`: AdamW, seeded. {pretrained};
the fully connected layers are trained on what they give; then everything for {rounds} rounds without dropout and {last}
with it, in batches of {batch}, each brain moved by up to one voxel. (With dropout from the start 60 rounds taught it
nothing, measured on half the resolution.) {minutes:.0f} minutes for all five, threads: {threads}, rendering included.

**Measured** on the subjects that each network has not seen:

| fold | subjects | accuracy | controls right | atrophy right | mean probability of the predicted class |
|---|---|---|---|---|---|
{rows}
| all | {subjects} | {accuracy:.1%} | {controls:.1%} | {atrophy:.1%} | {confidence:.3f} |

Accuracy of `default` on {others} subjects of another cohort (seed 1): {elsewhere:.1%}; on {others} of a third one
(seed 2) whose atrophy is mild: {mild:.1%}.

**Limits.** It knows one kind of rendered brain, made of ellipsoids and sheets, at one resolution. It says nothing
about people: given a real scan it answers all the same, and that answer means nothing. Good marks for an explanation
method on it are necessary, not sufficient.

**Licence.** Apache-2.0, as all of SalViewer; weights and brains were made by the project's own scripts.
"""
RANDOM = "Random convolutions, scaled so that the output of each filter has a variance of 1"


class Cohort(NamedTuple):
    """inputs: (N, 1, 64, 64, 64) as the network sees them; label, fold: (N,)."""

    inputs: Tensor
    label: Tensor
    fold: Tensor


class Figures(NamedTuple):
    """Of one network on subjects that it has not seen."""

    count: int
    accuracy: float
    controls: float
    atrophy: float
    confidence: float


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretrain", type=int, default=0, help="rounds of the auto-encoder before the training")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    start = time.perf_counter()
    cohort = gather(BrainParams(subjects=SUBJECTS))
    print(f"made {len(cohort.label)} brains after {time.perf_counter() - start:.0f} s", flush=True)
    found = []
    for fold in range(FOLDS):
        net = train(cohort, fold, asked.pretrain)
        found.append(measure(net, cohort, cohort.fold == fold))
        print(fold, found[-1], f"after {time.perf_counter() - start:.0f} s", flush=True)
        about = {"architecture": NAME, "classes": json.dumps(CLASSES)}
        save_file(net.state_dict(), HERE / f"brain_phantom_fold_{fold}.safetensors", metadata=about)
    minutes = (time.perf_counter() - start) / 60
    (HERE / "brain_phantom.md").write_text(card(found, minutes, asked), encoding="utf-8")


def gather(params: BrainParams) -> Cohort:
    """The subjects of `params` as the network sees them."""
    samples = BrainPhantom().open(params)
    inputs = torch.cat([prepared(s.picture) for s in samples]).contiguous(memory_format=torch.channels_last_3d)
    numbers = range(params.subjects)
    return Cohort(inputs, torch.tensor([n % 2 for n in numbers]), torch.tensor([fold_of(n) for n in numbers]))


def prepared(volume: Volume) -> Tensor:
    """(1, 1, 64, 64, 64)."""
    return prepare_volume(volume, PREPROCESSING, 1).tensor


def train(cohort: Cohort, fold: int, pretrain: int) -> nn.Module:
    """The network that has seen everybody but `fold`."""
    torch.manual_seed(fold)
    net = brain_cnn()
    seen = cohort.fold != fold
    inputs, label = cohort.inputs[seen], cohort.label[seen]
    if pretrain:
        net.encoder.load_state_dict(pretrained(inputs, pretrain).state_dict())
    else:
        scale(net, inputs[:BATCH])
    net = net.to(memory_format=torch.channels_last_3d)
    train_head(net, inputs, label)
    rounds(net, inputs, label, RATE, ROUNDS, dropout=False)
    rounds(net, inputs, label, LAST_RATE, LAST_ROUNDS, dropout=True)
    return net.to(memory_format=torch.contiguous_format).eval()


@torch.no_grad()
def scale(net: nn.Sequential, x: Tensor) -> None:
    """Draw the convolutions' weights so that each filter's output on x (N, 1, *S) has mean 0 and variance 1."""
    for i in (1, 2, 3):
        conv = getattr(net.encoder, f"conv{i}")
        nn.init.normal_(conv.weight)
        conv.bias.zero_()
        conv.weight.div_(conv(x).std((0, 2, 3, 4)).view(-1, 1, 1, 1, 1))
        conv.bias.copy_(-conv(x).mean((0, 2, 3, 4)))
        x = F.relu(F.max_pool3d(conv(x), 2))


def train_head(net: nn.Sequential, inputs: Tensor, label: Tensor) -> None:
    """Train the fully connected layers alone."""
    with torch.no_grad():
        codes = torch.cat([encoded(net, part) for part in inputs.split(BATCH)])
        net.full1.bias.copy_(-net.full1.weight @ codes.mean(0))
    optimiser = torch.optim.AdamW(net[3:].parameters(), HEAD_RATE, weight_decay=HEAD_DECAY)
    batch = 4 * BATCH
    schedule = one_cycle(optimiser, HEAD_RATE, HEAD_ROUNDS * -(-len(label) // batch))
    for _ in range(HEAD_ROUNDS):
        for rows in torch.randperm(len(label)).split(batch):
            step(optimiser, schedule, F.cross_entropy(net[3:](codes[rows]), label[rows]))


def rounds(net: nn.Sequential, inputs: Tensor, label: Tensor, rate: float, count: int, *, dropout: bool) -> None:
    """Train everything."""
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=DECAY)
    schedule = one_cycle(optimiser, rate, count * -(-len(label) // BATCH))
    net.dropout.train(dropout)
    for done in range(count):
        total = 0.0
        for rows in torch.randperm(len(label)).split(BATCH):
            moved = torch.roll(inputs[rows], torch.randint(-1, 2, (3,)).tolist(), (2, 3, 4))
            loss = F.cross_entropy(forward(net, moved), label[rows])
            step(optimiser, schedule, loss)
            total += loss.item() * len(rows)
        print(f"  {'with' if dropout else 'without'} dropout, round {done + 1}: {total / len(label):.3f}", flush=True)


def one_cycle(optimiser: torch.optim.Optimizer, rate: float, steps: int) -> torch.optim.lr_scheduler.OneCycleLR:
    """The rate rises for a fifth of `steps` and then falls."""
    return torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.2)


def step(optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.OneCycleLR, loss: Tensor) -> None:
    """One step down `loss`."""
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    schedule.step()


def encoded(net: nn.Sequential, x: Tensor) -> Tensor:
    """What the encoder gives, flattened; with pooling before ReLU: the same numbers, in half the time."""
    parts = net.encoder
    for i in (1, 2, 3):
        x = getattr(parts, f"relu{i}")(getattr(parts, f"pool{i}")(getattr(parts, f"conv{i}")(x)))
    return net.flat(x)


def forward(net: nn.Sequential, x: Tensor) -> Tensor:
    """What `net` gives."""
    return net[2:](encoded(net, x))


def pretrained(inputs: Tensor, rounds: int) -> nn.Module:
    """An encoder whose code a mirrored decoder can turn back into the input, after `rounds` over `inputs`."""
    coder = encoder()
    layers: list[nn.Module] = []
    for last in (False, False, True):
        layers += [nn.ConvTranspose3d(FILTERS, 1 if last else FILTERS, 2, stride=2), *(() if last else (nn.ReLU(),))]
    both = nn.Sequential(coder, *layers)
    optimiser = torch.optim.AdamW(both.parameters(), RATE)
    for _ in range(rounds):
        for rows in torch.randperm(len(inputs)).split(BATCH):
            loss = F.mse_loss(both(inputs[rows]), inputs[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return coder


@torch.inference_mode()
def measure(net: nn.Module, cohort: Cohort, rows: Tensor) -> Figures:
    """How `net` does on the subjects that `rows` (N,) marks."""
    said = torch.cat([forward(net, part) for part in cohort.inputs[rows].split(BATCH)]).softmax(1)
    confidence, predicted = said.max(1)
    label = cohort.label[rows]
    right = (predicted == label).double()
    shares = [float(right[label == c].mean()) for c in (0, 1)]
    return Figures(len(label), float(right.mean()), *shares, float(confidence.mean()))


def card(found: list[Figures], minutes: float, asked: argparse.Namespace) -> str:
    """The model card."""
    rows = "\n".join(
        f"| {i} | {f.count} | {f.accuracy:.1%} | {f.controls:.1%} | {f.atrophy:.1%} | {f.confidence:.3f} |"
        for i, f in enumerate(found)
    )
    mean = [sum(column) / len(found) for column in zip(*found, strict=True)]
    net = brain_cnn()
    net.load_state_dict(load_file(HERE / "brain_phantom_fold_0.safetensors"))
    net.eval()
    cohorts = (BrainParams(subjects=OTHERS, seed=1), BrainParams(subjects=OTHERS, seed=2, strength="mild"))
    others = [measure(net, cohort, cohort.fold >= 0).accuracy for cohort in map(gather, cohorts)]
    return CARD.format(
        weights=sum(p.numel() for p in net.parameters()), subjects=SUBJECTS, batch=BATCH,
        rounds=ROUNDS, last=LAST_ROUNDS,
        option=f" --pretrain {asked.pretrain}" if asked.pretrain else "", minutes=minutes, threads=asked.threads,
        pretrained=f"The encoder of an auto-encoder, {asked.pretrain} rounds" if asked.pretrain else RANDOM,
        rows=rows, accuracy=mean[1], controls=mean[2], atrophy=mean[3], confidence=mean[4],
        others=OTHERS, elsewhere=others[0], mild=others[1],
    )  # fmt: skip


if __name__ == "__main__":
    main()
