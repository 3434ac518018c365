"""A study's maps: made once, stored under names that tell nothing, resumed, and drawn alike whatever made them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

from salviewer.api import Explanation, GridMap, Heatmap, ModelRef, Picture, Progress
from salviewer.errors import Cancelled, InvalidChoice, Unavailable
from salviewer.jobs.shelf import Shelf
from salviewer.study.drawing import draw_map, draw_picture, drawn_shape
from salviewer.study.key import IMAGES, read_study
from salviewer.study.prepare import prepare
from salviewer.study.spec import Arm, StudySpec

MODEL = ModelRef(architecture="an8flower-cnn")


@pytest.fixture(scope="module")
def shelf():
    return Shelf(device="cpu")


def spec(*methods, **more):
    arms = [Arm(label=m, model=MODEL, method=m) for m in methods or ("gradient", "gradcam")]
    return StudySpec(**{"arms": arms, "collection": "an8flower-single-6c", "limit": 3} | more)


def test_a_study_is_prepared_blind_and_only_once(shelf, tmp_path):
    made = prepare(spec(), shelf, tmp_path)
    assert read_study(tmp_path) == made
    assert len(made.items) == 3
    assert all(item.class_name and None not in item.maps for item in made.items)
    names = sorted(path.name for path in (tmp_path / IMAGES).iterdir())
    assert len(names) == 9
    assert all(re.fullmatch(r"[0-9a-f]{16}\.png", name) for name in names)
    sizes = set()
    for item in made.items:
        for name in (item.image, *item.maps):
            with Image.open(tmp_path / IMAGES / name) as image:
                sizes.add(image.size)
                assert not image.info  # nothing but pixels
    assert len(sizes) == 1
    assert prepare(spec(), shelf, tmp_path) == made


def test_it_goes_on_where_it_was_stopped(shelf, tmp_path):
    seen = []

    def report(fraction, message, evidence):
        seen.append(fraction)

    with pytest.raises(Cancelled):
        prepare(spec(), shelf, tmp_path, Progress(report, lambda: bool(seen) and seen[-1] > 0.4))
    kept = read_study(tmp_path, ready=False)
    assert 0 < len(kept.items) < 3
    made = prepare(spec(), shelf, tmp_path)
    assert made.items[: len(kept.items)] == kept.items
    assert len(made.items) == 3
    assert seen == sorted(seen)


def test_another_study_is_not_written_over(shelf, tmp_path):
    prepare(spec(limit=1), shelf, tmp_path)
    with pytest.raises(InvalidChoice, match="holds another study already"):
        prepare(spec(limit=2), shelf, tmp_path)


def test_what_cannot_be_prepared_is_said(shelf, tmp_path):
    with pytest.raises(InvalidChoice, match="nosuch"):
        prepare(spec("gradient", "nosuch"), shelf, tmp_path / "a")
    with pytest.raises(InvalidChoice, match=r"No picture of .* can be asked about. gradient on"):
        arms = [Arm(label="gradient", model=MODEL, method="gradient", params={"no": 1}),
                Arm(label="gradcam", model=MODEL, method="gradcam")]  # fmt: skip
        prepare(spec(limit=1).model_copy(update={"arms": tuple(arms)}), shelf, tmp_path / "b")
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="you may write to"):
        prepare(spec(), shelf, tmp_path / "file")


def test_pictures_that_the_model_gets_wrong_are_left_out_with_the_reason(shelf, tmp_path):
    made = prepare(spec(limit=12, correct_only=True, target="predicted"), shelf, tmp_path)
    assert len(made.items) + len(made.left_out) == 12
    assert all(why == "an8flower-cnn gets it wrong." for why in made.left_out.values())


def test_a_model_of_other_classes_is_not_asked_about_their_numbers(shelf, tmp_path):
    other = ModelRef(architecture="squeezenet1_1", weights="random")
    arms = (Arm(label="a", model=MODEL, method="gradient"), Arm(label="b", model=other, method="gradient"))
    with pytest.raises(InvalidChoice, match="squeezenet1_1 has no class “red”"):
        prepare(spec(limit=1).model_copy(update={"arms": arms}), shelf, tmp_path / "a")
    numbered = ModelRef(architecture="an8flower-cnn", classes=tuple("012345"))
    arms = (Arm(label="a", model=MODEL, method="gradient"), Arm(label="b", model=numbered, method="gradient"))
    (item,) = prepare(spec(limit=1).model_copy(update={"arms": arms}), shelf, tmp_path / "b").items
    assert item.class_name == "red"


def explained(values, **more):
    return Explanation((Heatmap("m", np.asarray(values, np.float32), **more),), grid=more_grid(values))


def more_grid(values):
    n = len(values)
    step = 60 / n
    return GridMap((60, 60), (n, n), ((step, 0, (step - 1) / 2), (0, step, (step - 1) / 2), (0, 0, 1)))


GREY = Picture(np.full((60, 60, 3), 120, np.uint8), "grey", "sha")


def test_sizes_are_legible_and_bounded():
    assert drawn_shape((60, 60)) == (480, 480)
    assert drawn_shape((700, 500)) == (700, 500)
    assert drawn_shape((4000, 2000)) == (960, 480)


def test_the_brightest_place_is_where_the_map_is_highest_and_the_rest_stays_bare():
    values = np.zeros((6, 6))
    values[1, 4] = 1
    image = np.asarray(draw_map(GREY, explained(values))).astype(int)
    row, column = divmod(int(np.abs(image - 120).sum(axis=2).argmax()), 480)
    assert 80 <= row < 160
    assert 320 <= column < 400
    assert (image[400, 80] == 120).all()


def test_a_signed_map_shows_what_speaks_for_the_class_in_the_same_colours():
    values = np.zeros((6, 6))
    values[1, 4] = 1
    signed = values.copy()
    signed[4, 1] = -3
    one, other = draw_map(GREY, explained(values)), draw_map(GREY, explained(signed, signed=True))
    assert np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("values", [np.zeros((6, 6)), np.full((6, 6), np.nan)])
def test_a_map_without_a_pattern_is_the_bare_picture(values):
    assert np.array_equal(np.asarray(draw_map(GREY, explained(values))), np.asarray(draw_picture(GREY)))


def test_where_the_model_saw_nothing_the_picture_is_bare():
    grid = GridMap((60, 60), (30, 30), ((1, 0, 0), (0, 1, 30), (0, 0, 1)))
    values = np.tile(np.arange(1, 31, dtype=np.float32), (30, 1)) + 9
    image = np.asarray(draw_map(GREY, Explanation((Heatmap("m", values),), grid=grid)))
    assert (image[:, :230] == 120).all()
    assert (image[300:] == 120).all()
    assert not (image[100, 470] == 120).all()
