"""Wrong values are named with what was given and what is allowed."""

from typing import Literal

import pytest

from salviewer.api import JobSpec, Params, param
from salviewer.errors import InvalidChoice
from salviewer.jobs.checked_values import allowed_range, checked_params


class Knobs(Params):
    """Some of each kind."""

    grid: int = param(15, "Points.", ge=2, le=64)
    width: float = param(0.1, "Width.", gt=0)
    mode: Literal["light", "shadow"] = param("light", "Mode.")


def test_right_values_are_taken_as_the_model_has_them():
    assert checked_params(Knobs, {"grid": "7"}, "glas") == Knobs(grid=7)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"grid": 1}, "glas: grid = 1 is not allowed, it must be at least 2 and at most 64."),
        ({"grid": 65}, "glas: grid = 65 is not allowed, it must be at least 2 and at most 64."),
        ({"width": 0}, "glas: width = 0 is not allowed, it must be more than 0."),
        ({"mode": "dark"}, "glas: mode = 'dark' is not allowed, it must be 'light' or 'shadow'."),
        ({"gird": 15}, "glas: there is no parameter “gird” (there are grid, width, mode)."),
    ],
)
def test_a_wrong_value_is_one_sentence(values, said):
    with pytest.raises(InvalidChoice) as caught:
        checked_params(Knobs, values, "glas")
    assert str(caught.value) == said


def test_a_list_is_shown_how_to_be_written():
    class Maps(Params):
        maps: tuple[int, ...] = param((), "Maps.")

    with pytest.raises(InvalidChoice, match=r"maps = '9,5' is not allowed, it must be a list, as in \[1, 2\]\."):
        checked_params(Maps, {"maps": "9,5"}, "glas")


def test_several_wrong_values_are_all_named():
    with pytest.raises(InvalidChoice, match=r"grid = 1 .*; mode = 3 "):
        checked_params(Knobs, {"grid": 1, "mode": 3}, "glas")


def test_a_wrong_part_of_a_job_is_named_by_its_field():
    with pytest.raises(InvalidChoice, match="seed = -1 is not allowed, it must be at least 0 and less than 9.*e"):
        checked_params(JobSpec, {"model": {"architecture": "a"}, "input": {"source": "b"}, "seed": -1}, "The job")


def test_a_range_in_words():
    assert [allowed_range(field) for field in Knobs.model_fields.values()] == [
        "at least 2 and at most 64",
        "more than 0",
        "",
    ]
