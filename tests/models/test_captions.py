"""Captions as targets: a network whose words are known beforehand, asked word by word."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import salviewer as sv
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.models.captions import PinnedCaption, read_caption

WORDS = ("<end>", "a", "bright", "dark", "picture")


class Speaker(nn.Module):
    """Says "a bright picture" or "a dark picture"; word 2 depends on the brightness of the left half alone."""

    vocabulary = WORDS

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(8.0))

    def describe(self, x):
        bright = x[..., : x.shape[-1] // 2].mean((1, 2, 3)) > 0.5
        second = torch.where(bright, 2, 3)
        return torch.stack([torch.ones_like(second), second, 4 + 0 * second, 0 * second], dim=1)

    def forward(self, x, words):
        logits = torch.zeros(len(x), 4, 5)
        logits[:, 0, 1] = logits[:, 2, 4] = logits[:, 3, 0] = 4.0
        level = self.scale * (x[..., : x.shape[-1] // 2].mean((1, 2, 3)) - 0.5)
        logits[:, 1, 2], logits[:, 1, 3] = level, -level
        return logits[:, : words.shape[1]]


class Silent(Speaker):
    def describe(self, x):
        return torch.zeros(len(x), 2, dtype=torch.long)


def bright(h=8, w=8):
    return torch.full((1, 3, h, w), 0.9)


def test_the_outputs_are_the_log_odds_of_the_captions_words():
    pinned, names, chosen = read_caption(Speaker(), WORDS, bright())
    assert names == ("a (word 1)", "bright (word 2)", "picture (word 3)")
    logits = torch.zeros(5)
    logits[2], logits[3] = 8 * 0.4, -8 * 0.4
    expected = logits.softmax(0)[2]
    assert torch.sigmoid(pinned(bright()))[0, 1].item() == pytest.approx(expected.item(), abs=1e-5)
    assert chosen == 1  # nothing but the second word depends on the picture


def test_the_caption_stays_pinned_when_the_picture_changes():
    pinned, _, _ = read_caption(Speaker(), WORDS, bright())
    dark = torch.sigmoid(pinned(torch.zeros(1, 3, 8, 8)))[0, 1]
    assert dark < 0.01  # "bright" of a dark picture, not "dark"


def test_an_unpinned_network_reads_its_own_caption():
    assert torch.sigmoid(PinnedCaption(Speaker())(torch.zeros(1, 3, 8, 8)))[0, 1] > 0.9


def test_a_network_without_words_is_refused_in_a_sentence():
    with pytest.raises(UnsupportedModel, match="no words"):
        read_caption(Silent(), WORDS, bright())


@pytest.fixture
def opened():
    array = np.random.default_rng(0).random((3, 16, 16), dtype=np.float32) * 0.2 + 0.8
    return sv.load_model(Speaker()), sv.load_input(array)


def test_the_prediction_is_the_caption_in_order(opened):
    said = sv.predict(*opened)
    assert [name for _, name, _ in said.top(1)] == ["a (word 1)", "bright (word 2)", "picture (word 3)"]
    assert said.predicted == 1


@pytest.mark.parametrize("target", [None, "bright", 1, "bright (word 2)"])
def test_a_word_is_explained_by_name_or_position(opened, target):
    e = sv.explain(*opened, "glas", target=target, params={"grid": 6})
    assert e.provenance["target"]["label"] == "bright (word 2)"
    left, right = e.heatmap[:, :6].sum(), e.heatmap[:, 10:].sum()
    assert left > 20 * right  # the word is read off the left half alone


def test_a_word_that_was_not_said_is_refused_by_name(opened):
    with pytest.raises(InvalidChoice, match="dark"):
        sv.explain(*opened, "glas", target="dark")


def test_a_function_of_the_outputs_is_a_target(opened):
    e = sv.explain(*opened, "glas", target=lambda logits: logits[:, 1] - logits[:, 0], params={"grid": 6})
    assert e.provenance["target"] == {"index": -1, "label": "<lambda>", "output": "function"}
    assert e.heatmap[:, :6].sum() != pytest.approx(e.heatmap[:, 10:].sum())


def test_a_function_that_gives_no_number_per_input_is_refused(opened):
    with pytest.raises(UnsupportedModel, match="one finite number per input"):
        sv.explain(*opened, "glas", target=lambda logits: logits.sum(), params={"grid": 4})


def test_recursive_glas_takes_a_function(opened):
    e = sv.explain(*opened, "rglas", target=lambda logits: torch.sigmoid(logits[:, 1]), params={"grid": 5})
    assert e.stopped


def test_a_function_of_the_input_is_a_model():
    def corner(x):
        level = x[:, :, :4, :4].mean((1, 2, 3))
        return torch.stack([6 * level, 3 + 0 * level], dim=1)

    model = sv.load_model(corner, classes=["bright corner", "not"])
    e = sv.explain(model, sv.load_input(np.ones((3, 16, 16), np.float32)), "glas", params={"grid": 8})
    y, x = np.unravel_index(e.heatmap.argmax(), e.heatmap.shape)
    assert max(y, x) < 6
