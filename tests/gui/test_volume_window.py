"""A volume in the window: slices in the heatmap's place, conventions, raw values, exports, and what is for pictures."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import atlas, volume

from salviewer.api import AtlasRef, Explanation, GridMap, Heatmap, ModelRef
from salviewer.gui.commands import COMMANDS
from salviewer.gui.commands.command import FLAT
from salviewer.gui.comparison_wiring import VOLUMES
from salviewer.gui.export_figure import words_of
from salviewer.gui.export_values import Wanted
from salviewer.gui.gazing import Gaze
from salviewer.gui.running import shown_from
from salviewer.gui.volumes.atlas_values import OpenAtlas
from salviewer.gui.volumes.figure import AT_PEAK, AT_PLACE, FILLED, volume_figure
from salviewer.gui.volumes.laying import peak, place
from salviewer.gui.volumes.view import FRAME
from salviewer.kit.colours import lut
from salviewer.kit.printed_bar import Bar
from salviewer.kit.slice_pane import UNSEEN

LEFT_ANTERIOR_TOP = (2, 20, 15)
"""A voxel of the fake volume (axes L A S): at the patient's right, in front, on top."""


def grid_of(source):
    """The model sees (D, H, W) = (9, 12, 10) cells of two voxels each, axes z, y, x of the stored volume."""
    matrix = np.zeros((4, 4))
    for model_axis, axis in enumerate((2, 1, 0)):
        matrix[axis, model_axis], matrix[axis, 3] = 2.0, 0.5
    matrix[3, 3] = 1
    affine = tuple(tuple(float(v) for v in row) for row in source.affine)
    return GridMap(source.shape, (9, 12, 10), tuple(map(tuple, matrix.tolist())), (), affine, "LAS")


def answer(source, peak=(7, 10, 1)):
    """0 everywhere but 2.5 in the model's cell `peak` (z, y, x)."""
    values = np.zeros((9, 12, 10), np.float32)
    values[peak] = 2.5
    about = {
        "method": "light", "title": "Light", "target": {"label": "tabby", "index": 0, "output": "probability"},
        "model": {"architecture": "net"}, "input": {"name": source.name, "sha256": source.sha256},
    }  # fmt: skip
    maps = (Heatmap("Light", values, unit="probability"), Heatmap("Other", values - 1, signed=True))
    return Explanation(maps, (), "", grid_of(source), about)


@pytest.fixture
def opened(session, qtbot):
    """A session with a volume open."""
    session.actions.opening.open_picture("t1.nii")
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.busy)
    return session


@pytest.fixture
def explained(opened):
    """A session with a volume and a map of it on the screen."""
    opened.state.shown = shown_from(answer(opened.state.picture.picture), opened.state.picture)
    return opened


def test_nothing_of_volumes_is_loaded_before_the_first(session):
    assert "volumes" not in session.window.__dict__
    assert "looking" not in session.actions.__dict__


def test_the_slices_take_the_heatmaps_place_and_give_it_back(opened, qtbot):
    window, state = opened.window, opened.state
    assert state.picture.is_volume
    assert window.centre.currentWidget() is window.volumes.view
    assert window.volumes.view.slices.scene.anatomy.array is state.picture.picture.array
    opened.actions.opening.open_picture("cat.png")
    qtbot.waitUntil(lambda: not state.picture.is_volume and not state.busy)
    assert window.centre.currentWidget() is window.heatmap


def test_the_card_says_voxels_and_millimetres(opened):
    assert opened.window.picture._facts.text().replace("\N{NO-BREAK SPACE}", " ") == "20 × 24 × 18 · 1 × 1 × 2 mm"


def test_the_convention_is_asked_once_and_kept(opened, qtbot):
    actions, window = opened.actions, opened.window
    asked = [m for m in opened.state.messages if m.topic == "convention"]
    assert [a.text for a in asked[0].answers] == ["Radiological", "Neurological"]
    assert window.volumes.view.said.text().startswith("radiological: the patient's right is on the left")
    actions.answer(asked[0], asked[0].answers[1])
    assert actions.settings.preferences.convention == "neurological"
    assert window.volumes.view.said.text().startswith("neurological: the patient's left is on the left")
    assert not window.volumes.view.slices.scene.convention.radiological
    actions.opening.open_picture("t2.nii")
    qtbot.waitUntil(lambda: opened.state.picture.picture.name == "t2.nii" and not opened.state.busy)
    assert not [m for m in opened.state.messages if m.topic == "convention"]


def test_the_nose_is_a_switch_of_its_own(opened):
    opened.window.commands["volume.nose"].trigger()
    convention = opened.window.volumes.view.slices.scene.convention
    assert (convention.radiological, convention.nose_left) == (True, False)


def test_a_volume_without_orientation_says_so_and_shows_no_letters(session, qtbot):
    from salviewer.api import InputRef
    from salviewer.gui.values import OpenPicture

    lost = volume("lost.nii", axcodes=None)
    session.actions.opening.picture_opened(OpenPicture(InputRef(source="lost.nii"), lost))
    view = session.window.volumes.view
    assert view.said.text().startswith("orientation unknown")
    assert not view.slices.scene.orientation_known
    assert not view.tools.conventions.isEnabled()
    assert "mm" not in session.window.status.place.text()


def test_the_map_lies_on_the_models_grid_where_the_model_saw_it(explained):
    view = explained.window.volumes.view
    overlay = view.slices.scene.overlay
    assert sorted(overlay.values.shape) == [9, 10, 12]
    assert np.linalg.det(overlay.affine[:3, :3]) > 0
    assert "different grids" in view.banner.text()
    explained.actions.looking.go_to_peak()
    # the cell covers the voxels x 2..3, y 20..21, z 14..15: its middle is voxel (2.5, 20.5, 14.5)
    wanted = explained.state.picture.picture.affine @ [2.5, 20.5, 14.5, 1]
    assert np.allclose(explained.actions.looking.place.point, wanted[:3])


def test_the_status_bar_has_the_place_and_the_raw_values(explained):
    source, window = explained.state.picture.picture, explained.window
    at = source.affine @ [*LEFT_ANTERIOR_TOP, 1]
    explained.actions.looking.go_to(at[:3])
    assert window.status.place.text() == "voxel 2, 20, 15 · 7.0, 8.0, 12.0 mm (R A S)"
    assert window.status.value.text() == "map 2.5 probability · volume 1718"
    explained.actions.looking.change(smooth=True)
    window.volumes._probed(None)
    assert window.status.value.text().startswith("map 2.5")
    assert "smoothed" in window.volumes.view.sentence.text()


def test_the_window_is_by_percentiles_and_can_be_dragged_and_undone(opened):
    scene, actions = opened.window.volumes.view.slices.scene, opened.actions
    array = opened.state.picture.picture.array
    assert np.allclose(scene.window, np.percentile(array, (0.1, 99.9)))
    actions.looking.drag_window(250, 0)
    low, high = np.percentile(array, (0.1, 99.9))
    assert np.isclose(scene.window[1] - scene.window[0], np.e * (high - low), rtol=1e-4)
    actions.undoing.undo()
    assert np.allclose(scene.window, (low, high))
    actions.looking.change(window="full")
    assert scene.window == (float(array.min()), float(array.max()))


def test_windows_of_ct_are_offered_for_ct_only(opened, qtbot):
    from salviewer.gui.volumes.windows import offered, window_of

    head = volume("ct.nii")
    ct = replace(head, array=head.array - 1000)
    assert "ct-brain" not in offered(head)
    assert window_of(ct, replace(opened.state.display, window="ct-brain")) == (0.0, 80.0)


def test_a_map_whose_volume_is_gone_is_shown_alone(session):
    session.state.shown = shown_from(answer(volume()), None)
    view = session.window.volumes.view
    assert "shown alone" in view.banner.text()
    assert view.slices.scene.overlay.opacity == 1.0


def test_every_command_works_or_says_why_not(explained, qtbot):
    """None of them ends in a traceback, with a volume and a map on the screen."""
    state, window = explained.state, explained.window
    explained.actions.opening.open_model(ModelRef(architecture="net"))
    qtbot.waitUntil(lambda: state.model is not None and not state.busy)
    opened_volume = state.picture
    for command in COMMANDS:
        if state.picture is not opened_volume:
            explained.actions.opening.take_picture(opened_volume)
        state.shown = shown_from(answer(opened_volume.picture), opened_volume)
        if (
            command.id in ("quit", "sample.open", "brain.open", "fundus.open")
            or not window.commands[command.id].isEnabled()
        ):
            assert command.why_not(window).endswith(".")
            continue
        window.commands[command.id].trigger()
        qtbot.waitUntil(lambda: all(r.spec is not None for r in state.busy))
        for window_of_its_own in (window.settings.dialog, window.settings.palette):
            if window_of_its_own is not None:
                window_of_its_own.close()
    wrong = [m.text for m in state.messages if "inside SalViewer" in m.text]
    assert not wrong
    window.evaluation.close()
    window.study.close()


def test_what_is_for_pictures_only_says_so(explained):
    entries = {entry.id: entry for entry in explained.window.settings.entries()}
    for name in ("compare.shown", "region.ellipse", "mode.masked", "truth.box"):
        assert not entries[name].can
        assert entries[name].why == FLAT
    for name in ("mode.heatmap", "view.smooth", "volume.nifti", "export.npy", "export.png", "view.fit"):
        assert entries[name].can, name


def test_exports(explained, tmp_path, qtbot):
    import nibabel

    exporting, dialogs = explained.window.volumes.exporting, explained.dialogs
    dialogs.path = tmp_path / "map.nii.gz"
    exporting.save_nifti()
    qtbot.waitUntil(lambda: (tmp_path / "map.json").exists() and dialogs.path.exists() and not explained.state.busy)
    image = nibabel.load(dialogs.path)
    assert image.shape == (20, 24, 18)
    assert np.allclose(image.affine, explained.state.picture.picture.affine)
    values = np.asarray(image.dataobj)
    assert np.unravel_index(np.nanargmax(values), values.shape) in [(x, y, z) for x in (2, 3) for y in (20, 21)
                                                                    for z in (14, 15)]  # fmt: skip
    dialogs.path = tmp_path / "slices.png"
    exporting.save_slices()
    qtbot.waitUntil(lambda: dialogs.path.exists() and not explained.state.busy)
    assert dialogs.path.read_bytes().startswith(b"\x89PNG")
    assert dialogs.asked[-1] == ("save", "light-tabby-slices.png")


def test_steps_through_layouts_and_maps(explained):
    view = explained.window.volumes.view
    explained.window.commands["volume.coronal"].trigger()
    assert explained.state.display.layout == "coronal"
    view.slices.set_layout("axial")  # as a click on the slice's own button does
    assert explained.state.display.layout == "axial"
    explained.actions.displaying.step_map(1)
    assert view.slices.scene.overlay.look.signed


def part_of(source):
    """What a model sees that is fed the lower half of `source` only, voxel by voxel."""
    x, y, z = source.shape
    matrix = ((0.0, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    affine = tuple(tuple(float(v) for v in row) for row in source.affine)
    return GridMap(source.shape, (z // 2, y, x), matrix, (), affine, "LAS")


def test_what_the_model_sees_is_outlined_where_that_is_not_everything(opened):
    view, state, source = opened.window.volumes.view, opened.state, opened.state.picture.picture
    scene, plane = view.slices.scene, view.slices.scene.planes["coronal"]
    state.grid = grid_of(source)
    assert scene.frame is None  # all of it
    state.grid = part_of(source)
    outline = scene.frame.outline(plane, 12)
    assert outline.min(axis=0) == pytest.approx([0, 18])  # the lower half: 9 voxels of 2 mm, from the middle down
    assert outline.max(axis=0) == pytest.approx([20, 36])
    assert FRAME in view.said.text()
    opened.actions.looking.go_to((0.0, 0.0, 16.0))
    assert view.slices.panes["axial"].notes()[0] == UNSEEN
    opened.window.commands["view.frame"].trigger()
    assert scene.frame is None
    assert FRAME not in view.said.text()


def test_the_slices_take_the_colour_bars_place_until_there_is_a_map(opened):
    view = opened.window.volumes.view
    assert view.bar.isHidden()
    opened.state.shown = shown_from(answer(opened.state.picture.picture), opened.state.picture)
    assert not view.bar.isHidden()


def test_the_atlas_that_a_collection_brought_goes_with_it(opened, qtbot):
    atlases, state = opened.actions.atlases, opened.state
    atlases.state.atlas = OpenAtlas(AtlasRef(source="collection:brains"), atlas())
    opened.actions.opening.open_picture("t2.nii")
    qtbot.waitUntil(lambda: state.picture.picture.name == "t2.nii" and not state.busy)
    assert atlases.state.atlas is None
    atlases.state.atlas = OpenAtlas(AtlasRef(source="mine.nii"), atlas())
    opened.actions.opening.open_picture("t1.nii")
    qtbot.waitUntil(lambda: state.picture.picture.name == "t1.nii" and not state.busy)
    assert atlases.state.atlas is not None


@pytest.mark.parametrize(("what", "form", "begins"), [
    ("figure", "png", b"\x89PNG"), ("figure", "svg", b"<?xml"), ("figure", "pdf", b"%PDF"), ("view", "png", b"\x89PNG"),
    ("report", "report-pdf", b"%PDF"), ("report", "html", b"<!DOCTYPE html>"),
])  # fmt: skip
def test_figures_and_reports_of_volumes(explained, tmp_path, qtbot, what, form, begins):
    wanted = Wanted(what, form, every_map=True)
    explained.dialogs.path = tmp_path / f"out{wanted.kind.ending}"
    assert explained.actions.exporting.export(wanted)
    qtbot.waitUntil(lambda: explained.dialogs.path.exists() and not explained.state.busy)
    data = explained.dialogs.path.read_bytes()
    assert data.startswith(begins)
    assert not [m.text for m in explained.state.messages if m.level != "question"]
    if form == "svg":
        assert b"through the map" in data
    assert b"t1.nii" not in data


def test_a_volumes_figure_goes_through_the_maximum_and_says_how_it_is_read(explained):
    shown, display = explained.state.shown, explained.state.display
    wanted = Wanted(every_map=True)
    words = words_of(shown, display, wanted, "", "")
    assert words.lines["map"].startswith("Map of 10 × 12 × 9 values")
    figure = volume_figure(shown, display, wanted, words, "", Gaze())
    assert [plate.caption for plate in figure.plates] == ["Light", "Other"]
    assert all(plate.bar is not None for plate in figure.plates)
    assert figure.below[0].startswith(AT_PEAK)
    placed = place(shown.top.values, shown.grid)
    assert peak(placed, signed=False) == pytest.approx((6.5, 8.5, 11.0))  # (z, y, x) = (7, 10, 1), two voxels a cell
    once = volume_figure(shown, display, Wanted(), words, "", Gaze(point=(0.0, 0.0, 0.0), planes=("axial",)))
    assert once.plates[0].size[0] < figure.plates[0].size[0] / 2  # one slice, not three
    assert once.below[0].startswith(AT_PLACE)
    bar = Bar(0.0, 0.5, lut("inferno"), "impact")
    filled = volume_figure(shown, display, wanted, words, "", Gaze(bar=bar))
    assert all(plate.bar is bar for plate in filled.plates)  # the regions' colours, not the map's
    assert FILLED in filled.below[0]


def test_a_saved_explanation_finds_its_own_volume_again(session, tmp_path, qtbot):
    state, actions = session.state, session.actions
    (tmp_path / "t1.nii").touch()
    actions.opening.open_picture(str(tmp_path / "t1.nii"))
    qtbot.waitUntil(lambda: state.picture is not None and not state.busy)
    source = state.picture.picture
    path = answer(source).save(tmp_path / "e.safetensors")
    actions.opening.open_picture("cat.png")
    qtbot.waitUntil(lambda: not state.picture.is_volume and not state.busy)
    qtbot.waitUntil(lambda: source.sha256 in [item.sha256 for item in state.inputs])
    actions.open_files([path])
    qtbot.waitUntil(lambda: state.shown is not None and not state.busy)
    assert state.picture.picture.sha256 == state.shown.picture.sha256 == source.sha256
    actions.looking.go_to_peak()
    assert actions.looking.place.point == pytest.approx((6.5, 8.5, 11.0))
    assert session.window.volumes.view.slices.scene.probe((6.5, 8.5, 11.0)).overlay == 2.5


def test_the_compare_panel_says_why_a_volumes_maps_are_not_in_it(explained, qtbot):
    empty = explained.window.show_panel("compare").view.empty
    assert empty.why.text() == VOLUMES
    explained.actions.opening.open_picture("cat.png")
    qtbot.waitUntil(lambda: not explained.state.picture.is_volume and not explained.state.busy)
    assert empty.why.isHidden()


def test_lengths_on_a_models_grid_are_voxels(opened):
    method = opened.window.method
    opened.state.grid = grid_of(opened.state.picture.picture)
    assert "9 voxels" in method.form.editors["light"]._pixels.toolTip()
