"""`sv.colour_bias`: how much a model's classes hang on colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salviewer.api import CollectionRef, InputRef, JobSpec
from salviewer.opened import OpenedCollection, OpenedModel
from salviewer.shelves import Report, as_progress
from salviewer.shelves import named as by_name

if TYPE_CHECKING:
    from salviewer.api import Progress
    from salviewer.bench.colour_bias import ColourBias


def colour_bias(
    model: OpenedModel,
    collection: OpenedCollection | str,
    *,
    limit: int = 0,
    masks: int = 0,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    progress: Report | Progress | None = None,
) -> ColourBias:
    """Which classes keep their pictures when the colour channels change places (GBR and BRG for RGB).

    `.classes` have `.name`, `.pictures`, `.right`, `.share("GBR")`, `.share()` over both and `.use`; `.whole` is all of
    them together, `.lost` names the classes that keep no more than a quarter.

    Args:
        model: what `load_model` returned.
        collection: labelled pictures: a key, or what `collection` returned.
        limit: pictures at most, spread over the collection; 0 takes all.
        masks: of each class, so many rightly named pictures are explained by FGVis, whose masks say how much of red,
            green and blue they take; 0 leaves that out, as it takes long.
        params: of FGVis; its game is "preservation" unless said otherwise.
        seed: of everything drawn.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: no picture in colour is of a class that the model knows, or a parameter is wrong.
    """
    if not isinstance(model, OpenedModel):
        raise TypeError("give what load_model returns")
    from salviewer.bench.colour_bias import colour_bias as judged  # noqa: PLC0415 - loads torch
    from salviewer.bench.colour_use import with_colour_use  # noqa: PLC0415 - the same
    from salviewer.jobs.labelled import LabelledSamples  # noqa: PLC0415 - the same

    shelf, told = model.shelf, as_progress(progress)
    ref = CollectionRef(key=collection) if isinstance(collection, str) else collection.ref
    known = LabelledSamples(shelf, ref.model_copy(update={"limit": limit}), model.loaded, with_truth=False)
    share = 0.1 if masks else 1.0  # masks take a hundred times as long as looking
    found = judged(
        model.loaded, shelf.collection(ref.key, ref.params), known.taken, known.classes, told.part(0.0, share)
    )
    if known.classes.note:
        found = replace(found, notes=(known.classes.note, *found.notes))
    if masks > 0:
        with by_name(shelf, model.ref.architecture, model.loaded) as architecture:
            spec = JobSpec(
                method="fgvis", model=model.ref.model_copy(update={"architecture": architecture}),
                input=InputRef(source=""), params={"game": "preservation", **(params or {})}, seed=seed,
                collection=ref,
            )  # fmt: skip
            found = with_colour_use(found, spec, shelf, model.loaded, masks, told.part(share, 1.0))
    told(1.0, "Done")
    return found
