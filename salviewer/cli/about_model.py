"""The options by which a command's model is described, added to it in one place, and the model that they describe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from salviewer.cli import options
from salviewer.cli.terminal import progress_bar

if TYPE_CHECKING:
    from salviewer import OpenedModel
    from salviewer.api import Preprocessing, VolumePreprocessing

F = TypeVar("F", bound=Callable[..., Any])
NAME = "about"
"""Of the parameter that a command takes instead of the options."""
_OPTIONS: dict[str, Any] = {
    "model": options.Model,
    "weights": options.Weights,
    "classes": options.Classes,
    "outputs": options.Outputs,
    "device": options.Device,
    "size": options.Size,
    "mean": options.Mean,
    "std": options.Std,
    "preprocessing": options.PreprocessingJson,
}


@dataclass(frozen=True)
class AboutModel:
    """What the options say, the preprocessing checked."""

    model: str | None
    weights: str | None
    classes: Path | None
    outputs: str | None
    device: str | None
    preprocessing: Preprocessing | VolumePreprocessing | str | None

    def open(self) -> OpenedModel:
        """The model. Raises what `salviewer.load_model` raises, and `InvalidChoice` where none was given."""
        with progress_bar("Opening the model") as progress:
            opened: OpenedModel = options.open_model(**vars(self), progress=progress)
            return opened


def about_model(command: F) -> F:
    """`command`, with the options of a model in the place of its parameter `about`, an `AboutModel`.

    They are checked before the command begins. Raises `InvalidChoice` where they cannot be read.
    """

    @wraps(command)
    def described(**given: Any) -> Any:
        own = {name: given.pop(name) for name in _OPTIONS}
        parts = (own.pop(name) for name in ("preprocessing", "size", "mean", "std"))
        asked = options.preprocessing_of(*parts, own["model"])
        return command(**given, **{NAME: AboutModel(**own, preprocessing=asked)})

    hints = get_type_hints(command, include_extras=True, localns={"AboutModel": AboutModel})
    described.__signature__ = Signature(_with_options(signature(command), hints))  # type: ignore[attr-defined]
    described.__annotations__ = {name: hint for name, hint in hints.items() if name != NAME} | _OPTIONS
    return described  # type: ignore[return-value]


def _with_options(own: Signature, hints: dict[str, Any]) -> list[Parameter]:
    found: list[Parameter] = []
    for name, one in own.parameters.items():
        if name == NAME:
            found += [Parameter(n, Parameter.KEYWORD_ONLY, default=None, annotation=a) for n, a in _OPTIONS.items()]
        else:
            found.append(one.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[name]))
    return found
