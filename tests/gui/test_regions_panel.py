"""Regions: ranks and colours, the filter, a click that goes there, CSV; the atlas over the volume, and its question."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from fakes import atlas, explanation, volume

from salviewer.api import Explanation, Heatmap
from salviewer.api.jobspec import AtlasRef
from salviewer.api.regions import RegionTable
from salviewer.data.colour import lut
from salviewer.errors import NeedsChoice
from salviewer.gui.gazing import gaze_of
from salviewer.gui.running import shown_from
from salviewer.gui.volumes.region_rows import as_csv, filtered, impact_colours, ordered, rank_colours, rows_of
from salviewer.gui.volumes.sheet import sheet_of

NAN = float("nan")


def table(impact=(0.2, 0.9), low=(2.0, 1.0), high=(2.0, 1.0)):
    """Two regions of the fake atlas: the right half has the greater impact."""
    n = len(impact)
    numbers = [np.asarray(v, np.float32) for v in (impact, low, high)]
    return RegionTable(
        "Regions", np.arange(1, n + 1, dtype=np.int32), np.array([[-3, 1, 2], [4, 1, 2]][:n], np.float32),
        np.full(n, 1500, np.float32), *numbers, np.array([[0.5] * n, [0.4] * n], np.float32),
        ("Left half", "Right half")[:n], ("left", "right")[:n], ("light", "shadow"), "probability squared",
    )  # fmt: skip


@pytest.fixture
def judged(session, qtbot):
    """A session with a volume, a map of it and a table of regions."""
    session.actions.opening.open_picture("t1.nii")
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.busy)
    source = session.state.picture.picture
    about = {**explanation().provenance, "input": {"name": source.name, "sha256": source.sha256}}
    values = np.zeros(source.shape, np.float32)
    values[3, 3, 3] = 1
    answer = Explanation((Heatmap("3D-GLAS", values), table()), (), "", None, about)
    session.state.shown = shown_from(answer, session.state.picture)
    return session


def open_atlas(session, qtbot, name="labels.nii"):
    session.actions.atlases.open(AtlasRef(source=name))
    qtbot.waitUntil(lambda: not session.state.busy)


def test_rows_are_by_rank_with_their_intervals_and_colours():
    first, second = rows_of(table(low=(1.0, 1.0), high=(2.0, 2.0)))
    assert (first.name, first.rank, first.rank_text, first.colour) == ("Right half", 1, "1 (1 to 2)", "#e02020")
    assert (second.rank, second.colour) == (2, "#1fa637")
    assert rows_of(table(impact=(NAN, 0.9)))[1].rank_text == "–"
    assert rank_colours((first, second))[2][:3] == (0xE0, 0x20, 0x20)


def test_what_has_no_number_comes_last_either_way():
    rows = rows_of(table(impact=(NAN, 0.9)))
    for down in (True, False):
        assert ordered(rows, lambda r: r.impact, down=down)[-1].name == "Left half"
    assert [r.name for r in filtered(rows, "half LEFT")] == ["Left half"]


def test_the_impacts_share_the_colours_from_the_lowest_to_the_highest():
    colours = impact_colours(rows_of(table()), np.repeat(np.arange(256)[:, None], 3, axis=1))
    assert colours == {1: (0, 0, 0, 200), 2: (255, 255, 255, 200)}


def test_csv_has_every_number():
    lines = list(csv.DictReader(as_csv(table()).splitlines()))
    assert [line["region"] for line in lines] == ["Right half", "Left half"]
    assert lines[0]["impact (probability squared)"] == "0.9"
    assert (lines[0]["rank low"], lines[0]["light"], lines[0]["x (mm)"]) == ("1", "0.5", "4")
    assert next(csv.DictReader(as_csv(table(low=(NAN, NAN))).splitlines()))["rank low"] == ""


def test_the_panel_lists_them_and_a_click_goes_there(judged):
    view = judged.window.show_panel("regions").view
    assert view.model.rowCount() == 2
    assert view.model.index(0, 1).data() == "Right half"
    assert view.model.headerData(2, view.table.horizontalHeader().orientation()) == "Impact"
    assert view.said.text().endswith("impact in probability squared")
    view.table.clicked.emit(view.model.index(0, 0))
    assert judged.actions.looking.place.point == (4.0, 1.0, 2.0)
    view.find.setText("left")
    assert [row.name for row in view.model.rows] == ["Left half"]


def test_ranks_are_painted_where_an_atlas_says_where_they_are(judged, qtbot):
    view, scene = judged.window.show_panel("regions").view, judged.window.volumes.view.slices.scene
    assert not view.paints["ranks"].isEnabled()
    assert view.paints["ranks"].toolTip().startswith("Open the atlas first")
    open_atlas(judged, qtbot)
    assert set(scene.labels.colours) == {1, 2}
    assert scene.labels.outlines
    view.paints["ranks"].click()
    assert not scene.labels.outlines
    assert scene.labels.colours[2][:3] == (0xE0, 0x20, 0x20)
    view.paints[""].click()
    assert scene.labels is None


def test_the_colour_bar_says_what_filled_regions_mean(judged, qtbot):
    view = judged.window.volumes.view
    open_atlas(judged, qtbot)
    assert (view.printed.low, view.printed.high) == (0, 1)  # of the map
    judged.actions.atlases.paint("impact")
    assert (view.printed.low, view.printed.high) == pytest.approx((0.2, 0.9))
    assert view.printed.unit == "impact (probability squared)"
    assert view.bar.toolTip() == "0.2 to 0.9 impact (probability squared)"
    assert view.slices.scene.overlay.opacity == 0  # two scales over one another would be read as one
    assert view.sentence.text().startswith("each region is filled with its impact")
    sheet = sheet_of(view, judged.state, None)
    assert sheet.bar is view.printed
    assert judged.actions.atlases.bar().unit == gaze_of(judged.actions).bar.unit
    judged.actions.atlases.paint("ranks")
    assert view.printed.high == 1
    assert view.slices.scene.overlay.opacity > 0
    assert gaze_of(judged.actions).bar is None


def test_filled_regions_take_on_another_colour_map(judged, qtbot):
    scene = judged.window.volumes.view.slices.scene
    open_atlas(judged, qtbot)
    judged.actions.atlases.paint("impact")
    before = dict(scene.labels.colours)
    judged.actions.displaying.set(replace(judged.state.display, sequential="viridis"))
    assert scene.labels.colours != before
    assert np.array_equal(judged.window.volumes.view.printed.table, lut("viridis"))


def test_the_region_under_the_cursor_is_named(judged, qtbot):
    open_atlas(judged, qtbot)
    at = volume().affine @ [15, 3, 3, 1]
    judged.actions.looking.go_to(at[:3])
    assert judged.window.status.value.text().startswith("Left half · ")


def test_methods_with_an_atlas_get_the_open_one(judged, qtbot):
    open_atlas(judged, qtbot)
    assert judged.actions.running.atlas().source == "labels.nii"
    judged.actions.atlases.close()
    assert judged.actions.running.atlas() is None


def test_a_volume_in_another_space_is_asked_for_before_anything_is_painted(judged, qtbot, monkeypatch):
    other = atlas("aal.nii")
    elsewhere = replace(other, volume=replace(other.volume, affine=other.volume.affine * 1.5, space="mni152"))
    monkeypatch.setattr(judged.shelf, "atlas", lambda ref: elsewhere)
    open_atlas(judged, qtbot)
    asked = next(m for m in judged.state.messages if m.topic == "registration")
    assert judged.window.volumes.view.slices.scene.labels is None
    judged.actions.answer(asked, asked.answers[1])
    assert judged.actions.running.atlas().registration == "none"
    assert judged.window.volumes.view.slices.scene.labels is not None


def test_a_run_that_asks_for_the_registration_is_asked_and_run_again(judged, qtbot):
    open_atlas(judged, qtbot)
    error = NeedsChoice("Register first.", code="registration", option="registration", choices=("affine", "none"))
    assert judged.actions.running.unsettled(error)
    assert any(m.topic == "registration" for m in judged.state.messages)
    assert not judged.actions.running.unsettled(ValueError())


def test_what_is_found_is_judged_before_it_holds(judged, qtbot, monkeypatch, tmp_path):
    from types import SimpleNamespace

    from salviewer.gui.volumes import registering

    open_atlas(judged, qtbot)
    source, matrix = judged.state.picture.picture, tuple(map(float, np.eye(4).ravel()))
    found = registering.Fit(SimpleNamespace(matrix=matrix), b"", source)
    monkeypatch.setattr(registering, "fit", lambda *given: found)
    judged.dialogs.path = tmp_path / "template.nii"
    judged.dialogs.sure = False
    judged.actions.atlases.registering.ask_template()
    qtbot.waitUntil(lambda: ("registration", found) in judged.dialogs.asked)
    assert judged.actions.running.atlas().registration is None
    judged.dialogs.sure = True
    judged.actions.atlases.registering.ask_template()
    qtbot.waitUntil(lambda: judged.actions.running.atlas().registration == matrix)


def test_an_atlas_that_cannot_be_read_is_said(judged, qtbot):
    open_atlas(judged, qtbot, "bad.nii")
    assert "There is no atlas." in [m.text for m in judged.state.messages]
