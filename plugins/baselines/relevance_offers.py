"""Methods that share the class's score out among the pixels: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import ExplainerInfo, Source

FAMILY = "Relevance"


def _info(key: str, title: str, summary: str, answers: str, name: str, source: Source) -> ExplainerInfo:
    return ExplainerInfo(
        key=key,
        title=title,
        summary=summary,
        run=f"salviewer_plugins.baselines.relevance:{name}",
        params=f"salviewer_plugins.baselines.relevance_params:{name}Params",
        source=source,
        answers=answers,
        dims=(2, 3),
        needs=frozenset({"gradients", "module", "class-index"}),
        output="logit",
        family=FAMILY,
    )


OFFERS: tuple[ExplainerInfo, ...] = (
    _info(
        "lrp",
        "LRP",
        "Hands the class's logit down layer by layer, to each neuron what it added. Needs a network of convolutions, "
        "linear layers, pooling and ReLUs; others are refused.",
        "How much of the class's logit comes from each pixel, shared out layer by layer?",
        "Lrp",
        Source("Bach et al.: On Pixel-Wise Explanations by Layer-Wise Relevance Propagation (2015)", "Eq. 58, 60"),
    ),
    _info(
        "deeplift",
        "DeepLIFT",
        "Compares each neuron with what it is on a reference picture, and hands the difference of the logits down. "
        "Needs a network of layers and value-by-value activations; products of two values (attention) are refused.",
        "How much of the logit's rise over a reference picture comes from each pixel?",
        "DeepLift",
        Source("Shrikumar, Greenside, Kundaje: Learning Important Features (2017)", "Eq. 1, 11 and section 3.5"),
    ),
)
