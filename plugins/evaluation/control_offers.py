"""The controls: maps that any method must beat."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source

FAMILY = "Controls"

OFFERS: tuple[ExplainerInfo, ...] = (
    ExplainerInfo(
        key="random-map",
        title="Control: random map",
        summary="Noise. Knows nothing of the network or the picture. Needs nothing.",
        run="salviewer_plugins.evaluation.controls:RandomMap",
        params="salviewer_plugins.evaluation.control_params:RandomMapParams",
        source=Source("A control, of no paper"),
        answers="What does a metric say of a map that means nothing?",
        dims=(2, 3),
        family=FAMILY,
    ),
    ExplainerInfo(
        key="centred-gaussian",
        title="Control: spot in the middle",
        summary="A Gaussian in the middle of the picture. Knows nothing of the network or the picture. Needs nothing.",
        run="salviewer_plugins.evaluation.controls:CentredGaussian",
        params="salviewer_plugins.evaluation.control_params:CentredGaussianParams",
        source=Source("A control, of no paper"),
        answers="What does a metric say of a map that only knows where photographers put things?",
        dims=(2, 3),
        family=FAMILY,
    ),
)
