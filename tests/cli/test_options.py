"""What the options of a command line mean."""

import pytest

from salviewer.api import Preprocessing
from salviewer.cli.options import numbers, pairs, preprocessing_of
from salviewer.errors import InvalidChoice


def test_values_are_read_as_json_where_they_are_json():
    texts = ["grid=15", "sigma_light=0.2", "fast=true", "mode=light", "name=a=b", "sizes=[1, 2]", "empty="]
    assert pairs(texts, "-p") == {
        "grid": 15,
        "sigma_light": 0.2,
        "fast": True,
        "mode": "light",
        "name": "a=b",
        "sizes": [1, 2],
        "empty": "",
    }
    assert pairs(None, "-p") == {}


@pytest.mark.parametrize("text", ["grid", "=15", ""])
def test_what_is_no_pair_is_refused(text):
    with pytest.raises(InvalidChoice, match="-p .* is not of the form key=value"):
        pairs([text], "-p")


def test_without_options_the_architecture_decides():
    assert preprocessing_of(None, None, None, None, None) is None


def test_none_feeds_inputs_as_they_are():
    assert preprocessing_of("none", None, None, None, None) == "none"


def test_single_options_depart_from_what_is_usual():
    assert preprocessing_of(None, 225, "0.5,0.5,0.5", "0.5, 0.5, 0.5", None) == Preprocessing(
        resize=225, crop=(225, 225), mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)
    )


def test_json_says_it_all():
    text = '{"resize": 256, "crop": [227, 227], "channels": "BGR", "scale": 255}'
    assert preprocessing_of(text, None, None, None, None) == Preprocessing(
        resize=256, crop=(227, 227), channels="BGR", scale=255
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (('{"resize": 256}', 224, None, None), "leave out --size"),
        (("{", None, None, None), "--preprocessing cannot be used"),
        (('{"resise": 256}', None, None, None), "resise"),
        (('{"scale": -1}', None, None, None), "scale = -1"),
        ((None, 0, None, None), "--size cannot be used: .*sizes must lie between 1 and 30000"),
        ((None, None, "a,b,c", None), "--mean a,b,c is no list of numbers"),
        ((None, None, "0.5,0.5", None), "mean has 2 values for RGB"),
        ((None, None, None, "0,0,0"), "std must be positive"),
    ],
)
def test_what_cannot_be_read_is_named(arguments, said):
    with pytest.raises(InvalidChoice, match=said):
        preprocessing_of(*arguments, None)


def test_numbers():
    assert numbers("0.5, 1,2e-1", "--mean") == [0.5, 1.0, 0.2]
