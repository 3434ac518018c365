"""Shapes on a picture: hand-worked areas, masks, cuts and moves."""

import numpy as np
import pytest

from salviewer.data.annotation_pixels import Pixels, brushed, from_runs, inside_polygon, pixels_of
from salviewer.data.annotation_shapes import Shape, Shapes, box_shape, clipped, mask_shape, named

SIZE = (6, 8)


def test_a_box_covers_the_pixels_whose_centres_lie_in_it():
    box = box_shape((5, 4.6, 1, 2), "cat")
    assert box.points == ((1, 2), (5, 4.6))
    assert box.area == pytest.approx(4 * 2.6)
    mask = box.mask(SIZE)
    assert mask[2:5, 1:5].all()  # row 4 has its centre at 4.5
    assert mask.sum() == 12


def test_a_triangle_by_hand():
    triangle = Shape("polygon", "sail", ((0, 0), (4, 0), (0, 4)))
    assert triangle.area == 8
    # Row r has its centre at r + 0.5, where the triangle is 3.5 - r wide; the pixel at column 3 - r is cut in two.
    assert [int(n) for n in triangle.mask((4, 4)).sum(axis=1)] == [3, 2, 1, 0]


def test_where_a_polygon_crosses_itself_it_is_even_odd():
    twice = ((0, 0), (6, 0), (6, 6), (0, 6), (0, 0), (2, 2), (4, 2), (4, 4), (2, 4), (2, 2))
    mask = inside_polygon(twice, (6, 6))
    assert mask.sum() == 36 - 4
    assert not mask[2:4, 2:4].any()


def test_runs_go_down_the_columns_and_begin_with_what_is_off():
    mask = np.zeros((3, 4), bool)
    mask[1:, 1], mask[0, 2] = True, True  # column 1: rows 1 and 2; column 2: row 0
    pixels = pixels_of(mask)
    assert pixels == Pixels(1, 0, 2, 3, (1, 3, 2))
    assert pixels.runs((3, 4)) == (4, 3, 5)
    assert from_runs((4, 3, 5), (3, 4)) == pixels
    assert np.array_equal(pixels.on((3, 4)), mask)
    assert pixels.count == 3


@pytest.mark.parametrize("counts", [(4, 3, 4), (4, -3, 11)])
def test_runs_that_do_not_fill_the_picture_are_refused(counts):
    with pytest.raises(ValueError, match="runs cover"):
        from_runs(counts, (3, 4))


def test_random_masks_come_back():
    random = np.random.default_rng(0)
    for _ in range(20):
        mask = random.random((9, 7)) < 0.4
        pixels = pixels_of(mask)
        assert np.array_equal(pixels.on(mask.shape), mask)
        assert from_runs(pixels.runs(mask.shape), mask.shape) == pixels


def test_a_brush_paints_what_is_within_its_radius():
    dot = brushed([(3.5, 2.5)], 1.0, SIZE)
    assert (dot.left, dot.top, dot.count) == (2, 1, 5)  # the pixel and its four neighbours
    line = brushed([(1.5, 2.5), (6.5, 2.5)], 0.5, SIZE)
    assert (line.left, line.top, line.width, line.height) == (1, 2, 6, 1)
    assert brushed([(-9, -9)], 2, SIZE) is None
    assert brushed([(0, 0)], 1.0, SIZE).count == 1  # cut to the picture


def test_shapes_are_cut_to_the_picture():
    assert clipped(box_shape((-3, -3, 2, 9), "a"), SIZE).box == (0, 0, 2, 6)
    assert clipped(box_shape((20, 0, 30, 5), "a"), SIZE) is None
    diamond = Shape("polygon", "a", ((0, 3), (-3, 0), (0, -3), (3, 0)))
    cut = clipped(diamond, SIZE)
    assert cut.area == pytest.approx(4.5)
    assert cut.box == (0, 0, 3, 3)
    assert clipped(Shape("lesion", "a", pixels=Pixels(7, 5, 2, 2, (0, 4))), SIZE).pixels == Pixels(7, 5, 1, 1, (0, 1))
    assert clipped(Shape("box", "a", ((0, 0), (float("nan"), 2))), SIZE) is None


def test_nothing_is_moved_off_the_picture():
    assert box_shape((1, 1, 3, 3), "a").moved(100, -100, SIZE).box == (6, 0, 8, 2)
    lesion = mask_shape(np.eye(6, 8, dtype=bool), "a").moved(9, 9, SIZE)
    assert lesion.box == (2, 0, 8, 6)


def test_the_shapes_of_a_picture():
    drawn = Shapes(SIZE).added(
        [box_shape((0, 0, 2, 2), "a"), box_shape((1, 1, 3, 3), "b"), box_shape((9, 9, 10, 10), "c")]
    )
    assert [(s.id, s.name) for s in drawn.items] == [(1, "a"), (2, "b")]
    assert drawn.mask().sum() == 7
    assert drawn.of("b").mask().sum() == 4
    assert drawn.without(1).added([box_shape((0, 0, 1, 1), "d")]).items[-1].id == 3
    assert drawn.changed(drawn.find(2).moved(100, 0, SIZE)).find(2).box == (6, 1, 8, 3)
    assert drawn.names == ("a", "b")


def test_a_class_has_a_name_on_one_line():
    assert named("  micro\naneurysm\t") == "micro aneurysm"
    assert named(" ") == "object"
