"""Two paths beside each other: mistakes, other models, the smallest change that makes another class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.commands.command import SEPARATOR, Command

if TYPE_CHECKING:
    from salviewer.gui.window import Window

NEEDED = "a model, a picture that it looked at, and a method that finds paths, such as Discernible neurons"


def _possible(window: Window) -> bool:
    return window.heatmap is not None and not window.actions.two_paths.why_not()


def _mistake(window: Window) -> None:
    window.show_panel("paths")
    window.actions.two_paths.explain_mistake()


def _models(window: Window) -> None:
    window.show_panel("paths")
    window.actions.two_paths.compare_models(window.panel("compare").orders.other_models())


def _perturb(window: Window) -> None:
    window.show_panel("paths")
    window.actions.two_paths.perturb()


COMMANDS = (
    Command("paths.mistake", "Explain a mistake …", "Run", _mistake, "Ctrl+Shift+I", when=_possible, needs=NEEDED,
            help="Explains the predicted class and the right one, and marks the layer after which the paths part.",
            flat=True),
    Command("paths.models", "Paths of two models …", "Run", _models, when=_possible, needs=NEEDED, flat=True,
            help="Explains the open picture with the open model and another one, and compares where they look."),
    Command("paths.deepfool", "Perturb with DeepFool", "Run", _perturb, "Ctrl+Shift+U", when=_possible, needs=NEEDED,
            help="Changes the picture by as little as makes another class, and explains both pictures.", flat=True,
            group=SEPARATOR),
)  # fmt: skip
STARTERS = tuple(command.id for command in COMMANDS)
"""The commands that fill the panel, for its own buttons."""
