"""`sv.train`: what a method learns about a model from a collection; and how jobs name it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api import CollectionRef, JobSpec, Trained, TrainedRef
from salviewer.opened import OpenedCollection, OpenedModel
from salviewer.shelves import Report, as_progress, named

if TYPE_CHECKING:
    from salviewer.api import Progress
    from salviewer.jobs.shelf import Shelf


def train(
    trainer: str,
    model: OpenedModel,
    collection: OpenedCollection | str,
    *,
    params: Mapping[str, Any] | None = None,
    limit: int = 0,
    seed: int = 0,
    precision: Literal["full", "fast"] = "full",
    progress: Report | Progress | None = None,
    save: str | Path | Literal["library"] | None = None,
) -> Trained:
    """What `trainer` learned about `model`: `.tensors`, `.facts`, `.evidence`; give it to `explain` as `trained`.

    A training that was interrupted goes on from where it was when the same is asked for again.

    Args:
        trainer: a key of "salviewer list trainers", such as "relevant-filters".
        model: what `load_model` returned.
        collection: what `collection` returned, or a key of "salviewer list collections".
        params: the trainer's parameters by name; those left out have their defaults.
        limit: samples at most, spread over the collection; 0 takes all.
        seed: of everything drawn; the same seed learns the same.
        precision: "fast" allows reduced precision where it is measured to leave the result the same.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.
        save: a .safetensors file, or "library": among the states that are offered when this model is open. None: it is
            not written.

    Raises:
        InvalidChoice: there is no such trainer, collection or parameter, or the collection lacks what is needed.
        UnsupportedModel: nothing can be learned about this model in this way.
        Unavailable: there is no room for the work, or the file cannot be written.
    """
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - with the rest of jobs
    from salviewer.jobs.run import run  # noqa: PLC0415 - loads torch
    from salviewer.jobs.trained_library import check_place, keep  # noqa: PLC0415 - loads numpy

    where = None if save in (None, "library") else Path(str(save)).expanduser()
    if where is not None:
        check_place(where)
    if not isinstance(model, OpenedModel):
        raise TypeError("give what load_model returns")
    ref = _collection_ref(collection, limit)
    shelf = model.shelf
    with named(shelf, model.ref.architecture, model.loaded) as architecture:
        about = {
            "verb": "train", "method": trainer, "params": dict(params or {}), "seed": seed, "precision": precision,
            "model": model.ref.model_copy(update={"architecture": architecture}), "collection": ref,
        }  # fmt: skip
        found: Trained = run(checked_params(JobSpec, about, "The training"), shelf, as_progress(progress))
    if save is not None:
        keep(found, where)
    return found


def trained_ref(shelf: Shelf, kept: ExitStack, trained: Trained | str | Path) -> TrainedRef:
    """How specs name `trained`; what is no file is held on `shelf` until `kept` is left."""
    if isinstance(trained, Trained):
        reference = shelf.keep_live(trained)
        kept.callback(shelf.drop_live, reference)
        return TrainedRef(source=reference)
    if not isinstance(trained, str | Path):
        raise TypeError("trained is what train or load_trained returned, or a file")
    return TrainedRef(source=str(Path(trained).expanduser().absolute()))


def _collection_ref(collection: Any, limit: int) -> CollectionRef:
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - with the rest of jobs

    if isinstance(collection, str):
        about: dict[str, Any] = {"key": collection}
    elif isinstance(collection, OpenedCollection):
        about = {"key": collection.ref.key, "params": collection.ref.params}
    else:
        raise TypeError("a collection is what sv.collection returned, whole, or its key; limit takes some of it")
    return checked_params(CollectionRef, {**about, "limit": limit}, "The collection")
