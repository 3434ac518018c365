"""A map as a NIfTI file on its volume's own grid, and what it says beside it as JSON.

The header is made anew: grid, space, unit of length and the program's name, and nothing of the volume's own header.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from salviewer.errors import InvalidChoice, Unavailable

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api.evidence import Heatmap
    from salviewer.api.explanation import Explanation
    from salviewer.api.space import GridMap

ENDINGS: Final = (".nii.gz", ".nii")
_SPACE_CODES: Final = {"scanner": 1, "aligned": 2, "talairach": 3, "mni152": 4}
"""Of NIfTI; any other space is one that something was aligned to."""
_ROUNDING: Final = 1e-4
"""What a quaternion's 32 bits may change of an affine's numbers."""


def write_nifti(explanation: Explanation, path: Path, evidence: Heatmap | None = None) -> Path:
    """Write the map of `explanation` (the first by default) to `path`, and its sidecar beside it.

    float32; NaN where the model saw nothing. Each file is written whole or not at all.

    Raises:
        InvalidChoice: the map is not of a volume, `path` does not end in .nii or .nii.gz, or it is the scan itself.
        Unavailable: the folder cannot be written to.
    """
    ending = next((e for e in ENDINGS if path.name.lower().endswith(e)), None)
    if ending is None:
        raise InvalidChoice(f"{path.name} ends in neither .nii nor .nii.gz: give it one of these.", code="bad-ending")
    grid = explanation.grid
    if grid is None or grid.affine is None:
        raise InvalidChoice(
            "This map is not of a volume, so that it has no place in a NIfTI file: keep it with `save`.",
            code="not-volume",
        )
    if _is_source(path, explanation):
        raise InvalidChoice(
            f"{path.name} is the scan that was explained, which is never written to: give the map another name.",
            code="is-source",
        )
    data = _image(explanation.on_input(evidence), grid)
    about = json.dumps(sidecar(explanation, evidence), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        _replaced(path.with_name(path.name[: -len(ending)] + ".json"), about.encode())
        # without a name and a time within, the same map gives the same bytes
        return _replaced(path, gzip.compress(data, 6, mtime=0) if ending == ".nii.gz" else data)
    except OSError as e:
        raise Unavailable(
            f"{path.name} cannot be written ({e.strerror or e}): choose another folder.", code="cannot-write"
        ) from e


def sidecar(explanation: Explanation, evidence: Heatmap | None = None) -> dict[str, Any]:
    """What a map's JSON file says of it, in the way of BIDS derivatives; names and hashes, never paths."""
    about, shown = explanation.provenance, evidence or explanation.evidence[0]
    grid, source = explanation.grid, about.get("input", {})
    target = about.get("target", {})
    says = f" for “{target['label']}” ({target.get('output', '')})" if target.get("label") else ""
    version = about.get("versions", {}).get("salviewer", "")
    facts = {
        "Description": f"{about.get('title', 'A map')}: {shown.name}{says}",
        "Sources": [source["name"]] if source.get("name") else [],
        "SourceSHA256": source.get("sha256", ""),
        "SpatialReference": "orig",
        "Space": grid.space if grid is not None else "",
        "Units": getattr(shown, "unit", "") or "arbitrary",
        "Signed": bool(getattr(shown, "signed", False)),
        "OutsideFieldOfView": "NaN",
        "Method": about.get("method", ""),
        "MethodVersion": about.get("plugin", ""),
        "Parameters": about.get("params", {}),
        "Target": target,
        "Seed": about.get("seed"),
        "Model": {k: v for k, v in about.get("model", {}).items() if k in ("architecture", "sha256", "variant")},
        "Preprocessing": about.get("model", {}).get("preprocessing", {}),
        "Steps": list(grid.steps) if grid is not None else [],
        "Notes": list(explanation.notes),
        "Fingerprint": about.get("fingerprint", ""),
        "GeneratedBy": [{"Name": "SalViewer", "Version": version}],
    }
    return {key: _plain(value) for key, value in facts.items() if value not in ("", [], {}, None)}


def _is_source(path: Path, explanation: Explanation) -> bool:
    """Whether the file at `path` holds the bytes that were explained."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == explanation.provenance.get("input", {})["sha256"]
    except (OSError, KeyError):
        return False


def _image(values: np.ndarray, grid: GridMap) -> bytes:
    import nibabel  # noqa: PLC0415 - the api loads without it
    import numpy as np  # noqa: PLC0415 - the same

    affine = np.array(grid.affine, np.float64)
    image = nibabel.Nifti1Image(np.asarray(values, np.float32), affine)
    image.header.set_xyzt_units("mm")
    code = _SPACE_CODES.get(grid.space, 2) if grid.axcodes else 0  # 0: nobody knows which way the axes point
    image.set_sform(affine, code)
    image.set_qform(affine, code, strip_shears=True)
    if not np.allclose(image.get_qform(), affine, atol=_ROUNDING):  # sheared: no qform can say that
        image.set_qform(affine, 0, strip_shears=True)
    image.header["descrip"] = b"SalViewer"
    return image.to_bytes()


def _plain(value: Any) -> Any:
    """`value` for JSON, which knows no NaN."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _replaced(path: Path, data: bytes) -> Path:
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(data)
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return path
