"""The Neurons panel: shown with an explanation that has a path; filters, words, and its files."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from fakes import GRID, explanation, heatmap, picture
from neuron_paths import neuron_path

from salviewer.api import Explanation
from salviewer.gui.neurons.filters import Filter, closed_by, kept
from salviewer.gui.neurons.words import about_unit, field_words, number
from salviewer.gui.values import Shown
from salviewer.numeric.neuron_links import Links
from salviewer.numeric.neuron_table import joined

PATH = neuron_path(layers=6, units=120, side=30)


def shown(path=PATH, label="tiger cat"):
    base = explanation(label=label)
    made = Explanation((heatmap(), path), (), "", GRID, base.provenance)
    return Shown((heatmap(),), GRID, picture(), "Neurons", explanation=made)


@pytest.fixture
def panel(loaded):
    made = loaded.window.show_panel("neurons")
    loaded.state.shown = shown()
    return made


def test_without_a_path_it_says_how_to_get_one(loaded):
    view = loaded.window.show_panel("neurons").view
    assert view.pages.currentIndex() == 0
    assert view.empty.text() == "No installed method says which neurons carried a decision."
    info = loaded.state.methods["light"]
    loaded.state.methods = {"light": replace(info, evidence=("heatmap", "neurons"))}
    assert view.empty.text().startswith("Run “Light” in the Method panel")
    loaded.state.shown = Shown((heatmap(),), GRID, picture(), explanation=explanation())
    assert view.pages.currentIndex() == 0


def test_a_path_is_shown_and_its_tab_offered_once(loaded):
    docks = loaded.window.docks
    assert docks.docks["neurons"].isHidden()
    loaded.state.shown = shown()
    assert not docks.docks["neurons"].isHidden()
    assert docks.is_in_sight("heatmap")
    docks.docks["neurons"].hide()
    loaded.state.shown = shown(neuron_path(layers=5, units=50, side=30))
    assert docks.docks["neurons"].isHidden()
    view = loaded.window.show_panel("neurons").view
    assert view.pages.currentIndex() == 1
    assert len(view.columns.table.columns) == 5


def test_a_selected_unit_is_told_in_words_and_framed(panel, qtbot):
    view = panel.view
    assert "6 layers" in view.details.text.text()
    unit = int(view.columns.table.units_in(2).start)
    view.columns.select(unit)
    view.columns.selected.emit(unit)
    assert view.details.title.text().startswith("features.56, channel ")
    assert "On paths to" in view.columns.accessibleDescription()
    assert "Own evidence" in view.columns.accessibleDescription()
    assert len(view.picture.canvas._fields._boxes) == 1
    view.columns.selected.emit(-1)
    view.columns.select(-1)
    view.columns.selected.emit(-1)
    assert view.details.title.text() == "Discernible neurons"


def test_pointing_at_a_pixel_on_the_picture_lights_its_path(panel):
    view = panel.view
    last = int(view.columns.table.units_in(5).start)
    view.picture.pointed.emit(last)
    assert view.columns.lit[last]
    assert view.columns.lit[0]
    assert view.details.title.text().startswith("input, ")
    view.picture.pointed.emit(-1)
    assert view.columns.lit is None


def test_units_are_filtered_by_share(panel):
    view, tools = panel.view, panel.view.tools
    assert tools.percent.isHidden()
    tools.units.setCurrentIndex(1)
    tools.units.activated.emit(1)
    assert view.filter == Filter("score", 50)
    few = int(view.columns.shown().sum())
    assert 6 <= few < len(PATH.layer)
    assert tools.said.text() == f"{few} of {len(PATH.layer)} chosen units"
    tools.percent.setValue(90)
    assert int(view.columns.shown().sum()) > few


def test_layers_are_opened_and_closed(panel):
    view, tools = panel.view, panel.view.tools
    assert tools.layers.text() == "Layers: 6 of 6"
    tools.set_wished.emit("grids")
    assert view.columns.closed == closed_by(view.columns.table, "grids")
    tools.layer_wished.emit(1, False)
    assert 1 in view.columns.closed
    tools.layer_wished.emit(1, True)
    assert 1 not in view.columns.closed
    for column in range(6):
        tools.layer_wished.emit(column, False)
    assert len(view.columns.closed) == 5  # one stays


def test_two_paths_are_told_apart(panel):
    other = neuron_path(layers=6, units=120, side=30, seed=1, label=4)
    panel.show_two(PATH, other, 3, ("tabby", "tiger cat"))
    view = panel.view
    assert view.tools.legend.names == ("tabby", "tiger cat", "both")
    assert "They part at features" in view.details.text.text()
    assert view.picture.bar.isHidden()
    unit = int(np.flatnonzero(view.columns.table.path == 2)[0])
    view.columns.pointed.emit(np.array([unit]))
    assert "Only on the path of tiger cat" in view.details.text.text()
    panel._state.shown = shown(neuron_path(layers=6, units=60, side=30))
    assert view.tools.legend.names == ()
    view.grab()


def test_a_volumes_path_is_shown_without_its_picture(loaded):
    view = loaded.window.show_panel("neurons").view
    view.set_paths(neuron_path(layers=5, units=60, side=20, dims=3))
    view.columns.select(40)
    view.columns.selected.emit(40)
    assert "voxels" in view.details.text.text()
    view.grab()


def test_it_is_written_as_csv_and_json(panel, loaded, tmp_path, qtbot):
    for form in ("csv", "json"):
        loaded.dialogs.path = tmp_path / f"path.{form}"
        loaded.window.commands[f"export.neurons-{form}"].trigger()
        qtbot.waitUntil(loaded.dialogs.path.exists)
        assert loaded.dialogs.asked[-1] == ("save", f"neurons.{form}")
    assert len(json.loads((tmp_path / "path.json").read_text())["units"]) == len(PATH.layer)
    assert len((tmp_path / "path.csv").read_text("utf-8-sig").splitlines()) == len(PATH.layer) + 1
    loaded.state.shown = Shown((heatmap(),), GRID, picture(), explanation=explanation())
    assert "no path" in loaded.actions.exporting.why_not("tables", "neurons-csv")


def test_words_of_a_unit():
    table = joined(PATH)
    links = Links(table.links, len(table))
    about = about_unit(table, links, 0)
    assert about.title == "class, unit 3"
    assert any("Where the path begins" in line for line in about.lines)
    assert np.isnan(about.support[1].value)
    assert number(about.support[1].value) == "–"
    assert field_words(np.array([10, 0, 45.5, 35])).endswith("x 10 to 45.5, y 0 to 35")
    assert kept(table, links, Filter("pixels", 10)).sum() < len(table)
