"""The distribution-guided mask predictor and its rivals: masks that leave the class in the picture, and no more."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source, TrainerInfo, hookimpl

PAPER = Source(
    citation="Distribution-Guided Local Explanation for Black-Box Classifiers (2020)",
    equations="Eq. 1, 4-7, 10",
)

GENERATOR_PAPER = Source(
    citation="Dabkowski, Gal: Real Time Image Saliency for Black Box Classifiers (2017)",
    equations="sections 3, 4",
    url="https://arxiv.org/abs/1705.07857",
)

FAMILY = "Mask predictor"


@hookimpl
def salviewer_explainers() -> list[ExplainerInfo]:
    """Return the methods."""
    return [
        ExplainerInfo(
            key="mask-predictor",
            title="Mask predictor",
            summary="A network trained to leave the class in the picture, with scores of a wished distribution, shows "
            "its mask in the pass that predicts the class.",
            run="salviewer_plugins.mask_predictor.explainer:MaskPredictor",
            params="salviewer_plugins.mask_predictor.params:PredictorParams",
            source=PAPER,
            family=FAMILY,
            answers="Which places, kept more or less clearly, are enough for the class?",
            needs=frozenset({"module", "class-index", "trained"}),
            trained_by="mask-predictor",
            late_target=True,
        ),
        ExplainerInfo(
            key="tuned-scores",
            title="Tuned scores",
            summary="Any method's map, its scores weighed by what their pixels still add to the class.",
            run="salviewer_plugins.mask_predictor.tuned_scores:TunedScoresOf",
            params="salviewer_plugins.mask_predictor.tuned_params:TunedParams",
            source=Source(citation=PAPER.citation, equations="section 3.3"),
            family=FAMILY,
            answers="Which of the map's best pixels does the class need, and from where on is there enough?",
            evidence=("heatmap", "curve"),
            sources="the explanation whose scores are tuned",
        ),
        ExplainerInfo(
            key="mask-generator",
            title="Mask generator",
            summary="A network trained to make small, smooth masks that keep the class, and without whose part it is "
            "gone, shows its mask in one pass.",
            run="salviewer_plugins.mask_predictor.rival_explainer:GeneratedMask",
            params="salviewer_plugins.mask_predictor.rival_params:GeneratorParams",
            source=GENERATOR_PAPER,
            family=FAMILY,
            answers="Which part of the picture is enough for the class, and without which is it gone?",
            needs=frozenset({"module", "class-index", "trained"}),
            trained_by="mask-generator",
            late_target=True,
        ),
        ExplainerInfo(
            key="meaningful-perturbation",
            title="Meaningful perturbation",
            summary="Learns, for this one picture, the smallest part whose blurring costs the class its score, or that "
            "is enough for it. Needs a network that can be differentiated; takes some hundred passes.",
            run="salviewer_plugins.mask_predictor.meaningful_perturbation:MeaningfulPerturbation",
            params="salviewer_plugins.mask_predictor.meaningful_perturbation_params:MeaningfulPerturbationParams",
            source=Source(
                citation="Fong, Vedaldi: Interpretable Explanations of Black Boxes by Meaningful Perturbation (2017)",
                equations="Eq. 3, 4, section 4.3",
                url="https://arxiv.org/abs/1704.03296",
            ),
            family="Masks",
            answers="Which part of the picture must be blurred for the class to be lost, or kept for it to stay?",
            dims=(2, 3),
            needs=frozenset({"gradients"}),
            evidence=("heatmap", "curve"),
        ),
    ]


@hookimpl
def salviewer_trainers() -> list[TrainerInfo]:
    """Return what learns for them."""
    return [
        TrainerInfo(
            key="mask-predictor",
            title="Mask predictor",
            summary="Trains a small network that reads the model's feature maps and says in one pass which places of a "
            "picture leave its class in it.",
            run="salviewer_plugins.mask_predictor.trainer:PredictorTrainer",
            params="salviewer_plugins.mask_predictor.train_params:PredictorTrainParams",
            source=PAPER,
            learns="A network that explains any picture for this model in one pass.",
            needs=frozenset({"gradients", "module", "class-index", "collection"}),
        ),
        TrainerInfo(
            key="mask-generator",
            title="Mask generator",
            summary="Trains a network of the mask predictor's shape by a loss of four terms: masks that are smooth and "
            "small, that keep the class, and without whose part it is gone.",
            run="salviewer_plugins.mask_predictor.rival_trainer:GeneratorTrainer",
            params="salviewer_plugins.mask_predictor.train_params:GeneratorTrainParams",
            source=GENERATOR_PAPER,
            learns="A network that shows, in one pass, which part of a picture carries its class.",
            needs=frozenset({"gradients", "module", "class-index", "collection"}),
        ),
    ]
