"""`sv.cohort`: a method's answers about a whole group of subjects, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api import Atlas, Explanation, InputRef
from salviewer.atlases import OpenedAtlas, job_arguments
from salviewer.opened import OpenedModel, OpenedVolume

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api import Progress
    from salviewer.data.registration_result import Registration
    from salviewer.front_door import Report


def cohort(
    model: OpenedModel,
    collection: str,
    method: str = "glas-3d",
    *,
    target: int | str,
    params: Mapping[str, Any] | None = None,
    atlas: OpenedAtlas | Atlas | str | Path | None = None,
    registration: Registration | np.ndarray | Sequence[float] | str | Path | None = None,
    reference: OpenedVolume | None = None,
    collection_params: Mapping[str, Any] | None = None,
    limit: int = 0,
    seed: int = 0,
    output: Literal["probability", "logit"] | None = None,
    progress: Report | Progress | None = None,
) -> Explanation:
    """The subjects' summed map, each region filled with its mean impact, and the table of regions with their ranks.

    Args:
        model: what `load_model` returned.
        collection: a key of "salviewer list collections" whose samples are volumes.
        method: a key of "salviewer list methods" that works on volumes.
        target: the class, by name or index: its subjects are taken, and it is what is explained.
        params: the method's parameters by name.
        atlas: what `load_atlas` returned, a file, or "collection:KEY". None: the one that the collection brings.
        registration: from the subjects' millimetres to the atlas's, one for all; as for `explain`.
        reference: what the maps are laid over, such as a template. None: the collection's, else the first subject.
        collection_params: the collection's parameters.
        limit: subjects at most; 0 takes all.
        seed: of everything drawn.
        output: explain the class's "probability" or its "logit". None: as the method prefers.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such collection, method or class, no subject of the class, or no atlas.
    """
    from salviewer.front_door import _as_progress, _named  # noqa: PLC0415 - loads what this one may need
    from salviewer.jobs.cohorts import cohort_spec  # noqa: PLC0415 - loads torch
    from salviewer.jobs.run import run  # noqa: PLC0415 - the same

    shelf = model.shelf
    with ExitStack() as kept:
        name = kept.enter_context(_named(shelf, model.ref.architecture, model.loaded))
        where: InputRef | None = None
        if reference is not None:
            held = kept.enter_context(_named(shelf, reference.ref.source, reference))
            where = reference.ref.model_copy(update={"source": held})
        asked = job_arguments(shelf, kept, atlas or f"collection:{collection}", registration, ())
        spec = cohort_spec(
            shelf, model.ref.model_copy(update={"architecture": name}), collection, method, target,
            params=params, atlas=asked["atlas"], collection_params=collection_params, reference=where, limit=limit,
            seed=seed, output=output,
        )  # fmt: skip
        found: Explanation = run(spec, shelf, _as_progress(progress))
        return found
