from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

import pytest
import torch

from salviewer.errors import UnsupportedModel
from salviewer.models.outputs import KINDS, class_count, look_like_probabilities, to_logits, to_probabilities, unwrap

ROWS = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


def sigmoid(z: float) -> float:
    return 1 / (1 + exp(-z))


def test_softmax_and_sigmoid_leave_logits_alone():
    for kind in ("softmax", "sigmoid"):
        assert torch.equal(to_logits(ROWS, kind), ROWS) and class_count(ROWS, kind) == 2
    assert to_probabilities(ROWS, "softmax")[0, 1].item() == pytest.approx(sigmoid(1.0))
    assert to_probabilities(ROWS, "sigmoid")[0, 1].item() == pytest.approx(sigmoid(2.0))


def test_one_logit_is_two_classes_of_opposite_sign():
    z = torch.tensor([[1.5], [-2.0]])
    logits = to_logits(z, "binary")
    assert logits.tolist() == [[-1.5, 1.5], [2.0, -2.0]] and class_count(z, "binary") == 2
    p = to_probabilities(logits, "binary")
    assert p[0, 1].item() == pytest.approx(sigmoid(1.5))
    assert torch.allclose(p.sum(1), torch.ones(2))


def test_ordinal_by_hand():
    z = torch.tensor([[2.0, 0.0, -1.0]])
    p = to_probabilities(to_logits(z, "ordinal"), "ordinal")[0]
    above = [sigmoid(2.0), 0.5, sigmoid(-1.0)]
    expected = [1 - above[0], above[0] - above[1], above[1] - above[2], above[2]]
    assert p.tolist() == pytest.approx(expected, abs=1e-6) and class_count(z, "ordinal") == 4


def test_ordinal_is_exact_far_out_and_survives_disorder():
    far = to_probabilities(to_logits(torch.tensor([[40.0, 39.0]]), "ordinal"), "ordinal")[0]
    slow = sigmoid(-39.0) - sigmoid(-40.0)
    assert far[1].item() == pytest.approx(slow, rel=1e-4)
    rising = to_probabilities(to_logits(torch.tensor([[-1.0, 1.0]]), "ordinal"), "ordinal")[0]
    assert torch.isfinite(rising).all() and rising.min() >= 0 and rising.sum().item() == pytest.approx(1.0)


def test_probabilities_become_their_logarithms():
    p = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    logits = to_logits(p, "probabilities")
    assert logits[0, 0].item() == pytest.approx(log(0.25)) and torch.isfinite(logits).all()
    assert torch.allclose(to_probabilities(logits, "probabilities"), p)
    one = to_logits(torch.tensor([[0.2]]), "probabilities")
    assert torch.allclose(to_probabilities(one, "probabilities"), torch.tensor([[0.8, 0.2]]))
    assert class_count(torch.tensor([[0.2]]), "probabilities") == 2


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_gradient_and_rows_of_its_own(kind):
    raw = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]])[:, : 1 if kind == "binary" else 3].requires_grad_()
    p = to_probabilities(to_logits(raw, kind), kind)
    p[0, 1].backward()
    assert torch.isfinite(raw.grad).all() and raw.grad[0].abs().sum() > 0 and raw.grad[1].abs().sum() == 0
    assert p.min() >= 0 and p.max() <= 1 + 1e-6
    single = to_probabilities(to_logits(raw[1:], kind), kind)
    assert torch.allclose(single, p[1:])


def test_half_precision_outputs_become_float32():
    assert to_logits(ROWS.half(), "softmax").dtype == torch.float32
    assert unwrap(ROWS.bfloat16()).dtype == torch.float32


@dataclass
class Heads:
    loss: torch.Tensor | None
    scores: torch.Tensor


class Answer(NamedTuple):
    logits: torch.Tensor
    aux: torch.Tensor


class Output:
    logits = ROWS


@pytest.mark.parametrize(
    "result",
    [
        ROWS,
        (ROWS, ROWS + 1),
        [ROWS],
        {"features": torch.zeros(2, 3, 4, 4), "out": ROWS},
        {"aux": ROWS + 1, "logits": ROWS},
        Heads(None, ROWS),
        Answer(ROWS, ROWS + 1),
        Output(),
        ROWS[:, :, None, None],
    ],
)
def test_class_outputs_are_found(result):
    assert torch.equal(unwrap(result), ROWS)


def test_a_flat_answer_is_one_output_per_input():
    assert unwrap(torch.tensor([0.5, 0.25])).tolist() == [[0.5], [0.25]]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (torch.zeros(1, 21, 8, 8), "segmentation"),
        ({"out": torch.zeros(1, 21, 8, 8)}, "dict"),
        ([{"boxes": torch.zeros(3, 4)}], "list"),
        (torch.tensor([3, 4]), "chosen classes"),
        (torch.tensor(1.0), "shape"),
        ("cat", "str"),
        (None, "NoneType"),
    ],
)
def test_other_outputs_are_refused(result, words):
    with pytest.raises(UnsupportedModel, match=words) as refusal:
        unwrap(result)
    assert refusal.value.code == "outputs"


def test_probabilities_are_recognised():
    assert look_like_probabilities(torch.softmax(ROWS, 1))
    assert not look_like_probabilities(ROWS)
    assert not look_like_probabilities(torch.sigmoid(ROWS))
    assert not look_like_probabilities(torch.ones(2, 1))
    assert not look_like_probabilities(torch.tensor([[-0.5, 1.5]]))
