"""Where the weights are that a person names: a file, weights that come with an architecture, or published ones."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path
from typing import Final

from salviewer.api import ArchitectureFacts, ArchitectureFamily, ModelRef, Progress
from salviewer.errors import InvalidChoice, Unavailable

RANDOM: Final = "random"
"""The weights of an untrained network; seeded, so that they are the same everywhere."""

_DEFAULT: Final = "default"
_SHIPPED: Final = re.compile(r"[A-Za-z_][\w.]*:(?!//).+")


def find_weights(family: ArchitectureFamily, ref: ModelRef, facts: ArchitectureFacts, progress: Progress) -> Path:
    """The file with the weights that `ref` names, downloaded by `family` if need be.

    Raises:
        InvalidChoice: none are named and none come with the architecture, or there are none of this name.
        Unavailable: they are not at hand and cannot be downloaded.
    """
    places = dict(facts.weights or {})
    if ref.weights is None:
        if _SHIPPED.fullmatch(places.get(_DEFAULT, "")):
            return _shipped(places[_DEFAULT])
        download = f"“{_DEFAULT}” to download the published ones, " if _DEFAULT in places else ""
        raise InvalidChoice(
            f"{ref.architecture} comes without weights: give a weights file, {download}or “{RANDOM}” for an untrained "
            f"network.",
            code="no-weights",
        )
    name = next((key for key in places if key.lower() == ref.weights.lower()), None)
    if name is not None:
        place = places[name]
        return _shipped(place) if _SHIPPED.fullmatch(place) else family.fetch(ref.architecture, name, progress)
    path = Path(ref.weights)
    if path.suffix or len(path.parts) > 1 or os.path.exists(path):  # noqa: PTH110 - Path.exists raises on odd names
        return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises where there is no such person
    raise InvalidChoice(
        f"There is no file “{ref.weights}”, and {ref.architecture} has no weights of this name: "
        f"there are {', '.join([*places, RANDOM])}.",
        code="unknown-weights",
    )


def _shipped(place: str) -> Path:
    """The file at "package:file"."""
    package, _, file = place.partition(":")
    try:
        path = Path(str(resources.files(package).joinpath(file)))
    except ModuleNotFoundError as e:
        raise Unavailable(f"The package {package}, which has the weights, is not installed.", code="weights") from e
    if not path.is_file():
        raise Unavailable(f"{path.name} is missing from the installation: install again.", code="weights")
    return path
