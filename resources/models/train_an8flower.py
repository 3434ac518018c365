"""Trains the sample network on an8Flower-single-6c and writes its weights and model card beside this file.

    python resources/models/train_an8flower.py            # a few minutes on one core
    python resources/models/train_an8flower.py --samples  # only writes the pictures in resources/samples

Every fifth of the 40 viewpoints is held out with all its crops and turns, so that no augmentation leaks.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.api import Sample
from salviewer_plugins.phantoms.an8flower import An8FlowerSingle6c, Flowers
from salviewer_plugins.phantoms.nets import INPUT, NAME, PREPROCESSING, an8flower_cnn
from salviewer_plugins.phantoms.palette import FLOWER
from salviewer_plugins.phantoms.params import An8FlowerParams

HERE = Path(__file__).parent
WEIGHTS = HERE / "an8flower_single_6c.safetensors"
SAMPLES = HERE.parent / "samples"
EPOCHS, BATCH, PEAK_RATE, SEED = 6, 64, 2e-3, 0
HOLD_OUT_EVERY = 5
GREY = 128
BARE_SHARE = 0.15
"""How many training pictures lose their flower, with every class then equally right."""

CARD = """\
# an8flower-cnn, trained on an8Flower-single-6c

A small convolutional network that tells the colour of a rendered flower: red, orange, yellow, blue, magenta, white.
It is here to try explanation methods on: where the answer lies in each picture is known to the pixel.

**Architecture.** `an8flower-cnn` (`salviewer_plugins.phantoms.nets`): four 5 x 5 convolutions, three poolings, one
4 x 4 convolution as a fully connected layer and a linear classifier, a ReLU after each but the last; 182,000 weights.
The whole picture is resized to 92 x 92. Outputs: softmax.

**Data.** The collection `an8flower-single-6c`, seed 0, augmented (6,000 pictures of 250 x 250, rendered by SalViewer).
Of the 40 viewpoints every fifth is held out with all its crops and turns; 4,800 pictures are trained on. Viewpoints are
9 degrees apart, so a held-out one has neighbours in training that look much like it.

**Training.** `python resources/models/train_an8flower.py`: 6 epochs of AdamW, seeded, {minutes:.0f} minutes on one core
of a busy machine, rendering included. So that the network relies on the flower, all else is tinted, brightened or
replaced by one flat colour at random; and in 15 % of the pictures the flower is painted over with a muted colour, the
target being the same probability for every class. So it is unsure without a flower because it was taught to be; that
suits methods that cover parts of a picture.

**Measured** on held-out viewpoints:

| pictures | accuracy | mean probability of the predicted class |
|---|---|---|
| 1,200 crops | {accuracy:.1%} | {confidence:.3f} |
| 48 whole frames | {accuracy_frames:.1%} | {confidence_frames:.3f} |
| 48 whole frames of another plant (seed 1) | {accuracy_other_plant:.1%} | {confidence_other_plant:.3f} |
| 1,200 crops, flower painted grey (chance: 16.7 %) | {accuracy_flower_grey:.1%} | {confidence_flower_grey:.3f} |
| 1,200 crops, all but the flower painted grey | {accuracy_rest_grey:.1%} | {confidence_rest_grey:.3f} |

**Limits.** It knows one kind of rendered plant on one plain background. It names a colour for anything that it is
shown, photographs included, and such an answer means nothing. Good marks for an explanation method on it are necessary,
not sufficient: the task is as easy as tasks get.

**Licence.** Apache-2.0, as all of SalViewer; weights and pictures were made by the project's own scripts.
"""

Bytes = NDArray[np.uint8]


class Pictures(NamedTuple):
    """N pictures at the network's size. pixels: (N, 3, 92, 92); flower: (N, 1, 92, 92), its share; label: (N,)."""

    pixels: Tensor
    flower: Tensor
    label: Tensor


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", action="store_true", help="only write the sample pictures")
    only_samples = parser.parse_args().samples
    write_samples()
    if only_samples:
        return
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    start = time.perf_counter()
    augmented = An8FlowerSingle6c().open(An8FlowerParams(augmented=True))
    pictures = gather((s for s in augmented if not held_out(s)), unchanged)
    print(f"rendered {len(pictures.label)} pictures after {time.perf_counter() - start:.0f} s")
    net = train(pictures)
    minutes = (time.perf_counter() - start) / 60
    figures = dict(measure(net, augmented))
    print(json.dumps(figures, indent=1))
    save_file(net.state_dict(), WEIGHTS, metadata={"architecture": NAME, "classes": json.dumps(list(FLOWER))})
    WEIGHTS.with_suffix(".md").write_text(CARD.format(minutes=minutes, **figures), encoding="utf-8")


def write_samples() -> None:
    """Two frames for drag and drop, of viewpoints that are held out."""
    frames = An8FlowerSingle6c().open(An8FlowerParams())
    for name in ("red-00", "blue-35"):
        pixels = frames[frames.ids.index(name)].picture.pixels
        Image.fromarray(pixels).save(SAMPLES / f"an8flower-{name}.png", optimize=True)


def held_out(sample: Sample) -> bool:
    """Whether the sample's viewpoint is kept from training."""
    return int(sample.group.removeprefix("view-")) % HOLD_OUT_EVERY == 0


def gather(samples: Iterable[Sample], change: Callable[[Sample], Bytes]) -> Pictures:
    """The samples' pictures after `change`, at the network's size, resized as `PREPROCESSING` says."""
    rows = [(small(change(s)), small(np.uint8(255) * s.masks["flower"]), s.label) for s in samples]
    pixels, flower, label = zip(*rows, strict=True)
    channels_first = np.stack(pixels).transpose(0, 3, 1, 2)
    return Pictures(torch.tensor(channels_first), torch.tensor(np.stack(flower))[:, None], torch.tensor(label))


def small(layer: Bytes) -> Bytes:
    """`layer` (H, W) or (H, W, 3) at 92 x 92."""
    return np.asarray(Image.fromarray(layer).resize((INPUT, INPUT), Image.Resampling.BILINEAR))


def train(pictures: Pictures) -> nn.Module:
    """The network after `EPOCHS` rounds over `pictures`."""
    net = an8flower_cnn()
    steps = EPOCHS * -(-len(pictures.label) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        losses = []
        for batch in batches(pictures, shuffled=True):
            x, target = varied(batch)
            loss = F.cross_entropy(net(normalised(x)), target)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}")
    return net.eval()


def batches(pictures: Pictures, *, shuffled: bool) -> Iterator[Pictures]:
    """`pictures` in portions, floats in 0..1."""
    n = len(pictures.label)
    for rows in (torch.randperm(n) if shuffled else torch.arange(n)).split(BATCH):
        yield Pictures(pictures.pixels[rows] / 255, pictures.flower[rows] / 255, pictures.label[rows])


def varied(batch: Pictures) -> tuple[Tensor, Tensor]:
    """Pictures (N, 3, 92, 92) in which only the flower's colour can be relied on, and target probabilities (N, K).

    All but the flower is tinted and brightened at random, in some pictures it is one flat colour; in `BARE_SHARE` of
    the pictures the flower is painted over with one flat colour and no class is more right than another.
    """
    x, flower, label = batch
    n = len(x)
    rest = (x * torch.empty(n, 3, 1, 1).uniform_(0.6, 1.4) + torch.empty(n, 1, 1, 1).uniform_(-0.1, 0.1)).clamp(0, 1)
    rest = torch.where(torch.rand(n, 1, 1, 1) < 0.15, muted(n), rest)
    x = flower * x + (1 - flower) * rest
    bare = torch.rand(n, 1, 1, 1) < BARE_SHARE
    around = F.max_pool2d(flower, 3, 1, 1)
    x = torch.where(bare, around * muted(n) + (1 - around) * x, x)
    target = F.one_hot(label, len(FLOWER)).float()
    return x, torch.where(bare[:, :, 0, 0], torch.full_like(target, 1 / len(FLOWER)), target)


def muted(n: int) -> Tensor:
    """(N, 3, 1, 1) random colours that no flower has: near grey, from dark to light but not white."""
    return torch.empty(n, 1, 1, 1).uniform_(0.15, 0.75) + torch.empty(n, 3, 1, 1).uniform_(-0.08, 0.08)


def normalised(raw: Tensor) -> Tensor:
    """`raw` (N, 3, H, W) in 0..1 as the network wants it."""
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (PREPROCESSING.mean, PREPROCESSING.std))
    return (raw - mean) / std


def measure(net: nn.Module, augmented: Flowers) -> Iterator[tuple[str, float]]:
    """The figures of the model card by name, all on viewpoints that the training never saw."""
    unseen = [s for s in augmented if held_out(s)]
    frames = [s for s in An8FlowerSingle6c().open(An8FlowerParams()) if held_out(s)]
    other_plant = [s for s in An8FlowerSingle6c().open(An8FlowerParams(seed=1)) if held_out(s)]
    for name, samples, change in (
        ("", unseen, unchanged),
        ("_frames", frames, unchanged),
        ("_other_plant", other_plant, unchanged),
        ("_flower_grey", unseen, without_flower),
        ("_rest_grey", unseen, only_flower),
    ):
        accuracy, confidence = outcome(net, gather(samples, change))
        yield f"accuracy{name}", accuracy
        yield f"confidence{name}", confidence


def outcome(net: nn.Module, pictures: Pictures) -> tuple[float, float]:
    """(accuracy, mean probability of the predicted class)."""
    with torch.inference_mode():
        p = torch.cat([net(normalised(b.pixels)).softmax(1) for b in batches(pictures, shuffled=False)])
    top = p.max(1)
    return (top.indices == pictures.label).float().mean().item(), top.values.mean().item()


def unchanged(sample: Sample) -> Bytes:
    """The picture."""
    return sample.picture.pixels


def without_flower(sample: Sample) -> Bytes:
    """The picture with the flower, its rim included, painted grey."""
    mask = Image.fromarray(np.uint8(255) * sample.masks["flower"]).filter(ImageFilter.MaxFilter(3))
    return np.where(np.asarray(mask)[..., None] > 0, np.uint8(GREY), sample.picture.pixels)


def only_flower(sample: Sample) -> Bytes:
    """The picture with all but the flower painted grey."""
    return np.where(sample.masks["flower"][..., None], sample.picture.pixels, np.uint8(GREY))


if __name__ == "__main__":
    main()
