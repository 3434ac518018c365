"""Metrics that change the input where the map says: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import MetricInfo, Source

_HERE = "salviewer_plugins.evaluation"
_RISE = Source(
    "Petsiuk, Das, Saenko: RISE: Randomized Input Sampling for Explanation (2018)", "section 4.1, Algorithm 1"
)

OFFERS: tuple[MetricInfo, ...] = (
    MetricInfo(
        key="deletion",
        title="Deletion",
        summary="The area under the class's probability while the map's best pixels are taken away, the best first. A "
        "random map can be as low as a good one: look at the controls.",
        run=f"{_HERE}.deletion:Deletion",
        params=f"{_HERE}.perturbation_params:DeletionParams",
        source=_RISE,
        answers="Does the class vanish soon when the map's best pixels go?",
        better="lower",
    ),
    MetricInfo(
        key="insertion",
        title="Insertion",
        summary="The area under the class's probability while the map's best pixels are put back into the blurred "
        "picture.",
        run=f"{_HERE}.deletion:Insertion",
        params=f"{_HERE}.perturbation_params:InsertionParams",
        source=_RISE,
        answers="Does the class come back soon when the map's best pixels come?",
    ),
    MetricInfo(
        key="faithfulness",
        title="Faithfulness (M_F)",
        summary="How much of the probability the map's best pixels bring back from the blurred picture, in percent.",
        run=f"{_HERE}.faithfulness:Faithfulness",
        params=f"{_HERE}.perturbation_params:FaithfulnessParams",
        source=Source(
            "“Visual Explanation Using Distribution-Guided Mask Predictor” (under review at ICLR 2020)", "Eq. 8"
        ),
        answers="How few of the map's best pixels suffice for the class?",
    ),
    MetricInfo(
        key="increase-in-confidence",
        title="Increase in confidence",
        summary="Whether the class is more probable if only what the map shows is left; how far it drops then, and how "
        "far if all but that is left.",
        run=f"{_HERE}.confidence:Confidence",
        params=f"{_HERE}.perturbation_params:ConfidenceParams",
        source=Source("Chattopadhay et al.: Grad-CAM++ (2018)", "section 4.1"),
        answers="Is the class as probable with only what the map shows?",
        bounds=(0.0, 1.0),
    ),
    MetricInfo(
        key="sparseness",
        title="Sparseness",
        summary="The Gini index of the map: 0 if it is the same everywhere, near 1 if few pixels have all of it. Says "
        "nothing about whether these are the right ones.",
        run=f"{_HERE}.sparseness:Sparseness",
        params=f"{_HERE}.perturbation_params:SparsenessParams",
        source=Source("Hurley, Rickard: Comparing Measures of Sparsity (2009)", "Table I"),
        answers="Is the map gathered in few pixels?",
        better="",
        bounds=(0.0, 1.0),
    ),
    MetricInfo(
        key="infidelity",
        title="Infidelity",
        summary="How far the map's sums over parts of the picture are from what the score loses without these parts.",
        run=f"{_HERE}.infidelity:Infidelity",
        params=f"{_HERE}.perturbation_params:InfidelityParams",
        source=Source("Yeh et al.: On the (In)fidelity and Sensitivity of Explanations (2019)", "Definition 1"),
        answers="Do the map's values add up to what the score loses?",
        better="lower",
        bounds=(0.0, None),
    ),
)
