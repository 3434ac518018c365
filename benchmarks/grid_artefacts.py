"""How plainly maps of filters show the network's grid: led back with its own strides, and at stride 1.

    python -m benchmarks.grid_artefacts [photographs]

For layers of the real SqueezeNet (with the photographs of ../shared/data) and of the sample network: of each picture
the filters that answer most strongly, and `grid_peak` of their maps at the step of the layer, the product of the
strides below it. 1 is no grid. Told are the median over pictures and filters, and the share of maps in which stride 1
shows less.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Sequence

import numpy as np
import torch

import salviewer as sv
from benchmarks.photographs import DATA, MISSING, photographs, squeezenet
from salviewer.api import Picture
from salviewer.jobs.labels import spread
from salviewer.numeric.call_graph import record
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.grid_peak import grid_peak
from salviewer.numeric.receptive_field import geometry
from salviewer_plugins.interpretation.channel_norms import Layer, layers_and_norms
from salviewer_plugins.interpretation.filter_maps import Filter, led_back

FILTERS = 4
"""Of each layer and picture, the strongest."""


def main(count: int) -> None:
    """Print a table per network."""
    torch.set_num_threads(1)
    flowers = sv.collection("an8flower-single-6c", subset="held-out")
    some = [flowers[at].picture for at in spread(len(flowers), count)]
    compare("sample network", sv.load_model("an8flower-cnn", "fold-0"), some, ("relu1", "relu2", "relu3", "relu4"))
    if not DATA.is_dir():
        print(MISSING)
        return
    shown = [sv.load_input(one.path).picture for one in itertools.islice(photographs(), count)]
    names = ("features.1", "features.3.expand3x3_activation", "features.5.expand3x3_activation",
             "features.8.expand3x3_activation", "features.12.expand3x3_activation")  # fmt: skip
    compare("SqueezeNet", squeezenet(), shown, names)


def compare(title: str, opened: sv.OpenedModel, pictures: Iterable[Picture], names: Sequence[str]) -> None:
    """Print the peaks of one network's layers."""
    model, peaks, steps = opened.loaded, {name: [] for name in names}, {}
    with model.ready():
        for picture in pictures:
            x = model.prepare(picture).tensor
            layers, norms, _ = layers_and_norms(model.module, x, model, len(model.classes))
            graph = record(model.module, x, model, title="The grid", allowed=frozenset(Kind))
            nodes = {node.number: node for node in graph.nodes}
            starts = np.cumsum([0, *(layer.channels for layer in layers)])
            for name in names:
                at = next(i for i, layer in enumerate(layers) if layer.name == name and layer.kind == "relu")
                step = steps[name] = geometry(graph, nodes[layers[at].number]).stride[0]
                strongest = norms[0, starts[at] : starts[at + 1]].argsort(descending=True)[:FILTERS].tolist()
                if step > 1:
                    peaks[name] += both(opened, x, layers[at], strongest, step)
    print(f"{title}: layer, step, peak with its own strides, at stride 1, share of maps with less at stride 1")
    for name, found in peaks.items():
        if found:
            own, one = np.nanmedian(found, axis=0)
            print(
                f"{name:36s} {steps[name]:3d} {own:9.2f} {one:9.2f} {np.mean([b < a for a, b in found]):9.0%}",
                flush=True,
            )
        else:
            print(f"{name:36s} {steps[name]:3d}   no stride below it", flush=True)


def both(
    opened: sv.OpenedModel, x: torch.Tensor, layer: Layer, channels: list[int], step: int
) -> list[tuple[float, float]]:
    """Per filter the peaks with the network's own strides, and at stride 1."""
    model = opened.loaded
    filters = [Filter(layer, channel) for channel in channels]
    many = x.expand(len(filters), *x.shape[1:])
    maps = [led_back(model, model.module, many, filters, stride_one=one).abs().amax(1).numpy() for one in (False, True)]
    return [(grid_peak(own, step), grid_peak(one, step)) for own, one in zip(*maps, strict=True)]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
