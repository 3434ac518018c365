"""Python's front door to trainings: learn, keep, read back, explain with what was learned."""

from __future__ import annotations

import numpy as np
import pytest
from toy_trainers import CLASSES, host_with_trainers, net

import salviewer as sv
from salviewer import shelves
from salviewer.api import Sample
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.trained_library import trained_states


@pytest.fixture(autouse=True)
def with_toys(monkeypatch):
    monkeypatch.setattr(shelves, "_shelves", {None: Shelf(host_with_trainers(), "cpu")})


@pytest.fixture
def model():
    return sv.load_model(net(), classes=CLASSES)


@pytest.fixture
def picture():
    return sv.load_input(np.random.default_rng(0).random((3, 16, 16), dtype=np.float32))


def test_a_collection_is_a_sequence_that_knows_its_name():
    squares = sv.collection("toy-squares", count=4)
    assert len(squares) == 4
    assert squares.ids == ("square-0", "square-1", "square-2", "square-3")
    assert squares.labels == (0, 1, 0, 1)
    assert squares.classes == CLASSES
    assert [one.id for one in squares] == list(squares.ids)
    assert isinstance(squares[2], Sample)
    assert squares.ref.params == {"count": 4}
    assert repr(squares) == "OpenedCollection('toy-squares', 4 samples)"
    assert not hasattr(squares, "atlas")


@pytest.mark.parametrize("whole", [True, False])
def test_learn_save_load_and_explain(model, picture, tmp_path, whole):
    squares = sv.collection("toy-squares", count=4) if whole else "toy-squares"
    learned = sv.train("toy-mean", model, squares, params={"factor": 2}, seed=3, save=tmp_path / "t.safetensors")
    np.testing.assert_allclose(learned.tensors["means"], [0.2, 0.4] if whole else [0.4, 0.6], atol=1e-6)
    again = sv.load_trained(tmp_path / "t.safetensors")
    assert again.provenance == learned.provenance
    maps = [sv.explain(model, picture, "toy-distance", target="bright", trained=t).heatmap
            for t in (learned, again, tmp_path / "t.safetensors")]  # fmt: skip
    assert all(np.array_equal(maps[0], other) for other in maps[1:])


def test_a_file_that_cannot_be_written_is_said_before_the_training(model, tmp_path):
    (tmp_path / "file").touch()
    heard = []
    with pytest.raises(sv.Unavailable, match="cannot be written"):
        sv.train("toy-mean", model, "toy-squares", save=tmp_path / "file" / "t.safetensors",
                 progress=lambda f, m: heard.append(f))  # fmt: skip
    assert not heard


def test_the_library_offers_it_for_this_model(model):
    sv.train("toy-mean", model, "toy-squares", save="library")
    (entry,) = trained_states(model.loaded.sha256, "toy-mean")
    assert entry.samples == 6


def test_a_metric_that_runs_the_method_again_finds_what_was_learned(model, picture):
    learned = sv.train("toy-mean", model, "toy-squares")
    e = sv.explain(model, picture, "toy-distance", target=0, trained=learned)
    assert sv.measure("randomisation", model, picture, e).value > 0.99


def test_a_saved_map_is_made_again_with_what_was_learned(model, picture, tmp_path):
    learned = sv.train("toy-mean", model, "toy-squares")
    e = sv.explain(model, picture, "toy-distance", target=0, trained=learned)
    path = e.save(tmp_path / "map.safetensors")
    assert sv.reproduce(path, model, picture, trained=learned).identical
    other = sv.train("toy-mean", model, "toy-squares", params={"factor": 2})
    with pytest.raises(sv.InvalidChoice, match="not at hand"):
        sv.reproduce(path, model, picture, trained=other)


@pytest.mark.parametrize("wrong", [["a list"], 3])
def test_what_is_no_collection_is_refused(model, wrong):
    with pytest.raises(TypeError, match=r"sv\.collection"):
        sv.train("toy-mean", model, wrong)


def test_an_evaluation_gives_a_method_what_was_learned(tmp_path):
    from salviewer.bench.spec import Asked, BenchSpec, cell_key

    asked = Asked(key="toy-distance", trained="x.safetensors")
    assert "x.safetensors" in cell_key(asked)
    assert "trained" not in cell_key(Asked(key="glas"))  # what was kept before is found again
    assert BenchSpec(models=(), methods=({"key": "a", "trained": "b"},), metrics=(), collection="c").methods[0].trained
