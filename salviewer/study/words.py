"""What a study's answers come to, in words and tables for people."""

from __future__ import annotations

import math

from salviewer.bench.statistics import Estimate
from salviewer.numeric.counted import counted
from salviewer.study.intervals import Share
from salviewer.study.results import Summary

HEAD = ("maps by", "chosen", "95 %", "of", "reliability (1-5)", "95 %")


def as_table(summary: Summary) -> list[list[str]]:
    """Arms by what readers said of them, the first line the heading."""
    lines = [list(HEAD)]
    for label, wins, score in summary.arms:
        lines.append([label, percent(wins), span(wins), f"{wins.n}", mean(score), _span(score)])
    return lines


def sentences(summary: Summary) -> tuple[str, ...]:
    """Agreement, consistency, sides and time, a sentence each."""
    if not summary.readers:
        return ("Nobody has answered yet.",)
    people = ", ".join(f"{name} ({done})" for name, done in summary.readers)
    said = [f"Readers and their answers: {people}.", _agreement(summary)]
    if not math.isnan(summary.alpha):
        said.append(f"Their reliability scores: Krippendorff's alpha (ordinal) {summary.alpha:.2f}.")
    if len(summary.arms) > 2:
        said += [
            f"{a} was chosen over {b} in {percent(won)} of {won.n} ({span(won)})."
            for a, b, won in summary.duels
            if won.n
        ]
    again = summary.consistency
    if again.n:
        said.append(f"Shown again, the same map was chosen in {again.hits} of {again.n} trials ({span(again)}).")
    said.append(f"The left map was chosen in {percent(summary.left)} of the trials ({span(summary.left)}).")
    said.append(f"An answer took {summary.seconds.mean:.1f} s on average.")
    return tuple(said)


def _agreement(summary: Summary) -> str:
    found = summary.agreement
    if not found.kind:
        return "Agreement between readers: none to tell before two have judged the same pictures."
    over = f"Agreement between readers over {counted(found.things, 'comparison')}"
    pairs = f"two readers chose the same map in {percent(found.same)}"
    if math.isnan(found.kappa):
        return f"{over}: {pairs}; no kappa, as all choices are alike."
    return f"{over}: {found.kind} {found.kappa:.2f}; {pairs}."


def percent(part: Share) -> str:
    """As in "62 %"."""
    return f"{100 * part.value:.0f} %" if part.n else "–"


def span(part: Share) -> str:
    """As in "48 to 74 %"."""
    return f"{100 * part.low:.0f} to {100 * part.high:.0f} %" if part.n else "–"


def mean(found: Estimate) -> str:
    """As in "3.4"."""
    return f"{found.mean:.2f}" if found.n else "–"


def _span(found: Estimate) -> str:
    return f"{found.low:.2f} to {found.high:.2f}" if found.n > 1 else "–"
