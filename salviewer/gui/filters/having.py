"""Whether an answer has filters to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.api.filters import FilterGallery

if TYPE_CHECKING:
    from salviewer.gui.values import Shown


def fired_in(shown: Shown | None) -> FilterGallery | None:
    """The filters that fired in what is on the screen, if it says so."""
    evidence = shown.explanation.evidence if shown is not None and shown.explanation is not None else ()
    return next((one for one in evidence if isinstance(one, FilterGallery)), None)


def has_filters(shown: Shown | None) -> bool:
    """Whether what is on the screen has a gallery of filters."""
    return fired_in(shown) is not None
