"""`sv.make_again`: an experiment of a paper, and `sv.ablate_filters`: what a network is worth without its filters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api import CollectionRef, Trained
from salviewer.opened import OpenedCollection, OpenedModel
from salviewer.shelves import Report, as_progress, shelf_for

if TYPE_CHECKING:
    from salviewer.api import Progress
    from salviewer.bench.experiment import Findings
    from salviewer.bench.filter_ablation import Ablated


def make_again(
    name: str,
    out: str | Path,
    *,
    limit: int = 0,
    training: int = 0,
    folds: Sequence[int] | None = None,
    seed: int = 0,
    progress: Report | Progress | None = None,
) -> Findings:
    """What a paper published, made again on rendered pictures: `.tables`, `.charts` (SVG), `.notes`, `.numbers`.

    Args:
        name: "interpretation-table-1", "interpretation-box-occlusion", "interpretation-figure-4" or
            "interpretation-figure-9".
        out: the folder for everything that is computed, which is not computed again, and for a page.
        limit: pictures of each class and fold that are judged; 0: the experiment's own.
        training: pictures of each class and fold that are learned from; 0: the experiment's own.
        folds: only these of the networks; None for all whose weights are there.
        seed: of everything drawn.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such experiment.
    """
    from salviewer.bench.experiment import Size, write_findings  # noqa: PLC0415 - loads numpy
    from salviewer.bench.experiments import experiment  # noqa: PLC0415 - loads torch

    given: dict[str, Any] = {"limit": limit, "training": training}
    size = Size(**{key: value for key, value in given.items() if value}, seed=seed,
                folds=None if folds is None else tuple(folds))  # fmt: skip
    folder = Path(out).expanduser()
    found = experiment(name).run(shelf_for(), folder, size, as_progress(progress))
    write_findings(folder, found)
    return found


def ablate_filters(
    model: OpenedModel,
    collection: OpenedCollection | str,
    *,
    draws: int = 10,
    limit: int = 0,
    seed: int = 0,
    progress: Report | Progress | None = None,
    **trained: Trained,
) -> dict[str, Ablated]:
    """Mean class accuracy (0..1) without the filters that `relevant-filters` found, and without random ones.

    Give what was learned under a name each: `ablate_filters(model, flowers, All=one, OnlyConv=another)`. The answer has
    "network as it is", each name, and "random, NAME": as many filters of the same layers, drawn `draws` times.

    Args:
        model: what `load_model` returned.
        collection: the labelled pictures on which it is judged; better none of those that the filters come from.
        draws: of random filters.
        limit: pictures at most, spread over the collection; 0 takes all.
        seed: of the draws.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.
        trained: what `train` or `load_trained` returned, of the trainer "relevant-filters", by name.

    Raises:
        InvalidChoice: another trainer's state, or no picture of a known class.
        UnsupportedModel: the states belong to a network that takes other steps.
    """
    from salviewer.bench.filter_ablation import ablated, relevant  # noqa: PLC0415 - loads torch
    from salviewer.jobs.labelled import LabelledSamples  # noqa: PLC0415 - the same

    ref = CollectionRef(key=collection) if isinstance(collection, str) else collection.ref
    samples = LabelledSamples(model.shelf, ref.model_copy(update={"limit": limit}), model.loaded, with_truth=False)
    sets = {name: relevant(one) for name, one in trained.items()}
    return ablated(model.loaded, samples, sets, draws, seed, as_progress(progress))
