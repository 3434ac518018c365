"""Methods that change the input and watch the output: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source

FAMILY = "Perturbation"
_HERE = "salviewer_plugins.baselines"

OFFERS: tuple[ExplainerInfo, ...] = (
    ExplainerInfo(
        key="occlusion",
        title="Occlusion",
        summary="Hides one square of the picture after another. Needs the model's outputs alone.",
        run=f"{_HERE}.occlusion:Occlusion",
        params=f"{_HERE}.perturbation_params:OcclusionParams",
        source=Source("Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014)", "section 3.1"),
        answers="How far does the class's score fall when this place is hidden?",
        dims=(2, 3),
        family=FAMILY,
    ),
    ExplainerInfo(
        key="rise",
        title="RISE",
        summary="Shows the picture through thousands of random masks. Needs the model's outputs alone.",
        run=f"{_HERE}.rise:Rise",
        params=f"{_HERE}.perturbation_params:RiseParams",
        source=Source("Petsiuk, Das, Saenko: RISE: Randomized Input Sampling for Explanation (2018)", "Eq. 6"),
        answers="How probable is the class, on average, when this pixel is shown?",
        dims=(2, 3),
        family=FAMILY,
    ),
    ExplainerInfo(
        key="lime",
        title="LIME",
        summary="Fits a linear model to the scores of pictures with random parts hidden. Needs the model's outputs "
        "alone.",
        run=f"{_HERE}.lime:Lime",
        params=f"{_HERE}.perturbation_params:LimeParams",
        source=Source("Ribeiro, Singh, Guestrin: “Why Should I Trust You?” (2016)", "Eq. 1, 2, section 3.4"),
        answers="What does each part of the picture add to the class's score, if parts simply add up?",
        dims=(2, 3),
        family=FAMILY,
    ),
)
