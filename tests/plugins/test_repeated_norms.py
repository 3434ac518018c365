import pytest
import torch
from torch import nn

from salviewer_plugins.interpretation import repeated_norms
from salviewer_plugins.interpretation.channel_norms import Norms, layers_and_norms
from salviewer_plugins.interpretation.repeated_norms import RepeatedNorms


class Branches(nn.Module):
    """Two branches, an in-place ReLU used twice, weights that are made anew in each pass."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
        self.relu, self.pool, self.out = nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Linear(4, 3)

    def forward(self, x):
        y = torch.conv2d(x, self.left.weight * 2 + 1, padding=1)
        y += self.relu(self.right(x))
        return self.out(self.pool(self.relu(y)).mean((2, 3)))


class Fickle(Branches):
    """Takes another step for bright pictures."""

    def forward(self, x):
        return super().forward(torch.tanh(x) if float(x.mean()) > 1 else x)


@pytest.fixture
def sorted_anew(monkeypatch):
    """How many passes were sorted call by call."""
    passes = []

    class Counted(Norms):
        def __init__(self, module, x):
            passes.append(len(x))
            super().__init__(module, x)

    monkeypatch.setattr(repeated_norms, "Norms", Counted)
    return passes


def pictures(count, seed):
    return torch.randn(count, 3, 8, 8, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", [Branches, Fickle])
def test_later_passes_give_what_a_pass_sorted_call_by_call_gives(kind, sorted_anew):
    torch.manual_seed(0)
    module = kind().eval()
    repeated = RepeatedNorms(module, module, 3)
    for seed, count in enumerate((2, 5, 2, 1)):
        x = pictures(count, seed)
        layers, features, answer = repeated(x)
        expected = layers_and_norms(module, x, module, 3)
        assert layers == expected[0]
        assert torch.equal(features, expected[1])
        assert torch.equal(answer, expected[2])
    assert sorted_anew == [2]


def test_a_pass_with_another_step_or_shape_is_sorted_anew(sorted_anew):
    module = Fickle().eval()
    repeated = RepeatedNorms(module, module, 3)
    dark, bright, small = pictures(2, 0), pictures(2, 0) + 5, pictures(2, 0)[..., :6, :6]
    for x, kinds in ((dark, 7), (bright, 8), (bright, 8), (small, 7), (small, 7)):
        layers, features, _ = repeated(x)
        assert len(layers) == kinds
        assert torch.equal(features, layers_and_norms(module, x, module, 3)[1])
    assert sorted_anew == [2, 2, 2]


def test_a_changed_weight_is_seen():
    module = Branches().eval()
    repeated = RepeatedNorms(module, module, 3)
    x = pictures(2, 0)
    before = repeated(x)[1]
    module.right.weight.data[0] *= 3
    assert torch.equal(repeated(x)[1], layers_and_norms(module, x, module, 3)[1])
    assert not torch.equal(repeated(x)[1], before)
