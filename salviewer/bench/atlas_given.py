"""The atlas that a method of an evaluation gets: the one asked for, else the collection's own."""

from __future__ import annotations

from salviewer.api import AtlasRef, InputRef, Progress
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.jobs.registering import met
from salviewer.jobs.shelf import Shelf


def atlas_given(spec: BenchSpec, asked: Asked, shelf: Shelf) -> AtlasRef | None:
    """The atlas for the method `asked`; None where it makes use of none, or there is none."""
    if "atlas" not in shelf.host.explainer(asked.key).assets:
        return None
    return spec.atlas or own_atlas(spec.collection, shelf)


def own_atlas(collection: str, shelf: Shelf) -> AtlasRef | None:
    """The atlas that the collection brings; None where it brings none."""
    brings = hasattr(shelf.host.load(shelf.host.collection(collection)), "atlas")
    return AtlasRef(source=f"collection:{collection}") if brings else None


def part_of_key(spec: BenchSpec, asked: Asked, shelf: Shelf) -> tuple[AtlasRef | InputRef, ...]:
    """What of the atlas a cell was made from; empty where the method gets none."""
    atlas = atlas_given(spec, asked, shelf)
    if atlas is None:
        return ()
    return (atlas,) if spec.template is None else (atlas, spec.template)


def atlas_met(
    spec: BenchSpec, asked: Asked, source: InputRef, shelf: Shelf, progress: Progress | None = None
) -> AtlasRef | None:
    """The atlas as the input `source` meets it. Raises as `salviewer.jobs.registering.met`."""
    atlas = atlas_given(spec, asked, shelf)
    return None if atlas is None else met(shelf, atlas, source, spec.template, progress)
