"""Which widths suit 3D-GLAS: the readings of the paper's "10 and 15", in millimetres and in voxels, and sigma_spatial.

With the collection `brain-phantom` and its network: a cohort per reading, and the places of the regions that are known
to be diseased. Without: volumes of 125 cubes of 38 mm, and convolutional networks that read two cubes drawn by chance.

python -m benchmarks.glas3d_sigmas [subjects or networks, such as 8]
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from torch import nn

import salviewer as sv
from salviewer.api import Atlas, GridMap, Region, RegionTable, Volume
from salviewer.errors import SalViewerError
from salviewer_plugins.glas.volume_space import Space

SPATIAL = (8, 12, 20)
SIDE, CELLS, MM = 50, 5, 4.0


def readings(voxel_mm: float) -> dict[str, tuple[float, float]]:
    """(sigma_light, sigma_shadow) in mm, by name."""
    pairs = ((10.0, 15.0), (15.0, 10.0), (10.0, 10.0), (15.0, 15.0))
    named = {f"{a:.0f} / {b:.0f} mm": (a, b) for a, b in pairs}
    return named | {f"{a:.0f} / {b:.0f} voxels": (a * voxel_mm, b * voxel_mm) for a, b in pairs[:2]}


class TwoCubes(nn.Module):
    """Class 1 rises with the mean of two cubes of a smoothed volume, and falls a little with that of all."""

    def __init__(self, labels: np.ndarray, planted: tuple[int, ...]) -> None:
        super().__init__()
        self.smooth = nn.Conv3d(1, 1, 3, padding=1, bias=False)
        nn.init.constant_(self.smooth.weight, 1 / 27)
        inside = torch.from_numpy(np.isin(labels, planted).astype(np.float32).transpose(2, 1, 0).copy())
        self.register_buffer("inside", inside / inside.sum())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = torch.relu(self.smooth(x))[:, 0]
        z = 8 * (seen * self.inside).sum((1, 2, 3)) - 2 * seen.mean((1, 2, 3))
        return torch.stack([torch.full_like(z, 2.0), z], dim=1)


def places(impact: np.ndarray, labels: np.ndarray, planted: tuple[int, ...]) -> tuple[float, float]:
    """(share of the planted regions in as many first ranks as there are, least planted over greatest other impact)."""
    mine = np.isin(labels, planted)
    first = np.argsort(-impact, kind="stable")[: mine.sum()]
    return float(mine[first].mean()), float(impact[mine].min() / impact[~mine].max())


def inside(labels: np.ndarray, planted: tuple[int, ...], table: RegionTable, grid: GridMap, spatial: float) -> float:
    """The share of the map of Eq. 3 that lies in the planted regions."""
    centroids = (table.centroids - grid.world()[:3, 3]) @ np.linalg.inv(grid.world()[:3, :3]).T
    spread = Space.of(grid).spread(torch.from_numpy(centroids).double(), torch.from_numpy(table.impact), spatial**2)
    return float(spread.numpy()[np.isin(labels, planted).transpose(2, 1, 0)].sum() / spread.sum())


def cubes(count: int) -> None:
    """Print a line per reading, over `count` networks whose answer is known."""
    block = np.arange(1, CELLS**3 + 1).reshape((CELLS,) * 3)
    labels = np.kron(block, np.ones((SIDE // CELLS,) * 3, int)).astype(np.int16)
    affine = np.diag([MM, MM, MM, 1.0])
    atlas = Atlas(
        Volume(labels, affine, "cubes", "cubes", ("R", "A", "S")),
        tuple(Region(int(i), f"cube {i}") for i in block.ravel()),
    )
    plain = sv.VolumePreprocessing(shape=(SIDE,) * 3, window="none")
    rows: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for seed in range(count):
        rng = np.random.default_rng(seed)
        planted = tuple(int(i) for i in rng.choice(block.ravel(), 2, replace=False))
        volume = sv.load_input((1 + 0.2 * rng.normal(size=labels.shape)).astype(np.float32), affine=affine)
        model = sv.load_model(TwoCubes(labels, planted), preprocessing=plain)
        for name, (light, shadow) in readings(MM).items():
            found = sv.explain(
                model, volume, "glas-3d", target=1, atlas=atlas, registration="none",
                params={"sigma_light": light, "sigma_shadow": shadow},
            )  # fmt: skip
            table = found.evidence[1]
            first, lead = places(table.impact, table.labels, planted)
            for spatial in SPATIAL:  # impacts do not depend on it
                mass = inside(labels, planted, table, found.grid, spatial)
                rows.setdefault((name, spatial), []).append((first, lead, mass))
    print(f"{'light / shadow':>17}{'spatial':>9}{'first':>8}{'lead':>8}{'mass':>8}")
    for (name, spatial), found in rows.items():
        first, lead, mass = np.mean(found, axis=0)
        print(f"{name:>17}{spatial:>6} mm{first:8.2f}{lead:8.2f}{mass:8.3f}")


def phantom(subjects: int) -> bool:
    """Print a line per reading for the brain phantom's cohort; False where it is not here."""
    try:
        samples = sv.collection("brain-phantom", subset="held-out")
        model = sv.load_model("brain-phantom-cnn")
    except SalViewerError as e:
        print(e)
        return False
    ill = next(s for s in samples if s.masks)
    planted = set(ill.masks) - {model.classes[ill.label]}  # the mask of that name is all of them together
    print(f"planted: {sorted(planted)}")
    for name, (light, shadow) in readings(float(np.mean(ill.picture.spacing))).items():
        widths = {"sigma_light": light, "sigma_shadow": shadow}
        ranked = sv.cohort(
            model, "brain-phantom", target=ill.label, limit=subjects, params=widths,
            collection_params={"subset": "held-out"},
        )  # fmt: skip
        table = ranked.evidence[2]
        ranks = [int(r) for r, region in zip(table.ranks(), table.regions, strict=True) if region in planted]
        print(f"{name:>17}: ranks of the planted regions {sorted(ranks)}, of {len(table.labels)}")
    return True


def main(count: int = 8) -> None:
    if not phantom(count):
        cubes(count)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
