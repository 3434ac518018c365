"""Where the truth lies, on the source's pixels and on a model's grid: answers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from salviewer.api import Annotation, AnnotationRef, GridMap, InputRef, JobSpec, ModelRef, Picture, Sample
from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer.jobs.annotations import boxes_mask, complete, source_truth, tight_box, truth_on_grid
from salviewer.jobs.shelf import Shelf

SHAPE = (6, 8)
"""H and W of the source."""


def halved(shape):
    """The grid of a model that sees all of (*S) at half the size: its pixel 0 covers the source's 0 and 1."""
    n = len(shape)
    rows = [[2.0 * (i == j) for j in range(n)] + [0.5] for i in range(n)]
    return GridMap(shape, tuple(side // 2 for side in shape), (*map(tuple, rows), (*[0.0] * n, 1.0)))


def cropped(top, left, height, width):
    """The grid of a model that sees `height` x `width` pixels of the source as they are."""
    return GridMap(SHAPE, (height, width), ((1.0, 0.0, float(top)), (0.0, 1.0, float(left)), (0.0, 0.0, 1.0)))


def mask_of(shape, *places):
    mask = np.zeros(shape, bool)
    for place in places:
        mask[place] = True
    return mask


def truth(shape=SHAPE, *, boxes=(), mask=None, sample=None):
    """What `source_truth` finds, with a mask handed over live or by name."""
    shelf = Shelf(device="cpu")
    source = "x.png"
    if sample is not None:
        source = "collection:any/one"
        shelf.sample = lambda ref: sample
    name = mask if isinstance(mask, str) else "" if mask is None else shelf.keep_live(mask)
    spec = JobSpec(
        verb="measure", method="iou", model=ModelRef(architecture="any"), input=InputRef(source=source),
        annotation=AnnotationRef(boxes=boxes, mask=name),
    )  # fmt: skip
    return source_truth(spec, shelf, shape)


class TestBoxes:
    def test_one_box(self):
        found = truth(boxes=[(2, 1, 5, 4)])
        assert found.boxes == ((2, 1, 5, 4),)
        assert np.array_equal(found.mask, mask_of(SHAPE, np.s_[1:4, 2:5]))
        assert found.share == 9 / 48

    def test_several_boxes_count_together_and_what_they_share_once(self):
        found = truth(boxes=[(0, 0, 4, 2), (2, 1, 6, 3), (7, 5, 8, 6)])
        assert len(found.boxes) == 3
        assert np.array_equal(found.mask, mask_of(SHAPE, np.s_[:2, :4], np.s_[1:3, 2:6], (5, 7)))
        assert found.mask.sum() == 8 + 8 - 2 + 1
        assert found.share == 15 / 48

    def test_edges_between_pixels(self):
        found = truth(boxes=[(1.5, 0.4, 3.5, 2.6)])
        # Centres 1.5, 2.5 of the columns (the right edge is open), and 0.5, 1.5, 2.5 of the rows.
        assert np.array_equal(found.mask, mask_of(SHAPE, np.s_[0:3, 1:3]))
        assert found.share == pytest.approx(2 * 2.2 / 48)

    def test_a_box_over_the_edge_is_cut(self):
        found = truth(boxes=[(-3, 4, 2, 9)])
        assert found.boxes == ((0, 4, 2, 6),)
        assert np.array_equal(found.mask, mask_of(SHAPE, np.s_[4:, :2]))
        assert found.share == 4 / 48

    def test_a_box_around_everything_is_the_picture(self):
        found = truth(boxes=[(-100, -math.inf, math.inf, 1e12)])
        assert found.boxes == ((0, 0, 8, 6),)
        assert found.mask.all()
        assert found.share == 1

    def test_a_box_that_holds_no_pixels_centre_has_no_mask_but_a_share(self):
        found = truth(boxes=[(1.6, 1.6, 2.4, 2.4)])
        assert not found.mask.any()
        assert found.share == pytest.approx(0.8**2 / 48)

    def test_of_a_volume(self):
        found = truth((4, 5, 6), boxes=[(1, 2, 3, 4, 4, 4), (0, 0, 0, 1, 1, 1)])
        assert np.array_equal(found.mask, mask_of((4, 5, 6), np.s_[3:4, 2:4, 1:4], (0, 0, 0)))
        assert found.share == 7 / 120

    @pytest.mark.parametrize(
        ("box", "code", "said"),
        [
            ((1, 1, 1, 4), "empty-box", "The box (1, 1, 1, 4) is empty: it needs x0 < x1 and y0 < y1."),
            ((5, 1, 2, 4), "empty-box", "(5, 1, 2, 4)"),
            ((1, math.nan, 2, 4), "empty-box", "nan"),
            ((8, 0, 9, 6), "box-outside", "The box (8, 0, 9, 6) lies outside the input's 8 x 6 pixels"),
            ((-4, 0, 0, 6), "box-outside", "(-4, 0, 0, 6)"),
            ((0, 6, 8, 7), "box-outside", "(0, 6, 8, 7)"),
            ((1, 2, 3), "box-size", "4 numbers, x0, y0, x1, y1; (1, 2, 3) has 3"),
            ((1, 2, 3, 4, 5, 6), "box-size", "has 6"),
            ((), "box-size", "has 0"),
        ],
    )
    def test_what_is_no_box_of_this_picture_is_refused_in_a_sentence(self, box, code, said):
        with pytest.raises(InvalidChoice) as caught:
            truth(boxes=[(0, 0, 2, 2), box])
        assert caught.value.code == code
        assert said in str(caught.value) and str(caught.value).endswith(".")

    def test_a_flat_box_of_a_volume_says_what_it_needs(self):
        with pytest.raises(InvalidChoice, match="z0, x1, y1, z1"):
            truth((4, 5, 6), boxes=[(0, 0, 2, 2)])
        with pytest.raises(InvalidChoice, match="z0 < z1"):
            truth((4, 5, 6), boxes=[(0, 0, 2, 2, 2, 2)])


class TestMasks:
    def test_its_tightest_box_comes_with_it(self):
        mask = mask_of(SHAPE, (1, 2), (3, 5))
        found = truth(mask=mask)
        assert found.boxes == ((2, 1, 6, 4),)
        assert np.array_equal(found.mask, mask)
        assert found.share == 12 / 48  # the box's

    def test_boxes_that_are_given_too_stay(self):
        found = truth(mask=mask_of(SHAPE, (1, 2)), boxes=[(0, 0, 4, 3)])
        assert found.boxes == ((0, 0, 4, 3),)
        assert found.mask.sum() == 1
        assert found.share == 12 / 48

    def test_an_empty_one_is_an_answer_without_an_object(self):
        found = truth(mask=np.zeros(SHAPE, bool))
        assert found.boxes == ()
        assert math.isnan(found.share)

    def test_numbers_above_zero_are_the_truth_and_nan_is_not(self):
        values = np.zeros(SHAPE, np.float32)
        values[0, :5] = (0.001, -1, np.nan, np.inf, -np.inf)
        assert np.argwhere(truth(mask=values).mask).tolist() == [[0, 0], [0, 3]]
        assert not truth(mask=np.full(SHAPE, np.nan)).mask.any()

    @pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.float64])
    def test_of_any_kind_of_number(self, dtype):
        assert np.array_equal(truth(mask=np.eye(*SHAPE).astype(dtype)).mask, np.eye(*SHAPE, dtype=bool))

    @pytest.mark.parametrize("axis", [0, 2])
    def test_one_channel_falls_away(self, axis):
        mask = mask_of(SHAPE, (1, 2), (3, 5))
        assert np.array_equal(truth(mask=np.expand_dims(mask, axis)).mask, mask)

    @pytest.mark.parametrize("shape", [(8, 6), (3, 4), (48,), (6, 8, 3), (2, 6, 8), ()])
    def test_of_another_size_it_is_refused_in_a_sentence(self, shape):
        with pytest.raises(InvalidChoice, match="must match") as caught:
            truth(mask=np.ones(shape, bool))
        assert caught.value.code == "mask-size"

    def test_of_what_is_no_number_it_is_refused_in_a_sentence(self):
        with pytest.raises(InvalidChoice, match="bools or numbers"):
            truth(mask=np.full(SHAPE, "yes"))

    def test_of_a_volume(self):
        found = truth((4, 5, 6), mask=mask_of((4, 5, 6), (1, 2, 3), (2, 2, 4)))
        assert found.boxes == ((3, 2, 1, 5, 3, 3),)  # x, y, z
        assert found.share == 4 / 120

    def test_in_a_file(self, tmp_path):
        colours = np.zeros((*SHAPE, 3), np.uint8)
        colours[2, 3, 1] = 7
        Image.fromarray(colours).save(tmp_path / "mask.png")
        assert np.argwhere(truth(mask=str(tmp_path / "mask.png")).mask).tolist() == [[2, 3]]
        Image.new("L", (6, 8), 1).save(tmp_path / "turned.png")
        with pytest.raises(InvalidChoice, match="The mask has 8 x 6 pixels and the input 6 x 8"):
            truth(mask=str(tmp_path / "turned.png"))
        with pytest.raises(UnreadableInput, match=r"missing\.png"):
            truth(mask=str(tmp_path / "missing.png"))


class TestSamples:
    MASKS = {"petal": mask_of(SHAPE, (1, 1)), "stem": mask_of(SHAPE, np.s_[3:, 4])}  # noqa: RUF012 - never changed

    def sample(self, **more):
        return Sample("one", Picture(np.zeros((*SHAPE, 3), np.uint8), "one", ""), 0, **more)

    def test_the_first_mask_is_the_truth_unless_another_is_named(self):
        sample = self.sample(masks=self.MASKS)
        assert np.array_equal(truth(sample=sample).mask, self.MASKS["petal"])
        assert truth(sample=sample, mask="stem").boxes == ((4, 3, 5, 6),)
        with pytest.raises(InvalidChoice, match="choose one of petal, stem"):
            truth(sample=sample, mask="leaf")

    def test_boxes_come_before_masks_and_what_a_person_gives_before_both(self):
        sample = self.sample(masks=self.MASKS, boxes=((0, 0, 2, 2),))
        assert truth(sample=sample).mask.sum() == 4
        assert truth(sample=sample, mask="stem").boxes == ((4, 3, 5, 6),)
        assert truth(sample=sample, boxes=[(5, 5, 8, 6)]).mask.sum() == 3

    def test_without_either_it_is_refused_in_a_sentence(self):
        for sample in (None, self.sample()):
            with pytest.raises(InvalidChoice, match="give boxes or a mask") as caught:
                truth(sample=sample)
            assert caught.value.code == "no-annotation"


class TestOnAGrid:
    def test_on_the_source_itself_nothing_changes(self):
        shown = truth(boxes=[(1.5, 0.4, 3.5, 2.6), (4, 4, 8, 6)])
        found = truth_on_grid(shown, GridMap.identity(SHAPE))
        assert [pytest.approx(box) for box in found.boxes] == list(shown.boxes)
        assert np.array_equal(found.mask, shown.mask)
        assert found.share == shown.share

    def test_half_the_size_has_half_the_edges(self):
        found = truth_on_grid(truth(boxes=[(2, 2, 6, 4), (1, 0, 2, 5)]), halved(SHAPE))
        assert found.boxes == ((1, 1, 3, 2), (0.5, 0, 1, 2.5))
        assert found.mask.shape == (3, 4)

    def test_a_pixel_of_a_mask_counts_from_half_on(self):
        # Weights of a pixel over two of the source: 1/8, 3/8, 3/8, 1/8, the outermost folded in at the edges.
        wide, narrow = mask_of(SHAPE, np.s_[:, :3]), mask_of(SHAPE, np.s_[:, 3:4])
        assert truth_on_grid(truth(mask=wide), halved(SHAPE)).mask.tolist() == [[True, True, False, False]] * 3
        assert not truth_on_grid(truth(mask=narrow), halved(SHAPE)).mask.any()

    @pytest.mark.parametrize("times", [2, 4, 6, 20, 24, 26, 50])
    def test_half_is_half_whatever_the_factor(self, times):
        n, shape = 6, (6, 6 * times)
        grid = GridMap(shape, (6, n), ((1.0, 0.0, 0.0), (0.0, float(times), (times - 1) / 2), (0.0, 0.0, 1.0)))
        for whole in range(1, n):
            mask = mask_of(shape, np.s_[:, : whole * times + times // 2])
            assert truth_on_grid(truth(shape, mask=mask), grid).mask[0].sum() == whole + 1

    def test_what_lies_outside_the_view_is_cut_off(self):
        found = truth_on_grid(truth(boxes=[(0, 0, 4, 4), (0, 0, 3, 6), (6, 5, 8, 6)]), cropped(1, 3, 4, 4))
        assert found.boxes == ((0, 0, 1, 3),)
        assert np.array_equal(found.mask, mask_of((4, 4), np.s_[:3, :1]))
        assert found.share == (16 + 6 + 2) / 48  # of the whole source, seen or not

    def test_an_object_out_of_view_leaves_nothing(self):
        found = truth_on_grid(truth(boxes=[(0, 0, 2, 2)]), cropped(2, 3, 4, 4))
        assert found.boxes == ()
        assert not found.mask.any()

    def test_a_masks_box_is_that_of_the_part_in_view(self):
        # A stem from the lower left to the upper right, of which the model sees the middle.
        mask = mask_of(SHAPE, (5, 0), (4, 2), (3, 3), (2, 4), (1, 6), (0, 7))
        found = truth_on_grid(truth(mask=mask), cropped(0, 2, 6, 3))
        assert np.array_equal(found.mask, mask[:, 2:5])
        assert found.boxes == ((0, 2, 3, 5),)

    def test_a_view_beyond_the_picture_has_no_truth_there(self):
        found = truth_on_grid(truth(boxes=[(0, 0, 8, 6)]), cropped(-2, -1, 10, 10))
        assert found.boxes == ((1, 2, 9, 8),)
        assert np.array_equal(found.mask, mask_of((10, 10), np.s_[2:8, 1:9]))

    def test_of_a_volume(self):
        shape = (4, 6, 8)
        mask = mask_of(shape, np.s_[2:4, 0:2, 4:8])
        found = truth_on_grid(truth(shape, mask=mask), halved(shape))
        assert found.boxes == ((2, 0, 1, 4, 1, 2),)
        assert np.array_equal(found.mask, mask_of((2, 3, 4), np.s_[1, 0, 2:4]))
        assert found.share == 16 / 192


def test_complete_fills_in_what_is_missing():
    blank = np.zeros(SHAPE, bool)
    assert complete(Annotation((), blank), given_mask=True).boxes == ()
    assert complete(Annotation(((0, 0, 2, 1),), blank), given_mask=False).mask.sum() == 2
    assert tight_box(mask_of(SHAPE, (5, 7))) == (7, 5, 8, 6)
    assert not boxes_mask((), SHAPE).any()
