"""The pointing game of GLAS against captum's Grad-CAM and occlusion and a centred Gaussian, on the same photographs.

python -m benchmarks.pointing_game [number of photographs]
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch
from captum.attr import LayerAttribution, LayerGradCam, Occlusion

import salviewer as sv
from benchmarks.photographs import DATA, MISSING, hits, photographs, share_inside, squeezenet


def maps_of(handle, picture, target):
    """{method: map on the model's grid, ...} and the seconds that each took."""
    model, seconds = handle.loaded, {}
    source = model.prepare(picture.picture)
    x = source.tensor

    def timed(name, make):
        start = time.perf_counter()
        made = make()
        seconds[name] = time.perf_counter() - start
        return made

    maps = {"glas": timed("glas", lambda: sv.explain(handle, picture, "glas", target=target)).heatmap}
    with model.ready() as net:
        last = net.features[12]
        cam = LayerGradCam(lambda z: model.probabilities(model(z)), last)
        up = LayerAttribution.interpolate
        maps["grad-cam (captum)"] = (
            timed(
                "grad-cam (captum)",
                lambda: up(cam.attribute(x, target=target, relu_attributions=True), x.shape[2:], "bilinear")[0, 0],
            )
            .detach()
            .numpy()
        )
        occlusion = Occlusion(lambda z: model.probabilities(model(z)))
        with torch.no_grad():
            maps["occlusion (captum)"] = timed(
                "occlusion (captum)",
                lambda: occlusion.attribute(
                    x, target=target, sliding_window_shapes=(3, 45, 45), strides=(3, 13, 13), perturbations_per_eval=4
                )[0].sum(0),
            ).numpy()
    y, c = np.mgrid[: x.shape[2], : x.shape[3]]
    middle = [(n - 1) / 2 for n in x.shape[2:]]
    maps["control: centred Gaussian"] = np.exp(-((y - middle[0]) ** 2 + (c - middle[1]) ** 2) / (2 * 40.0**2)).astype(
        np.float32
    )
    return {name: source.grid.to_source(np.ascontiguousarray(m, dtype=np.float32)) for name, m in maps.items()}, seconds


def main(most: int = 60) -> None:
    if not DATA.is_dir():
        print(MISSING)
        return
    handle, rows, used, small = squeezenet(), {}, 0, 0
    for photograph in photographs():
        if used == most:
            break
        picture = sv.load_input(photograph.path)
        if sv.predict(handle, picture).top(1)[0][0] != photograph.label:
            continue
        used, small = used + 1, small + photograph.small
        maps, seconds = maps_of(handle, picture, photograph.label)
        for name, heatmap in maps.items():
            row = rows.setdefault(name, {"hit": [], "small": [], "mass": [], "s": []})
            row["hit"].append(hits(heatmap, photograph))
            row["mass"].append(share_inside(heatmap, photograph))
            row["s"].append(seconds.get(name, 0.0))
            if photograph.small:
                row["small"].append(row["hit"][-1])
    print(f"{used} correctly classified photographs, {small} of them with boxes under a quarter of the picture")
    print(f"{'method':28} {'hits':>6} {'small':>6} {'mass in boxes':>14} {'s':>6}")
    for name, row in rows.items():
        print(
            f"{name:28} {np.mean(row['hit']):6.3f} {np.mean(row['small']) if row['small'] else float('nan'):6.3f} "
            f"{np.mean(row['mass']):14.3f} {np.median(row['s']):6.2f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
