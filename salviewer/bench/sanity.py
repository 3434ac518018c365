"""What the randomisation check says of a map, in words. Plain values, no torch.

A map that stays as it is when the model's weights are replaced by random ones does not show what the model has learned
(Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018). Each step, from the output down, has two likenesses
with the map that is judged: rank correlation and structural similarity. The smaller of both counts, so that a map must
stay alike in both ways to be called unchanged; a rank correlation below zero counts by its size, for a map turned round
is alike, too. Steps that left no map (constant or empty) do not count.
"""

from __future__ import annotations

import math
from typing import Literal

from salviewer.bench.judgement import Judgement

METRIC = "randomisation"
SAME, ALIKE = 0.9, 2 / 3
"""From this mean likeness on a map hardly changes, and keeps much of its form. Fixed by us: the paper gives none."""

Outcome = Literal["same", "alike", "changes", "gone", ""]
SHORT: dict[Outcome, str] = {
    "same": "hardly changes with random weights",
    "alike": "keeps much of its form with random weights",
    "changes": "changes with random weights, as it should",
    "gone": "no map with random weights",
    "": "",
}
SENTENCES: dict[Outcome, str] = {
    "same": "This map hardly changes when the model's weights are replaced by random ones: it does not show what the "
    "model has learned.",
    "alike": "This map keeps much of its form when the model's weights are replaced by random ones: part of it comes "
    "from the picture or the method, not from what the model has learned.",
    "changes": "This map changes when the model's weights are replaced by random ones, as it should: a condition, not "
    "a proof.",
    "gone": "With random weights this method gives no map at all, so the check cannot tell.",
    "": "",
}
RULE = (
    f"Likeness of the map with those of networks whose layers are random, from the output down: the smaller of rank "
    f"correlation and structural similarity, on average over the layers. From {SAME:.1f} on the map “hardly changes”, "
    f"from {ALIKE:.2f} on it “keeps much of its form”, below it “changes”. Adebayo et al. 2018 give no limits: "
    f"these are SalViewer's."
)


def likeness(said: Judgement) -> tuple[float, ...]:
    """How much the map of each step is like the one that is judged, 1 for the same; NaN where a step left no map."""
    lines: dict[str, tuple[float, ...]] = {}
    for line in said.curves.get("", ()):  # those of the first mode, where there are two
        lines.setdefault("rank" if "rank" in line.y_label else "ssim", line.y)
    pairs = zip(lines.get("rank", ()), lines.get("ssim", ()), strict=False)
    return tuple(min(abs(r), s) if math.isfinite(r) and math.isfinite(s) else math.nan for r, s in pairs)


def mean_likeness(said: Judgement) -> float:
    """The mean over the steps that left a map; NaN where none did."""
    known = [v for v in likeness(said) if math.isfinite(v)]
    return sum(known) / len(known) if known else math.nan


def outcome(said: Judgement) -> Outcome:
    """What the check says; "" where `said` is of another metric or has no answer."""
    if said.metric != METRIC or not said.curves.get(""):
        return ""
    mean = mean_likeness(said)
    if not math.isfinite(mean):
        return "gone"
    return "same" if mean >= SAME else "alike" if mean >= ALIKE else "changes"
