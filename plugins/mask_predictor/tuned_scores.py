"""Fine-tuning of scores: any method's map, weighed by what its pixels still add to the class.

    r'_i = r_i (q_max - q_i),   q_i: the probability with the i best pixels kept, made monotonic

The formula, its symbols and what happens to degenerate maps: `salviewer.numeric.tuned_scores`.

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), section 3.3.
Differs from the paper: it says not what stands where pixels are not kept; here it is the picture's blur by default, as
its measure M_F (section 3.4) starts from a blurred picture.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Curve, Explainer, Explanation, Heatmap, Progress, Request, Target
from salviewer.errors import InvalidChoice
from salviewer.numeric.gaussian import blur
from salviewer.numeric.tuned_scores import TunedScores, tuned_scores
from salviewer_plugins.mask_predictor.tuned_params import TunedParams

SHARE = "share of pixels kept"
NO_CONTRAST = "The map has no contrast, so that its pixels have no order: there is nothing to tune."
NOTHING_ADDED = "No pixel adds to the class once the best one is there: every tuned score is 0."
CHOOSE_ANOTHER = "What stands where the picture is taken away may carry the class by itself: choose another background."


class TunedScoresOf(Explainer[TunedParams]):
    """Key `tuned-scores`. Runs `samples` inputs; the map's own method is not run."""

    def explain(self, request: Request, params: TunedParams, progress: Progress) -> Explanation:
        """The tuned map, and the curves q it comes from. Raises `InvalidChoice` where the source does not fit."""
        source = the_source(request)
        request = replace(request, target=target_of(source, request.target, len(request.model.classes)))
        hidden = background(request, params)

        def probabilities_of(masks: np.ndarray) -> np.ndarray:
            return followed(request, hidden, masks, progress)

        before = source.evidence[0]
        found = tuned_scores(source.heatmap, probabilities_of, params.samples)
        unit = before.unit if isinstance(before, Heatmap) else ""
        heatmap = Heatmap("Tuned scores", found.scores.astype(np.float32), unit=unit if found.lowest == 0 else "")
        told = about(source, request, found)
        return Explanation((heatmap, *curves(found, request.target.output)), told, provenance=facts(source, request))


def the_source(request: Request) -> Explanation:
    """The one explanation to tune. Raises `InvalidChoice` where there is another number, or it is of another input."""
    given = len(request.sources)
    if given != 1:
        raise InvalidChoice(
            f"Tuning takes the scores of one explanation, and {given or 'none'} were given: give the one whose scores "
            f"are to be tuned (--source FILE, in Python sources=).",
            code="one-source",
        )
    source = request.sources[0]
    theirs = str(source.provenance.get("input", {}).get("sha256", ""))
    if theirs and request.input.ref and theirs != request.input.ref:
        name = source.provenance["input"].get("name") or "another picture"
        raise InvalidChoice(
            f"These scores are of {name}, not of {request.input.name}: tune them on the picture that was explained.",
            code="another-input",
        )
    if source.heatmap.shape != request.input.grid.model_shape:
        raise InvalidChoice(
            f"These scores have {' x '.join(map(str, source.heatmap.shape))} pixels, and the model's input has "
            f"{' x '.join(map(str, request.input.grid.model_shape))}: tune them with the model that was explained.",
            code="another-grid",
        )
    return source


def target_of(source: Explanation, asked: Target, classes: int) -> Target:
    """The class that `source` explains, by its probability or logit as asked; `asked` where nobody knows.

    Raises `InvalidChoice` where the model has no such class among its `classes`.
    """
    said = source.provenance.get("target", {})
    index, label = class_explained(source), str(said.get("label", ""))
    if asked.function is not None or index < 0:
        return asked
    if index >= classes:
        raise InvalidChoice(
            f"These scores explain class {index} (“{label}”), and this network has classes 0 to {classes - 1}: tune "
            f"them with the model that was explained.",
            code="another-model",
        )
    return Target(index, label, asked.output)


def class_explained(source: Explanation) -> int:
    """The place of the class that `source` explains among the outputs; -1 where it names none."""
    return int(source.provenance.get("target", {}).get("index", -1))


def background(request: Request, params: TunedParams) -> Tensor:
    """(1, C, *S) in the model's normalised space: what stands where pixels are not kept."""
    x = request.input.tensor
    if params.background == "black":
        return request.model.encode(torch.zeros_like(x))
    return blur(x, params.sigma * min(x.shape[2:])) if params.background == "blur" else torch.zeros_like(x)


def followed(request: Request, hidden: Tensor, masks: np.ndarray, progress: Progress) -> np.ndarray:
    """(n,) float64: the target's score of pictures that keep where `masks` (n, *S) are True and are `hidden` else."""
    x, found = request.input.tensor, np.empty(len(masks))

    def step(part: slice) -> Tensor:
        kept = torch.from_numpy(masks[part]).to(x.device)[:, None]
        return request.score(torch.where(kept, x, hidden)).detach()

    for part, scores in request.work.batched(len(masks), step):
        found[part] = scores.double().cpu().numpy()
        progress(part.stop / len(masks), "Tuning the scores")
    return found


def curves(found: TunedScores, unit: str) -> tuple[Curve, ...]:
    """The probability over the share of pixels kept, made monotonic and as measured; none where there is none."""
    if not len(found.counts):
        return ()
    share = (found.counts / found.scores.size).astype(np.float32)
    lines = (("Made monotonic", found.monotone), ("As measured", found.raw))
    return tuple(Curve(name, share, y.astype(np.float32), SHARE, unit) for name, y in lines)


def about(source: Explanation, request: Request, found: TunedScores) -> tuple[str, ...]:
    """What must be known to read the map."""
    said = []
    if not len(found.counts):
        said.append(NO_CONTRAST)
    elif not found.is_tuned:
        said.append(f"{NOTHING_ADDED} {CHOOSE_ANOTHER}")
    if found.lowest < 0:
        said.append(f"Some scores are below 0, so all are counted from the lowest, {found.lowest:.3g}.")
    if request.target.function is None and class_explained(source) < 0:
        said.append(f"The map does not say which class it explains: “{request.target.label}” is followed.")
    if source.provenance.get("model", {}).get("sha256", request.model.sha256) != request.model.sha256:
        said.append("The scores were made for another model than the one that they are tuned with.")
    return tuple(said)


def facts(source: Explanation, request: Request) -> dict[str, object]:
    """Which method's scores they are, and of which class."""
    made = {key: source.provenance[key] for key in ("method", "title", "params") if key in source.provenance}
    return {"tuned": made, "target": request.target.facts()}
