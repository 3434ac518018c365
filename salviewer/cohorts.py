"""`sv.cohort`: a method's answers about a whole group of subjects, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api import Atlas, Explanation, InputRef
from salviewer.atlases import OpenedAtlas, job_arguments, opened_volume
from salviewer.opened import OpenedModel, OpenedVolume
from salviewer.shelves import Report, as_progress
from salviewer.shelves import named as by_name

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api import Progress
    from salviewer.data.registration_result import Registration


REGISTERING = 0.3
"""Of the progress, where subjects are registered."""


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
    template: OpenedVolume | str | Path | None = None,
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
        reference: what the maps are laid over. None: the collection's own, else `template`, else the first subject.
        template: a head in the atlas's space, to which each subject is registered whose header does not say that it is
            in that space (extra `mri`). What was found once is kept, and not searched again.
        collection_params: the collection's parameters.
        limit: subjects at most; 0 takes all.
        seed: of everything drawn.
        output: explain the class's "probability" or its "logit". None: as the method prefers.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such collection, method or class, no subject of the class, no atlas, or a subject
            could not be registered.
    """
    if template is not None and registration is not None:
        raise TypeError("registration is one for all, and with template each subject has its own: give one of the two")
    from salviewer.jobs.cohorts import cohort_spec  # noqa: PLC0415 - loads torch
    from salviewer.jobs.run import run  # noqa: PLC0415 - the same

    shelf = model.shelf
    with ExitStack() as kept:
        name = kept.enter_context(by_name(shelf, model.ref.architecture, model.loaded))

        def named(volume: OpenedVolume) -> InputRef:
            held = kept.enter_context(by_name(shelf, volume.ref.source, volume))
            return volume.ref.model_copy(update={"source": held})

        whole = as_progress(progress)
        share = REGISTERING if template is not None else 0.0
        asked = job_arguments(shelf, kept, atlas or f"collection:{collection}", registration, ())
        spec = cohort_spec(
            shelf, model.ref.model_copy(update={"architecture": name}), collection, method, target,
            params=params, atlas=asked["atlas"], collection_params=collection_params,
            reference=named(reference) if reference is not None else None,
            template=named(opened_volume(template)) if template is not None else None,
            limit=limit, seed=seed, output=output, progress=whole.part(0.0, share),
        )  # fmt: skip
        found: Explanation = run(spec, shelf, whole.part(share, 1.0))
        return found
