"""What every metric promises of its answers, checked for every one. An expected failure carries its reason."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from metric_bench import HOST, Bench, VolumeBench, bench
from nets import Contest, Indifferent, Volume, small
from odd_maps import degenerate_maps, ramp

from salviewer.api import Curve, Heatmap
from salviewer.errors import InvalidChoice, SalViewerError, UnsupportedModel

KEYS = sorted(HOST.metrics)
DIRECTED = [key for key in KEYS if HOST.metrics[key].better]
ANNOTATED = [key for key in KEYS if "annotation" in HOST.metrics[key].needs]
EXPLAINERS = [key for key in KEYS if HOST.metrics[key].given == "explainer"]

NOT_OF_THE_MAP = {
    "randomisation": "it compares the map with those of random networks, whatever the truth is",
    "adversarial-evidence": "it asks the method about another class and does not read the map",
    "ablation": "it silences units of a layer, and the map only weighs them",
}
"""Metrics with a direction in which a good map is not better than its opposite, and why."""

NOT_OF_THE_SCALE = {"max-sensitivity": "the map is compared with a new one, which is not scaled with it"}
"""Metrics whose value changes when the map is multiplied by a number, and why."""

NOT_WITH_HOLES = {
    "max-sensitivity": "a distance of maps has no value where one of them has none",
    "randomisation": "the same for a rank correlation",
    "ablation": "the weights of a layer's cells are means over the map",
}
"""Metrics without an answer where the map has a value that is no number, and why."""

TAKEN_AWAY = {"faithfulness": {"background": "mean"}}
"""Params for a network that sees no difference between a small picture and its blur."""

every_metric = pytest.mark.parametrize("key", KEYS)


@every_metric
def test_default_and_quick_params_survive_json(key):
    model = HOST.params(HOST.metric(key))
    for params in (model(), model(**model.quick)):
        assert model(**json.loads(params.model_dump_json())) == params


@every_metric
def test_every_param_has_a_description(key):
    for name, field in HOST.params(HOST.metric(key)).model_fields.items():
        assert field.description and field.description.rstrip().endswith((".", ")")), name


@every_metric
def test_the_descriptor_tells_a_person_what_it_is(key):
    info = HOST.metric(key)
    assert info.title
    assert info.summary.endswith(".")
    assert info.answers.endswith("?")
    assert info.source.citation
    assert info.better in ("higher", "lower", "")
    assert info.dims and set(info.dims) <= {2, 3}
    assert ("rerun" in info.needs) == (info.given == "explainer")


@pytest.mark.parametrize("key", DIRECTED)
def test_the_planted_patch_is_better_than_its_opposite(key):
    if key in NOT_OF_THE_MAP:
        pytest.skip(NOT_OF_THE_MAP[key])
    net = Contest()
    at = np.s_[net.rows, net.columns]
    array = np.full((3, 32, 32), 0.1, np.float32)
    array[:, at[0], at[1]] = 1
    good = np.zeros((32, 32), np.float32)
    good[at] = 1
    here = Bench(net, array, method="gradient-x-input", target=0, boxes=((18, 6, 26, 14),))
    if HOST.metric(key).given == "explainer":
        good = here.explanation.heatmap
    params = TAKEN_AWAY.get(key)
    found = [here.measure(key, heatmap, params=params).value for heatmap in (good, good.max() - good)]
    assert np.isfinite(found).all()
    assert found[0] > found[1] if HOST.metric(key).better == "higher" else found[0] < found[1]


@every_metric
@pytest.mark.parametrize("name", degenerate_maps())
def test_a_degenerate_map_gets_a_defined_answer(key, name):
    found = bench().measure(key, degenerate_maps()[name])
    assert_defined(found)
    assert list(found.values) == list(bench().measure(key, ramp()).values)


@every_metric
@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_one_hole_in_a_coarse_map_is_not_a_hole_everywhere(key, missing):
    coarse = np.random.default_rng(0).random((8, 8), dtype=np.float32)
    usual = bench().measure(key, coarse)
    coarse[5, 2] = missing
    found = bench().measure(key, coarse)
    assert_defined(found)
    assert math.isfinite(found.value) == (math.isfinite(usual.value) and key not in NOT_WITH_HOLES)


@every_metric
def test_a_network_that_says_the_same_whatever_it_sees_gets_a_defined_answer(key):
    here = Bench(Indifferent())
    try:
        found = here.measure(key, ramp())
    except SalViewerError as e:
        assert_a_sentence(e)
        return
    assert_defined(found)
    assert list(found.values) == list(bench().measure(key, ramp()).values)


@every_metric
def test_a_logit_is_judged_as_well_as_a_probability(key):
    assert_defined(bench().measure(key, ramp(), output="logit"))


@every_metric
def test_the_headline_keeps_its_bounds(key):
    low, high = HOST.metric(key).bounds
    for heatmap in (ramp(), -ramp(), 1 - ramp()):
        found = bench().measure(key, heatmap)
        if math.isfinite(found.value):
            assert low is None or found.value >= low
            assert high is None or found.value <= high


@every_metric
@pytest.mark.parametrize("shape", [(1, 24, 40), (3, 41, 20), (3, 3, 4), (3, 1, 1)])
def test_any_shape_of_picture_is_judged(key, shape):
    here = Bench(
        small(channels=shape[0]),
        np.random.default_rng(0).random(shape, dtype=np.float32),
        boxes=((0, 0, shape[2] / 2, shape[1] / 2),),
    )
    try:
        found = here.measure(key, here.explanation)
    except UnsupportedModel as e:
        assert shape == (3, 1, 1), "only a single pixel has no places to tell apart"
        assert_a_sentence(e)
        return
    assert_defined(found)
    assert list(found.values) == list(bench().measure(key, ramp()).values)


@every_metric
def test_volumes_are_judged_where_the_descriptor_says_so(key):
    here = VolumeBench(Volume())
    if 3 not in HOST.metric(key).dims:
        with pytest.raises(SalViewerError) as caught:
            here.measure(key, here.explanation)
        assert caught.value.code == "wrong-dims"
        return
    found = here.measure(key, here.explanation)
    assert_defined(found)
    assert math.isfinite(found.value) or found.notes


@every_metric
def test_the_value_does_not_depend_on_the_scale_of_the_map(key):
    heatmap = bench().explanation.heatmap
    found = [bench().measure(key, scale * heatmap).values for scale in (np.float32(1), np.float32(3))]
    if key in NOT_OF_THE_SCALE:
        assert found[0] != pytest.approx(found[1], rel=1e-2, nan_ok=True), "the table of exceptions is out of date"
        return
    assert found[1] == pytest.approx(found[0], rel=1e-4, abs=1e-6, nan_ok=True)


@every_metric
def test_curves_are_finite_and_have_labels(key):
    for curve in bench().measure(key, ramp()).evidence:
        assert isinstance(curve, Curve)
        assert curve.name and curve.x_label and curve.y_label
        assert len(curve.x) == len(curve.y) > 1
        assert np.isfinite(curve.x).all() and np.isfinite(curve.y).all()
        assert (np.diff(curve.x) >= 0).all()


@pytest.mark.parametrize("key", ANNOTATED)
def test_without_an_annotation_it_refuses_in_a_sentence(key):
    with pytest.raises(InvalidChoice, match="give boxes or a mask") as caught:
        Bench(small(), boxes=()).measure(key, ramp())
    assert_a_sentence(caught.value, "no-annotation")


@pytest.mark.parametrize("key", ANNOTATED)
def test_an_object_that_the_model_does_not_see_has_no_answer(key):
    found = Bench(small(), boxes=(), mask=np.zeros((32, 32), bool)).measure(key, ramp())
    assert math.isnan(found.value)
    assert found.notes


@pytest.mark.parametrize("key", EXPLAINERS)
def test_a_map_of_which_nobody_knows_the_method_is_refused_in_a_sentence(key):
    with pytest.raises(InvalidChoice, match="instead of an array") as caught:
        bench().measure(key, replace(bench().judged(ramp()), provenance={}))
    assert_a_sentence(caught.value, "no-method")


@pytest.mark.parametrize("key", sorted(set(KEYS) - set(EXPLAINERS)))
def test_a_bare_array_is_judged_as_an_explanation_is(key):
    here = bench()
    bare = replace(here.judged(ramp()), provenance={}, grid=None)
    assert here.measure(key, bare).values == pytest.approx(here.measure(key, ramp()).values, nan_ok=True)


@every_metric
def test_a_map_of_other_dimensions_is_refused_in_a_sentence(key):
    volume = replace(bench().judged(ramp()), evidence=(Heatmap("map", np.ones((4, 4, 4), np.float32)),))
    with pytest.raises(InvalidChoice, match="dimensions") as caught:
        bench().measure(key, volume)
    assert_a_sentence(caught.value, "map-dims")


@every_metric
def test_every_choice_and_the_least_of_every_param_is_worked_with(key):
    model = HOST.params(HOST.metric(key))
    for name, field in model.model_fields.items():
        for value in values_to_try(field):
            assert_defined(bench().measure(key, ramp(), params={**model.quick, name: value}))


@every_metric
def test_an_unknown_param_is_refused_in_a_sentence(key):
    with pytest.raises(InvalidChoice, match="zzz") as caught:
        bench().measure(key, ramp(), params={"zzz": 1})
    assert_a_sentence(caught.value)


def values_to_try(field):
    """Every choice of a param, and its least value, or a little more where that itself is out of range."""
    least = [getattr(bound, "ge", getattr(bound, "gt", None)) for bound in field.metadata]
    open_ended = any(hasattr(bound, "gt") for bound in field.metadata)
    numbers = [value + 1e-3 * open_ended for value in least if value is not None]
    return [*get_args(field.annotation), *numbers]


def assert_defined(found):
    """The headline is a number, or none with a note that says why; all values are plain and none is infinite."""
    assert all(type(value) is float for value in found.values.values())
    assert math.isfinite(found.value) or (math.isnan(found.value) and found.notes)
    assert not any(math.isinf(value) for value in found.values.values())
    assert all(note.endswith(".") for note in found.notes)


def assert_a_sentence(error, code=None):
    text = str(error)
    assert text.endswith((".", "?")) and "\n" not in text
    assert code is None or error.code == code
