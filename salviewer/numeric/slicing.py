"""Slices of a volume as people look at them: which way round, how wide in millimetres, and the way back to the world.

A plane's paper is the slice laid flat: u runs right and v down, in millimetres from the upper left corner of the first
pixel; the pixel in column c covers c..c + 1 times the columns' spacing. A voxel's centre is its index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PLANES = ("axial", "coronal", "sagittal")
OPPOSITE = {"L": "R", "R": "L", "P": "A", "A": "P", "I": "S", "S": "I"}
WORLD_AXIS = {"L": 0, "R": 0, "P": 1, "A": 1, "I": 2, "S": 2}
STORED = ("R", "A", "S")
"""Where axes are taken to point when nobody knows: the third axis upwards, nothing mirrored."""


@dataclass(frozen=True)
class Convention:
    """radiological: the patient's left is on the right of the screen; nose_left: so is the nose of a sagittal slice."""

    radiological: bool = True
    nose_left: bool = True


@dataclass(frozen=True, eq=False)
class SlicePlane:
    """How the slices of one plane lie in a volume (X, Y, Z).

    name: one of PLANES; shape: the volume's; axis: the array's axis that leads from slice to slice.
    across, down: the array's axes along a slice's columns and rows; mirrored, upturned: whether these run backwards.
    affine, inverse: (4, 4) float64, voxel to millimetres and back.
    letters: what is at the top, right, bottom and left; None where nobody knows.
    upwards: 1 where a higher index lies further right, to the front or up, otherwise -1.
    """

    name: str
    shape: tuple[int, int, int]
    axis: int
    across: int
    down: int
    mirrored: bool
    upturned: bool
    affine: np.ndarray
    inverse: np.ndarray
    letters: tuple[str, str, str, str] | None
    upwards: int

    @property
    def count(self) -> int:
        """How many slices there are."""
        return self.shape[self.axis]

    @cached_property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of a slice."""
        return self.shape[self.down], self.shape[self.across]

    @cached_property
    def spacing_mm(self) -> tuple[float, float]:
        """Millimetres from row to row and from column to column; 1 where the affine has no length."""
        return _length(self.affine, self.down), _length(self.affine, self.across)

    @cached_property
    def paper_mm(self) -> tuple[float, float]:
        """(width, height) of the paper."""
        (rows, columns), (down, across) = self.size, self.spacing_mm
        return columns * across, rows * down

    def view(self, array: np.ndarray, index: int) -> np.ndarray:
        """Slice `index` of `array` (X, Y, Z) as people look at it: (rows, columns), a view of the array."""
        return self.flat(array[tuple(index if k == self.axis else slice(None) for k in range(3))])

    def flat(self, values: np.ndarray) -> np.ndarray:
        """`values` on the two other axes, in the array's order, as a slice is looked at; a view."""
        upright = values if self.down < self.across else values.T
        return upright[:: -1 if self.upturned else 1, :: -1 if self.mirrored else 1]

    def voxel(self, row: int, column: int, index: int) -> tuple[int, int, int]:
        """The voxel that a slice shows at (row, column)."""
        at = [index, index, index]
        at[self.down] = self.size[0] - 1 - row if self.upturned else row
        at[self.across] = self.size[1] - 1 - column if self.mirrored else column
        return at[0], at[1], at[2]

    def pixel(self, voxel: Sequence[float] | np.ndarray) -> tuple[float, float]:
        """(row, column) where a slice shows `voxel`, fractions kept: the inverse of `voxel`."""
        row, column = float(voxel[self.down]), float(voxel[self.across])
        rows, columns = self.size
        return rows - 1 - row if self.upturned else row, columns - 1 - column if self.mirrored else column

    def paper(self, mm: Sequence[float] | np.ndarray) -> tuple[float, float]:
        """(u, v) of a point of the world (RAS+ millimetres), looked at square on."""
        row, column = self.pixel(apply(self.inverse, mm))
        down, across = self.spacing_mm
        return (column + 0.5) * across, (row + 0.5) * down

    def world(self, u: float, v: float, depth: float) -> np.ndarray:
        """(3,) millimetres of the paper's (u, v) in slice `depth`, a fraction where between slices."""
        down, across = self.spacing_mm
        rows, columns = self.size
        row, column = v / down - 0.5, u / across - 0.5
        at = np.full(3, float(depth))
        at[self.down] = rows - 1 - row if self.upturned else row
        at[self.across] = columns - 1 - column if self.mirrored else column
        return apply(self.affine, at)

    def depth(self, mm: Sequence[float] | np.ndarray) -> float:
        """How many slices deep a point of the world lies; not held to the volume."""
        return float(apply(self.inverse, mm)[self.axis])

    def index(self, mm: Sequence[float] | np.ndarray) -> int:
        """The slice that is nearest to a point of the world."""
        return int(np.clip(np.floor(self.depth(mm) + 0.5), 0, self.count - 1))


def planes_of(
    shape: Sequence[int], affine: np.ndarray, axcodes: Sequence[str | None] | None, convention: Convention
) -> dict[str, SlicePlane]:
    """The three planes of a volume by name.

    axcodes: where each axis points, such as ("L", "A", "S"), each axis of the world once; None where nobody knows: the
    slices are then shown as they are stored, whatever the convention.
    """
    known = axcodes is not None and all(axcodes)
    codes = tuple(str(c) for c in axcodes) if known and axcodes is not None else STORED
    left = "R" if known and convention.radiological else "L"
    front = "A" if known and convention.nose_left else "P"
    where = {WORLD_AXIS[code]: k for k, code in enumerate(codes)}
    made = {}
    for name, (through, side, first, tall, top) in {
        "axial": (2, 0, left, 1, "A"),
        "coronal": (1, 0, left, 2, "S"),
        "sagittal": (0, 1, front, 2, "S"),
    }.items():
        axis, across, down = where[through], where[side], where[tall]
        made[name] = SlicePlane(
            name,
            (int(shape[0]), int(shape[1]), int(shape[2])),
            *(axis, across, down),
            *(codes[across] == first, codes[down] == top),
            *(np.asarray(affine, np.float64), np.linalg.inv(affine)),
            (top, OPPOSITE[first], OPPOSITE[top], first) if known else None,
            1 if codes[axis] in "RAS" else -1,
        )
    return made


def codes_beside(affine: np.ndarray, other: np.ndarray, codes: Sequence[str | None] | None) -> tuple[str, ...] | None:
    """Where the axes of a grid point, from those of the grid beside it (`other`, `codes`); None where nobody knows.

    Each axis goes to the one of the other grid that it is closest to, all three together.
    """
    if codes is None or not all(codes):
        return None
    turn = np.linalg.inv(other[:3, :3]) @ affine[:3, :3] * np.array([[_length(other, k)] for k in range(3)])
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    share = np.abs(turn) / np.linalg.norm(turn, axis=0)
    best = max(orders, key=lambda order: sum(share[order[k], k] for k in range(3)))
    return tuple(str(codes[o]) if turn[o, k] > 0 else OPPOSITE[str(codes[o])] for k, o in enumerate(best))


def apply(affine: np.ndarray, point: Sequence[float] | np.ndarray) -> np.ndarray:
    """(3,) float64: `point` through a (4, 4) `affine`."""
    return affine[:3, :3] @ np.asarray(point, np.float64) + affine[:3, 3]


def robust_window(array: np.ndarray, low: float = 0.1, high: float = 99.9, most: int = 250_000) -> tuple[float, float]:
    """The `low` and `high` percentile of the finite values of `array` (X, Y, Z), from an even sample of some `most`.

    Never empty: half a unit to each side of a constant; (0, 1) where there is no finite value.
    """
    step = int(np.ceil((array.size / most) ** (1 / 3))) | 1  # odd: interleaved slices are both seen
    # A short axis is taken whole: a step over it would leave out most of a thin volume.
    steps = [step if n > 4 * step else 1 for n in array.shape]
    sample = np.asarray(array[tuple(slice((n - 1) % s // 2, None, s) for n, s in zip(array.shape, steps, strict=True))])
    sample = sample.astype(np.float32, copy=False).ravel()
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return 0.0, 1.0
    bottom, top = (float(v) for v in np.percentile(sample, (low, high)))
    if top <= bottom:  # more than that share has one value; take the whole range
        bottom, top = float(sample.min()), float(sample.max())
    return (bottom, top) if top > bottom else (bottom - 0.5, top + 0.5)


def _length(affine: np.ndarray, axis: int) -> float:
    found = float(np.sqrt(np.sum(np.square(affine[:3, axis], dtype=np.float64))))
    return found if np.isfinite(found) and found > 0 else 1.0
