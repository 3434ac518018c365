"""Masks per pixel and colour: put back into the model, and written to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.commands.command import SEPARATOR, Command
from salviewer.gui.masks.having import has_masks

if TYPE_CHECKING:
    from salviewer.gui.window import Window

PLACE = "File/Export"
NEEDED = "an explanation with masks, such as FGVis makes"


def _has(window: Window) -> bool:
    return has_masks(window.state.shown)


def _can_back(window: Window) -> bool:
    return _has(window) and not window.actions.masks.why_not_back()


def _back(window: Window) -> None:
    window.show_panel("masks")
    window.actions.masks.put_back()


COMMANDS = (
    Command("masks.back", "Put the explanation back into the model", "Run", _back, "Ctrl+Shift+Y", when=_can_back,
            needs=f"{NEEDED}, with its model and picture open", flat=True,
            help="Runs the model on what the mask leaves of the picture, and compares with what was stored."),
    Command("export.mask-npy", "Mask as NPY …", PLACE, lambda w: w.actions.masks.export(".npy"), when=_has,
            needs=NEEDED, help="The mask's numbers per channel and pixel: mask · x can be put into the model.",
            flat=True),
    Command("export.mask-safetensors", "Mask as safetensors …", PLACE,
            lambda w: w.actions.masks.export(".safetensors"), when=_has, needs=NEEDED, flat=True,
            help="The mask, the input that it lies over, what stands for nothing, and the scores."),
    Command("export.mask-views", "Views of the mask as PNG …", PLACE, lambda w: w.actions.masks.export_views(),
            when=_has, needs=NEEDED, help="Every view of the Masks panel as a picture of its own, into a folder.",
            flat=True, group=SEPARATOR),
)  # fmt: skip
