"""Trained states and neuron paths: stored whole, read back equal, refused where they are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from salviewer.api import Curve, ExplainerInfo, FilterGallery, NeuronPath, Source, Trained
from salviewer.api.evidence import rebuild
from salviewer.api.trained_file import read_head, read_trained
from salviewer.errors import UnreadableInput


def path(**changed):
    n = {
        "layer": np.array([0, 1, 1], np.int32),
        "channel": np.array([3, 0, 5], np.int32),
        "place": np.array([[-1, -1], [2, 4], [0, 1]], np.int32),
        "support": np.ones((3, 3), np.float32),
        "score": np.ones(3, np.float32),
        "links": np.array([[0, 1], [0, 2]], np.int32),
        "fields": np.zeros((3, 4), np.float32),
        "thumbnails": np.zeros((1, 8, 8), np.float32),
        "thumbnail_of": np.array([[1, 5]], np.int32),
    }
    return NeuronPath("path", **(n | changed), layers=({"name": "class"}, {"name": "input"}))


def test_a_trained_state_comes_back_from_its_file(tmp_path):
    curve = Curve("means", np.arange(3, dtype=np.float32), np.ones(3, np.float32))
    trained = Trained({"weights": np.eye(2)}, {"mu": 10}, (curve,), ("a note",), "", {"trainer": "x"})
    again = read_trained(trained.save(tmp_path / "t.safetensors"))
    assert np.array_equal(again.tensors["weights"], np.eye(2))
    assert again.evidence == (curve,)
    assert (again.facts, again.notes, again.provenance) == (trained.facts, trained.notes, trained.provenance)
    assert read_head(tmp_path / "t.safetensors")["provenance"] == {"trainer": "x"}


def test_another_file_is_no_trained_state(tmp_path):
    (tmp_path / "t.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(UnreadableInput, match=r"t\.safetensors cannot be read as a trained state"):
        read_trained(tmp_path / "t.safetensors")
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read_head(tmp_path / "missing")
    with pytest.raises(UnreadableInput, match=r"^\S+ is a folder: give a file"):
        read_trained(tmp_path)


def test_a_path_is_rebuilt_from_what_is_stored():
    made = path()
    assert rebuild("neurons", made.arrays(), made.facts()) == made
    assert made.in_layer(1) == slice(1, 3)
    with pytest.raises(TypeError, match="links of a neuron path is int32"):
        path(links=np.zeros((2, 2), np.int64))


def test_a_method_that_needs_training_names_its_trainer():
    info = ExplainerInfo("x", "X", "", "a.b:C", "a.b:P", Source("me"), "why?", trained_by="x-trainer")
    replace(info, needs=frozenset({"trained"}))
    with pytest.raises(ValueError, match="trained_by"):
        replace(info, needs=frozenset({"trained"}), trained_by="")


def test_a_gallery_is_rebuilt_from_what_is_stored():
    one, none = np.ones(1, np.float32), np.zeros((0, 0, 0), np.float32)
    made = FilterGallery(
        "cat", np.zeros(1, np.int32), np.full(1, 7, np.int32), one, one, none, np.zeros((1, 4, 4, 3), np.uint8), none,
        layers=({"name": "conv1"},), crops=((("a/1", 0, 0, 4, 4),),), label="cat",
    )  # fmt: skip
    stored = {**made.facts(), "crops": [[["a/1", 0, 0, 4, 4]]]}
    assert rebuild("filters", made.arrays(), stored) == made
    with pytest.raises(TypeError, match="crops for each"):
        rebuild("filters", made.arrays(), {**stored, "crops": [[], []]})
