"""What every metric leaves as it was, repeats and reports, checked for every one that is installed."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
import torch
from metric_bench import HOST, Bench, bench
from nets import Fuse, Fused, small
from network_state import same_state, state_of
from odd_maps import ramp

from salviewer.api import Progress
from salviewer.errors import Cancelled
from salviewer.jobs.plan import Plan

pytestmark = pytest.mark.parametrize("key", sorted(HOST.metrics))


def test_map_and_input_and_model_are_bit_identical_after(key):
    net, array, heatmap = small(), np.random.default_rng(0).random((3, 32, 32), dtype=np.float32), ramp()
    net.conv2.eval()
    truth = np.zeros((32, 32), bool)
    truth[4:9, 5:12] = True
    kept = [a.copy() for a in (array, heatmap, truth)]
    here = Bench(net, array, boxes=(), mask=truth)
    judged = here.judged(heatmap)
    before = state_of(net)
    here.measure(key, judged)
    assert same_state(before, state_of(net))
    for a, b in zip((array, heatmap, truth), kept, strict=True):
        assert a.tobytes() == b.tobytes()
    assert judged.heatmap.tobytes() == heatmap.tobytes()
    assert here.model_input().tensor.numpy().tobytes() == array.tobytes()


def test_a_map_that_must_not_be_written_to_is_judged(key):
    heatmap = ramp()
    heatmap.flags.writeable = False
    assert bench().measure(key, heatmap).values == pytest.approx(bench().measure(key, ramp()).values, nan_ok=True)


def test_the_model_is_as_it_was_after_a_failure_in_the_middle(key):
    fuse = Fuse()
    net = Fused(fuse)
    here = Bench(net)
    judged, before = here.judged(ramp()), state_of(net)
    here.measure(key, judged, plan=Plan(batch=2))  # what is found out about the network's layers is kept
    used = fuse.passes
    here.measure(key, judged, plan=Plan(batch=2))
    passes = fuse.passes - used
    if not passes:
        pytest.skip("it does not run the network")
    for left in sorted({n for n in (0, 1, passes // 2, passes - 1) if n < passes}):
        fuse.left = fuse.whole = left
        with pytest.raises(RuntimeError, match="planted failure"):
            here.measure(key, judged, plan=Plan(batch=2))
        assert same_state(before, state_of(net))


def test_the_model_is_as_it_was_after_cancel_at_several_progress_calls(key):
    net = small()
    here = Bench(net)
    calls = []
    here.measure(key, ramp(), progress=Progress(lambda *heard: calls.append(heard)))
    before = state_of(net)
    for stop_at in sorted({1, 2, len(calls) // 2, len(calls) - 1}):
        heard = []
        progress = Progress(lambda *h, heard=heard: heard.append(h), lambda n=stop_at, heard=heard: len(heard) >= n)
        with pytest.raises(Cancelled):
            here.measure(key, ramp(), progress=progress)
        assert same_state(before, state_of(net))


def test_the_global_random_state_is_unchanged(key):
    here = bench()
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - the legacy generator is global state, too
    torch.manual_seed(1)
    here.measure(key, ramp())
    assert random.random() == pytest.approx(0.13436424411240122)
    assert np.random.rand() == pytest.approx(0.417022004702574)  # noqa: NPY002
    assert torch.equal(torch.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(1)))


def test_a_second_measurement_gives_the_same_numbers(key):
    first, second = (bench().measure(key, ramp(), seed=5) for _ in range(2))
    assert json.dumps(first.values) == json.dumps(second.values)
    assert first.evidence == second.evidence


def test_the_same_seed_gives_the_same_value_whatever_the_batch_size(key):
    reference = bench().measure(key, ramp(), seed=5)
    for batch in (1, 3, 50):
        found = bench().measure(key, ramp(), seed=5, plan=Plan(batch=batch))
        assert found.values == pytest.approx(reference.values, rel=1e-4, abs=1e-6, nan_ok=True)


def test_progress_rises_from_0_to_1_and_says_what_is_done(key):
    heard = []
    bench().measure(key, ramp(), progress=Progress(lambda f, m, e: heard.append((f, m, e))))
    fractions = [fraction for fraction, _, _ in heard]
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert fractions == sorted(fractions)
    assert all(message for _, message, _ in heard)
    assert not any(evidence for _, _, evidence in heard), "a metric has no partial map to show"


def test_provenance_says_what_is_needed_to_do_it_again(key):
    about = bench().measure(key, ramp(), seed=3).provenance
    assert (about["method"], about["seed"], about["target"]["index"]) == (key, 3, 1)
    assert about["explanation"]["method"] == "gradient"
    assert json.loads(json.dumps(about)) == about


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_gpu_equals_cpu(key):
    gpu = Bench(small(), device="cuda").measure(key, ramp(), plan=Plan("cuda", batch=8))
    assert gpu.values == pytest.approx(bench().measure(key, ramp()).values, rel=1e-3, abs=1e-4, nan_ok=True)
