"""The pictures that a mask predictor learns from: read once where memory suffices, their order decided by the seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from salviewer.api import LabelledInput
from salviewer.errors import InvalidChoice

KEEP_BYTES = 2**29
"""Prepared pictures are kept up to so many bytes, and those beyond are read anew in each epoch."""
LEAST_CROP = 0.8
"""Of the side, what a random crop keeps at least."""


def generator_for(*numbers: int) -> torch.Generator:
    """A generator on the CPU whose draws depend on `numbers` and nothing else: the same wherever a run goes on."""
    digest = hashlib.sha256(repr(numbers).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def portions(count: int, size: int, generator: torch.Generator) -> list[list[int]]:
    """0..count-1 in random order, in portions of at most `size` that differ by one at most."""
    steps = -(-count // size)
    return [rows.tolist() for rows in torch.randperm(count, generator=generator).tensor_split(steps)]


class Pictures:
    """The inputs of `samples` by their numbers.

    Args:
        samples: read and prepared each time they are asked for.
        device: where batches are wanted.
        keep: bytes of prepared inputs that stay in memory.
    """

    def __init__(self, samples: Sequence[LabelledInput], device: torch.device, keep: int = KEEP_BYTES) -> None:
        self._samples, self._device, self._room = samples, device, keep
        self._kept: dict[int, Tensor] = {}
        self.shape = tuple(samples[0].input.tensor.shape[1:])

    def __len__(self) -> int:
        return len(self._samples)

    def batch(self, rows: Sequence[int]) -> Tensor:
        """(N, C, H, W) of the pictures `rows`. Raises `InvalidChoice` where one has another size than the first."""
        return torch.cat([self._one(row) for row in rows]).to(self._device)

    def _one(self, row: int) -> Tensor:
        if row in self._kept:
            return self._kept[row]
        x = self._samples[row].input.tensor
        if tuple(x.shape[1:]) != self.shape:
            said = (" x ".join(map(str, shape)) for shape in (x.shape[1:], self.shape))
            raise InvalidChoice(
                "Pictures are learned from in batches and must be of one size, and number {} is {} where the first is "
                "{}: open the model with a size that pictures are brought to.".format(row + 1, *said),
                code="sizes",
            )
        size = x.numel() * x.element_size()
        if size <= self._room:
            self._room -= size
            self._kept[row] = x
        return x


def varied(x: Tensor, generator: torch.Generator) -> Tensor:
    """X (N, C, H, W), half of it mirrored, each cropped at random to 0.8 to 1 of its sides and brought back to size."""
    n = len(x)
    scale = LEAST_CROP + (1 - LEAST_CROP) * torch.rand(n, generator=generator)
    mirrored = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    shift = (2 * torch.rand(n, 2, generator=generator) - 1) * (1 - scale)[:, None]
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1], theta[:, :, 2] = scale * mirrored, scale, shift
    grid = F.affine_grid(theta.to(x.device, x.dtype), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)
