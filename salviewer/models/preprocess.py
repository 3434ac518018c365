"""From a picture to a network's input, and between raw values (0..1) and the network's normalised space."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor

from salviewer.api import ModelInput, Note, Picture, Preprocessing
from salviewer.errors import UnreadableInput
from salviewer.models import resizing
from salviewer.numeric.counted import counted

AS_IT_IS: Final = Preprocessing()
"""What "none" means: no resizing, no normalisation, channels as they come."""

_SLACK: Final = 1e-3


def channel_count(preprocessing: Preprocessing) -> int:
    """How many channels a network with this preprocessing takes."""
    return 1 if preprocessing.channels == "gray" else 3


def prepare(
    picture: Picture, preprocessing: Preprocessing | None, channels: int | None, device: torch.device | str = "cpu"
) -> ModelInput:
    """`picture` as a network with `channels` input channels sees it, on `device`.

    preprocessing: None feeds the picture as it is (bytes become 0..1).
    channels: None takes what the picture has.

    Raises:
        UnreadableInput: the picture's channels cannot be made the network's.
    """
    p = preprocessing or AS_IT_IS
    pixels, notes = _match_channels(picture.pixels, channels)
    if pixels.dtype != np.uint8:
        notes += _check_range(pixels) if preprocessing is not None else []
    elif preprocessing is None:
        notes.append(Note("scaled", "bytes 0 to 255 became values 0 to 1, and nothing else was done"))
    geometry = resizing.plan(picture.shape, p.resize, p.crop)
    raw = resizing.apply(pixels, geometry, p.interpolation)
    if p.channels == "BGR" and raw.shape[2] > 1:
        raw = raw[:, :, ::-1]
    tensor = torch.from_numpy(np.ascontiguousarray(raw.transpose(2, 0, 1)))[None]
    tensor = tensor.float().div_(255) if tensor.dtype == torch.uint8 else tensor.float()
    steps = tuple(note.text for note in notes)
    x = encode(tensor.to(device), p) if preprocessing is not None else tensor.to(device)
    return ModelInput(x, geometry.grid_map(steps), picture.sha256, picture.name, tuple(notes))


def encode(raw: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Raw values (N, C, *S) in 0..1 in the normalised space: (scale raw - mean) / std per channel."""
    mean, std = _constants(raw, preprocessing)
    return (raw * preprocessing.scale - mean) / std


def decode(x: Tensor, preprocessing: Preprocessing) -> Tensor:
    """The inverse of `encode`."""
    mean, std = _constants(x, preprocessing)
    return (x * std + mean) / preprocessing.scale


def _constants(like: Tensor, p: Preprocessing) -> tuple[Tensor, Tensor]:
    """Mean and std as (C or 1, 1, ...) beside (N, C, *S)."""
    shape = (-1,) + (1,) * (like.ndim - 2)
    mean, std = (torch.tensor(v, dtype=like.dtype, device=like.device).view(shape) for v in (p.mean, p.std))
    return mean, std


def _match_channels(pixels: np.ndarray, wanted: int | None) -> tuple[np.ndarray, list[Note]]:
    """`pixels` (H, W, C) with `wanted` channels."""
    have = pixels.shape[2]
    if wanted in (None, have):
        return pixels, []
    if have == 1 and wanted == 3:
        return np.repeat(pixels, 3, axis=2), [Note("gray-to-rgb", "the grey picture stands in all three channels")]
    if have == 3 and wanted == 1:
        return resizing.to_grey(pixels), [Note("rgb-to-gray", "the colour picture was made grey (ITU-R 601 luma)")]
    raise UnreadableInput(
        f"The picture has {counted(have, 'channel')} and the network takes {wanted}: choose a picture that fits the "
        f"network.",
        code="channels",
    )


def _check_range(pixels: np.ndarray) -> list[Note]:
    """A note where a float picture's values do not lie in 0..1, which its preprocessing takes for granted."""
    low, high = float(pixels.min()), float(pixels.max())
    if low >= -_SLACK and high <= 1 + _SLACK:
        return []
    text = f"values reach from {low:.4g} to {high:.4g}, but this preprocessing expects 0 to 1"
    return [Note("value-range", text)]
