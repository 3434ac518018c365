from __future__ import annotations

from enum import Enum
from typing import Literal

import pytest
from fakes import LightParams
from pydantic import model_validator

from salviewer.api import Params, param
from salviewer.gui.field_specs import faults, fields_of


class Shade(Enum):
    DARK = "dark"
    PALE = "pale"


class Mixed(Params):
    size: tuple[int, int] = param((3, 4), "Two numbers.")
    name: str = param("x", "A text.")
    count: int | None = param(None, "How many.", ge=1)
    shade: Shade = param(Shade.PALE, "Which.")
    flag: bool = param(True, "Whether.")
    free: float = param(0.5, "No bounds.", title="Free number")

    @model_validator(mode="after")
    def _fits(self):
        if self.name == "nobody":
            raise ValueError("nobody is no name")
        return self


class Bounded(Params):
    open: float | None = param(None, "Above 0.", gt=0, le=20)
    closed: int = param(0, "From 0.", ge=0, le=5)
    narrow: float = param(0.1, "Between.", gt=0, lt=0.5)


def by_name(model):
    return {spec.name: spec for spec in fields_of(model)}


def test_every_kind_of_field_is_told_apart():
    kinds = {name: spec.kind for name, spec in by_name(LightParams).items()}
    assert kinds == {"points": "int", "light": "float", "shadow": "float", "mode": "choice", "twice": "bool"}
    kinds = {name: spec.kind for name, spec in by_name(Mixed).items()}
    assert kinds == {"size": "json", "name": "text", "count": "int", "shade": "choice", "flag": "bool", "free": "float"}


def test_bounds_units_words_and_place_are_read():
    light, shadow = by_name(LightParams)["light"], by_name(LightParams)["shadow"]
    assert (light.low, light.high, light.strict_low) == (0.005, 2.0, False)
    assert (shadow.low, shadow.high, shadow.strict_low, shadow.strict_high) == (0, 0.5, True, False)
    assert light.unit == "shorter side"
    assert light.help == "Width of the light."
    assert light.title == "Light"
    assert by_name(LightParams)["twice"].advanced
    assert by_name(Mixed)["free"].title == "Free number"
    assert not by_name(Mixed)["free"].bounded
    assert by_name(Mixed)["count"].optional
    assert by_name(Mixed)["shade"].choices == (Shade.DARK, Shade.PALE)
    assert by_name(LightParams)["mode"].choices == ("both", "light")


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"points": 65}, "points", "Points must be at most 64; 65 is given."),
        ({"points": 1}, "points", "Points must be at least 2; 1 is given."),
        ({"shadow": 0}, "shadow", "Shadow must be more than 0; 0 is given."),
        ({"mode": "dark"}, "mode", "Mode must be 'both' or 'light'; 'dark' is given."),
    ],
)
def test_a_wrong_value_gets_one_sentence(values, field, sentence):
    assert faults(LightParams, values) == {field: sentence}


def test_what_is_wrong_with_all_together_has_no_field():
    assert faults(Mixed, {"name": "nobody"}) == {"": "nobody is no name."}


def test_right_values_have_no_faults():
    assert faults(LightParams, {"points": 64, "shadow": 0.5}) == {}


class WithLiteralNone(Params):
    kind: Literal["a", "b"] | None = param(None, "Maybe.")


def test_a_number_is_brought_within_its_bounds():
    specs = by_name(Bounded)
    assert [specs["open"].allowed(x) for x in (-3, 0.0, 0.2, 21)] == [1.0, 1.0, 0.2, 20]
    assert [specs["closed"].allowed(x) for x in (-1, 0, 9)] == [0, 0, 5]
    assert [specs["narrow"].allowed(x) for x in (0.0, 0.1, 7)] == [0.25, 0.1, 0.25]


def test_an_optional_choice_is_a_choice():
    spec = by_name(WithLiteralNone)["kind"]
    assert (spec.kind, spec.choices, spec.optional, spec.default) == ("choice", ("a", "b"), True, None)
