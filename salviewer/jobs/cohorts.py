"""One job for a whole group of subjects: each is explained, and the results are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salviewer.api import AtlasRef, InputRef, JobSpec, ModelRef, Progress
from salviewer.errors import InvalidChoice
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.labels import label_at
from salviewer.jobs.registering import met
from salviewer.jobs.shelf import Shelf
from salviewer.models.classes import find_class

RANKING = "region-ranking"
TEMPLATE = "template"
"""The id of the sample over which a collection's maps are laid, where it has one; else the first subject is."""


def cohort_spec(
    shelf: Shelf,
    model: ModelRef,
    collection: str,
    method: str,
    target: int | str,
    *,
    params: Mapping[str, Any] | None = None,
    atlas: AtlasRef | None = None,
    collection_params: Mapping[str, Any] | None = None,
    reference: InputRef | None = None,
    template: InputRef | None = None,
    limit: int = 0,
    seed: int = 0,
    output: str | None = None,
    ranking: str = RANKING,
    progress: Progress | None = None,
) -> JobSpec:
    """The job that explains a collection's subjects of one class and ranks the regions over them.

    Args:
        shelf: opens the model and the collection.
        model: of all subjects.
        collection: its key.
        method: that explains each subject.
        target: the class, by name or index: its subjects are taken, and it is what is explained.
        params: the method's.
        atlas: None takes the one that the collection brings.
        collection_params: how the collection is opened.
        reference: what the maps are laid over; None takes the collection's sample "template", else `template`, else
            the first subject.
        template: a head in the atlas's space, to which each subject is registered whose header does not say that it
            is in that space; None registers nobody.
        limit: subjects at most, the first ones; 0 takes all.
        seed: of everything drawn.
        output: "probability" or "logit"; None: as the method prefers.
        ranking: key of the method that puts the results together.
        progress: of the registrations.

    Raises:
        InvalidChoice: there is no such class, collection, method or parameter, no subject of the class, or a subject
            could not be registered. Unavailable: "needs-mri".
    """
    host = shelf.host
    info = host.explainer(method)
    checked_params(host.params(info), params or {}, info.key)
    classes = shelf.model(model).classes
    index = find_class(classes, target)
    subjects = subjects_of(shelf, collection, collection_params, classes[index], index, limit)
    known: dict[str, Any] = {"model": model, "target": index, "seed": seed, "output": output}
    labels = atlas or AtlasRef(source=f"collection:{collection}")
    about = {**known, "method": method, "params": dict(params or {})}
    where = reference or _template(shelf, collection, collection_params) or template or subjects[0]
    places = _places(shelf, labels, (*subjects, where), template, progress or Progress())
    if "atlas" in info.assets:
        sources = [{**about, "input": one, "atlas": place} for one, place in zip(subjects, places, strict=False)]
    else:
        _check_in_place(info.title, places if template is not None else ())
        sources = [{**about, "input": one} for one in subjects]
    each = tuple(checked_params(JobSpec, one, "The cohort") for one in sources)
    whole = {**known, "atlas": places[-1], "method": ranking, "input": where, "sources": each}
    return checked_params(JobSpec, whole, "The cohort")


def _places(
    shelf: Shelf, atlas: AtlasRef, inputs: Sequence[InputRef], template: InputRef | None, progress: Progress
) -> tuple[AtlasRef, ...]:
    """The atlas as each of `inputs` meets it, one after the other."""
    if template is None:
        return (atlas,) * len(inputs)
    found, n = [], len(inputs)
    for i, one in enumerate(inputs):
        progress(i / n, f"Registering {i + 1} of {n}")
        found.append(met(shelf, atlas, one, template, progress.part(i / n, (i + 1) / n)))
    return tuple(found)


def _check_in_place(title: str, places: Sequence[AtlasRef]) -> None:
    """Raise `InvalidChoice` where subjects are not in one space and their maps would not say how they lie."""
    if any(isinstance(place.registration, tuple) for place in places):
        raise InvalidChoice(
            f"{title} makes no use of an atlas, so that its maps of subjects who are not in the atlas's space cannot "
            f"be laid over one another: choose a method that does, such as glas-3d, or scans in one space.",
            code="not-in-one-space",
        )


def subjects_of(
    shelf: Shelf, collection: str, params: Mapping[str, Any] | None, name: str, index: int, limit: int
) -> tuple[InputRef, ...]:
    """References to the collection's samples of the class called `name`; by `index` where its classes are not named so.

    Raises `InvalidChoice` where there is none.
    """
    samples, ids = shelf.collection(collection, params), shelf.sample_ids(collection, params)
    names = tuple(getattr(samples, "classes", ()) or shelf.host.collection(collection).classes)
    label = names.index(name) if name in names else index
    found: list[InputRef] = []
    for i, key in enumerate(ids):
        if limit and len(found) == limit:
            break
        if key != TEMPLATE and label_at(samples, i) == label:
            found.append(_ref(collection, key, params))
    if not found:
        raise InvalidChoice(
            f"The collection “{collection}” has no subject of class “{name}”: choose another target, or other "
            f"parameters of the collection.",
            code="no-subjects",
        )
    return tuple(found)


def _template(shelf: Shelf, collection: str, params: Mapping[str, Any] | None) -> InputRef | None:
    return _ref(collection, TEMPLATE, params) if TEMPLATE in shelf.sample_ids(collection, params) else None


def _ref(collection: str, key: str, params: Mapping[str, Any] | None) -> InputRef:
    options: dict[str, Any] = {"collection": dict(params)} if params else {}
    return InputRef(source=f"collection:{collection}/{key}", options=options)
