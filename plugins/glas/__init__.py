"""Gaussian light and shadow (GLAS), its recursive form, and its form for volumes: explanation from outputs alone."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, hookimpl

PAPER = Source(
    citation="Salient Explanation for Fine-grained Classification (under review at ICLR 2020), anonymous authors",
    equations="Eq. 1-3, Algorithm 1",
)
APPENDIX = Source(citation=PAPER.citation, equations="appendix A, Eq. 1-3")
FAMILY = "Light and shadow"


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the methods."""
    return [
        ExplainerInfo(
            key="glas",
            title="GLAS",
            summary="Gaussian light and shadow: lights up and darkens one place after another.",
            run="salviewer_plugins.glas.glas:Glas",
            params="salviewer_plugins.glas.params:GlasParams",
            source=PAPER,
            family=FAMILY,
            answers="Which place carries the class when only it is lit, and costs the class when it is in shadow?",
        ),
        ExplainerInfo(
            key="rglas",
            title="Recursive GLAS",
            summary="GLAS again and again, each time without the clue found before.",
            run="salviewer_plugins.glas.rglas:Rglas",
            params="salviewer_plugins.glas.params:RglasParams",
            source=PAPER,
            family=FAMILY,
            answers="Which clues carry the class, in the order in which they are found?",
        ),
        ExplainerInfo(
            key="glas-3d",
            title="3D-GLAS",
            summary="Gaussian light and shadow in a volume: each region of an atlas gets its impact.",
            run="salviewer_plugins.glas.glas3d:Glas3d",
            params="salviewer_plugins.glas.volume_params:Glas3dParams",
            source=APPENDIX,
            family=FAMILY,
            answers="Which region carries the class when only it is lit, and costs the class when it is in shadow?",
            dims=(3,),
            evidence=("heatmap", "regions"),
            assets=frozenset({"atlas"}),
        ),
        ExplainerInfo(
            key="region-ranking",
            title="Ranking of regions over subjects",
            summary="Sums the subjects' maps and ranks an atlas's regions, with an interval for each rank.",
            run="salviewer_plugins.glas.cohort:RegionRanking",
            params="salviewer_plugins.glas.volume_params:RankingParams",
            source=Source(citation=PAPER.citation, equations="appendix A, Figure 12"),
            family=FAMILY,
            answers="Which regions carry the class over all subjects, and how sure is their order?",
            dims=(3,),
            evidence=("heatmap", "regions"),
            assets=frozenset({"atlas"}),
            sources="one explanation per subject",
        ),
    ]
