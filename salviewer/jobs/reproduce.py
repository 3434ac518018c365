"""Runs a saved explanation again from what it says about itself, and compares the two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.api import AtlasRef, Explanation, InputRef, ModelRef, Progress, TrainedRef
from salviewer.jobs.origins import check_weights, model_of, own_atlas, own_input, spec_of
from salviewer.jobs.reproduction import Reproduction, compare, remarks

if TYPE_CHECKING:
    from salviewer.jobs.plan import Plan
    from salviewer.jobs.shelf import Shelf


def reproduce(
    before: Explanation,
    shelf: Shelf,
    *,
    model: ModelRef | None = None,
    source: InputRef | None = None,
    atlas: AtlasRef | None = None,
    trained: TrainedRef | None = None,
    beside: Path | None = None,
    progress: Progress | None = None,
) -> Reproduction:
    """`before` and its second run.

    Args:
        before: an explanation that SalViewer made.
        shelf: opens model, input and atlas.
        model: where the model is; None: the architecture with the weights that come with it.
        source: where the input is; None: the collection's sample that it was, or the file of its name in `beside`.
        atlas: where the atlas is, if there was one; None: the collection's, or the file of its name in `beside`.
        trained: where the trained state is, if there was one; None: among those that are kept, or the file of its name
            in `beside`.
        beside: the folder in which input, atlas and trained state are looked for.
        progress: of the second run.

    Raises:
        InvalidChoice: the explanation does not say how it was made, or the model or the picture has to be named.
    """
    from salviewer.jobs.run import run  # noqa: PLC0415 - loads torch
    from salviewer.jobs.trained_states import own_trained  # noqa: PLC0415 - the same

    asked = spec_of(before, model or model_of(before), source or own_input(before, shelf, beside))
    asked = asked.model_copy(update={"atlas": own_atlas(before, shelf, atlas, beside),
                                     "trained": own_trained(before, shelf, trained, beside)})  # fmt: skip
    if model is None:
        check_weights(before, shelf, asked.model)
    again = run(asked, shelf, progress, _plan(before, shelf))
    return Reproduction(before, again, compare(before, again), remarks(before.provenance, again.provenance))


def _plan(before: Explanation, shelf: Shelf) -> Plan | None:
    """How the first run was run, where that is possible here too: rounding is then the same."""
    from salviewer.jobs.plan import Plan  # noqa: PLC0415 - loads torch

    try:
        plan = Plan(**before.provenance.get("plan", {}))
    except TypeError:
        return None
    return plan if plan.device == shelf.device and plan.threads <= shelf.max_threads else None
