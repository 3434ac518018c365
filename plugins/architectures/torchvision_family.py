"""The classification networks of torchvision.models, as their published ImageNet weights expect them to be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torchvision.models as tv
from torch import nn

from salviewer.api import ArchitectureFacts, ArchitectureFamily, Preprocessing, Progress
from salviewer.errors import InvalidChoice
from salviewer_plugins.architectures.download import fetch_file

_SPECIAL: Final[dict[str, Any]] = {"aux_logits": False, "transform_input": True, "init_weights": False}
_SPECIAL_NAMES: Final = ("googlenet", "inception_v3")
"""Their auxiliary heads serve training only, the published weights expect inputs to be rescaled inside, and random
weights of their own kind take seconds to draw."""

_TRAINING_HEADS: Final = [r"^aux[12]\.", r"^AuxLogits\."]


class TorchvisionFamily(ArchitectureFamily):
    """All that `torchvision.models.list_models` names, without segmentation, detection, video and quantised ones."""

    def names(self) -> Sequence[str]:
        """All names, sorted."""
        return tv.list_models(module=tv)

    def facts(self, name: str) -> ArchitectureFacts:
        """As the default published weights have it; other weights are offered where they are used the same way."""
        published = self._published(name)
        best = published.DEFAULT
        preprocessing = _preprocessing_of(best)
        places = {"default": best.url}
        places |= {w.name: w.url for w in published if _preprocessing_of(w) == preprocessing}
        return ArchitectureFacts(preprocessing, "softmax", tuple(best.meta["categories"]), places)

    def build(self, name: str, classes: int | None = None) -> nn.Module:
        """The network, untrained."""
        self._published(name)
        options = dict(_SPECIAL) if name in _SPECIAL_NAMES else {}
        if classes is not None:
            options["num_classes"] = classes
        module: nn.Module = tv.get_model(name, weights=None, **options)
        if name in _SPECIAL_NAMES:
            module._keys_to_ignore_on_load_unexpected = _TRAINING_HEADS
        return module

    def fetch(self, name: str, weights: str, progress: Progress) -> Path:
        """The published file, from the cache or downloaded."""
        published = self._published(name)
        entry = published.DEFAULT if weights.lower() == "default" else published[weights]
        return fetch_file(entry.url, f"The weights of {name}", progress)

    def _published(self, name: str) -> Any:
        if name not in self.names():
            raise InvalidChoice(f"torchvision has no classification network “{name}”.", code="unknown-name")
        return tv.get_model_weights(name)


def _preprocessing_of(entry: Any) -> Preprocessing:
    """What the weights' own transforms do, as plain values."""
    t = entry.transforms()
    (side,), crop = t.resize_size, t.crop_size * 2 if len(t.crop_size) == 1 else t.crop_size
    return Preprocessing(
        resize=side,
        crop=(crop[0], crop[1]),
        interpolation=t.interpolation.value,
        mean=tuple(t.mean),
        std=tuple(t.std),
    )
