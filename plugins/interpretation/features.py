"""The features of a collection's pictures: computed in batches, kept on disk, and never computed twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from salviewer.api import LabelledInput, Progress, TrainRequest
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.numeric.counted import counted
from salviewer_plugins.interpretation.channel_norms import TITLE, Layer
from salviewer_plugins.interpretation.feature_table import FeatureTable, TableRows
from salviewer_plugins.interpretation.repeated_norms import RepeatedNorms

CHUNK_BYTES: Final = 2**26
CHUNK: Final = 128
"""Pictures that are prepared before they are passed through the network: at most so many, and of so many bytes."""
VERSION: Final = "norms-1"


@dataclass(eq=False)
class Taken:
    """The samples that were taken: ids, hashes, labels. unknown, beyond: how many were left out, and why."""

    ids: list[str] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    unknown: int = 0
    beyond: int = 0


class Extraction:
    """The features of one training's samples.

    Args:
        request: the training.
        most: samples of a class at most; None for all.
        unlabelled: whether samples without a known class are taken too.
        progress: told how far it is.
    """

    def __init__(self, request: TrainRequest, most: int | None, progress: Progress, *, unlabelled: bool) -> None:
        self._request, self._most, self._progress, self._unlabelled = request, most, progress, unlabelled
        module = request.model.module
        if module is None:
            raise UnsupportedModel(
                f"{TITLE} looks into the network, and of this model only the outputs can be had: open the network.",
                code="no-module",
            )
        self._features = RepeatedNorms(module, request.model, len(request.model.classes))
        first = request.samples[0].input.tensor
        self._size = "x".join(map(str, first.shape[1:]))
        self.layers, _ = self._features(first)[:2]
        self.width = sum(layer.channels for layer in self.layers)
        self._seen = _Seen(request.scratch / "seen.jsonl")
        self.taken = Taken()

    def run(self) -> FeatureTable:
        """The table with the features of all samples that are taken, see `taken`. To be closed by the caller."""
        table = FeatureTable(self._request.cache / f"{VERSION}-{self.width}-{self._size}", self.width)
        try:
            for chunk in self._chunks(table):
                self._compute(chunk, table)
        except BaseException:
            table.__exit__(None, None, None)
            raise
        if not self.taken.ids:
            raise InvalidChoice(
                f"None of the collection's {counted(len(self._request.ids), 'sample')} has a class that the model "
                f"knows: choose a collection of the model's classes, or learn from predicted labels.",
                code="no-labels",
            )
        return table

    def rows(self, table: FeatureTable, chosen: Sequence[int]) -> TableRows:
        """Features (N, m) of the samples taken, of the layers `chosen` (indices) alone."""
        return table.rows(self.taken.refs, columns_of(self.layers, chosen))

    def _chunks(self, table: FeatureTable) -> Iterator[list[LabelledInput]]:
        """Samples whose features are not in the table yet, some at a time; takes note of all."""
        waiting: list[LabelledInput] = []
        per_class: Counter[int] = Counter()
        count = len(self._request.ids)
        for at, name in enumerate(self._request.ids):
            self._progress(at / count, f"Features of picture {at + 1:,} of {count:,}")
            ref, label, sample = self._look(at, name, table)
            if not self._wanted(label, per_class):
                continue
            self.taken.ids.append(name)
            self.taken.refs.append(ref)
            self.taken.labels.append(label)
            if sample is not None and ref not in table:
                waiting.append(sample)
                size = sample.input.tensor.numel() * 4
                if len(waiting) >= min(CHUNK, max(1, CHUNK_BYTES // size)):
                    yield waiting
                    waiting = []
        if waiting:
            yield waiting

    def _look(self, at: int, name: str, table: FeatureTable) -> tuple[str, int, LabelledInput | None]:
        """(ref, label, the sample where it had to be read) of a sample."""
        known = self._seen.get(name)
        if known is not None and known[0] in table:
            return *known, None
        sample = self._request.samples[at]
        self._seen.add(name, sample.input.ref, sample.label)
        return sample.input.ref, sample.label, sample

    def _wanted(self, label: int, per_class: Counter[int]) -> bool:
        if label < 0 and not self._unlabelled:
            self.taken.unknown += 1
            return False
        per_class[label] += 1
        if self._most is not None and per_class[label] > self._most:
            self.taken.beyond += 1
            return False
        return True

    def _compute(self, samples: list[LabelledInput], table: FeatureTable) -> None:
        """Add the features of `samples`, each picture once, to the table."""
        by_ref = {sample.input.ref: sample for sample in samples}
        refs = list(by_ref)

        def step(part: slice) -> tuple[torch.Tensor, torch.Tensor]:
            x = torch.cat([by_ref[ref].input.tensor for ref in refs[part]])
            layers, features, logits = self._features(x)
            if [layer.facts() for layer in layers] != [layer.facts() for layer in self.layers]:
                raise UnsupportedModel(
                    f"{TITLE} needs a network that does the same for every picture; this one takes other steps for "
                    f"some of them.",
                    code="changing-steps",
                )
            return features, logits.argmax(1)

        for part, (features, predicted) in self._request.work.batched(len(refs), step):
            table.add(refs[part], features.cpu().numpy(), predicted.tolist())


def columns_of(layers: Sequence[Layer], chosen: Sequence[int]) -> NDArray[np.intp]:
    """The columns of the features that belong to the layers `chosen` (indices), in order."""
    starts = np.cumsum([0, *(layer.channels for layer in layers)])
    return np.concatenate([np.arange(starts[i], starts[i + 1]) for i in chosen]).astype(np.intp)


class _Seen:
    """What the samples of an interrupted training were, by id, so that they need not be read again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, tuple[str, int]] = {}
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        self._before = "" if text.endswith("\n") or not text else "\n"
        if text:
            for line in text.splitlines():
                try:
                    name, ref, label = json.loads(line)
                except ValueError:
                    continue  # a line that a crash cut short
                self._known[name] = (ref, label)

    def get(self, name: str) -> tuple[str, int] | None:
        return self._known.get(name)

    def add(self, name: str, ref: str, label: int) -> None:
        with self._file.open("a", encoding="utf-8") as f:
            f.write(self._before + json.dumps([name, ref, label]) + "\n")
        self._before = ""
        self._known[name] = (ref, label)
