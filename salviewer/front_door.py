"""The functions behind `import salviewer`: open a model and an input, run a method, read a result back.

Each makes the same job specs as the window and the terminal, so that all three get the same arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api import (
    AnnotationRef,
    Atlas,
    Explanation,
    InputRef,
    JobSpec,
    Measurement,
    ModelRef,
    Prediction,
    Preprocessing,
    Progress,
    Sample,
    Volume,
    VolumePreprocessing,
)
from salviewer.atlases import OpenedAtlas, atlas_ref, job_arguments, keep
from salviewer.errors import InvalidChoice
from salviewer.opened import OpenedInput, OpenedModel, OpenedVolume, held, opened
from salviewer.shelves import Report, as_progress, named, shelf_for

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from salviewer.bench.table import Table
    from salviewer.data.registration_result import Registration
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


def explain(
    model: OpenedModel,
    input: OpenedInput | OpenedVolume,  # noqa: A002 - the word that everyone will type
    method: str,
    *,
    target: int | str | Function | None = None,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    output: Literal["probability", "logit"] | None = None,
    precision: Literal["full", "fast"] = "full",
    atlas: OpenedAtlas | Atlas | str | Path | None = None,
    registration: Registration | np.ndarray | Sequence[float] | str | Path | None = None,
    sources: Sequence[Explanation | JobSpec | str | Path] = (),
    progress: Report | Progress | None = None,
) -> Explanation:
    """What `method` answers about `model` and `input`: evidence with a heatmap first, and how it came about.

    Args:
        model: what `load_model` returned.
        input: what `load_input` returned.
        method: a key of "salviewer list methods", such as "glas".
        target: the class to explain, by name or index; of a caption, a word or its position from 0; or a function of
            the logits, (N, K) to (N,). None: the predicted class, or the word that the picture decides most.
        params: the method's parameters by name; those left out have their defaults.
        seed: of everything that the method draws; the same seed gives the same arrays.
        output: explain the class's "probability" or its "logit". None: as the method prefers.
        precision: "fast" allows reduced precision where it is measured to leave the map the same.
        atlas: for methods that make use of one: what `load_atlas` returned, a file, or "collection:KEY".
        registration: from the input's millimetres to the atlas's: what `register` returned, the file that it was saved
            to, or a matrix (4, 4); "none": both are in one space. None: the headers must say so.
        sources: explanations, or files of them, for methods that put several together.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such method, class or parameter, or a value is out of range.
        UnsupportedModel: the method cannot explain this model.
        NeedsChoice: nothing says that the input is in the atlas's space.
    """
    _check_opened(model, input)
    with ExitStack() as kept:
        what = keep(model.shelf, kept, target) if callable(target) else target
        more = job_arguments(model.shelf, kept, atlas, registration, sources)
        return _run(model, input, as_progress(progress), verb="explain", method=method, target=what,
                    params=dict(params or {}), seed=seed, output=output, precision=precision, **more)  # fmt: skip


def measure(
    metric: str,
    model: OpenedModel,
    input: OpenedInput | OpenedVolume,  # noqa: A002 - the word that everyone will type
    heatmap: Explanation | np.ndarray,
    *,
    target: int | str | None = None,
    boxes: Sequence[Sequence[float]] = (),
    mask: np.ndarray | str | Path | None = None,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    output: Literal["probability", "logit"] | None = None,
    progress: Report | Progress | None = None,
) -> Measurement:
    """How well `heatmap` answers, by one metric: `.value` is the headline, `.values` all numbers, `.evidence` curves.

    Args:
        metric: a key of "salviewer list metrics", such as "deletion".
        model: what `load_model` returned.
        input: what `load_input` returned.
        heatmap: what `explain` returned, or an array (H, W) or (D, H, W): over the model's field of view, coarser or
            finer; or, where it has the input's own shape and the model sees another, on the input's pixels or voxels.
            Metrics that run the method again need an explanation.
        target: the class, by name or index. None: the one that was explained, else the predicted one.
        boxes: where the truth lies: (x0, y0, x1, y1) edges in the input's pixels; of a volume (x0, y0, z0, x1, y1, z1)
            in its voxels.
        mask: the same as a bool array on the input's pixels or voxels, a picture or volume file (above zero is true),
            or the name of one of a collection's masks. A collection's sample brings its own truth where neither is
            given.
        params: the metric's parameters by name; those left out have their defaults.
        seed: of everything that the metric draws.
        output: judge by the class's "probability" or its "logit". None: as the metric prefers.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such metric, class or parameter; or the annotation or the method is missing.
        UnsupportedModel: the metric cannot judge this model.
    """
    from salviewer.jobs.measuring import from_array  # noqa: PLC0415 - loads torch

    shelf, held = model.shelf, []

    def live(value: Any) -> str:
        held.append(shelf.keep_live(value))
        return held[-1]

    try:
        judged = heatmap if isinstance(heatmap, Explanation) else from_array(heatmap)
        where = "" if mask is None else str(mask) if isinstance(mask, str | Path) else live(mask)
        about = AnnotationRef(boxes=tuple(tuple(map(float, box)) for box in boxes), mask=where)
        return _run(model, input, as_progress(progress), verb="measure", method=metric, target=target,
                    params=dict(params or {}), seed=seed, output=output, sources=(live(judged),),
                    annotation=about)  # fmt: skip
    finally:
        for reference in held:
            shelf.drop_live(reference)


def predict(
    model: OpenedModel,
    input: OpenedInput | OpenedVolume,  # noqa: A002 - as in `explain`
) -> Prediction:
    """What `model` says about `input`: per class its name, logit and probability; `.top(5)` sorts."""
    return _run(model, input, Progress(), verb="predict")


def evaluate(
    model: OpenedModel,
    methods: Sequence[str | Mapping[str, Any]],
    metrics: Sequence[str | Mapping[str, Any]],
    collection: str,
    out: str | Path,
    *,
    collection_params: Mapping[str, Any] | None = None,
    limit: int = 0,
    target: Literal["label", "predicted"] = "label",
    correct_only: bool = False,
    seed: int = 0,
    atlas: OpenedAtlas | str | Path | None = None,
    template: str | Path | None = None,
    progress: Report | Progress | None = None,
) -> Table:
    """The table of `methods` by `metrics` over a collection, the two controls included; resumes what `out` holds.

    Args:
        model: what `load_model` returned; not an `nn.Module` handed over in Python.
        methods: keys, or mappings {"key": ..., "params": {...}, "label": ...}.
        metrics: the same.
        collection: a key of "salviewer list collections".
        out: the folder in which the rows are kept (SQLite); nothing that is finished is computed again.
        collection_params: the collection's parameters, such as {"folder": "photos"}.
        limit: pictures at most, spread over the collection; 0 takes all.
        target: explain each picture's true class, or the predicted one.
        correct_only: leave out pictures that the model gets wrong.
        seed: of everything drawn.
        atlas: for methods that make use of one: what `load_atlas` returned of a file, a file, or "collection:KEY".
            None: the collection's own.
        template: the file of a head in the atlas's space, to which each volume is registered whose header does not say
            that it is in that space.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such method, metric or collection.
    """
    from salviewer.bench.evaluate import evaluate as run  # noqa: PLC0415 - loads torch
    from salviewer.bench.spec import BenchSpec  # noqa: PLC0415 - the same
    from salviewer.bench.store import Store  # noqa: PLC0415 - the same
    from salviewer.bench.table import table  # noqa: PLC0415 - the same
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - the same

    if model.ref.architecture.startswith("live:"):
        raise InvalidChoice(
            "An evaluation can be resumed, and a network handed over in Python is gone by then: give its architecture "
            "and a weights file.",
            code="live-model",
        )
    about = {"models": (model.ref,), "methods": _asked(methods), "metrics": _asked(metrics), "collection": collection,
             "collection_params": dict(collection_params or {}), "limit": limit, "target": target, "seed": seed,
             "correct_only": correct_only, "atlas": atlas_ref(atlas) if atlas is not None else None,
             "template": InputRef(source=str(Path(template).expanduser().absolute())) if template is not None else None,
             }  # fmt: skip
    run(checked_params(BenchSpec, about, "The evaluation"), model.shelf, Path(out), as_progress(progress))
    with Store(Path(out)) as store:
        return table(store.rows())


def _asked(wanted: Sequence[str | Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple({"key": one} if isinstance(one, str) else dict(one) for one in wanted)


def load_explanation(path: str | Path) -> Explanation:
    """The explanation that `Explanation.save` wrote to `path`. Raises `UnreadableInput`."""
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy

    return read(Path(path))


def collection(key: str, **params: Any) -> Sequence[Sample]:
    """The samples of the collection `key` ("salviewer list collections"): pictures with labels and true masks.

    Raises:
        InvalidChoice: there is no such collection or parameter, or a value is out of range.
    """
    return shelf_for().collection(key, params)


def _run(model: OpenedModel, source: OpenedInput | OpenedVolume, progress: Progress, **asked: Any) -> Any:
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - the same
    from salviewer.jobs.run import run  # noqa: PLC0415 - loads torch

    _check_opened(model, source)
    shelf = model.shelf
    with (
        named(shelf, model.ref.architecture, model.loaded) as architecture,
        named(shelf, source.ref.source, held(source)) as where,
    ):
        asked |= {
            "model": model.ref.model_copy(update={"architecture": architecture}),
            "input": source.ref.model_copy(update={"source": where}),
        }
        return run(checked_params(JobSpec, asked, "The job"), shelf, progress)


def _check_opened(model: Any, source: Any) -> None:
    if not isinstance(model, OpenedModel) or not isinstance(source, OpenedInput | OpenedVolume):
        raise TypeError("give what load_model and load_input return")


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
