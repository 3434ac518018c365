"""The tables of "Interpretable and Fine-Grained Visual Explanations" (FGVis), with the figures printed there."""

from __future__ import annotations

from salviewer.bench.recipe import NOT_GIVEN, Column, Line, Recipe
from salviewer.bench.spec import Asked

_PAPER = "Wagner et al., “Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks” (2019)"
_GENERATE = {"game": "generation", "sparsity": 0.0}

ADVERSARIAL = Recipe(
    name="fgvis-table-1",
    title="FGVis, Table 1: how often a class that is not there was generated",
    source=f"{_PAPER}, Table 1",
    setting="ResNet-50, 1,000 pictures of ImageNet's validation set, in percent",
    columns=(Column("generated", "adversarial-evidence", 100.0, 1),),
    lines=(
        Line("No defense", "fgvis", (100.0,), {**_GENERATE, "defence": False}),
        Line("Defended", "fgvis", (0.0,), {**_GENERATE, "defence": True}),
    ),
    metrics=(Asked(key="adversarial-evidence"),),
    correct_only=True,
    remarks=(
        "The least likely class, or the second least where a grey picture is taken for it, in pictures whose predicted "
        "class has a probability of 0.995 or more; others have no answer.",
        "The paper's other networks: VGG16 100.0 and 0.2, AlexNet 100.0 and 0.0, GoogleNet 100.0 and 0.0.",
    ),
)

DELETION = Recipe(
    name="fgvis-table-2",
    title="FGVis, Table 2: the deletion metric",
    source=f"{_PAPER}, Table 2",
    setting="ResNet-50, ImageNet's validation set; lower is better",
    columns=(Column("deletion", "deletion", decimals=4),),
    lines=(
        Line("Grad-Cam", "gradcam", (0.1232,)),
        Line("Sliding Window", "occlusion", (0.1421,)),
        Line("LIME", "lime", (0.1217,)),
        Line("RISE", "rise", (0.1076,)),
        Line("FGVis", "fgvis", (0.0644,)),
        Line("GLAS", "glas", (NOT_GIVEN,)),
    ),
    metrics=(Asked(key="deletion", params={"background": "mean"}),),
    remarks=(
        "Pixels that are taken away become the mean colour, zero in the network's normalised space, as the games have "
        "it and RISE's own code.",
        "A map of random numbers scores well too: scattered pixels spoil a picture for the network wherever they are. "
        "Read the controls beside it.",
    ),
)
