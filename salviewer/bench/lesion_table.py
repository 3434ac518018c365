"""Image-level sensitivity by type of lesion over many photographs, always with the false regions beside it.

A type is found in a photograph where at least so much of one of its lesions is proposed; the sensitivity is the share
of the photographs with that type in which it is found. A map that covers everything has 100 %: hence the regions
proposed where no expert marked anything, per photograph, and the proposed share of the field of view.

Source: Wagner et al., "Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks", CVPR
2019, section 5.2 and Table 3.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from salviewer.api import Explanation, InputRef, JobSpec, Progress
from salviewer.data.lesion_types import SHORT, in_order
from salviewer.data.proposed_lesions import evidence_map, on_photograph, propose
from salviewer.errors import InvalidChoice
from salviewer.numeric.counted import counted
from salviewer.numeric.field_of_view import field_of_view
from salviewer.numeric.lesions_found import OVERLAPS, LesionsFound, lesions_found

PAPER: Mapping[float, tuple[float, ...]] = {0.25: (100.0, 94.7, 90.0, 88.4), 0.5: (90.5, 81.6, 80.0, 86.0)}
"""FGVis on DiaretDB1 in percent, in the order of `TYPES`; the paper leaves the names of these two rows out."""


@dataclass(frozen=True, eq=False)
class Annotated:
    """A photograph and how to get at what experts marked in it: bool (H, W) by type, {} for a healthy one."""

    ref: InputRef
    marks: Callable[[], Mapping[str, np.ndarray]] = field(repr=False)


@dataclass(frozen=True, eq=False)
class PictureScore:
    """One photograph. found: by type; regions, false: proposed, and of these without a marked pixel.

    share: of the field of view that is proposed, 0..1.
    """

    found: Mapping[str, LesionsFound]
    regions: int
    false: int
    share: float


@dataclass(frozen=True)
class TypeRow:
    """One type. pictures: with it; image, lesions: by overlap, share of these pictures, and of all its lesions."""

    kind: str
    pictures: int
    count: int
    image: Mapping[float, float]
    lesions: Mapping[float, float]


@dataclass(frozen=True)
class LesionTable:
    """Rows by type, and what stands beside them. false_per_picture: the mean over all `pictures`."""

    rows: tuple[TypeRow, ...]
    pictures: int
    regions_per_picture: float
    false_per_picture: float
    share: float
    left_out: tuple[str, ...] = ()

    @property
    def beside(self) -> str:
        """What must be read beside the sensitivity."""
        return (
            f"{self.false_per_picture:.1f} false regions per picture ({self.regions_per_picture:.1f} proposed), over "
            f"{100 * self.share:.1f} % of the field of view, on {counted(self.pictures, 'picture')}. A map that "
            f"covers everything would find all lesions."
        )


def judge(
    explanation: Explanation, pixels: np.ndarray, marked: Mapping[str, np.ndarray], share: float, least_area: float
) -> PictureScore:
    """What the map of `explanation` finds in the photograph `pixels` (H, W, C)."""
    values, grid = evidence_map(explanation.evidence, explanation.heatmap), explanation.grid
    if grid is None:
        raise TypeError("an explanation that nobody placed on a photograph cannot be judged")
    proposed = propose(values, grid, field_of_view(pixels), share, least_area)
    return score(on_photograph(proposed.regions.labels, grid), len(proposed.regions), proposed.share, marked)


def score(labels: np.ndarray, count: int, share: float, marked: Mapping[str, np.ndarray]) -> PictureScore:
    """Of proposed regions 1..count, `labels` (H, W) on the photograph's pixels."""
    covered = labels > 0
    any_marked = np.zeros(labels.shape, bool)
    for mask in marked.values():
        any_marked |= mask
    touched = len(np.unique(labels[any_marked & covered]))
    found = {kind: lesions_found(covered, mask) for kind, mask in marked.items() if mask.any()}
    return PictureScore(found, count, count - touched, share)


def table_of(scores: Sequence[PictureScore], left_out: Sequence[str] = ()) -> LesionTable:
    """The means over pictures. Raises `InvalidChoice` where there is no picture."""
    if not scores:
        raise InvalidChoice(
            "No picture could be judged: give photographs and what experts marked in them.", code="no-pictures"
        )
    rows = []
    for kind in in_order({kind for one in scores for kind in one.found}):
        mine = [one.found[kind] for one in scores if kind in one.found]
        whole = LesionsFound(np.concatenate([one.covered for one in mine]))
        image = {o: float(np.mean([one.any(o) for one in mine])) for o in OVERLAPS}
        rows.append(TypeRow(kind, len(mine), len(whole.covered), image, {o: whole.share(o) for o in OVERLAPS}))
    means = [float(np.mean([getattr(one, name) for one in scores])) for name in ("regions", "false", "share")]
    return LesionTable(tuple(rows), len(scores), means[0], means[1], means[2], tuple(left_out))


def lesion_table(
    pictures: Sequence[Annotated],
    spec: JobSpec,
    shelf: object,
    *,
    share: float = 0.5,
    least_area: float = 0.0,
    progress: Progress | None = None,
) -> LesionTable:
    """Explain every photograph as `spec` says and judge it. One that cannot be read is left out, by name.

    Raises `InvalidChoice` where none is left.
    """
    from salviewer.errors import UnreadableInput  # noqa: PLC0415 - beside its only use
    from salviewer.jobs.run import run  # noqa: PLC0415 - loads torch

    progress = progress or Progress()
    scores, left_out = [], []
    for i, one in enumerate(pictures):
        part = progress.part(i / len(pictures), (i + 1) / len(pictures))
        try:
            picture = shelf.picture(one.ref)  # type: ignore[attr-defined] # a Shelf
            marked = one.marks()
            explanation = run(spec.model_copy(update={"input": one.ref}), shelf, part)  # type: ignore[arg-type]
        except UnreadableInput as e:
            left_out.append(str(e))
            continue
        scores.append(judge(explanation, picture.pixels, marked, share, least_area))
    progress(1.0, "Done")
    return table_of(scores, left_out)


def as_csv(table: LesionTable, title: str = "") -> str:
    """A line per type, each with the false regions beside it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["method", "type", "pictures", "lesions",
                     *(f"{what} at {100 * o:.0f} %" for what in ("images", "lesions") for o in OVERLAPS),
                     "false regions per picture", "regions per picture", "proposed share of the field"])  # fmt: skip
    for row in table.rows:
        values = [row.image[o] for o in OVERLAPS] + [row.lesions[o] for o in OVERLAPS]
        values += [table.false_per_picture, table.regions_per_picture, table.share]
        writer.writerow([title, row.kind, row.pictures, row.count, *(f"{v:.6g}" for v in values)])
    return out.getvalue()


def short(kind: str) -> str:
    """The type as Table 3 abbreviates it."""
    return SHORT.get(kind, kind)
