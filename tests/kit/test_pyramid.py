"""Canvases over one picture share its smaller sizes, and draw once what several of them show."""

from __future__ import annotations

import gc

import numpy as np

from salviewer.kit.canvas import Canvas
from salviewer.kit.pyramid import LEAST_SIDE, SMALL, _known, pyramid_of


def pixels(side=600):
    return np.random.default_rng(1).integers(0, 255, (side, side, 3), np.uint8)


def test_one_array_has_one_pyramid_as_long_as_somebody_holds_it():
    picture = pixels()
    first = pyramid_of(picture)
    assert pyramid_of(picture) is first
    assert pyramid_of(picture.copy()) is not first
    assert [level.side for level in first.levels] == [1, 2, 4]
    assert max(first.levels[-1].pixels.shape) <= LEAST_SIDE
    del first
    gc.collect()
    assert id(picture) not in _known


def test_a_large_picture_grows_its_sizes_and_tells(qtbot):
    picture = pixels(int(SMALL**0.5) + 200)
    made = pyramid_of(picture)
    assert not made.complete
    with qtbot.waitSignal(made.grown):
        pass
    qtbot.waitUntil(lambda: made.complete)
    half = made.levels[1].pixels.view(np.uint8).reshape(*made.levels[1].pixels.shape, 4)
    block = picture[:2, :2, 0].mean()
    assert abs(int(half[0, 0, 2]) - block) <= 1


def test_the_same_view_of_the_same_picture_is_drawn_once(qtbot):
    picture, canvases = pixels(), (Canvas(), Canvas())
    for canvas in canvases:
        qtbot.addWidget(canvas)
        canvas.resize(200, 200)
        canvas.set_picture(picture)
        canvas.show()
    shots = [canvas.grab().toImage() for canvas in canvases]
    assert shots[0] == shots[1]
    drawn = pyramid_of(picture).drawn
    assert all(canvas._picture._drawn is drawn for canvas in canvases)
    canvases[1].zoom(2)
    canvases[1].grab()
    assert pyramid_of(picture).drawn is not drawn
    assert canvases[0].grab().toImage() == shots[0]
