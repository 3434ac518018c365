"""What a network is worth without its relevant filters, and without as many others of the same layers.

    mean class accuracy = mean over classes of the share of their pictures for which the network names the class

Filters are those with a weight for any class, of what `relevant-filters` learned; set to zero all at once, by the order
of calls. The random ones are drawn from all filters of the same layers, as many of each layer, so that where most of a
layer is relevant the draws hold many relevant ones too.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 4.1 and Figure 4.
Differs from the paper: it does not say how often it drew, nor whether relevant filters could be among the random ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from salviewer.api import LabelledInput, Progress, Trained
from salviewer.errors import InvalidChoice
from salviewer.jobs.session import same_randomness
from salviewer.models.loaded import LoadedModel
from salviewer.numeric.silenced_filters import silenced_filters

BATCH: Final = 32
WHOLE: Final = "network as it is"


@dataclass(frozen=True)
class FilterSet:
    """Filters by the number of their call, and how many channels each of these calls has."""

    filters: Mapping[int, tuple[int, ...]]
    channels: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many filters there are."""
        return sum(map(len, self.filters.values()))

    def drawn(self, generator: np.random.Generator) -> FilterSet:
        """As many filters of each layer, drawn from all that it has."""
        found = {
            number: tuple(sorted(map(int, generator.choice(self.channels[number], len(chosen), replace=False))))
            for number, chosen in self.filters.items()
        }
        return FilterSet(found, self.channels)


@dataclass(frozen=True)
class Ablated:
    """Mean class accuracies (0..1) without `filters` filters: one, or one per draw."""

    filters: int
    accuracies: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Over the draws."""
        return float(np.mean(self.accuracies))

    @property
    def deviation(self) -> float:
        """Over the draws; NaN of a single one."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else float("nan")


def relevant(trained: Trained) -> FilterSet:
    """The filters that `relevant-filters` gave a weight for any class. Raises `InvalidChoice` for another state."""
    if not {"weights", "features"} <= trained.tensors.keys() or "layers" not in trained.facts:
        raise InvalidChoice(
            "An ablation silences relevant filters, and this state holds none: give what “relevant-filters” learned.",
            code="wrong-trainer",
        )
    layers = trained.facts["layers"]
    used = np.asarray(trained.tensors["features"])[np.asarray(trained.tensors["weights"]).any(1)]
    chosen: dict[int, list[int]] = {}
    for layer, channel in used.tolist():
        chosen.setdefault(layers[layer]["number"], []).append(channel)
    return FilterSet({number: tuple(of_one) for number, of_one in chosen.items()},
                     {layer["number"]: layer["channels"] for layer in layers})  # fmt: skip


def ablated(
    model: LoadedModel,
    samples: Sequence[LabelledInput],
    sets: Mapping[str, FilterSet],
    draws: int = 10,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Ablated]:
    """By name: the network as it is, without each of `sets`, and without random filters (“random, NAME”).

    Every picture is read once. Those without a known class are left out. Raises `InvalidChoice` where none has one.
    """
    progress = progress or Progress()
    generator = np.random.default_rng(seed)
    asked: dict[str, list[FilterSet]] = {WHOLE: [FilterSet({}, {})]}
    for name, chosen in sets.items():
        asked[name] = [chosen]
        asked[f"random, {name}"] = [chosen.drawn(generator) for _ in range(draws)]
    one_by_one = [one for several in asked.values() for one in several]
    labels: list[int] = []
    said: list[np.ndarray] = []
    with same_randomness(), model.ready(), torch.inference_mode():
        for at, (x, known) in enumerate(_batches(samples)):
            progress(at * BATCH / len(samples), "Ablation")
            labels += known
            said.append(np.stack([_predicted(model, x, one) for one in one_by_one]))
    if not labels:
        raise InvalidChoice("No picture here is of a class that the model knows: choose another collection.",
                            code="no-labels")  # fmt: skip
    accuracies = iter([mean_class_accuracy(row, np.array(labels)) for row in np.concatenate(said, axis=1)])
    return {
        name: Ablated(several[0].count, tuple(next(accuracies) for _ in several)) for name, several in asked.items()
    }


def mean_class_accuracy(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Of class indices (n,): the mean over the classes that occur in `labels`."""
    return float(np.mean([(predicted[labels == one] == one).mean() for one in np.unique(labels)]))


def _predicted(model: LoadedModel, x: Tensor, one: FilterSet) -> np.ndarray:
    if not one.filters:
        return model(x).argmax(1).cpu().numpy()
    with silenced_filters(model.module, x, one.filters, one.channels):
        logits = model(x)
    return logits.argmax(1).cpu().numpy()


def _batches(samples: Sequence[LabelledInput]) -> Iterator[tuple[Tensor, list[int]]]:
    """(x (N, C, *S), labels) of samples with a known class and inputs of one size."""
    waiting: list[LabelledInput] = []
    for at in range(len(samples)):
        sample = samples[at]
        if sample.label < 0:
            continue
        if len(waiting) == BATCH or (waiting and waiting[0].input.tensor.shape != sample.input.tensor.shape):
            yield torch.cat([one.input.tensor for one in waiting]), [one.label for one in waiting]
            waiting = []
        waiting.append(sample)
    if waiting:
        yield torch.cat([one.input.tensor for one in waiting]), [one.label for one in waiting]
