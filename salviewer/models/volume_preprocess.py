"""From a volume to a 3D network's input: reoriented, resampled, cut or padded in one step, and where that lies.

The three are one affine map, so that every voxel is interpolated once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from salviewer.api import GridMap, ModelInput, Note, Volume, VolumePreprocessing
from salviewer.errors import UnreadableInput
from salviewer.models.windowing import windowed
from salviewer.numeric.affine_sampling import sample_affine

_MOST_VOXELS = 768**3
_OPPOSITE = dict(zip("LRPAIS", "RLAPSI", strict=True))
_AS_IT_IS = VolumePreprocessing(axcodes=None, window="none")


def prepare_volume(
    volume: Volume,
    preprocessing: VolumePreprocessing | None,
    channels: int | None,
    device: torch.device | str = "cpu",
) -> ModelInput:
    """`volume` as a 3D network sees it, on `device`: tensor (1, 1, D, H, W).

    preprocessing: None feeds its values as they are, axes in the order (z, y, x).
    channels: of the network's input; None where nobody knows.

    Raises:
        UnreadableInput: the network takes several channels, or the input would be larger than any network's.
    """
    if channels not in (None, 1):
        raise UnreadableInput(
            f"{volume.name} is a volume with one channel, and the network takes {channels}: choose a network with one "
            f"input channel.",
            code="channels",
        )
    grid, notes = plan(volume, preprocessing or _AS_IT_IS)
    p = preprocessing or _AS_IT_IS
    sampled = sample_affine(volume.array, grid.matrix, grid.model_shape)
    values, steps, said = windowed(sampled, volume, p)
    if preprocessing is not None:
        values = (values - np.float32(p.mean)) / np.float32(p.std)
    tensor = torch.from_numpy(np.ascontiguousarray(values, np.float32))[None, None].to(device)
    found = (*notes, *said)
    grid = replace(grid, steps=(*grid.steps, *steps, *(n.text for n in found)))
    return ModelInput(tensor, grid, volume.sha256, volume.name, found)


def encode(raw: Tensor, preprocessing: VolumePreprocessing) -> Tensor:
    """Raw values (N, 1, D, H, W), as they are after the window, in the normalised space."""
    return (raw - preprocessing.mean) / preprocessing.std


def decode(x: Tensor, preprocessing: VolumePreprocessing) -> Tensor:
    """The inverse of `encode`."""
    return x * preprocessing.std + preprocessing.mean


def plan(volume: Volume, p: VolumePreprocessing) -> tuple[GridMap, tuple[Note, ...]]:
    """Where the network's grid lies on `volume`, with the steps in words, and what had to be assumed.

    Raises `UnreadableInput` where the grid would be larger than any network's.
    """
    notes: list[Note] = []
    if p.grid is not None and p.shape is not None:
        to_source = np.linalg.inv(volume.affine) @ np.array(p.grid, np.float64)
        shape, steps = p.shape, [f"resampled in the world to a template's grid of {_by(p.shape)} voxels"]
        if volume.axcodes is None:
            notes.append(_unknown(volume, "its place on the template's grid is a guess"))
    else:
        to_source, shape, steps = _chain(volume, p, notes)
    if int(np.prod([float(n) for n in shape])) > _MOST_VOXELS:
        raise UnreadableInput(
            f"{volume.name} would become an input of {_by(shape)} voxels, which is too large: set a spacing or a shape "
            f"in the preprocessing.",
            code="over-budget",
        )
    if p.tensor == "DHW":
        to_source = to_source[:, [2, 1, 0, 3]]
        shape = (shape[2], shape[1], shape[0])
    return GridMap(
        volume.shape,
        (int(shape[0]), int(shape[1]), int(shape[2])),
        tuple(tuple(map(float, row)) for row in to_source),
        tuple(steps),
        tuple(tuple(map(float, row)) for row in volume.affine),
        "".join(volume.axcodes or ()),
        volume.space,
    ), tuple(notes)


def _chain(
    volume: Volume, p: VolumePreprocessing, notes: list[Note]
) -> tuple[np.ndarray, tuple[int, int, int], list[str]]:
    """The matrix from an index (x, y, z) after all steps to the source's, the shape then, and the steps in words."""
    steps: list[str] = []
    to_source = np.eye(4)
    if p.axcodes is not None and volume.axcodes is None:
        notes.append(_unknown(volume, "its axes were taken as they are stored"))
    elif p.axcodes is not None and volume.axcodes is not None and tuple(p.axcodes) != tuple(volume.axcodes):
        to_source = _reorientation(volume.axcodes, p.axcodes, volume.shape)
        steps.append(f"turned from {''.join(volume.axcodes)} to {p.axcodes}")
    axes = np.abs(to_source[:3, :3]).argmax(axis=0)
    shape = np.array(volume.shape)[axes]
    if p.spacing is not None:
        given = np.array(volume.spacing)[axes]
        shape, onto = _respaced(shape, given, np.array(p.spacing))
        if not np.allclose(given, p.spacing, rtol=1e-4):
            to_source = to_source @ onto
            steps.append(f"resampled from {_mm(given)} to {_mm(p.spacing)}")
    if p.shape is not None and tuple(p.shape) != tuple(shape):
        to_source = to_source @ _cut(shape, p.shape)
        steps.extend(_cut_in_words(shape, p.shape))
        shape = np.array(p.shape)
    return to_source, (int(shape[0]), int(shape[1]), int(shape[2])), steps


def _reorientation(given: tuple[str, ...], wanted: str, shape: tuple[int, ...]) -> np.ndarray:
    """(4, 4) from an index of the volume whose axes point as `wanted` to one of the volume as stored."""
    m = np.zeros((4, 4))
    m[3, 3] = 1
    for axis, letter in enumerate(wanted):
        if letter in given:
            m[given.index(letter), axis] = 1
        else:
            stored = given.index(_OPPOSITE[letter])
            m[stored, axis], m[stored, 3] = -1, shape[stored] - 1
    return m


def _respaced(shape: np.ndarray, given: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shape at the spacing `wanted`, and the (4, 4) from an index there to one before; both have one centre."""
    if np.allclose(given, wanted, rtol=1e-4):
        return shape, np.eye(4)
    after = np.maximum(1, np.round(shape * given / wanted)).astype(int)
    onto = np.eye(4)
    for axis, step in enumerate(wanted / given):
        onto[axis, axis] = step
        onto[axis, 3] = (shape[axis] - 1) / 2 - step * (after[axis] - 1) / 2
    return after, onto


def _cut(have: np.ndarray, want: tuple[int, ...]) -> np.ndarray:
    """(4, 4) from an index of the cut or padded grid to one before; whole voxels, the odd one goes to the end."""
    m = np.eye(4)
    m[:3, 3] = [(h - w) // 2 if h >= w else -((w - h) // 2) for h, w in zip(have, want, strict=True)]
    return m


def _cut_in_words(have: np.ndarray, want: tuple[int, ...]) -> Iterator[str]:
    smaller = np.minimum(have, want)
    if (smaller < have).any():
        yield f"cut to the central {_by(smaller)} voxels"
    if (smaller < np.array(want)).any():
        yield f"padded to {_by(want)} voxels"


def _unknown(volume: Volume, so: str) -> Note:
    return Note("orientation-unknown", f"{volume.name} does not say which way its axes point: {so}.")


def _by(shape: Iterable[int]) -> str:
    return " x ".join(str(int(n)) for n in shape)


def _mm(spacing: Iterable[float]) -> str:
    return " x ".join(f"{float(s):.3g}" for s in spacing) + " mm"
