"""Valid volumes with a few bytes changed: each is read or refused in a sentence, whatever it has become."""

from collections import Counter
from pathlib import Path

import numpy as np
from volume_files import analyze, mgh, nifti, packed, pair, ramp, written

from salviewer.data.volumes import read_volume
from salviewer.errors import NeedsChoice, SalViewerError

SHAPE = (5, 4, 3)
_SMALL = ramp(SHAPE)
_FLOATS = ramp((*SHAPE, 2), np.float32)
_EXTENDED = {"between": b"\1\0\0\0" + (32).to_bytes(4, "little") + (6).to_bytes(4, "little") + bytes(24)}
SEEDS = {
    "nifti-1": ("t1.nii", nifti(_SMALL, qform_code=1, **_EXTENDED, vox_offset=384)),
    "nifti-1 pair": ("pair.hdr", pair(_SMALL)),
    "nifti-2": ("t1.nii", nifti(_FLOATS, version=2, order=">", scl_slope=2, scl_inter=1)),
    "nii.gz": ("t1.nii.gz", packed(nifti(_FLOATS))),
    "nii.gz inside": ("t1.nii.gz", nifti(_SMALL, scl_slope=0.5)),
    "mgh": ("t1.mgh", mgh(_FLOATS, footer=bytes(20))),
    "mgz": ("t1.mgz", packed(mgh(_SMALL))),
    "mgz inside": ("t1.mgz", mgh(_SMALL)),
    "analyze": ("pair.hdr", analyze(_SMALL)),
}
"""By format: the file's name, and its bytes; of those called "inside" the unpacked bytes are changed."""
ANSWERS = {"time": 1, "geometry": "ignore", "nonfinite": "zero", "complex": "magnitude"}


def mutated(data, rng):
    """`data` with 1 to 8 bytes replaced, or a 2- or 4-byte number, or a part cut out, doubled or cut off."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        at = rng.integers(len(changed) if rng.random() < 0.3 else min(360, len(changed)))
        changed[at] = rng.choice([0, 1, 4, 16, 127, 128, 255, rng.integers(256)])
    way = rng.integers(10)
    a, b = sorted(rng.integers(len(changed), size=2))
    if way == 0:
        del changed[a:b]
    elif way == 1:
        changed[b:b] = changed[a:b]
    elif way == 2:
        del changed[a:]
    elif way == 3:
        changed[a : a + 4] = rng.choice([0x7F800000, 0x7FC00000, 0xFF7FFFFF, 0x7FFFFFFF], 1).astype("<u4").tobytes()
    return bytes(changed)


def outcomes(kind, count, folder: Path):
    """How often each outcome came of `count` mutants of format `kind`: "read" or an error's code.

    Whatever is not a `SalViewerError` is not caught.
    """
    rng = np.random.default_rng(list(kind.encode()))
    name, seed = SEEDS[kind]
    found = Counter()
    for _ in range(count):
        if isinstance(seed, tuple):
            data = (mutated(seed[0], rng), mutated(seed[1], rng) if rng.random() < 0.2 else seed[1])
        else:
            data = mutated(seed, rng)
            data = packed(data) if kind.endswith("inside") else data
        path = written(folder, data, name)
        found[_outcome(path, {})] += 1
        found[f"answered: {_outcome(path, ANSWERS)}"] += 1
    return found


def _outcome(path, options):
    try:
        volume = read_volume(path, options)
    except SalViewerError as e:
        _check_error(e, answered=bool(options))
        return e.code
    _check_volume(volume)
    return "read"


def _check_error(error, *, answered):
    assert error.code, error
    text = str(error)
    assert text.endswith(".")
    assert "\n" not in text
    assert not (answered and isinstance(error, NeedsChoice)), text


def _check_volume(volume):
    assert volume.array.ndim == 3
    assert volume.array.dtype.isnative
    assert volume.array.dtype.name in ("float32", "uint8", "int8", "uint16", "int16", "uint32", "int32")
    assert np.isfinite(volume.array).all()
    assert volume.affine.shape == (4, 4)
    assert volume.affine.dtype == np.float64
    assert np.isfinite(volume.affine).all()
    assert np.linalg.matrix_rank(volume.affine) == 4 or max(volume.spacing) > 1e3 * min(volume.spacing)
    assert volume.axcodes is None or len({frozenset(c) for c in volume.axcodes}) == 3
    assert len(volume.sha256) == 64
    assert all("\n" not in note.text for note in volume.warnings)
