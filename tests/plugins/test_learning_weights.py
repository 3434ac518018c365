"""The trainer of the three weights, with made-up walks whose best weights are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from salviewer.api import Annotation, CollectionRef, Curve, GridMap, LabelledInput, ModelInput, Progress, TrainRequest
from salviewer.errors import Cancelled, InvalidChoice
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.discernible.course import Course
from salviewer_plugins.discernible.judgement import Judgement
from salviewer_plugins.discernible.train_params import WeightParams
from salviewer_plugins.discernible.trainer import WeightTrainer
from tests.plugins.direct import PlainModel

SIDE = 20
BOX = (4.0, 4.0, 12.0, 12.0)
PARAMS = WeightParams(trials=40, radius=1.0, share=0.0)


def sample(number, label=0, boxes=(BOX,)):
    grid = GridMap.identity((SIDE, SIDE))
    truth = Annotation(boxes, np.zeros((SIDE, SIDE), bool)) if boxes is not None else None
    return LabelledInput(str(number), ModelInput(torch.zeros(1, 3, SIDE, SIDE), grid, str(number)), label, truth=truth)


def request_for(folder, samples, seed=0):
    folder.mkdir(exist_ok=True)
    work = PlannedWork(Plan(batch=1), Progress())
    ids = tuple(s.id for s in samples)
    generator = torch.Generator().manual_seed(seed)
    return TrainRequest(
        PlainModel(None), samples, ids, CollectionRef(key="made"), seed, generator, work, folder, folder
    )


def corners(x1):
    return np.array([[4, 4], [11, x1 - 1]])


def better_near(ratio):
    """A walk that finds the box on picture number n in 0..9 where the ratio is near enough; nearer finds more."""

    def walk(picture, weights):
        off = abs(math.log2(max(weights["a_pre"], 1e-6) / max(weights["a_cur"], 1e-6) / ratio))
        return corners(12 if int(picture.id) % 10 < 9 - 3 * off else 6)

    return walk


def train(walk, folder, samples=None, params=PARAMS, progress=None, seed=0):
    request = request_for(folder, samples or [sample(i) for i in range(30)], seed)
    return WeightTrainer(lambda *_: walk).train(request, params, progress or Progress())


def test_it_finds_the_better_ratio(tmp_path):
    found = train(better_near(0.5), tmp_path, params=PARAMS.model_copy(update={"trials": 300}))
    assert found.facts["a_pre"] / found.facts["a_cur"] == found.facts["ratio"] == 0.5
    assert found.stopped == "every weight had all its trials"


def test_the_arms_of_a_suc_tie_and_the_others_differ(tmp_path):
    found = train(better_near(0.5), tmp_path)
    arms = found.facts["arms"]
    assert arms["a_suc"]["differing"] == 0
    assert arms["a_suc"]["compared"] > 5
    assert arms["a_suc"]["values"] == [0.25, 0.5, 0.75, 1.0]
    assert max(arms["a_suc"]["counts"]) - min(arms["a_suc"]["counts"]) <= 2
    assert found.facts["a_suc"] == 1
    assert arms["a_pre"]["differing"] > 0
    assert any("a_suc = 1, learned with a_cur" in n and "its values tie" in n for n in found.notes)
    assert any("what matters is the ratio a_pre / a_cur" in n for n in found.notes)


def test_the_others_stand_at_what_was_learned_so_far(tmp_path):
    arms = (found := train(better_near(0.5), tmp_path)).facts["arms"]
    assert arms["a_cur"]["others"] == {"a_suc": 1.0, "a_pre": 1.0}
    assert arms["a_suc"]["others"] == {"a_cur": found.facts["a_cur"], "a_pre": 1.0}
    assert arms["a_pre"]["others"] == {"a_cur": found.facts["a_cur"], "a_suc": 1.0}


def test_scores_that_would_all_be_zero_are_never_asked_for(tmp_path):
    asked = []

    def walk(picture, weights):
        asked.append(weights)
        return corners(12 if weights["a_cur"] == 0 else 6)

    found = train(walk, tmp_path)
    assert found.facts["a_cur"] == 0
    assert found.facts["ratio"] is None
    assert 0.0 not in found.facts["arms"]["a_pre"]["values"]
    assert all(w["a_suc"] > 0 and w["a_cur"] + w["a_pre"] > 0 for w in asked)


def test_a_picture_is_walked_once_for_the_same_weights(tmp_path):
    asked = []

    def walk(picture, weights):
        asked.append((picture.id, *weights.values()))
        return corners(12)

    train(walk, tmp_path, [sample(0), sample(1)])
    assert len(asked) == len(set(asked))


def test_a_cancelled_training_goes_on_where_it_was(tmp_path):
    whole = train(better_near(0.5), tmp_path / "whole")
    calls = []

    def walk(picture, weights):
        calls.append(picture.id)
        return better_near(0.5)(picture, weights)

    for stop in (17, 61, 10**9):
        before = len(calls)
        try:
            again = train(
                walk, tmp_path / "cut", progress=Progress(cancelled=lambda b=before, s=stop: len(calls) - b >= s)
            )
        except Cancelled:
            assert stop < 10**9
    assert again.facts == whole.facts
    assert again.notes == whole.notes
    for name, array in whole.tensors.items():
        assert np.array_equal(array, again.tensors[name])


def test_a_course_of_another_question_is_not_taken_up(tmp_path):
    train(better_near(0.5), tmp_path, seed=1)
    one = train(better_near(2), tmp_path, seed=2)
    assert np.array_equal(
        one.tensors["trials/a_cur"], train(better_near(2), tmp_path / "new", seed=2).tensors["trials/a_cur"]
    )
    (tmp_path / "course.json").write_text("{")
    assert Course.read(tmp_path / "course.json", {}).done == 0


def test_samples_without_class_or_box_are_left_out_and_counted(tmp_path):
    samples = [sample(0), sample(1, label=-1), sample(2, boxes=None), sample(3, boxes=()), sample(4)]
    found = train(better_near(0.5), tmp_path, samples)
    assert found.facts["pictures"] == 2
    assert "1 of 5 samples looked at was left out: their class is not one of the model's." in found.notes
    assert "2 of 5 samples looked at were left out: no true box is in view." in found.notes


def test_no_boxes_at_all_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(InvalidChoice, match="none of the 2 samples of this collection has both a class") as e:
        train(better_near(1), tmp_path, [sample(0, boxes=None), sample(1, label=-1)])
    assert e.value.code == "no-boxes"


def test_samples_are_read_only_as_they_are_needed(tmp_path):
    class Lazy(list):
        read = 0

        def __getitem__(self, index):
            Lazy.read += 1
            return super().__getitem__(index)

    request = request_for(tmp_path, [sample(i) for i in range(500)])
    object.__setattr__(request, "samples", Lazy(request.samples))
    WeightTrainer(lambda *_: better_near(1)).train(request, PARAMS, Progress())
    assert Lazy.read < 125


def test_progress_shows_means_and_counts_as_curves(tmp_path):
    shown, fractions, words = [], [], []

    def report(fraction, message, evidence):
        fractions.append(fraction)
        words.append(message)
        shown.extend(evidence or ())

    found = train(better_near(0.5), tmp_path, progress=Progress(report, clock=iter(range(10**6)).__next__))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert "Learning a_suc: trial 5 of 40, best so far 1" in words
    assert all(isinstance(one, Curve) for one in shown)
    assert {one.name for one in found.evidence} == {
        f"{w}: {what}" for w in ("a_cur", "a_suc", "a_pre") for what in ("mean reward", "trials")
    }
    trials = next(one for one in found.evidence if one.name == "a_cur: trials")
    assert trials.y.sum() == 40
    assert trials.x.tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_the_best_value_by_hand():
    others = {"a_suc": 1.0, "a_pre": 1.0}
    one = Judgement("a_cur", (0.0, 0.5, 1.0), ((0, 0, 1), (1, 1, 1, 0), (1, 1)), others)
    assert one.means == [pytest.approx(1 / 3), 0.75, 1.0]
    assert one.best == 1.0
    assert (one.compared, one.differing) == (2, 2)
    never = Judgement("a_cur", (0.5, 2.0), ((1, 0), ()), others)
    assert never.best == 0.5
    assert "too few trials" in never.sentence()
    alike = Judgement("a_cur", (0.0, 1.0, 3.0), ((1, 0, 1), (1, 0), (1, 0, 1, 1)), others)
    assert alike.best == 1.0


@pytest.mark.parametrize("values", [(0.5,), (0.0, 1.0), (1.0, 1.0, 2.0), (-1.0, 1.0, 2.0), (1.0, float("nan"), 2.0)])
def test_values_that_cannot_be_learned_from_are_refused(values):
    with pytest.raises(ValueError, match="at least two different values"):
        WeightParams(values=values)


def test_trained_weights_survive_a_file(tmp_path):
    from salviewer.api.trained_file import read_trained

    found = train(better_near(0.5), tmp_path / "scratch")
    again = read_trained(found.save(tmp_path / "weights.safetensors"))
    assert again.facts == found.facts
    assert again.evidence == found.evidence
