"""Decides how volumes are looked at: the convention, the nose, the window, the place where the slices meet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from salviewer.api.values import Volume
from salviewer.gui.state import remembered
from salviewer.gui.values import LAYOUTS, Answer, Display, Message
from salviewer.gui.volumes.laying import peak, place
from salviewer.gui.volumes.windows import dragged, window_of

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions

TOPIC = "convention"
QUESTION = (
    "How do you read slices? Radiological shows the patient's right on the left, as if looking from the feet; "
    "neurological shows left on the left. Until you answer it is radiological; the menu View has the switch."
)
Point = tuple[float, float, float]


class Place(QObject):
    """Where one looks. One value, one signal."""

    point_changed = Signal(object)
    point = remembered("point", None, "(x, y, z) in RAS+ mm, where the slices meet; None without a volume")


class Looking:
    """Convention and nose are preferences; window, layout, letters and lines belong to the display, with its undo."""

    def __init__(self, actions: Actions) -> None:
        self.place = Place()
        self._actions, self._state = actions, actions.state
        self._volume: Volume | None = None
        self._beside: tuple[str, ...] = ()

    @property
    def radiological(self) -> bool:
        """Whether the patient's right is on the left; so until somebody says otherwise."""
        return self._actions.settings.preferences.convention != "neurological"

    @property
    def nose_left(self) -> bool:
        """Whether noses point to the left in sagittal slices."""
        return self._actions.settings.preferences.nose_left

    # -- what is there to see -----------------------------------------------------------------------------------

    def volume(self) -> Volume | None:
        """The volume on the screen: that of the answer, or the open one; None where it is not at hand."""
        shown, opened = self._state.shown, self._state.picture
        found = shown.picture if shown is not None else opened.picture if opened is not None else None
        return found if isinstance(found, Volume) else None

    def take(self, volume: Volume | None) -> None:
        """Another volume may be on the screen: look at its middle, and ask once how slices are read.

        Of the scans of one folder the next is looked at in the same place and window, as far as it goes.
        """
        if volume is None or volume is self._volume:
            return
        same = self._volume is not None and self._volume.sha256 == volume.sha256
        goes_on = self._goes_on()
        self._volume = volume
        if not same and not (goes_on and holds(volume, self.place.point)):
            self.place.point = middle(volume)
        if not same and not goes_on:
            self._forget_own_window()
        if not self._actions.settings.preferences.convention:
            self._ask()

    def _goes_on(self) -> bool:
        """Whether the open volume lies beside the one before: in its folder, or its collection."""
        opened, before = self._state.picture, self._beside
        self._beside = opened.siblings if opened is not None else ()
        return bool(before) and self._beside == before

    def _ask(self) -> None:
        answers = (Answer("Radiological", TOPIC, "radiological"), Answer("Neurological", TOPIC, "neurological"))
        self._actions.tell(Message(QUESTION, "question", answers=answers, topic=TOPIC))

    def _forget_own_window(self) -> None:
        """Values chosen by hand for one volume say nothing about another."""
        if self._state.display.window == "own":
            self._state.display = replace(self._state.display, window="automatic")

    # -- conventions --------------------------------------------------------------------------------------------

    def set_convention(self, convention: str) -> None:
        """Read slices in this convention from now on, in every window."""
        self._actions.dismiss(TOPIC)
        self._actions.preferring.change(convention=convention)

    def toggle_convention(self) -> None:
        """The other convention; the undo of itself."""
        self.set_convention("neurological" if self.radiological else "radiological")

    def set_nose(self, left: bool) -> None:
        """Have noses point to the left, or to the right."""
        self._actions.preferring.change(nose_left=left)

    # -- the display --------------------------------------------------------------------------------------------

    def change(self, **values: Any) -> None:
        """Show the volume otherwise: fields of the display, as a step that can be undone."""
        self._actions.displaying.change(lambda display: replace(display, **values))

    def drag_window(self, right: float, down: float) -> None:
        """Wider or narrower, higher or lower, from where it is now: a drag with the right button, in logical pixels."""
        if self._volume is None:
            return
        low, high = dragged(window_of(self._volume, self._state.display), right, down)
        if np.isfinite([low, high]).all() and low < high:
            self.change(window="own", window_low=low, window_high=high)

    def next_layout(self) -> None:
        """The next way to lay the slices out."""
        at = LAYOUTS.index(self._state.display.layout) if self._state.display.layout in LAYOUTS else -1
        self.change(layout=LAYOUTS[(at + 1) % len(LAYOUTS)])

    # -- the point ----------------------------------------------------------------------------------------------

    def go_to(self, mm: Any) -> None:
        """Look at this place of the world, (3,) in RAS+ mm."""
        if np.isfinite(np.asarray(mm, np.float64)).all():
            self.place.point = (float(mm[0]), float(mm[1]), float(mm[2]))

    def go_to_peak(self) -> None:
        """Look where the map is highest; where it is signed, where it is farthest from zero."""
        shown = self._state.shown
        if shown is None or not shown.is_volume:
            return
        found = peak(place(shown.top.values, shown.grid), signed=shown.top.signed)
        if found is not None:
            self.go_to(found)


def holds(volume: Volume, point: Point | None) -> bool:
    """Whether `point` (RAS+ mm) lies within the volume's voxels."""
    if point is None:
        return False
    at = (np.linalg.inv(volume.affine) @ np.array([*point, 1.0]))[:3]
    return bool(((at >= -0.5) & (at <= np.array(volume.shape) - 0.5)).all())


def middle(volume: Volume) -> Point:
    """The centre of the volume in RAS+ mm, on a voxel."""
    index = [n // 2 for n in volume.shape]
    x, y, z = (np.asarray(volume.affine) @ np.array([*index, 1.0]))[:3]
    return (float(x), float(y), float(z))


def shown_as(display: Display) -> str:
    """What of map and volume is to be seen: "original", "overlay" or "heatmap"; other modes are for 2D pictures."""
    return display.mode if display.mode in ("original", "heatmap") else "overlay"
