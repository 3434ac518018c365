"""Table 1 and the box occlusion of "Visual explanation by interpretation", with the figures printed there."""

from __future__ import annotations

from salviewer.bench.fold_tables import FoldLine, FoldTable
from salviewer.bench.spec import Asked

PAPER = "“Visual Explanation by Interpretation” (under review at ICLR 2019)"
_ANOTHER = "The plant, its colours and the networks are our own: compare the order of the methods before the figures."

TABLE_1 = FoldTable(
    name="interpretation-table-1",
    title="Interpretation, Table 1: the area under the IoU curve on an8Flower",
    source=f"{PAPER}, Table 1",
    metric=Asked(key="iou"),
    column="iou/mask_iou_area",
    scale=100.0,
    unit="Area under the curve of IoU over the threshold, in percent",
    lines=(
        FoldLine("Upsam. Act.", "interpretation", ("16.8 ± 2.63", "16.1 ± 1.30"), {"variant": "activations"}),
        FoldLine("Deconv+GB", "interpretation", ("21.3 ± 0.77", "21.9 ± 0.72"), {"variant": "deconv"}),
        FoldLine("Grad-CAM", "gradcam", ("17.5 ± 0.25", "14.8 ± 0.16")),
        FoldLine("Guided Grad-CAM", "guided-gradcam", ("19.9 ± 0.61", "19.4 ± 0.34")),
        FoldLine("Grad-CAM++", "gradcam-plus-plus", ("15.6 ± 0.57", "14.6 ± 0.12")),
        FoldLine("Guided Grad-CAM++", "guided-gradcam-plus-plus", ("19.6 ± 0.65", "19.7 ± 0.27")),
        FoldLine("Ours (stride 1)", "interpretation", ("22.5 ± 0.82", "23.2 ± 0.60"), {"variant": "stride-1"}),
    ),
    remarks=(
        _ANOTHER,
        "The paper says neither how the maps of several filters are joined into one nor at which thresholds it cuts: "
        "here the method's defaults, and the exact integral over all thresholds from 0 to the map's maximum.",
    ),
)

BOX_OCCLUSION = FoldTable(
    name="interpretation-box-occlusion",
    title="Interpretation, section 4.2: box occlusion",
    source=f"{PAPER}, section 4.2: stride 1 differs from deconvolution by 2 % of confidence in the mean",
    metric=Asked(key="box-occlusion"),
    column="box-occlusion",
    scale=100.0,
    unit="Mean fall of the predicted class's probability while up to 30 % of the picture is covered, in percent",
    lines=(
        FoldLine("Upsam. Act.", "interpretation", (None, None), {"variant": "activations"}),
        FoldLine("Deconv+GB", "interpretation", (None, None), {"variant": "deconv"}),
        FoldLine("Ours (stride 1)", "interpretation", (None, None), {"variant": "stride-1"}),
        FoldLine("Grad-CAM", "gradcam", (None, None)),
        FoldLine("Guided backpropagation", "guided-backprop", (None, None)),
    ),
    remarks=(_ANOTHER, "The paper gives no figure per method."),
    others=False,
)
