"""The demo's third part: a retina whose lesions are known, explained to the pixel, and the same eye without them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from salviewer.api import Explanation, Sample
from salviewer.cli.result_files import write_result
from salviewer.cli.terminal import say, say_table

if TYPE_CHECKING:
    from salviewer.gui.app import Session

METHOD, ITERATIONS = "fgvis", 24
BARE = {"left_out": "everything"}

Wait = Callable[[Callable[[], Any], str], None]
Grab = Callable[[str], None]


def fundus(session: Session, folder: Path, wait: Wait, grab: Grab) -> None:
    """Explain one retina in the window, print how much of the map lies on each kind of lesion, and take them away.

    Writes the window and the map to `folder`.
    """
    say("\nOpening a retina that was made by SalViewer, with the lesions of diabetes, and its network")
    explanation, sample = _explained(session, wait)
    grab("fundus-window")
    write_result(explanation, sample.picture, folder / f"{sample.id}-{METHOD}", colours="inferno")
    _report(explanation.on_input(), sample)
    say(f"\nThe same eye without its lesions is called {_without(session, wait)}.")


def _explained(session: Session, wait: Wait) -> tuple[Explanation, Sample]:
    started, state, actions = time.monotonic(), session.state, session.actions
    state.picture = None
    actions.opening.open_sample_fundus()
    _seen(session, wait)
    sample: Sample = session.shelf.sample(state.picture.ref)
    state.shown = None
    actions.choose_method(METHOD)
    actions.set_params({**state.choice.params, "iterations": ITERATIONS}, valid=True)
    actions.run()
    wait(lambda: state.shown is not None and state.shown.explanation is not None and not state.busy, sample.id)
    explanation: Explanation = state.shown.explanation
    title, seconds = explanation.provenance["title"], time.monotonic() - started
    say(f"  {sample.id}: predicted {_prediction(session)}, {title} in {seconds:.1f} s")
    return explanation, sample


def _without(session: Session, wait: Wait) -> str:
    """What the network says of the same eye without lesions, as in "healthy 0.98"."""
    ref, state = session.state.picture.ref, session.state
    opened = state.picture
    session.actions.opening.open_picture(ref.source, {"collection": {**ref.options["collection"], **BARE}})
    wait(lambda: state.picture is not opened, "the eye without lesions")
    _seen(session, wait)
    return _prediction(session)


def _seen(session: Session, wait: Wait) -> None:
    """Until the network has said what it sees in the retina that is being opened."""
    state = session.state
    wait(lambda: state.picture is not None and state.prediction is not None and state.grid is not None, "the retina")
    wait(lambda: not state.busy, "the retina")


def _prediction(session: Session) -> str:
    _, said, probability = session.state.prediction.top(1)[0]
    return f"{said} {probability:.2f}"


def _report(values: np.ndarray, sample: Sample) -> None:
    say("\nHow much of the map lies on the lesions:\n")
    lesions = np.logical_or.reduce(tuple(sample.masks.values()))
    rows = [["kind", "of the map", "of the picture"]]
    whole = float(np.nansum(values))
    for kind, mask in {**sample.masks, "all lesions": lesions}.items():
        share = float(np.nansum(values[mask])) / whole if whole > 0 else 0.0
        rows.append([kind, f"{100 * share:.0f} %", f"{100 * mask.mean():.1f} %"])
    say_table(rows, "")
