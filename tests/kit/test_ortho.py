from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from salviewer.kit.colours import lut
from salviewer.kit.ortho import OrthoView
from salviewer.kit.volume_scene import VolumeProbe

PLANES = ("axial", "coronal", "sagittal")
AXES = {"L": (0, -1), "R": (0, 1), "P": (1, -1), "A": (1, 1), "I": (2, -1), "S": (2, 1)}
SPACING = (3.0, 4.0, 5.0)
LENGTHS = (20, 18, 16)
LEFT = Qt.MouseButton.LeftButton


def grid(codes, turn=0.0):
    """An affine whose axes point to `codes` about the world's origin, turned about x; and the shape."""
    affine, shape = np.eye(4), [0, 0, 0]
    for k, code in enumerate(codes):
        axis, sign = AXES[code]
        affine[:3, k] = 0
        affine[axis, k] = sign * SPACING[axis]
        shape[k] = LENGTHS[axis]
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    around = np.eye(4)
    around[1:3, 1:3] = [[c, -s], [s, c]]
    affine = around @ affine
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return affine, tuple(shape)


@pytest.fixture
def view(qtbot):
    made = OrthoView()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.point_wished.connect(made.set_point)
    made.show_crosshair(False)
    with qtbot.waitExposed(made):
        made.show()
    QApplication.processEvents()
    return made


def fill(view, codes=("L", "A", "S"), turn=0.0):
    affine, shape = grid(codes, turn)
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    view.set_volume(array, affine, codes)
    return array, affine


def shown(pane) -> QImage:
    return pane.grab().toImage()


def colour(pane, u, v):
    image = shown(pane)
    at = pane.spot(u, v) * image.devicePixelRatio()
    found = image.pixelColor(int(at.x()), int(at.y()))
    return found.red(), found.green(), found.blue()


def brightest(pane) -> tuple[float, float]:
    """Where on the paper the brightest dots are, in the middle of them."""
    image = shown(pane).convertToFormat(QImage.Format.Format_Grayscale8)
    dots = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    width, height = pane.plane.paper_mm
    (left, top), (right, bottom) = [(round(p.x()), round(p.y())) for p in (pane.spot(0, 0), pane.spot(width, height))]
    rows, columns = np.nonzero(dots[top:bottom, left:right] > 200)
    return columns.mean() / (right - left), rows.mean() / (bottom - top)


@pytest.mark.parametrize("radiological", [True, False])
@pytest.mark.parametrize("nose_left", [True, False])
@pytest.mark.parametrize(
    ("codes", "turn"),
    [(("R", "A", "S"), 0), (("L", "P", "S"), 0), (("P", "S", "L"), 0), (("S", "R", "A"), 0), (("L", "A", "S"), 18.0)],
)
def test_what_is_left_front_and_up_is_seen_where_the_letters_say(view, codes, turn, radiological, nose_left):
    affine, shape = grid(codes, turn)
    array = np.zeros(shape, np.float32)
    # A block to the patient's left, in front and above: its sides are known in millimetres.
    index = np.indices(shape).reshape(3, -1)
    mm = affine[:3, :3] @ index + affine[:3, 3:]
    back = np.eye(3)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    back[1:, 1:] = [[c, s], [-s, c]]
    upright = back @ mm
    inside = (upright[0] < -15) & (upright[1] > 15) & (upright[2] > 18)
    array.reshape(-1)[inside] = 1
    view.show_letters(False)
    view.set_volume(array, affine, codes, obliquity=turn)
    view.set_window(0, 1)
    view.set_convention(radiological)
    view.set_nose(nose_left)
    view.set_point(mm[:, inside].mean(axis=1))
    for name, across in (("axial", radiological), ("coronal", radiological), ("sagittal", not nose_left)):
        x, y = brightest(view.panes[name])
        assert (x > 0.6) if across else (x < 0.4), name
        assert y < 0.4, name


@pytest.mark.parametrize("codes", [("R", "A", "S"), ("L", "P", "S"), ("A", "I", "L")])
@pytest.mark.parametrize("turn", [0.0, 15.0])
def test_clicking_a_pixel_wishes_its_place_in_the_world(view, codes, turn):
    _, affine = fill(view, codes, turn)
    before = view.scene.point.copy()
    for name in PLANES:
        pane, wished = view.panes[name], []
        view.set_point(before)
        view.point_wished.connect(wished.append)
        plane, (down, across) = pane.plane, pane.plane.spacing_mm
        at = pane.spot(4.5 * across, 3.5 * down)
        QTest.mouseClick(pane, LEFT, pos=at.toPoint())
        voxel = np.linalg.inv(affine) @ [*wished[-1], 1]
        clicked = plane.voxel(3, 4, plane.index(before))
        assert np.abs(voxel[:3] - clicked).max() <= 0.51, name
        assert tuple(np.floor(voxel[:3] + 0.5).astype(int))[plane.across] == clicked[plane.across]
        view.point_wished.disconnect(wished.append)


def test_what_is_under_the_cursor_is_read_from_the_files_own_numbers(view):
    array, affine = fill(view)
    coarse = np.diag([6.0, 8.0, 10.0, 1.0])
    coarse[:3, 3] = [-27, -32, -35]
    heat = np.arange(1000, dtype=np.float32).reshape(10, 10, 10) / 7
    heat[9, 8, 7] = np.nan
    labels = np.full((10, 10, 10), 12, np.int16)
    view.set_overlay(heat, coarse, table=lut("inferno"), low=0, high=1, opacity=0.0)
    view.set_labels(labels, coarse, {12: (255, 0, 0, 255)}, outlines=True)
    found: list[VolumeProbe | None] = []
    view.probed.connect(found.append)
    pane = view.panes["axial"]
    plane = pane.plane
    down, across = plane.spacing_mm
    QTest.mouseMove(pane, pane.spot(7.5 * across, 6.5 * down).toPoint())
    probe = found[-1]
    voxel = plane.voxel(6, 7, plane.index(view.scene.point))
    assert probe.voxel == voxel
    assert probe.value == array[voxel]
    mm = affine @ [*voxel, 1]
    assert np.allclose(probe.mm, mm[:3])
    near = np.abs(heat * 7 - probe.overlay * 7) < 0.01
    assert np.abs((coarse @ [*np.argwhere(near)[0], 1] - mm)[:3]).max() <= 7.6
    assert probe.label == 12
    assert view.scene.probe((500, 0, 0)) is None
    assert view.scene.probe(affine[:3, :3] @ [0, 17, 15] + affine[:3, 3]).overlay is None
    QTest.mouseMove(pane, QPoint(1, 1))
    assert found[-1] is None


def test_zoom_and_place_are_the_same_in_all_slices(view):
    fill(view)
    axial, coronal, sagittal = (view.panes[name] for name in PLANES)
    scales = {pane.view()[0] for pane in (axial, coronal, sagittal)}
    assert len(scales) == 1
    about = (20.0, 15.0)
    spot = axial.spot(*about)
    wheel(axial, spot, 120, Qt.KeyboardModifier.ControlModifier)
    assert axial.view()[0] == pytest.approx(1.25 * scales.pop())
    assert (axial.spot(*about) - spot).manhattanLength() < 1e-6
    assert coronal.view()[0] == sagittal.view()[0] == axial.view()[0]
    middles = [pane.world(*pane.view()[1]) for pane in (axial, coronal, sagittal)]
    assert middles[0][0] == pytest.approx(middles[1][0])
    assert middles[0][1] == pytest.approx(middles[2][1])
    assert middles[1][2] == pytest.approx(middles[2][2])
    QTest.keyClick(coronal, Qt.Key.Key_Home)
    assert view.link.zoom == 1
    assert view.link.centre is None


def wheel(pane, at, delta, modifiers=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(
        QPointF(at), QPointF(pane.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane, event)


def test_wheel_and_page_keys_step_through_slices_upwards(view):
    fill(view, ("L", "P", "I"))
    start = view.scene.point.copy()
    axial = view.panes["axial"]
    wheel(axial, axial.spot(1, 1), 60)
    assert np.allclose(view.scene.point, start)  # half a notch
    wheel(axial, axial.spot(1, 1), 60)
    assert np.allclose(view.scene.point - start, (0, 0, 5))
    QTest.keyClick(axial, Qt.Key.Key_PageDown)
    assert np.allclose(view.scene.point, start)
    QTest.keyClick(view.panes["sagittal"], Qt.Key.Key_PageUp)
    assert np.allclose(view.scene.point - start, (3, 0, 0))
    for _ in range(40):
        QTest.keyClick(axial, Qt.Key.Key_PageUp)
    assert view.scene.point[2] == pytest.approx(37.5)  # the uppermost slice's centre


@pytest.mark.parametrize("radiological", [True, False])
def test_arrow_keys_move_a_voxel_as_it_is_seen(view, radiological):
    fill(view)
    view.set_convention(radiological)
    start = view.scene.point.copy()
    QTest.keyClick(view.panes["axial"], Qt.Key.Key_Right)
    assert np.allclose(view.scene.point - start, (-3 if radiological else 3, 0, 0))
    QTest.keyClick(view.panes["axial"], Qt.Key.Key_Up)
    assert view.scene.point[1] - start[1] == pytest.approx(4)
    QTest.keyClick(view.panes["coronal"], Qt.Key.Key_Down)
    assert view.scene.point[2] - start[2] == pytest.approx(-5)


def test_plus_and_minus_zoom_about_the_crosshair(view):
    fill(view)
    pane = view.panes["coronal"]
    view.set_point((9, 2, 5))
    at = pane.spot(*pane.plane.paper((9, 2, 5)))
    QTest.keyClick(pane, Qt.Key.Key_Plus)
    assert view.link.zoom == pytest.approx(1.25)
    assert (pane.spot(*pane.plane.paper((9, 2, 5))) - at).manhattanLength() < 1e-6
    QTest.keyClick(pane, Qt.Key.Key_Minus)
    assert view.link.zoom == pytest.approx(1)


def test_middle_or_shift_drag_pans_and_right_drag_sets_the_window(view, qtbot):
    fill(view)
    pane, wished, dragged = view.panes["axial"], [], []
    view.point_wished.connect(wished.append)
    view.window_dragged.connect(lambda right, down: dragged.append((right, down)))
    start = QPoint(100, 100)
    for button, modifier in ((Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
                             (LEFT, Qt.KeyboardModifier.ShiftModifier)):  # fmt: skip
        before = pane.spot(10, 10)
        QTest.mousePress(pane, button, modifier, start)
        drag(pane, start + QPoint(12, -7), button, modifier)
        QTest.mouseRelease(pane, button, modifier, start + QPoint(12, -7))
        assert (pane.spot(10, 10) - before - QPointF(12, -7)).manhattanLength() < 1e-6
    right = Qt.MouseButton.RightButton
    QTest.mousePress(pane, right, pos=start)
    drag(pane, start + QPoint(5, 9), right, Qt.KeyboardModifier.NoModifier)
    QTest.mouseRelease(pane, right, pos=start)
    assert dragged == [(5.0, 9.0)]
    assert not wished
    with qtbot.waitSignal(view.window_reset):
        QTest.mouseDClick(pane, right, pos=start)


def drag(pane, to, button, modifier):
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(to), QPointF(pane.mapToGlobal(to)), button, button, modifier)
    QApplication.sendEvent(pane, event)


def test_a_double_click_brings_its_place_into_the_middle(view):
    fill(view)
    pane = view.panes["axial"]
    at = pane.spot(12, 15).toPoint()
    aimed = pane.paper(QPointF(at))
    QTest.mouseDClick(pane, LEFT, pos=at)
    assert pane.view()[1] == pytest.approx(aimed)
    view.fit()
    assert view.link.centre is None


def test_nan_and_what_lies_outside_the_map_leave_the_anatomy_in_sight(view):
    affine, shape = grid(("R", "A", "S"))
    view.set_volume(np.full(shape, 100, np.uint8), affine, ("R", "A", "S"))
    view.set_window(0, 200)
    heat = np.full(shape, np.nan, np.float32)
    heat[: shape[0] // 2] = 1.0  # the patient's left
    view.set_convention(True)
    view.set_overlay(heat, affine, low=0, high=1, table=np.tile(np.uint8([[255, 0, 0]]), (256, 1)))
    pane = view.panes["axial"]
    width, height = pane.plane.paper_mm
    assert colour(pane, 0.8 * width, 0.3 * height) == (255, 0, 0)
    assert colour(pane, 0.2 * width, 0.3 * height) == (128, 128, 128)
    view.set_overlay(None)
    assert colour(pane, 0.8 * width, 0.3 * height) == (128, 128, 128)


def test_labels_keep_their_own_colours_filled_or_outlined(view):
    affine, shape = grid(("R", "A", "S"))
    view.set_volume(np.zeros(shape, np.int16), affine, ("R", "A", "S"))
    view.set_window(0, 1)
    labels = np.zeros(shape, np.int32)
    labels[4:10, 4:12, :] = 70000
    labels[10:16, 4:12, :] = 3
    labels[:2] = 9  # has no colour
    colours = {70000: (0, 255, 0, 255), 3: (0, 0, 255, 255)}
    view.show_letters(False)
    view.set_convention(False)
    view.set_labels(labels, affine, colours, outlines=False)
    pane = view.panes["axial"]
    plane = pane.plane
    assert colour(pane, *plane.paper(affine[:3, :3] @ [6, 8, 8] + affine[:3, 3])) == (0, 255, 0)
    assert colour(pane, *plane.paper(affine[:3, :3] @ [13, 8, 8] + affine[:3, 3])) == (0, 0, 255)
    assert colour(pane, *plane.paper(affine[:3, :3] @ [1, 8, 8] + affine[:3, 3])) == (0, 0, 0)
    view.set_labels(labels, affine, colours, outlines=True)
    assert colour(pane, *plane.paper(affine[:3, :3] @ [6, 8, 8] + affine[:3, 3])) == (0, 0, 0)
    edge = plane.paper(affine[:3, :3] @ [3.5, 8, 8] + affine[:3, 3])
    assert max(colour(pane, edge[0] + d, edge[1])[1] for d in (-0.2, 0, 0.2)) > 120


def test_the_projection_shows_the_strongest_place_and_a_click_goes_there(view, qtbot):
    affine, shape = grid(("L", "A", "S"))
    view.set_volume(np.zeros(shape, np.float32), affine, ("L", "A", "S"))
    heat = np.zeros(shape, np.float32)
    heat[5, 12, 11] = -3.0
    heat[5, 12, 2] = 2.0
    view.set_overlay(heat, affine, low=-3, high=3, table=lut("RdBu"), signed=True)
    wished, pane = [], view.projection
    view.point_wished.connect(wished.append)
    for k, name in enumerate(PLANES):
        view.along.setCurrentIndex(k)
        qtbot.waitUntil(lambda: pane.world(1, 1) is not None)
        assert pane.plane.name == name
        target = affine[:3, :3] @ [5, 12, 11] + affine[:3, 3]
        QTest.mouseClick(pane, LEFT, pos=pane.spot(*pane.plane.paper(target)).toPoint())
        assert np.allclose(wished[-1], target), name


def test_a_map_without_any_number_has_no_maximum_and_nothing_to_go_to(view, qtbot):
    affine, shape = grid(("L", "A", "S"))
    view.set_volume(np.zeros(shape, np.float32), affine, ("L", "A", "S"))
    view.set_overlay(np.full(shape, np.nan, np.float32), affine, table=lut("inferno"))
    wished = []
    view.point_wished.connect(wished.append)
    view.grab()
    QApplication.processEvents()
    QTest.mouseClick(view.projection, LEFT, pos=view.projection.rect().center())
    assert not wished


@pytest.mark.parametrize("shape", [(1, 30, 20), (30, 1, 20), (30, 20, 1), (4096, 3, 2), (1, 1, 4096), (1, 1, 1)])
@pytest.mark.parametrize("kind", [np.float32, np.int16, np.uint8])
def test_thin_and_long_volumes(view, shape, kind):
    array = np.ones(shape, kind)
    affine = np.diag([1.0, 2.0, 1.0, 1.0])
    view.set_volume(array, affine, ("R", "A", "S"))
    view.set_overlay(np.ones(shape, np.float32), affine, table=lut("inferno"), smooth=True)
    view.set_labels(np.ones(shape, np.int32), affine, {1: (255, 0, 0, 255)}, outlines=True)
    for name in PLANES:
        for key in (Qt.Key.Key_PageUp, Qt.Key.Key_Right, Qt.Key.Key_Plus):
            QTest.keyClick(view.panes[name], key)
        image = view.render(name, view.scene.point, scale=1)
        assert not image.isNull()
        assert max(image.width(), image.height()) < 9000
    view.grab()


def test_nothing_open_is_an_empty_view_that_wishes_nothing(view):
    wished = []
    view.point_wished.connect(wished.append)
    for surface in (*view.panes.values(), view.projection):
        QTest.mouseClick(surface, LEFT)
        wheel(surface, QPointF(20, 20), 120, Qt.KeyboardModifier.ControlModifier)
        for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_Plus, Qt.Key.Key_Home):
            QTest.keyClick(surface, key)
    assert not wished
    assert view.render("axial", (0, 0, 0), scale=1).isNull()
    fill(view)
    view.set_volume(None)
    view.grab()


def test_an_unknown_orientation_shows_no_letters_but_says_so(view):
    array = np.zeros((9, 8, 7), np.float32)
    view.set_volume(array, np.eye(4), None, obliquity=20)
    pane = view.panes["axial"]
    assert pane.plane.letters is None
    assert pane.notes() == ["orientation unknown"]
    texts = [view._cells["axial"].title.name.text(), view._cells["axial"].title.tag.text()]
    assert texts == ["Along axis 3", ""]


def test_the_titles_say_plane_position_and_obliquity(view):
    fill(view, turn=12.34)
    view.set_volume(np.zeros((20, 18, 16), np.int16), grid(("L", "A", "S"))[0], ("L", "A", "S"), obliquity=12.34)
    view.set_point((-12.0, 4.0, 7.5))
    titles = {name: view._cells[name].title for name in PLANES}
    assert titles["axial"].position.text() == "z 7.5 mm · slice 9"
    assert titles["sagittal"].position.text() == "x \N{MINUS SIGN}12.0 mm · slice 14"
    assert titles["coronal"].tag.text() == "oblique 12.3°"
    view.set_convention(False)
    assert view.panes["coronal"].notes() == ["neurological"]
    assert view.panes["coronal"].accessibleName() == "Coronal slice"


@pytest.mark.parametrize("layout", ["four", "row", "axial", "coronal", "sagittal"])
def test_layouts_show_every_slice_and_the_chosen_one_largest(view, layout):
    fill(view)
    view.set_layout(layout)
    QApplication.processEvents()
    areas = {name: pane.width() * pane.height() for name, pane in view.panes.items()}
    assert all(pane.isVisible() for pane in view.panes.values())
    assert view.projection.isVisible() == (layout == "four")
    if layout in areas:
        assert areas[layout] > 2 * max(a for name, a in areas.items() if name != layout)
    else:
        assert max(areas.values()) < 1.05 * min(areas.values())


def test_a_double_click_on_a_title_enlarges_its_slice_and_again_takes_it_back(view, qtbot):
    fill(view)
    view.set_layout("row")
    title = view._cells["coronal"].title
    told = []
    view.layout_changed.connect(told.append)
    QTest.mouseDClick(title, LEFT)
    QTest.mouseClick(title.button, LEFT)
    assert told == ["coronal", "row"]
    with pytest.raises(ValueError, match="'five'"):
        view.set_layout("five")


def test_a_picture_to_keep_shows_left_as_left(view):
    affine, shape = grid(("R", "P", "S"))
    array = np.zeros(shape, np.float32)
    array[:4] = 1  # the patient's left
    view.set_volume(array, affine, ("R", "P", "S"))
    view.set_window(0, 1)
    view.show_crosshair(True)
    for radiological in (True, False):
        view.set_convention(radiological)
        image = view.render("coronal", (20, 0, 0), scale=8)
        y = image.height() // 3
        grays = [image.pixelColor(x, y).lightness() for x in range(image.width())]
        bright = np.mean([x for x, gray in enumerate(grays) if gray > 200]) / image.width()
        assert (bright > 0.6) if radiological else (bright < 0.4)


@pytest.mark.parametrize("order", ["C", "F"])
def test_volumes_mapped_from_a_file_are_read_slice_by_slice(view, tmp_path, order):
    made = np.memmap(tmp_path / "v.bin", np.int16, "w+", shape=(20, 18, 16), order=order)
    made[:] = np.arange(20 * 18 * 16).reshape(20, 18, 16)
    made.flush()
    array = np.memmap(tmp_path / "v.bin", np.int16, "r", shape=(20, 18, 16), order=order)
    affine, _ = grid(("L", "A", "S"))
    view.set_volume(array, affine, ("L", "A", "S"))
    assert view.scene.anatomy.array is array
    assert view.scene.probe(affine[:3, :3] @ [3, 4, 5] + affine[:3, 3]).value == array[3, 4, 5]
    view.grab()
    view.set_volume(None)


def test_inverted_values_are_shown_dark_where_they_are_large(view):
    affine, shape = grid(("R", "A", "S"))
    view.set_volume(np.full(shape, 9, np.uint8), affine, ("R", "A", "S"), inverted=True)
    view.set_window(0, 10)
    assert colour(view.panes["axial"], 5, 5)[0] < 40
