"""How a person looks at volumes, for what is drawn of them elsewhere than on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from salviewer.numeric.slicing import PLANES, Convention

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.kit.printed_bar import Bar
    from salviewer.kit.volume_scene import Labels


@dataclass(frozen=True, eq=False)
class Gaze:
    """point: (3,) mm where the slices meet, None for the map's maximum; labels: what is painted of regions.

    bar: which colour is which impact, where regions are filled with theirs.
    """

    convention: Convention = field(default_factory=Convention)
    point: tuple[float, float, float] | None = None
    labels: Labels | None = None
    planes: tuple[str, ...] = PLANES
    bar: Bar | None = None


def gaze_of(actions: Actions, *, as_it_stands: bool = False, painted: bool = True) -> Gaze:
    """How volumes are looked at in the window.

    as_it_stands: at the place and in the planes of the screen; painted: with the regions that are painted there.
    """
    chosen = actions.settings.preferences
    convention = Convention(chosen.convention != "neurological", chosen.nose_left)
    if not actions.state.is_volume:
        return Gaze(convention)
    layout = actions.state.display.layout
    return Gaze(
        convention,
        actions.looking.place.point if as_it_stands else None,
        actions.atlases.painted() if painted else None,
        (layout,) if as_it_stands and layout in PLANES else PLANES,
        actions.atlases.bar() if painted else None,
    )
