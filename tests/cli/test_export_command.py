"""`salviewer export` and `report`: the files, and what is not in them."""

import numpy as np
import pytest
from PIL import Image

import salviewer as sv
from salviewer.jobs.report_page import read_explanations


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """An explanation beside its picture."""
    folder = tmp_path_factory.mktemp("ward")
    pixels = sv.load_input("collection:an8flower-single-6c/red-05").picture.pixels
    Image.fromarray(np.asarray(pixels)).save(folder / "Jane Doe.png")
    model = sv.load_model("an8flower-cnn", device="cpu")
    made = sv.explain(model, sv.load_input(folder / "Jane Doe.png"), "glas", params={"grid": 4})
    return made.save(folder / "e.safetensors"), made


@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.pdf", "a.safetensors", "a.npy"])
def test_every_kind_is_written_and_tells_no_name(salviewer, saved, tmp_path, name):
    done = salviewer("export", saved[0], "-o", tmp_path / name)
    assert (done.code, done.err) == (0, "")
    data = (tmp_path / name).read_bytes()
    assert len(data) > 1000
    assert b"Jane" not in data
    assert b"ward" not in data


def test_numbers_are_the_maps_own(salviewer, saved, tmp_path):
    salviewer("export", saved[0], "-o", tmp_path / "a.npy")
    assert np.array_equal(np.load(tmp_path / "a.npy"), saved[1].heatmap)
    salviewer("export", saved[0], "-o", tmp_path / "b.npy", "--on-picture")
    assert np.array_equal(np.load(tmp_path / "b.npy"), saved[1].on_input(), equal_nan=True)


@pytest.mark.parametrize("name", ["r.html", "r.pdf"])
def test_a_report_is_written(salviewer, saved, tmp_path, name):
    done = salviewer("report", saved[0], saved[0], "-o", tmp_path / name)
    assert (done.code, done.err) == (0, "")
    assert b"Jane" not in (tmp_path / name).read_bytes()
    if name.endswith("html"):
        assert len(read_explanations(tmp_path / name)) == 2


def test_another_ending_is_refused(salviewer, saved, tmp_path):
    assert salviewer("export", saved[0], "-o", tmp_path / "a.bmp").code == 2
    assert salviewer("report", saved[0], "-o", tmp_path / "a.doc").code == 2
