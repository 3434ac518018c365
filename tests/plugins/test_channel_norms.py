import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import nn

from salviewer.errors import UnsupportedModel
from salviewer_plugins.interpretation.channel_norms import layers_and_norms
from salviewer_plugins.interpretation.feature_table import FeatureTable
from salviewer_plugins.interpretation.reconstruction import reconstruction


def net(*, in_place=False):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(inplace=in_place), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, stride=2), nn.BatchNorm2d(6),
        nn.ReLU(inplace=in_place), nn.Flatten(), nn.Dropout(), nn.Linear(54, 8), nn.ReLU(inplace=in_place),
        nn.Linear(8, 5), nn.Softmax(-1),
    ).eval()  # fmt: skip


def pictures(count=3):
    return torch.randn(count, 3, 18, 18, generator=torch.Generator().manual_seed(1))


def slowly(module, x, wanted):
    """The norms of the outputs of some parts, each L1-normalised, one picture after the other."""
    rows = []
    for one in x:
        parts, y = [], one[None]
        for at, part in enumerate(module):
            y = part(y).clone()
            if at in wanted:
                norms = y.reshape(y.shape[1], -1).square().sum(1).sqrt()
                parts.append(norms / norms.sum())
        rows.append(torch.cat(parts))
    return torch.stack(rows)


@pytest.mark.parametrize("in_place", [False, True])
def test_norms_of_every_layer_before_the_scores(in_place):
    x = pictures()
    module = net(in_place=in_place)
    layers, features, answer = layers_and_norms(module, x, module, 5)
    kinds = ["convolution", "relu", "pooling", "convolution", "normalisation", "relu", "linear", "relu"]
    assert [layer.kind for layer in layers] == kinds
    assert [layer.channels for layer in layers] == [4, 4, 4, 6, 6, 6, 8, 8]
    assert [layer.places for layer in layers] == [256, 256, 64, 9, 9, 9, 1, 1]
    with torch.no_grad():
        torch.testing.assert_close(features, slowly(net(), x, {0, 1, 2, 3, 4, 5, 8, 9}))
        assert torch.equal(answer, net()(x))


def test_a_silent_layer_is_zero():
    module = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    module[0].weight.data.zero_()
    module[0].bias.data.fill_(-1.0)
    _, features, _ = layers_and_norms(module, torch.ones(1, 1, 2, 2), module, 2)
    assert features.tolist() == [[0.5, 0.5, 0.0, 0.0]]


def test_sums_of_branches_count_and_shared_relus_are_told_apart():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.relu, self.out = nn.Conv2d(2, 2, 1), nn.ReLU(inplace=True), nn.Linear(2, 3)

        def forward(self, x):
            y = self.relu(self.conv(x))
            y += x
            return self.out(self.relu(y).mean((2, 3)) * 2 + 1)

    module = Residual()
    x = torch.randn(2, 2, 4, 4)
    layers, features, _ = layers_and_norms(module, x, module, 3)
    assert [layer.kind for layer in layers] == ["convolution", "relu", "sum", "relu", "pooling"]
    assert [layer.name for layer in layers][:2] == ["conv", "relu"]
    assert features.shape == (2, 10)


def test_a_network_without_hidden_layers_is_refused():
    module = nn.Sequential(nn.Flatten(), nn.Linear(12, 4))
    with pytest.raises(UnsupportedModel, match="hidden layers"):
        layers_and_norms(module, torch.zeros(1, 3, 2, 2), module, 4)


def test_the_table_gives_back_what_was_added_in_the_order_asked_for(tmp_path):
    rows = np.arange(12, dtype=np.float32).reshape(3, 4)
    with FeatureTable(tmp_path, 4) as table:
        table.add(["a", "b"], rows[:2], [0, 1])
        assert "a" in table
        assert "c" not in table
    with FeatureTable(tmp_path, 4) as table:
        table.add(["c"], rows[2:], [2])
        found = table.rows(["c", "a", "b"])
        assert found.shape == (3, 4)
        np.testing.assert_array_equal(found[0:3], rows[[2, 0, 1]])
        np.testing.assert_array_equal(table.rows(["b"], np.array([3, 0]))[0:1], [[7.0, 4.0]])
        assert [table.predicted(ref) for ref in "abc"] == [0, 1, 2]


@pytest.mark.parametrize("torn", ["rows", "index"])
def test_what_a_crash_left_half_written_is_passed_over(tmp_path, torn):
    with FeatureTable(tmp_path, 4) as table:
        table.add(["a", "b"], np.ones((2, 4), np.float32), [0, 1])
    file = next(tmp_path.glob(f"*.{torn}"))
    file.write_bytes(file.read_bytes()[:-5])
    with FeatureTable(tmp_path, 4) as table:
        assert "a" in table
        assert "b" not in table
        table.add(["b"], np.full((1, 4), 2, np.float32), [1])
        np.testing.assert_array_equal(table.rows(["a", "b"])[0:2], [[1] * 4, [2] * 4])


def test_the_reconstruction_is_the_area_under_the_curve():
    rng = np.random.default_rng(0)
    x, weights = rng.integers(0, 4, size=(60, 5)).astype(np.float32), rng.standard_normal((5, 3)).round(1)
    labels = np.eye(3)[rng.integers(3, size=60)]
    theirs = [roc_auc_score(l, s) for l, s in zip(labels.T, (x @ weights).T, strict=True)]  # noqa: E741
    np.testing.assert_allclose(reconstruction(x, labels, weights), theirs)
    assert np.isnan(reconstruction(x, labels * 0, weights)).all()
