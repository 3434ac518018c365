"""Files of volumes, built byte by byte so that every field of a header can be made wrong. Nothing is stored."""

import gzip
import struct

import numpy as np
from nibabel.analyze import header_dtype as ANALYZE
from nibabel.nifti1 import header_dtype as NIFTI1
from nibabel.nifti2 import header_dtype as NIFTI2

CODES = {"uint8": 2, "int16": 4, "int32": 8, "float32": 16, "complex64": 32, "float64": 64, "int8": 256}
CODES |= {"uint16": 512, "uint32": 768, "int64": 1024, "uint64": 1280, "complex128": 1792}
SHAPE = (8, 9, 10)
AFFINE = np.array([[-2.0, 0, 0, 90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]])
"""As of an MNI template: L, A, S."""


def ramp(shape=SHAPE, dtype=np.int16):
    """Every voxel another value."""
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def nifti_fields(shape, dtype, affine=AFFINE, *, version=1, order="<", **changed):
    """One header record with the affine as a scanner's sform; `changed`: fields by nibabel's names."""
    fields = np.zeros((), (NIFTI1 if version == 1 else NIFTI2).newbyteorder(order))
    fields["sizeof_hdr"] = 348 if version == 1 else 540
    fields["magic"] = b"n+1" if version == 1 else b"n+2"
    if version == 2:
        fields["eol_check"] = (13, 10, 26, 10)
    fields["dim"] = [len(shape), *shape, *[1] * (7 - len(shape))]
    fields["datatype"], fields["bitpix"] = CODES[np.dtype(dtype).name], 8 * np.dtype(dtype).itemsize
    fields["pixdim"] = [1, *np.linalg.norm(affine[:3, :3], axis=0), 1, 1, 1, 1]
    fields["vox_offset"] = 352 if version == 1 else 544
    fields["sform_code"] = 1
    fields["xyzt_units"] = 2
    for row, name in enumerate(("srow_x", "srow_y", "srow_z")):
        fields[name] = affine[row]
    for name, value in changed.items():
        fields[name] = value
    return fields


def nifti(array=None, affine=AFFINE, *, version=1, order="<", between=bytes(4), **changed):
    """A whole .nii file; `between`: what stands between header and voxels (4 bytes where there is no extension)."""
    array = ramp() if array is None else array
    fields = nifti_fields(array.shape, array.dtype, affine, version=version, order=order, **changed)
    stored = array.astype(array.dtype.newbyteorder(order))
    return fields.tobytes() + between + stored.tobytes(order="F")


def packed(data):
    """As gzip, the same bytes each time."""
    return gzip.compress(data, mtime=0)


def pair(array=None, **changed):
    """(header, voxels) of a NIfTI pair."""
    array = ramp() if array is None else array
    fields = nifti_fields(array.shape, array.dtype, magic=b"ni1", vox_offset=0, **changed)
    return fields.tobytes(), array.tobytes(order="F")


def analyze(array=None, *, order="<", **changed):
    """(header, voxels) of Analyze 7.5."""
    array = ramp() if array is None else array
    fields = np.zeros((), ANALYZE.newbyteorder(order))
    fields["sizeof_hdr"], fields["extents"], fields["regular"] = 348, 16384, b"r"
    fields["dim"] = [len(array.shape), *array.shape, *[1] * (7 - array.ndim)]
    fields["datatype"], fields["bitpix"] = CODES[array.dtype.name], 8 * array.dtype.itemsize
    fields["pixdim"] = [0, 2, 3, 4, 0, 0, 0, 0]
    for name, value in changed.items():
        fields[name] = value
    return fields.tobytes(), array.astype(array.dtype.newbyteorder(order)).tobytes(order="F")


MGH_TYPES = {"uint8": 0, "int32": 1, "float32": 3, "int16": 4, "uint16": 10}


def mgh(array=None, directions=((-1, 0, 0), (0, 0, -1), (0, 1, 0)), *, placed=1, footer=b"", delta=(1, 1, 1)):
    """A whole .mgh file; `directions`: of each voxel axis in turn; the box's centre is at (10, 20, 30) mm."""
    array = ramp() if array is None else array
    shape = (*array.shape, *[1] * (4 - array.ndim))
    head = struct.pack(">7ih", 1, *shape, MGH_TYPES[array.dtype.name], 0, placed)
    head += struct.pack(">15f", *delta, *np.ravel(directions), 10, 20, 30)
    return head.ljust(284, b"\0") + array.astype(array.dtype.newbyteorder(">")).tobytes(order="F") + footer


def written(folder, data, name="t1.nii"):
    """The path of `data` in a new file; two parts become the files of a pair, and the header's path comes back."""
    if isinstance(data, tuple):
        header, voxels = data
        (folder / "pair.img").write_bytes(voxels)
        return written(folder, header, "pair.hdr")
    path = folder / name
    path.write_bytes(data)
    return path


HUGE_HEADER = nifti(dim=[3, 32767, 32767, 32767, 1, 1, 1, 1])
"""A file of 1.8 kB that promises 70 TB."""
