"""FGVis, Table 1: how often a class that is not there is generated, with the defence and without (SqueezeNet).

python -m benchmarks.fgvis_adversarial [number of photographs] [iterations]

The least likely class, or the next where a grey picture is taken for it, in photographs whose true class has a
probability of CONFIDENT or more; the generation game at sparsity 0. The sample networks have a recipe for the same:
salviewer evaluate --recipe fgvis-table-1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch

import salviewer as sv
from benchmarks.photographs import DATA, MISSING, Photograph, photographs, squeezenet
from salviewer.models.loaded import LoadedModel

CONFIDENT = 0.995


def confident(handle: Any) -> Iterator[tuple[Photograph, int]]:
    """Photographs that qualify, each with the class that is to be generated."""
    model: LoadedModel = handle.loaded
    for one in photographs():
        x = handle.shelf.input(sv.load_input(one.path).ref, model).tensor
        with model.ready(), torch.no_grad():
            logits = model(torch.cat([x, torch.zeros_like(x)]))
        if float(model.probabilities(logits)[0, one.label]) >= CONFIDENT:
            grey = int(logits[1].argmax())
            yield one, next(i for i in torch.argsort(logits[0]).tolist() if i != grey)


def main(limit: int = 5, iterations: int = 100) -> None:
    """Print, per photograph, what the class reaches, and the shares at the end."""
    if not DATA.is_dir():
        print(MISSING)
        return
    handle, made = squeezenet(), {False: 0, True: 0}
    chosen = list(islice(confident(handle), limit))
    for one, absent in chosen:
        for defended in made:
            params = {"game": "generation", "sparsity": 0.0, "defence": defended, "iterations": iterations}
            found = sv.explain(handle, sv.load_input(one.path), "fgvis", target=absent, params=params)
            mask = next(e for e in found.evidence if e.kind == "masks")
            made[defended] += mask.top[0][0] == handle.classes[absent]
            how = "defended" if defended else "no defence"
            print(one.path.name, handle.classes[absent], how, f"{mask.score:.4f}", flush=True)
    for defended, count in made.items():
        print(f"{'defended' if defended else 'no defence'}: {count} of {len(chosen)}")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:3]))
