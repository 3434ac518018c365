"""Going through a folder of scans: the next one is looked at in the same place and window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import volume

from salviewer.api import InputRef
from salviewer.gui.values import OpenPicture
from salviewer.gui.volumes.looking import middle


def test_the_next_scan_of_a_folder_is_looked_at_in_the_same_place_and_window(session):
    state, looking = session.state, session.actions.looking
    session.window.volumes  # noqa: B018 - made with the first volume
    beside = ("a.nii", "b.nii", "c.nii")

    def go_to(name, source, siblings=beside):
        state.picture = OpenPicture(InputRef(source=name), source, siblings=siblings)

    first, second = volume("a.nii"), volume("b.nii")
    go_to("a.nii", first)
    corner = np.asarray(first.affine) @ np.array([3, 4, 5, 1.0])
    looking.go_to(corner[:3])
    looking.drag_window(30, 10)
    window = state.display
    assert window.window == "own"
    go_to("b.nii", second)
    assert looking.place.point == pytest.approx(tuple(corner[:3])) and state.display == window
    far = replace(volume("c.nii"), affine=first.affine + np.array([[0, 0, 0, 500.0]] + [[0] * 4] * 3))
    go_to("c.nii", far)
    assert looking.place.point == pytest.approx(middle(far)) and state.display == window
    looking.go_to(corner[:3])
    go_to("d.nii", volume("d.nii"), ("d.nii", "e.nii"))
    assert looking.place.point == pytest.approx(middle(volume("d.nii"))) and state.display.window == "automatic"
