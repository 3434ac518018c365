"""What a model says about an input, and which of its outputs a job asks about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from salviewer.api import JobSpec, ModelInput, Prediction, Target
from salviewer.errors import PluginError, UnsupportedModel
from salviewer.jobs.shelf import Shelf
from salviewer.models.classes import find_class
from salviewer.models.loaded import LoadedModel
from salviewer.numeric.out_of_memory import is_out_of_memory


def look(model: LoadedModel, source: ModelInput) -> Prediction:
    """What `model` says. Raises `UnsupportedModel` where that is no number, or it cannot take this input."""
    return read(_first_pass(model, source), model, source)


def read(logits: torch.Tensor, model: LoadedModel, source: ModelInput) -> Prediction:
    """What the `logits` (1, K) of `source` say. Raises `UnsupportedModel` where they are no numbers."""
    logits = logits.float()
    probabilities = model.probabilities(logits)
    if not bool(torch.isfinite(logits).all()):
        raise UnsupportedModel(
            f"The model's output for {source.name or 'this input'} is not a number: check that its weights and the "
            f"preprocessing fit the input.",
            code="output-not-finite",
        )
    return Prediction(model.classes, tuple(logits[0].tolist()), tuple(probabilities[0].tolist()), model.chosen)


def resolve(spec: JobSpec, output: str, model: LoadedModel, source: ModelInput, shelf: Shelf) -> Target:
    """The target that `spec` names, or the predicted class; `output` is what the method takes by default.

    Where a class is named nothing is run; whether the model can take this input shows at the first pass.
    """
    if isinstance(spec.target, str) and spec.target.startswith("live:"):
        return _function(shelf.live(spec.target), look(model, source), model)
    index = find_class(model.classes, look(model, source).predicted if spec.target is None else spec.target)
    return Target(index, model.classes[index], spec.output or output)


class LateTarget:
    """The class that a model predicts for `source`, once a method brings the logits that say which."""

    def __init__(self, output: str, model: LoadedModel, source: ModelInput) -> None:
        self._output, self._model, self._source = output, model, source
        self.before = Target(-1, "", output)
        self.found: Target | None = None

    def __call__(self, logits: torch.Tensor) -> Target:
        """The target, from logits (1, K). Raises `UnsupportedModel` where they are no numbers."""
        index = read(logits, self._model, self._source).predicted
        self.found = Target(index, self._model.classes[index], self._output)
        return self.found


@contextmanager
def refusals_explained(model: LoadedModel, source: ModelInput) -> Iterator[None]:
    """Where the block fails and the model cannot take this input, or says what is no number, the failure says so."""
    try:
        yield
    except (RuntimeError, ValueError, TypeError, LookupError, PluginError) as e:
        if not is_out_of_memory(e):
            look(model, source)
        raise


def _function(function: Callable[[torch.Tensor], torch.Tensor], said: Prediction, model: LoadedModel) -> Target:
    """A target that reads all outputs. Raises `UnsupportedModel` unless it gives one finite number per input."""
    name = getattr(function, "__name__", type(function).__name__)
    logits = torch.tensor([said.logits, said.logits], device=model.device)
    value = function(logits)
    if not isinstance(value, torch.Tensor) or value.shape != (2,) or not bool(torch.isfinite(value).all()):
        raise UnsupportedModel(
            f"The function {name} must turn logits (N, {len(said.classes)}) into one finite number per input, (N,).",
            code="target-function",
        )
    return Target(-1, name, "function", function)


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
