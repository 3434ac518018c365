"""An explanation as one .safetensors file and back, without torch. Arrays by "index/field"; all else is JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.evidence import Evidence, rebuild
from salviewer.api.explanation import Explanation
from salviewer.api.space import GridMap
from salviewer.errors import UnreadableInput

if TYPE_CHECKING:
    import numpy as np

FORMAT = "salviewer-explanation-1"


def pack_arrays(evidence: Evidence) -> bytes:
    """The evidence's arrays as safetensors bytes."""
    import numpy as np  # noqa: PLC0415 - the api loads without numpy
    from safetensors.numpy import save  # noqa: PLC0415

    return save({name: np.ascontiguousarray(a) for name, a in evidence.arrays().items()})


def unpack_arrays(blob: bytes) -> dict[str, np.ndarray]:
    """The inverse of `pack_arrays`."""
    from safetensors.numpy import load  # noqa: PLC0415 - the api loads without numpy

    return load(blob)


def describe(evidence: Evidence) -> dict[str, Any]:
    """Kind and facts of a piece of evidence, for JSON."""
    kind = getattr(evidence, "stored_kind", "") or evidence.kind
    return {"kind": kind, "facts": evidence.facts()}


def facts_of(explanation: Explanation) -> dict[str, Any]:
    """All of an explanation but its arrays, for JSON."""
    return {
        "notes": list(explanation.notes),
        "stopped": explanation.stopped,
        "grid": explanation.grid.as_dict() if explanation.grid else None,
        "provenance": dict(explanation.provenance),
    }


def compose(evidence: list[Evidence], facts: dict[str, Any]) -> Explanation:
    """The inverse of `facts_of`, given the evidence."""
    grid = GridMap.from_dict(facts["grid"]) if facts["grid"] else None
    return Explanation(tuple(evidence), tuple(facts["notes"]), facts["stopped"], grid, facts["provenance"])


def write(explanation: Explanation, path: Path) -> Path:
    """Write `explanation` to `path`, whole or not at all."""
    import numpy as np  # noqa: PLC0415 - the api loads without numpy
    from safetensors.numpy import save  # noqa: PLC0415

    arrays = {
        f"{i}/{name}": np.ascontiguousarray(array)
        for i, e in enumerate(explanation.evidence)
        for name, array in e.arrays().items()
    }
    head = facts_of(explanation) | {"format": FORMAT, "evidence": [describe(e) for e in explanation.evidence]}
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(save(arrays, metadata={"salviewer": json.dumps(head)}))
    os.replace(draft, path)
    return path


def read(path: Path) -> Explanation:
    """The explanation stored at `path`.

    Raises:
        UnreadableInput: the file is not one that `write` made.
    """
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - the api loads without numpy

    try:
        with safe_open(path, framework="numpy") as f:
            head = json.loads((f.metadata() or {}).get("salviewer", "{}"))
            if head.get("format") != FORMAT:
                raise UnreadableInput(
                    f"{path.name} is no SalViewer explanation: open a file that “save” wrote.", code="not-explanation"
                )
            arrays = {key: f.get_tensor(key) for key in f.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError, ValueError) as e:
        raise UnreadableInput(
            f"{path.name} cannot be read as a SalViewer explanation ({e}).", code="not-explanation"
        ) from e
    evidence = []
    for i, item in enumerate(head["evidence"]):
        own = {key.partition("/")[2]: a for key, a in arrays.items() if key.partition("/")[0] == str(i)}
        evidence.append(rebuild(item["kind"], own, item["facts"]))
    return compose(evidence, head)
