"""Lines around the part of a map at or above a level: along the edges of its cells, or smooth between their centres."""

from __future__ import annotations

import numpy as np

MOST_CELLS = 512
"""Along each side; of a finer map, every n-th cell is looked at: more lines than dots tell nothing."""


def thinned(values: np.ndarray) -> tuple[np.ndarray, int]:
    """`values` (h, w) with at most `MOST_CELLS` along each side, and of how many cells each is the one kept."""
    step = -(-max(values.shape) // MOST_CELLS)
    return (values[::step, ::step], step) if step > 1 else (values, 1)


def outlines(values: np.ndarray, level: float) -> np.ndarray:
    """float32 (n, 4): x, y, x, y of the edges between cells at or above `level` and all others, the outside included.

    Cell (0, 0) covers 0..1 both ways. What is no number is below any level.
    """
    with np.errstate(invalid="ignore"):
        inside = np.pad(values >= level, 1)
    upright_rows, upright_columns = np.nonzero(inside[1:-1, 1:] != inside[1:-1, :-1])
    flat_rows, flat_columns = np.nonzero(inside[1:, 1:-1] != inside[:-1, 1:-1])
    upright = np.stack([upright_columns, upright_rows, upright_columns, upright_rows + 1], axis=1)
    flat = np.stack([flat_columns, flat_rows, flat_columns + 1, flat_rows], axis=1)
    return np.concatenate([upright, flat]).astype(np.float32)


def smooth_lines(values: np.ndarray, level: float) -> np.ndarray:
    """float32 (n, 4): x, y, x, y of the stretches of the line at `level`, linear between the centres of the cells.

    The outermost cells go on to the map's edge. There is no line beside a cell that holds no finite number.
    """
    grown = np.pad(values, 1, mode="edge").astype(np.float64)
    rows = np.concatenate([[0.0], np.arange(values.shape[0]) + 0.5, [values.shape[0]]])
    columns = np.concatenate([[0.0], np.arange(values.shape[1]) + 0.5, [values.shape[1]]])
    corners = [grown[:-1, :-1], grown[:-1, 1:], grown[1:, 1:], grown[1:, :-1]]
    with np.errstate(invalid="ignore"):
        above = [corner >= level for corner in corners]
    case = above[0] + 2 * above[1] + 4 * above[2] + 8 * above[3]
    case[~np.logical_and.reduce([np.isfinite(corner) for corner in corners])] = 0
    found = [
        _stretches(case == which, pair, corners, level, rows, columns)
        for which, pairs in _CROSSINGS.items()
        for pair in pairs
    ]
    return np.concatenate(found).astype(np.float32)


# A square's sides: 0 top, 1 right, 2 bottom, 3 left; which sides a line joins, by which corners are above (bits 1, 2,
# 4, 8: top left, top right, bottom right, bottom left). Two opposite corners above: each is cut off by itself.
_CROSSINGS: dict[int, list[tuple[int, int]]] = {
    1: [(3, 0)], 2: [(0, 1)], 3: [(3, 1)], 4: [(1, 2)], 5: [(3, 0), (1, 2)], 6: [(0, 2)], 7: [(3, 2)],
    8: [(2, 3)], 9: [(0, 2)], 10: [(0, 1), (2, 3)], 11: [(1, 2)], 12: [(1, 3)], 13: [(0, 1)], 14: [(0, 3)],
}  # fmt: skip
_ENDS = ((0, 1), (1, 2), (3, 2), (0, 3))  # the corners that each side joins


def _stretches(
    where: np.ndarray,
    sides: tuple[int, int],
    corners: list[np.ndarray],
    level: float,
    rows: np.ndarray,
    columns: np.ndarray,
) -> np.ndarray:
    i, j = np.nonzero(where)
    ends = []
    for side in sides:
        one, two = (corners[c][i, j] for c in _ENDS[side])
        share = (level - one) / (two - one)
        if side in (0, 2):
            ends += [columns[j] + share * (columns[j + 1] - columns[j]), rows[i + (side == 2)]]
        else:
            ends += [columns[j + (side == 1)], rows[i] + share * (rows[i + 1] - rows[i])]
    return np.stack(ends, axis=1)
