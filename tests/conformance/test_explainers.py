"""What every explainer promises, checked for every one that is installed. An expected failure carries its reason."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
import torch
from nets import Broken, PatchReader, picture, small
from network_state import same_state, state_of

from salviewer.api import InputRef, JobSpec, ModelInput, ModelRef, Progress, Request, Target
from salviewer.data.pictures import picture_from_array
from salviewer.errors import Cancelled, UnsupportedModel
from salviewer.host import Host
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.work import PlannedWork
from salviewer.models.opening import open_module

HOST = Host.discover()
KEYS = sorted(
    key for key, info in HOST.explainers.items() if 2 in info.dims and not info.sources and "trained" not in info.needs
)
"""Those that need training first have a file of their own, as have those that need another's answer."""
PLAN = Plan(batch=8)

pytestmark = pytest.mark.parametrize("key", KEYS)


def explain(key, net, array, *, plan=PLAN, progress=None, device="cpu", **more):
    shelf = Shelf(HOST, device)
    model = open_module(net, preprocessing="none", device=device)
    spec = JobSpec(
        method=key,
        params=HOST.params(HOST.explainer(key)).quick,
        model=ModelRef(architecture=shelf.keep_live(model)),
        input=InputRef(source=shelf.keep_live(picture_from_array(array))),
        **{"target": 1} | more,
    )
    return run(spec, shelf, progress, plan)


def forward_passes(key):
    """How often `key` runs the network on one picture, the look at the picture included."""
    net = Broken(10**9)
    explain(key, net, picture())
    opening = 2  # opening a network tries it twice
    return 10**9 - net.left - opening


def same_map(a, b, tolerance=1e-5):
    """Whether two explanations show the same; of a recursion, whether its first rounds do.

    A recursion decides by thresholds, and a decision can turn on the last digit: later rounds of another batch size may
    differ. Whoever needs the same digits replays the recorded plan. A search for the sparsest mask decides by
    thresholds at every activation, too: its values may differ by a twentieth of the largest.
    """
    if any(getattr(e.evidence[-1], "series", "") == "rounds" for e in (a, b)):
        first, other = (next(m.values for m in e.evidence if m.at == 1.0) for e in (a, b))
        return np.allclose(first, other, atol=max(1e-4, tolerance))
    if any(getattr(e.evidence[-2], "series", "") == "sparsity" for e in (a, b) if len(e.evidence) > 1):
        return np.allclose(a.heatmap, b.heatmap, atol=0.05 * np.abs(a.heatmap).max())
    first = a.evidence[0]
    rounding = 2.4e-7 if first.signed or first.unit == "mask" else 0.0  # of a difference of two numbers near 1
    least = tolerance * max(1e-6, np.abs(a.heatmap).max()) + rounding
    return np.allclose(a.heatmap, b.heatmap, rtol=tolerance, atol=least)


def test_default_params_survive_json(key):
    model = HOST.params(HOST.explainer(key))
    assert model(**json.loads(model().model_dump_json())) == model()


def test_every_param_has_a_description(key):
    for name, field in HOST.params(HOST.explainer(key)).model_fields.items():
        assert field.description, name


def test_the_descriptor_tells_a_person_what_it_is(key):
    info = HOST.explainer(key)
    assert info.title
    assert info.summary.endswith(".")
    assert info.answers.endswith("?")
    assert info.source.citation


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 24, 40), (3, 41, 20)])
def test_the_map_is_finite_and_has_the_inputs_shape(key, shape):
    e = explain(key, small(channels=shape[0]), picture(*shape))
    assert e.heatmap.shape == shape[1:]
    assert e.heatmap.dtype == np.float32
    assert np.isfinite(e.heatmap).all()
    assert e.on_input().shape == shape[1:]


def test_the_map_is_not_constant(key):
    assert np.ptp(explain(key, small(), picture()).heatmap) > 0


def test_the_input_is_bit_identical_after(key):
    array = picture()
    before = array.copy()
    explain(key, small(), array)
    assert np.array_equal(array, before)


def test_the_model_is_as_it_was_after(key):
    net = small()
    net.conv2.eval()
    before = state_of(net)
    explain(key, net, picture())
    assert same_state(before, state_of(net))


@pytest.mark.parametrize("passes", [2, 3, 5])
def test_the_model_is_as_it_was_after_a_failure_in_the_middle(key, passes):
    if HOST.explainer(key).family == "Controls":
        pytest.skip("a control does not run the network")
    net = Broken(10**9)
    model_before = state_of(net)
    shelf_plan = Plan(batch=2)
    shelf = Shelf(HOST, "cpu")
    model = open_module(net, preprocessing="none")
    spec = JobSpec(
        method=key,
        model=ModelRef(architecture=shelf.keep_live(model)),
        input=InputRef(source=shelf.keep_live(picture_from_array(picture()))),
        target=1,
    )
    net.left = min(passes, forward_passes(key) - 1)
    with pytest.raises((RuntimeError, UnsupportedModel), match="planted failure"):
        run(spec, shelf, None, shelf_plan)
    assert same_state(model_before, state_of(net))


def test_the_model_is_as_it_was_after_cancel_at_each_progress_call(key):
    calls = []
    explain(key, small(), picture(), progress=Progress(lambda *heard: calls.append(heard)))
    for stop_at in sorted({1, 2, 3, len(calls) // 2, len(calls) - 1}):
        heard = []
        net = small()
        before = state_of(net)
        progress = Progress(lambda *h, heard=heard: heard.append(h), lambda n=stop_at, heard=heard: len(heard) >= n)
        with pytest.raises(Cancelled):
            explain(key, net, picture(), progress=progress)
        assert same_state(before, state_of(net))


def test_the_global_random_state_is_unchanged(key):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - the legacy generator is global state, too
    torch.manual_seed(1)
    explain(key, small(), picture())
    assert random.random() == pytest.approx(0.13436424411240122)
    assert np.random.rand() == pytest.approx(0.417022004702574)  # noqa: NPY002
    reference = torch.Generator().manual_seed(1)
    assert torch.equal(torch.rand(3), torch.rand(3, generator=reference))


def test_the_same_seed_gives_the_same_map_whatever_the_batch_size(key):
    reference = explain(key, small(), picture(), seed=5)
    assert np.array_equal(explain(key, small(), picture(), seed=5).heatmap, reference.heatmap)
    for batch in (1, 3, 50):
        assert same_map(reference, explain(key, small(), picture(), plan=Plan(batch=batch), seed=5))


def test_the_layout_does_not_change_the_map(key):
    reference = explain(key, small(), picture())
    assert same_map(reference, explain(key, small(), picture(), plan=Plan(batch=8, layout="channels-last")), 1e-4)


def test_a_batch_of_two_equals_two_singles(key):
    info = HOST.explainer(key)
    model = open_module(small(), preprocessing="none")
    requests = []
    for target in (0, 2):
        source = model.prepare(picture_from_array(picture()))
        work = PlannedWork(PLAN, Progress())
        generator = torch.Generator().manual_seed(0)
        requests.append(Request(model, source, Target(target, str(target), info.output), 0, generator, work))
    assert isinstance(requests[0].input, ModelInput)
    params_model = HOST.params(info)
    params = params_model(**params_model.quick)
    with model.ready(), torch.inference_mode("gradients" not in info.needs):
        both = HOST.load(info)().explain_batch(requests, params, Progress())
    for together, target in zip(both, (0, 2), strict=True):
        assert same_map(explain(key, small(), picture(), target=target), together)


@pytest.mark.parametrize("relu", ["in-place", "shared", "functional"])
def test_every_kind_of_relu_gives_the_same_map(key, relu):
    reads_a_layer = HOST.explainer(key).family == "Activation maps" or key.startswith("guided-gradcam")
    if reads_a_layer and relu == "functional":
        pytest.skip("it reads a layer, and a functional ReLU is none: the convolution before it is read instead")
    assert same_map(explain(key, small("module"), picture()), explain(key, small(relu), picture()))


def test_frozen_parameters_and_an_outer_no_grad_do_not_matter(key):
    reference = explain(key, small(), picture())
    frozen = small().requires_grad_(False)
    with torch.no_grad():
        assert same_map(reference, explain(key, frozen, picture()))


def test_progress_rises_from_0_to_1(key):
    heard = []
    explain(key, small(), picture(), progress=Progress(lambda f, m, e: heard.append(f)))
    assert heard[0] == 0.0
    assert heard[-1] == 1.0
    assert heard == sorted(heard)


def test_a_partial_map_comes_within_a_tenth_of_the_work(key):
    heard = []
    explain(key, small(), picture(), progress=Progress(lambda f, m, e: heard.append((f, e))))
    if forward_passes(key) < 10:
        return  # the whole answer is there before a part of it could be
    assert min(f for f, e in heard if e) <= 0.1


def test_a_planted_patch_gets_its_share_of_the_map(key):
    if HOST.explainer(key).family == "Controls":
        pytest.skip("a control knows nothing of the network")
    if HOST.explainer(key).family == "Activation maps":
        pytest.skip("one weight per channel cannot tell places apart, and here all places have the same features")
    found = explain(key, PatchReader(), np.ones((3, 32, 32), np.float32), target=0)
    floor = 0.0 if found.evidence[0].signed else found.heatmap.min()  # RISE gives every pixel the mean score
    heatmap = np.maximum(0, found.heatmap - floor)
    patch = heatmap[PatchReader.rows, PatchReader.columns]
    coarse = ("rise", "meaningful-perturbation")  # masks of few cells, and masks whose slopes are gentle
    assert patch.sum() / heatmap.sum() > (2.5 if key in coarse else 5) * 64 / 32**2
    assert patch.max() == heatmap.max()


def test_provenance_says_what_is_needed_to_do_it_again(key):
    about = explain(key, small(), picture(), seed=3).provenance
    assert about["method"] == key
    assert about["seed"] == 3
    assert about["target"]["index"] == 1
    assert len(about["model"]["sha256"]) == 64
    assert about["plan"]["batch"] == 8
    assert json.loads(json.dumps(about)) == about


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_gpu_equals_cpu(key):
    gpu = explain(key, small(), picture(), device="cuda", plan=Plan("cuda", batch=8))
    assert same_map(explain(key, small(), picture()), gpu, 1e-3)
