"""Metrics that compare a map with boxes or masks: numbers by hand, the slow way, scikit-learn, degenerate maps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for

from salviewer.api import (
    Annotation,
    Explanation,
    GridMap,
    Heatmap,
    InputRef,
    JobSpec,
    MeasureRequest,
    ModelRef,
    Progress,
)
from salviewer.data.pictures import picture_from_array
from salviewer.host import Host
from salviewer.jobs.annotations import complete, truth_on_grid
from salviewer.jobs.measuring import from_array
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module
from salviewer_plugins.evaluation import annotation_params as given
from salviewer_plugins.evaluation.box_occlusion import BoxOcclusion, covering, hidden
from salviewer_plugins.evaluation.explainability import Explainability
from salviewer_plugins.evaluation.lesions import LesionSensitivity
from salviewer_plugins.evaluation.overlap import Overlap
from salviewer_plugins.evaluation.pointing_game import PointingGame, blob_centre, near

KEYS = ("pointing-game", "explainability", "iou", "lesion-sensitivity", "box-occlusion")


def flat(x):
    """Logits that depend on nothing."""
    return torch.zeros(len(x), 2)


def measure(metric, params, heatmap, *, boxes=(), mask=None, logits=flat, more=(), grid=None, x=None, seed=0):
    heatmap = np.asarray(heatmap, dtype=np.float32)
    shape = heatmap.shape if grid is None else grid.source_shape
    blank = np.zeros(shape, bool)
    truth = complete(
        Annotation(tuple(boxes), blank if mask is None else np.asarray(mask, bool)), given_mask=mask is not None
    )
    x = torch.zeros(1, 1, *heatmap.shape) if x is None else x
    grid = grid or GridMap.identity(heatmap.shape)
    asked = vars(request_for(PlainModel(logits), x)) | {"seed": seed}
    asked["input"] = type(asked["input"])(x, grid)
    request = MeasureRequest(
        **asked,
        explanation=Explanation((Heatmap("map", heatmap), *more)),
        heatmap=heatmap,
        truth=truth_on_grid(truth, grid),
        source_truth=truth,
    )
    with torch.inference_mode():
        return metric().measure(request, params, Progress())


def point(heatmap, **about):
    params = given.PointingParams(**{k: about.pop(k) for k in ("tolerance", "blob", "small") if k in about})
    return measure(PointingGame, params, heatmap, **about).values


def spot(shape, *places):
    out = np.zeros(shape, np.float32)
    for place, value in places:
        out[place] = value
    return out


class TestPointingGame:
    def test_a_maximum_in_the_box_hits_and_one_beside_it_misses(self):
        box = (2, 1, 5, 4)  # columns 2..4, rows 1..3
        assert point(spot((8, 9), ((3, 4), 1.0)), boxes=[box])["hit"] == 1
        assert point(spot((8, 9), ((3, 5), 1.0)), boxes=[box])["hit"] == 0
        assert point(spot((8, 9), ((4, 4), 1.0)), boxes=[box])["hit"] == 0

    @pytest.mark.parametrize(("tolerance", "hit"), [(0, 0), (4.9, 0), (5, 1)])
    def test_the_tolerance_reaches_from_pixel_to_pixel(self, tolerance, hit):
        # The nearest true pixel is (3, 4); the point (6, 8) is 5 pixels away.
        assert point(spot((12, 12), ((6, 8), 1.0)), boxes=[(2, 1, 5, 4)], tolerance=tolerance)["hit"] == hit

    def test_the_reach_is_that_of_all_pairs(self):
        inside = np.random.default_rng(0).random((9, 7, 6)) < 0.01
        places, true = np.indices(inside.shape).reshape(3, -1).T, np.argwhere(inside)
        slow = [min(np.linalg.norm(p - t) for t in true) <= 3.2 for p in places]
        np.testing.assert_array_equal(near(inside, 3.2).ravel(), slow)

    def test_of_tied_maxima_the_share_that_hits_counts(self):
        tied = spot((8, 8), ((1, 1), 2.0), ((2, 2), 2.0), ((7, 7), 2.0), ((6, 0), 1.0))
        assert point(tied, boxes=[(0, 0, 4, 4)])["hit"] == pytest.approx(2 / 3)

    def test_the_centroid_is_that_of_the_biggest_blob(self):
        heatmap = np.zeros((10, 10), np.float32)
        heatmap[0, 0] = 1.0  # the maximum, alone
        heatmap[5:8, 5:8] = 0.96  # centroid (6, 6)
        heatmap[6, 9] = 0.94  # below the threshold
        found = point(heatmap, boxes=[(6, 6, 7, 7)])
        assert (found["hit"], found["hit_centroid"]) == (0, 1)
        assert blob_centre(heatmap, 0.95).tolist() == [[6, 6]]
        assert blob_centre(heatmap, 0.97).tolist() == [[0, 0]]

    def test_of_blobs_of_one_size_the_higher_peak_counts(self):
        assert blob_centre(spot((5, 5), ((0, 0), 0.97), ((4, 4), 1.0)), 0.95).tolist() == [[4, 4]]

    def test_a_ring_points_at_its_middle(self):
        y, x = np.mgrid[:11, :11]
        ring = (np.hypot(y - 5, x - 5).round() == 4).astype(np.float32)
        found = point(ring, boxes=[(5, 5, 6, 6)])
        assert found["hit_centroid"] == 1 and found["hit"] == 0

    def test_small_objects_are_counted_apart(self):
        heatmap = spot((10, 10), ((1, 1), 1.0))
        small, large = point(heatmap, boxes=[(0, 0, 4, 6)]), point(heatmap, boxes=[(0, 0, 5, 5)])
        assert small["hit_small"] == small["hit_centroid_small"] == 1
        assert np.isnan(large["hit_small"]) and np.isnan(large["hit_centroid_small"])

    def test_boxes_count_together_for_smallness(self):
        assert np.isnan(point(spot((10, 10), ((1, 1), 1.0)), boxes=[(0, 0, 4, 4), (6, 6, 10, 10)])["hit_small"])
        overlapping = [(0, 0, 4, 5), (0, 0, 4, 6)]
        assert point(spot((10, 10), ((1, 1), 1.0)), boxes=overlapping)["hit_small"] == 1

    def test_mass_inside_and_chance(self):
        found = point([[3, 1, -5], [1, 0, 5]], boxes=[(0, 0, 2, 1)])
        assert found["mass_inside"] == pytest.approx(4 / 10)
        assert found["chance"] == pytest.approx(2 / 6)

    def test_a_mask_is_finer_than_its_box(self):
        mask = np.eye(6, dtype=bool)
        assert point(spot((6, 6), ((0, 5), 1.0)), mask=mask)["hit"] == 0
        assert point(spot((6, 6), ((3, 3), 1.0)), mask=mask)["hit"] == 1

    def test_volumes(self):
        found = point(spot((4, 5, 6), ((1, 2, 3), 1.0)), boxes=[(3, 2, 1, 4, 3, 2)])  # x, y, z
        assert found["hit"] == found["hit_centroid"] == found["mass_inside"] == 1
        assert point(spot((4, 5, 6), ((3, 2, 1), 1.0)), boxes=[(3, 2, 1, 4, 3, 2)])["hit"] == 0

    @pytest.mark.parametrize("value", [0.0, 2.5, np.nan, -1.0])
    def test_a_map_without_contrast_misses(self, value):
        found = measure(PointingGame, given.PointingParams(), np.full((6, 6), value), boxes=[(0, 0, 6, 6)])
        assert found.values["hit"] == found.values["hit_centroid"] == 0
        assert "no contrast" in found.notes[0]

    def test_all_negative_the_greatest_still_points(self):
        heatmap = np.full((6, 6), -4.0)
        heatmap[2, 2] = -1.0
        found = measure(PointingGame, given.PointingParams(), heatmap, boxes=[(2, 2, 3, 3)])
        assert found.values["hit"] == found.values["hit_centroid"] == 1
        assert np.isnan(found.values["mass_inside"]) and "above zero" in found.notes[0]

    def test_pixels_without_numbers_never_point(self):
        heatmap = spot((5, 5), ((0, 0), np.nan), ((0, 1), np.inf), ((3, 3), 1.0))
        assert point(heatmap, boxes=[(3, 3, 4, 4)])["hit"] == 1


class TestView:
    """The middle half of a 16 x 16 picture, seen at twice its size."""

    grid = GridMap((16, 16), (16, 16), ((0.5, 0, 3.75), (0, 0.5, 3.75), (0, 0, 1)))

    def test_boxes_come_to_the_model_s_grid(self):
        # Source columns 8..9 and rows 4..5 lie at model columns 8..11 and rows 0..3.
        found = point(spot((16, 16), ((3, 11), 1.0)), boxes=[(8, 4, 10, 6)], grid=self.grid)
        assert found["hit"] == 1
        assert point(spot((16, 16), ((4, 11), 1.0)), boxes=[(8, 4, 10, 6)], grid=self.grid)["hit"] == 0

    @pytest.mark.parametrize(
        ("metric", "params"),
        [
            (PointingGame, given.PointingParams()),
            (Explainability, given.ExplainabilityParams()),
            (Overlap, given.IouParams()),
        ],
    )
    def test_an_object_out_of_view_has_no_answer(self, metric, params):
        found = measure(metric, params, spot((16, 16), ((3, 3), 1.0)), boxes=[(0, 0, 3, 3)], grid=self.grid)
        assert np.isnan(found.value) and "outside what the model sees" in found.notes[0]

    def test_an_object_smaller_than_half_a_pixel_can_still_be_hit(self):
        coarse = GridMap((16, 16), (2, 2), ((8, 0, 3.5), (0, 8, 3.5), (0, 0, 1)))
        assert point([[0, 0], [0, 1]], boxes=[(9, 9, 10, 10)], grid=coarse)["hit"] == 1

    def test_lesions_are_judged_on_the_source(self):
        mask = np.zeros((16, 16), bool)
        mask[6, 6], mask[0, 0] = True, True  # one seen, one outside the view
        found = measure(LesionSensitivity, given.LesionParams(), np.ones((16, 16)), mask=mask, grid=self.grid).values
        assert (found["image_25"], found["lesions_25"], found["lesions"]) == (1, 0.5, 2)
        assert found["proposed"] == 0.25


class TestExplainability:
    def ap(self, heatmap, **truth):
        return measure(Explainability, given.ExplainabilityParams(), heatmap, **truth)

    def test_by_hand(self):
        # Ranked: hit, miss, hit, miss. Precision at the hits: 1, 2/3; each adds half of the recall.
        assert self.ap([[4, 3], [2, 1]], mask=[[1, 0], [1, 0]]).value == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
        assert self.ap([[4, 1], [3, 2]], mask=[[1, 0], [1, 0]]).value == 1

    def test_ties_are_taken_together(self):
        # Three pixels tie at the top, two of them true: precision 2/3 at full recall.
        assert self.ap([[4, 4], [4, 1]], mask=[[1, 0], [1, 0]]).value == pytest.approx(2 / 3)

    @pytest.mark.parametrize("levels", [3, 1000])
    def test_scikit_learn_agrees(self, levels):
        average_precision_score = pytest.importorskip("sklearn.metrics").average_precision_score
        rng = np.random.default_rng(levels)
        heatmap = rng.integers(-levels, levels, size=(23, 31)).astype(np.float32)
        mask = rng.random((23, 31)) < 0.2
        found = self.ap(heatmap, mask=mask)
        assert found.value == pytest.approx(average_precision_score(mask.ravel(), heatmap.ravel()), abs=1e-12)
        assert found.values["chance"] == pytest.approx(mask.mean())

    def test_the_slow_way(self):
        rng = np.random.default_rng(5)
        heatmap, mask = rng.integers(0, 6, size=(6, 5)).astype(float), rng.random((6, 5)) < 0.4
        total, before = 0.0, 0.0
        for cut in sorted(set(heatmap.ravel()), reverse=True):
            taken = [m for v, m in zip(heatmap.ravel(), mask.ravel(), strict=True) if v >= cut]
            recall = sum(taken) / mask.sum()
            total += sum(taken) / len(taken) * (recall - before)
            before = recall
        assert self.ap(heatmap, mask=mask).value == pytest.approx(total)

    @pytest.mark.parametrize("value", [0.0, 7.0, -3.0, np.nan])
    def test_a_map_without_a_ranking_gets_the_share_of_the_object(self, value):
        found = self.ap(np.full((5, 4), value), boxes=[(0, 0, 2, 2)])
        assert found.value == pytest.approx(4 / 20) and found.notes

    def test_pixels_without_numbers_come_last(self):
        assert self.ap([[np.nan, -2], [-1, np.nan]], mask=[[0, 1], [1, 0]]).value == 1

    def test_the_curve_ends_at_full_recall(self):
        curve = self.ap([[4, 3], [2, 1]], mask=[[1, 0], [1, 0]]).evidence[0]
        assert curve.x[-1] == 1 and curve.y[0] == 1


class TestOverlap:
    def iou(self, heatmap, threshold=0.5, **about):
        return measure(Overlap, given.IouParams(threshold=threshold), heatmap, **about)

    def test_by_hand(self):
        heatmap = np.zeros((10, 10))
        heatmap[2:4, 2:6] = 1.0  # 8 pixels
        heatmap[6, 6] = 0.4
        found = self.iou(heatmap, boxes=[(2, 2, 6, 6)])  # 16 pixels
        assert found.value == found.values["box_iou"] == pytest.approx(8 / 16)
        assert found.values["mask_iou"] == pytest.approx(8 / 16)
        low = self.iou(heatmap, 0.3, boxes=[(2, 2, 6, 6)]).values  # the box grows to 5 x 5, the pixels to 9
        assert low["box_iou"] == pytest.approx(16 / 25) and low["mask_iou"] == pytest.approx(8 / 17)
        assert low["threshold"] == 0.3
        # 0.6 of the thresholds show eight pixels, 0.4 of them nine.
        assert low["box_iou_area"] == pytest.approx(0.6 * 8 / 16 + 0.4 * 16 / 25)
        assert low["mask_iou_area"] == pytest.approx(0.6 * 8 / 16 + 0.4 * 8 / 17)

    def test_a_perfect_map_gets_one_everywhere(self):
        heatmap = np.zeros((7, 8))
        heatmap[1:4, 2:7] = 3.0
        values = self.iou(heatmap, boxes=[(2, 1, 7, 4)]).values
        assert {k: v for k, v in values.items() if k != "threshold"} == dict.fromkeys(
            [k for k in values if k != "threshold"], 1.0
        )

    def test_the_area_is_what_many_thresholds_average_to(self):
        rng = np.random.default_rng(1)
        heatmap, mask = rng.normal(size=(12, 9)), rng.random((12, 9)) < 0.3
        box = (1, 2, 7, 11)
        fine = (np.arange(20_000) + 0.5) / 20_000
        by_mask, by_box = [], []
        for t in fine:
            shown = heatmap > t * heatmap.max()
            rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
            x0, y0, x1, y1 = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
            both = max(0, min(x1, box[2]) - max(x0, box[0])) * max(0, min(y1, box[3]) - max(y0, box[1]))
            by_box.append(both / ((x1 - x0) * (y1 - y0) + 6 * 9 - both))
            by_mask.append((shown & mask).sum() / (shown | mask).sum())
        found = self.iou(heatmap, mask=mask, boxes=[box]).values
        assert found["mask_iou_area"] == pytest.approx(np.mean(by_mask), abs=2e-4)
        assert found["box_iou_area"] == pytest.approx(np.mean(by_box), abs=2e-4)

    def test_the_best_of_several_boxes_counts(self):
        heatmap = spot((6, 6), ((0, 0), 1.0))
        assert self.iou(heatmap, boxes=[(3, 3, 6, 6), (0, 0, 1, 2)]).value == 0.5

    def test_the_fixed_thresholds_and_curves(self):
        found = self.iou([[1.0, 0.8], [0.4, 0.2]], mask=[[1, 1], [0, 0]])
        named = [found.values[f"mask_iou_{t:g}"] for t in (0.1, 0.3, 0.5, 0.7, 0.9)]
        assert named == pytest.approx([2 / 4, 2 / 3, 1, 1, 1 / 2])
        curve = found.evidence[1]
        assert [curve.y[i] for i in (10, 30, 50, 70, 90, 100)] == pytest.approx([*named, 0])

    def test_rounds_are_summed(self):
        first, second = spot((4, 4), ((0, 0), 1.0)), spot((4, 4), ((0, 1), 1.0))
        rounds = [Heatmap(f"Round {n}", m, series="rounds", at=float(n)) for n, m in ((2, second), (1, first))]
        found = self.iou(first + second, boxes=[(0, 0, 2, 1)], more=rounds)
        assert found.values["round_1_mask_iou_0.5"] == 0.5
        assert found.values["round_2_mask_iou_0.5"] == found.values["mask_iou_0.5"] == 1
        assert [c.name for c in found.evidence[2:]] == ["Mask IoU, rounds 1 to 1", "Mask IoU, rounds 1 to 2"]

    def test_volumes(self):
        heatmap = np.zeros((4, 5, 6))
        heatmap[1:3, 2:4, 3:6] = 1
        assert self.iou(heatmap, boxes=[(3, 2, 1, 6, 4, 2)]).values["box_iou"] == 0.5

    @pytest.mark.parametrize("value", [0.0, -2.0, np.nan])
    def test_a_map_that_shows_nothing_gets_zero(self, value):
        found = self.iou(np.full((5, 5), value), boxes=[(0, 0, 2, 2)])
        assert found.value == found.values["mask_iou_area"] == 0 and "above zero" in found.notes[0]

    def test_a_positive_constant_shows_everything(self):
        assert self.iou(np.full((5, 5), 3.0), boxes=[(0, 0, 5, 1)]).value == pytest.approx(0.2)


class TestLesions:
    def found(self, heatmap, mask, threshold=0.5):
        return measure(LesionSensitivity, given.LesionParams(threshold=threshold), heatmap, mask=mask)

    def test_by_hand(self):
        mask, heatmap = np.zeros((12, 12), bool), np.zeros((12, 12))
        mask[0:2, 0:2] = True  # 4 pixels, 1 proposed: found by a quarter
        mask[5, 5:10] = True  # 5 pixels, 1 proposed: not found
        mask[9:11, 0:2] = True  # 4 pixels, 2 proposed: found by half
        heatmap[0, 0] = heatmap[5, 5] = 1.0
        heatmap[9, 0:2] = 0.8
        heatmap[0, 8] = heatmap[3, 11] = 0.6  # two false regions
        heatmap[11, 11] = 0.5  # not above the threshold
        values = self.found(heatmap, mask).values
        assert values == pytest.approx(
            {
                "image_25": 1, "image_50": 1, "lesions_25": 2 / 3, "lesions_50": 1 / 3,
                "lesions": 3, "regions": 5, "false_regions": 2, "proposed": 6 / 144, "threshold": 0.5,
            }
        )  # fmt: skip
        strict = self.found(heatmap, mask, 0.9).values
        assert (strict["image_25"], strict["image_50"], strict["false_regions"]) == (1, 0, 0)

    def test_showing_everything_finds_everything_and_is_told_apart(self):
        values = self.found(np.ones((6, 6)), np.eye(6, dtype=bool)).values
        assert (values["image_50"], values["proposed"]) == (1, 1)

    @pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
    def test_a_map_that_shows_nothing_finds_nothing(self, value):
        found = self.found(np.full((6, 6), value), np.eye(6, dtype=bool))
        assert found.value == 0 and found.values["regions"] == 0 and "above zero" in found.notes[0]

    def test_a_healthy_picture_has_nothing_to_find(self):
        found = self.found(spot((6, 6), ((1, 1), 1.0)), np.zeros((6, 6), bool))
        assert np.isnan(found.value) and found.values["false_regions"] == 1 and "no lesion" in found.notes[0]

    def test_volumes(self):
        mask = np.zeros((3, 3, 3), bool)
        mask[0, 0, 0] = mask[1, 1, 1] = True  # they touch at a corner: one lesion
        values = self.found(spot((3, 3, 3), ((1, 1, 1), 1.0)), mask).values
        assert (values["lesions"], values["image_50"]) == (1, 1)


def mean_logits(x):
    """P(class 0) rises with the mean of x."""
    mean = x.flatten(1).mean(1)
    return torch.stack([mean, torch.zeros_like(mean)], dim=1)


class TestBoxOcclusion:
    def drop(self, heatmap, logits=mean_logits, seed=0, **params):
        x = torch.ones(1, 1, *np.shape(heatmap))
        asked = given.BoxOcclusionParams(**params)
        return measure(BoxOcclusion, asked, heatmap, logits=logits, x=x, seed=seed)

    def test_by_hand(self):
        # Patches of one pixel on 10 x 10: after a share s the mean is 1 - s, whatever the map.
        found = self.drop(np.ones((10, 10)), patch=0.1, steps=3, draws=2)
        p = 1 / (1 + np.exp(-(1 - np.array([0, 0.1, 0.2, 0.3]))))
        curve = found.evidence[0]
        np.testing.assert_allclose(curve.x, [0, 0.1, 0.2, 0.3], atol=1e-7)
        np.testing.assert_allclose(curve.y, p, atol=1e-6)
        assert found.value == pytest.approx((p[0] - p[1:]).mean(), abs=1e-6)
        assert found.values["final_drop"] == pytest.approx(p[0] - p[3], abs=1e-6)
        assert found.values["covered"] == pytest.approx(0.3)

    def test_black_is_the_model_s_black(self):
        # The plain model's black is -2: at a covered share of 0.3 the mean is 0.7 - 0.6.
        found = self.drop(np.ones((10, 10)), patch=0.1, steps=1, draws=1, fill="black")
        assert found.evidence[0].y[1] == pytest.approx(1 / (1 + np.exp(-0.1)), abs=1e-6)

    def test_a_map_on_what_matters_costs_more_than_one_beside_it(self):
        def reads_corner(x):
            return mean_logits(8 * x[..., :4, :4])

        right, wrong = np.full((16, 16), 1e-4), np.full((16, 16), 1e-4)
        right[:4, :4] = wrong[-4:, -4:] = 1.0
        found = [self.drop(m, reads_corner, patch=0.1).value for m in (right, wrong)]
        assert found[0] > 5 * found[1]

    def test_centres_follow_the_map(self):
        weights = np.array([[1.0, 2.0, 5.0, 0.0]])
        generator = torch.Generator().manual_seed(0)
        first = [int(np.argmin(covering(weights, 1, 0.25, generator))) for _ in range(4000)]
        np.testing.assert_allclose(np.bincount(first, minlength=4) / 4000, [1 / 8, 2 / 8, 5 / 8, 0], atol=0.03)

    def test_each_level_is_reached_by_the_fewest_patches(self):
        turn = np.array([[0.25, 0.25, 0.5, np.inf]])
        assert hidden(turn[None], np.array([0.2, 0.25, 0.3]))[:, 0].tolist() == [
            [True, True, False, False], [True, True, False, False], [True, True, True, False],
        ]  # fmt: skip

    def test_a_map_that_is_used_up_stays_level_and_says_so(self):
        found = self.drop(spot((10, 10), ((4, 4), 1.0)), patch=0.1, steps=3)
        y = found.evidence[0].y
        assert y[1] == y[2] == y[3] < y[0] and "used up" in found.notes[0]
        assert found.values["covered"] == pytest.approx(0.01)

    @pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
    def test_a_map_without_a_distribution_has_no_answer(self, value):
        found = self.drop(np.full((8, 8), value))
        assert np.isnan(found.value) and "above zero" in found.notes[0]

    def test_the_seed_decides(self):
        heatmap = np.random.default_rng(0).random((12, 12))

        def at_corner(x):
            return mean_logits(x[..., :3, :3])

        values = [self.drop(heatmap, at_corner, seed=s, draws=2).value for s in (1, 1, 2)]
        assert values[0] == values[1] != values[2]

    def test_volumes(self):
        assert self.drop(np.ones((4, 5, 6)), patch=0.25, steps=2, draws=1).values["covered"] == pytest.approx(0.3)


@pytest.mark.parametrize("key", KEYS)
def test_through_a_job_with_quick_params(key):
    host = Host.discover()
    info = host.metric(key)
    shelf = Shelf(host, "cpu")
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(4, 2),
    )
    array = np.random.default_rng(0).random((3, 16, 20)).astype(np.float32)
    spec = JobSpec(
        verb="measure",
        method=key,
        params=host.params(info).quick,
        model=ModelRef(architecture=shelf.keep_live(open_module(net, preprocessing="none", device="cpu"))),
        input=InputRef(source=shelf.keep_live(picture_from_array(array))),
        sources=(shelf.keep_live(from_array(array[0])),),
        annotation={"boxes": ((2, 3, 9, 12),)},
    )
    found = run(spec, shelf, None, Plan(batch=4))
    assert np.isfinite(found.value) and found.provenance["method"] == key
    low, high = info.bounds
    assert (low is None or found.value >= low) and (high is None or found.value <= high)
