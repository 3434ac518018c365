"""A path of neurons as JSON (layers, units, links) and as CSV (a row per unit).

What each field is and in which unit stands in `FIELDS`, which goes along in the JSON.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from salviewer.api.evidence import Evidence
from salviewer.api.neurons import NeuronPath
from salviewer.errors import InvalidChoice

FORMAT, VERSION = "salviewer neuron path", 1
FIELDS = {
    "unit": "number of the unit, from 0; 0 belongs to the class, the last ones to the pixels",
    "layer": "number of its layer, from 0, the class; the last layer is the input",
    "layer_name": "the layer as the model calls it",
    "kind": "what the layer does",
    "channel": "number of the channel, from 0; of a linear layer the unit, of the class its index",
    "z": "index on the layer's own grid, from 0; empty where the layer has no grid",
    "y": "as z",
    "x": "as z",
    "score": "its score as of the unit that chose it with the highest one; no unit",
    "z_cur": "its activation times its weight to the unit that chose it, in units of that one's activation",
    "z_pre": "the largest activation times weight that reaches it from the layer before, in units of its activation",
    "z_suc": "for how many chosen units of the layer nearer to the class it has the highest z_cur; a count",
    "field_low": "edges of its receptive field on the model's input, in pixels, x first: where it begins",
    "field_high": "and where it ends",
    "links": "pairs of units: the first, nearer to the class, chose the second",
}
_SUPPORT = ("z_cur", "z_pre", "z_suc")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def path_in(evidence: tuple[Evidence, ...]) -> NeuronPath:
    """The path of neurons among `evidence`. Raises `InvalidChoice` where there is none."""
    for one in evidence:
        if isinstance(one, NeuronPath):
            return one
    raise InvalidChoice(
        "This explanation has no path of neurons: export one that a method for neurons made, such as "
        "“discernible-neurons”.",
        code="no-neurons",
    )


def neuron_json(path: NeuronPath, about: Mapping[str, Any] | None = None) -> str:
    """The path as JSON. `about`: facts on how it came about, JSON values; a number that is not known is null."""
    names = _axes(path)
    layers = [
        {"layer": i, **layer, "chosen": path.in_layer(i).stop - path.in_layer(i).start}
        for i, layer in enumerate(path.layers)
    ]
    units = [
        {
            "unit": i,
            "layer": int(path.layer[i]),
            "channel": int(path.channel[i]),
            **{name: int(at) if at >= 0 else None for name, at in zip(names, path.place[i], strict=True)},
            "score": _known(path.score[i]),
            **{name: _known(value) for name, value in zip(_SUPPORT, path.support[i], strict=True)},
            "field_low": [_known(v) for v in path.fields[i][: len(names)]],
            "field_high": [_known(v) for v in path.fields[i][len(names) :]],
        }
        for i in range(len(path.layer))
    ]
    whole = {
        "format": FORMAT, "version": VERSION, "name": path.name, "about": dict(about or {}),
        "weights": path.weights, "fields": FIELDS, "layers": layers, "units": units, "links": path.links.tolist(),
    }  # fmt: skip
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False, default=str)


def neuron_csv(path: NeuronPath) -> str:
    """A line of names, then a line per unit; lines end with CRLF, as RFC 4180 has it. What is not known is empty.

    The last two columns are the units that chose it and that it chose, with spaces between them.
    """
    names = _axes(path)
    edges = [f"{axis}{end}" for end in (0, 1) for axis in names[::-1]]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["unit", "layer", "layer_name", "kind", "channel", *names, "score", *_SUPPORT,
                     *(f"field_{edge}" for edge in edges), "chosen_by", "chose"])  # fmt: skip
    chose, chosen_by = (_partners(path.links, way, len(path.layer)) for way in (0, 1))
    for i in range(len(path.layer)):
        layer = path.layers[int(path.layer[i])]
        numbers = (path.score[i], *path.support[i], *path.fields[i])
        writer.writerow(
            [i, int(path.layer[i]), _cell(str(layer.get("name", ""))), _cell(str(layer.get("kind", ""))),
             int(path.channel[i]), *(int(at) if at >= 0 else "" for at in path.place[i]),
             *("" if (value := _known(number)) is None else f"{value:.6g}" for number in numbers),
             chosen_by[i], chose[i]]
        )  # fmt: skip
    return out.getvalue()


def _axes(path: NeuronPath) -> tuple[str, ...]:
    return ("z", "y", "x")[-path.place.shape[1] :]


def _partners(links: np.ndarray, way: int, count: int) -> list[str]:
    found: list[list[str]] = [[] for _ in range(count)]
    for link in links.tolist():
        found[link[way]].append(str(link[1 - way]))
    return [" ".join(one) for one in found]


def _known(value: Any) -> float | None:
    """As few digits as give the same float32 again."""
    return float(str(np.float32(value))) if math.isfinite(value) else None


def _cell(text: str) -> str:
    """`text`, kept from being taken for a formula: names come from files that anybody may have made."""
    return f"'{text}" if text.startswith(_FORMULA) else text
