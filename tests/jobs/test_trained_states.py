"""Trained states: kept per model, listed, removed and brought back; and given to the methods that take them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toy_trainers import CLASSES, host_with_trainers, net

from salviewer.api import CollectionRef, InputRef, JobSpec, ModelRef, Trained, TrainedRef
from salviewer.api.trained_file import read_trained
from salviewer.data.pictures import picture_from_array
from salviewer.errors import InvalidChoice
from salviewer.jobs import trained_library
from salviewer.jobs.plan import Plan
from salviewer.jobs.reproduce import reproduce
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.trained_library import remove, restore, save_to_library, trained_states, unreadable
from salviewer.jobs.trained_states import content_sha256
from salviewer.models.opening import open_module

PLAN = Plan(batch=4)
HOST = host_with_trainers()


class Bench:
    """One network and one picture, and what was learned about the network."""

    def __init__(self, seed=0):
        self.shelf = Shelf(HOST, "cpu")
        self.model = ModelRef(architecture=self.shelf.keep_live(open_module(net(seed), classes=CLASSES)))
        array = np.random.default_rng(0).random((3, 16, 16), dtype=np.float32)
        self.input = InputRef(source=self.shelf.keep_live(picture_from_array(array)))

    def train(self, **more):
        spec = JobSpec(verb="train", method="toy-mean", model=self.model,
                       collection=CollectionRef(key="toy-squares"), **more)  # fmt: skip
        return run(spec, self.shelf, None, PLAN)

    def explain(self, trained, method="toy-distance", **more):
        if isinstance(trained, Trained):
            trained = self.shelf.keep_live(trained)
        ref = None if trained is None else TrainedRef(source=str(trained))
        spec = JobSpec(method=method, model=self.model, input=self.input, target=1, trained=ref, **more)
        return run(spec, self.shelf, None, PLAN)

    def measure(self, explanation, metric, params, **more):
        source = self.shelf.keep_live(explanation)
        spec = JobSpec(verb="measure", method=metric, params=params, model=self.model, input=self.input,
                       sources=(source,), **more)  # fmt: skip
        return run(spec, self.shelf, None, PLAN)


@pytest.fixture
def bench():
    return Bench()


def test_a_state_is_kept_listed_removed_and_brought_back(bench):
    path = save_to_library(bench.train())
    other = save_to_library(Bench(1).train())
    model = bench.shelf.model(bench.model).sha256
    (entry,) = trained_states(model)
    assert entry.path == path
    assert (entry.trainer, entry.title, entry.collection, entry.samples) == ("toy-mean", "Toy-Mean", "toy-squares", 6)
    assert path.name.startswith("toy-mean-")
    assert {e.path for e in trained_states(trainer="toy-mean")} == {path, other}
    assert trained_states(model, "another") == ()
    aside = remove(path)
    assert trained_states(model) == ()
    assert restore(aside) == path
    assert [e.path for e in trained_states(model)] == [path]


def test_the_newest_comes_first_and_no_name_is_taken_twice(bench):
    found = bench.train()
    old = replace(found, provenance={**found.provenance, "began": "2020-01-01T00:00:00+00:00"})
    first, second, third = save_to_library(old), save_to_library(found), save_to_library(old)
    assert trained_states(trainer="toy-mean")[0].path == second
    assert len({first, second, third}) == 3


def test_what_came_with_the_program_is_listed_and_stays(bench, tmp_path, monkeypatch):
    shipped = bench.train().save(tmp_path / "shipped.safetensors")
    monkeypatch.setattr(trained_library, "_shipped", lambda: [shipped])
    own = save_to_library(bench.train())
    assert [(e.path, e.shipped) for e in trained_states(trainer="toy-mean")] == [(own, False), (shipped, True)]
    with pytest.raises(InvalidChoice, match="none of the trained states"):
        remove(shipped)


def test_a_damaged_file_is_named_and_hides_no_other(bench):
    path = save_to_library(bench.train())
    bad = path.with_name("bad.safetensors")
    bad.write_bytes(b"no")
    assert [e.path for e in trained_states(trainer="toy-mean")] == [path]
    assert unreadable() == (bad,)


def test_a_method_is_given_what_its_trainer_learned(bench):
    found = bench.train()
    mean = found.tensors["means"][1]
    e = bench.explain(found)
    x = bench.shelf.picture(bench.input).pixels.mean(-1)
    np.testing.assert_allclose(e.heatmap, np.abs(x - mean), atol=1e-6)
    assert e.provenance["trained"]["sha256"] == content_sha256(found)
    assert e.provenance["trained"]["trainer"] == "toy-mean"


def test_a_state_is_known_by_its_content_wherever_it_lies(bench, tmp_path):
    found = bench.train()
    path = found.save(tmp_path / "private.safetensors")
    assert content_sha256(read_trained(path)) == content_sha256(found)
    prints = {bench.explain(t).provenance["fingerprint"] for t in (found, path)}
    assert len(prints) == 1
    other = bench.train(params={"factor": 2.0})
    assert bench.explain(other).provenance["fingerprint"] not in prints
    assert str(tmp_path) not in str(bench.explain(path).provenance)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"trainer": "other"}, "other-trainer", "was learned by “other”, and Toy-Distance takes what “toy-mean”"),
        ({"model": {"sha256": "f" * 64, "architecture": "vgg16"}}, "other-model", "belongs to another model, vgg16"),
    ],
)
def test_what_does_not_fit_is_one_sentence(bench, change, code, words):
    found = bench.train()
    wrong = replace(found, provenance={**found.provenance, **change})
    with pytest.raises(InvalidChoice, match=words) as caught:
        bench.explain(wrong)
    assert caught.value.code == code


def test_a_method_that_must_be_trained_says_how(bench):
    with pytest.raises(InvalidChoice, match="train toy-mean"):
        bench.explain(None)
    kept = save_to_library(bench.train())
    with pytest.raises(InvalidChoice, match=f"For this model there is {kept.name}"):
        bench.explain(None)
    assert "trained" not in bench.explain(None, "toy-maybe").provenance


def test_a_method_that_takes_none_says_that_it_plays_no_part(bench):
    assert "plays no part" in bench.explain(bench.train(), "toy-without").notes[0]


def test_a_file_that_was_overwritten_is_not_taken_for_the_former(bench, tmp_path):
    path = bench.train().save(tmp_path / "t.safetensors")
    ref = TrainedRef(source=str(path), sha256="0" * 64)
    spec = JobSpec(method="toy-distance", model=bench.model, input=bench.input, target=1, trained=ref)
    with pytest.raises(InvalidChoice, match="not what it was"):
        run(spec, bench.shelf, None, PLAN)


def test_running_the_method_again_takes_the_same_state_on_randomised_networks_too(bench):
    e = bench.explain(bench.train())
    found = bench.measure(e, "randomisation", {})
    assert found.value > 0.99  # the method reads only the picture and the state, which is kept


def test_a_state_that_is_gone_is_missed_in_a_sentence(bench, tmp_path):
    path = bench.train().save(tmp_path / "t.safetensors")
    e = bench.explain(path)
    other = Bench()
    with pytest.raises(InvalidChoice, match=r"trained state \(t\.safetensors\) that is not at hand"):
        other.measure(e, "randomisation", {})


def test_a_result_is_reproduced_with_the_state_that_it_was_made_with(bench):
    path = save_to_library(bench.train())
    e = bench.explain(path)
    found = reproduce(e, bench.shelf, model=bench.model, source=bench.input)
    assert found.identical
    remove(path)
    other = Bench()
    with pytest.raises(InvalidChoice, match="give it with --trained"):
        reproduce(e, other.shelf, model=other.model, source=other.input)
