"""Metrics that compare a map with boxes or masks, and box occlusion: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import MetricInfo, Source

_HERE = "salviewer_plugins.evaluation"
_TRUTH = frozenset({"annotation"})

OFFERS: tuple[MetricInfo, ...] = (
    MetricInfo(
        key="pointing-game",
        title="Pointing game",
        summary="Whether the map's highest point, or the centroid of its highest blob, lies on the object. Needs boxes "
        "or a mask. Also tells the share of the map's positive mass on the object, and what chance would give.",
        run=f"{_HERE}.pointing_game:PointingGame",
        params=f"{_HERE}.annotation_params:PointingParams",
        source=Source(
            "Zhang et al., “Top-down Neural Attention by Excitation Backprop”, ECCV 2016; “Salient Explanation for "
            "Fine-grained Classification” (under review at ICLR 2020), Table 2"
        ),
        answers="Does the map's highest point lie on the object?",
        bounds=(0.0, 1.0),
        needs=_TRUTH,
    ),
    MetricInfo(
        key="explainability",
        title="Explainability (M_I)",
        summary="Average precision of the pixels, ranked by the map, at finding those of the object. Needs boxes or a "
        "mask. A map without any ranking gets the object's share of the picture, which is also what chance gives.",
        run=f"{_HERE}.explainability:Explainability",
        params=f"{_HERE}.annotation_params:ExplainabilityParams",
        source=Source(
            "“Distribution-Guided Local Explanation for Black-Box Classifiers” (under review at ICLR 2019)", "9"
        ),
        answers="Do the pixels that the map ranks highest belong to the object?",
        bounds=(0.0, 1.0),
        needs=_TRUTH,
    ),
    MetricInfo(
        key="iou",
        title="Intersection over union",
        summary="Overlap of the tightest box around what the map shows with the true box, and of the shown pixels with "
        "the true ones, at one threshold and over all of them; for recursive methods also round by round. Needs boxes "
        "or a mask.",
        run=f"{_HERE}.overlap:Overlap",
        params=f"{_HERE}.annotation_params:IouParams",
        source=Source(
            "“Salient Explanation for Fine-grained Classification” (under review at ICLR 2020), Table 3; “Visual "
            "Explanation by Interpretation” (under review at ICLR 2019), Table 1; “Interpreting CNN Prediction through "
            "Layer-wise Selected Discernible Neurons” (under review at ICLR 2020), section 3.2"
        ),
        answers="How well does a box around what the map shows fit the object's box?",
        given="explanation",
        bounds=(0.0, 1.0),
        needs=_TRUTH,
    ),
    MetricInfo(
        key="lesion-sensitivity",
        title="Lesion sensitivity",
        summary="Whether what the map shows covers at least 25 % or 50 % of a lesion, how many lesions it finds, and "
        "how many regions it shows where there is none. Needs a mask of the lesions, on the picture's own pixels.",
        run=f"{_HERE}.lesions:LesionSensitivity",
        params=f"{_HERE}.annotation_params:LesionParams",
        source=Source(
            "Wagner et al., “Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks”, "
            "CVPR 2019, Table 3"
        ),
        answers="Is at least one lesion of the picture found, by a quarter of its area?",
        bounds=(0.0, 1.0),
        needs=_TRUTH,
    ),
    MetricInfo(
        key="box-occlusion",
        title="Box occlusion",
        summary="How much of the class's probability is lost on average while patches drawn from the map as a "
        "distribution cover up to 30 % of the picture. Needs outputs only.",
        run=f"{_HERE}.box_occlusion:BoxOcclusion",
        params=f"{_HERE}.annotation_params:BoxOcclusionParams",
        source=Source("“Visual Explanation by Interpretation” (under review at ICLR 2019), section 4.2"),
        answers="Does covering what the map shows cost the class its probability?",
    ),
)
