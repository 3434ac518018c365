"""The functions behind `import salviewer` that open something: a model, an input, a collection, a stored result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api import (
    CollectionRef,
    Explanation,
    InputRef,
    ModelRef,
    Preprocessing,
    Progress,
    Trained,
    Volume,
    VolumePreprocessing,
)
from salviewer.errors import InvalidChoice
from salviewer.opened import OpenedCollection, OpenedInput, OpenedModel, OpenedVolume, opened
from salviewer.shelves import Report, as_progress, shelf_for

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from salviewer.jobs.shelf import Shelf
    from salviewer.models.loaded import LoadedModel

Outputs = Literal["softmax", "sigmoid", "ordinal", "binary", "probabilities", "caption"]
Function = Callable[["Tensor"], "Tensor"]


def load_model(
    model: str | Path | nn.Module | Function,
    weights: str | Path | None = None,
    *,
    architecture: str | None = None,
    classes: Sequence[str] | str | Path | None = None,
    outputs: Outputs | None = None,
    preprocessing: Preprocessing | VolumePreprocessing | Literal["none"] | None = None,
    device: str | None = None,
    progress: Report | Progress | None = None,
) -> OpenedModel:
    """The opened model, whose weights are checked before they are read.

    Args:
        model: the name of an architecture ("squeezenet1_0"), a weights file, an `nn.Module`, or a function of the
            input, (N, C, *S) to outputs (N, K).
        weights: a state dict in a .safetensors, .pt or .pth file, or the name of published weights ("DEFAULT", which
            may download them). None: those that come with the architecture.
        architecture: where `model` is a weights file that does not name its own architecture.
        classes: class names in index order, or a text or JSON file with them. None: the architecture's, or numbers.
        outputs: what the network's outputs mean. None: as the architecture says, else softmax.
        preprocessing: how a picture or volume becomes an input. None: the architecture's own; for an `nn.Module`, and
            with "none", the input is fed as it is.
        device: a torch device. None: the GPU where there is one, else the CPU.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: no architecture has this name, or an argument has a value that it cannot have.
        UnreadableModel: the file is refused or does not fit the architecture.
        Unavailable: weights that would have to be downloaded cannot be.
    """
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - with the rest of jobs

    shelf = shelf_for(device)
    about = {"classes": _class_names(classes), "outputs": outputs, "preprocessing": preprocessing}
    if not isinstance(model, str | Path):
        return OpenedModel(ModelRef(architecture="live:module"), _open_module(model, about, shelf), shelf)
    name, file = _name_and_weights(model, weights, architecture)
    ref = checked_params(ModelRef, {"architecture": name, "weights": file, **about}, "The model")
    return OpenedModel(ref, shelf.model(ref, as_progress(progress)), shelf)


def load_input(
    source: str | Path | np.ndarray | Tensor | Volume, *, affine: Any = None, **options: Any
) -> OpenedInput | OpenedVolume:
    """The opened input: an `OpenedInput` with its `.picture`, or an `OpenedVolume`, which is a volume itself.

    Args:
        source: a picture or volume file; a folder with a DICOM series; "collection:KEY/ID"; an array or tensor
            (C, H, W) or (H, W), which is a picture, or (X, Y, Z) of more than 4 in each axis, which is a volume; or a
            `Volume`. A leading batch axis of 1 makes a picture of any array.
        affine: of an array (X, Y, Z), (4, 4), from voxel indices to RAS+ millimetres. It makes a volume of any.
        options: what the file leaves open, such as `page=2` or `time=3`; the first is 1.

    Raises:
        UnreadableInput: the file cannot be read as a picture or a volume.
        NeedsChoice: the file holds several; `options` must say which.
    """
    if isinstance(source, str | Path):
        if affine is not None:
            raise TypeError("a file has its own affine: give one with an array only")
        where = source if isinstance(source, str) and source.startswith("collection:") else str(Path(source).absolute())
        ref = InputRef(source=where, options=options)
        return opened(ref, shelf_for().source(ref))
    if options:
        raise TypeError(f"an array has no options; got {', '.join(options)}")
    ref = InputRef(source="live:array")
    if isinstance(source, Volume):
        return opened(ref, source)
    if affine is not None or _is_volume(tuple(getattr(source, "shape", ()))):
        from salviewer.data.volumes import volume_from_array  # noqa: PLC0415 - loads numpy

        return opened(ref, volume_from_array(source, affine))
    from salviewer.data.pictures import picture_from_array  # noqa: PLC0415 - loads Pillow

    return opened(ref, picture_from_array(source))


_MOST_CHANNELS = 4
"""Arrays with an axis this short are pictures, unless they come with an affine."""


def _is_volume(shape: tuple[int, ...]) -> bool:
    return len(shape) == 3 and min(shape) > _MOST_CHANNELS


def load_explanation(path: str | Path) -> Explanation:
    """The explanation that `Explanation.save` wrote to `path`. Raises `UnreadableInput`."""
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy

    return read(Path(path))


def load_trained(path: str | Path) -> Trained:
    """What a training learned, from the file that `Trained.save` or `train` wrote. Raises `UnreadableInput`."""
    from salviewer.api.trained_file import read_trained  # noqa: PLC0415 - loads numpy

    return read_trained(Path(path).expanduser())


def collection(key: str, **params: Any) -> OpenedCollection:
    """The samples of the collection `key` ("salviewer list collections"): pictures with labels and true masks.

    A sequence of samples, which `train` takes too.

    Raises:
        InvalidChoice: there is no such collection or parameter, or a value is out of range.
    """
    shelf = shelf_for()
    samples = shelf.collection(key, params)
    classes = tuple(getattr(samples, "classes", None) or shelf.host.collection(key).classes)
    return OpenedCollection(CollectionRef(key=key, params=params), samples, classes)


def _open_module(module: Any, about: Mapping[str, Any], shelf: Shelf) -> LoadedModel:
    from torch import nn  # noqa: PLC0415 - importing this package loads no torch

    from salviewer.models.opening import as_module, open_module  # noqa: PLC0415 - the same

    if not isinstance(module, nn.Module):
        if not callable(module):
            raise TypeError(f"a model is a name, a file, an nn.Module or a function, not {type(module).__name__}")
        module = as_module(module)
    return open_module(module, device=shelf.device, **about)


def _name_and_weights(
    model: str | Path, weights: str | Path | None, architecture: str | None
) -> tuple[str, str | None]:
    """The architecture's name, and the weights as a spec has them: a file's full path, or a name."""
    if _is_file(model):
        if weights is not None:
            raise InvalidChoice(f"Two weights files were given: {model} and {weights}.", code="two-weights")
        from salviewer.models.architecture_inside import architecture_inside  # noqa: PLC0415 - loads torch

        return architecture or architecture_inside(Path(model)), str(Path(model).absolute())
    if architecture not in (None, model):
        raise InvalidChoice(f"Two architectures were given: {model} and {architecture}.", code="two-architectures")
    if weights is not None:
        weights = str(Path(weights).absolute()) if _is_file(weights) else str(weights)
    return str(model), weights


def _is_file(name: str | Path) -> bool:
    """Whether `name` means a file, there or not, rather than an architecture or published weights."""
    return isinstance(name, Path) or Path(name).suffix in _WEIGHTS or Path(name).is_file()


_WEIGHTS = {".safetensors", ".pt", ".pth", ".ckpt", ".bin"}


def _class_names(classes: Sequence[str] | str | Path | None) -> tuple[str, ...] | str | None:
    if classes is None:
        return None
    if isinstance(classes, str | Path):
        return str(Path(classes).absolute())
    return tuple(classes)
