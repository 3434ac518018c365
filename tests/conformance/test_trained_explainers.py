"""What methods promise that take what was trained: with it, without it, with what belongs to others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from network_state import same_state, state_of
from training_bench import COLLECTION, HOST, Bench

from salviewer.api import InputRef, JobSpec, ModelRef, Progress, TrainedRef
from salviewer.errors import Cancelled, InvalidChoice
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run

KEYS = sorted(key for key, info in HOST.explainers.items() if 2 in info.dims and info.trained_by)
pytestmark = pytest.mark.parametrize("key", KEYS)


class Taught(Bench):
    """The sample network, one flower, and what the method's trainer learned."""

    def __init__(self, key):
        super().__init__(HOST.explainer(key).trained_by)
        self.method = key
        self.learned = self.train()
        name = self.shelf.sample_ids(COLLECTION)[0]
        self.input = InputRef(source=f"collection:{COLLECTION}/{name}")
        self.ref = ModelRef(architecture=self.shelf.keep_live(self.model))

    def explain(self, trained, progress=None, plan=None):
        state = None if trained is None else TrainedRef(source=self.shelf.keep_live(trained))
        spec = JobSpec(method=self.method, params=HOST.params(HOST.explainer(self.method)).quick, model=self.ref,
                       input=self.input, target=0, trained=state)  # fmt: skip
        return run(spec, self.shelf, progress, plan or Plan(batch=8))


@pytest.fixture(scope="module")
def taught():
    """One bench per method, for all tests: what is learned does not change."""
    made = {}

    def get(key):
        if key not in made:
            made[key] = Taught(key)
        return made[key]

    return get


def test_the_map_is_finite_and_has_the_inputs_shape(key, taught):
    bench = taught(key)
    e = bench.explain(bench.learned)
    assert e.heatmap.shape == bench.shelf.input(bench.input, bench.model).grid.model_shape
    assert e.heatmap.dtype == np.float32
    assert np.isfinite(e.heatmap).all()
    assert np.ptp(e.heatmap) > 0
    assert [one.kind for one in e.evidence][: len(HOST.explainer(key).evidence)] == [*HOST.explainer(key).evidence]
    assert e.provenance["trained"]["trainer"] == HOST.explainer(key).trained_by


def test_the_same_is_shown_again_and_the_model_is_as_it_was(key, taught):
    bench = taught(key)
    before = state_of(bench.net)
    first, again = bench.explain(bench.learned), bench.explain(bench.learned)
    assert np.array_equal(first.heatmap, again.heatmap)
    assert same_state(before, state_of(bench.net))


def test_the_model_is_as_it_was_after_cancel_at_each_progress_call(key, taught):
    bench, calls = taught(key), []
    before = state_of(bench.net)
    bench.explain(bench.learned, Progress(lambda *told: calls.append(told)))
    for stop_at in sorted({1, 2, len(calls) // 2, len(calls) - 1} - {0}):
        heard = []
        with pytest.raises(Cancelled):
            bench.explain(
                bench.learned, Progress(lambda *t, h=heard: h.append(t), lambda h=heard, n=stop_at: len(h) >= n)
            )
        assert same_state(before, state_of(bench.net))


def test_without_anything_trained_it_says_so_or_does_without(key, taught):
    bench = taught(key)
    if "trained" not in HOST.explainer(key).needs:
        assert np.isfinite(bench.explain(None).heatmap).all()
        return
    shipped = "For this model there is .*safetensors"
    with pytest.raises(InvalidChoice, match=f"train {HOST.explainer(key).trained_by}|{shipped}"):
        bench.explain(None)


def test_another_models_state_is_refused(key, taught):
    bench = taught(key)
    about = bench.learned.provenance
    other = replace(bench.learned, provenance={**about, "model": {**about["model"], "sha256": "0" * 64}})
    with pytest.raises(InvalidChoice, match="belongs to another model"):
        bench.explain(other)
