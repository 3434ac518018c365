"""An evaluation of two tiny methods on the built-in collection: complete, resumable, honest about failures."""

from __future__ import annotations

import csv
import sqlite3

import numpy as np
import pytest

import salviewer as sv
from salviewer.api import ModelRef, Progress
from salviewer.bench.evaluate import evaluate, with_controls
from salviewer.bench.page import write_page
from salviewer.bench.report import report
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.statistics import Estimate
from salviewer.bench.store import FILE, Row, Store
from salviewer.bench.table import as_text, number, remarks, table
from salviewer.errors import Cancelled, InvalidChoice, Unavailable
from salviewer.jobs.shelf import Shelf

MODEL = ModelRef(architecture="an8flower-cnn")


@pytest.fixture(scope="module")
def shelf():
    return Shelf(device="cpu")


def spec(**more):
    about = {
        "models": (MODEL,),
        "methods": (Asked(key="gradient"), Asked(key="occlusion", params={"window": 0.3, "stride": 0.3})),
        "metrics": (Asked(key="sparseness"), Asked(key="pointing-game"), Asked(key="deletion", params={"steps": 4})),
        "collection": "an8flower-single-6c",
        "limit": 3,
    }
    return BenchSpec(**about | more)


@pytest.fixture(scope="module")
def finished(shelf, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return evaluate(spec(), shelf, folder), folder


def test_every_cell_is_there_and_the_controls_are_added(finished):
    outcome, folder = finished
    assert (outcome.cells, outcome.done, outcome.kept) == (12, 12, 0)
    with Store(folder) as store:
        rows = list(store.rows())
    assert {r.method for r in rows} == {"gradient", "occlusion", "random-map", "centred-gaussian"}
    assert {r.metric for r in rows} == {"", "sparseness", "pointing-game", "deletion"}
    assert len({r.picture for r in rows}) == 3
    assert not any(r.error for r in rows)


def test_the_numbers_are_those_of_measuring_one_by_one(finished):
    _, folder = finished
    model = sv.load_model("an8flower-cnn")
    with Store(folder) as store:
        row = next(r for r in store.rows() if (r.method, r.value_name) == ("gradient", "deletion"))
    picture = sv.load_input(f"collection:an8flower-single-6c/{row.picture}")
    label = sv.predict(model, picture).predicted
    e = sv.explain(model, picture, "gradient", target=label)
    assert sv.measure("deletion", model, picture, e, params={"steps": 4}).value == pytest.approx(row.value, abs=1e-5)


def test_a_finished_run_is_not_computed_again(finished, shelf):
    _, folder = finished
    again = evaluate(spec(), shelf, folder)
    assert (again.done, again.kept) == (0, 12)


def test_more_methods_compute_only_what_is_new(finished, shelf, tmp_path):
    evaluate(spec(methods=(Asked(key="gradient"),)), shelf, tmp_path)
    more = evaluate(spec(methods=(Asked(key="gradient"), Asked(key="gradient-x-input"))), shelf, tmp_path)
    assert (more.done, more.kept) == (3, 9)


def test_what_was_finished_before_a_cancel_stays(shelf, tmp_path):
    heard = []
    progress = Progress(lambda *h: heard.append(h), lambda: len(heard) >= 5)
    with pytest.raises(Cancelled):
        evaluate(spec(), shelf, tmp_path, progress)
    outcome = evaluate(spec(), shelf, tmp_path)
    assert outcome.kept >= 4
    assert outcome.done + outcome.kept == 12


def test_a_failing_method_leaves_its_sentence_and_the_others_go_on(shelf, tmp_path):
    evaluate(spec(methods=(Asked(key="cam"), Asked(key="gradient"))), shelf, tmp_path)
    with Store(tmp_path) as store:
        found = table(store.rows())
    count, sentence = found.errors["cam"]
    assert count == 3
    assert "CAM needs a network" in sentence
    assert found.cells["gradient", "deletion"].n == 3


def test_keys_that_do_not_exist_are_refused_before_anything_runs(shelf, tmp_path):
    with pytest.raises(InvalidChoice, match="no method “glass”"):
        evaluate(spec(methods=(Asked(key="glass"),)), shelf, tmp_path / "a")
    with pytest.raises(InvalidChoice, match="no metric “deletio”"):
        evaluate(spec(metrics=(Asked(key="deletio"),)), shelf, tmp_path / "b")


def test_a_cell_is_written_whole_or_not_at_all(tmp_path):
    def rows():
        yield Row("m", "p", "x", "d", "v", 1, 1.0, 0.1)
        raise RuntimeError("killed")

    with Store(tmp_path) as store:
        with pytest.raises(RuntimeError):
            store.add("k", rows())
        assert not store.has("k")
        assert not list(store.rows())
        store.add("k", [Row("m", "p", "x", "d", "v", 1, float("nan"), 0.1)])
    with Store(tmp_path) as store:
        assert store.has("k")
        assert np.isnan(next(store.rows()).value)


def test_a_file_that_is_no_store_is_refused_in_a_sentence(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to be taken for one" * 40)
    with pytest.raises(Unavailable, match="choose another folder"):
        Store(tmp_path)
    assert sqlite3.sqlite_version


def test_rows_go_to_csv_and_parquet(finished, tmp_path):
    _, folder = finished
    with Store(folder) as store:
        count = len(list(store.rows()))
        store.write_csv(tmp_path / "rows.csv")
        with (tmp_path / "rows.csv").open(encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == count
        parquet = pytest.importorskip("pyarrow.parquet")
        store.write_parquet(tmp_path / "rows.parquet")
        assert parquet.read_table(tmp_path / "rows.parquet").num_rows == count


def rows_of(values):
    for method, numbers in values.items():
        for i, value in enumerate(numbers):
            yield Row("m", f"p{i}", method, "", "seconds", 1, 0.1, 0.1)
            yield Row("m", f"p{i}", method, "deletion", "deletion", 1, value, 0.1)


def test_the_table_says_what_does_not_beat_a_control(shelf):
    rng = np.random.default_rng(0)
    base = rng.uniform(0.3, 0.6, 30)
    found = table(
        rows_of({"good": base - 0.2, "poor": base + 0.01, "random-map": base, "centred-gaussian": base + 0.3})
    )
    assert found.methods == ("good", "poor", "random-map", "centred-gaussian")
    (said,) = remarks(found, shelf.host.metrics, shelf.host.explainers)
    assert said == "Deletion: no better than a random map: poor."
    assert found.against["good", "deletion", "random-map"].mean == pytest.approx(-0.2)


def test_what_has_no_value_is_counted_in_the_table():
    found = table(rows_of({"a": [0.5, np.nan, 0.5], "random-map": [np.nan] * 3}))
    lines = as_text(found)
    assert lines[0] == ["method", "deletion", "s"]
    assert "(n 2, 1 without)" in lines[1][1]
    assert lines[2][1] == "– (none of 3)"
    assert number(Estimate(0.5, 0.1, 0.4, 0.6, 7, 0)) == "0.500 ± 0.100 (n 7)"


def test_the_page_stands_alone_and_names_everything(finished, shelf, tmp_path):
    _, folder = finished
    text = write_page(tmp_path / "index.html", report(folder, spec(), shelf)).read_text()
    for word in ("an8flower-cnn", "gradient", "random-map", "deletion", "<svg", "prefers-color-scheme"):
        assert word in text
    assert "http" not in text
    assert text.count("data:image/png") >= 6
    assert "Mean curves" in text
    assert " MB<" in text


def test_controls_that_were_asked_for_are_not_doubled():
    asked = with_controls((Asked(key="random-map", params={"sigma": 0.1}),))
    assert [m.key for m in asked] == ["random-map", "centred-gaussian"]


def test_python_gets_the_same_table(tmp_path):
    model = sv.load_model("an8flower-cnn")
    found = sv.evaluate(model, ["gradient"], [{"key": "sparseness"}], "an8flower-single-6c", tmp_path, limit=2)
    assert found.cells["gradient", "sparseness"].n == 2
    import torch

    live = sv.load_model(torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()))
    with pytest.raises(InvalidChoice, match="weights file"):
        sv.evaluate(live, ["gradient"], ["sparseness"], "an8flower-single-6c", tmp_path)


def test_a_small_map_of_every_cell_is_kept(finished, shelf):
    _, folder = finished
    with Store(folder) as store:
        row = next(r for r in store.rows() if r.method == "centred-gaussian")
        found = store.heatmap(row.model, row.picture, row.method)
    assert found.shape == (64, 64)
    height, width = np.unravel_index(np.argmax(found), found.shape)
    assert 30 <= height <= 33
    assert 30 <= width <= 33


def test_a_method_that_lacks_what_is_learned_for_it_is_refused_before_anything_runs(shelf, tmp_path):
    spec = BenchSpec(
        models=(ModelRef(architecture="an8flower-cnn"),),
        methods=(Asked(key="mask-predictor"),),
        metrics=(Asked(key="sparseness"),),
        collection="an8flower-single-6c",
        limit=1,
    )
    with pytest.raises(InvalidChoice, match="--trained mask-predictor=FILE, in Python") as caught:
        evaluate(spec, shelf, tmp_path)
    assert caught.value.code == "not-trained"
    assert not any(tmp_path.iterdir())
