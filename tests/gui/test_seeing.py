"""What the model is fed is asked for once per picture, however often the window's state is set anew."""

from types import SimpleNamespace

import numpy as np
from fakes import heatmap

from salviewer.api.space import GridMap
from salviewer.api.values import Picture
from salviewer.gui.running import STOPPED
from salviewer.gui.seeing import Seeing
from salviewer.gui.values import Display, Shown

PICTURE = Picture(np.zeros((8, 8, 3), np.uint8), name="dark", sha256="0" * 64)


class _Desk:
    def __init__(self):
        self.asked = []

    def ask(self, *asked, lost, **_):
        self.asked.append((asked[3], lost))


def _looking(desk):
    shown = Shown((), GridMap.identity((8, 8)), PICTURE)
    state = SimpleNamespace(shown=shown, picture=None, model=None, grid=None, display=Display(mode="model"))
    return Seeing(state, desk)


def test_what_is_on_its_way_is_not_asked_for_again():
    desk = _Desk()
    seeing = _looking(desk)
    for _ in range(3):
        seeing.look()
    assert len(desk.asked) == 1


def test_what_was_lost_may_be_asked_for_again():
    desk = _Desk()
    seeing = _looking(desk)
    seeing.look()
    _, lost = desk.asked[0]
    assert lost(None) is False  # nobody has been told
    seeing.look()
    assert len(desk.asked) == 2


def test_an_ended_partial_map_is_said_to_have_ended_once(loaded):
    found = heatmap()
    grid = GridMap.identity(found.values.shape)
    loaded.state.shown = Shown((found,), grid, partial=True)
    loaded.actions.running.tidy()
    assert loaded.state.shown.subtitle == STOPPED
    told = []
    loaded.state.shown_changed.connect(told.append)
    loaded.actions.running.tidy()
    assert not told
