"""Running a saved explanation again: what it says of itself is enough, and every difference is named."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import salviewer as sv
from salviewer.api import Explanation, Heatmap, Preprocessing
from salviewer.errors import InvalidChoice
from salviewer.jobs.deidentified import cleaned
from salviewer.jobs.origins import spec_of
from salviewer.jobs.reproduction import compare, remarks

FLOWER = "collection:an8flower-single-6c/red-05"


@pytest.fixture(scope="module")
def made():
    model = sv.load_model("an8flower-cnn", device="cpu")
    return sv.explain(model, sv.load_input(FLOWER), "glas", target=2, params={"grid": 4}, seed=3, output="logit")


def test_a_sample_explained_by_the_built_in_network_needs_nothing_but_its_file(made, tmp_path):
    found = sv.reproduce(made.save(tmp_path / "e.safetensors"))
    assert found.identical
    assert found.verdict == "The same: every value is identical."
    assert found.remarks == ()
    assert found.again.provenance["target"] == made.provenance["target"]
    assert found.again.provenance["seed"] == 3


def test_a_cleaned_copy_needs_its_picture_given(made, tmp_path):
    picture = sv.load_input(FLOWER).picture
    path = tmp_path / "Jane Doe 1950.png"
    Image.fromarray(np.asarray(picture.pixels)).save(path)
    model = sv.load_model("an8flower-cnn", device="cpu")
    explained = sv.explain(model, sv.load_input(path), "glas", target=2, params={"grid": 4})
    file = cleaned(explained).save(tmp_path / "e.safetensors")
    with pytest.raises(InvalidChoice, match="does not say where its input") as caught:
        sv.reproduce(file)
    assert caught.value.code == "no-input"
    assert sv.reproduce(file, input=sv.load_input(path)).identical
    # The file that carries its picture's name finds that picture beside itself.
    assert sv.reproduce(explained.save(tmp_path / "named.safetensors")).identical


def test_a_network_handed_over_in_python_is_run_again_when_it_is_handed_over_again(tmp_path):
    from torch import nn

    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model = sv.load_model(net, device="cpu", preprocessing=Preprocessing(resize=(16, 16)))
    file = sv.explain(model, sv.load_input(FLOWER), "glas", target=0, params={"grid": 4}).save(
        tmp_path / "e.safetensors"
    )
    assert sv.reproduce(file, model=model).identical
    with pytest.raises(InvalidChoice):
        sv.reproduce(file)


def explanation(values, name="m", **about):
    return Explanation((Heatmap(name, np.asarray(values, np.float32)),), provenance=about)


def test_the_largest_difference_is_said_in_the_maps_unit_and_as_a_share_of_its_range():
    (found,) = compare(explanation([[0, 1], [2, 4]]), explanation([[0, 1], [2.5, 4]]))
    assert (found.largest, found.span, found.share) == (0.5, 4.0, 0.125)
    assert compare(explanation([[0, 1]]), explanation([[0, 1]]))[0].share == 0


@pytest.mark.parametrize("other", [[[0.0, 1.0, 2.0]], [[0.0, float("nan")]]])
def test_another_shape_or_other_gaps_are_no_rounding(other):
    assert np.isinf(compare(explanation([[0, 1]]), explanation(other))[0].largest)


def test_gaps_in_the_same_places_are_the_same():
    assert compare(explanation([[0, np.nan]]), explanation([[0, np.nan]]))[0].largest == 0


def test_each_difference_of_version_hash_and_device_has_its_sentence(made):
    about = made.provenance
    other = {
        **about,
        "versions": {**about["versions"], "torch": "9.9"},
        "model": {**about["model"], "sha256": "f" * 64},
        "plan": {**about["plan"], "device": "cuda"},
    }
    said = remarks(other, about)
    assert any(s.startswith("PyTorch was 9.9, and is ") for s in said)
    assert any(s.startswith("The model is another one: SHA-256 ffffffffffff… then, ") for s in said)
    assert "The network ran on cuda, and on cpu now." in said
    assert len(said) == 3


def test_other_weights_than_those_that_come_with_the_network_are_asked_for(made, tmp_path):
    about = {**made.provenance, "model": {**made.provenance["model"], "sha256": "0" * 64}}
    with pytest.raises(InvalidChoice, match="--weights") as caught:
        sv.reproduce(replace(made, provenance=about).save(tmp_path / "e.safetensors"))
    assert caught.value.code == "no-weights"


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({}, "no-method"),
        ({"method": "glas", "target": {"index": -1, "label": "f"}}, "live-target"),
        ({"method": "tuned-scores", "target": {"index": 0}, "sources": [{}]}, "sources-gone"),
    ],
)
def test_what_cannot_be_run_again_says_why(about, code):
    with pytest.raises(InvalidChoice) as caught:
        spec_of(explanation([[0, 1]], **about), None, None)
    assert caught.value.code == code
