"""The report: differences by hand, curves averaged, the best and the worst pictures in order, a model at a time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from salviewer.api import ModelRef
from salviewer.bench.evaluate import evaluate
from salviewer.bench.kept_curves import KeptCurve, means
from salviewer.bench.page import write_page
from salviewer.bench.report import NONE_TOLD, Report, Section, report
from salviewer.bench.significance import pairs
from salviewer.bench.spec import Asked, BenchSpec, model_name
from salviewer.bench.store import Row, Store
from salviewer.bench.table import as_text, no_values, table
from salviewer.jobs.shelf import Shelf


def rows(values):
    return [
        Row("m", f"p{i}", method, "insertion", "insertion", 1, v, 0.1)
        for method, column in values.items()
        for i, v in enumerate(column)
    ]


def test_a_method_that_is_always_better_differs_and_noise_does_not():
    noise = np.random.default_rng(0).normal(size=(2, 40))
    found = pairs(table(rows({"a": noise[0], "b": noise[0] + 1, "c": noise[1]})), "insertion", "higher")
    assert found.methods[0] == "b"
    assert found.verdict("b", "a") == "better"
    assert found.verdict("a", "b") == "worse"
    assert found.gaps["b", "a"].mean == pytest.approx(1)
    assert (found.gaps["a", "b"].low, found.gaps["a", "b"].high) == pytest.approx((-1, -1))
    assert found.verdict("a", "c") == ""
    assert found.count == 3


def test_lower_is_better_turns_the_verdict_and_the_order():
    found = pairs(table(rows({"a": [1.0, 2.0, 3.0], "b": [2.0, 3.0, 4.0]})), "insertion", "lower")
    assert found.methods == ("a", "b")
    assert found.verdict("a", "b") == "better"


def test_methods_without_a_value_have_no_differences():
    found = pairs(table(rows({"a": [1.0, 2.0], "b": [np.nan, np.nan]})), "insertion", "higher")
    assert found.methods == ("a",)


def curve(picture, y, x=(0, 1)):
    x, y = np.array(x, np.float32), np.array(y, np.float32)
    return KeptCurve("m", picture, "gradient", "deletion", "Deletion", "share", "p", x, y)


def test_curves_are_averaged_point_by_point_without_what_has_no_value():
    found = means([curve("1", (1, 0)), curve("2", (3, np.nan)), curve("3", (9, 9), x=(0, 2))])
    mean = found["deletion", "Deletion"]["gradient"]
    assert mean.y.tolist() == [2, 0]
    assert mean.n == 2


def test_memory_is_seen():
    """In a process of its own: what other tests leave behind may be freed meanwhile."""
    code = (
        "import numpy\nfrom salviewer.bench.watched_memory import watched_memory\n"
        "with watched_memory('cpu') as growth:\n    kept = numpy.ones(8_000_000)\nprint(growth.bytes)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert 60e6 < int(found.stdout) < 200e6


def test_pictures_come_best_first_and_models_apart(tmp_path):
    shelf = Shelf(device="cpu")
    models = (ModelRef(architecture="an8flower-cnn"), ModelRef(architecture="an8flower-cnn", outputs="sigmoid"))
    spec = BenchSpec(
        models=models[:1],
        methods=(Asked(key="gradient"),),
        metrics=(Asked(key="deletion", params={"steps": 4}), Asked(key="pointing-game")),
        collection="an8flower-single-6c",
        limit=4,
    )
    evaluate(spec, shelf, tmp_path)
    with Store(tmp_path) as store:
        values = {r.picture: r.value for r in store.rows() if r.method == "gradient" and r.metric == "deletion"}
        assert len(list(store.curves("an8flower-cnn"))) == 3 * 4
        store.add("another", [Row("other net", "x", "gradient", "deletion", "deletion", 1, 0.5, 0.1)])
    said = report(tmp_path, spec, shelf)
    assert [s.model for s in said.sections] == ["an8flower-cnn", "other net"]
    first = said.sections[0]
    order = sorted(values, key=values.get)
    assert first.ranked_by == "deletion"
    assert [s.picture for s in first.extremes[0].best] == order[:2]
    assert [s.picture for s in first.extremes[0].worst] == order[:1:-1]
    assert first.extremes[0].best[0].rgb.shape == (128, 128, 3)
    assert said.sections[1].extremes[0].best == ()  # its picture is not to be had
    text = write_page(tmp_path / "page.html", said).read_text()
    assert "<h2>other net</h2>" in text
    assert "Which methods differ" in text


def empty_rows():
    nan = float("nan")
    for method in ("a", "random-map"):
        for i, why in enumerate(("Nothing is taken away.", "Nothing is taken away.", "No order.")):
            yield Row("m", f"p{i}", method, "faithfulness", "faithfulness", 1, nan, 0.1, why)
            yield Row("m", f"p{i}", method, "sparseness", "gini", 1, nan if method == "a" else 0.5, 0.1, "Constant.")


def test_a_column_without_any_value_says_once_why(tmp_path):
    found = table(empty_rows())
    assert found.empty == {"faithfulness": "Nothing is taken away."}
    said = no_values(found, Shelf(device="cpu").host.metrics)
    assert said == ("Faithfulness (M_F): no value for any method. Nothing is taken away.",)
    section = Section("m", found, as_text(found), (), no_values=said)
    assert section.verdicts == (NONE_TOLD,)
    text = write_page(tmp_path / "page.html", Report("Title", "About.", (section,))).read_text()
    assert text.count("Nothing is taken away.") == 1
    assert NONE_TOLD in text


def test_models_of_one_architecture_have_names_of_their_own():
    assert model_name(ModelRef(architecture="resnet18")) == "resnet18"
    assert model_name(ModelRef(architecture="resnet18", weights="a/fundus.safetensors")) == "resnet18 (fundus)"
