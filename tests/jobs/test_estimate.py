"""What a run will cost: figures worked by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from salviewer.api import Explanation, GridMap, Heatmap, InputRef, JobSpec, ModelRef
from salviewer.jobs.estimate import (
    PLACES_KEPT,
    RUNS_KEPT,
    TIMES_KEPT,
    RunBook,
    Setting,
    params_key,
    place_of,
    setting_of,
)

PLACE = place_of("abc", (92, 92), "cpu", "full")
PLAN = {"device": "cpu", "images_per_s": 50.0, "bytes_per_image": 1_000_000, "batch": 8}


def glas(params="p", passes=100, method="glas", gradients=False, place=PLACE):
    return Setting(place, method, params, passes, gradients)


@pytest.fixture
def book(tmp_path):
    """A book in which the place is known: its first, cold run is over."""
    book = RunBook(tmp_path / "runs.json")
    book.learn(glas("first", 40, "other", gradients=True), 9.0, PLAN)
    return book


def test_nothing_is_said_of_what_never_ran(tmp_path):
    found = RunBook(tmp_path / "runs.json").estimate(glas())
    assert (found.seconds, found.bytes, found.least_bytes, found.how) == (None, None, None, "")


def test_the_same_settings_take_the_median_of_what_they_took(book):
    for seconds in (2.0, 9.0, 3.0):
        book.learn(glas(), seconds, PLAN)
    assert book.estimate(glas()).seconds == 3.0


def test_other_settings_of_a_method_take_in_proportion_to_their_inputs(book):
    book.learn(glas("small", 100), 2.0, PLAN)
    book.learn(glas("large", 1000), 10.0, PLAN)
    assert book.estimate(glas("other", 150)).seconds == 3.0
    assert book.estimate(glas("other", 2000)).seconds == 20.0
    assert "2,000 inputs" in book.estimate(glas("other", 2000)).how


def test_an_unknown_method_that_needs_outputs_alone_runs_at_the_networks_speed(book):
    assert book.estimate(glas("p", 500, "rise")).seconds == 10.0


def test_an_unknown_method_that_needs_gradients_is_not_guessed(book):
    assert book.estimate(glas("p", 500, "ig", gradients=True)).seconds is None


def test_where_inputs_cannot_be_counted_only_the_same_settings_are_known(book):
    book.learn(glas("p", None, "rglas"), 4.0, PLAN)
    assert book.estimate(glas("p", None, "rglas")).seconds == 4.0
    assert book.estimate(glas("q", None, "rglas")).seconds is None


def test_the_first_run_of_all_counts_only_until_there_is_better(tmp_path):
    book = RunBook(tmp_path / "runs.json")
    ig = glas("p", 200, "ig", gradients=True)
    book.learn(ig, 6.0, PLAN)
    assert book.estimate(ig).seconds == 6.0
    assert book.estimate(glas("q", 100, "ig", gradients=True)).seconds == 3.0
    book.learn(ig, 4.0, PLAN)
    assert book.estimate(ig).seconds == 4.0


def test_memory_is_that_of_one_batch(book):
    found = book.estimate(glas("p", 500, "rise"))
    assert (found.bytes, found.least_bytes) == (8_000_000, 1_000_000)
    assert book.estimate(glas("p", 30, "rise")).bytes == 3_000_000  # a batch is at most a tenth of the work
    assert book.estimate(glas("p", 30, "ig", gradients=True)).bytes is None


def test_another_device_size_or_precision_is_another_place(book):
    book.learn(glas(), 2.0, PLAN)
    for place in (
        ("abc", (92, 92), "cuda:0", "full"),
        ("abc", (64, 92), "cpu", "full"),
        ("x", (92, 92), "cpu", "full"),
    ):
        assert book.estimate(glas(place=place_of(*place))).seconds is None
    assert place_of("abc", (92, 92), "cuda:0", "full") == place_of("abc", (92, 92), "cuda", "full")


def test_what_was_learned_is_there_again(book, tmp_path):
    book.learn(glas(), 2.0, PLAN)
    book.save()
    again = RunBook(tmp_path / "runs.json")
    assert again.estimate(glas()) == book.estimate(glas())
    assert list(tmp_path.iterdir()) == [tmp_path / "runs.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 3}', '{"a": {"runs": {"b": {"seconds": 1, "no": 2}}}}'])
def test_a_damaged_file_is_begun_anew(tmp_path, text):
    path = tmp_path / "runs.json"
    path.write_text(text)
    book = RunBook(path)
    assert book.estimate(glas()).seconds is None
    book.learn(glas(), 2.0, PLAN)
    book.save()
    assert PLACE in json.loads(path.read_text())


def test_the_book_does_not_grow_for_ever(book):
    for i in range(RUNS_KEPT + 3):
        book.learn(glas(f"p{i}"), 1.0, PLAN)
    for _ in range(TIMES_KEPT + 3):
        book.learn(glas("p60"), 1.0, PLAN)
    for i in range(PLACES_KEPT):
        book.learn(glas(place=f"place {i}"), 1.0, PLAN)
    assert len(book._places) == PLACES_KEPT
    assert PLACE not in book._places
    assert all(len(place.runs) <= RUNS_KEPT for place in book._places.values())


def finished(**about):
    grid = GridMap.identity((92, 92))
    facts = {"plan": PLAN, "model": {"sha256": "abc"}, "params": {"grid": 3}} | about
    return Explanation((Heatmap("m", np.zeros((2, 2), np.float32)),), (), "", grid, facts)


SPEC = JobSpec(method="glas", model=ModelRef(architecture="net"), input=InputRef(source="x"))


def test_a_finished_run_tells_its_own_setting():
    found = setting_of(finished(), SPEC, 19, gradients=False)
    assert found == Setting(PLACE, "glas", params_key({"grid": 3}), 19, False)


def test_a_run_that_says_too_little_teaches_nothing():
    assert setting_of(finished(plan=None), SPEC, 19, gradients=False) is None
