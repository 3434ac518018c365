"""What every trainer promises, checked for every one that is installed."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from network_state import same_state, state_of
from training_bench import HOST, SAMPLES, Bench

from salviewer.api import Heatmap, Progress
from salviewer.api.trained_file import read_trained
from salviewer.errors import Cancelled
from salviewer.jobs.plan import Plan
from salviewer.jobs.training_places import unfinished

KEYS = sorted(key for key, info in HOST.trainers.items() if 2 in info.dims)
pytestmark = pytest.mark.parametrize("key", KEYS)

NEAR = dict.fromkeys(("mask-predictor", "mask-generator"), 0.15)
"""How far rounding may lead where many steps of Adam, each divided by its own size, follow each other; else 0.02."""


def same(one, other):
    """Whether two trained states hold the same to the last digit."""
    return one.tensors.keys() == other.tensors.keys() and all(
        np.array_equal(array, other.tensors[name], equal_nan=array.dtype.kind == "f")
        for name, array in one.tensors.items()
    )


@pytest.fixture(scope="module")
def learned():
    """What each trainer learned, once for all tests that only look at it; and what it said meanwhile."""
    found = {}

    def get(key):
        if key not in found:
            heard = []
            found[key] = Bench(key).train(Progress(lambda *told: heard.append(told))), heard
        return found[key]

    return get


def test_the_descriptor_tells_a_person_what_it_is(key):
    info = HOST.trainer(key)
    assert info.title
    assert info.summary.endswith(".")
    assert info.learns.endswith(".")
    assert info.source.citation
    assert any(method.trained_by == key for method in HOST.explainers.values()), "no method takes what it learns"


def test_params_are_described_survive_json_and_load_without_torch(key):
    info = HOST.trainer(key)
    model = HOST.params(info)
    assert model(**json.loads(model().model_dump_json())) == model()
    assert all(field.description for field in model.model_fields.values())
    model(**model.quick)
    probe = f"import sys, {info.params.partition(':')[0]}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "False\n"


def test_something_finite_is_learned(key, learned):
    found, _ = learned(key)
    assert found.tensors
    assert all(np.isfinite(a).all() for a in found.tensors.values() if a.dtype.kind == "f")
    assert not any(isinstance(e, Heatmap) for e in found.evidence), "a trained state is about no single picture"


def test_it_is_saved_and_read_back_equal(key, learned, tmp_path):
    found, _ = learned(key)
    again = read_trained(found.save(tmp_path / "t.safetensors"))
    assert same(found, again)
    assert json.loads(json.dumps(dict(found.facts))) == again.facts
    assert again.evidence == found.evidence
    assert again.provenance == json.loads(json.dumps(dict(found.provenance)))


def test_provenance_says_what_is_needed_to_do_it_again(key, learned):
    about = learned(key)[0].provenance
    assert (about["trainer"], about["seed"]) == (key, 0)
    assert about["collection"]["samples"] == SAMPLES
    assert len(about["model"]["sha256"]) == len(about["fingerprint"]) == 64


def test_progress_rises_from_0_to_1(key, learned):
    heard = [fraction for fraction, _, _ in learned(key)[1]]
    assert heard[0] == 0.0
    assert heard[-1] == 1.0
    assert heard == sorted(heard)
    assert len(heard) > 5, "nobody could follow or stop it"


def test_the_same_seed_learns_the_same_and_leaves_all_as_it_was(key, learned):
    bench = Bench(key)
    before = state_of(bench.net)
    random.seed(1)
    torch.manual_seed(1)
    found = bench.train()
    assert same(found, learned(key)[0])
    assert same_state(before, state_of(bench.net))
    assert random.random() == pytest.approx(0.13436424411240122)
    assert torch.equal(torch.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(1)))
    assert unfinished() == ()


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_cancelled_training_ends_at_once_and_the_same_again_learns_the_same(key, learned, share):
    whole, said = learned(key)
    stop_at = max(2, int(share * len(said)))
    heard = []
    bench = Bench(key)
    before = state_of(bench.net)
    with pytest.raises(Cancelled):
        bench.train(Progress(lambda *told: heard.append(told), lambda: len(heard) >= stop_at))
    assert same_state(before, state_of(bench.net))
    assert len(heard) == stop_at
    assert len(unfinished()) == 1
    assert same(bench.train(), whole)
    assert unfinished() == ()


def test_a_failure_in_the_middle_leaves_the_model_as_it_was(key):
    bench = Bench(key)
    before = state_of(bench.net)

    def fail(fraction, message, evidence):
        if fraction >= 0.4:
            raise ArithmeticError("planted failure")

    with pytest.raises(ArithmeticError, match="planted failure"):
        bench.train(Progress(fail))
    assert same_state(before, state_of(bench.net))


def test_the_batch_size_changes_nothing_but_rounding(key, learned):
    whole, _ = learned(key)
    other = Bench(key).train(plan=Plan(batch=1))
    for name, array in whole.tensors.items():
        assert other.tensors[name].dtype == array.dtype
        near = NEAR.get(key, 0.02)
        np.testing.assert_allclose(other.tensors[name], array, rtol=near, atol=near * np.abs(array).max(initial=0.0))
