"""What every explainer that claims volumes promises of them; one that puts results together has its own tests."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from nets import Volume as VolumeNet
from network_state import same_state, state_of

from salviewer.api import InputRef, JobSpec, ModelRef, Progress, Volume
from salviewer.errors import Cancelled, UnsupportedModel
from salviewer.host import Host
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module

HOST = Host.discover()
KEYS = sorted(
    key for key, info in HOST.explainers.items() if 3 in info.dims and not info.sources and "trained" not in info.needs
)
SHAPE = (10, 12, 14)
AFFINE = np.array([[0, 1.5, 0, -9], [-2.0, 0, 0, 8], [0, 0, 3.0, -21], [0, 0, 0, 1]])

pytestmark = pytest.mark.parametrize("key", KEYS)


def values():
    z, y, x = np.indices(SHAPE)
    thing = 8 * np.exp(-((z - 3) ** 2 + (y - 7) ** 2 + (x - 9) ** 2) / 18)
    return (thing + 0.3 * np.random.default_rng(0).normal(size=SHAPE)).astype(np.float32)


def explain(key, net=None, array=None, *, batch=8, progress=None, **more):
    shelf = Shelf(HOST, "cpu")
    model = open_module(net or VolumeNet(), preprocessing="none", input_shape=(1, *SHAPE))
    source = Volume(values() if array is None else array, AFFINE, "volume", "sha", ("P", "R", "S"))
    spec = JobSpec(
        method=key,
        params=HOST.params(HOST.explainer(key)).quick,
        model=ModelRef(architecture=shelf.keep_live(model)),
        input=InputRef(source=shelf.keep_live(source)),
        **{"target": 1} | more,
    )
    return run(spec, shelf, progress, Plan(batch=batch))


def test_the_map_is_finite_and_lies_on_the_volume(key):
    found = explain(key)
    assert found.heatmap.dtype == np.float32
    assert np.isfinite(found.heatmap).all()
    assert found.on_input().shape == SHAPE
    assert np.ptp(found.heatmap) > 0
    assert found.grid.affine is not None
    assert json.loads(json.dumps(found.provenance)) == found.provenance


def test_input_and_model_are_as_they_were_after(key):
    array, net = values(), VolumeNet()
    before, kept = state_of(net), array.copy()
    explain(key, net, array)
    assert same_state(before, state_of(net))
    assert np.array_equal(array, kept)


def test_the_same_seed_gives_the_same_map_whatever_the_batch_size(key):
    one, two = explain(key, seed=5, batch=8), explain(key, seed=5, batch=3)
    least = 1e-5 * float(np.abs(one.heatmap).max()) + 2.4e-7
    assert np.allclose(one.heatmap, two.heatmap, rtol=1e-5, atol=least)


def test_progress_rises_and_cancel_leaves_the_model_as_it_was(key):
    heard = []
    explain(key, progress=Progress(lambda f, m, e: heard.append(f)))
    assert (heard[0], heard[-1]) == (0.0, 1.0)
    assert heard == sorted(heard)
    net, calls = VolumeNet(), []
    before = state_of(net)
    progress = Progress(lambda *h: calls.append(h), lambda: len(calls) >= max(1, len(heard) // 2))
    with pytest.raises(Cancelled):
        explain(key, net, progress=progress)
    assert same_state(before, state_of(net))


def test_the_global_random_state_is_unchanged(key):
    torch.manual_seed(1)
    explain(key)
    assert torch.equal(torch.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(1)))


def test_a_picture_network_is_refused_by_what_works_on_volumes_alone(key):
    if 2 in HOST.explainer(key).dims:
        return
    from nets import picture, small

    from salviewer.data.pictures import picture_from_array

    shelf = Shelf(HOST, "cpu")
    spec = JobSpec(
        method=key,
        model=ModelRef(architecture=shelf.keep_live(open_module(small(), preprocessing="none"))),
        input=InputRef(source=shelf.keep_live(picture_from_array(picture()))),
        target=1,
    )
    with pytest.raises(UnsupportedModel, match="3D"):
        run(spec, shelf, None, Plan())
