"""Ranking of regions over subjects: the sum of all subjects' maps, and the regions by their mean impact.

    S = sum_s S_s, normalised;   impact(r) = mean over subjects s of impact_s(r);   rank(r) by impact(r)

| paper (appendix A)                                         | here                                                   |
|------------------------------------------------------------|--------------------------------------------------------|
| "saliency maps ... linearly integrated and normalized"     | the first heatmap: the sum, in 0..1                    |
| ranks 1 to 5 of Figure 12                                  | `RegionTable.ranks()`, with the colours `RANK_COLOURS` |
| "AAL wise saliency map", second row of Figure 12           | the second heatmap: each region filled with its impact |

The input is what the maps are laid over: a template, or one of the subjects. A method that gives no table is ranked by
its map's mean over each region.

Source: "Salient Explanation for Fine-grained Classification", appendix A and Figure 12.
Differs from the paper: 95 % intervals of the ranks, by the bootstrap over subjects; the paper gives ranks alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from salviewer.api import AtlasOnGrid, Explainer, Explanation, Heatmap, Progress, RegionTable, Request, table_of
from salviewer.errors import InvalidChoice
from salviewer.numeric.rank_bootstrap import ranked_means, ranks_of
from salviewer.numeric.region_means import region_means
from salviewer_plugins.glas.cohort_maps import on_reference
from salviewer_plugins.glas.cohort_subjects import Impacts, Subject, check_atlas, impacts_of, subjects_of
from salviewer_plugins.glas.volume_params import RankingParams

TOP = 5
"""Ranks that have a colour, and that "in the top 5" counts."""


class RegionRanking(Explainer[RankingParams]):
    """Key `region-ranking`: the summed map, the region-wise map and the table of ranks. It does not run the model."""

    def explain(self, request: Request, params: RankingParams, progress: Progress) -> Explanation:
        """Maps (D, H, W) on the input's grid. Raises `InvalidChoice` where the sources do not belong together."""
        subjects = subjects_of(request.sources)
        atlas = wanted_atlas(request)
        check_atlas(atlas, subjects)
        total = np.zeros(request.input.grid.model_shape)
        tables = all(s.table is not None for s in subjects)
        means: list[np.ndarray] = []
        labels = np.array([r.label for r in atlas.regions], np.int64)
        for i, (subject, source) in enumerate(zip(subjects, request.sources, strict=True), start=1):
            here = on_reference(request.input.grid, atlas, subject, source)
            total += np.nan_to_num(here)
            if not tables:
                means.append(region_means(here, atlas.labels, labels).mean)
            message = f"Subject {i} of {len(subjects)}"
            progress(i / len(subjects), message, lambda so_far=total: (summed(so_far, subjects),))
        impacts = impacts_of(atlas, subjects, means)
        found = ranked(atlas, impacts, params, request.seed)
        evidence = (summed(total, subjects), filled(atlas, found), found)
        return Explanation(evidence, notes(subjects, impacts), provenance=about(subjects))


def wanted_atlas(request: Request) -> AtlasOnGrid:
    """The atlas whose regions are ranked. Raises `InvalidChoice` where there is none, or none of it in view."""
    if request.atlas is None:
        raise InvalidChoice(
            "A ranking of regions needs an atlas, and none was given: choose the one that the subjects were explained "
            "with.",
            code="no-atlas",
        )
    if not request.atlas.regions:
        raise InvalidChoice(
            "No region of the atlas lies within the volume that the ranking is to be painted over: choose the template "
            "that goes with the atlas.",
            code="atlas-elsewhere",
        )
    return request.atlas


def summed(total: np.ndarray, subjects: tuple[Subject, ...]) -> Heatmap:
    """The sum in 0..1, or -1..1 where the maps are signed; zeros where it is constant."""
    signed = subjects[0].signed
    low = 0.0 if signed else float(total.min())
    span = float(np.abs(total - low).max())
    values = (total - low) / span if span > 0 else np.zeros_like(total)
    return Heatmap("Sum over subjects", values.astype(np.float32), signed=signed, unit="1")


def filled(atlas: AtlasOnGrid, table: RegionTable) -> Heatmap:
    """Each region filled with its mean impact, 0 between regions and where an impact is not known."""
    impact = np.zeros(int(max(atlas.labels.max(), table.labels.max())) + 1, np.float32)
    impact[table.labels] = np.nan_to_num(table.impact)
    return Heatmap("Impact by region", impact[atlas.labels], signed=bool((impact < 0).any()), unit=table.unit)


def ranked(atlas: AtlasOnGrid, impacts: Impacts, params: RankingParams, seed: int) -> RegionTable:
    """The regions with mean impact, intervals of their ranks, and how often each is among the first."""
    found = ranked_means(impacts.values, params.draws, seed)
    known = np.isfinite(impacts.values)
    first = (ranks_of(impacts.values) <= TOP) & known
    share = np.divide(
        first.sum(axis=0), known.sum(axis=0), out=np.full(known.shape[1], np.nan), where=known.any(axis=0)
    )
    columns = {"standard error": found.error, f"in the top {TOP}": share, "subjects": known.sum(axis=0)}
    return table_of(
        atlas,
        found.mean,
        columns | impacts.columns,
        impacts.unit,
        name="Regions over subjects",
        rank_low=found.low,
        rank_high=found.high,
    )


def notes(subjects: tuple[Subject, ...], impacts: Impacts) -> tuple[str, ...]:
    """What must be known of the subjects to read the ranking."""
    found = [] if len(subjects) > 1 else ["There is one subject only, so the ranks have no interval."]
    if missing := int((~np.isfinite(impacts.values)).any(axis=0).sum()):
        several = f"{missing} regions are not known of every subject; their means are over fewer."
        found.append(several if missing > 1 else "One region is not known of every subject; its mean is over fewer.")
    if not impacts.from_tables:
        found.append("A region's impact is the mean of the subject's map over the region.")
    return tuple(found)


def about(subjects: tuple[Subject, ...]) -> dict[str, Any]:
    """Whose maps were put together, and the class that they explain."""
    first = subjects[0].about
    names = [{"name": s.name, "sha256": s.sha256} for s in subjects]
    facts = {"subjects": {"method": first.get("method", ""), "params": first.get("params", {}), "inputs": names}}
    return facts | ({"target": dict(first["target"])} if "target" in first else {})
