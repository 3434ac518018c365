"""Recipes: the papers' figures as printed, one run per setting, both side by side, and what is not there said so."""

from __future__ import annotations

import pytest

from salviewer.api import ModelRef
from salviewer.bench.evaluate import evaluate
from salviewer.bench.recipe import NOT_GIVEN, UNREADABLE, beside, said_about
from salviewer.bench.recipes import RECIPES, recipe
from salviewer.bench.store import Row, Store
from salviewer.bench.table import table
from salviewer.errors import InvalidChoice
from salviewer.host import Host
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.shelf import Shelf


def figures(name):
    return {line.title: line.paper for line in RECIPES[name].lines}


def rows_of(name, method, metric, **values):
    yield Row("m", "p", method, "", "seconds", 1, 0.25, 0.25)
    for i, (value, number) in enumerate(values.items()):
        yield Row("m", "p", method, metric, value, int(i == 0), number, 0.1)


def test_the_figures_are_those_of_the_papers():
    two = figures("glas-table-2")
    assert two["GLAS (fusion)"] == (0.912, 0.792, 0.612)
    assert two["DeConv"] == (0.750, 0.584, 0.117)
    assert two["DeConv, 2.64 s (occlusion)"] == (0.809, 0.688, 2.64)
    assert two["RISE"] == (0.907, 0.787, 8.11)
    assert two["RISE, 450 masks"] == (0.869, NOT_GIVEN, NOT_GIVEN)
    assert figures("glas-table-1")["22 × 22"] == (0.914, 1.435)
    assert figures("mask-predictor-tables")["SM-Grad"] == (43.25, 71.91, 87.63)
    assert figures("fgvis-table-1") == {"No defense": (100.0,), "Defended": (0.0,)}
    assert figures("fgvis-table-2")["FGVis"] == (0.0644,)


def test_what_cannot_be_read_is_not_guessed():
    three = figures("glas-table-3")
    assert three["iteration 1"] == (UNREADABLE, UNREADABLE, UNREADABLE, 0.31, UNREADABLE)
    assert three["A (adaptive stop)"] == (0.55, 0.59, 0.55, 0.38, 0.06)
    assert beside(RECIPES["glas-table-3"], table([]))[1][:3] == ["iteration 1", "unreadable", "–"]


@pytest.mark.parametrize("name", RECIPES)
def test_parameters_and_columns_exist(name):
    host, wanted = Host.discover(), RECIPES[name]
    for line in wanted.lines:
        if line.key in host.explainers:
            checked_params(host.params(host.explainer(line.key)), dict(line.params), line.key)
    for value in [v for line in wanted.lines for v in wanted.values_of(line)]:
        assert value == "seconds" or value.partition("/")[0] in {m.key for m in wanted.metrics}


def test_rows_of_one_setting_share_one_run():
    spec = recipe("glas-table-3").spec(Host.discover().explainers)
    assert [m.name for m in spec.methods] == ["rglas (max_rounds=3, stop_ratio=1000.0)", "rglas"]


def test_rivals_run_as_the_papers_say():
    spec = recipe("mask-predictor-tables").spec({"smoothgrad", "integrated-gradients"})
    assert [m.params for m in spec.methods] == [{"samples": 50, "noise": 0.2}, {"steps": 200, "baseline": "black"}]


def test_what_was_trained_is_given_by_name_and_rows_without_it_are_left_out():
    wanted, keys = recipe("mask-predictor-tables"), {"mask-predictor", "mask-generator", "gradient"}
    assert [m.name for m in wanted.spec(keys).methods] == ["gradient"]
    spec = wanted.spec(keys, trained={"basic": "b.safetensors", "mask-generator": "g.safetensors"})
    assert [(m.name, m.trained) for m in spec.methods] == [
        ("mask-predictor (basic)", "b.safetensors"),
        ("mask-generator", "g.safetensors"),
        ("gradient", ""),
    ]
    assert "--trained customized=FILE (Ours (CF))" in said_about(wanted, keys)[-1]
    with pytest.raises(InvalidChoice, match="it takes basic, customized, mask-generator"):
        wanted.spec(keys, trained={"mask-predictor": "b.safetensors"})
    with pytest.raises(InvalidChoice, match="none of its methods is trained"):
        recipe("glas-table-1").spec({"glas"}, trained={"glas": "b.safetensors"})


def test_without_a_collection_it_runs_on_rendered_pictures():
    spec = recipe("glas-table-1").spec({"glas"})
    assert (spec.models, spec.collection, spec.limit) == (
        (ModelRef(architecture="an8flower-cnn"),), "an8flower-single-6c", 12,
    )  # fmt: skip
    own = recipe("glas-table-1").spec({"glas"}, None, "ilsvrc", {"folder": "x"})
    assert (own.collection, own.limit, own.collection_params) == ("ilsvrc", 0, {"folder": "x"})


def test_what_is_not_installed_is_said():
    said = said_about(recipe("mask-predictor-tables"), {"gradient", "smoothgrad", "integrated-gradients", "gradcam"})
    absent = [s for s in said if s.startswith("not here yet: ")]
    assert absent == [f"not here yet: {key}" for key in
                      ("mask-predictor", "mask-generator", "meaningful-perturbation", "gradcam-plus-plus")]  # fmt: skip


def test_ours_stand_beside_the_papers_in_its_unit():
    rows = [
        *rows_of("m", "gradcam", "faithfulness", faithfulness=70.0),
        *rows_of("m", "gradcam", "explainability", average_precision=0.5),
        *rows_of("m", "random-map", "explainability", average_precision=0.25),
    ]
    lines = beside(recipe("mask-predictor-tables"), table(rows))
    assert lines[0] == ["method", "M_F, paper", "M_F, here", "M_I, paper", "M_I, here", "M_PG, paper", "M_PG, here"]
    cam = next(line for line in lines if line[0] == "Grad CAM")
    assert cam[1::2] == ["69.71", "77.56", "76.72"]
    assert cam[2].startswith("70.00 ±")
    assert cam[4].startswith("50.00 ±")
    assert cam[6] == "–"
    control = next(line for line in lines if line[0] == "random-map (control)")
    assert control[4].startswith("25.00 ±")


def test_an_unknown_recipe_is_refused_with_a_hint():
    with pytest.raises(InvalidChoice, match="did you mean glas-table-1"):
        recipe("glas-tabel-1")


def test_one_picture_fills_a_row_from_end_to_end(tmp_path):
    wanted, shelf = recipe("glas-table-3"), Shelf(device="cpu")
    spec = wanted.spec(shelf.host.explainers, limit=1)
    quick = tuple(m.model_copy(update={"params": {**m.params, "grid": 6}}) for m in spec.methods)
    evaluate(spec.model_copy(update={"methods": quick}), shelf, tmp_path)
    with Store(tmp_path) as store:
        lines = beside(wanted, table(store.rows(), wanted.values))
    assert all(cell.endswith("(n 1)") for cell in lines[1][2::2])
    assert all(cell.endswith("(n 1)") for line in lines if line[0].startswith("A ") for cell in line[2::2])
