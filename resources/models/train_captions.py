"""Trains the captioning network on the captioned flowers and writes its weights and model card beside this file.

    python resources/models/train_captions.py     # a few minutes on two cores

Every fifth of the 40 viewpoints is held out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from salviewer.api import Sample
from salviewer_plugins.phantoms.caption_net import CaptionNet
from salviewer_plugins.phantoms.captioned import CaptionedFlowers
from salviewer_plugins.phantoms.nets import INPUT, PREPROCESSING, SPEAKER
from salviewer_plugins.phantoms.palette import FLOWER, STEM_WIDTH, WALL
from salviewer_plugins.phantoms.params import CaptionedParams
from salviewer_plugins.phantoms.sentences import SENTENCES, VOCABULARY

HERE = Path(__file__).parent
WEIGHTS = HERE / "flower_captions.safetensors"
EPOCHS, BATCH, PEAK_RATE, SEED = 24, 64, 2e-3, 0
HOLD_OUT_EVERY = 5

CARD = """\
# flower-captions, trained on the captioned flowers

A small network that describes a rendered plant in a sentence: "a red flower on a thin stem before a blue wall". It is
here to ask, word by word, what a caption was read from; where each word is to be read is known to the pixel.

**Architecture.** `flower-captions` (`salviewer_plugins.phantoms.caption_net`): four convolutions and a fully connected
layer see, an LSTM of 96 units speaks; {parameters:,} weights. The whole picture is resized to 92 x 92.

**Data.** The collection `captioned-flowers`, seed 0: 6 flowers x 2 stems x 4 walls x 40 viewpoints, rendered by
SalViewer. Every fifth viewpoint is held out; 1,536 pictures are trained on, brightened and shifted at random.

**Training.** `python resources/models/train_captions.py`: {epochs} epochs of AdamW, seeded, {minutes:.0f} minutes on 2
cores of a busy machine, rendering included.

**Measured** on the 384 pictures of held-out viewpoints: {exact:.1%} of the sentences are right in every word; flower
{flower:.1%}, stem {stem:.1%}, wall {wall:.1%}. Of another plant (seed 1): {other:.1%} of the sentences.

**Limits.** It knows one sentence form and one kind of rendered plant, and describes anything else with it.

**Licence.** Apache-2.0, as all of SalViewer; weights and pictures were made by the project's own scripts.
"""


def main() -> None:
    """Train, measure, write."""
    torch.manual_seed(SEED)
    start = time.perf_counter()
    samples = CaptionedFlowers().open(CaptionedParams())
    pixels, words = gather(s for s in samples if not held_out(s))
    print(f"rendered {len(pixels)} pictures after {time.perf_counter() - start:.0f} s")
    net = train(pixels, words)
    figures = measure(net, [s for s in samples if held_out(s)])
    other = CaptionedFlowers().open(CaptionedParams(seed=1))
    figures["other"] = measure(net, [s for s in other if s.group in ("view-00", "view-20")])["exact"]
    print(json.dumps(figures, indent=1))
    about = {
        "minutes": (time.perf_counter() - start) / 60,
        "epochs": EPOCHS,
        "parameters": sum(p.numel() for p in net.parameters()),
    }
    save_file(net.state_dict(), WEIGHTS, metadata={"architecture": SPEAKER, "classes": json.dumps(list(VOCABULARY))})
    WEIGHTS.with_suffix(".md").write_text(CARD.format(**figures, **about), encoding="utf-8")


def held_out(sample: Sample) -> bool:
    """Whether the sample's viewpoint is kept from training."""
    return int(sample.group.removeprefix("view-")) % HOLD_OUT_EVERY == 0


def gather(samples: Iterable[Sample]) -> tuple[Tensor, Tensor]:
    """Pictures (N, 3, 92, 92) uint8, and their words (N, T)."""
    pixels, words = zip(*((small(s.picture.pixels), spoken(SENTENCES[s.label])) for s in samples), strict=True)
    return torch.tensor(np.stack(pixels).transpose(0, 3, 1, 2)), torch.tensor(words)


def small(layer: np.ndarray) -> np.ndarray:
    """`layer` at 92 x 92."""
    return np.asarray(Image.fromarray(layer).resize((INPUT, INPUT), Image.Resampling.BILINEAR))


def spoken(text: str) -> list[int]:
    """The indices of a sentence's words and of its end."""
    return [VOCABULARY.index(word) for word in text.split()] + [0]


def train(pixels: Tensor, words: Tensor) -> CaptionNet:
    """The network after `EPOCHS` rounds."""
    net = CaptionNet()
    steps = EPOCHS * -(-len(pixels) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        losses = []
        for x, y in batches(pixels, words):
            loss = F.cross_entropy(net(normalised(varied(x)), y).flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.4f}", flush=True)
    return net.eval()


def batches(pixels: Tensor, words: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Shuffled portions, pictures as floats in 0..1."""
    for rows in torch.randperm(len(pixels)).split(BATCH):
        yield pixels[rows] / 255, words[rows]


def varied(x: Tensor) -> Tensor:
    """Pictures brightened by up to 15 % and shifted by up to 6 pixels."""
    n = len(x)
    x = (x * torch.empty(n, 1, 1, 1).uniform_(0.85, 1.15)).clamp(0, 1)
    down, right = (int(v) for v in torch.randint(-6, 7, (2,)))
    return torch.roll(F.pad(x, (6, 6, 6, 6), mode="replicate"), (down, right), (2, 3))[:, :, 6:-6, 6:-6]


def normalised(raw: Tensor) -> Tensor:
    """`raw` (N, 3, H, W) in 0..1 as the network wants it."""
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (PREPROCESSING.mean, PREPROCESSING.std))
    return (raw - mean) / std


def measure(net: CaptionNet, samples: list[Sample]) -> dict[str, float]:
    """Shares of sentences that are right in every word, and of right words for flower, stem and wall."""
    pixels, words = gather(samples)
    with torch.inference_mode():
        said = torch.cat([net.describe(normalised(part / 255)) for part in pixels.split(BATCH)])
    right = (said == words).float()
    places = {"flower": 1, "stem": 5, "wall": 9}
    kinds = {"flower": FLOWER, "stem": STEM_WIDTH, "wall": WALL}
    if any(VOCABULARY[words[0, at]] not in kinds[name] for name, at in places.items()):
        raise ValueError("the sentence's form has changed: say where its words for flower, stem and wall are")
    return {"exact": right.min(1).values.mean().item()} | {n: right[:, at].mean().item() for n, at in places.items()}


if __name__ == "__main__":
    main()
