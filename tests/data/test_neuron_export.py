"""A path of neurons as files: every field where it belongs, what is not known empty, no formula."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from salviewer.api import Heatmap
from salviewer.api.neurons import NeuronPath
from salviewer.data.neuron_export import FIELDS, neuron_csv, neuron_json, path_in
from salviewer.errors import InvalidChoice

NAN = float("nan")


@pytest.fixture
def path():
    """The class chose two pixels; nobody computed the other two terms of the first."""
    layers = [
        {"name": "=class", "kind": "class", "channels": 2, "shape": []},
        {"name": "input", "kind": "input", "channels": 3, "shape": [4, 4]},
    ]
    return NeuronPath(
        "Path", np.array([0, 1, 1], np.int32), np.array([1, 0, 2], np.int32),
        np.array([[-1, -1], [3, 2], [0, 1]], np.int32), np.array([[2, NAN, 1], [0.1, 3, 1], [0.5, NAN, 0]], np.float32),
        np.array([2, 0.1, 0.5], np.float32), np.array([[0, 1], [0, 2]], np.int32),
        np.array([[0, 0, 4, 4], [2, 3, 3, 4], [1, 0, 2, 1]], np.float32), np.zeros((0, 2, 2), np.float32),
        np.zeros((0, 2), np.int32), layers=tuple(layers), weights={"k": 2},
    )  # fmt: skip


def test_json_holds_layers_units_and_links(path):
    found = json.loads(neuron_json(path, {"method": "m"}))
    assert [layer["chosen"] for layer in found["layers"]] == [1, 2]
    assert found["links"] == [[0, 1], [0, 2]]
    assert found["weights"] == {"k": 2}
    assert found["about"] == {"method": "m"}
    assert found["units"][1] == {
        "unit": 1, "layer": 1, "channel": 0, "y": 3, "x": 2, "score": 0.1, "z_cur": 0.1, "z_pre": 3.0, "z_suc": 1.0,
        "field_low": [2.0, 3.0], "field_high": [3.0, 4.0],
    }  # fmt: skip
    assert found["units"][0]["y"] is None
    assert found["units"][0]["z_pre"] is None
    assert set(found["units"][0]) <= set(FIELDS)


def test_csv_has_a_row_per_unit(path):
    rows = list(csv.DictReader(io.StringIO(neuron_csv(path), newline="")))
    assert len(rows) == 3
    assert rows[0]["layer_name"] == "'=class"
    assert (rows[0]["y"], rows[0]["z_pre"], rows[0]["chose"], rows[0]["chosen_by"]) == ("", "", "1 2", "")
    assert (rows[1]["y"], rows[1]["x"], rows[1]["score"], rows[1]["chosen_by"]) == ("3", "2", "0.1", "0")
    assert [rows[1][f"field_{edge}"] for edge in ("x0", "y0", "x1", "y1")] == ["2", "3", "3", "4"]


def test_an_explanation_without_a_path_says_so(path):
    heatmap = Heatmap("m", np.zeros((2, 2), np.float32))
    assert path_in((heatmap, path)) is path
    with pytest.raises(InvalidChoice, match="no path of neurons"):
        path_in((heatmap,))
