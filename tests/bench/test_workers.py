"""Several processes fill one store: the same rows as one, nothing twice, and a sentence where one cannot."""

from __future__ import annotations

import pytest

from salviewer.api import ModelRef, Progress
from salviewer.bench.evaluate import evaluate
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.store import Store
from salviewer.bench.workers import _share, evaluate_in_processes
from salviewer.errors import Cancelled
from salviewer.jobs.shelf import Shelf


def spec(**more):
    about = {
        "models": (ModelRef(architecture="an8flower-cnn"),),
        "methods": (Asked(key="gradient"),),
        "metrics": (Asked(key="sparseness"),),
        "collection": "an8flower-single-6c",
        "limit": 5,
    }
    return BenchSpec(**about | more)


def numbers(folder):
    with Store(folder) as store:
        return {(r.picture, r.method, r.metric): r.value for r in store.rows() if r.metric}


def test_two_processes_give_the_rows_of_one_and_resume(tmp_path):
    shelf, heard = Shelf(device="cpu"), []
    evaluate(spec(), shelf, tmp_path / "two", share=(0, 3))  # a part is there already
    found = evaluate_in_processes(
        spec(), shelf, tmp_path / "two", ["cpu", "cpu"], Progress(lambda f, m, e: heard.append(f))
    )
    evaluate(spec(), shelf, tmp_path / "one")
    assert found.cells == 15
    assert found.done + found.kept == 15
    assert found.kept > 0
    assert numbers(tmp_path / "two") == pytest.approx(numbers(tmp_path / "one"), rel=1e-5)
    assert heard[-1] == 1.0
    assert heard == sorted(heard)


class Results(list):
    put = list.append


def test_a_process_that_cannot_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *a: None)
    (tmp_path / "file").write_text("in the way of a folder")
    said = Results()
    _share(spec().model_dump_json(), str(tmp_path / "file"), "cpu", 1, (0, 1), said)
    assert len(said) == 1
    assert "choose a folder" in said[0]


def test_cancelling_ends_the_processes_and_keeps_what_is_whole(tmp_path):
    with pytest.raises(Cancelled):
        evaluate_in_processes(spec(), Shelf(device="cpu"), tmp_path, ["cpu", "cpu"], Progress(cancelled=lambda: True))
    with Store(tmp_path) as store:
        assert store.count() * 2 == sum(1 for r in store.rows() if r.metric or r.value_name == "memory")
