"""Which pair is shown when and where: complete, balanced, mirrored between readers, repeated with sides swapped."""

from __future__ import annotations

from collections import Counter

import pytest

from salviewer.api import ModelRef
from salviewer.errors import InvalidChoice
from salviewer.jobs.checked_values import checked_params
from salviewer.study.key import Item, Study
from salviewer.study.spec import Arm, StudySpec
from salviewer.study.trials import drawn

NET = ModelRef(architecture="net")


def arm(label):
    return Arm(label=label, model=NET, method=label)


def study(pictures=12, labels=("a", "b"), lost=(), **more):
    spec = StudySpec(arms=[arm(label) for label in labels], collection="c", **more)
    items = []
    for i in range(pictures):
        maps = [None if (i, k) in lost else f"{16 * i + k:016x}.png" for k in range(len(labels))]
        items.append(Item(id=f"i{i}", picture=f"p{i}", class_name="red", image=f"{10**6 + i:016x}.png", maps=maps))
    return Study(spec=spec, created="now", ready=True, items=items)


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "b", "c")])
def test_every_pair_of_every_picture_is_asked_once(labels):
    made = study(labels=labels)
    pairs = Counter((t.item, *sorted((t.left, t.right))) for t in drawn(made, 0))
    assert pairs == Counter(made.pairs())
    assert len(pairs) == 12 * (1 if len(labels) == 2 else 3)


@pytest.mark.parametrize("pictures", [12, 13])
@pytest.mark.parametrize("reader", range(4))
def test_either_arm_is_left_as_often_as_right(pictures, reader):
    made = study(pictures, ("a", "b", "c"), seed=5)
    left = Counter((*sorted((t.left, t.right)), t.left) for t in drawn(made, reader))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert abs(left[a, b, a] - left[a, b, b]) == pictures % 2


def test_two_readers_after_one_another_see_mirrored_sides_in_orders_of_their_own():
    made = study()
    first, second, third = ({t.item: t.left for t in drawn(made, n)} for n in (0, 1, 2))
    assert all(first[item] != second[item] for item in first)
    assert any(first[item] != third[item] for item in first)
    assert [t.item for t in drawn(made, 0)] != [t.item for t in drawn(made, 1)]


def test_the_seed_decides():
    assert drawn(study(seed=1), 0) == drawn(study(seed=1), 0)
    assert drawn(study(seed=1), 0) != drawn(study(seed=2), 0)


def test_repeats_come_half_a_study_later_with_sides_swapped():
    trials = drawn(study(repeats=3), 0)
    again = [t for t in trials if t.repeat_of >= 0]
    assert len(trials) == 15
    assert len(again) == 3
    for trial in again:
        first = trials[trial.repeat_of]
        assert (first.item, first.left, first.right) == (trial.item, trial.right, trial.left)
        assert trial.number - first.number >= 6
    assert [t.number for t in trials] == list(range(15))


def test_more_repeats_than_half_of_the_study_are_not_made():
    assert sum(t.repeat_of >= 0 for t in drawn(study(5, repeats=99), 0)) == 2
    assert len(drawn(study(1, repeats=99), 0)) == 1


def test_a_picture_that_a_method_failed_on_is_asked_about_without_it():
    made = study(2, ("a", "b", "c"), lost={(0, 1)})
    assert sorted(made.pairs()) == [("i0", 0, 2), ("i1", 0, 1), ("i1", 0, 2), ("i1", 1, 2)]


@pytest.mark.parametrize(
    ("labels", "words"), [(("a",), "two or more: readers compare maps"), (("a", "a"), "a different label for each")]
)
def test_arms_that_cannot_be_compared_are_refused_in_a_sentence(labels, words):
    with pytest.raises(InvalidChoice, match=words):
        checked_params(StudySpec, {"arms": tuple(arm(label) for label in labels), "collection": "c"}, "The study")


def test_the_question_names_the_class():
    assert "“lynx”" in study().spec.asked("lynx")
    assert study(question="Which?").spec.asked("lynx") == "Which?"
