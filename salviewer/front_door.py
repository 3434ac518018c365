"""The functions behind `import salviewer` that ask: explain, measure, predict, evaluate.

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
    Prediction,
    Progress,
    Trained,
)
from salviewer.atlases import OpenedAtlas, atlas_ref, job_arguments, keep
from salviewer.errors import InvalidChoice
from salviewer.opened import OpenedInput, OpenedModel, OpenedVolume, held
from salviewer.shelves import Report, as_progress, named
from salviewer.trainings import trained_ref

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from salviewer.bench.table import Table
    from salviewer.data.registration_result import Registration

Function = Callable[["Tensor"], "Tensor"]


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
    sources: Sequence[Explanation | JobSpec | str | Path] | Explanation | JobSpec | str | Path = (),
    trained: Trained | str | Path | None = None,
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
        sources: explanations, or files of them, for methods that begin with what others found; one may stand alone.
        trained: for methods that take what was learned about the model: what `train` or `load_trained` returned, or a
            file.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such method, class or parameter, or a value is out of range.
        UnsupportedModel: the method cannot explain this model.
        UnreadableInput: what is given as trained cannot be read.
        NeedsChoice: nothing says that the input is in the atlas's space.
    """
    _check_opened(model, input)
    with ExitStack() as kept:
        what = keep(model.shelf, kept, target) if callable(target) else target
        more = job_arguments(model.shelf, kept, atlas, registration, sources)
        if trained is not None:
            more["trained"] = trained_ref(model.shelf, kept, trained)
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
        methods: keys, or mappings {"key": ..., "params": {...}, "label": ..., "trained": FILE}.
        metrics: the same, without anything trained.
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
