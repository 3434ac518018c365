"""What is said of annotation files that cannot be taken: one sentence each, with a code."""

from __future__ import annotations

from typing import Any

from salviewer.data.annotation_pixels import Size
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted


def damaged(name: str, why: str) -> UnreadableInput:
    """The file `name` is not what it should be."""
    return UnreadableInput(f"{name} cannot be taken as annotations: {why}.", code="bad-annotations")


def another_picture(name: str, count: int, picture: str) -> UnreadableInput:
    """The file is about other pictures."""
    return UnreadableInput(
        f"{name} is about {counted(count, 'picture')}, and none of them is “{picture}”: open one of its pictures, "
        f"or choose the file of this one.",
        code="other-picture",
    )


def same_size(name: str, given: tuple[Any, Any], size: Size) -> None:
    """Refuse annotations that say they are for a picture of another size ("annotation-size").

    given: (H, W) as the file says it; None or 0 where it says nothing.
    """
    if given[0] and given[1] and tuple(given) != size:
        raise UnreadableInput(
            f"{name} is for a picture of {given[1]} × {given[0]} pixels and this one has {size[1]} × {size[0]}: "
            f"open the picture that it was drawn on.",
            code="annotation-size",
        )
