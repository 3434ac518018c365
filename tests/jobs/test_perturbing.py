"""Perturbing a picture: a network of two brightnesses, whose border is known."""

import numpy as np
import pytest
import torch
from torch import nn

import salviewer as sv
from salviewer.api import Preprocessing
from salviewer.errors import Cancelled, InvalidChoice, UnsupportedModel


class Brightness(nn.Module):
    """Logits (border - mean, mean - border) of the picture's values: class 1 is bright."""

    def __init__(self, border=0.5):
        super().__init__()
        self.border = nn.Parameter(torch.tensor(border))

    def forward(self, x):
        mean = x.flatten(1).mean(1, keepdim=True) - self.border
        return torch.cat([-mean, mean], 1)


def opened(preprocessing=None, border=0.5, **more):
    return sv.load_model(
        Brightness(border), classes=("dark", "bright"), outputs="softmax", preprocessing=preprocessing, **more
    )


GREY = Preprocessing(channels="gray")


def test_the_step_to_the_border_is_known():
    found = sv.perturb(opened(GREY), sv.load_input(np.full((1, 8, 8), 0.4, np.float32)))
    # The border is 0.1 away for every value at once, and crossed by the overshoot of 2 %.
    assert found.array.shape == (8, 8, 1)
    np.testing.assert_allclose(found.array, 0.502, atol=1e-6)
    np.testing.assert_allclose(found.perturbation, 0.102, atol=1e-6)
    assert found.norms["largest"] == pytest.approx(0.102 * 255, rel=1e-4)
    assert found.norms["relative_l2"] == pytest.approx(0.102 / 0.4, rel=1e-4)
    assert (found.before.predicted, found.after.predicted, found.changed, found.iterations) == (0, 1, True, 1)
    assert found.words[0].startswith("“dark”")


def test_rounding_may_undo_it():
    # 127 / 255 = 0.49804 is dark; the border at 0.499 is crossed to 0.49902, which a byte holds as 127 again.
    source = sv.load_input(np.full((1, 4, 4), 127, np.uint8))
    found = sv.perturb(opened(GREY, border=0.499), source)
    assert found.changed
    assert found.after_rounding.predicted == 0
    assert np.all(found.rounded.pixels == 127)
    assert "only the unrounded values hold the change" in found.words[2]
    far = sv.perturb(opened(GREY, border=0.499), source, params={"overshoot": 10})
    assert far.after_rounding.predicted == 1
    assert "changed as well" in far.words[2]


def test_the_same_model_is_fed_what_was_found():
    about = Preprocessing(resize=8, crop=(6, 6), mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7), channels="BGR")
    draw = np.random.default_rng(0)
    source = sv.load_input((draw.random((3, 12, 18)) * 60).astype(np.uint8))
    model = opened(about, border=0.1)
    found = sv.perturb(model, source)
    assert found.array.shape == (8, 12, 3)  # as the model resizes it, before the centre is cut out
    assert found.perturbation.shape == (6, 6, 3)
    before, after = (model.loaded.prepare(one.picture).tensor for one in (source, found.input))
    moved = model.loaded.decode(after) - model.loaded.decode(before)
    np.testing.assert_allclose(moved[0].flip(0).permute(1, 2, 0).numpy(), found.perturbation, atol=1e-6)
    assert sv.predict(model, found.input).predicted == found.after.predicted == 1
    assert float(found.array.min()) >= 0


def test_padding_stays_black():
    source = sv.load_input(np.full((1, 4, 4), 0.4, np.float32))
    model = opened(Preprocessing(crop=(8, 8), channels="gray"), border=0.11)  # a quarter of the grid shows the picture
    found = sv.perturb(model, source)
    assert found.array.shape == (4, 4, 1)
    outside = found.perturbation.copy()
    outside[2:6, 2:6] = 0
    assert not outside.any()
    np.testing.assert_allclose(found.array, 0.4 + 1.02 * 0.04, atol=1e-5)
    assert found.changed


def test_a_class_out_of_reach_is_said():
    found = sv.perturb(opened(GREY, border=1.5), sv.load_input(np.full((1, 4, 4), 0.4, np.float32)))
    assert not found.changed
    assert not found.perturbation.any()
    assert "between black and white" in found.words[0]


def test_values_outside_of_bytes_have_no_png():
    found = sv.perturb(opened("none", border=5.0), sv.load_input(np.full((1, 4, 4), 6.0, np.float32)))
    assert found.changed
    assert found.rounded is None
    assert "no PNG" in found.words[2]


def test_what_cannot_be_is_said_in_a_sentence():
    model, source = opened(GREY), sv.load_input(np.full((1, 4, 4), 0.4, np.float32))
    with pytest.raises(InvalidChoice, match="no way to perturb"):
        sv.perturb(model, source, "magic")
    with pytest.raises(InvalidChoice, match="overshot"):
        sv.perturb(model, source, params={"overshot": 1})
    with pytest.raises(InvalidChoice, match="is a volume"):
        sv.perturb(model, sv.load_input(np.zeros((8, 8, 8), np.float32)))
    blind = sv.load_model(lambda x: Brightness()(x).detach(), classes=("a", "b"), outputs="softmax", preprocessing=GREY)
    with pytest.raises(UnsupportedModel, match="no gradients"):
        sv.perturb(blind, source)
    with pytest.raises(TypeError, match="load_model"):
        sv.perturb(source, model)


def test_it_can_be_cancelled_and_leaves_the_model_as_it_was():
    model, source = opened(GREY), sv.load_input(np.full((1, 4, 4), 0.4, np.float32))
    module = model.loaded.module.train()

    def stop(fraction, message):
        if message.startswith("Step"):
            raise Cancelled

    with pytest.raises(Cancelled):
        sv.perturb(model, source, progress=stop)
    assert module.training
    assert module.border.requires_grad
    assert module.border.grad is None
