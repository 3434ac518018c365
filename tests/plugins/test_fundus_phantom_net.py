"""The network for the fundus phantom: it is what its card says, and answers because of the lesions."""

from __future__ import annotations

import re
from importlib import resources

import pytest
import torch
from safetensors import safe_open
from torch import nn

from salviewer.api import ModelRef
from salviewer.models.opening import open_model
from salviewer_plugins.phantoms.fundus import FundusPhantom
from salviewer_plugins.phantoms.fundus_net import FINDINGS, NAME, fundus_cnn
from salviewer_plugins.phantoms.nets import PhantomNets
from salviewer_plugins.phantoms.params import FundusParams

MODELS = resources.files("salviewer_resources") / "models"
EYES = (0, 4, 8, 12, 2, 6, 10, 14)
"""Four healthy eyes and four referable ones."""


@pytest.fixture(scope="module")
def model():
    return open_model(PhantomNets(), ModelRef(architecture=NAME))


def said(model, eyes):
    """The probability of "referable" of each of EYES."""
    x = torch.cat([model.prepare(eyes[i].picture).tensor for i in EYES])
    with torch.inference_mode():
        return model(x).softmax(1)[:, 1].numpy()


def stated(row):
    """The figure in per cent that the card has beside `row`."""
    card = (MODELS / "fundus_phantom.md").read_text(encoding="utf-8")
    return float(re.search(rf"\| {re.escape(row)} \| ([\d.]+)%", card).group(1)) / 100


def test_it_reads_256_pixels_and_counts_four_findings_in_32_by_32_places():
    net = fundus_cnn().eval()
    x = torch.zeros(2, 3, 256, 256)
    assert net(x).shape == (2, 2)
    assert net.findings(net.features(x)).shape == (2, FINDINGS, 32, 32)
    assert sum(isinstance(m, nn.ReLU) for m in net.modules()) == 8


def test_a_place_sees_45_pixels():
    net = fundus_cnn().eval()
    x = torch.randn(1, 3, 256, 256, requires_grad=True)
    net.findings(net.features(x))[0, :, 16, 16].sum().backward()
    rows = x.grad[0].abs().sum(0).sum(1).nonzero().flatten()
    assert rows.max() - rows.min() + 1 == 45


def test_the_shipped_file_says_what_it_is():
    path = MODELS / "fundus_phantom.safetensors"
    with safe_open(str(path), framework="pt") as file:
        assert file.metadata()["architecture"] == NAME
        assert "referable" in file.metadata()["classes"]
    assert path.stat().st_size < 500_000


def test_its_card_states_that_it_is_right_nearly_always():
    assert stated("accuracy") > 0.95


def test_it_is_right_on_eyes_that_it_has_not_seen(model):
    eyes = FundusPhantom().open(FundusParams())
    p = said(model, eyes)
    assert [int(v > 0.5) for v in p] == [eyes.labels[i] for i in EYES]
    assert ((p > 1e-4) & (p < 1 - 1e-4)).all()  # so that a method that looks at the probability sees it move


def test_without_their_lesions_the_same_eyes_are_healthy(model):
    p = said(model, FundusPhantom().open(FundusParams(left_out="everything")))
    assert (p < 0.5).all()


def test_large_photographs_are_called_what_small_ones_are(model):
    large = FundusPhantom().open(FundusParams(size=512))
    assert [int(v > 0.5) for v in said(model, large)] == [large.labels[i] for i in EYES]
