"""The networks of timm, as "timm/NAME" or "timm/NAME.TAG", used as their published weights expect it."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from pathlib import Path
from typing import Any, Final

import timm
from platformdirs import user_cache_dir
from timm.data import ImageNetInfo
from torch import nn

from salviewer.api import ArchitectureFacts, ArchitectureFamily, Preprocessing, Progress
from salviewer.errors import InvalidChoice, Unavailable
from salviewer_plugins.architectures.download import fetch_file

PREFIX: Final = "timm/"
_IMAGENET_CLASSES: Final = 1000
_INTERPOLATIONS: Final = ("nearest", "bilinear", "bicubic")


class TimmFamily(ArchitectureFamily):
    """All networks that timm registers; a tag after a dot names one of several published sets of weights."""

    def names(self) -> Sequence[str]:
        """All names, sorted."""
        found = {*timm.list_models(), *timm.list_models(pretrained=True)}
        return sorted(PREFIX + name for name in found)

    def facts(self, name: str) -> ArchitectureFacts:
        """As timm's own settings for the published weights have it; classes are ImageNet's where there are 1000."""
        settings = self._settings(name)
        if settings is None:
            return ArchitectureFacts()
        classes = tuple(settings.label_names or ())
        if not classes and settings.num_classes == _IMAGENET_CLASSES:
            info = ImageNetInfo()
            classes = tuple(info.index_to_description(i) for i in range(_IMAGENET_CLASSES))
        weights = {"default": settings.hf_hub_id} if settings.hf_hub_id else {}
        return ArchitectureFacts(_preprocessing_of(settings), "softmax", classes, weights)

    def build(self, name: str, classes: int | None = None) -> nn.Module:
        """The network, untrained."""
        self._settings(name)
        options = {} if classes is None else {"num_classes": classes}
        return timm.create_model(name.removeprefix(PREFIX), pretrained=False, **options)

    def fetch(self, name: str, weights: str, progress: Progress) -> Path:
        """The published file, from the cache or downloaded."""
        settings = self._settings(name)
        if settings is None or not settings.hf_hub_id:
            raise Unavailable(f"timm publishes no weights of {name}: give a weights file.", code="no-weights")
        try:
            from huggingface_hub import hf_hub_url  # noqa: PLC0415 - slow, and not all of timm needs it
        except ImportError as e:
            raise Unavailable(
                f"The weights of {name} need the package huggingface_hub: install it.", code="no-package"
            ) from e
        folder = Path(user_cache_dir("salviewer")) / "weights" / settings.hf_hub_id
        url = hf_hub_url(settings.hf_hub_id, "model.safetensors")
        return fetch_file(url, f"The weights of {name}", progress, folder)

    def _settings(self, name: str) -> Any:
        """What timm knows of the published weights, or None. Raises `InvalidChoice` where there is no such network."""
        bare = name.removeprefix(PREFIX)
        if name == bare or not timm.is_model(bare.partition(".")[0]):
            raise InvalidChoice(f"timm has no network “{bare}”.", code="unknown-name")
        return timm.get_pretrained_cfg(bare)


def _preprocessing_of(settings: Any) -> Preprocessing | None:
    """What timm's evaluation transforms do, as plain values; None for the few that keep borders."""
    channels, height, width = settings.input_size
    resize = floor(height / settings.crop_pct), floor(width / settings.crop_pct)
    if settings.crop_mode == "border" or channels not in (1, 3):
        return None
    short_side = settings.crop_mode == "center" and height == width
    return Preprocessing(
        resize=resize[0] if short_side else resize,
        crop=(height, width),
        interpolation=settings.interpolation if settings.interpolation in _INTERPOLATIONS else "bilinear",
        channels="gray" if channels == 1 else "RGB",
        mean=tuple(settings.mean),
        std=tuple(settings.std),
    )
