"""SalViewer: explain what an image classifier looked at, and check the answer.

    import salviewer as sv

    model = sv.load_model("squeezenet1_0", weights="w.safetensors")
    picture = sv.load_input("dog.jpg")
    e = sv.explain(model, picture, "glas", target="tabby", params={"grid": 15}, seed=0)
    sv.measure("deletion", model, picture, e).value
    e.heatmap, e.on_input(), e.evidence, e.provenance, e.save("x.safetensors")

    flowers = sv.collection("an8flower-single-6c")
    learned = sv.train("relevant-filters", model, flowers)
    sv.explain(model, picture, "interpretation", trained=learned)

    volume = sv.load_input("t1.nii.gz")  # has .array (X, Y, Z), .affine, .axcodes, .warnings
    e = sv.explain(sv.load_model("brain.safetensors"), volume, "grad-cam")
    e.on_input(), e.save_nifti("map.nii.gz")

Importing this package loads neither torch nor numpy: both come with the first call that needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from salviewer.errors import (
    Cancelled,
    InvalidChoice,
    NeedsChoice,
    PluginError,
    SalViewerError,
    Unavailable,
    UnreadableInput,
    UnreadableModel,
    UnsupportedModel,
)

if TYPE_CHECKING:
    from salviewer.api.preprocessing import IMAGENET, Preprocessing, VolumePreprocessing
    from salviewer.atlases import OpenedAtlas, load_atlas, register
    from salviewer.cohorts import cohort
    from salviewer.colours import colour_bias
    from salviewer.front_door import evaluate, explain, measure, predict
    from salviewer.mistakes import compare_paths, perturb
    from salviewer.opened import OpenedCollection, OpenedInput, OpenedModel, OpenedVolume
    from salviewer.opening import collection, load_explanation, load_input, load_model, load_trained
    from salviewer.published import ablate_filters, make_again
    from salviewer.reproducing import reproduce
    from salviewer.trainings import train

__all__ = [
    "IMAGENET",
    "Cancelled",
    "InvalidChoice",
    "NeedsChoice",
    "OpenedAtlas",
    "OpenedCollection",
    "OpenedInput",
    "OpenedModel",
    "OpenedVolume",
    "PluginError",
    "Preprocessing",
    "SalViewerError",
    "Unavailable",
    "UnreadableInput",
    "UnreadableModel",
    "UnsupportedModel",
    "VolumePreprocessing",
    "ablate_filters",
    "cohort",
    "collection",
    "colour_bias",
    "compare_paths",
    "evaluate",
    "explain",
    "load_atlas",
    "load_explanation",
    "load_input",
    "load_model",
    "load_trained",
    "make_again",
    "measure",
    "perturb",
    "predict",
    "put_back",
    "register",
    "reproduce",
    "train",
    "write_masks",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'salviewer' has no attribute {name!r}")
    return getattr(import_module(f"salviewer.{_HOMES.get(name, 'front_door')}"), name)


_HOMES = {
    **dict.fromkeys(("IMAGENET", "Preprocessing", "VolumePreprocessing"), "api.preprocessing"),
    **dict.fromkeys(("OpenedCollection", "OpenedInput", "OpenedModel", "OpenedVolume"), "opened"),
    **dict.fromkeys(("collection", "load_explanation", "load_input", "load_model", "load_trained"), "opening"),
    **dict.fromkeys(("OpenedAtlas", "load_atlas", "register"), "atlases"),
    "cohort": "cohorts",
    "colour_bias": "colours",
    **dict.fromkeys(("compare_paths", "perturb"), "mistakes"),
    **dict.fromkeys(("ablate_filters", "make_again"), "published"),
    **dict.fromkeys(("put_back", "write_masks"), "masked"),
    "reproduce": "reproducing",
    "train": "trainings",
}
"""Where what is not in `front_door` lives."""


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
