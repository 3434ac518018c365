import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from salviewer.numeric.gaussian import blur, gaussian_table, outer
from salviewer.numeric.lattice import cell_centres, spread_order


def test_cell_centres_of_four_pixels():
    assert cell_centres(2, 4).tolist() == [0.5, 2.5]
    assert cell_centres(4, 4).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (15, 15), (7, 12)])
def test_every_point_is_visited_once(shape):
    order = spread_order(*shape)
    assert len({tuple(p) for p in order.tolist()}) == shape[0] * shape[1] == len(order)


def test_a_beginning_of_the_order_is_spread_out():
    # After a fourteenth of 15 x 15 points, no point of the lattice is further than 4 steps from a visited one.
    seen = spread_order(15, 15)[:16]
    everywhere = np.stack(np.meshgrid(np.arange(15), np.arange(15)), axis=-1).reshape(-1, 1, 2)
    assert np.abs(everywhere - seen[None]).max(axis=2).min(axis=1).max() <= 4


def test_the_gaussian_peaks_at_one_and_falls_as_written():
    table = gaussian_table(torch.tensor([2.0]), 5, two_sigma_squared=2 * 1.5**2)
    assert table[0].tolist() == pytest.approx([np.exp(-((i - 2) ** 2) / 4.5) for i in range(5)])


def test_the_outer_product_is_the_two_dimensional_gaussian():
    rows, columns = torch.tensor([1.0, 3.0]), torch.tensor([2.5, 0.0])
    mask = outer(gaussian_table(rows, 6, 8.0), gaussian_table(columns, 7, 8.0))
    y, x = torch.meshgrid(torch.arange(6), torch.arange(7), indexing="ij")
    expected = [torch.exp(-((y - r) ** 2 + (x - c) ** 2) / 8.0) for r, c in zip(rows, columns, strict=True)]
    assert torch.allclose(mask[:, 0], torch.stack(expected), atol=1e-6)


def test_the_blur_is_scipys():
    picture = np.random.default_rng(0).random((1, 3, 20, 31)).astype(np.float32)
    ours = blur(torch.from_numpy(picture), 2.0)[0].numpy()
    theirs = np.stack([gaussian_filter(c, 2.0, mode="nearest", radius=6) for c in picture[0]])
    assert ours == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("call", [lambda: cell_centres(0, 5), lambda: gaussian_table(torch.zeros(1), 5, 0.0)])
def test_impossible_sizes_are_refused(call):
    with pytest.raises(ValueError, match="cells|width"):
        call()
