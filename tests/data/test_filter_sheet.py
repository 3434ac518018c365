"""Filters in words, and on a contact sheet."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from salviewer.api import FilterGallery, GridMap, Picture
from salviewer.data.filter_pictures import Under, average_map_of, average_of
from salviewer.data.filter_sheet import Section, sheet_bytes
from salviewer.data.filter_words import about, by_class, kinds_of, rows_of, signed
from salviewer.errors import InvalidChoice

RED = (200, 30, 30)


def gallery(label="red", explained=False, filters=3):
    layers = (
        {"name": "conv1", "number": 1, "kind": "convolution", "field": 5},
        {"name": "fc6", "number": 4, "kind": "linear", "field": 0},
        {"name": "other", "number": 7, "kind": "odd"},
    )
    n = filters
    pictures = np.zeros((2, 8, 8, 3), np.uint8)
    pictures[:] = RED
    return FilterGallery(
        f"Filters: {label}",
        layer=np.arange(n, dtype=np.int32) % 3,
        channel=np.arange(n, dtype=np.int32) + 10,
        relevance=np.linspace(-1, 3, n, dtype=np.float32),
        response=np.linspace(2, 0.5, n, dtype=np.float32) if explained else np.full(n, np.nan, np.float32),
        heatmaps=np.ones((n, 6, 6), np.float32) * np.eye(6, dtype=np.float32) if explained
        else np.zeros((0, 0, 0), np.float32),
        averages=pictures,
        average_maps=np.stack([np.eye(8, dtype=np.float32), np.full((8, 8), np.nan, np.float32)]),
        layers=layers,
        crops=((("a", 0, 0, 5, 5), ("b", -1, 0, 4, 5)), ()),
        label=label,
        variant="stride one",
    )  # fmt: skip


def test_rows_say_layer_kind_and_number():
    rows = rows_of(gallery())
    assert [row.at for row in rows] == [2, 1, 0]  # by relevance
    assert [row.number for row in rows] == [3, 2, 1]  # among the layers, not among the calls
    assert [row.kind.letter for row in rows] == ["F", "F", "C"]
    assert [row.averaged for row in rows] == ["", "", "2 of all classes"]
    assert [row.title for row in rows] == ["other · unit 12", "fc6 · unit 11", "conv1 · filter 10"]
    assert [row.crops for row in rows] == [0, 0, 2]
    assert [row.sees for row in rows] == ["", "sees all", "sees 5 px"]
    assert rows[2].sentence == (
        "Layer 1, convolution, conv1 · filter 10, relevance \N{MINUS SIGN}1.00, sees 5 px, average of 2 pictures "
        "of all classes"
    )
    assert rows[0].sentence.startswith("Layer 3, layer of the fully connected part, other · unit 12, relevance +3.00")
    assert [row.at for row in rows_of(gallery(explained=True))] == [0, 1, 2]  # by response
    assert about(gallery(), rows) == (
        "3 filters: 2 for the class, 1 against it · averages of the 1 most relevant, of up to 2 pictures · heatmaps by "
        "stride one"
    )
    moved = replace(gallery(explained=True), sharpened=0.25)
    assert about(moved, rows_of(moved)) == (
        "3 filters: 2 for the class, 1 against it · averages of up to 2 pictures moved onto each other · heatmaps by "
        "stride one"
    )
    assert (signed(0.0), signed(9.034), signed(-0.00168)) == ("0", "+9.03", "\N{MINUS SIGN}0.00168")


def layer(kind, places):
    return {"name": kind, "kind": kind, "places": places}


def test_colours_are_of_the_part_of_the_network_as_in_the_paper():
    c, f = "C", "F"
    # VGG-F: conv, ReLU, norm and pool are convolutional, fc6 and fc7 with their ReLUs fully connected
    vgg = [layer("convolution", 9), layer("relu", 9), layer("normalisation", 9), layer("pooling", 4),
           layer("linear", 1), layer("relu", 1)]  # fmt: skip
    assert [one.letter for one in kinds_of(vgg)] == [c, c, c, c, f, f]
    assert [one.word for one in kinds_of(vgg)] == [
        "convolution", "ReLU", "normalisation", "pooling", "fully connected", "ReLU",
    ]  # fmt: skip
    # a convolution that leaves one place is a fully connected layer; a pooling over everything is none
    assert [(one.letter, one.word) for one in kinds_of([layer("convolution", 4), layer("convolution", 1)])] == [
        (c, "convolution"), (f, "fully connected"),
    ]  # fmt: skip
    assert [one.letter for one in kinds_of([layer("convolution", 4), layer("pooling", 1)])] == [c, c]
    # a branch that weighs channels does not make what follows fully connected
    weighing = [layer("convolution", 4), layer("pooling", 1), layer("convolution", 1), layer("activation", 1),
                layer("product", 4), layer("relu", 4)]  # fmt: skip
    assert [one.letter for one in kinds_of(weighing)] == [c, c, f, f, c, c]
    assert {one.light for one in kinds_of(weighing)} == {"#6fd394", "#f59cc4"}
    assert kinds_of([layer("relu", 4)])[0].letter == "·"  # before any of them


def test_what_was_not_made_has_no_picture():
    found = gallery()
    assert average_of(found, 0) is not None
    assert average_of(found, 1) is None  # a blank without crops
    assert average_of(found, 2) is None
    assert average_map_of(found, 0) is not None
    assert average_map_of(found, 1) is None


def test_galleries_are_told_by_class_and_the_first_has_the_pictures():
    one, more, other = gallery(), gallery(), gallery("blue")
    assert by_class([one, "something else", more, other]) == {"red": (one, more), "blue": (other,)}


def test_a_heatmap_lies_where_it_belongs_on_a_large_picture():
    pixels = np.zeros((600, 900, 3), np.uint8)
    grid = GridMap((600, 900), (6, 6), ((100.0, 0, 49.5), (0, 100.0, 199.5), (0, 0, 1.0)))  # the middle 600 columns
    values = np.zeros((6, 6), np.float32)
    values[0, 5] = 1.0
    shown = Under(Picture(pixels, "x", ""), grid).with_map(values)
    assert shown.shape == (150, 225, 3)
    rows, columns = np.nonzero(shown.sum(2) > 0.8 * shown.sum(2).max())
    assert rows.max() < 25 and columns.min() >= 150 and columns.max() < 188  # a sixth of the model's field, upper right


def test_a_heatmap_shows_over_grey_although_one_pixel_is_far_above_the_others():
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 200
    values = np.zeros((20, 20), np.float32)
    values[:10] = 1.0
    values[0, 0] = 1000.0
    shown = Under(Picture(red, "x", ""), GridMap.identity((20, 20))).with_map(values).astype(int)
    assert (np.ptp(shown[10:], axis=2) == 0).all()  # the picture's colours cannot be taken for the map's
    assert (np.ptp(shown[:10], axis=2) > 40).all()
    assert (shown[5, 5] == shown[0, 0]).all()


@pytest.mark.parametrize("explained", [False, True])
def test_a_sheet_shows_the_pictures(explained):
    under = (
        Under(Picture(np.full((12, 12, 3), 128, np.uint8), "x", ""), GridMap.identity((12, 12))) if explained else None
    )
    made = gallery(explained=explained)
    image = Image.open(io.BytesIO(sheet_bytes("Title", "of a model", [Section(made, under)], ".png"))).convert("RGB")
    assert (np.asarray(image) == RED).all(2).sum() > 100 * 100
    pdf = sheet_bytes("Title", "", [Section(gallery(str(i), filters=9)) for i in range(14)], ".pdf")
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") > 1


def test_a_sheet_that_cannot_be_made_says_why():
    with pytest.raises(InvalidChoice, match="no filters"):
        sheet_bytes("t", "", [], ".png")
    with pytest.raises(InvalidChoice, match=r"\.png or a \.pdf"):
        sheet_bytes("t", "", [Section(gallery())], ".gif")
    with pytest.raises(InvalidChoice, match="90 classes are too many"):
        sheet_bytes("t", "", [Section(gallery(str(i))) for i in range(90)], ".png")
