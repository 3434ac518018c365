"""Headers of FreeSurfer's MGH and MGZ volumes: 284 bytes, always big-endian, more of it after the voxels."""

from __future__ import annotations

import numpy as np

from salviewer.data.volume_geometry import Placement
from salviewer.data.volume_header import VolumeHeader, checked_dtype, cut_off
from salviewer.data.volume_stream import VolumeStream

START = 284
"""Where the voxels begin."""
_DTYPES = {0: "u1", 1: ">i4", 3: ">f4", 4: ">i2", 10: ">u2"}
_FIELDS = np.dtype(
    [
        *(("version", ">i4"), ("dims", ">i4", 4), ("type", ">i4"), ("dof", ">i4"), ("placed", ">i2")),
        *(("delta", ">f4", 3), ("directions", ">f4", (3, 3)), ("centre", ">f4", 3)),
    ]
)


def read_mgh_header(stream: VolumeStream) -> VolumeHeader:
    """The header at the start of `stream`. Raises `UnreadableInput`: "truncated", "unsupported-dtype"."""
    block = stream.peek(START)
    if len(block) < START:
        raise cut_off(stream.name, START, len(block))
    fields = np.frombuffer(block, _FIELDS, 1)[0]
    code = int(fields["type"])
    known = np.dtype(_DTYPES[code]) if code in _DTYPES else None
    dtype = checked_dtype(stream.name, known, f"kind {code}")
    *sizes, frames = (int(n) for n in fields["dims"])
    shape = (*sizes,) if frames == 1 else (*sizes, frames)
    return VolumeHeader(shape, dtype, START, (_placement(fields, shape),), open_ended=True)


def _placement(fields: np.void, shape: tuple[int, ...]) -> Placement:
    """The centre of the box lies at `centre`; without a valid flag only the sizes are taken, as far as they can be."""
    delta = fields["delta"].astype(np.float64)
    if int(fields["placed"]) != 1:
        sizes = np.where(np.isfinite(delta) & (delta > 0), delta, 1.0)
        return Placement("pixdim", np.diag([*sizes, 1.0]), oriented=False)
    affine = np.eye(4)
    # The file has the direction of one voxel axis after the other.
    affine[:3, :3] = fields["directions"].astype(np.float64).T * delta
    affine[:3, 3] = fields["centre"] - affine[:3, :3] @ (np.array(shape[:3]) / 2)
    return Placement("mgh", affine, "scanner")
