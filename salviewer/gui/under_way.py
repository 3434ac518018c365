"""Jobs that wait or run, as the window knows them, and which of them is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from salviewer.api.jobspec import JobSpec


@dataclass(frozen=True)
class Running:
    """A job that waits or runs. `spec`: None for an errand; `fraction`: 0..1.

    unanswered: it was asked to stop long ago, and goes on. paused: it waits to go on; ending: it was asked to end with
    what it has.
    """

    number: int
    title: str
    spec: JobSpec | None = None
    fraction: float = 0.0
    message: str = ""
    started: bool = False
    cancelling: bool = False
    unanswered: bool = False
    paused: bool = False
    ending: bool = False


def explaining(busy: tuple[Running, ...]) -> Running | None:
    """The explanation under way, the oldest first, if there is one."""
    return next((r for r in busy if r.spec is not None and r.spec.verb == "explain"), None)


def behind(busy: tuple[Running, ...]) -> int:
    """How many explanations wait behind the one under way."""
    return max(0, sum(r.spec is not None and r.spec.verb == "explain" for r in busy) - 1)


def training(busy: tuple[Running, ...]) -> Running | None:
    """The training under way, if there is one."""
    return next((r for r in busy if r.spec is not None and r.spec.verb == "train"), None)


def errand(busy: tuple[Running, ...]) -> Running | None:
    """What else is under way that a person waits for, the oldest first."""
    return next((r for r in busy if r.title and (r.spec is None or r.spec.verb != "explain")), None)
