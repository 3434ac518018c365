"""Adversarial evidence: can the method be made to show evidence for a class that is not there?

    e = x * m + r * (1 - m),   adversarial if argmax P(. | e) = c_A                                  (Eq. 1, Table 1)

| paper  | here                                                                                       |
|--------|--------------------------------------------------------------------------------------------|
| x, r   | the input; zero in the normalised space (the mean colour of the training data)             |
| c_A    | a class for which the picture holds no evidence: the least likely one (see `classes`)      |
| m      | the method's own mask for c_A, per channel, where it makes masks; else its map as one:     |
|        | max(0, map), over its maximum (see `scale`)                                                |
| e      | the explanation put back into the picture: what the mask shows, and grey elsewhere         |

A class that the network sees in r alone is passed over for the next one (the paper's footnote 4): e would be
classified as it without any evidence. Only pictures whose predicted class has a probability of `confidence` or more
have an answer (the paper's condition on the true class): in others the absent class may be there.

Source: Wagner, Koehler, Gindele, Hetzel, Wiedemer and Behnke, "Interpretable and Fine-Grained Visual Explanations for
Convolutional Neural Networks", CVPR 2019, section 3.2, Eq. 1 and Table 1.
Differs from the paper: its masks are made without the sparsity loss; here they have the parameters of the explanation
that is judged, and where a method makes no masks its map is made one, the same for all colours. Several classes may
be asked for; the rate is then their mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Explanation, MaskStack, Measurement, MeasureRequest, Metric, Progress, Target
from salviewer.numeric.counted import counted
from salviewer_plugins.evaluation.again import Inner
from salviewer_plugins.evaluation.stability_params import AdversarialEvidenceParams


@dataclass(frozen=True)
class Put:
    """One map put back. `before`, `after`: the class's probability in the picture and in what the mask shows of it."""

    before: float
    after: float
    adversarial: bool
    mask: float


class AdversarialEvidence(Metric[AdversarialEvidenceParams]):
    """Key `adversarial-evidence`."""

    def measure(self, request: MeasureRequest, params: AdversarialEvidenceParams, progress: Progress) -> Measurement:
        """`rate` in 0..1, the share of absent classes that their own map brings about: 0 or 1 where one is asked for.

        Then the class's mean `probability` in e, its `probability_before` in x, the `mask`'s mean and the number of
        `classes`. A map without positive values shows nothing, as it should for an absent class: 0. A map that holds
        NaN has no answer and is left out; NaN and a note where no class has one, or the picture is not asked about.
        """
        x = request.input.tensor
        both = torch.cat([x, torch.zeros_like(x)])
        seen = torch.cat([logits for _, logits in request.work.batched(2, lambda part: request.model(both[part]))])
        before = request.model.probabilities(seen)[0]
        if (top := float(before.max())) < params.confidence:
            note = f"The predicted class has a probability of {top:.3f}; {params.confidence:g} is needed to be asked."
            return _measurement([], 0, note)
        absent = absent_classes(seen[0], seen[1], params, request.seed)
        if not absent:
            return _measurement([], 0, "The network has no class that is absent both from the picture and from grey.")
        masks: list[tuple[int, np.ndarray]] = []
        for i, index in enumerate(absent):
            name = request.model.classes[index]
            inner = Inner(progress, i / len(absent), (i + 1) / len(absent), f"Explaining an absent class: {name}")
            found = request.work.rerun(request.explanation, inner, target=Target(index, name, _output(request)))
            if np.isfinite(found.heatmap).all():
                masks.append((index, own_mask(found, params.scale)))
        left = len(absent) - len(masks)
        return _measurement(_put_back(request, before, masks), left, "No map for an absent class held numbers alone.")


def absent_classes(seen: Tensor, blank: Tensor, params: AdversarialEvidenceParams, seed: int) -> list[int]:
    """At most `count` classes that are neither the predicted one nor what the network sees in a blank picture.

    seen, blank: logits (K,) of the picture and of the blank one; the probabilities of unlikely classes are all 0.
    Least likely first, or drawn with `seed`.
    """
    if params.classes == "least likely":
        order = torch.argsort(seen, stable=True)
    else:
        order = torch.randperm(len(seen), generator=torch.Generator().manual_seed(seed))
    present = {int(seen.argmax()), int(blank.argmax())}
    return [i for i in order.tolist() if i not in present][: params.count]


def own_mask(found: Explanation, scale: str) -> np.ndarray:
    """The mask (C, *S), or (1, *S), float32 in 0..1, that an explanation brings along; else its map as one."""
    own = next((e.evidence for e in found.evidence if isinstance(e, MaskStack)), None)
    return as_mask(found.heatmap.astype(np.float64), scale)[None] if own is None else own


def as_mask(heatmap: np.ndarray, scale: str) -> np.ndarray:
    """A finite map (*S) as a mask (*S) float32 in 0..1: its positive part, over its maximum or cut off at 1."""
    positive = np.maximum(heatmap, 0)
    if scale == "maximum" and positive.max() > 0:
        positive = positive / positive.max()
    return np.minimum(positive, 1).astype(np.float32)


def _put_back(request: MeasureRequest, before: Tensor, masks: list[tuple[int, np.ndarray]]) -> list[Put]:
    x = request.input.tensor

    def step(part: slice) -> Tensor:
        m = torch.from_numpy(np.stack([mask for _, mask in masks[part]])).to(x)
        return request.model(x * m).float()

    put = []
    for part, logits in request.work.batched(len(masks), step):
        for (index, mask), z, p in zip(masks[part], logits, request.model.probabilities(logits), strict=True):
            put.append(Put(float(before[index]), float(p[index]), int(z.argmax()) == index, float(mask.mean())))
    return put


def _output(request: MeasureRequest) -> str:
    about = request.explanation.provenance.get("target", {})
    wanted = about.get("output", request.target.output)
    return wanted if wanted in ("probability", "logit") else "probability"


def _measurement(put: list[Put], left: int, otherwise: str) -> Measurement:
    def mean(name: str) -> float:
        return float(np.mean([getattr(one, name) for one in put])) if put else float("nan")

    values = {
        "rate": mean("adversarial"),
        "probability": mean("after"),
        "probability_before": mean("before"),
        "mask": mean("mask"),
        "classes": float(len(put)),
    }
    if not put:
        return Measurement(values, notes=(otherwise,))
    left_out = counted(left, "class was left out: its map holds", "classes were left out: their maps hold")
    notes = (f"{left_out} values that are no numbers.",) if left else ()
    return Measurement(values, notes=notes)
