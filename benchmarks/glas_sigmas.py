"""Which widths suit GLAS: every combination of light, shadow, spatial and background, from one table of scores each.

python -m benchmarks.glas_sigmas [photographs] [backgrounds, such as mean,black] [widths in pixels, such as 8,15,25,40]

The scores of a light depend on its own width only, and a shadow's likewise, so that all combinations come from
photographs x backgrounds x widths x 2 x GRID^2 forward passes.
"""

from __future__ import annotations

import itertools
import sys
from types import SimpleNamespace

import numpy as np
import torch

import salviewer as sv
from benchmarks.photographs import DATA, MISSING, hits, photographs, share_inside, squeezenet
from salviewer.numeric.gaussian import gaussian_table, outer
from salviewer.numeric.lattice import cell_centres
from salviewer_plugins.glas.light_and_shadow import LAMBDA, darkness

GRID, BATCH = 12, 4
SPATIAL = (8, 12, 16, 20, 25, 35)


def score_tables(model, x, target, background, sigma):
    """Lights' and shadows' probabilities (GRID^2,) of width `sigma` pixels."""
    dark = darkness(SimpleNamespace(model=model), x, background)
    centres = torch.from_numpy(cell_centres(GRID, x.shape[2]))
    table = gaussian_table(centres, x.shape[2], 2 * sigma**2)
    rows, columns = (i.flatten() for i in torch.meshgrid(torch.arange(GRID), torch.arange(GRID), indexing="ij"))
    lights, shadows = [], []
    for start in range(0, GRID * GRID, BATCH):
        part = slice(start, start + BATCH)
        gauss = outer(table[rows[part]], table[columns[part]])
        for keep, scores in ((gauss, lights), (1 - gauss, shadows)):
            masked = (dark + (x - dark) * keep).contiguous(memory_format=torch.channels_last)
            scores.append(model.probabilities(model(masked))[:, target])
    return torch.cat(lights).numpy(), torch.cat(shadows).numpy()


def weights_of(mode, light, shadow):
    return {"fusion": light * shadow, "light": light, "shadow": shadow}[mode].reshape(GRID, GRID)


def judge(rows, tables, clean, source, photograph, background, sigmas):
    """Add this photograph's hit and share for every combination to `rows`."""
    centres = cell_centres(GRID, source.tensor.shape[2])
    pixels = np.arange(source.tensor.shape[2])
    for sp, (mode, one, two) in itertools.product(SPATIAL, combinations(sigmas)):
        spread = np.exp(-((pixels[None] - centres[:, None]) ** 2) / sp**2)
        shadow = np.abs(clean - tables[two][1]) + LAMBDA
        saliency = spread.T @ weights_of(mode, tables[one][0], shadow) @ spread
        on_picture = source.grid.to_source(saliency.astype(np.float32))
        row = rows.setdefault((background, mode, one, two, sp), ([], [], []))
        hit = hits(on_picture, photograph)
        row[0].append(hit)
        row[1].append(share_inside(on_picture, photograph))
        if photograph.small:
            row[2].append(hit)


def combinations(sigmas):
    yield from (("fusion", a, b) for a in sigmas for b in sigmas)
    yield from (("light", a, a) for a in sigmas)
    yield from (("shadow", a, a) for a in sigmas)


def main(most: int = 20, backgrounds: str = "mean", widths: str = "8,15,25,40") -> None:
    if not DATA.is_dir():
        print(MISSING)
        return
    sigmas = [float(w) for w in widths.split(",")]
    handle, rows, used = squeezenet(), {}, 0
    model = handle.loaded
    with model.ready(), torch.inference_mode():
        for photograph in photographs():
            if used == int(most):
                break
            source = model.prepare(sv.load_input(photograph.path).picture)
            probabilities = model.probabilities(model(source.tensor))[0]
            if int(probabilities.argmax()) != photograph.label:
                continue
            used += 1
            for background in backgrounds.split(","):
                tables = {s: score_tables(model, source.tensor, photograph.label, background, s) for s in sigmas}
                judge(rows, tables, float(probabilities[photograph.label]), source, photograph, background, sigmas)
    print(f"{used} correctly classified photographs; widths in pixels of 227")
    print(f"{'background':11}{'mode':8}{'light':>6}{'shadow':>7}{'spatial':>8}{'hits':>7}{'mass':>7}{'small':>7}")
    for (background, mode, one, two, sp), (hit, mass, small) in sorted(rows.items(), key=lambda r: -np.mean(r[1][1])):
        few = f"{np.mean(small):7.3f}" if small else "      -"
        print(f"{background:11}{mode:8}{one:6.0f}{two:7.0f}{sp:8.0f}{np.mean(hit):7.3f}{np.mean(mass):7.3f}{few}")


if __name__ == "__main__":
    main(*sys.argv[1:])
