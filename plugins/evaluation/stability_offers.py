"""Metrics that run the method again or change the network: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import MetricInfo, Source

_HERE = "salviewer_plugins.evaluation"

MAX_SENSITIVITY = MetricInfo(
    key="max-sensitivity",
    title="Max-sensitivity",
    summary="The greatest relative change of the map when the input is disturbed a little.",
    run=f"{_HERE}.max_sensitivity:MaxSensitivity",
    params=f"{_HERE}.stability_params:MaxSensitivityParams",
    source=Source("Yeh et al., On the (In)fidelity and Sensitivity of Explanations, NeurIPS 2019", "Definition 2"),
    answers="How much can the map change when the input hardly does?",
    given="explainer",
    better="lower",
    bounds=(0.0, None),
    needs=frozenset({"rerun"}),
)

RANDOMISATION = MetricInfo(
    key="randomisation",
    title="Randomisation check",
    summary="Rank correlation of the map with those of networks whose layers are made random, from the output down.",
    run=f"{_HERE}.randomisation:Randomisation",
    params=f"{_HERE}.stability_params:RandomisationParams",
    source=Source("Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018", "section 4"),
    answers="Would the map look the same if the network had learned nothing?",
    given="explainer",
    better="lower",
    bounds=(-1.0, 1.0),
    needs=frozenset({"rerun", "module"}),
)

ADVERSARIAL_EVIDENCE = MetricInfo(
    key="adversarial-evidence",
    title="Adversarial evidence",
    summary="How often the map for a class that is absent, put back into the picture, is classified as that class.",
    run=f"{_HERE}.adversarial_evidence:AdversarialEvidence",
    params=f"{_HERE}.stability_params:AdversarialEvidenceParams",
    source=Source(
        "Wagner et al., Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks, "
        "CVPR 2019",
        "section 3.2, Table 1",
    ),
    answers="Can the method be made to show evidence for a class that is not there?",
    given="explainer",
    better="lower",
    bounds=(0.0, 1.0),
    needs=frozenset({"rerun"}),
)

ABLATION = MetricInfo(
    key="ablation",
    title="Accuracy under ablation",
    summary="Whether the class is still predicted when the units behind the explanation are silent; averaged over "
    "pictures it is the class accuracy. Random units of the same layers stand beside it.",
    run=f"{_HERE}.ablation:Ablation",
    params=f"{_HERE}.stability_params:AblationParams",
    source=Source(
        "Visual Explanation by Interpretation: Improving Visual Feedback Capabilities of Deep Neural Networks, "
        "ICLR 2019",
        "section 4.1, Figure 4",
    ),
    answers="Does the network lose the class without the units that the explanation rests on?",
    given="explanation",
    better="lower",
    bounds=(0.0, 1.0),
    needs=frozenset({"module", "gradients", "class-index"}),
)

OFFERS: tuple[MetricInfo, ...] = (MAX_SENSITIVITY, RANDOMISATION, ADVERSARIAL_EVIDENCE, ABLATION)
