"""Several explanations beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from salviewer.gui.commands.command import SEPARATOR, Command
from salviewer.gui.running import why_not

if TYPE_CHECKING:
    from salviewer.gui.state import State
    from salviewer.gui.window import Window

TO_RUN = "a model, a picture and settings without a fault"


def _order(deed: str) -> Callable[[Window], Any]:
    """What brings the Compare panel to the front and has it filled by `deed` of its orders."""
    return lambda window: getattr(window.show_panel("compare").orders, deed)()


def _can_run(state: State) -> bool:
    return not why_not(state)


def _furnished(window: Window) -> bool:
    return window.heatmap is not None


COMMANDS = (
    Command("compare.shown", "Compare this map", "Run", lambda w: w.show_panel("compare").decider.add_shown(),
            "Ctrl+D", "compare", can=lambda s: s.shown is not None and s.shown.explanation is not None,
            when=_furnished, needs="a finished explanation on the screen",
            help="Puts the map on the screen into the Compare panel.", flat=True),
    Command("compare.methods", "Explain with all my methods", "Run", _order("my_methods"), "Ctrl+Shift+M",
            can=_can_run, when=_furnished, needs=TO_RUN,
            help="One cell per method that is ticked in the Compare panel.", flat=True),
    Command("compare.classes", "Explain the five likeliest classes", "Run", _order("likeliest"), "Ctrl+Shift+K",
            can=lambda s: _can_run(s) and s.prediction is not None, when=_furnished, needs=TO_RUN,
            help="One cell per class, with the chosen method.", flat=True),
    Command("compare.models", "Explain with both models", "Run", _order("both_models"), "Ctrl+Shift+B",
            can=_can_run, when=_furnished, needs=TO_RUN,
            help="The same picture and method with the open model and another one.", flat=True),
    Command("compare.sweep", "Sweep a parameter …", "Run", _order("ask_sweep"), "Ctrl+Shift+W", can=_can_run,
            when=_furnished, needs=TO_RUN, group=SEPARATOR,
            help="One number of the chosen method taken through a range: a row.", flat=True),
)  # fmt: skip
FILLERS = tuple(command.id for command in COMMANDS)
"""The commands that fill the panel, for its own menu."""
