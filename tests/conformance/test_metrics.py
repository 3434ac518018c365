"""What every metric promises, checked for every one that is installed. An expected failure carries its reason."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np
import pytest
import torch
from metric_bench import HOST, Bench, VolumeBench
from nets import Contest, Fuse, Fused, Indifferent, Volume, small
from network_state import same_state, state_of

from salviewer.api import Curve, Heatmap, Progress
from salviewer.errors import Cancelled, InvalidChoice, SalViewerError, UnsupportedModel
from salviewer.jobs.plan import Plan

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

every_metric = pytest.mark.parametrize("key", KEYS)


def degenerate_maps():
    """Maps (32, 32) without much to say, by name."""
    bump = ramp().copy()
    one = np.zeros((32, 32), np.float32)
    one[9, 21] = 1
    some, infinite, enormous = bump.copy(), bump.copy(), np.sign(bump - bump.mean()) * np.float32(3e38)
    some[3:6, 4] = np.nan
    infinite[3, 4], infinite[5, 6] = np.inf, -np.inf
    return {
        "constant": np.full((32, 32), 0.7, np.float32),
        "negative constant": np.full((32, 32), -0.7, np.float32),
        "zero": np.zeros((32, 32), np.float32),
        "NaN in some places": some,
        "infinite in some places": infinite,
        "NaN everywhere": np.full((32, 32), np.nan, np.float32),
        "all negative": -1 - bump,
        "one pixel": one,
        "one pixel below zero": -one,
        "enormous": enormous.astype(np.float32),
        "tiny": (bump * np.float32(1e-42)).astype(np.float32),
        "of one cell": np.full((1, 1), 0.7, np.float32),
        "coarse": np.arange(16, dtype=np.float32).reshape(4, 4),
    }


def ramp():
    """(32, 32) float32 in 0..1, all different, so that every ranking of it is the same."""
    y, x = np.mgrid[:32, :32]
    return ((np.sin(0.31 * y) * np.cos(0.17 * x) + 0.001 * (32 * y + x) + 1) / 4).astype(np.float32)


@cache
def bench():
    return Bench(small())


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
    found = [here.measure(key, heatmap).value for heatmap in (good, good.max() - good)]
    assert np.isfinite(found).all()
    assert found[0] > found[1] if HOST.metric(key).better == "higher" else found[0] < found[1]


@every_metric
@pytest.mark.parametrize("name", degenerate_maps())
def test_a_degenerate_map_gets_a_defined_answer(key, name):
    found = bench().measure(key, degenerate_maps()[name])
    assert_defined(found)
    assert list(found.values) == list(bench().measure(key, ramp()).values)


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
    here = Bench(small(channels=shape[0]), picture_of(shape), boxes=((0, 0, shape[2] / 2, shape[1] / 2),))
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
    assert math.isfinite(found.value)


@every_metric
def test_map_and_input_and_model_are_bit_identical_after(key):
    net, array, heatmap = small(), picture_of((3, 32, 32)), ramp()
    net.conv2.eval()
    truth = np.zeros((32, 32), bool)
    truth[4:9, 5:12] = True
    kept = [a.copy() for a in (array, heatmap, truth)]
    here = Bench(net, array, boxes=(), mask=truth)
    judged = here.judged(heatmap)
    before = state_of(net)
    here.measure(key, judged)
    assert same_state(before, state_of(net))
    for a, b in zip((array, heatmap, truth), kept, strict=True):
        assert a.tobytes() == b.tobytes()
    assert judged.heatmap.tobytes() == heatmap.tobytes()
    assert here.model_input().tensor.numpy().tobytes() == array.tobytes()


@every_metric
def test_a_map_that_must_not_be_written_to_is_judged(key):
    heatmap = ramp()
    heatmap.flags.writeable = False
    assert bench().measure(key, heatmap).values == pytest.approx(bench().measure(key, ramp()).values, nan_ok=True)


@every_metric
def test_the_model_is_as_it_was_after_a_failure_in_the_middle(key):
    fuse = Fuse()
    net = Fused(fuse)
    here = Bench(net)
    judged, before, used = here.judged(ramp()), state_of(net), fuse.passes
    here.measure(key, judged, plan=Plan(batch=2))
    passes = fuse.passes - used
    if not passes:
        pytest.skip("it does not run the network")
    for left in sorted({0, 1, passes // 2, passes - 1}):
        fuse.left = fuse.whole = left
        with pytest.raises(RuntimeError, match="planted failure"):
            here.measure(key, judged, plan=Plan(batch=2))
        assert same_state(before, state_of(net))


@every_metric
def test_the_model_is_as_it_was_after_cancel_at_several_progress_calls(key):
    net = small()
    here = Bench(net)
    calls = []
    here.measure(key, ramp(), progress=Progress(lambda *heard: calls.append(heard)))
    before = state_of(net)
    for stop_at in sorted({1, 2, len(calls) // 2, len(calls) - 1}):
        heard = []
        progress = Progress(lambda *h, heard=heard: heard.append(h), lambda n=stop_at, heard=heard: len(heard) >= n)
        with pytest.raises(Cancelled):
            here.measure(key, ramp(), progress=progress)
        assert same_state(before, state_of(net))


@every_metric
def test_the_global_random_state_is_unchanged(key):
    here = bench()
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - the legacy generator is global state, too
    torch.manual_seed(1)
    here.measure(key, ramp())
    assert random.random() == pytest.approx(0.13436424411240122)
    assert np.random.rand() == pytest.approx(0.417022004702574)  # noqa: NPY002
    assert torch.equal(torch.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(1)))


@every_metric
def test_a_second_measurement_gives_the_same_numbers(key):
    first, second = (bench().measure(key, ramp(), seed=5) for _ in range(2))
    assert json.dumps(first.values) == json.dumps(second.values)
    assert first.evidence == second.evidence


@every_metric
def test_the_same_seed_gives_the_same_value_whatever_the_batch_size(key):
    reference = bench().measure(key, ramp(), seed=5)
    for batch in (1, 3, 50):
        found = bench().measure(key, ramp(), seed=5, plan=Plan(batch=batch))
        assert found.values == pytest.approx(reference.values, rel=1e-4, abs=1e-6, nan_ok=True)


@every_metric
def test_the_value_does_not_depend_on_the_scale_of_the_map(key):
    heatmap = bench().explanation.heatmap
    found = [bench().measure(key, scale * heatmap).values for scale in (np.float32(1), np.float32(3))]
    if key in NOT_OF_THE_SCALE:
        assert found[0] != pytest.approx(found[1], rel=1e-2, nan_ok=True), "the table of exceptions is out of date"
        return
    assert found[1] == pytest.approx(found[0], rel=1e-4, abs=1e-6, nan_ok=True)


@every_metric
def test_progress_rises_from_0_to_1_and_says_what_is_done(key):
    heard = []
    bench().measure(key, ramp(), progress=Progress(lambda f, m, e: heard.append((f, m, e))))
    fractions = [fraction for fraction, _, _ in heard]
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert fractions == sorted(fractions)
    assert all(message for _, message, _ in heard)
    assert not any(evidence for _, _, evidence in heard), "a metric has no partial map to show"


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


@every_metric
def test_provenance_says_what_is_needed_to_do_it_again(key):
    about = bench().measure(key, ramp(), seed=3).provenance
    assert (about["method"], about["seed"], about["target"]["index"]) == (key, 3, 1)
    assert about["explanation"]["method"] == "gradient"
    assert json.loads(json.dumps(about)) == about


@every_metric
@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_gpu_equals_cpu(key):
    gpu = Bench(small(), device="cuda").measure(key, ramp(), plan=Plan("cuda", batch=8))
    assert gpu.values == pytest.approx(bench().measure(key, ramp()).values, rel=1e-3, abs=1e-4, nan_ok=True)


def picture_of(shape):
    return np.random.default_rng(0).random(shape, dtype=np.float32)


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
