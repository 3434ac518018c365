"""The 3D network for the brain phantom: layers and dropout as described, weights that reach what their card states."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import nn

from salviewer.api import ModelRef
from salviewer.models.opening import open_model
from salviewer_plugins.phantoms.brain import CLASSES, BrainPhantom
from salviewer_plugins.phantoms.brain_net import RATE, GaussianDropout, brain_cnn
from salviewer_plugins.phantoms.nets import PhantomNets
from salviewer_plugins.phantoms.params import BrainParams

MODELS = resources.files("salviewer_resources") / "models"
FOLDS = range(5)


def test_the_layers_are_those_of_the_paper():
    net = brain_cnn()
    convs = [m for m in net.modules() if isinstance(m, nn.Conv3d)]
    assert [(m.in_channels, m.out_channels, m.kernel_size) for m in convs] == [
        (1, 10, (3, 3, 3)), (10, 10, (3, 3, 3)), (10, 10, (3, 3, 3))
    ]  # fmt: skip
    assert [m.kernel_size for m in net.modules() if isinstance(m, nn.MaxPool3d)] == [2, 2, 2]
    assert [(m.in_features, m.out_features) for m in net.modules() if isinstance(m, nn.Linear)] == [
        (5120, 32), (32, 16), (16, 2)
    ]  # fmt: skip
    assert sum(isinstance(m, nn.SELU) for m in net.modules()) == 2
    assert sum(isinstance(m, nn.ReLU) for m in net.modules()) == 3
    assert sum(isinstance(m, GaussianDropout) for m in net.modules()) >= 1
    by_hand = (27 + 1) * 10 + 2 * (270 + 1) * 10 + (5120 + 1) * 32 + (32 + 1) * 16 + (16 + 1) * 2
    assert sum(p.numel() for p in net.parameters()) == by_hand


def test_it_reads_64_voxels_a_side():
    net = brain_cnn(classes=3).eval()
    with torch.inference_mode():
        assert net.encoder(torch.zeros(1, 1, 64, 64, 64)).shape == (1, 10, 8, 8, 8)
        assert net(torch.zeros(2, 1, 64, 64, 64)).shape == (2, 3)


def test_the_dropout_multiplies_by_noise_of_deviation_two_while_it_is_trained():
    torch.manual_seed(0)
    layer = GaussianDropout(RATE).train()
    factors = layer(torch.ones(200_000))
    assert layer.deviation == pytest.approx(2.0)
    assert float(factors.mean()) == pytest.approx(1.0, abs=4 * 2 / 200_000**0.5)
    assert float(factors.std()) == pytest.approx(2.0, rel=0.01)
    assert not torch.equal(factors, layer(torch.ones(200_000)))
    np.testing.assert_allclose(layer(3 * torch.ones(100_000)).std(), 6.0, rtol=0.02)  # noise grows with the signal


def test_the_dropout_changes_nothing_otherwise():
    x = torch.randn(4, 10, 3)
    assert GaussianDropout(RATE).eval()(x) is x
    assert torch.equal(GaussianDropout(0.0).train()(x), x)


def test_a_rate_of_one_is_refused():
    with pytest.raises(ValueError, match="1"):
        GaussianDropout(1.0)


def test_the_facts_name_the_weights_of_five_folds():
    facts = PhantomNets().facts("brain-phantom-cnn")
    assert facts.classes == CLASSES
    assert facts.outputs == "softmax"
    assert set(facts.weights) == {"default", *(f"fold-{i}" for i in FOLDS)}
    assert facts.weights["default"] == facts.weights["fold-0"]
    how = facts.preprocessing
    assert (how.dims, how.axcodes, how.spacing, how.shape) == (3, "RAS", (3.0, 3.0, 3.0), (64, 64, 64))


@pytest.mark.parametrize("fold", FOLDS)
def test_the_shipped_files_say_what_they_are(fold):
    path = MODELS / f"brain_phantom_fold_{fold}.safetensors"
    with safe_open(str(path), framework="pt") as file:
        assert file.metadata() == {"architecture": "brain-phantom-cnn", "classes": '["control", "atrophy"]'}
        brain_cnn().load_state_dict({key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118 - no mapping
    assert path.stat().st_size < 1_000_000


def stated(fold):
    """(subjects, accuracy, controls right, atrophy right) that the card states of a fold."""
    card = (MODELS / "brain_phantom.md").read_text(encoding="utf-8")
    count, *shares = re.search(rf"\| {fold} \| (\d+) \| ([\d.]+)% \| ([\d.]+)% \| ([\d.]+)% \|", card).groups()
    return int(count), *(float(share) / 100 for share in shares)


@pytest.fixture(scope="module")
def said():
    """(label, probability of atrophy) of every subject that fold 0 held out, as the workbench computes it."""
    model = open_model(PhantomNets(), ModelRef(architecture="brain-phantom-cnn"))
    samples = BrainPhantom().open(BrainParams(subset="held-out", fold=0))
    with torch.inference_mode():
        found = [(s.label, model.probabilities(model(model.prepare(s.picture).tensor))[0, 1].item()) for s in samples]
    return np.array(found).T


def test_it_reaches_the_accuracy_that_its_card_states(said):
    label, probability = said
    count, accuracy, controls, atrophy = stated(0)
    right = (probability > 0.5) == label
    assert len(label) == count
    assert right.mean() >= accuracy - 1 / count  # one on the border may tip over on another machine
    assert right[label == 0].mean() >= controls - 2 / count
    assert right[label == 1].mean() >= atrophy - 2 / count


def test_every_fold_is_clearly_above_chance():
    """Of 40 subjects 27 or more are right by chance in one of 50 draws."""
    assert all(stated(fold)[1] >= 27 / 40 for fold in FOLDS)
