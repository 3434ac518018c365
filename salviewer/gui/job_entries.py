"""One line of the list of jobs, as a frozen value: what it is, how far it is, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from salviewer.api.jobspec import JobSpec
from salviewer.gui.values import Message

Stage = Literal["waiting", "running", "stopping", "unanswered", "done", "stopped", "failed"]
OVER: frozenset[Stage] = frozenset({"done", "stopped", "failed"})
SURE_AFTER_S = 2.0
"""How long a job runs before the time left is told."""


@dataclass(frozen=True)
class Entry:
    """A job of this session.

    title: what is done; about: to what, with which model; spec: None for an errand (opening, saving, evaluating).
    fraction: 0..1; queued_at, started_at, stopping_at, ended_at: seconds of one clock, None where there is none yet.
    error: the sentence and its details; result: its number in the list of results.
    paused: it waits to go on; ending: it was asked to end with what it has.
    """

    number: int
    title: str
    about: str = ""
    spec: JobSpec | None = None
    stage: Stage = "waiting"
    fraction: float = 0.0
    message: str = ""
    queued_at: float = 0.0
    started_at: float | None = None
    stopping_at: float | None = None
    ended_at: float | None = None
    error: Message | None = None
    result: int | None = None
    paused: bool = False
    ending: bool = False

    @property
    def over(self) -> bool:
        """Whether it has ended, however."""
        return self.stage in OVER

    @property
    def explains(self) -> bool:
        """Whether it is an explanation, not an errand."""
        return self.spec is not None and self.spec.verb == "explain"

    @property
    def trains(self) -> bool:
        """Whether it is a training."""
        return self.spec is not None and self.spec.verb == "train"

    def spent_s(self, now: float) -> float:
        """How long it ran."""
        if self.started_at is None:
            return 0.0
        return (now if self.ended_at is None else self.ended_at) - self.started_at

    def left_s(self, now: float) -> float | None:
        """How long it still takes at the pace so far; None where that cannot be told."""
        spent = self.spent_s(now)
        if self.stage != "running" or self.paused or self.fraction <= 0.02 or spent < SURE_AFTER_S:
            return None
        return spent * (1 - self.fraction) / self.fraction


def seconds(value: float) -> str:
    """A duration in words: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def state_words(entry: Entry) -> str:
    """How far `entry` is, in words."""
    if entry.stage == "running":
        share = f"{100 * entry.fraction:.0f} %" if entry.fraction > 0 else ""
        said = "Paused" if entry.paused else "Finishing early …" if entry.ending else entry.message
        return " · ".join(part for part in (share, said) if part) or "Running"
    if entry.stage == "failed" and entry.error is not None:
        return entry.error.text
    return {
        "waiting": "Waiting",
        "stopping": "Stopping …",
        "unanswered": "Does not answer",
        "done": "Done",
        "stopped": "Stopped",
    }.get(entry.stage, "Failed")


def time_words(entry: Entry, now: float) -> str:
    """Time spent, and time left where it can be told."""
    if entry.started_at is None:
        return ""
    left = entry.left_s(now)
    spent = seconds(entry.spent_s(now))
    return spent if left is None else f"{spent} · {seconds(left)} left"
