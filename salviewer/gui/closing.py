"""Decides whether the window may close: what would be lost is named, and the person asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.under_way import behind, explaining, training
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions


def may_close(actions: Actions) -> bool:
    """Whether the window may close: asks while something long runs."""
    running = _what_runs(actions)
    return not running or bool(actions.dialogs.confirm_close(running))


def _what_runs(actions: Actions) -> str:
    """What closing would stop, in a sentence; "" where nothing is under way."""
    state = actions.state
    if state.evaluation is not None:
        return "The evaluation is still running."
    if state.study_preparing is not None:
        return "The reader study is still being prepared."
    if actions.browsing.memory.going is not None:
        return "The pictures of the folder are still being gone through."
    if training(state.busy) is not None:
        return "A training is still running: the same one goes on where it was."
    running, more = explaining(state.busy), behind(state.busy)
    if running is None:
        return ""
    waits = f", and {counted(more, 'more waits', 'more wait')}" if more else ""
    return f"{running.title} is still running{waits}."
