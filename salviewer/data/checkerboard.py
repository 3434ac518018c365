"""Two volumes in one picture, in tiles that take turns: edges that run on from tile to tile show that they fit."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from salviewer.api import Volume
from salviewer.data.lettering import Line
from salviewer.numeric.slicing import Convention

TILES = 8
_GAP, _LETTER, _SIDE = 12, 24.0, 420
_INK, _PAPER = (235, 238, 242), (14, 16, 20)
_PLANES = ((2, 0, 1, "L", "R"), (1, 0, 2, "L", "R"), (0, 1, 2, "P", "A"))
"""Axial, coronal, sagittal: the axis across it, to the right and up on the page, the letters at left and right."""
_UNKNOWN = "orientation unknown"


def checkerboard(fixed: np.ndarray, moved: np.ndarray, tiles: int = TILES) -> np.ndarray:
    """Tiles of `fixed` and of `moved` (X, Y, Z) in turns, float32 in 0..1; each first brought to its own 0..1.

    `tiles`: along the longest axis; all are cubes. The tile at the first voxel is `fixed`'s.
    """
    if fixed.shape != moved.shape:
        raise ValueError(f"both must be on one grid, not {fixed.shape} and {moved.shape}")
    side = max(1, -(-max(fixed.shape) // max(1, tiles)))
    odd = sum(np.ix_(*(np.arange(n) // side for n in fixed.shape))) % 2
    return np.where(odd == 0, _windowed(fixed), _windowed(moved)).astype(np.float32)


def board_picture(board: np.ndarray, fixed: Volume, convention: Convention | None = None) -> Image.Image:
    """The three middle planes of `board` (X, Y, Z), on the grid of `fixed`, beside each other.

    convention: which side of the patient is on the left, and where the nose points; None: radiological, to the left.
    """
    upright, spacing = _upright(board, fixed)
    how = convention or Convention()
    panes = [_pane(upright, spacing, plane, how, lettered=fixed.axcodes is not None) for plane in _PLANES]
    width = sum(p.width for p in panes) + _GAP * (len(panes) + 1)
    page = Image.new("RGB", (width, max(p.height for p in panes) + 2 * _GAP), _PAPER)
    x = _GAP
    for pane in panes:
        page.paste(pane, (x, _GAP + (page.height - 2 * _GAP - pane.height) // 2))
        x += pane.width + _GAP
    return page


def _windowed(values: np.ndarray) -> np.ndarray:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.zeros(values.shape, np.float32)
    low, high = np.percentile(finite, (0.1, 99.9))
    return np.nan_to_num(np.clip((values - low) / max(high - low, 1e-9), 0, 1)).astype(np.float32)


def _upright(board: np.ndarray, volume: Volume) -> tuple[np.ndarray, tuple[float, ...]]:
    """`board` with axes to the right, the front and the top, and the millimetres along each."""
    from nibabel.orientations import apply_orientation, io_orientation  # noqa: PLC0415 - with the volumes

    turn = io_orientation(volume.affine)
    order = np.argsort(turn[:, 0])
    return apply_orientation(board, turn), tuple(volume.spacing[int(axis)] for axis in order)


def _pane(
    board: np.ndarray,
    spacing: tuple[float, ...],
    plane: tuple[int, int, int, str, str],
    convention: Convention,
    *,
    lettered: bool,
) -> Image.Image:
    across, right, up, first, last = plane
    sagittal = across == 0
    cut = np.take(board, board.shape[across] // 2, axis=across)  # its axes are in the order right, up
    if convention.nose_left if sagittal else convention.radiological:
        cut, first, last = cut[::-1], last, first
    bytes_ = np.rint(255 * cut.T[::-1]).astype(np.uint8)
    scale = _SIDE / (cut.shape[0] * spacing[right])
    size = (_SIDE, max(1, round(cut.shape[1] * spacing[up] * scale)))
    pane = Image.fromarray(bytes_).resize(size, Image.Resampling.BILINEAR).convert("RGB")
    draw = ImageDraw.Draw(pane)
    for text, at in ((first, 4), (last, None)) if lettered else ():
        line = Line(text, _LETTER)
        x = at if at is not None else pane.width - line.width - 6
        line.draw(draw, x, pane.height / 2 - line.height / 2, _INK)
    known = "radiological" if convention.radiological else "neurological"
    said = Line("" if sagittal else known if lettered else _UNKNOWN, _LETTER)
    said.draw(draw, pane.width - said.width - 6, pane.height - said.height - 4, _INK)
    return pane
