"""Class activation maps and plain activation maps: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source

FAMILY = "Activation maps"


def _info(
    key: str, title: str, summary: str, answers: str, name: str, source: Source, needs: tuple[str, ...]
) -> ExplainerInfo:
    return ExplainerInfo(
        key=key,
        title=title,
        summary=summary,
        run=f"salviewer_plugins.baselines.cams:{name}",
        params=f"salviewer_plugins.baselines.cam_params:{name}Params",
        source=source,
        answers=answers,
        dims=(2, 3),
        needs=frozenset(needs),
        output="logit",
        family=FAMILY,
    )


OFFERS: tuple[ExplainerInfo, ...] = (
    _info(
        "gradcam",
        "Grad-CAM",
        "The feature maps of one layer, weighted by the mean gradient of the class's score. Needs a network with "
        "layers that are maps; of transformers the tokens are laid out as a grid.",
        "Where are the features of the last layer that speak for the class?",
        "GradCam",
        Source("Selvaraju et al.: Grad-CAM: Visual Explanations from Deep Networks (2017)", "Eq. 1, 2"),
        ("gradients", "module"),
    ),
    _info(
        "gradcam-plus-plus",
        "Grad-CAM++",
        "As Grad-CAM, with weights that count each place by itself, for several objects of one class. Needs the same.",
        "Where are the features of the last layer that speak for the class, at every place where they do?",
        "GradCamPlusPlus",
        Source("Chattopadhay et al.: Grad-CAM++: Improved Visual Explanations (2018)", "Eq. 5, 19"),
        ("gradients", "module"),
    ),
    _info(
        "cam",
        "CAM",
        "The class's score before it is averaged over the picture. Needs a network that ends in global average pooling "
        "and one linear layer (ResNet, DenseNet), or in class maps (SqueezeNet).",
        "What does each place add to the class's logit?",
        "Cam",
        Source("Zhou et al.: Learning Deep Features for Discriminative Localization (2016)", "Eq. 2"),
        ("module",),
    ),
    _info(
        "activation-map",
        "Activation map",
        "What one layer gives, whatever the class: the mean, maximum or length over its channels, or one channel. "
        "Needs a network with layers that are maps.",
        "Where does this layer react at all?",
        "ActivationMap",
        Source("Up-sampled activations, of no paper"),
        ("module",),
    ),
)
