"""Whether model, input and method go together: pictures have two dimensions in space, volumes three."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salviewer.api.descriptors import ExplainerInfo
    from salviewer.gui.state import State

WORDS = {2: "pictures", 3: "volumes"}
TUNE = "Tune the scores of this map"
FIRST_FAMILY = "Light and shadow"
"""The methods that SalViewer is built around; they come first wherever methods are listed or taken unasked."""


def dims_of(state: State) -> int | None:
    """2 or 3, of the open input, else of the open model; None where nothing is open that says so."""
    if state.picture is not None:
        return 3 if state.picture.is_volume else 2
    return state.model.dims if state.model is not None else None


def method_fault(info: ExplainerInfo, dims: int | None) -> str:
    """Why `info` cannot be run on one input of `dims` dimensions, in a sentence; empty if it can."""
    if dims is not None and dims not in info.dims:
        theirs = " and ".join(WORDS.get(d, f"{d}D inputs") for d in info.dims)
        return f"{info.title} works on {theirs}, not on {WORDS[dims]}: choose another method."
    if info.sources:
        where = TUNE if 2 in info.dims else "Explain a cohort"
        return f"{info.title} needs {info.sources}: choose Run, {where}."
    return ""


def model_fault(state: State) -> str:
    """Why the open model cannot take the open input, in a sentence; empty if it can, or if nobody knows."""
    model, opened = state.model, state.picture
    if model is None or opened is None or model.dims in (None, 3 if opened.is_volume else 2):
        return ""
    if opened.is_volume:
        return "The model takes pictures, and a volume is open: open a model of volumes, or a picture."
    return "The model takes volumes, and a picture is open: open a volume, or a model of pictures."


def fault(state: State) -> str:
    """Why what is open and chosen does not go together, in a sentence; empty if it does."""
    info = state.methods.get(state.choice.method)
    return model_fault(state) or (method_fault(info, dims_of(state)) if info is not None else "")


def trained_fault(state: State) -> str:
    """Why the chosen method cannot be run without being trained, in a sentence; empty if it can, or is."""
    info = state.methods.get(state.choice.method)
    if info is None or "trained" not in info.needs or state.choice.trained:
        return ""
    return f"{info.title} must be trained on this model first: choose Train, or open what was trained."


def unfit(methods: Mapping[str, ExplainerInfo], dims: int | None) -> dict[str, str]:
    """Why not, by key, of the methods that cannot be run on one input of `dims` dimensions."""
    found = {key: method_fault(info, dims) for key, info in methods.items()}
    return {key: why for key, why in found.items() if why}
