"""A spec names a sample of a collection that is opened with parameters; paths stay out of what is kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

import salviewer as sv
from salviewer.api import InputRef, JobSpec, ModelRef
from salviewer.errors import InvalidChoice
from salviewer.host import Host
from salviewer.jobs.measuring import from_array
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module

HOST = Host.discover()


@pytest.fixture
def folder(tmp_path):
    """One picture of 16 x 16 whose truth is its upper left quarter."""
    where = tmp_path / "my secret folder"
    for name in ("images", "spots"):
        (where / name).mkdir(parents=True)
    Image.new("RGB", (16, 16), (90, 60, 30)).save(where / "images" / "a.png")
    mask = np.zeros((16, 16), np.uint8)
    mask[:8, :8] = 255
    Image.fromarray(mask).save(where / "spots" / "a.png")
    return where


def reference(folder, **options):
    return InputRef(source="collection:masked-folder/a.png", options={"collection": {"folder": str(folder)}, **options})


def test_the_sample_and_its_truth_are_found(folder):
    shelf = Shelf(HOST, "cpu")
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(4, 2)
    )
    heatmap = np.zeros((16, 16), np.float32)
    heatmap[3, 3] = 1
    spec = JobSpec(
        verb="measure",
        method="pointing-game",
        model=ModelRef(architecture=shelf.keep_live(open_module(net, preprocessing="none", device="cpu"))),
        input=reference(folder),
        sources=(shelf.keep_live(from_array(heatmap)),),
    )
    found = run(spec, shelf, None, Plan(batch=4))
    assert found.value == 1 and found.values["chance"] == 0.25
    assert "secret" not in json.dumps(found.provenance)
    assert found.provenance["input"] == {"name": "a.png", "sha256": shelf.picture(spec.input).sha256, "options": {}}


def test_the_fingerprint_is_of_the_content(folder):
    def spec(where):
        return JobSpec(model=ModelRef(architecture="x"), input=reference(where).model_copy(update={"sha256": "ab"}))

    plain = JobSpec(model=ModelRef(architecture="x"), input=InputRef(source="elsewhere.png", sha256="ab"))
    assert spec(folder).fingerprint() == spec("/another/place").fingerprint() == plain.fingerprint()
    paged = plain.model_copy(update={"input": plain.input.model_copy(update={"options": {"page": 2}})})
    assert paged.fingerprint() != plain.fingerprint()


def test_from_python(folder):
    opened = sv.load_input("collection:masked-folder/a.png", collection={"folder": str(folder)})
    assert opened.picture.shape == (16, 16)


def test_a_sample_of_the_rendered_flowers_with_another_seed():
    shelf = Shelf(HOST, "cpu")
    source = "collection:an8flower-single-6c/red-00"
    one, other = (shelf.sample(InputRef(source=source, options={"collection": {"seed": s}})) for s in (0, 1))
    assert one.picture.sha256 == shelf.sample(source).picture.sha256 != other.picture.sha256


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"page": 2}, "A sample of a collection has no option 'page'"),
        ({"collection": 3}, "Option “collection” holds a collection's parameters by name, not 3"),
        ({"collection": {"folders": "x"}}, "masked-folder: there is no parameter “folders”"),
        ({"collection": {}}, "masked-folder reads a folder of yours and was given none"),
    ],
)
def test_wrong_options_are_named(options, said):
    with pytest.raises(InvalidChoice, match=said):
        Shelf(HOST, "cpu").picture(InputRef(source="collection:masked-folder/a.png", options=options))


def test_an_id_that_does_not_exist_is_named(folder):
    ref = reference(folder).model_copy(update={"source": "collection:masked-folder/b.png"})
    with pytest.raises(InvalidChoice, match=r"“masked-folder” has no sample “b\.png”"):
        Shelf(HOST, "cpu").sample(ref)
