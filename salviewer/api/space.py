"""Where a model's grid lies on the picture or volume that it was made from.

Index convention: the centre of a pixel or voxel is its index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class GridMap:
    """The way from model grid to source grid; plain values, so that it is stored with each result.

    source_shape, model_shape: spatial shapes: (H, W) both; or (X, Y, Z) of a volume and (D, H, W) of the model.
    matrix: (n + 1, n + 1) rows, homogeneous; maps a model index (axis order as the shapes) to a source index.
    steps: what was done, in order, for people ("resized to 256 x 341", "cropped to 224 x 224").
    affine: (4, 4) rows, from a volume's voxel indices to RAS+ millimetres; None of a picture.
    axcodes: where the volume's axes point ("LAS"); "" where nobody knows, and of a picture.
    """

    source_shape: tuple[int, ...]
    model_shape: tuple[int, ...]
    matrix: tuple[tuple[float, ...], ...]
    steps: tuple[str, ...] = ()
    affine: tuple[tuple[float, ...], ...] | None = None
    axcodes: str = ""

    @classmethod
    def identity(cls, shape: tuple[int, ...]) -> GridMap:
        """The map of a model that sees the source's own pixels."""
        n = len(shape)
        return cls(shape, shape, tuple(tuple(float(i == j) for j in range(n + 1)) for i in range(n + 1)))

    def scales(self) -> tuple[float, ...]:
        """Source pixels per model pixel along each axis."""
        return tuple(self.matrix[i][i] for i in range(len(self.model_shape)))

    def offsets(self) -> tuple[float, ...]:
        """Source index of the model's pixel 0 along each axis."""
        return tuple(self.matrix[i][-1] for i in range(len(self.model_shape)))

    def box(self) -> tuple[tuple[float, float], ...]:
        """Per axis, the two edges of the model's field of view in source pixels (an edge of pixel 0 is at 0)."""
        return tuple(
            (o + 0.5 - s / 2, o + 0.5 + (n - 0.5) * s)
            for o, s, n in zip(self.offsets(), self.scales(), self.model_shape, strict=True)
        )

    def to_source(self, values: np.ndarray) -> np.ndarray:
        """`values` (on any grid over the model's field of view) on the source's pixels, float32.

        Linear between samples; averaged where the source is coarser; NaN where the model saw nothing.
        """
        from salviewer.numeric.resample import resample_axes  # noqa: PLC0415 - the api loads without numpy

        coarse = [m / v for m, v in zip(self.model_shape, values.shape, strict=True)]
        scales = [s * c for s, c in zip(self.scales(), coarse, strict=True)]
        offsets = [o + s * (c - 1) / 2 for o, s, c in zip(self.offsets(), self.scales(), coarse, strict=True)]
        return resample_axes(values, self.source_shape, scales, offsets)

    def from_source(self, values: np.ndarray) -> np.ndarray:
        """The inverse of `to_source`, float32: linear between samples, averaged where the model's grid is coarser."""
        from salviewer.numeric.resample import resample_axes  # noqa: PLC0415 - the api loads without numpy

        pairs = list(zip(self.scales(), self.offsets(), strict=True))
        return resample_axes(values, self.model_shape, [1 / s for s, _ in pairs], [-o / s for s, o in pairs])

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {
            "source_shape": list(self.source_shape),
            "model_shape": list(self.model_shape),
            "matrix": [list(row) for row in self.matrix],
            "steps": list(self.steps),
        }
        if self.affine is not None:
            plain |= {"affine": [list(row) for row in self.affine], "axcodes": self.axcodes}
        return plain

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> GridMap:
        """The inverse of `as_dict`."""
        return cls(
            tuple(d["source_shape"]),
            tuple(d["model_shape"]),
            tuple(tuple(row) for row in d["matrix"]),
            tuple(d.get("steps", ())),
            tuple(tuple(row) for row in d["affine"]) if d.get("affine") else None,
            str(d.get("axcodes", "")),
        )
