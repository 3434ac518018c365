"""`salviewer measure --annotation`: files that the window exports, in all formats, and what is refused."""

import numpy as np
import pytest

import salviewer as sv
from salviewer.data.annotation_files import FORMATS, write_annotations
from salviewer.data.annotation_shapes import Shapes, box_shape

MODEL = ("--model", "an8flower-cnn")
SAMPLE = "collection:an8flower-single-6c/red-05"
FLOWER = ("--input", SAMPLE)


@pytest.fixture(scope="module")
def asked():
    return sv.load_model("an8flower-cnn", device="cpu"), sv.load_input(SAMPLE)


@pytest.fixture(scope="module")
def made(asked):
    return sv.explain(*asked, "gradient", target="red")


@pytest.fixture(scope="module")
def stored(made, tmp_path_factory):
    return made.save(tmp_path_factory.mktemp("drawn") / "gradient.safetensors")


@pytest.fixture
def drawn(asked):
    """A box of the explained class and one of another, on whole pixels so that all formats say the same."""
    height, width = asked[1].picture.shape
    blank = Shapes((height, width), asked[1].picture.sha256, "flower")
    return blank.added(
        [box_shape((2, 3, width // 2, height // 2), "RED"), box_shape((width // 2, 0, width, height), "pot")]
    )


@pytest.mark.parametrize("key", list(FORMATS))
def test_shapes_of_the_explained_class_are_the_truth(salviewer, asked, made, stored, drawn, tmp_path, key):
    path = tmp_path / f"drawn{FORMATS[key].ending}"
    write_annotations(drawn, path, key)
    done = salviewer("measure", "pointing-game,iou", stored, *FLOWER, *MODEL, "--annotation", path, "--json")
    assert (done.code, done.err) == (0, "")
    for result in done.json["results"]:
        expected = sv.measure(result["metric"], *asked, made, boxes=(drawn.items[0].box,))
        for name, value in expected.values.items():
            got = result["values"][name]
            assert (got is None and np.isnan(value)) or got == pytest.approx(value, abs=1e-6)
    assert f"The truth is 1 shape of “RED” in {path.name}." in done.json["explanation"]["notes"]


def test_without_the_class_all_is_the_truth_and_said(salviewer, stored, drawn, tmp_path):
    write_annotations(drawn.of("pot"), tmp_path / "pot.xml", "voc")
    done = salviewer("measure", "iou", stored, *FLOWER, *MODEL, "--annotation", tmp_path / "pot.xml")
    assert done.code == 0
    assert "No shape in pot.xml has the class “red”: all of it is the truth, 1 shape." in done.out


def test_what_is_refused(salviewer, stored, drawn, tmp_path):
    ask = ("measure", "iou", stored, *FLOWER, *MODEL)
    write_annotations(Shapes((4, 5), "ab").added([box_shape((0, 0, 2, 2), "red")]), tmp_path / "a.json", "coco")
    other = salviewer(*ask, "--annotation", tmp_path / "a.json")
    assert other.code == 3
    assert "5 × 4 pixels and this one has" in other.err
    write_annotations(Shapes(drawn.size, "ab"), tmp_path / "b.json", "coco")
    assert "holds nothing" in salviewer(*ask, "--annotation", tmp_path / "b.json").err
    both = salviewer(*ask, "--annotation", tmp_path / "b.json", "--box", "0,0,1,1")
    assert both.code == 2
    assert "not both" in both.err
