"""Training without a window: what a trainer is given, what is kept of it, and where it goes on."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from toy_trainers import CLASSES, host_with_trainers, net

from salviewer.api import CollectionRef, JobSpec, ModelRef, Progress
from salviewer.errors import Cancelled, InvalidChoice, PluginError, Unavailable, UnreadableInput, UnsupportedModel
from salviewer.jobs.labelled import class_map
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.training_places import Place, features_folder, features_of, size_of, tidy, unfinished
from salviewer.models.opening import open_module

PLAN = Plan(batch=4)
HOST = host_with_trainers()


def spec_for(shelf, module=None, classes=CLASSES, trainer="toy-mean", limit=0, seed=0, params=None, **collection):
    model = open_module(module or net(), classes=classes)
    return JobSpec(
        verb="train", method=trainer, model=ModelRef(architecture=shelf.keep_live(model)), params=params or {},
        collection=CollectionRef(key="toy-squares", params=collection, limit=limit), seed=seed,
    )  # fmt: skip


@pytest.fixture
def shelf():
    return Shelf(HOST, "cpu")


def trained(shelf, progress=None, **more):
    return run(spec_for(shelf, **more), shelf, progress, PLAN)


def stopping_after(calls):
    heard = []
    return Progress(lambda *told: heard.append(told), lambda: len(heard) >= calls)


def test_what_is_learned_comes_back_with_how_it_came_about(shelf):
    found = trained(shelf, seed=7)
    np.testing.assert_allclose(found.tensors["means"], [0.2, 0.3], atol=1e-6)  # 0, 2, 4 and 1, 3, 5 tenths
    about = found.provenance
    assert (about["trainer"], about["seed"], about["resumed"]) == ("toy-mean", 7, False)
    assert about["collection"]["key"] == "toy-squares"
    assert about["collection"]["samples"] == 6
    assert about["params"] == {"factor": 1.0, "spoil": False}
    assert about["plugin"] == "toy-trainers 1.0"
    assert len(about["model"]["sha256"]) == len(about["fingerprint"]) == 64
    assert json.loads(json.dumps(about)) == about
    assert unfinished() == ()


def test_a_limit_is_spread_over_the_classes(shelf):
    assert trained(shelf, limit=2).facts["ids"] == ["square-0", "square-1"]


def test_the_same_seed_draws_the_same_and_another_does_not(shelf):
    one, same, other = (trained(shelf, seed=s).tensors["noise"] for s in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_progress_rises_from_0_to_1(shelf):
    heard = []
    trained(shelf, Progress(lambda f, m, e: heard.append(f)))
    assert heard[0] == 0.0
    assert heard[-1] == 1.0
    assert heard == sorted(heard)


@pytest.mark.parametrize(
    ("classes", "labels", "note"),
    [
        (("dark", "bright"), [0, 1], ""),
        (("cat", "bright", "Dark"), [2, 1], ""),
        (("cat", "bright"), [-1, 1], "“dark” is no class"),
        (("cat", "dog"), [0, 1], "none of the collection's class names"),
        (("cat",), [0, -1], "none of the collection's class names"),
    ],
)
def test_labels_are_the_models_own(classes, labels, note):
    found = class_map(CLASSES, classes)
    assert [found(0), found(1), found(-1)] == [*labels, -1]
    assert note in found.note if note else not found.note


def test_names_that_a_list_holds_twice_are_told_apart_by_their_place():
    names = ("crane", "dog", "crane")
    assert [class_map(names, names)(i) for i in range(3)] == [0, 1, 2]


def test_labels_count_where_a_collection_names_no_classes():
    assert [class_map((), ("cat", "dog"))(i) for i in (0, 1, 2)] == [0, 1, -1]


def test_the_truth_is_on_the_models_grid_and_made_only_where_it_is_needed(shelf):
    boxes = trained(shelf, trainer="toy-truth").tensors["boxes"]
    assert np.array_equal(boxes, [[4, 0, 12, 8]] * 6)


def test_a_collection_without_annotations_is_refused_in_a_sentence(shelf):
    with pytest.raises(InvalidChoice, match=r"Toy-Truth compares with boxes or masks.*toy-squares.*6 samples"):
        trained(shelf, trainer="toy-truth", annotated=False)


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"trainer": "toy-maen"}, InvalidChoice, "no trainer “toy-maen”: did you mean toy-mean"),
        ({"params": {"factor": 0}}, InvalidChoice, "factor"),
        ({"count": 0}, InvalidChoice, "“toy-squares” is empty"),
        ({"broken": 3}, UnreadableInput, "Sample “square-3” of the collection “toy-squares” cannot be used: The file"),
        ({"params": {"spoil": True}}, PluginError, "“means” holds values that are no numbers"),
        ({"module": torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(5, 2))}, UnsupportedModel, "refused"),
    ],
)
def test_what_cannot_be_is_one_sentence(shelf, more, error, words):
    with pytest.raises(error, match=words) as caught:
        trained(shelf, **more)
    assert "\n" not in str(caught.value)


def test_a_training_without_a_collection_is_refused(shelf):
    spec = spec_for(shelf).model_copy(update={"collection": None})
    with pytest.raises(InvalidChoice, match="none was given"):
        run(spec, shelf, None, PLAN)


def test_a_cancelled_training_goes_on_where_it_was_and_learns_the_same(shelf):
    whole = trained(shelf)
    with pytest.raises(Cancelled):
        trained(shelf, stopping_after(8))
    (folder,) = unfinished()
    seen = json.loads((folder / "work" / "state.json").read_text())
    assert 0 < len(seen) < 6
    samples = shelf.collection("toy-squares")
    samples.asked.clear()
    again = trained(shelf)
    assert again.provenance["resumed"]
    assert 1 not in samples.asked  # the first is looked at to plan, the second was seen before
    for name, values in whole.tensors.items():
        assert np.array_equal(values, again.tensors[name])
    assert unfinished() == ()


def test_another_job_does_not_take_up_its_work(shelf):
    with pytest.raises(Cancelled):
        trained(shelf, stopping_after(8))
    assert not trained(shelf, params={"factor": 2.0}).provenance["resumed"]
    assert not trained(shelf, module=net(1)).provenance["resumed"]
    assert not trained(shelf, limit=4).provenance["resumed"]
    assert trained(shelf).provenance["resumed"]


def test_the_same_job_cannot_run_twice_at_once(shelf):
    def again(fraction, message, evidence):
        if message == "0 of 6":
            with pytest.raises(Unavailable, match="running already"):
                trained(shelf)

    trained(shelf, Progress(again))


def test_the_mark_of_a_process_that_died_counts_for_nothing():
    place = Place("a" * 64)
    place.folder.mkdir(parents=True)
    (place.folder / "running").write_text("999999999 0.0")
    with place.held({}) as work:
        assert work.is_dir()
    assert not place.folder.exists()


def test_features_are_kept_for_other_jobs(shelf):
    trained(shelf)
    trained(shelf, params={"factor": 2.0})
    (folder,) = (features_folder() / "toy-mean").iterdir()
    assert len(list(folder.iterdir())) == 6


def test_features_used_longest_ago_make_room():
    import os

    places = [features_of("toy", name) for name in "abc"]
    for i, place in enumerate(places):
        (place / "rows").write_bytes(b"x" * 100)
        os.utime(place, (i, i))
    assert size_of(features_folder()) == 300
    tidy(keep=places[0], most=200, now=0.0)
    assert [place.exists() for place in places] == [True, False, True]


def test_trainings_that_nobody_went_on_with_are_removed():
    place = Place("b" * 64)
    place.work.mkdir(parents=True)
    tidy()
    assert place.folder.exists()
    tidy(now=1e12)
    assert not place.folder.exists()


def test_the_model_and_all_randomness_are_as_they_were(shelf):
    torch.manual_seed(1)
    module = net().train()
    before = {name: p.clone() for name, p in module.named_parameters()}
    trained(shelf, module=module)
    assert module.training
    assert all(torch.equal(before[name], p) and p.requires_grad for name, p in module.named_parameters())


def test_provenance_holds_no_path(shelf, tmp_path):
    folder = tmp_path / "very-private" / "photos"
    folder.mkdir(parents=True)
    about = trained(shelf, folder=str(folder)).provenance
    assert "very-private" not in json.dumps(about)
    assert about["collection"]["params"]["folder"] == "photos"


def test_a_training_that_was_refused_is_not_one_that_was_begun():
    with pytest.raises(InvalidChoice), Place("r" * 64).held({}):
        raise InvalidChoice("No.", code="no")
    assert unfinished() == ()
