"""What a model says about an input, and which of its outputs a job asks about."""

from __future__ import annotations

import torch

from salviewer.api import JobSpec, ModelInput, Prediction, Target
from salviewer.errors import UnsupportedModel
from salviewer.jobs.footprint import is_out_of_memory
from salviewer.models.classes import find_class
from salviewer.models.loaded import LoadedModel


def look(model: LoadedModel, source: ModelInput) -> Prediction:
    """What `model` says. Raises `UnsupportedModel` where that is no number, or it cannot take this input."""
    logits = _first_pass(model, source)
    probabilities = model.probabilities(logits)
    if not bool(torch.isfinite(logits).all()):
        raise UnsupportedModel(
            f"The model's output for {source.name or 'this input'} is not a number: check that its weights and the "
            f"preprocessing fit the input.",
            code="output-not-finite",
        )
    return Prediction(model.classes, tuple(logits[0].tolist()), tuple(probabilities[0].tolist()))


def resolve(spec: JobSpec, output: str, model: LoadedModel, source: ModelInput) -> Target:
    """The target that `spec` names, or the predicted class; `output` is what the method takes by default."""
    prediction = look(model, source)
    wanted = prediction.top(1)[0][0] if spec.target is None else spec.target
    index = find_class(model.classes, wanted)
    return Target(index, model.classes[index], spec.output or output)


def _first_pass(model: LoadedModel, source: ModelInput) -> torch.Tensor:
    """Logits (1, K). Raises `UnsupportedModel` where the network cannot take this input."""
    try:
        return model(source.tensor).float()
    except (RuntimeError, ValueError, TypeError, LookupError) as e:
        if is_out_of_memory(e):
            raise
        shape = " x ".join(map(str, source.tensor.shape))
        reason = str(e).strip().partition("\n")[0] or type(e).__name__
        raise UnsupportedModel(
            f"The network {model.architecture} refused an input of {shape} made from {source.name or 'the input'}: "
            f"{reason}",
            code="input-refused",
        ) from e
