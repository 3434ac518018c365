"""Metrics that change the input: nets whose score is a mean of known pixels, slow loops, and quantus and sklearn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for

from salviewer.api import Explanation, Heatmap, MeasureRequest, Progress
from salviewer_plugins.evaluation.confidence import Confidence
from salviewer_plugins.evaluation.deletion import Deletion, Insertion
from salviewer_plugins.evaluation.faithfulness import Faithfulness
from salviewer_plugins.evaluation.infidelity import Infidelity, cells, subsets
from salviewer_plugins.evaluation.perturbation_params import (
    ConfidenceParams,
    DeletionParams,
    FaithfulnessParams,
    InfidelityParams,
    InsertionParams,
    SparsenessParams,
)
from salviewer_plugins.evaluation.ranking import area, ranks
from salviewer_plugins.evaluation.sparseness import Sparseness, gini

SIZE = 8
NAN = float("nan")


class Counter(PlainModel):
    """The "probability" of class 0 is the share of bright pixels among the known ones; raw 1 is bright, 0 is dark."""

    def __init__(self, known):
        self.known = torch.from_numpy(known)
        super().__init__(self._count)

    def _count(self, x):
        bright = (self.decode(x).mean(1) > 0.5).float()
        share = (bright * self.known).sum((1, 2)) / self.known.sum()
        return torch.stack([share, 1 - share], 1)

    def probabilities(self, logits):
        return logits


def known(rows=slice(0, 2)):
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[rows] = 1
    return mask


def bright(model):
    return model.encode(torch.ones(1, 3, SIZE, SIZE))


def judge(metric, params, model, heatmap, x=None, **options):
    heatmap = np.asarray(heatmap, np.float32)
    request = request_for(model, bright(model) if x is None else x, **options)
    e = Explanation((Heatmap("m", heatmap),))
    with torch.inference_mode():
        return metric.measure(MeasureRequest(**vars(request), explanation=e, heatmap=heatmap), params, Progress())


def best_first():
    return known() + np.linspace(0, 0.5, SIZE * SIZE, dtype=np.float32)[::-1].reshape(SIZE, SIZE)


def test_deletion_of_a_counter_is_known_by_hand():
    """16 of 64 pixels count: the score falls from 1 to 0 in the first quarter of 8 steps, then stays."""
    m = judge(Deletion(), DeletionParams(steps=8), Counter(known()), best_first())
    assert m.evidence[0].y == pytest.approx([1, 0.5, 0, 0, 0, 0, 0, 0, 0])
    assert m.value == pytest.approx((0.5 + 0.5) / 8)


def block():
    """Four known pixels in the middle, and a dark picture in which just these are bright: blurred, none of them is."""
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[3:5, 3:5] = 1
    model = Counter(mask)
    return model, mask, model.encode(torch.from_numpy(mask)[None, None].expand(1, 3, SIZE, SIZE).contiguous())


def test_insertion_of_a_counter_is_known_by_hand():
    """Two pixels a step: the four that count are back after two of 32."""
    model, mask, x = block()
    m = judge(Insertion(), InsertionParams(steps=32, sigma=0.3), model, mask, x)
    assert m.evidence[0].y == pytest.approx([0, 0.5] + 31 * [1])
    assert m.value == pytest.approx((0.5 + 30 + 0.5) / 32)
    assert judge(Insertion(), InsertionParams(steps=32, sigma=0.3), model, -mask, x).value < 0.1


@pytest.mark.parametrize("metric", [(Deletion, DeletionParams, 0), (Insertion, InsertionParams, 1)])
def test_the_area_is_sklearns(metric):
    from sklearn.metrics import auc

    make, params, _ = metric
    rng = np.random.default_rng(0)
    model = Counter(rng.random((SIZE, SIZE)).astype(np.float32))
    m = judge(make(), params(steps=12), model, rng.random((SIZE, SIZE)))
    assert m.value == pytest.approx(auc(m.evidence[0].x, m.evidence[0].y), abs=1e-6)


def test_deletion_equals_a_slow_loop():
    rng = np.random.default_rng(1)
    weights = torch.from_numpy(rng.normal(size=(3, SIZE, SIZE)).astype(np.float32))
    model = PlainModel(lambda x: torch.stack([(x * weights).sum((1, 2, 3)), 0 * x.sum((1, 2, 3))], 1))
    heatmap, x, steps = rng.normal(size=(SIZE, SIZE)), torch.randn(1, 3, SIZE, SIZE), 10
    order = np.argsort(-heatmap.astype(np.float32).ravel(), kind="stable")
    black, expected = model.encode(torch.zeros_like(x)), []
    for k in range(steps + 1):
        picture = x.clone().reshape(3, -1)
        gone = order[: round(k * SIZE * SIZE / steps)].copy()
        picture[:, gone] = black.reshape(3, -1)[:, gone]
        expected.append(float(model.probabilities(model(picture.reshape(x.shape)))[0, 0]))
    m = judge(Deletion(), DeletionParams(steps=steps), model, heatmap, x)
    assert m.evidence[0].y == pytest.approx(expected, abs=1e-6)
    assert m.value == pytest.approx(area(np.array(expected)), abs=1e-6)


def test_ties_are_broken_by_what_is_around():
    heatmap = np.zeros((40, 40), np.float32)
    heatmap[20, 20] = 1
    order = ranks(heatmap)
    assert order[20, 20] == 0
    assert order[20, 21] < order[0, 0]


def test_pixels_without_a_number_come_last():
    heatmap = -np.ones((4, 4), np.float32)
    heatmap[1, 1], heatmap[2, 2] = NAN, 3
    order = ranks(heatmap)
    assert order[2, 2] == 0
    assert order[1, 1] == 15


def test_faithfulness_follows_equation_8():
    """q_F = 0, q_1 = 0.5, and 1 from then on: 100 (0.5 + 31) / 32."""
    model, mask, x = block()
    m = judge(Faithfulness(), FaithfulnessParams(sigma=0.3), model, mask, x)
    assert m.value == pytest.approx(100 * 31.5 / 32)
    assert (m.values["clean"], m.values["blurred"], m.values["above_blurred"]) == pytest.approx((1, 0, m.value))


def test_faithfulness_as_printed_counts_what_the_blurred_picture_has():
    """A linear score: q_i / (q_O - q_F) against (q_i - q_F) / (q_O - q_F)."""
    weights = torch.rand(SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    model = PlainModel(lambda x: torch.stack([3 * (x.mean(1) * weights).mean((1, 2)), 0 * x.mean((1, 2, 3))], 1))
    x = torch.zeros(1, 3, SIZE, SIZE)
    x[:, :, 2:6, 2:6] = 4.0
    heatmap = (weights * x[0, 0]).numpy() + np.linspace(0, 1e-3, 64).reshape(SIZE, SIZE)
    m = judge(Faithfulness(), FaithfulnessParams(sigma=0.3, steps=8), model, heatmap, x, output="logit")
    q = m.evidence[0].y.astype(float)
    assert m.value == pytest.approx(sum(100 * v / (q[-1] - q[0]) / 8 for v in q[1:]), rel=1e-4)
    assert m.values["above_blurred"] == pytest.approx(
        sum(100 * (v - q[0]) / (q[-1] - q[0]) / 8 for v in q[1:]), rel=1e-4
    )


def test_a_picture_that_blurs_without_loss_has_no_faithfulness():
    m = judge(Faithfulness(), FaithfulnessParams(), Counter(known()), best_first())
    assert np.isnan(m.value)
    assert "nothing to bring back" in m.notes[0]


def test_where_a_blur_takes_nothing_away_another_background_does():
    """The class is a brightness that is the same everywhere: a blur keeps it, the mean colour does not."""
    model = PlainModel(lambda x: torch.stack([4 * x.mean((1, 2, 3)), 0 * x.mean((1, 2, 3))], 1))
    x, heatmap = torch.ones(1, 3, SIZE, SIZE), np.arange(SIZE * SIZE, dtype=np.float32).reshape(SIZE, SIZE)
    blurred, mean = (
        judge(Faithfulness(), FaithfulnessParams(background=b, steps=4), model, heatmap, x, output="logit")
        for b in ("blur", "mean")
    )
    assert np.isnan(blurred.value)
    assert mean.value == pytest.approx(100 * (0.25 + 0.5 + 0.75 + 1) / 4, rel=1e-4)


def test_confidence_by_hand():
    model = Counter(known())
    m = judge(Confidence(), ConfidenceParams(), model, known())
    assert m.values == pytest.approx({"increase": 0, "drop": 0, "inverse_drop": 1, "clean": 1, "shown": 1, "hidden": 0})
    away = judge(Confidence(), ConfidenceParams(), model, 1 - known())
    assert away.values == pytest.approx(
        {"increase": 0, "drop": 1, "inverse_drop": 0, "clean": 1, "shown": 0, "hidden": 1}
    )


def test_confidence_can_rise():
    """Class 1 is seen where the known pixels are dark: showing only the rest makes it certain."""
    model = Counter(known())
    x = bright(model)
    x[..., :1, :] = model.encode(torch.zeros(1, 3, 1, SIZE))
    m = judge(Confidence(), ConfidenceParams(), model, 1 - known(), x, target=1)
    assert m.value == 1
    assert m.values["clean"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 1], 0.75), ([1, 2, 3, 4], 0.25), ([0, 0, 0, 0], NAN), ([NAN, 1, 1, NAN], 0.0)],
)
def test_gini_by_hand(values, expected):
    assert gini(np.array(values, np.float32)) == pytest.approx(expected, nan_ok=True)


def test_gini_equals_quantus():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantus = pytest.importorskip("quantus")
        a = np.abs(np.random.default_rng(2).normal(size=(1, 1, 9, 9)))
        theirs = quantus.Sparseness(disable_warnings=True, display_progressbar=False).evaluate_batch(
            x_batch=a, a_batch=a
        )
    assert gini(a[0, 0]) == pytest.approx(float(np.ravel(theirs)[0]), abs=1e-6)


def test_a_map_that_adds_up_has_no_infidelity():
    """Of a linear score, weight times what is taken away is exactly what is lost."""
    rng = np.random.default_rng(3)
    weights = torch.from_numpy(rng.normal(size=(3, SIZE, SIZE)).astype(np.float32))
    model = PlainModel(lambda x: torch.stack([(x * weights).sum((1, 2, 3)), 0 * x.sum((1, 2, 3))], 1))
    x = torch.randn(1, 3, SIZE, SIZE)
    true = (weights * (x - model.encode(torch.zeros_like(x)))[0]).sum(0).numpy()
    good = judge(Infidelity(), InfidelityParams(cells=4), model, true, x, output="logit")
    scaled = judge(Infidelity(), InfidelityParams(cells=4), model, 7 * true, x, output="logit")
    bad = judge(Infidelity(), InfidelityParams(cells=4), model, rng.normal(size=(SIZE, SIZE)), x, output="logit")
    assert good.value == pytest.approx(0, abs=1e-6)
    assert scaled.value == pytest.approx(0, abs=1e-6)
    assert good.values["correlation"] == pytest.approx(1, abs=1e-6)
    assert bad.value > 1
    assert bad.values["correlation"] < 0.9


def test_infidelity_equals_captums_with_its_optimal_scale():
    from captum.metrics import infidelity

    rng = np.random.default_rng(4)
    weights = torch.from_numpy(rng.normal(size=(3, SIZE, SIZE)).astype(np.float32))

    def score(x):
        return (x * weights).sum((1, 2, 3)).tanh()

    model = PlainModel(lambda x: torch.stack([score(x), 0 * score(x)], 1))
    x, heatmap, n, k = torch.randn(1, 3, SIZE, SIZE), rng.normal(size=(SIZE, SIZE)), 32, 4
    cell = cells((SIZE, SIZE), k)
    sets = torch.from_numpy(subsets(k * k, n, 0))[:, torch.from_numpy(cell)][:, None].float()
    black = model.encode(torch.zeros_like(x))
    spread = torch.from_numpy(heatmap)[None, None].expand(1, 3, SIZE, SIZE) / 3

    def perturb(inputs):
        return sets.expand(-1, 3, -1, -1), torch.where(sets.bool(), black, inputs)

    theirs = infidelity(
        score, perturb, x, spread.float(), n_perturb_samples=n, max_examples_per_batch=n, normalize=True
    )
    mine = judge(Infidelity(), InfidelityParams(samples=n, cells=k), model, heatmap, x, output="logit")
    assert mine.value == pytest.approx(float(theirs), abs=1e-5)


DEGENERATE = {
    "constant": np.full((SIZE, SIZE), 2.0),
    "zero": np.zeros((SIZE, SIZE)),
    "no numbers": np.full((SIZE, SIZE), NAN),
}


@pytest.mark.parametrize("kind", DEGENERATE)
@pytest.mark.parametrize(
    ("metric", "params"),
    [
        (Deletion(), DeletionParams(steps=4)),
        (Insertion(), InsertionParams(steps=4)),
        (Faithfulness(), FaithfulnessParams(steps=4)),
        (Confidence(), ConfidenceParams()),
    ],
)
def test_a_map_without_contrast_has_no_value_and_a_note(metric, params, kind):
    m = judge(metric, params, Counter(known()), DEGENERATE[kind])
    assert np.isnan(m.value)
    assert m.notes


def test_a_map_below_zero_has_an_order_like_any():
    params = DeletionParams(steps=8)
    above = judge(Deletion(), params, Counter(known()), best_first())
    below = judge(Deletion(), params, Counter(known()), best_first() - 10)
    assert above.value == pytest.approx(below.value)


def test_an_empty_map_has_no_sparseness_and_says_why():
    m = judge(Sparseness(), SparsenessParams(), Counter(known()), DEGENERATE["zero"])
    assert np.isnan(m.value)
    assert "nothing to be spread" in m.notes[0]


def test_volumes_are_judged_too():
    weights = torch.rand(1, 4, 5, 6)
    model = PlainModel(lambda x: torch.stack([(x * weights).mean((1, 2, 3, 4)), 0 * x.mean((1, 2, 3, 4))], 1))
    x = torch.rand(1, 1, 4, 5, 6) + 1
    heatmap = (weights * x)[0, 0].numpy()
    for metric, params in ((Deletion(), DeletionParams(steps=5)), (Insertion(), InsertionParams(steps=5)),
                           (Infidelity(), InfidelityParams(samples=8, cells=2))):  # fmt: skip
        assert np.isfinite(judge(metric, params, model, heatmap, x, output="logit").value)
