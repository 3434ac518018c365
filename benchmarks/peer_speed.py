"""Our methods and metrics against bare forward passes and against peers: same network, pictures and machine, in turns.

Medians of ratios of wall times. Peers come with `pip install salviewer[peers]`; one that is missing is left out.

python -m benchmarks.peer_speed [bare captum cams volume metrics]
"""

from __future__ import annotations

import importlib
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

import salviewer as sv
from benchmarks.glas_speed import bare, subject
from benchmarks.photographs import DATA, photographs
from salviewer.api import GridMap, InputRef, JobSpec, ModelInput, ModelRef, Progress, Target
from salviewer.jobs.plan import PlanBook
from salviewer.jobs.session import session
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module
from salviewer_plugins.baselines.superpixels import squares

TURNS = 3
ASKED_OF_BARE = 0.90
METHODS = (
    ("rise", {"masks": 200}, 200),
    ("occlusion", {"window": 0.2, "stride": 0.08}, None),
    ("glas", {"grid": 10}, 201),
    ("lime", {"samples": 200}, 200),
)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name, ours, theirs, unit=1):
    """Print how many times as fast as `theirs` `ours` is, both run in turns, the first turn not counted."""
    ratios, spent = [], []
    for turn in range(TURNS + 1):
        mine, other = seconds(ours), seconds(theirs)
        if turn:
            ratios.append(other / mine)
            spent.append((mine / unit, other / unit))
    mine, other = (statistics.median(s) for s in zip(*spent, strict=True))
    print(f"{name}: {statistics.median(ratios):.2f} times as fast ({mine:.3f} s here, {other:.3f} s there)", flush=True)


def against_bare(handle, picture):
    """Throughput of the perturbation methods as a share of bare forward passes of as many inputs."""
    model = handle.loaded
    x = model.prepare(picture.picture).tensor
    plan = sv.explain(handle, picture, "glas", params={"grid": 4}).provenance["plan"]
    print(f"plan: {plan['layout']}, batch {plan['batch']}, {plan['threads']} threads")
    for method, params, fixed in METHODS:
        count = fixed or occlusion_inputs(x.shape[2], **params)

        def passes(count=count):
            bare(model, x, count, plan)

        def ours(method=method, params=params):
            sv.explain(handle, picture, method, target=0, params=params)

        shares = []
        for turn in range(TURNS + 1):
            before, mine, after = (seconds(work) for work in (passes, ours, passes))
            if turn:
                shares.append((before + after) / 2 / mine)
        share = statistics.median(shares)
        print(f"{method}, {count} inputs: {share:.1%} of the bare throughput (asked: {ASKED_OF_BARE:.0%})", flush=True)


def occlusion_inputs(side, window, stride):
    """How many inputs occlusion runs on a square picture."""
    width, step = round(window * side), max(1, round(stride * side))
    return 1 + (1 + -(-(side - width) // step)) ** 2


def against_captum(handle, picture):
    """Occlusion and LIME; captum's batch is ours, and 32 as its users have it."""
    from captum import attr

    model = handle.loaded
    x = model.prepare(picture.picture).tensor
    batch = sv.explain(handle, picture, "gradient").provenance["plan"]["batch"]
    score = lambda z: model.probabilities(model(z))  # noqa: E731 - what captum calls
    side, step = round(0.2 * x.shape[2]), round(0.08 * x.shape[2])
    squares_of = {"sliding_window_shapes": (3, side, side), "strides": (3, step, step)}
    parts = torch.from_numpy(squares(tuple(x.shape[2:]), 64))[None, None]
    for size in sorted({batch, 32}):

        def occlusion(size=size):
            with model.ready(), torch.no_grad():
                attr.Occlusion(score).attribute(x, target=0, perturbations_per_eval=size, **squares_of)

        def lime(size=size):
            with model.ready(), torch.no_grad():
                attr.Lime(score).attribute(x, target=0, feature_mask=parts, n_samples=200, perturbations_per_eval=size)

        def ours(key, **params):
            return lambda: sv.explain(handle, picture, key, target=0, params=params)

        compare(f"occlusion, captum at {size} per evaluation", ours("occlusion", window=0.2, stride=0.08), occlusion)
        compare(f"LIME, captum at {size} per evaluation", ours("lime", samples=200, shapes="squares"), lime)


def against_cam_libraries(handle, pictures):
    """Grad-CAM and Grad-CAM++ of several pictures, one after the other, as each library is called by its users."""
    model = handle.loaded
    layer = sv.explain(handle, pictures[0], "gradcam").notes
    inputs = [model.prepare(p.picture).tensor for p in pictures]
    net = model.module.eval()
    target = next(m for name, m in net.named_modules() if name == "features.12.cat" or name == "features.12")
    print(f"layer: {layer}")
    for key, torchcam_name, grad_cam_name in (
        ("gradcam", "GradCAM", "GradCAM"), ("gradcam-plus-plus", "GradCAMpp", "GradCAMPlusPlus"),
    ):  # fmt: skip

        def ours(key=key):
            for picture in pictures:
                sv.explain(handle, picture, key, target=0)

        if (peer := optional("torchcam.methods")) is not None:

            def torchcam(peer=peer, name=torchcam_name):
                with getattr(peer, name)(net, target) as extractor:
                    for x in inputs:
                        found = extractor(0, net(x.clone().requires_grad_()))[0]
                        nn.functional.interpolate(found[None], x.shape[2:], mode="bilinear")

            compare(f"{key}, torch-cam", ours, torchcam, len(pictures))
        if (peer := optional("pytorch_grad_cam")) is not None:
            goal = importlib.import_module("pytorch_grad_cam.utils.model_targets").ClassifierOutputTarget(0)

            def grad_cam(peer=peer, name=grad_cam_name, goal=goal):
                with getattr(peer, name)(model=net, target_layers=[target]) as extractor:
                    for x in inputs:
                        extractor(input_tensor=x, targets=[goal])

            compare(f"{key}, pytorch-grad-cam", ours, grad_cam, len(pictures))


def volume_net():
    """Three convolutions in 3D and two classes."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv3d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2), nn.Conv3d(8, 16, 3, padding=1), nn.ReLU(),
        nn.MaxPool3d(2), nn.Conv3d(16, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(),
        nn.Linear(32, 2),
    ).eval()  # fmt: skip


def against_monai():
    """Occlusion of a 64 x 64 x 64 volume: the same window, about the same number of places."""
    peer = optional("monai.visualize")
    if peer is None:
        return
    net = volume_net()
    model, shelf = open_module(net, preprocessing="none"), Shelf(device="cpu")
    shelf._plans = PlanBook(Path(tempfile.mkdtemp()) / "plans.json")
    x = torch.rand(1, 1, 64, 64, 64, generator=torch.Generator().manual_seed(0))
    source = ModelInput(x, GridMap.identity(tuple(x.shape[2:])))
    info = shelf.host.explainer("occlusion")
    spec = JobSpec(method="occlusion", model=ModelRef(architecture="volume"), input=InputRef(source="volume"))
    method, target = shelf.host.load(info), Target(0, "0", info.output)
    params = shelf.host.params(info)(window=16 / 64, stride=8 / 64)

    def ours():
        with session(spec, info, shelf, model, source, Progress(), target=target) as live:
            method().explain(live.request, params, Progress())

    window = 16
    places = 1 + -(-(64 - window) // 8)
    theirs = peer.OcclusionSensitivity(net, mask_size=window, n_batch=8, overlap=0.5, mode="mean_img", verbose=False)

    def monai():
        with torch.no_grad():
            theirs(x)

    print(f"volume: {places**3} places")
    compare("occlusion in 3D, MONAI", ours, monai)


def against_quantus(handle, pictures):
    """Deletion, sparseness and max-sensitivity of the same maps."""
    quantus = optional("quantus")
    if quantus is None:
        return
    model, net = handle.loaded, handle.loaded.module.eval()
    found = [sv.explain(handle, p, "gradient", target=0) for p in pictures]
    x = torch.cat([model.prepare(p.picture).tensor for p in pictures]).numpy()
    maps = np.stack([e.heatmap for e in found])[:, None]
    labels = np.zeros(len(pictures), int)
    side = x.shape[-1]
    quiet = {"disable_warnings": True, "display_progressbar": False}
    more = {"x_batch": x, "y_batch": labels, "model": net, "channel_first": True, "device": "cpu"}
    flipping = quantus.PixelFlipping(features_in_step=side, perturb_baseline="black", **quiet)
    sparseness = quantus.Sparseness(**quiet)
    steady = quantus.MaxSensitivity(nr_samples=10, lower_bound=0.02, **quiet)

    def ours(key, **params):
        def run():
            for picture, explanation in zip(pictures, found, strict=True):
                sv.measure(key, handle, picture, explanation, params=params)

        return run

    def gradients(model, inputs, targets, **_):
        z = torch.as_tensor(inputs).requires_grad_()
        model(z)[torch.arange(len(z)), torch.as_tensor(targets)].sum().backward()
        return z.grad.abs().amax(1, keepdim=True).numpy()

    def theirs(metric, **extra):
        return lambda: metric(a_batch=maps, **more, **extra)

    n = len(pictures)
    compare(f"deletion in {side} steps, Quantus' pixel flipping", ours("deletion", steps=side), theirs(flipping), n)
    compare("sparseness (Gini), Quantus", ours("sparseness"), theirs(sparseness), n)
    compare("max-sensitivity of the gradient, 10 samples, Quantus", ours("max-sensitivity", samples=10, radius=0.02),
            theirs(steady, explain_func=gradients), n)  # fmt: skip


def optional(name):
    """The peer's module; None, and said so, where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        print(f"left out: {name} is not installed")
        return None


def main(wanted) -> None:
    warnings.simplefilter("ignore")
    handle, picture = subject()
    handle.shelf._plans = PlanBook(Path(tempfile.mkdtemp()) / "plans.json")  # measured now, not looked up
    pictures = [picture]
    if DATA.is_dir():
        pictures = [sv.load_input(p.path) for p, _ in zip(photographs(), range(4), strict=False)]
    parts = {
        "bare": lambda: against_bare(handle, picture),
        "captum": lambda: against_captum(handle, picture),
        "cams": lambda: against_cam_libraries(handle, pictures),
        "volume": against_monai,
        "metrics": lambda: against_quantus(handle, pictures[:1]),
    }
    for name in wanted or parts:
        parts[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
