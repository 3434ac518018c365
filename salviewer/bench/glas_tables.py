"""The tables of "Salient Explanation for Fine-grained Classification" (GLAS), with the figures printed there."""

from __future__ import annotations

from salviewer.bench.recipe import NOT_GIVEN, SECONDS, UNREADABLE, Column, Line, Recipe
from salviewer.bench.spec import Asked

_PAPER = "“Salient Explanation for Fine-grained Classification” (under review at ICLR 2020)"
_POINT = Column("PT", "pointing-game/hit_centroid")
_SMALL = Column("PT-small", "pointing-game/hit_centroid_small")
_TIME = Column("time (s)", SECONDS)
_GAME = (Asked(key="pointing-game"),)
_SIGMAS = "GLAS runs at the sigmas that are its defaults here: the paper gives 5, 3 and 6 and no unit."
_ELSEWHERE = "Times are of this machine and network, the paper's of its own: compare them within a column."

TABLE_1 = Recipe(
    name="glas-table-1",
    title="GLAS, Table 1: the pointing game by the number of search points",
    source=f"{_PAPER}, Table 1",
    setting="ResNet-50, ILSVRC validation",
    columns=(_POINT, _TIME),
    lines=tuple(
        Line(f"{grid} × {grid}", "glas", (score, seconds), {"grid": grid})
        for grid, score, seconds in (
            (12, 0.905, 0.398), (15, 0.912, 0.652), (22, 0.914, 1.435), (25, 0.913, 1.909), (30, 0.913, 3.95),
        )
    ),
    metrics=_GAME,
    remarks=(_SIGMAS, _ELSEWHERE),
)  # fmt: skip

TABLE_2 = Recipe(
    name="glas-table-2",
    title="GLAS, Table 2: the pointing game of GLAS and its rivals",
    source=f"{_PAPER}, Table 2",
    setting="ResNet-50, ILSVRC validation",
    columns=(_POINT, _SMALL, _TIME),
    lines=(
        Line("Grads", "gradient", (0.773, 0.604, 0.128)),
        Line("DeConv", "deconvnet", (0.750, 0.584, 0.117)),
        Line("Grad-CAM", "gradcam", (0.901, 0.754, 0.183)),
        Line("DeConv, 2.64 s (occlusion)", "occlusion", (0.809, 0.688, 2.64),
             note="printed as a second DeConv; its time and its reference say that it is occlusion."),
        Line("LIME", "lime", (0.766, 0.645, 15.11)),
        Line("RISE", "rise", (0.907, 0.787, 8.11), {"masks": 8000}),
        Line("RISE, 450 masks", "rise", (0.869, NOT_GIVEN, NOT_GIVEN), {"masks": 450},
             note="from the paper's text: as many masks as GLAS has."),
        Line("MASK", "meaningful-perturbation", (0.841, 0.711, 16.38)),
        Line("GLAS (light)", "glas", (0.889, 0.782, 0.328), {"mode": "light"}),
        Line("GLAS (shadow)", "glas", (0.877, 0.751, 0.328), {"mode": "shadow"}),
        Line("GLAS (fusion)", "glas", (0.912, 0.792, 0.612), {"mode": "fusion"},
             note="0.612 s here and 0.652 s in the paper's Table 1, for the same 15 × 15 points."),
    ),
    metrics=_GAME,
    remarks=(_SIGMAS, _ELSEWHERE),
)  # fmt: skip

_CUTS = (0.1, 0.3, 0.5, 0.7, 0.9)
_THREE = {"max_rounds": 3, "stop_ratio": 1000.0}


def _round(number: int, *paper: float | str) -> Line:
    values = tuple(f"iou/round_{number}_mask_iou_{cut:g}" for cut in _CUTS)
    return Line(f"iteration {number}", "rglas", paper, _THREE, values)


TABLE_3 = Recipe(
    name="glas-table-3",
    title="GLAS, Table 3: overlap with the object over the rounds of the recursive process",
    source=f"{_PAPER}, Table 3",
    setting="ResNet-50, ILSVRC validation",
    columns=tuple(Column(f"IoU at {cut:g}", f"iou/mask_iou_{cut:g}", decimals=2) for cut in _CUTS),
    lines=(
        _round(1, UNREADABLE, UNREADABLE, UNREADABLE, 0.31, UNREADABLE),
        _round(2, 0.54, 0.56, 0.51, 0.39, 0.07),
        _round(3, 0.55, 0.56, 0.52, 0.37, 0.06),
        Line("A (adaptive stop)", "rglas", (0.55, 0.59, 0.55, 0.38, 0.06)),
    ),
    metrics=(Asked(key="iou"),),
    remarks=(
        _SIGMAS,
        "Iterations 1 to 3 come from one run that is not stopped before the third; a picture whose search points are "
        "used up sooner has no value in the later rows, which n tells.",
    ),
)
