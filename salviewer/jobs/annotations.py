"""Where the truth about an input lies: found as a spec names it, and brought to a model's grid.

Boxes say x before y before z. A picture's axes are the other way round, and so are a model's; a volume's are not:
within this file a volume's masks are turned about, (Z, Y, X), so that one rule holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import product
from pathlib import Path

import numpy as np

from salviewer.api import Annotation, GridMap, InputRef, JobSpec, Sample, Volume
from salviewer.errors import InvalidChoice
from salviewer.jobs.shelf import Shelf

Boxes = tuple[tuple[float, ...], ...]
HALF = 0.5 - 1e-6
"""Half a pixel, less what sums of float32 weights may lack."""
Rows = tuple[tuple[float, ...], ...]
_APART_MM = 1e-2
"""By which affines of one grid may differ: headers keep single precision."""


def source_truth(spec: JobSpec, shelf: Shelf, shape: tuple[int, ...], affine: Rows | None = None) -> Annotation:
    """The annotation of `spec`'s input on the source's pixels (*S); what lies beside them is cut off.

    affine: of a volume, whose voxels are (X, Y, Z); None of a picture.

    Raises `InvalidChoice` where there is none, or it is none of this input: a mask of another size or on another grid,
    a box that is empty or lies outside.
    """
    if affine is None:
        return _source_truth(spec, shelf, shape, None)
    found = _source_truth(spec, shelf, shape[::-1], affine)
    return replace(found, mask=found.mask.T)


def _source_truth(spec: JobSpec, shelf: Shelf, shape: tuple[int, ...], affine: Rows | None) -> Annotation:
    wanted = spec.annotation
    masks: Mapping[str, np.ndarray] = {}
    boxes: Boxes = wanted.boxes
    if spec.input.source.startswith("collection:"):
        sample = shelf.sample(spec.input)
        masks = sample.masks
        boxes = boxes or (sample.boxes if not wanted.mask else ())
    boxes = tuple(_inside(box, shape) for box in boxes)
    mask = _mask(wanted.mask, masks, shelf, shape if affine is None else shape[::-1], affine, needed=not boxes)
    mask = mask if mask is None or affine is None else mask.T
    if mask is None and not boxes:
        raise InvalidChoice(
            "This measure compares the map with the truth, and nothing says where that lies: give boxes or a mask.",
            code="no-annotation",
        )
    if mask is not None and mask.shape != shape:
        raise InvalidChoice(
            f"The mask has {_by(mask.shape, affine)} and the input {_by(shape, affine)}: they must match.",
            code="mask-size",
        )
    return complete(Annotation(boxes, np.zeros(shape, bool) if mask is None else mask), given_mask=mask is not None)


def truth_of(sample: Sample) -> Annotation | None:
    """A sample's own annotation on its pixels or voxels: its boxes, else its first mask; None where it has neither."""
    volume = isinstance(sample.picture, Volume)
    shape: tuple[int, ...] = sample.picture.shape[::-1] if volume else sample.picture.shape
    mask = None if sample.boxes else next(iter(sample.masks.values()), None)
    if mask is None and not sample.boxes:
        return None
    shown = np.zeros(shape, bool) if mask is None else mask.T if volume else mask
    boxes = tuple(_inside(box, shape) for box in sample.boxes)
    found = complete(Annotation(boxes, shown), given_mask=mask is not None)
    return replace(found, mask=found.mask.T) if volume else found


def truth_on_grid(truth: Annotation, grid: GridMap) -> Annotation:
    """`truth` (on the source's pixels) on the model's input grid; what lies outside the model's view is cut off.

    A mask's pixel is True where at least half of it is covered. A box around a mask is that of the part in view.
    """
    mask = grid.from_source(truth.mask.astype(np.float32)) >= HALF
    if grid.affine is not None:
        return replace(truth, boxes=_boxes_on_grid(truth, grid), mask=mask)
    scales, offsets = grid.scales()[::-1], grid.offsets()[::-1]
    sizes = grid.model_shape[::-1]
    boxes = []
    for box in _boxes_in_view(truth, grid):
        n = len(sizes)
        low, high = (
            [(e - 0.5 - o) / s + 0.5 for e, o, s in zip(box[part], offsets, scales, strict=True)]
            for part in (slice(None, n), slice(n, None))
        )
        low = [min(max(v, 0.0), size) for v, size in zip(low, sizes, strict=True)]
        high = [min(max(v, 0.0), size) for v, size in zip(high, sizes, strict=True)]
        if all(b > a for a, b in zip(low, high, strict=True)):
            boxes.append((*low, *high))
    return replace(truth, boxes=tuple(boxes), mask=mask)


def _boxes_on_grid(truth: Annotation, grid: GridMap) -> Boxes:
    """A volume's boxes on the model's grid, whichever way that is turned: the boxes around their corners."""
    turned = replace(truth, mask=truth.mask.T)
    seen = np.isfinite(grid.to_source(np.zeros(grid.model_shape, np.float32))).T
    back = np.linalg.inv(np.array(grid.matrix, np.float64))
    sizes = np.array(grid.model_shape[::-1], np.float64)
    found = []
    for box in _boxes_seen(turned, seen):
        corners = np.array(list(product(*zip(box[:3], box[3:], strict=True)))) - 0.5
        edges = (corners @ back[:3, :3].T + back[:3, 3] + 0.5)[:, ::-1]
        low, high = np.clip(edges.min(axis=0), 0, sizes), np.clip(edges.max(axis=0), 0, sizes)
        if (high > low).all():
            found.append((*map(float, low), *map(float, high)))
    return tuple(found)


def complete(truth: Annotation, *, given_mask: bool) -> Annotation:
    """`truth` with the boxes' union as its mask, or the mask's tightest box, and the boxes' share of the whole."""
    shape = truth.mask.shape
    boxes = truth.boxes or (() if not truth.mask.any() else (tight_box(truth.mask),))
    mask = truth.mask if given_mask else boxes_mask(boxes, shape)
    return Annotation(boxes, mask, _share(boxes, shape) if boxes else float("nan"))


def tight_box(mask: np.ndarray) -> tuple[float, ...]:
    """The tightest box around the True pixels of `mask`, which has some."""
    spans = [
        np.flatnonzero(mask.any(axis=tuple(a for a in range(mask.ndim) if a != axis))) for axis in range(mask.ndim)
    ]
    return (*(float(s[0]) for s in spans[::-1]), *(float(s[-1] + 1) for s in spans[::-1]))


def _boxes_in_view(truth: Annotation, grid: GridMap) -> Boxes:
    """`truth.boxes`; where they are the mask's own box, the box of what the model sees of the mask."""
    return _boxes_seen(truth, np.isfinite(grid.to_source(np.zeros(grid.model_shape, np.float32))))


def _boxes_seen(truth: Annotation, seen: np.ndarray) -> Boxes:
    """The same, `seen` being where the model sees."""
    if not truth.mask.any() or truth.boxes != (tight_box(truth.mask),):
        return truth.boxes
    both = truth.mask & seen
    return (tight_box(both),) if both.any() else ()


def boxes_mask(boxes: Boxes, shape: tuple[int, ...]) -> np.ndarray:
    """Bool (*S): pixels whose centres lie in one of `boxes`."""
    mask = np.zeros(shape, bool)
    n = len(shape)
    for box in boxes:
        inside = [
            (np.arange(size) + 0.5 >= low) & (np.arange(size) + 0.5 < high)
            for size, low, high in zip(shape, box[n - 1 :: -1], box[: n - 1 : -1], strict=True)
        ]
        mask |= np.logical_and.reduce(np.meshgrid(*inside, indexing="ij"))
    return mask


def _inside(box: Sequence[float], shape: tuple[int, ...]) -> tuple[float, ...]:
    """`box` cut to the input's pixels (*S). Raises `InvalidChoice` where it is no box or nothing is left of it."""
    n = len(shape)
    names = [f"{axis}{end}" for end in (0, 1) for axis in "xyz"[:n]]
    shown = ", ".join(f"{edge:g}" for edge in box)
    if len(box) != 2 * n:
        raise InvalidChoice(
            f"A box here has {2 * n} numbers, {', '.join(names)}; ({shown}) has {len(box)}.", code="box-size"
        )
    pairs = list(zip(box[:n], box[n:], shape[::-1], strict=True))
    if not all(low < high for low, high, _ in pairs):  # also where one is NaN
        order = " and ".join(f"{axis}0 < {axis}1" for axis in "xyz"[:n])
        raise InvalidChoice(f"The box ({shown}) is empty: it needs {order}.", code="empty-box")
    if not all(low < size and high > 0 for low, high, size in pairs):
        pixels = " x ".join(map(str, shape[::-1]))
        raise InvalidChoice(
            f"The box ({shown}) lies outside the input's {pixels} pixels: give its edges in pixels of the input.",
            code="box-outside",
        )
    return (*(max(0.0, float(low)) for low, _, _ in pairs), *(min(float(size), float(high)) for _, high, size in pairs))


def _share(boxes: Boxes, shape: tuple[int, ...]) -> float:
    """Share of all pixels that `boxes` cover together: their edges cut the whole into cells, each in a box or not."""
    n = len(shape)
    edges = [np.unique(np.clip([b[i::n] for b in boxes], 0, size)) for i, size in enumerate(shape[::-1])]
    middles = [(e[1:] + e[:-1]) / 2 for e in edges]
    covered = np.zeros([len(m) for m in middles], bool)
    for box in boxes:
        inside = [(m > box[i]) & (m < box[n + i]) for i, m in enumerate(middles)]
        covered |= reduce(np.multiply.outer, inside)
    sizes = reduce(np.multiply.outer, [np.diff(e) for e in edges])
    return float(sizes[covered].sum() / np.prod(shape))


def _mask(
    name: str,
    masks: Mapping[str, np.ndarray],
    shelf: Shelf,
    shape: tuple[int, ...],
    affine: Rows | None,
    *,
    needed: bool,
) -> np.ndarray | None:
    """The mask `name` on the source's own axes."""
    if not name:
        return next(iter(masks.values())) if masks and needed else None
    if name in masks:
        return masks[name]
    if name.startswith("live:"):
        return _as_mask(np.asarray(shelf.live(name)), shape)
    if masks and not Path(name).is_file():
        raise InvalidChoice(f"There is no mask “{name}”: choose one of {', '.join(masks)}.", code="unknown-mask")
    found = shelf.source(InputRef(source=name))
    if isinstance(found, Volume):
        _check_place(found, affine)
        return np.asarray(found.array) > 0
    return np.asarray(found.pixels).max(axis=-1) > 0


def _check_place(mask: Volume, affine: Rows | None) -> None:
    """Raise `InvalidChoice` where a mask of voxels lies elsewhere than the volume whose `affine` is given."""
    if affine is not None and not np.allclose(mask.affine, np.array(affine), atol=_APART_MM):
        raise InvalidChoice(
            f"{mask.name} has another grid than the volume: give a mask on the volume's own voxels.", code="mask-grid"
        )


def _by(shape: tuple[int, ...], affine: Rows | None) -> str:
    if affine is None:
        return f"{' x '.join(map(str, shape))} pixels"
    return f"{' x '.join(map(str, shape[::-1]))} voxels"


def _as_mask(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bool: where `values` are above zero, which NaN is not; axes of one channel before or after (*S) fall away."""
    if values.dtype.kind not in "biuf":
        raise InvalidChoice(
            f"A mask holds bools or numbers, and this one {values.dtype}: give an array whose pixels above zero are "
            f"the truth.",
            code="mask-kind",
        )
    if values.shape in ((1, *shape), (*shape, 1)):
        values = values.reshape(shape)
    return values > 0
