"""The file of a path of neurons: what its ending says, without path or file name of the picture."""

from __future__ import annotations

from salviewer.api.explanation import Explanation
from salviewer.data.neuron_export import neuron_csv, neuron_json, path_in
from salviewer.jobs.deidentified import cleaned

ENDINGS = (".json", ".csv")


def neuron_bytes(explanation: Explanation, ending: str, *, with_name: bool = False) -> bytes:
    """The explanation's path of neurons as `ending` (of `ENDINGS`) has it, UTF-8; CSV with its mark, for spreadsheets.

    Raises `InvalidChoice` where it has none.
    """
    told = cleaned(explanation, with_name=with_name)
    path = path_in(told.evidence)
    if ending == ".csv":
        return neuron_csv(path).encode("utf-8-sig")
    known = ("method", "title", "params", "target", "model", "input", "seed")
    return neuron_json(path, {key: told.provenance[key] for key in known if key in told.provenance}).encode()
