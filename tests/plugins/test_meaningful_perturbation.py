"""Meaningful perturbation: a linear model's optimum, a planted patch, the objective and Adam worked out plainly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for

from salviewer.api import Curve, Progress
from salviewer.errors import UnsupportedModel
from salviewer_plugins.mask_predictor.meaningful_perturbation import MeaningfulPerturbation
from salviewer_plugins.mask_predictor.meaningful_perturbation_descent import Adam
from salviewer_plugins.mask_predictor.meaningful_perturbation_game import Game
from salviewer_plugins.mask_predictor.meaningful_perturbation_params import MeaningfulPerturbationParams

PLAIN = {"background": "constant", "jitter": 0.0, "smoothing": 0.0, "start": "whole"}
ROWS, COLUMNS = slice(4, 12), slice(14, 22)


def drawn(*shape, seed=3):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def patch_logits(x):
    seen = x[:, :, ROWS, COLUMNS].clamp(min=0).mean((1, 2, 3))
    return torch.stack([8 * seen, 4 + 0 * seen, 0 * seen], dim=1)


def linear_logits(weights):
    return lambda x: torch.stack([(x * weights).flatten(1).sum(1), 0 * x.flatten(1).sum(1)], dim=1)


def play(logits, x, target=0, output="probability", progress=None, **params):
    model = PlainModel(logits, 3)
    found = MeaningfulPerturbation().explain(
        request_for(model, x, target, output), MeaningfulPerturbationParams(**params), progress or Progress()
    )
    return found, model


@pytest.mark.parametrize("game", ["deletion", "preservation"])
def test_of_a_linear_model_goes_what_carries_more_than_it_costs(game):
    """Without differences to pay for, each cell by itself: away with it (or keep it) where w x > l1."""
    generator = torch.Generator().manual_seed(4)
    x, weights = (torch.randint(-2, 3, (1, 2, 5, 6), generator=generator).float() for _ in range(2))
    gain = (weights * x).sum(1)[0].numpy()
    found, _ = play(
        linear_logits(weights), x, output="logit", game=game, tv=0.0, l1=0.5, cells=5, iterations=80, **PLAIN
    )
    np.testing.assert_allclose(found.heatmap, (gain > 0.5).astype(np.float32), atol=0.03)


def plain_objective(mask, x, a, score, params):
    """The same, value by value in float64, on masks with a cell per pixel. mask: (H, W); x, a: (C, H, W)."""
    height, width = mask.shape
    mixed = np.empty_like(x)
    used = varied = 0.0
    for i in range(height):
        for j in range(width):
            mixed[:, i, j] = x[:, i, j] * mask[i, j] + a[:, i, j] * (1 - mask[i, j])
            used += abs(1 - mask[i, j]) if params.game == "deletion" else abs(mask[i, j])
            if i + 1 < height:
                varied += abs(mask[i + 1, j] - mask[i, j]) ** params.beta
            if j + 1 < width:
                varied += abs(mask[i, j + 1] - mask[i, j]) ** params.beta
    sign = 1 if params.game == "deletion" else -1
    return params.l1 * used + params.tv * varied + sign * score(mixed)


@pytest.mark.parametrize("game", ["deletion", "preservation"])
def test_the_objective_and_its_slope_are_those_of_the_formula(game):
    params = MeaningfulPerturbationParams(game=game, cells=4, l1=0.07, tv=0.4, **PLAIN)
    x, weights = drawn(1, 2, 4, 5), drawn(1, 2, 4, 5, seed=8)
    mask = torch.rand((1, 1, 4, 5), generator=torch.Generator().manual_seed(1))

    def score(mixed):
        value = (mixed * weights[0].double().numpy()).sum()
        return 1 / (1 + np.exp(-value))

    game_ = Game([request_for(PlainModel(linear_logits(weights)), x)], params)
    loss, gradient, of_score = game_.gradient(mask)
    plain = mask[0, 0].double().numpy()
    arrays = x[0].double().numpy(), np.zeros((2, 4, 5))
    assert float(loss) == pytest.approx(plain_objective(plain, *arrays, score, params), rel=1e-5)
    step = 1e-5
    for i in range(4):
        for j in range(5):
            high, low = plain.copy(), plain.copy()
            high[i, j], low[i, j] = high[i, j] + step, low[i, j] - step
            slope = plain_objective(high, *arrays, score, params) - plain_objective(low, *arrays, score, params)
            assert float(gradient[0, 0, i, j]) == pytest.approx(slope / (2 * step), rel=1e-3, abs=1e-5)
    assert not torch.allclose(gradient, of_score)


def test_steps_are_those_of_adam_and_stay_between_0_and_1():
    masks = torch.rand((2, 1, 3, 4), generator=torch.Generator().manual_seed(5))
    mine, slow = Adam(masks, 0.1), masks.double().numpy()
    mean = square = np.zeros_like(slow)
    for t in range(1, 6):
        gradient = drawn(2, 1, 3, 4, seed=t)
        masks = mine.step(masks, gradient)
        g = gradient.double().numpy()
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g**2
        slow = slow - 0.1 * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
        slow = slow.clip(0, 1)
        np.testing.assert_allclose(masks.numpy(), slow, atol=1e-5)


@pytest.mark.parametrize("game", ["deletion", "preservation"])
@pytest.mark.parametrize("background", ["blur", "strong blur", "noise", "constant"])
def test_a_planted_patch_is_found(game, background):
    x = 0.1 * drawn(1, 3, 24, 30)
    x[:, :, ROWS, COLUMNS] += 1.0 + 0.8 * drawn(1, 3, 8, 8, seed=9).sign()  # bright, and lost in any blur
    logits = patch_logits if background in ("noise", "constant") else rough_logits
    params = {"game": game, "background": background, "iterations": 40, "cells": 12, "l1": 4e-3}
    found, model = play(logits, x, **params)
    heatmap, patch = found.heatmap, found.heatmap[ROWS, COLUMNS]
    assert patch.sum() / heatmap.sum() > 3 * 64 / heatmap.size
    assert patch.mean() > 0.5
    assert found.stopped == ""
    assert model.calls == MeaningfulPerturbationParams(**params).passes((24, 30)) == 32 + 40 + 1


def rough_logits(x):
    """Class 0 is where the patch is rough, as a blur does not leave it."""
    seen = x[:, :, ROWS, COLUMNS].diff(dim=-1).abs().mean((1, 2, 3))
    return torch.stack([8 * seen, 3 + 0 * seen, 0 * seen], dim=1)


def test_the_curve_falls_and_the_note_says_what_the_mask_does():
    x = torch.ones(1, 3, 24, 30)
    found, _ = play(patch_logits, x, background="constant", iterations=60)
    curve = found.evidence[1]
    assert isinstance(curve, Curve)
    assert len(curve.y) == 60
    assert curve.y[-1] < 0.1
    assert found.notes[0].startswith("The probability of “class 0” is 0.982 in the picture, 0.0177 in its background")


def test_targets_and_pictures_that_share_their_passes_get_what_each_gets_alone():
    x = torch.ones(1, 3, 24, 30) + drawn(1, 3, 24, 30)
    model = PlainModel(patch_logits, 3)
    requests = [request_for(model, x, 0), request_for(model, 2 * x, 1), request_for(model, x, 2)]
    params = MeaningfulPerturbationParams(iterations=8, background="noise")
    together = MeaningfulPerturbation().explain_batch(requests, params, Progress())
    assert model.largest == 3
    for request, found in zip(requests, together, strict=True):
        alone = MeaningfulPerturbation().explain(request, params, Progress())
        np.testing.assert_allclose(found.heatmap, alone.heatmap, atol=1e-5)


def test_where_memory_does_not_suffice_fewer_are_played_at_once():
    def small(x):
        if len(x) > 1:
            raise torch.OutOfMemoryError("planted: out of memory")
        return patch_logits(x)

    x = torch.ones(1, 3, 24, 30)
    params = MeaningfulPerturbationParams(iterations=5)
    requests = [request_for(PlainModel(small, 3), x) for _ in range(3)]
    found = MeaningfulPerturbation().explain_batch([requests[0]] * 3, params, Progress())
    alone = MeaningfulPerturbation().explain(request_for(PlainModel(patch_logits, 3), x), params, Progress())
    assert all(np.allclose(one.heatmap, alone.heatmap) for one in found)


def test_ended_early_it_gives_what_there_is():
    asked = []

    def ending():
        asked.append(1)
        return len(asked) > 10

    x = torch.ones(1, 3, 24, 30)
    found, model = play(patch_logits, x, progress=Progress(ending=ending), background="constant", start="whole")
    assert found.stopped == "Ended early, as asked, after 10 of 300 iterations."
    assert model.calls == 2 + 10 + 1
    assert len(found.evidence[1].y) == 10
    assert 0 < found.heatmap.max() <= 1


def test_the_first_circle_is_the_smallest_that_suffices():
    game = Game([request_for(PlainModel(patch_logits, 3), torch.ones(1, 3, 24, 30))], MeaningfulPerturbationParams())
    none, some, all_of_it = (game.masks(radius) for radius in (0.0, 0.5, 1.0))
    assert none.min() == 1
    assert all_of_it.max() == 0
    rows, columns = np.mgrid[:24, :30]
    inside = (rows - 11.5) ** 2 + (columns - 14.5) ** 2 < 0.25 * (12**2 + 15**2)
    np.testing.assert_array_equal(some[0, 0].numpy(), ~inside)


def test_a_model_that_does_not_change_says_so():
    found, model = play(lambda x: 0 * patch_logits(x) + torch.tensor([1.0, 0, 0]), torch.ones(1, 3, 24, 30))
    assert found.stopped.startswith("The gradient of the class's score is zero")
    assert not found.heatmap.any()
    assert model.calls == 32 + 2 + 1
    assert "no more than its background does" in found.notes[-1]


def test_a_circle_that_leaves_no_slope_is_given_up_for_the_whole_picture():
    def closed(x):
        seen = (x[:, :, 8:16, 11:19].mean((1, 2, 3)) - 0.2).clamp(min=0)  # flat once the middle is gone
        return torch.stack([8 * seen, 2 + 0 * seen, 0 * seen], dim=1)

    params = {"background": "constant", "jitter": 0.0, "smoothing": 0.0}
    found, _ = play(closed, torch.ones(1, 3, 24, 30), iterations=30, **params)
    assert found.stopped == ""
    assert found.heatmap[8:16, 11:19].mean() > 0.5


def test_numbers_that_are_none_leave_the_last_mask_that_had_some():
    def broken(x):
        seen = x[:, :, ROWS, COLUMNS].mean((1, 2, 3))
        return torch.stack([10 * torch.sqrt(seen - 0.5), 3 + 0 * seen, 0 * seen], dim=1)

    found, _ = play(broken, torch.ones(1, 3, 24, 30), **PLAIN)
    assert "became no number" in found.stopped
    assert np.isfinite(found.heatmap).all()
    assert 0 < found.heatmap[ROWS, COLUMNS].mean() < 0.9


def test_a_first_pass_without_numbers_shows_nothing():
    found, _ = play(lambda x: patch_logits(x) * float("nan"), torch.ones(1, 3, 24, 30), background="constant")
    assert "became no number" in found.stopped
    assert not found.heatmap.any()


@pytest.mark.parametrize(
    ("game", "l1", "says"),
    [
        ("deletion", 100.0, "Nothing is taken away anywhere"),
        ("preservation", 100.0, "Nothing is kept anywhere"),
        ("deletion", 0.0, "The whole picture is taken away"),
    ],
)
def test_a_mask_that_collapses_says_so(game, l1, says):
    def everything(x):
        seen = x.mean((1, 2, 3))
        return torch.stack([8 * seen, 4 + 0 * seen, 0 * seen], dim=1)

    x = torch.ones(1, 3, 12, 15)
    found, _ = play(everything, x, game=game, l1=l1, tv=0.0, background="constant", iterations=60)
    assert found.stopped.startswith(says)


def test_a_picture_without_structure_is_set_against_the_mean_colour():
    found, _ = play(patch_logits, torch.ones(1, 3, 24, 30), iterations=40)
    assert found.heatmap[ROWS, COLUMNS].max() > 0.5
    assert "A blur changes nothing in this picture" in found.notes[1]


def test_volumes_are_taken_too():
    def logits(x):
        seen = x[:, :, 2:4, 5:8, 1:5].mean((1, 2, 3, 4))
        return torch.stack([8 * seen, 4 + 0 * seen, 0 * seen], dim=1)

    found, _ = play(logits, torch.ones(1, 1, 8, 10, 9), background="constant", iterations=40, l1=1e-3)
    assert found.heatmap.shape == (8, 10, 9)
    assert found.heatmap[2:4, 5:8, 1:5].mean() > 3 * found.heatmap.mean()


def test_outputs_that_cannot_be_differentiated_are_refused():
    with pytest.raises(UnsupportedModel, match="cannot be differentiated"):
        play(lambda x: patch_logits(x.detach()), torch.ones(1, 3, 24, 30), start="whole")
