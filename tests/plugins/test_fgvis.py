"""FGVis: the optimum of a linear model, a planted patch in all four games, what the search costs, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for
from torch import nn
from torch.nn import functional as F

from salviewer.api import Curve, MaskStack, Progress
from salviewer.errors import InvalidChoice
from salviewer_plugins.fgvis.fgvis import TOGETHER, Fgvis
from salviewer_plugins.fgvis.games import GAMES
from salviewer_plugins.fgvis.params import FgvisParams
from salviewer_plugins.fgvis.rows import begun, rows_of

ROWS, COLUMNS = slice(2, 5), slice(4, 7)


class NetModel(PlainModel):
    """A model around a module that can be looked into."""

    def __init__(self, module):
        super().__init__(module, 2)
        self.module = module.eval().requires_grad_(False)


class Linear(nn.Module):
    """logit 0 = sum of weights * x; logit 1 = 0."""

    def __init__(self, weights):
        super().__init__()
        self.register_buffer("weights", weights)

    def forward(self, x):
        seen = (x * self.weights).flatten(1).sum(1)
        return torch.stack([seen, 0 * seen], dim=1)


class Patch(nn.Module):
    """Class 0 is there where one patch is bright; everything goes through a ReLU."""

    def __init__(self, fail_above=10**9, out=None):
        super().__init__()
        self.fail_above, self.out = fail_above, out or (lambda seen: seen)

    def forward(self, x):
        if len(x) > self.fail_above:
            raise torch.OutOfMemoryError("planted: out of memory")
        seen = self.out(F.relu(x)[:, :, ROWS, COLUMNS].mean((1, 2, 3)))
        return torch.stack([8 * seen, 4 + 0 * seen], dim=1)


def play(module, x=None, output="probability", target=0, **params):
    x = torch.ones(1, 3, 8, 9) if x is None else x
    model = NetModel(module)
    found = Fgvis().explain(request_for(model, x, target, output), FgvisParams(**params), Progress())
    return found, model


@pytest.mark.parametrize("game", ["deletion", "preservation", "generation", "repression"])
@pytest.mark.parametrize("mask", ["per channel and pixel", "per pixel"])
def test_a_linear_model_keeps_and_loses_what_adds_more_than_it_costs(game, mask):
    generator = torch.Generator().manual_seed(1)
    x = torch.randint(1, 4, (1, 2, 5, 6), generator=generator).float()
    weights = torch.randint(-3, 6, (1, 2, 5, 6), generator=generator).float()
    share = weights * x / (weights * x).sum()
    if mask == "per pixel":
        share = share.sum(1, keepdim=True)
    sparsity = 1.3
    found, _ = play(Linear(weights), x, "logit", game=game, mask=mask, sparsity=sparsity, iterations=200, step=0.5)
    worth = (share > sparsity / share.numel())[0].numpy()
    np.testing.assert_allclose(found.evidence[1].evidence, worth.astype(np.float32), atol=1e-4)
    assert "no non-linearity" in found.notes[1]


@pytest.mark.parametrize("game", ["deletion", "preservation", "generation", "repression"])
@pytest.mark.parametrize("defence", [True, False])
def test_a_planted_patch_is_found_in_every_game(game, defence):
    found, _ = play(Patch(), game=game, iterations=24, defence=defence)
    patch = found.heatmap[ROWS, COLUMNS]
    assert found.stopped == ""
    assert patch.sum() / found.heatmap.sum() > 0.95
    masks = found.evidence[1]
    assert isinstance(masks, MaskStack)
    with torch.no_grad():
        back = torch.from_numpy(masks.mask)[None] * torch.ones(1, 3, 8, 9)
        assert masks.score == pytest.approx(float(Patch()(back).softmax(1)[0, 0]), abs=1e-6)
    whole = float(torch.tensor([8.0, 4.0]).softmax(0)[0])
    assert masks.input_score == pytest.approx(whole)
    assert GAMES[game].reached(masks.score, whole, 0.0, 0.9)
    assert masks.top[0][0] == ("class 0" if masks.keeps else "class 1")


@pytest.mark.parametrize("iterations", [4, 7, 20, 100])
def test_the_search_costs_no_more_than_two_and_a_half_runs(iterations):
    found, model = play(Patch(), iterations=iterations)
    alone, single = play(Patch(), iterations=iterations, sparsity=1.0)
    assert single.calls == FgvisParams(iterations=iterations, sparsity=1.0).passes((8, 9)) == iterations + 1
    assert model.calls == FgvisParams(iterations=iterations).passes((8, 9)) <= 2.5 * single.calls
    path = [e for e in found.evidence if isinstance(e, MaskStack) and e.series == "sparsity"]
    assert [e.at for e in path] == sorted(e.at for e in path)
    assert len(path) == len(FgvisParams(iterations=iterations).stages)
    assert isinstance(found.evidence[-1], Curve)
    assert len([e for e in alone.evidence if isinstance(e, MaskStack)]) == 2


def test_targets_that_share_their_passes_get_what_each_gets_alone():
    model = NetModel(Patch())
    x = torch.ones(1, 3, 8, 9)
    params = FgvisParams(iterations=12)
    both = Fgvis().explain_batch([request_for(model, x, t) for t in (0, 1)], params, Progress())
    for target, found in enumerate(both):
        alone = Fgvis().explain(request_for(model, x, target), params, Progress())
        np.testing.assert_allclose(found.heatmap, alone.heatmap, atol=1e-5)


def test_where_memory_does_not_suffice_fewer_are_played_at_once():
    x = torch.ones(1, 3, 8, 9)
    params = FgvisParams(iterations=8)
    small = NetModel(Patch(fail_above=1))
    found = Fgvis().explain_batch([request_for(small, x, 0) for _ in range(3)], params, Progress())
    alone = Fgvis().explain(request_for(NetModel(Patch()), x, 0), params, Progress())
    assert len(found) == 3
    assert all(np.allclose(one.heatmap, alone.heatmap) for one in found)


def test_a_model_that_does_not_change_says_so():
    found, _ = play(Patch(out=lambda seen: seen * 0 + 1), iterations=8)
    assert found.stopped.startswith("The gradient of the class's score is zero")
    assert not found.heatmap.any()


@pytest.mark.parametrize("game", ["deletion", "preservation"])
def test_a_class_that_is_not_there_has_nothing_to_keep_or_to_lose(game):
    found, model = play(Patch(out=lambda seen: seen - 10), iterations=8, game=game)
    assert "probability of 0" in found.stopped
    assert model.calls == 2
    forced, _ = play(Patch(out=lambda seen: seen - 10), iterations=8, game=game, sparsity=0.0)
    assert "not what the model saw" in " ".join(forced.notes)


@pytest.mark.parametrize(
    ("game", "says"), [("preservation", "is 0 everywhere"), ("deletion", "is 1 everywhere"), ("repression", "is 1")]
)
def test_a_mask_that_collapses_says_so(game, says):
    found, _ = play(Patch(), game=game, sparsity=1e6, iterations=60)
    assert says in found.stopped


def test_a_loss_that_is_no_number_ends_with_the_last_mask_that_had_one():
    found, _ = play(Patch(out=lambda seen: 3 * torch.sqrt(seen - 0.9)), iterations=20, sparsity=0.0, step=0.05)
    assert "became no number" in found.stopped
    assert np.isfinite(found.heatmap).all()
    assert found.heatmap.max() > 0


def test_without_the_defence_that_is_said():
    found, _ = play(Patch(), iterations=6, defence=False)
    assert any("defence was off" in note for note in found.notes)


class TwoPatches(nn.Module):
    """Class 0 is bright at the left, class 1 at the right, class 2 nowhere."""

    def forward(self, x):
        seen = F.relu(x).mean(1)
        left, right = seen[:, 2:5, 1:3].mean((1, 2)), seen[:, 2:5, 6:8].mean((1, 2))
        return torch.stack([4 * left, 4 * right, 0 * left], dim=1)


@pytest.mark.parametrize("beside", ["class 1", " 1 ", "1; class 2"])
def test_two_objects_in_one_picture_have_a_mask_each(beside):
    model = PlainModel(TwoPatches(), 3)
    model.module = TwoPatches().eval()
    params = FgvisParams(iterations=16, beside=beside)
    x = torch.ones(1, 3, 8, 9)
    found = Fgvis().explain(request_for(model, x), params, Progress())
    maps = {e.name: e.values for e in found.evidence if e.kind == "heatmap"}
    assert list(maps)[:2] == ["FGVis", "FGVis: class 1"]
    assert maps["FGVis"][2:5, 1:3].sum() > 0.9 * maps["FGVis"].sum()
    assert maps["FGVis: class 1"][2:5, 6:8].sum() > 0.9 * maps["FGVis: class 1"].sum()
    alone = Fgvis().explain(request_for(model, x, 1), FgvisParams(iterations=16), Progress())
    np.testing.assert_allclose(maps["FGVis: class 1"], alone.heatmap, atol=1e-5)
    assert any("“class 1”" in note for note in found.notes)


def test_for_a_class_that_is_not_there_nothing_is_tried():
    found, _ = play(Patch(out=lambda seen: 2.5 * seen), iterations=8, beside="class 1")
    told = next(note for note in found.notes if note.startswith("The probability of “class 1”"))
    assert "of 1 tried" in told
    assert any(note.startswith("“class 1”: In the picture the class has a probability of 0") for note in found.notes)
    assert sum(getattr(e, "series", "") == "sparsity" for e in found.evidence) > 1  # the target's own


def test_a_class_beside_that_does_not_exist_is_said():
    with pytest.raises(InvalidChoice, match="no class “class 7” .* did you mean “class"):
        play(Patch(), iterations=6, beside="class 7")


def test_several_starts_find_the_planted_patch_and_say_how_they_agree():
    found, model = play(Patch(), iterations=24, starts=3)
    patch = found.heatmap[ROWS, COLUMNS]
    assert patch.sum() / found.heatmap.sum() > 0.95
    assert any(note.startswith("Of 3 starts the best is shown") for note in found.notes)
    assert model.largest == 3
    assert model.calls == FgvisParams(iterations=24, starts=3).passes((8, 9))
    single, _ = play(Patch(), iterations=24)
    assert found.evidence[1].size <= single.evidence[1].size + 1e-6


def test_starts_are_the_same_whatever_is_worked_on_beside_them():
    model, x = NetModel(Patch()), torch.ones(1, 3, 8, 9)
    params = FgvisParams(iterations=8, starts=5)
    many = Fgvis().explain_batch([request_for(model, x, t) for t in (0, 1)], params, Progress())
    assert model.largest == TOGETHER
    for target, found in enumerate(many):
        alone = Fgvis().explain(request_for(model, x, target), params, Progress())
        np.testing.assert_allclose(found.heatmap, alone.heatmap, atol=1e-5)


def test_random_starts_differ_from_the_first_and_from_each_other():
    request = request_for(NetModel(Patch()), torch.ones(1, 3, 8, 9))
    rows = rows_of(request, FgvisParams(starts=3))
    for value in (1.0, 0.01):
        masks = begun(torch.full((3, 3, 40, 40), value), rows, 0.1)
        assert torch.equal(masks[0], torch.full((3, 40, 40), value))
        assert not torch.equal(masks[1], masks[2])
        moved = (masks[1] - value).abs()
        assert 0.005 < float((moved > 0).float().mean()) < 0.02
        assert 0 <= float(masks.min()) <= float(masks.max()) <= 1
        assert float(moved.max()) <= 0.1 + 1e-6
