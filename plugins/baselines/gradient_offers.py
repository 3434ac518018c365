"""Methods that read the gradient at the input: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source

FAMILY = "Gradients"


def _info(key: str, title: str, summary: str, answers: str, names: str, source: Source) -> ExplainerInfo:
    return ExplainerInfo(
        key=key,
        title=title,
        summary=f"{summary} Needs a network that can be differentiated.",
        run=f"salviewer_plugins.baselines.gradients:{names}",
        params=f"salviewer_plugins.baselines.gradient_params:{names}Params",
        source=source,
        answers=answers,
        dims=(2, 3),
        needs=frozenset({"gradients"}),
        output="logit",
        family=FAMILY,
    )


OFFERS: tuple[ExplainerInfo, ...] = (
    _info(
        "gradient",
        "Gradient",
        "The slope of the class's score at each pixel.",
        "Which pixels would change the class's score most if they changed a little?",
        "Gradient",
        Source("Simonyan, Vedaldi, Zisserman: Deep Inside Convolutional Networks (2013)", "section 3"),
    ),
    _info(
        "gradient-x-input",
        "Gradient × input",
        "The slope of the score at each pixel, times the pixel.",
        "Which pixels make up the class's score, if the network were linear?",
        "GradientTimesInput",
        Source("Shrikumar et al.: Not Just a Black Box: Learning Important Features (2016)", "section 1"),
    ),
    _info(
        "smoothgrad",
        "SmoothGrad",
        "The mean of the gradients at many noisy copies of the input.",
        "Which pixels would change the class's score, over a neighbourhood of this input?",
        "SmoothGrad",
        Source("Smilkov et al.: SmoothGrad: removing noise by adding noise (2017)", "section 3"),
    ),
    _info(
        "integrated-gradients",
        "Integrated gradients",
        "The gradients summed on a straight way from a baseline picture to the input.",
        "How much does each pixel add to the score, on the way from a picture that shows nothing?",
        "IntegratedGradients",
        Source("Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks (2017)", "Eq. 1-3"),
    ),
)
