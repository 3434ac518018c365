"""Whether there is a mask to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.api.masks import MaskStack

if TYPE_CHECKING:
    from salviewer.gui.values import Shown

FLAT = 3
"""Axes of a picture's mask: channels, rows, columns."""


def has_masks(shown: Shown | None) -> bool:
    """Whether what is on the screen has masks of a picture."""
    evidence = shown.explanation.evidence if shown is not None and shown.explanation is not None else ()
    return any(isinstance(one, MaskStack) and one.mask.ndim == FLAT for one in evidence)
