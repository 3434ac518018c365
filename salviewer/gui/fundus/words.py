"""What is known of a photograph and of what is proposed on it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.masks.words import percent
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.data.proposed_lesions import Proposed
    from salviewer.gui.fundus.values import Judged, Photograph


def field_words(photograph: Photograph) -> str:
    """Size, field of view, the grid that the model sees, and what the header says of the eye."""
    height, width = photograph.picture.shape
    said = [f"{width:,} × {height:,} px."]
    view = photograph.view
    if view is None:
        said.append("Looking for the field of view …")
    elif view.circle is None:
        said.append("No round field of view was found: all of the picture counts.")
    else:
        said.append(f"Field of view: {100 * view.share:.0f} % of the picture, {2 * view.circle[2]:,.0f} px across.")
    if photograph.grid is not None:
        rows, columns = photograph.grid.model_shape
        down, along = photograph.grid.scales()
        said.append(f"The model sees {columns} × {rows}: one of its pixels is {along:.3g} × {down:.3g} px here.")
    said.append(photograph.facts.words)
    return " ".join(said)


def proposed_words(proposed: Proposed | None, judged: Judged | None) -> str:
    """How many regions there are, how much of the field they cover, and how many touch no mark."""
    if proposed is None:
        return "Run a method: what its map shows is listed here."
    count = len(proposed.regions)
    if not count:
        return "Nothing is proposed: the map has no value above zero within the field of view."
    words = f"{counted(count, 'proposed region')}, {percent(proposed.share)} of the field of view."
    if judged is None:
        return words
    false = judged.score.false
    return f"{words} {false:,} {'touches' if false == 1 else 'touch'} nothing that experts marked."
