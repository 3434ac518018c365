"""The model cards of the networks for an8Flower: what is measured, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from an8flower_pictures import GREY, Batch, FlowerSet, Pictures, normalised
from torch import Tensor, nn
from torch.nn import functional as F

Figures = dict[str, float]

_WHAT = {
    "an8flower-single-6c": "the colour of a rendered flower: red, orange, yellow, blue, magenta, white",
    "an8flower-double-12c": "which of six colours a rendered plant has, and whether its flower or its stem has it",
    "an8flower-part-2c": "whether a rendered plant has balls on its flower or thorns on its stem",
}
_PART = {"an8flower-single-6c": "flower", "an8flower-double-12c": "coloured part", "an8flower-part-2c": "extra part"}
_UNSURE = {
    False: "the {part} is painted over with a muted colour",
    True: "the plant has no {part}",
}
_WITHOUT = {False: "{part} painted grey", True: "no {part}"}

CARD = """\
# {net}, trained on {key}

A small convolutional network that tells {what}.
It is here to try explanation methods on: where the answer lies in each picture is known to the pixel.

**Architecture.** `{net}` (`salviewer_plugins.phantoms.nets`): four 5 x 5 convolutions, three poolings, one
4 x 4 convolution as a fully connected layer and a linear classifier, a ReLU after each but the last; {weights:,}
weights. The whole picture is resized to 92 x 92. Outputs: softmax over {classes} classes.

**Data.** The collection `{key}`, seed 0, augmented ({pictures:,} pictures of 250 x 250, rendered by SalViewer). Five
folds by viewpoint (`salviewer.numeric.folds.folds` of the samples' groups): the weights `fold-i` have not seen the
{views} viewpoints of fold i, with none of their crops and turns; `default` is `fold-0`, which every fifth viewpoint is
held out from. Viewpoints are 9 degrees apart, so a held-out one has neighbours in training that look much like it.

**Training.** `python resources/models/train_an8flower.py {short}`: {epochs} epochs of AdamW, seeded{minutes}.
So that the network relies on the {part}, all else is tinted by up to {tint:.0%}, brightened or replaced by one flat
colour at random; and in 15 % of the pictures {unsure}, the target being the same probability for every class.
So it is unsure without the {part} because it was taught to be; that suits methods that cover parts of a picture.

**Measured** on held-out viewpoints, accuracy (mean probability of the predicted class); frames are whole pictures of
300 x 300, the other plant is that of seed 1:

| fold | {crops:,} crops | {frames} frames | {frames} of another plant | crops, {without} | crops, all but it grey |
|---|---|---|---|---|---|
{rows}

Chance is {chance:.1%}.

**Limits.** It knows one kind of rendered plant on one plain background. It names a class for anything that it is
shown, photographs included, and such an answer means nothing. Good marks for an explanation method on it are necessary,
not sufficient: the task is as easy as tasks get.

**Licence.** Apache-2.0, as all of SalViewer; weights and pictures were made by the project's own scripts.
"""

_COLUMNS = ("crops", "frames", "other_plant", "without", "only")


def measure(net: nn.Module, held_out: Pictures, frames: Pictures, other: Pictures) -> Figures:
    """The figures of one row of the card: `held_out` crops, `frames`, and frames of the `other` plant."""
    found: Figures = {"count": len(held_out.label), "frames_count": len(frames.label)}
    for name, pictures, change in (
        ("crops", held_out, _unchanged),
        ("frames", frames, _unchanged),
        ("other_plant", other, _unchanged),
        ("without", held_out, _without_part),
        ("only", held_out, _only_part),
    ):
        found[name], found[f"{name}_confidence"] = _outcome(net, pictures, change)
    return found


def card(about: FlowerSet, figures: Mapping[int, Figures], minutes: Mapping[int, float], weights: int) -> str:
    """The model card; `figures` and `minutes` of training by fold."""
    part = _PART[about.key]
    lines = [[f"{one[c]:.1%} ({one[f'{c}_confidence']:.3f})" for c in _COLUMNS] for one in figures.values()]
    rows = [f"| {fold} | {' | '.join(line)} |" for fold, line in zip(figures, lines, strict=True)]
    first = next(iter(figures.values()))
    took = (
        f", {sum(minutes.values()) / len(minutes):.0f} minutes a fold on one core of a busy machine" if minutes else ""
    )
    return CARD.format(
        net=about.net, key=about.key, what=_WHAT[about.key], weights=weights, classes=len(about.classes),
        pictures=1000 * len(about.classes), views=8, short=about.key.removeprefix("an8flower-"), epochs=about.epochs,
        minutes=took, part=part, tint=about.tint, unsure=_UNSURE[about.extra].format(part=part),
        crops=int(first["count"]), frames=int(first["frames_count"]), without=_WITHOUT[about.extra].format(part=part),
        rows="\n".join(rows), chance=1 / len(about.classes),
    )  # fmt: skip


def _outcome(net: nn.Module, pictures: Pictures, change: Callable[[Batch], Tensor]) -> tuple[float, float]:
    """(accuracy, mean probability of the predicted class)."""
    parts = torch.arange(len(pictures.label)).split(64)
    with torch.inference_mode():
        p = torch.cat([net(normalised(change(pictures.batch(rows)))).softmax(1) for rows in parts])
    top = p.max(1)
    return (top.indices == pictures.label).float().mean().item(), top.values.mean().item()


def _unchanged(batch: Batch) -> Tensor:
    return batch.pixels


def _without_part(batch: Batch) -> Tensor:
    """The pictures with the part, its rim included, painted grey; without it, where there are such pictures."""
    if batch.plain is not None:
        return batch.plain
    around = F.max_pool2d((batch.part > 0).float(), 3, 1, 1)
    return around * GREY + (1 - around) * batch.pixels


def _only_part(batch: Batch) -> Tensor:
    """The pictures with all but the part painted grey."""
    return batch.part * batch.pixels + (1 - batch.part) * GREY
