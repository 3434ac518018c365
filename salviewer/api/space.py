"""Where a model's grid lies on the picture or volume that it was made from.

Index convention: the centre of a pixel or voxel is its index.
"""

from __future__ import annotations

import math
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
    space: the space that the volume's header names, as `Volume.space` says it.

    A picture's axes are scaled and shifted only; a volume's may be swapped, flipped and turned besides.
    """

    source_shape: tuple[int, ...]
    model_shape: tuple[int, ...]
    matrix: tuple[tuple[float, ...], ...]
    steps: tuple[str, ...] = ()
    affine: tuple[tuple[float, ...], ...] | None = None
    axcodes: str = ""
    space: str = ""

    @classmethod
    def identity(cls, shape: tuple[int, ...]) -> GridMap:
        """The map of a model that sees the source's own pixels."""
        n = len(shape)
        return cls(shape, shape, tuple(tuple(float(i == j) for j in range(n + 1)) for i in range(n + 1)))

    def scales(self) -> tuple[float, ...]:
        """Source pixels from one model pixel to the next along each of the model's axes."""
        n = range(len(self.model_shape))
        if self._plain():
            return tuple(self.matrix[i][i] for i in n)
        return tuple(math.hypot(*(self.matrix[row][axis] for row in n)) for axis in n)

    def offsets(self) -> tuple[float, ...]:
        """Source index of the model's pixel 0 along each of the source's axes."""
        return tuple(self.matrix[i][-1] for i in range(len(self.model_shape)))

    def box(self) -> tuple[tuple[float, float], ...]:
        """Per axis of the source, the two edges of the model's field of view in pixels (an edge of pixel 0 is at 0).

        Of a field of view that is turned, the edges of the box around it.
        """
        if self._plain():
            return tuple(
                (o + 0.5 - s / 2, o + 0.5 + (n - 0.5) * s)
                for o, s, n in zip(self.offsets(), self.scales(), self.model_shape, strict=True)
            )
        edges = []
        for row in self.matrix[:-1]:
            middle = row[-1] + 0.5 + sum(m * (n - 1) / 2 for m, n in zip(row, self.model_shape, strict=False))
            half = sum(abs(m) * n / 2 for m, n in zip(row, self.model_shape, strict=False))
            edges.append((middle - half, middle + half))
        return tuple(edges)

    def world(self) -> np.ndarray:
        """(4, 4) float64, from a model index (axis order as `model_shape`) to RAS+ millimetres of a volume."""
        import numpy as np  # noqa: PLC0415 - the api loads without numpy

        if self.affine is None:
            raise ValueError("a picture has no place in the world")
        return np.array(self.affine, np.float64) @ np.array(self.matrix, np.float64)

    def to_source(self, values: np.ndarray) -> np.ndarray:
        """`values` (on any grid over the model's field of view) on the source's pixels, float32.

        Linear between samples; averaged where the source is coarser; NaN where the model saw nothing.
        """
        from salviewer.numeric.resample import resample_axes  # noqa: PLC0415 - the api loads without numpy

        if not self._plain():
            return self._turned_back(values)
        coarse = [m / v for m, v in zip(self.model_shape, values.shape, strict=True)]
        scales = [s * c for s, c in zip(self.scales(), coarse, strict=True)]
        offsets = [o + s * (c - 1) / 2 for o, s, c in zip(self.offsets(), self.scales(), coarse, strict=True)]
        return resample_axes(values, self.source_shape, scales, offsets)

    def from_source(self, values: np.ndarray) -> np.ndarray:
        """The inverse of `to_source`, float32: linear between samples, averaged where the model's grid is coarser."""
        from salviewer.numeric.affine_sampling import sample_affine  # noqa: PLC0415 - the api loads without numpy
        from salviewer.numeric.resample import resample_axes  # noqa: PLC0415 - the same

        if not self._plain():
            return sample_affine(values, self.matrix, self.model_shape)
        pairs = list(zip(self.scales(), self.offsets(), strict=True))
        return resample_axes(values, self.model_shape, [1 / s for s, _ in pairs], [-o / s for s, o in pairs])

    def _plain(self) -> bool:
        """Whether model axis k runs along source axis k."""
        return all(
            (m > 0) if i == j else (m == 0) for i, row in enumerate(self.matrix[:-1]) for j, m in enumerate(row[:-1])
        )

    def _turned_back(self, values: np.ndarray) -> np.ndarray:
        import numpy as np  # noqa: PLC0415 - the api loads without numpy

        from salviewer.numeric.affine_sampling import sample_affine  # noqa: PLC0415 - the same

        finer = np.eye(4)  # from an index of `values` to one of the model's grid
        for axis, (n, given) in enumerate(zip(self.model_shape, values.shape, strict=True)):
            finer[axis, axis], finer[axis, 3] = n / given, (n / given - 1) / 2
        return sample_affine(values, np.linalg.inv(np.array(self.matrix, np.float64) @ finer), self.source_shape)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {
            "source_shape": list(self.source_shape),
            "model_shape": list(self.model_shape),
            "matrix": [list(row) for row in self.matrix],
            "steps": list(self.steps),
        }
        if self.affine is not None:
            plain |= {"affine": [list(row) for row in self.affine], "axcodes": self.axcodes, "space": self.space}
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
            str(d.get("space", "")),
        )
