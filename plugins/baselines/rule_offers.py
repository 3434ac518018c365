"""Methods that rewrite the backward pass: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source

FAMILY = "Rewritten gradients"
NEEDS = " Needs a network of convolutions, pooling and ReLUs; others are refused."


EXCITATION = Source("Zhang et al.: Top-down Neural Attention by Excitation Backprop (2016)", "Eq. 5, 6 and section 3.3")


def _excitation(key: str, title: str, summary: str, answers: str, name: str) -> ExplainerInfo:
    return ExplainerInfo(
        key=key,
        title=title,
        summary=summary + " Needs a network of convolutions, pooling and ReLUs, with one output unit per class.",
        run=f"salviewer_plugins.baselines.excitation:{name}",
        params="salviewer_plugins.baselines.excitation_params:ExcitationParams",
        source=EXCITATION,
        answers=answers,
        dims=(2, 3),
        needs=frozenset({"gradients", "module", "class-index"}),
        output="logit",
        family=FAMILY,
    )


def _info(key: str, title: str, summary: str, answers: str, name: str, params: str, source: Source) -> ExplainerInfo:
    return ExplainerInfo(
        key=key,
        title=title,
        summary=summary + NEEDS,
        run=f"salviewer_plugins.baselines.rules:{name}",
        params=f"salviewer_plugins.baselines.rule_params:{params}",
        source=source,
        answers=answers,
        dims=(2, 3),
        needs=frozenset({"gradients", "module"}),
        output="logit",
        family=FAMILY,
    )


OFFERS: tuple[ExplainerInfo, ...] = (
    _info(
        "deconvnet",
        "DeconvNet",
        "Sends the class's score back through the network; each ReLU passes on what is positive.",
        "Which pattern in the picture drove the features behind the score?",
        "DeconvNet",
        "RuleParams",
        Source("Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014)", "section 2.1"),
    ),
    _info(
        "guided-backprop",
        "Guided backpropagation",
        "Sends the class's score back through the network; each ReLU passes on what is positive both ways.",
        "Which fine structures in the picture drove the features behind the score?",
        "GuidedBackprop",
        "RuleParams",
        Source("Springenberg et al.: Striving for Simplicity: The All Convolutional Net (2015)", "Figure 1"),
    ),
    _info(
        "guided-gradcam",
        "Guided Grad-CAM",
        "Guided backpropagation where Grad-CAM is high.",
        "Which fine structures lie where the class's features are?",
        "GuidedGradCam",
        "GuidedGradCamParams",
        Source("Selvaraju et al.: Grad-CAM (2017)", "section 3.2"),
    ),
    _info(
        "guided-gradcam-plus-plus",
        "Guided Grad-CAM++",
        "Guided backpropagation where Grad-CAM++ is high.",
        "Which fine structures lie where the class's features are, at every place where they are?",
        "GuidedGradCamPlusPlus",
        "GuidedGradCamParams",
        Source("Chattopadhay et al.: Grad-CAM++ (2018)", "section 3.3"),
    ),
    _excitation(
        "excitation-backprop",
        "Excitation backprop",
        "Walks at random from the class down to a layer, each time to one of the neurons that excite the last one.",
        "How probable is it that each place excites the class, through all layers above it?",
        "ExcitationBackprop",
    ),
    _excitation(
        "contrastive-excitation-backprop",
        "Contrastive excitation backprop",
        "Excitation backprop of the class less that of its opposite, which tells classes apart.",
        "Which places excite the class rather than its opposite?",
        "ContrastiveExcitationBackprop",
    ),
)
