"""`salviewer evaluate --recipe` for an experiment: it brings its own models and pictures, and says so."""

from __future__ import annotations

import json


def test_a_small_one_runs_and_is_not_computed_twice(salviewer, tmp_path, monkeypatch):
    from salviewer.bench import experiment, flower_folds

    monkeypatch.setattr(flower_folds.FlowerSet, "folds", _only_the_first(flower_folds.FlowerSet.folds))
    monkeypatch.setattr(experiment.Size.__init__, "__defaults__", (1, 2, 0, None))
    found = salviewer("evaluate", "--recipe", "interpretation-figure-9", "-o", tmp_path, "--json")
    assert found.code == 0, found.err
    said = json.loads(found.out)
    assert (tmp_path / "index.html").is_file()
    paths = said["numbers"]
    assert set(paths) == {"single-6c, fold 0, All", "single-6c, fold 0, OnlyConv"}
    assert all(0.5 <= one["mean_area_under_roc"] <= 1 for path in paths.values() for one in path)
    states = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    again = salviewer("evaluate", "--recipe", "interpretation-figure-9", "-o", tmp_path, "--json")
    assert json.loads(again.out) == said
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")} == states


def test_what_it_has_no_use_for_is_named(salviewer, tmp_path):
    found = salviewer(
        "evaluate", "--recipe", "interpretation-table-1", "--collection", "folder", "--model", "x", "-o", tmp_path
    )
    assert found.code != 0
    assert "leave out --model, --collection" in found.err


def _only_the_first(folds):
    return lambda self, shelf, wanted=None: folds(self, shelf, (0,))[:1] if self.title == "single-6c" else ()
