"""The demo's second part: a brain whose atrophy is known, explained in the window, and the ranking over subjects."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api import Explanation, RegionTable, Sample
from salviewer.cli.cohort import write_cohort
from salviewer.cli.result_files import write_result
from salviewer.cli.terminal import say, say_table

if TYPE_CHECKING:
    from salviewer.gui.app import Session

BRAINS, MODEL, METHOD, TARGET = "brain-phantom", "brain-phantom-cnn", "glas-3d", "atrophy"
HELD_OUT = {"subset": "held-out"}
SUBJECTS, SHOWN = 4, 6

Wait = Callable[[Callable[[], Any], str], None]
Grab = Callable[[str], None]


def brain(session: Session, folder: Path, wait: Wait, grab: Grab) -> None:
    """Explain one held-out subject in the window, rank the regions over several, and print where the truth comes.

    Writes the window, the maps as NIfTI and the regions as CSV to `folder`.
    """
    say("\nOpening a brain that was made by SalViewer, with atrophy in a few regions, and its network")
    one, sample = _explained(session, wait)
    grab("brain-window")
    write_result(one, sample.picture, folder / f"{sample.id}-{METHOD}", colours="inferno")
    several = _ranked()
    write_cohort(several, folder, "brains")
    _report(sample.id, _table(one), _table(several), set(sample.masks) - {TARGET})


def _explained(session: Session, wait: Wait) -> tuple[Explanation, Sample]:
    started, state, actions = time.monotonic(), session.state, session.actions
    actions.opening.open_sample_brain()
    wait(lambda: state.is_volume and state.grid is not None and state.prediction is not None, "the brain")
    wait(lambda: not state.busy, "the brain")
    sample = session.shelf.sample(state.picture.ref)
    state.shown = None
    actions.choose_method(METHOD)
    actions.run()
    wait(lambda: state.shown is not None and state.shown.explanation is not None and not state.busy, sample.id)
    actions.looking.go_to_peak()
    explanation: Explanation = state.shown.explanation
    _, said, probability = state.prediction.top(1)[0]
    title, seconds = explanation.provenance["title"], time.monotonic() - started
    say(f"  {sample.id}: predicted {said} {probability:.2f}, {title} in {seconds:.1f} s")
    return explanation, sample


def _ranked() -> Explanation:
    import salviewer as sv  # noqa: PLC0415 - loads torch

    started = time.monotonic()
    model = sv.load_model(MODEL)
    found: Explanation = sv.cohort(model, BRAINS, METHOD, target=TARGET, limit=SUBJECTS, collection_params=HELD_OUT)
    say(f"  {SUBJECTS} subjects that the network has not seen: regions ranked in {time.monotonic() - started:.1f} s")
    return found


def _report(name_of_one: str, one: RegionTable, several: RegionTable, planted: set[str]) -> None:
    of_one = dict(zip(one.regions, one.ranks().tolist(), strict=True))
    ranks = several.ranks()
    say(f"\nThe first of {len(ranks)} regions, over {SUBJECTS} subjects; {len(planted)} of them have shrunk:\n")
    rows = [["rank", "region", "has shrunk", "95 % interval", f"rank in {name_of_one}"]]
    for i in ranks.argsort()[:SHOWN]:
        name = several.regions[i]
        between = f"{several.rank_low[i]:.0f} to {several.rank_high[i]:.0f}"
        rows.append([str(ranks[i]), name, "yes" if name in planted else "no", between, str(of_one[name])])
    say_table(rows, "")
    places = sorted(int(rank) for rank, name in zip(ranks, several.regions, strict=True) if name in planted)
    say(f"\nThe regions that have shrunk come at ranks {', '.join(map(str, places))}.")


def _table(found: Explanation) -> RegionTable:
    return next(e for e in found.evidence if isinstance(e, RegionTable))
