"""3D-GLAS against a slow re-derivation in float64, hand-worked numbers and nets whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for
from torch.nn import functional as F

from salviewer.api import AtlasOnGrid, GridMap, Progress, Region, RegionTable
from salviewer.errors import Cancelled, InvalidChoice, UnsupportedModel
from salviewer_plugins.glas.glas3d import Glas3d
from salviewer_plugins.glas.volume_params import Glas3dParams
from salviewer_plugins.glas.volume_space import Space

ANISOTROPIC = (1.5, 2.0, 3.0)


def grid(shape, spacing=(1.0, 1.0, 1.0), turn=None, shear=0.0):
    """A grid of voxels (D, H, W) whose axes are z, y, x of a volume with this spacing, turned and sheared."""
    affine = np.eye(4)
    skew = np.eye(3)
    skew[0, 1] = shear
    affine[:3, :3] = (np.eye(3) if turn is None else turn) @ skew @ np.diag(spacing[::-1])
    affine[:3, 3] = (-20, 5, 7)
    rows = [[0.0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    return GridMap(shape[::-1], shape, tuple(map(tuple, rows)), (), tuple(map(tuple, affine.tolist())), "RAS")


def turned(angle=0.5):
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


GRIDS = {
    "cubes": {},
    "anisotropic": {"spacing": ANISOTROPIC},
    "oblique": {"spacing": ANISOTROPIC, "turn": turned()},
    "sheared": {"spacing": ANISOTROPIC, "turn": turned(), "shear": 0.4},
}


def random_net(seed=0, classes=3):
    g = torch.Generator().manual_seed(seed)
    w1, w2 = torch.randn(4, 1, 3, 3, 3, generator=g), torch.randn(classes, 4, generator=g)
    return PlainModel(
        lambda x: F.conv3d(x, w1.to(x.dtype), padding=1).relu().mean((2, 3, 4)) @ w2.T.to(x.dtype), classes
    )


def patch_reader(*patch, strength=8.0):
    """A net whose class 0 rises with the mean of one patch and with nothing else."""

    def logits(x):
        z = strength * x[(slice(None), slice(None), *patch)].mean((1, 2, 3, 4))
        return torch.stack([z, torch.full_like(z, 0.5 * strength)], dim=1)

    return PlainModel(logits)


def atlas_of(labels, where):
    """An atlas whose regions are the labels' voxels, centroids and sizes taken from them."""
    found = [int(v) for v in np.unique(labels) if v]
    centroids = np.array([np.argwhere(labels == v).mean(axis=0) for v in found])
    matrix = np.asarray(where.affine) @ np.asarray(where.matrix)
    mm = centroids @ matrix[:3, :3].T + matrix[:3, 3]
    sizes = np.array([(labels == v).sum() for v in found]) * abs(np.linalg.det(matrix[:3, :3]))
    regions = tuple(Region(v, f"region {v}", "left" if v % 2 else "right") for v in found)
    return AtlasOnGrid(labels.astype(np.int32), regions, centroids, mm, sizes)


def explain(params, model, x, where=None, atlas=None, progress=None, **options):
    progress = progress or Progress()
    request = request_for(model, x, progress=progress, **options)
    request = replace(request, input=replace(request.input, grid=where or request.input.grid), atlas=atlas)
    with torch.inference_mode():
        return Glas3d().explain(request, params, progress)


def slow(model, x, where, points, params, target):
    """Eq. 1-3, point by point and voxel by voxel in float64: the map, and each point's light and shadow."""
    x = x.double()
    world = np.eye(4) if where.affine is None else np.asarray(where.affine)
    to_mm = (world @ np.asarray(where.matrix))[:3, :3]
    index = np.stack(np.meshgrid(*(np.arange(n) for n in x.shape[2:]), indexing="ij"), axis=-1).astype(float)
    dark = {"mean": torch.zeros(1), "black": model.encode(torch.zeros_like(x))}[params.background].double()

    def p(z):
        return float(model(z).softmax(dim=1)[0, target])

    def lit(keep):
        return dark + (x - dark) * torch.from_numpy(keep)

    total, lights, shadows = np.zeros(x.shape[2:]), [], []
    for point in points:
        d2 = (((index - point) @ to_mm.T) ** 2).sum(axis=-1)
        lights.append(p(lit(np.exp(-d2 / (2 * params.sigma_light**2)))))
        shadows.append(abs(p(x) - p(lit(1 - np.exp(-d2 / (2 * params.sigma_shadow**2))))) + 1e-5)
        weight = {"fusion": lights[-1] * shadows[-1], "light": lights[-1], "shadow": shadows[-1]}[params.mode]
        total += np.exp(-d2 / params.sigma_spatial**2) * weight
    return total / len(points), np.array(lights), np.array(shadows)


PARAMS = {"sigma_light": 4.0, "sigma_shadow": 3.0, "sigma_spatial": 5.0, "grid": 2}


@pytest.mark.parametrize("mode", ["fusion", "light", "shadow"])
@pytest.mark.parametrize("background", ["mean", "black"])
@pytest.mark.parametrize("geometry", GRIDS)
def test_without_an_atlas_it_is_the_papers_formula_on_a_lattice(geometry, background, mode):
    shape = (5, 6, 7)
    x = torch.randn(1, 1, *shape, generator=torch.Generator().manual_seed(1))
    where, params = grid(shape, **GRIDS[geometry]), Glas3dParams(**PARAMS, mode=mode, background=background)
    points = [(i, j, k) for i in (0.75, 3.25) for j in (1.0, 4.0) for k in (1.25, 4.75)]
    found = explain(params, random_net(), x, where, target=2)
    wanted, _, _ = slow(random_net(), x, where, points, params, 2)
    assert found.heatmap.dtype == np.float32
    assert found.heatmap == pytest.approx(wanted, rel=3e-4, abs=1e-9)
    assert len(found.evidence) == 1


@pytest.mark.parametrize("geometry", GRIDS)
@pytest.mark.parametrize("mode", ["fusion", "light", "shadow"])
def test_with_an_atlas_each_region_is_lit_and_shaded_once(geometry, mode):
    shape = (6, 5, 7)
    labels = np.zeros(shape, np.int32)
    labels[0:2, 1:4, 2:6], labels[3:6, 0:2, 0:3], labels[4, 4, 6] = 7, 2, 40
    x = torch.randn(1, 1, *shape, generator=torch.Generator().manual_seed(2))
    where, params = grid(shape, **GRIDS[geometry]), Glas3dParams(**PARAMS, mode=mode)
    atlas = atlas_of(labels, where)
    model = random_net()
    found = explain(params, model, x, where, atlas, target=1)
    assert model.calls == 1 + (6 if mode == "fusion" else 3)
    wanted, light, shadow = slow(random_net(), x, where, atlas.centroids, params, 1)
    assert found.heatmap == pytest.approx(wanted, rel=3e-4, abs=5e-7)
    table = found.evidence[1]
    assert isinstance(table, RegionTable)
    assert table.labels.tolist() == [2, 7, 40]
    assert table.regions == ("region 2", "region 7", "region 40")
    assert table.sides == ("right", "left", "right")
    columns = dict(zip(table.column_names, table.columns, strict=True))
    known = {"light": light, "shadow": shadow}
    assert set(columns) == ({"light", "shadow"} if mode == "fusion" else {mode})
    for name, values in columns.items():
        assert values == pytest.approx(known[name], rel=3e-4, abs=5e-7)  # of a difference of two floats near 1
    impact = {"fusion": light * shadow, "light": light, "shadow": shadow}[mode]
    assert table.impact == pytest.approx(impact, rel=3e-4, abs=5e-7)
    assert table.centroids == pytest.approx(atlas.centroids_mm, rel=1e-5)
    assert table.sizes == pytest.approx(atlas.sizes_mm3)
    assert np.isnan(table.rank_low).all()


def test_one_point_by_hand():
    # One voxel, one region at its centre: the light is the volume itself, the shadow is darkness.
    model = PlainModel(lambda x: torch.cat([x.flatten(1), torch.zeros(len(x), 1)], dim=1))
    x = torch.full((1, 1, 1, 1, 1), float(np.log(3.0)))  # P = 3/4; in the dark P = 1/2
    where = grid((1, 1, 1))
    found = explain(Glas3dParams(), model, x, where, atlas_of(np.ones((1, 1, 1), int), where))
    assert found.evidence[1].columns[:, 0] == pytest.approx([0.75, 0.25 + 1e-5])
    assert found.heatmap[0, 0, 0] == pytest.approx(0.75 * 0.25001)


def test_the_width_is_in_millimetres():
    # Two steps of 3 mm are 6 mm: with sigma 6 the Gaussian is exp(-1/2) there.
    space = Space.of(grid((1, 1, 5), spacing=(1, 1, 3)))
    gauss = space.gaussians(torch.tensor([[0.0, 0.0, 2.0]]).double(), torch.tensor([2 * 36.0]).double())
    assert gauss[0, 0, 0, 0].tolist() == pytest.approx([np.exp(-0.5), np.exp(-1 / 8), 1, np.exp(-1 / 8), np.exp(-0.5)])
    assert space.spacing == pytest.approx((1, 1, 3))


@pytest.mark.parametrize(("geometry", "separable"), [("oblique", True), ("anisotropic", True), ("sheared", False)])
def test_only_a_sheared_grid_has_no_tables(geometry, separable):
    assert Space.of(grid((4, 5, 6), **GRIDS[geometry])).separable == separable


def test_tables_and_the_direct_way_give_the_same():
    space = Space.of(grid((6, 7, 8), **GRIDS["oblique"]))
    points = torch.tensor([[1.0, 2.5, 3.0], [-2.0, 6.0, 7.5], [4.0, 0.0, 0.0]], dtype=torch.float64)
    widths = torch.tensor([20.0, 400.0, 0.5], dtype=torch.float64)
    direct = replace(space, separable=False)
    assert torch.allclose(space.gaussians(points, widths), direct.gaussians(points, widths), rtol=1e-5, atol=2e-10)
    weights = torch.tensor([0.3, 0.5, 2.0])
    assert torch.allclose(space.spread(points, weights, 30.0), direct.spread(points, weights, 30.0), rtol=1e-5)


@pytest.mark.parametrize("geometry", ["cubes", "sheared"])
def test_how_many_points_are_spread_at_once_does_not_change_the_map(geometry, monkeypatch):
    from salviewer_plugins.glas import volume_space

    space = Space.of(grid((6, 7, 8), **GRIDS[geometry]))
    g = torch.Generator().manual_seed(0)
    points = (torch.rand(37, 3, generator=g) * 8).double()
    weights = torch.rand(37, generator=g)
    whole = space.spread(points, weights, 9.0)
    for numbers in (1, 7 * 8 * 3, 6 * 7 * 8 * 5):
        monkeypatch.setattr(volume_space, "AT_ONCE", numbers)
        assert torch.allclose(space.spread(points, weights, 9.0), whole, rtol=1e-5)


def test_no_number_of_a_mask_is_too_small_to_be_normal():
    space = Space.of(grid((1, 1, 400)))
    gauss = space.gaussians(torch.zeros(1, 3).double(), torch.tensor([200.0]).double())
    assert gauss[gauss > 0].min() >= 1e-10
    assert (gauss == 0).any()


@pytest.mark.parametrize("batch", [1, 2, 5, 64])
def test_the_batch_size_does_not_change_the_map(batch):
    x = torch.randn(1, 1, 8, 9, 10, generator=torch.Generator().manual_seed(2))
    params = Glas3dParams(**PARAMS | {"grid": 3})
    reference = explain(params, random_net(), x, batch=16).heatmap
    assert explain(params, random_net(), x, batch=batch).heatmap == pytest.approx(reference, rel=1e-5)


def shells(side=24, cells=3):
    """An atlas of cells^3 cubes over a volume of side^3 voxels of 2 mm."""
    block = np.arange(1, cells**3 + 1).reshape(cells, cells, cells)
    labels = np.kron(block, np.ones((side // cells,) * 3, int))
    where = grid((side,) * 3, spacing=(2.0, 2.0, 2.0))
    return where, atlas_of(labels, where)


@pytest.mark.parametrize("planted", [1, 14, 24])
@pytest.mark.parametrize("mode", ["fusion", "light", "shadow"])
def test_the_region_that_the_network_reads_has_the_greatest_impact(planted, mode):
    where, atlas = shells()
    low = np.argwhere(atlas.labels == planted).min(axis=0)
    model = patch_reader(*(slice(i + 2, i + 6) for i in low))
    found = explain(Glas3dParams(sigma_light=12.0, mode=mode), model, torch.ones(1, 1, 24, 24, 24), where, atlas)
    table = found.evidence[1]
    assert table.ranks()[planted - 1] == 1
    peak = np.unravel_index(found.heatmap.argmax(), found.heatmap.shape)
    assert atlas.labels[peak] == planted


def test_without_an_atlas_the_patch_is_found_on_the_lattice():
    model = patch_reader(slice(4, 10), slice(14, 20), slice(2, 8))
    found = explain(Glas3dParams(sigma_light=6.0), model, torch.ones(1, 1, 24, 24, 24))
    peak = np.unravel_index(found.heatmap.argmax(), found.heatmap.shape)
    assert all(a <= p < b for p, a, b in zip(peak, (4, 14, 2), (10, 20, 8), strict=True))
    assert found.notes == ("The size of the voxels is not known; they were taken to be 1 mm wide.",)


def test_the_dark_may_be_the_blurred_volume():
    # Only the broad light is left of a smooth volume that is its own blur.
    x = torch.full((1, 1, 8, 8, 8), 3.0)
    model = random_net()
    params = Glas3dParams(background="blur", mode="shadow", sigma_shadow=2.0, grid=2)
    heatmap = explain(params, model, x).heatmap
    assert heatmap.max() <= 1e-5 * 1.01


def test_a_partial_map_comes_early_and_is_already_useful():
    heard = []
    progress = Progress(lambda fraction, message, evidence: heard.append((fraction, evidence)))
    where, atlas = shells()
    model = patch_reader(slice(0, 6), slice(17, 23), slice(17, 23))  # a corner's region
    explain(Glas3dParams(), model, torch.ones(1, 1, 24, 24, 24), where, atlas, progress=progress, batch=64)
    fraction, evidence = next((f, e) for f, e in heard if e)
    assert fraction <= 0.1
    assert evidence[0].values.shape == (24, 24, 24)
    assert heard[-1][0] == 1.0
    assert [f for f, _ in heard] == sorted(f for f, _ in heard)


def test_the_first_points_are_far_apart():
    from salviewer_plugins.glas.volume_light import search_order

    where, atlas = shells()
    order = search_order(Space.of(where), torch.from_numpy(atlas.centroids)).tolist()
    assert order[0] == 13
    assert set(order[1:9]) == {0, 2, 6, 8, 18, 20, 24, 26}
    assert sorted(order) == list(range(27))


def test_cancel_is_seen_within_one_batch():
    model = random_net()
    progress = Progress(cancelled=lambda: model.calls >= 20)
    with pytest.raises(Cancelled):
        explain(Glas3dParams(grid=4), model, torch.randn(1, 1, 8, 8, 8), progress=progress, batch=8)
    assert model.calls <= 20 + 8


def test_a_batch_is_all_that_is_held():
    for points in (2, 5):
        model = random_net()
        explain(Glas3dParams(grid=points), model, torch.randn(1, 1, 8, 8, 8), batch=6)
        assert model.largest <= 6


def test_a_logit_gives_a_signed_map():
    x = torch.randn(1, 1, 6, 6, 6)
    logit = explain(Glas3dParams(grid=2, mode="light"), random_net(), x, output="logit").evidence[0]
    probability = explain(Glas3dParams(grid=2), random_net(), x).evidence[0]
    assert (logit.signed, logit.unit) == (True, "logit")
    assert (probability.signed, probability.unit) == (False, "probability squared")


def test_an_atlas_that_is_elsewhere_is_refused():
    where = grid((4, 4, 4))
    nothing = AtlasOnGrid(np.zeros((4, 4, 4), np.int32), (), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    with pytest.raises(InvalidChoice, match="register") as refused:
        explain(Glas3dParams(), random_net(), torch.randn(1, 1, 4, 4, 4), where, nothing)
    assert refused.value.code == "atlas-elsewhere"


def test_a_centroid_outside_is_said():
    where, atlas = shells()
    moved = replace(atlas, centroids=atlas.centroids - [9.0, 0, 0])
    found = explain(Glas3dParams(), random_net(), torch.rand(1, 1, 24, 24, 24), where, moved)
    assert "9 regions" in found.notes[0]


def test_outputs_that_are_not_numbers_are_refused():
    broken = PlainModel(lambda x: torch.full((len(x), 2), float("nan")))
    with pytest.raises(UnsupportedModel, match="not a number"):
        explain(Glas3dParams(grid=2), broken, torch.randn(1, 1, 4, 4, 4))
