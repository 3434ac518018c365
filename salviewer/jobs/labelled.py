"""A collection's samples as a model sees them: on its grid, with the label as one of its own classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import torch

from salviewer.api import CollectionRef, LabelledInput, Sample, TrainerInfo
from salviewer.errors import InvalidChoice, SalViewerError
from salviewer.jobs.annotations import truth_of, truth_on_grid
from salviewer.jobs.class_names import match_names, say_unknown
from salviewer.jobs.labels import spread
from salviewer.jobs.shelf import Shelf
from salviewer.models.loaded import LoadedModel

LOOKED_AT = 20
"""Samples that are looked at before a collection is said to have no boxes or masks."""


@dataclass(frozen=True)
class ClassMap:
    """Which of a model's classes each label of a collection means. `note`: what should be known of it, or ""."""

    indices: tuple[int, ...] | None
    count: int
    note: str = ""

    def __call__(self, label: int) -> int:
        """The model's class index for the collection's `label`; -1 where that is not known."""
        if label < 0:
            return -1
        if self.indices is None:
            return label if label < self.count else -1
        return self.indices[label] if label < len(self.indices) else -1


def class_map(names: Sequence[str], classes: Sequence[str]) -> ClassMap:
    """By name where the model knows any of the collection's class `names`, else by index.

    A name in the same place on both sides needs no search: some lists hold one name twice.
    """
    count = len(classes)
    if not names:
        return ClassMap(None, count)
    same = {i for i, name in enumerate(names[:count]) if name == classes[i]}
    matched = match_names((name for i, name in enumerate(names) if i not in same), classes)
    if not same and not matched.found:
        kind = f"“{names[0]}”" if len(names) == 1 else f"“{names[0]}” and {len(names) - 1:,} more"
        return ClassMap(
            None, count,
            f"The model has none of the collection's class names ({kind}): its labels were taken for the model's "
            f"class indices.",
        )  # fmt: skip
    indices = tuple(i if i in same else matched.found.get(name, -1) for i, name in enumerate(names))
    unknown = say_unknown(matched.unknown)
    return ClassMap(indices, count, f"{unknown} Such samples have no known class." if unknown else "")


class LabelledSamples(Sequence[LabelledInput]):
    """The samples of a collection that a training sees, each made when it is asked for.

    ids: theirs, in order. taken: which of the collection they are. classes: how labels were understood.
    """

    def __init__(self, shelf: Shelf, ref: CollectionRef, model: LoadedModel, *, with_truth: bool) -> None:
        self._samples = shelf.collection(ref.key, ref.params)
        labels = getattr(self._samples, "labels", None)
        self.taken = spread(len(self._samples), ref.limit, labels)
        if not self.taken:
            raise InvalidChoice(f"The collection “{ref.key}” is empty.", code="no-samples")
        ids = shelf.sample_ids(ref.key, ref.params)
        names = getattr(self._samples, "classes", None) or shelf.host.collection(ref.key).classes
        self.ids = tuple(ids[at] for at in self.taken)
        self.classes = class_map(tuple(names), model.classes)
        self._model, self._key, self._with_truth = model, ref.key, with_truth

    def __len__(self) -> int:
        return len(self.taken)

    @overload
    def __getitem__(self, index: int) -> LabelledInput: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LabelledInput]: ...
    def __getitem__(self, index: int | slice) -> LabelledInput | Sequence[LabelledInput]:
        """One, made now. Raises `SalViewerError` naming the sample where it cannot be read or prepared."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        name = self.ids[index]
        try:
            return self._made(name, self._samples[self.taken[index]])
        except SalViewerError as e:
            e.args = (f"Sample “{name}” of the collection “{self._key}” cannot be used: {e}",)
            raise

    def _made(self, name: str, sample: Sample) -> LabelledInput:
        with (
            torch.inference_mode(False),
            torch.no_grad(),
        ):  # made within inference mode it could take part in no gradient
            source = self._model.prepare(sample.picture)
        truth = truth_of(sample) if self._with_truth else None
        on_grid = None if truth is None else truth_on_grid(truth, source.grid)
        return LabelledInput(name, source, self.classes(int(sample.label)), sample.group, on_grid)

    def check_truth(self, info: TrainerInfo) -> None:
        """Raise `InvalidChoice` where none of the first samples, taken all over the collection, has boxes or a mask."""
        looked_at = spread(len(self), LOOKED_AT)
        for at in looked_at:
            sample = self._samples[self.taken[at]]
            if sample.boxes or sample.masks:
                return
        seen = "its only sample has" if len(looked_at) == 1 else f"of {len(looked_at)} samples looked at none has"
        raise InvalidChoice(
            f"{info.title} compares with boxes or masks, and the collection “{self._key}” brings none ({seen} any): "
            f"choose a collection with annotations.",
            code="no-annotation",
        )
