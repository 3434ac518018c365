from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from salviewer.kit.slice_strip import SliceStrip
from salviewer.kit.volume_scene import Anatomy, VolumeScene

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def strip(qtbot):
    scene = VolumeScene()
    made = SliceStrip(scene)
    qtbot.addWidget(made)
    made.point_wished.connect(scene.set_point)
    made.resize(600, 104)
    with qtbot.waitExposed(made):
        made.show()
    return made, scene


def ramp(scene, codes=("R", "A", "S")):
    """40 axial slices, each as bright as it is high."""
    array = np.broadcast_to(np.arange(40, dtype=np.float32), (30, 30, 40)).copy()
    affine = np.diag([1.0, 1.0, 2.0 if codes[2] == "S" else -2.0, 1.0])
    affine[2, 3] = -30
    scene.set_volume(Anatomy(array, affine, codes, inverted=False, obliquity=0.0))
    scene.set_window(0, 40)


@pytest.mark.parametrize("codes", [("R", "A", "S"), ("R", "A", "I")])
def test_slices_are_evenly_spaced_and_rise_from_left_to_right(strip, codes):
    made, scene = strip
    ramp(scene, codes)
    shown = made.indices()
    assert len(shown) == 5  # as many square tiles as fit
    assert shown == ([4, 12, 20, 28, 36] if codes[2] == "S" else [36, 28, 20, 12, 4])


def test_the_slice_nearest_to_the_point_is_the_marked_one_and_a_click_goes_to_another(strip):
    made, scene = strip
    ramp(scene)
    scene.set_point((3.0, 4.0, -30 + 2 * 13))
    assert made.current() == 1
    QTest.mouseClick(made, LEFT, pos=made._places()[3].center().toPoint())
    assert np.allclose(scene.point, (3, 4, -30 + 2 * 28))
    assert made.current() == 3
    QTest.keyClick(made, Qt.Key.Key_Left)
    assert made.current() == 2
    QTest.keyClick(made, Qt.Key.Key_End)
    QTest.keyClick(made, Qt.Key.Key_Right)
    assert made.current() == 4
    QTest.keyClick(made, Qt.Key.Key_Home)
    assert made.current() == 0


def test_every_tile_shows_its_slice(strip):
    made, scene = strip
    ramp(scene)
    for _ in range(20):
        made.grab()
        QApplication.processEvents()
    image = made.grab().toImage()
    for place, index in zip(made._places(), made.indices(), strict=True):
        gray = image.pixelColor(int(place.center().x()), int(place.top() + 20)).red()
        assert gray == pytest.approx(255 * index / 40, abs=2)
    scene.set_window(0, 400)
    for _ in range(20):
        made.grab()
        QApplication.processEvents()
    place = made._places()[4]
    gray = made.grab().toImage().pixelColor(int(place.center().x()), int(place.top() + 20)).red()
    assert gray == pytest.approx(255 * 36 / 400, abs=2)


@pytest.mark.parametrize("shape", [(1, 1, 1), (4096, 2, 3), (3, 4, 1)])
@pytest.mark.parametrize("name", ["axial", "coronal", "sagittal"])
def test_thin_and_long_volumes_have_a_strip(strip, shape, name):
    made, scene = strip
    made.set_plane(name)
    assert made.current() is None
    made.grab()
    scene.set_volume(Anatomy(np.zeros(shape, np.int16), np.eye(4), None, inverted=False, obliquity=0.0))
    made.grab()
    QTest.mouseClick(made, LEFT)
    assert 1 <= len(made.indices()) <= 20
