"""A volume becomes a network's input and a map comes back: where one bright voxel lands, in every orientation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from nibabel.affines import from_matvec
from nibabel.orientations import aff2axcodes
from torch import nn

from salviewer.api import GridMap, Picture, Preprocessing, Volume, VolumePreprocessing
from salviewer.errors import UnreadableInput, UnsupportedModel
from salviewer.models.opening import open_module
from salviewer.models.volume_preprocess import plan, prepare_volume
from salviewer.models.windowing import percentiles

RAS2MM = VolumePreprocessing(axcodes="RAS", spacing=(2, 2, 2), shape=(28, 30, 32), window="none")


def volume(array: np.ndarray, affine: np.ndarray | None = None, *, known: bool = True) -> Volume:
    affine = np.eye(4) if affine is None else affine
    return Volume(array, affine, "v.nii", "0" * 64, aff2axcodes(affine) if known else None)


def bright(shape: tuple[int, ...], at: tuple[int, ...]) -> np.ndarray:
    array = np.zeros(shape, np.float32)
    array[at] = 1
    return array


def centre(values: np.ndarray) -> np.ndarray:
    """Of mass, as an index."""
    values = np.nan_to_num(values).astype(np.float64)
    return np.array([(np.indices(values.shape)[a] * values).sum() / values.sum() for a in range(3)])


def affine_of(order: tuple[int, ...], signs: tuple[int, ...], spacing: tuple[float, ...]) -> np.ndarray:
    matrix = np.zeros((3, 3))
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        matrix[world, axis] = sign * spacing[axis]
    return from_matvec(matrix, [-20, 10, 5])


def rotation(x: float, y: float, z: float) -> np.ndarray:
    (cx, sx), (cy, sy), (cz, sz) = [(np.cos(np.deg2rad(d)), np.sin(np.deg2rad(d))) for d in (x, y, z)]
    return (
        np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
        @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    )


def there_and_back_mm(v: Volume, p: VolumePreprocessing, at: tuple[int, ...]) -> tuple[float, float]:
    """How far, in mm, one bright voxel is from where it was: on the model's grid, and after the way back."""
    source = prepare_volume(v, p, 1)
    on_grid = centre(source.tensor[0, 0].numpy())
    home = (v.affine @ [*at, 1])[:3]
    here = (source.grid.world() @ [*on_grid, 1])[:3]
    back = (v.affine @ [*centre(source.grid.to_source(source.tensor[0, 0].numpy())), 1])[:3]
    return float(np.linalg.norm(here - home)), float(np.linalg.norm(back - home))


@pytest.mark.parametrize(
    ("order", "signs"),
    [(o, s) for o in itertools.permutations(range(3)) for s in itertools.product((1, -1), repeat=3)],
)
def test_one_bright_voxel_comes_home_from_every_orientation(order: tuple[int, ...], signs: tuple[int, ...]) -> None:
    v = volume(bright((24, 30, 20), (14, 11, 8)), affine_of(order, signs, (2.0, 1.5, 2.5)))
    there, back = there_and_back_mm(v, RAS2MM, (14, 11, 8))
    assert there < 1.25  # half of the coarsest voxel
    assert back < 1.25


def test_a_turn_alone_is_exact_and_puts_right_where_right_is() -> None:
    """An LAS volume, bright on the patient's right: large W of the model's grid is the right in RAS."""
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    v = volume(array, np.diag([-1.0, 1, 1, 1]))
    assert v.axcodes == ("L", "A", "S")
    source = prepare_volume(v, VolumePreprocessing(window="none"), 1)
    np.testing.assert_array_equal(source.tensor[0, 0].numpy(), array[::-1].transpose(2, 1, 0))
    assert source.grid.steps == ("turned from LAS to RAS",)
    np.testing.assert_array_equal(source.grid.to_source(source.tensor[0, 0].numpy()), array)
    np.testing.assert_array_equal(source.grid.from_source(array), source.tensor[0, 0].numpy())


@pytest.mark.parametrize("at", [(14, 60, 50), (9, 70, 40), (20, 50, 60)])
def test_one_bright_voxel_comes_home_in_an_oblique_anisotropic_volume(at: tuple[int, int, int]) -> None:
    linear = (
        rotation(12, -25, 8) @ np.array([[0, 0, 1.8], [-1.5, 0, 0], [0, 1.2, 0]])[:, [2, 0, 1]] @ np.diag([3, 1, 1])
    )
    v = volume(bright((30, 128, 96), at), from_matvec(linear, [10, -20, 30]))
    coarsest = max(*v.spacing, 3.0)
    for p in (
        VolumePreprocessing(spacing=(3, 3, 3), window="none"),
        VolumePreprocessing(spacing=(1.5, 1.5, 1.5), shape=(110, 120, 110), window="none"),
    ):
        there, back = there_and_back_mm(v, p, at)
        assert there < coarsest / 2
        assert back < coarsest / 2


def test_a_templates_grid_is_met_in_the_world_and_edges_come_back_empty() -> None:
    at = (15, 64, 48)
    linear = rotation(9, 14, -20) @ np.diag([5.0, 1.4, 1.6])
    v = volume(bright((30, 128, 96), at), from_matvec(linear, -linear @ [14.5, 63.5, 47.5]))
    grid = from_matvec(np.diag([3.0, 3, 3]), [-60, -75, -60])
    p = VolumePreprocessing(grid=tuple(map(tuple, grid)), shape=(40, 50, 40), window="none")
    source = prepare_volume(v, p, 1)
    assert source.tensor.shape == (1, 1, 40, 50, 40)
    np.testing.assert_allclose(source.grid.world()[:, [2, 1, 0, 3]], grid, atol=1e-9)
    there, back = there_and_back_mm(v, p, at)
    assert there < 2.5
    assert back < 2.5
    ones = source.grid.to_source(np.ones((40, 50, 40), np.float32))
    index = np.stack(np.meshgrid(*map(np.arange, v.shape), indexing="ij"), -1)
    world = index @ v.affine[:3, :3].T + v.affine[:3, 3]
    inside = ((world > grid[:3, 3] - 1.49) & (world < grid[:3, 3] + 3 * np.array([40, 50, 40]) - 1.51)).all(-1)
    outside = ((world < grid[:3, 3] - 1.51) | (world > grid[:3, 3] + 3 * np.array([40, 50, 40]) - 1.49)).any(-1)
    assert np.isfinite(ones[inside]).all()
    assert np.isnan(ones[outside]).all()


def test_outside_the_crop_nothing_is_known_and_padding_is_the_low_end() -> None:
    array = np.arange(1000, dtype=np.int16).reshape(10, 10, 10) + 100
    source = prepare_volume(volume(array), VolumePreprocessing(shape=(4, 10, 14), window="range", low=90, high=1200), 1)
    x = source.tensor[0, 0].numpy()
    assert x.shape == (14, 10, 4)
    np.testing.assert_allclose(x[2:12], (array[3:7].transpose(2, 1, 0) - 90) / 1110, rtol=1e-6)
    assert (x[:2] == 0).all()
    assert (x[12:] == 0).all()
    back = source.grid.to_source(np.ones(x.shape, np.float32))
    assert np.isfinite(back[3:7]).all()
    assert np.isnan(np.delete(back, range(3, 7), 0)).all()
    assert "cut to the central 4 x 10 x 10 voxels" in source.grid.steps
    assert "padded to 4 x 10 x 14 voxels" in source.grid.steps
    raw = prepare_volume(volume(array), VolumePreprocessing(shape=(12, 10, 10), window="none"), 1)
    assert (raw.tensor[0, 0, :, :, 0] == 100).all()


def test_without_preprocessing_the_array_is_fed_as_it_is() -> None:
    array = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    v = volume(array, np.diag([-1.0, -1, 1, 1]))
    source = prepare_volume(v, None, None)
    assert source.tensor.dtype == torch.float32
    np.testing.assert_array_equal(source.tensor[0, 0].numpy(), array.transpose(2, 1, 0))
    as_stored = prepare_volume(v, VolumePreprocessing(axcodes=None, tensor="XYZ", window="none"), 1)
    np.testing.assert_array_equal(as_stored.tensor[0, 0].numpy(), array)


def test_an_unknown_orientation_is_taken_as_stored_and_said() -> None:
    source = prepare_volume(volume(np.ones((3, 4, 5), np.float32), known=False), VolumePreprocessing(window="none"), 1)
    assert [note.code for note in source.notes] == ["orientation-unknown"]
    assert source.tensor.shape == (1, 1, 5, 4, 3)


def test_windows_and_scales() -> None:
    values = np.linspace(0, 1000, 8000, dtype=np.float32).reshape(20, 20, 20)
    p = VolumePreprocessing(low=10, high=90, mean=0.5, std=0.25)
    x = prepare_volume(volume(values), p, 1).tensor[0, 0].numpy().transpose(2, 1, 0)
    np.testing.assert_allclose(x, (np.clip((values - 100) / 800, 0, 1) - 0.5) / 0.25, atol=1e-4)
    counted = percentiles(np.arange(0, 1001, dtype=np.int16).reshape(7, 11, 13), 10, 90)
    assert counted == (100.0, 900.0)
    assert percentiles(np.array([np.nan, 1, np.inf, 3], np.float32), 0, 100) == (1.0, 3.0)
    flat = prepare_volume(volume(np.full((4, 4, 4), 7, np.uint8)), VolumePreprocessing(), 1)
    assert not flat.tensor.any()
    assert [note.code for note in flat.notes] == ["constant"]


def test_a_grid_map_of_a_volume_is_kept_whole() -> None:
    grid, _ = plan(volume(np.zeros((5, 6, 7)), affine_of((2, 0, 1), (1, -1, 1), (1.0, 2.0, 3.0))), RAS2MM)
    assert GridMap.from_dict(grid.as_dict()) == grid
    np.testing.assert_allclose(grid.scales(), (2, 2 / 3, 1))  # source voxels of 1, 2 and 3 mm along S, R and A
    low, high = zip(*grid.box(), strict=True)
    np.testing.assert_allclose(np.array(high) - low, (64, 28, 20))


class Small(nn.Module):
    """Conv3d, mean, two classes."""

    def __init__(self, side: int = 8) -> None:
        super().__init__()
        self.conv = nn.Conv3d(1, 2, 3, padding=1)
        self.out = nn.Linear(2 * side**3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.conv(x).flatten(1))


def test_what_does_not_fit_is_said_in_a_sentence() -> None:
    deep = open_module(Small(8), preprocessing=VolumePreprocessing(shape=(8, 8, 8)), outputs="softmax")
    with pytest.raises(UnreadableInput) as refused:
        deep.prepare(Picture(np.zeros((8, 8, 1), np.uint8), "dog.jpg", ""))
    assert refused.value.code == "wrong-dims"
    flat = open_module(nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()), outputs="softmax")
    with pytest.raises(UnreadableInput) as refused:
        flat.prepare(volume(np.zeros((8, 8, 8), np.float32)))
    assert refused.value.code == "volume"
    with pytest.raises(UnreadableInput) as refused:
        prepare_volume(volume(np.zeros((8, 8, 8), np.float32)), None, 3)
    assert refused.value.code == "channels"
    with pytest.raises(UnreadableInput) as refused:
        prepare_volume(volume(np.zeros((99, 99, 99), np.uint8)), VolumePreprocessing(spacing=(0.05,) * 3), 1)
    assert refused.value.code == "over-budget"
    with pytest.raises(UnsupportedModel):
        open_module(nn.Conv2d(1, 2, 3), preprocessing=VolumePreprocessing(shape=(8, 8, 8)))
    assert Preprocessing().resize is None


def test_the_shape_of_the_preprocessing_is_the_one_tried() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.out = nn.Linear(5 * 6 * 7, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            assert x.shape[1:] == (1, 7, 6, 5)
            return self.out(x.flatten(1))

    model = open_module(Odd(), preprocessing=VolumePreprocessing(shape=(5, 6, 7)), outputs="softmax")
    assert (model.channels, model.dims) == (1, 3)
    raw = torch.rand(2, 1, 7, 6, 5)
    torch.testing.assert_close(model.decode(model.encode(raw)), raw)


def test_a_network_that_says_nothing_of_its_input_takes_a_volume() -> None:
    class Mean(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.stack([x.flatten(1).mean(1), -x.flatten(1).mean(1)], 1)

    class Deep(Mean):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            n, _, _, _, _ = x.shape
            return super().forward(x.reshape(n, -1))

    for network in (Mean(), Deep()):
        model = open_module(network, outputs="softmax")
        assert model.dims is None
        assert model.prepare(volume(np.ones((4, 5, 6), np.float32))).tensor.shape == (1, 1, 6, 5, 4)
