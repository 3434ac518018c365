"""Experiments: the paper's figures as printed, each fold's network on its own held-out viewpoints, and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from salviewer.bench.experiment import Findings, Lines, Size, write_findings
from salviewer.bench.experiments import EXPERIMENTS, experiment
from salviewer.bench.flower_folds import SETS, SINGLE, Fold
from salviewer.bench.interpretation_tables import BOX_OCCLUSION, TABLE_1
from salviewer.bench.statistics import Estimate
from salviewer.bench.table import Table
from salviewer.errors import InvalidChoice
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.shelf import Shelf
from salviewer.numeric.folds import folds


@pytest.fixture(scope="module")
def shelf():
    return Shelf()


def fold(number):
    return Fold(f"single-6c, fold {number}", SINGLE.collection, number, SINGLE.folds(Shelf())[0].model)


def test_the_figures_are_those_of_the_paper():
    single, double = zip(*(line.paper for line in TABLE_1.lines), strict=True)
    assert [one.split(" ± ")[0] for one in single] == ["16.8", "21.3", "17.5", "19.9", "15.6", "19.6", "22.5"]
    assert [one.split(" ± ")[0] for one in double] == ["16.1", "21.9", "14.8", "19.4", "14.6", "19.7", "23.2"]


@pytest.mark.parametrize("number", range(5))
def test_a_folds_network_is_judged_on_what_it_has_not_seen_alone(shelf, number):
    spec = TABLE_1.spec(fold(number), list(TABLE_1.lines), 42, Path("learned.safetensors"), seed=0)
    whole = shelf.collection(spec.collection, {"augmented": True})
    apart = {whole.ids[at] for at in folds(whole.groups)[number]}  # as the network's training divides them
    assert set(shelf.sample_ids(spec.collection, spec.collection_params)) == apart
    assert spec.target == "predicted"


@pytest.mark.parametrize("number", range(5))
def test_what_is_learned_about_it_comes_from_what_it_has_seen(shelf, number):
    one = fold(number)
    seen = set(shelf.sample_ids(one.collection, one.seen()))
    assert not seen & set(shelf.sample_ids(one.collection, one.held_out()))
    assert len(seen) == 4800


def test_each_fold_has_its_own_weights(shelf):
    for which in SETS:
        found = which.folds(shelf)
        assert found
        assert all(one.model.weights == f"fold-{one.number}" for one in found)
        assert all(one.model.architecture == which.architecture for one in found)
    assert [one.number for one in SINGLE.folds(shelf, (0,))] == [0]


def test_only_methods_that_learned_are_given_what_was_learned():
    spec = TABLE_1.spec(fold(0), list(TABLE_1.lines), 6, Path("learned.safetensors"), seed=0)
    assert {one.key for one in spec.methods if one.trained} == {"interpretation"}
    assert [one.params["variant"] for one in spec.methods if one.trained] == ["activations", "deconv", "stride-1"]


@pytest.mark.parametrize("table", [TABLE_1, BOX_OCCLUSION])
def test_every_row_can_be_asked_for(shelf, table):
    for line in table.lines:
        checked_params(shelf.host.params(shelf.host.explainer(line.key)), dict(line.params), line.key)
    shelf.host.metric(table.metric.key)


def test_every_other_method_is_in_the_table_once(shelf):
    rows = TABLE_1.rows(shelf)
    assert {"rise", "glas", "lrp", "occlusion"} <= {row.key for row in rows}
    assert len({row.title for row in rows}) == len(rows)
    assert "region-ranking" not in {row.key for row in rows}
    assert len(BOX_OCCLUSION.rows(shelf)) == len(BOX_OCCLUSION.lines)


def table_with(**means):
    cells = {(name, TABLE_1.column): Estimate(mean, 0.01, mean, mean, 8, 0) for name, mean in means.items()}
    return Table(tuple(means), (TABLE_1.column,), cells, {}, {}, {})


def test_folds_are_weighed_alike_and_their_deviation_is_said():
    three = [table_with(a=0.1), table_with(a=0.2), table_with(a=0.3)]
    assert TABLE_1.means(three, "a") == pytest.approx([10, 20, 30])
    assert TABLE_1._ours(three, "a") == "20.0 ± 10.0 (3 folds)"
    assert TABLE_1._ours(three[:1], "a") == "10.0 (1 fold, n 8, error 1.0)"
    assert TABLE_1._ours(three, "nobody") == "–"


def test_long_methods_get_fewer_pictures():
    assert (Size(limit=7).few, Size(limit=40).few, Size(limit=1).few) == (1, 10, 1)


def test_the_page_and_the_numbers_stand_beside_each_other(tmp_path):
    lines = Lines("In percent", (("method", "here"), ("<a>", "3.5")))
    found = Findings("Title", (lines,), ("<svg></svg>",), ("Said.",), {"a": [3.5]})
    page = write_findings(tmp_path, found).read_text(encoding="utf-8")
    assert "&lt;a&gt;" in page
    assert "<svg></svg>" in page
    kept = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert kept["tables"]["In percent"] == [{"method": "<a>", "here": "3.5"}]
    assert kept["numbers"] == {"a": [3.5]}


def test_an_unknown_name_names_near_ones():
    with pytest.raises(InvalidChoice, match="did you mean interpretation-figure-"):
        experiment("interpretation-figure-3")
    assert all(name == one.name for name, one in EXPERIMENTS.items())
