"""A study's answers with the names of the arms: one row per answer, and what they come to."""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from salviewer.bench.statistics import Estimate, estimate
from salviewer.errors import Unavailable
from salviewer.study.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from salviewer.study.answers import Answers
from salviewer.study.intervals import Share, share
from salviewer.study.key import Study
from salviewer.study.trials import FIRST


class Row(NamedTuple):
    """One answer, unblinded. trial: from 1, in the order in which this reader saw them; repeat_of: "" or a trial."""

    reader: str
    trial: int
    picture: str
    class_name: str
    left_arm: str
    right_arm: str
    chosen_side: str
    chosen_arm: str
    left_reliability: int
    right_reliability: int
    seconds: float
    answered_at: str
    repeat_of: int | str


class ArmResult(NamedTuple):
    """wins: of the comparisons that the arm was in; reliability: its score, the mean over pictures."""

    label: str
    wins: Share
    reliability: Estimate


class Agreement(NamedTuple):
    """Between readers on the better map. kind: "" where fewer than two readers judged the same; things: they did."""

    kind: str
    kappa: float
    same: Share
    things: int


@dataclass(frozen=True)
class Summary:
    """What the answers come to. Repeated trials count for `consistency` alone.

    duels: per pair of arms how often the first was chosen. left: how often the left map was, whatever it showed.
    alpha: of the reliability scores. seconds: per answer, mean over pictures.
    """

    readers: tuple[tuple[str, int], ...]
    arms: tuple[ArmResult, ...]
    duels: tuple[tuple[str, str, Share], ...]
    agreement: Agreement
    alpha: float
    consistency: Share
    left: Share
    seconds: Estimate


def unblind(study: Study, answers: Answers) -> list[Row]:
    """Every answer with the names of the arms. Raises `UnreadableInput` where the answers are another study's."""
    labels = [arm.label for arm in study.spec.arms]
    rows = []
    for reader, trial, answer, at in answers.all():
        item = study.item(trial.item)
        left, right = (labels[study.whose(item.id, image)] for image in (trial.left, trial.right))
        rows.append(Row(
            reader, trial.number + 1, item.picture, item.class_name, left, right, answer.chosen,
            left if answer.chosen == "left" else right, answer.left_score, answer.right_score,
            round(answer.seconds, 2), at, "" if trial.repeat_of == FIRST else trial.repeat_of + 1,
        ))  # fmt: skip
    return rows


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """`rows` as CSV. Raises `Unavailable` where it cannot be written."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(Row._fields)
            writer.writerows(rows)
    except OSError as e:
        raise Unavailable(f"{path} cannot be written ({e.strerror}): choose another place.", code="unwritable") from e


def summarise(rows: Sequence[Row], arms: Sequence[str]) -> Summary:
    """What `rows` come to; `arms`: the labels, in order."""
    firsts = [row for row in rows if row.repeat_of == ""]
    done: dict[str, int] = {}
    for row in rows:
        done[row.reader] = done.get(row.reader, 0) + 1
    return Summary(
        readers=tuple(done.items()),
        arms=tuple(_arm(label, firsts) for label in arms),
        duels=tuple((a, b, _duel(a, b, firsts)) for a, b in itertools.combinations(arms, 2)),
        agreement=_agreement(firsts, arms),
        alpha=_alpha(firsts),
        consistency=_consistency(rows),
        left=share(sum(row.chosen_side == "left" for row in firsts), len(firsts)),
        seconds=_over_pictures((row.picture, row.seconds) for row in firsts),
    )


def _arm(label: str, rows: Sequence[Row]) -> ArmResult:
    mine = [row for row in rows if label in (row.left_arm, row.right_arm)]
    wins = share(sum(row.chosen_arm == label for row in mine), len(mine))
    return ArmResult(label, wins, _over_pictures((row.picture, _score(row, label)) for row in mine))


def _score(row: Row, label: str) -> int:
    return row.left_reliability if row.left_arm == label else row.right_reliability


def _over_pictures(values: Iterable[tuple[str, float]]) -> Estimate:
    """Each picture's mean, and the bootstrap over pictures."""
    by: dict[str, list[float]] = defaultdict(list)
    for picture, value in values:
        by[picture].append(value)
    return estimate(np.array([np.mean(found) for found in by.values()]))


def _duel(a: str, b: str, rows: Sequence[Row]) -> Share:
    met = [row for row in rows if {row.left_arm, row.right_arm} == {a, b}]
    return share(sum(row.chosen_arm == a for row in met), len(met))


def _thing(row: Row) -> tuple[str, ...]:
    """What was compared: a picture and a pair of arms, whatever their sides."""
    return (row.picture, *sorted((row.left_arm, row.right_arm)))


def _agreement(rows: Sequence[Row], arms: Sequence[str]) -> Agreement:
    """On whether the first or the second of each pair was chosen, over what two or more readers judged."""
    by: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for row in rows:
        other = row.right_arm if row.chosen_arm == row.left_arm else row.left_arm
        by[_thing(row)][row.reader] = int(arms.index(row.chosen_arm) > arms.index(other))
    shared = [found for found in by.values() if len(found) >= 2]
    readers = sorted({reader for found in shared for reader in found})
    together = [(x, y) for found in shared for x, y in itertools.combinations(found.values(), 2)]
    same = share(sum(x == y for x, y in together), len(together))
    if not shared:
        return Agreement("", float("nan"), same, 0)
    if len(readers) == 2:
        first, second = ([found[reader] for found in shared] for reader in readers)
        return Agreement("Cohen's kappa", cohen_kappa(first, second), same, len(shared))
    counts = np.array([[list(found.values()).count(k) for k in (0, 1)] for found in shared])
    return Agreement("Fleiss' kappa", fleiss_kappa(counts), same, len(shared))


def _alpha(rows: Sequence[Row]) -> float:
    """Of the scores; a thing is one map in one comparison."""
    readers = sorted({row.reader for row in rows})
    things: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [float("nan")] * len(readers))
    for row in rows:
        for label in (row.left_arm, row.right_arm):
            things[*_thing(row), label][readers.index(row.reader)] = _score(row, label)
    return krippendorff_alpha(np.array(list(things.values())).T) if things else float("nan")


def _consistency(rows: Sequence[Row]) -> Share:
    """How often a reader chose the same arm when a trial came again."""
    first = {(row.reader, row.trial): row.chosen_arm for row in rows}
    again = [row for row in rows if row.repeat_of != ""]
    return share(sum(row.chosen_arm == first[row.reader, int(row.repeat_of)] for row in again), len(again))
