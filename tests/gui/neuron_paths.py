"""Paths made up at random, like those of a real network in all that can be seen of them."""

from __future__ import annotations

import numpy as np

from salviewer.api.neurons import NeuronPath

SIDE = 224


def neuron_path(
    *, layers: int = 5, units: int = 300, seed: int = 0, label: int = 3, side: int = SIDE, dims: int = 2
) -> NeuronPath:
    """About `units` units in `layers` layers: the class, a linear layer, convolutions and pools, pixels."""
    rng = np.random.default_rng(seed)
    kinds = ["class", "linear", *("pooling" if i % 3 == 2 else "convolution" for i in range(layers - 3)), "input"]
    halved = [max(4, side // 2 ** ((layers - i) // 3)) for i in range(1, layers - 2)]
    grids = [[], [], *([one] * dims for one in halved), [side] * dims]
    sizes = np.r_[1, np.geomspace(4, 10, layers - 1)]
    counts = np.maximum(1, np.r_[1, sizes[1:] / sizes[1:].sum() * units]).astype(int)
    about, parts = [], {name: [] for name in ("layer", "channel", "place", "field")}
    centre = rng.uniform(0.35, 0.65, dims)
    for i, (kind, grid, count) in enumerate(zip(kinds, grids, counts, strict=True)):
        channels = {"class": 10, "linear": 512, "input": 3}.get(kind, 64 * 2 ** min(3, (layers - i) // 3))
        about.append({"name": _name(kind, i), "kind": kind, "channels": channels, "shape": list(grid)})
        share = np.clip(rng.normal(centre, 0.13, (count, dims)), 0, 0.999)
        place = (share * grid[0]).astype(int) if grid else np.full((count, dims), -1)
        strong = (rng.exponential(0.06, count) * channels).astype(int) % channels
        parts["layer"].append(np.full(count, i))
        parts["channel"].append(np.full(count, label) if kind == "class" else strong)
        parts["place"].append(place)
        middle = (place + 0.5) * side / grid[0] if grid else np.full((count, dims), side / 2)
        reach = 0.5 if kind == "input" else side * (1 - i / layers) / 2 if grid else side
        edges = [np.clip(middle + way * reach, 0, side)[:, ::-1] for way in (-1, 1)]
        parts["field"].append(np.concatenate(edges, axis=1))
    layer = np.concatenate(parts["layer"])
    support = rng.gamma(2, 1, (len(layer), 3))
    support[:, 2] = rng.integers(1, 5, len(layer))
    support[layer == 0, 1:] = np.nan
    path = {name: np.concatenate(parts[name]) for name in ("channel", "place", "field")}
    thumbs = _thumbnails(rng, layer, path["channel"], path["place"], about)
    return NeuronPath(
        "Discernible neurons", layer.astype(np.int32), path["channel"].astype(np.int32), path["place"].astype(np.int32),
        support.astype(np.float32), support[:, 0].astype(np.float32), _links(rng, layer).astype(np.int32),
        path["field"].astype(np.float32), *thumbs, layers=tuple(about),
        weights={"a_cur": 1.0, "a_suc": 1.0, "a_pre": 0.5, "k": 2},
    )  # fmt: skip


def _name(kind: str, at: int) -> str:
    return {"class": "class", "linear": "classifier.6", "input": "input"}.get(kind, f"features.{60 - 2 * at}")


def _links(rng: np.random.Generator, layer: np.ndarray) -> np.ndarray:
    """Each unit is chosen by one or two of the layer before."""
    found = []
    for i in range(1, int(layer[-1]) + 1):
        above, below = np.flatnonzero(layer == i - 1), np.flatnonzero(layer == i)
        chosen = np.concatenate((below, rng.choice(below, len(below) // 2)))
        found.append(np.c_[rng.choice(above, len(chosen)), chosen])
    return np.unique(np.concatenate(found), axis=0)


def _thumbnails(rng, layer, channel, place, about, most: int = 6, side: int = 28):
    """Bumps around the chosen positions of the strongest channels."""
    pictures, owners = [], []
    y, x = np.mgrid[:side, :side] / side
    for i, one in enumerate(about):
        if not one["shape"]:
            continue
        here = layer == i
        for number in list(dict.fromkeys(channel[here].tolist()))[:most]:
            spots = place[here & (channel == number)][:40, -2:] / one["shape"][0]
            bumps = sum(np.exp(-((y - a) ** 2 + (x - b) ** 2) / 0.01) for a, b in spots)
            pictures.append(bumps + rng.uniform(0, 0.5, (side, side)))
            owners.append((i, number))
    empty = np.zeros((0, side, side))
    return np.array(pictures or empty, np.float32), np.array(owners, np.int32).reshape(-1, 2)
