"""The corpus of bad volumes: what each is, and what must become of it. No file of it is stored."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from volume_files import AFFINE, HUGE_HEADER, SHAPE, nifti, packed, ramp

from salviewer.errors import NeedsChoice, UnreadableInput

HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>" * 6
GZ = "t1.nii.gz"


@dataclass(frozen=True)
class Case:
    """`make(rng)` gives the bytes of a file called `file`.

    outcome: "R" refused and "A" asked, both with `code`; "W" and "C" read with a note `code`; "OK" read without any.
    option: the one that is asked for; answers: options with which the file is read. says: part of the sentence.
    """

    number: str
    name: str
    outcome: str
    code: str
    make: Callable
    file: str = "t1.nii"
    says: str = ""
    option: str = ""
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self):
        """The type of the refusal or question; None where the file is read."""
        return {"R": UnreadableInput, "A": NeedsChoice}.get(self.outcome)


def _cut(data, share):
    return data[: int(len(data) * share)]


def _noise(rng, shape=SHAPE):
    return rng.integers(-999, 999, shape, dtype=np.int16)


def _bad_crc(rng):
    data = bytearray(packed(nifti(_noise(rng))))
    data[-8] ^= 0xFF
    return bytes(data)


def _bit_flip(rng):
    data = bytearray(packed(nifti(_noise(rng))))
    data[len(data) // 2] ^= 0x55
    return bytes(data)


def _changed(array=None, affine=AFFINE, **fields):
    return lambda rng: nifti(array, affine, **fields)


def _affine(row, column, value):
    found = AFFINE.copy()
    found[row, column] = value
    return found


def _floats(*wrong):
    found = ramp(dtype=np.float32)
    found.flat[: len(wrong)] = wrong
    return found


def _extension(size):
    block = b"\1\0\0\0" + struct.pack("<ii", size, 6) + bytes(24)
    return lambda rng: nifti(between=block, vox_offset=384)


def _ask(number, name, code, make, answers, file="t1.nii", says=""):
    (option,) = answers
    return Case(number, name, "A", code, make, file, says, option, answers)


QFORM = {"sform_code": 0, "qform_code": 1, "qoffset_x": -90, "qoffset_y": -126, "qoffset_z": -72}
UNPLACED = {"sform_code": 0, "qform_code": 0}

IGNORE, BY_SFORM, BY_QFORM = ({"geometry": choice} for choice in ("ignore", "sform", "qform"))

CASES = (
    Case("N1", "empty", "R", "empty-file", lambda rng: b"", says="0 bytes"),
    Case("N1", "empty gz", "R", "empty-file", lambda rng: b"", GZ),
    Case("N1", "gz of nothing", "R", "empty-file", lambda rng: packed(b""), GZ),
    Case("N2", "header only", "R", "truncated", lambda rng: nifti()[:352], says="1,792 bytes by its header"),
    Case("N2", "header without its last bytes", "R", "truncated", lambda rng: nifti()[:348], says="1,792 bytes"),
    Case("N2", "header only gz", "R", "truncated", lambda rng: packed(nifti()[:352]), GZ, "has 352"),
    Case("N3", "truncated header", "R", "truncated", lambda rng: nifti()[:200], says="200 of 348"),
    Case("N3", "truncated header gz", "R", "truncated", lambda rng: packed(nifti()[:200]), GZ),
    Case("N3", "truncated header 2", "R", "truncated", lambda rng: nifti(version=2)[:400], says="400"),
    Case("N4", "data cut", "R", "truncated", lambda rng: _cut(nifti(), 0.7), says="1,792 bytes"),
    Case("N4", "data cut gz", "R", "truncated", lambda rng: packed(_cut(nifti(), 0.7)), GZ),
    Case("N5", "truncated gz", "R", "truncated-gz", lambda rng: _cut(packed(nifti(_noise(rng))), 0.7), GZ),
    Case("N5", "gz cut in its trailer", "R", "truncated-gz", lambda rng: packed(nifti())[:-3], GZ),
    Case("N6", "gz with bad checksum", "R", "corrupt-gz", _bad_crc, GZ),
    Case("N6", "gz with a flipped bit", "R", "corrupt-gz", _bit_flip, GZ),
    Case("N7", "plain named gz", "C", "misnamed", _changed(), GZ, "not packed"),
    Case("N7", "gz named nii", "C", "misnamed", lambda rng: packed(nifti()), says="packed"),
    Case("N8", "huge dims", "R", "size-mismatch", lambda rng: HUGE_HEADER),
    Case("N8", "huge dims gz", "R", "size-mismatch", lambda rng: packed(HUGE_HEADER), GZ),
    Case("N8", "huge dims 2", "R", "size-mismatch", _changed(version=2, dim=[3, 2**40, 2**40, 2**40, 1, 1, 1, 1])),
    Case("N9", "negative dim", "R", "bad-dims", _changed(dim=[3, -8, 9, 10, 1, 1, 1, 1]), says="-8 × 9 × 10"),
    Case("N10", "zero dim", "R", "bad-dims", _changed(dim=[3, 0, 9, 10, 1, 1, 1, 1]), says="0 × 9 × 10"),
    Case("N11", "9 axes", "R", "bad-dims", _changed(dim=[9, 8, 9, 10, 1, 1, 1, 1]), says="9 axes"),
    Case("N12", "0 axes", "R", "bad-dims", _changed(dim=[0, 8, 9, 10, 1, 1, 1, 1]), says="0 axes"),
    _ask("N13", "nan affine", "bad-affine", _changed(affine=_affine(0, 0, np.nan)), IGNORE),
    _ask("N13", "nan origin, qform", "bad-affine", _changed(affine=_affine(1, 3, np.nan), qform_code=1), BY_QFORM),
    _ask("N14", "inf affine", "bad-affine", _changed(affine=_affine(2, 2, np.inf)), IGNORE),
    _ask("N15", "singular affine", "bad-affine", _changed(affine=_affine(2, 2, 0)), IGNORE),
    _ask("N15", "two parallel axes", "bad-affine", _changed(affine=AFFINE[[0, 0, 2, 3]]), IGNORE),
    Case("N16", "zero pixdim", "W", "assumed-spacing", _changed(**QFORM, pixdim=[1, 0, 2, 2, 1, 1, 1, 1]), says="x"),
    _ask("N17", "impossible quaternion", "bad-affine", _changed(**QFORM, quatern_b=0.9, quatern_c=0.9), BY_SFORM),
    _ask("N17", "nan quaternion", "bad-affine", _changed(**QFORM, quatern_d=np.nan), IGNORE),
    Case("N18", "no orientation", "W", "orientation-unknown", _changed(**UNPLACED), says="no letters"),
    Case("N19", "sform is not qform", "W", "affine-conflict", _changed(**(QFORM | {"sform_code": 4})), says="mni152"),
    Case("N20", "nan slope", "W", "bad-scale", _changed(scl_slope=np.nan)),
    Case("N20", "inf slope", "W", "bad-scale", _changed(scl_slope=np.inf)),
    Case("N21", "huge slope", "W", "overflow-risk", _changed(scl_slope=3e38), says="718 values"),
    Case("N21", "large slope", "W", "overflow-risk", _changed(scl_slope=1e20), says="may overflow"),
    Case("N21", "huge doubles", "W", "overflow-risk", _changed(ramp(dtype=np.float64) * 1e300), says="719 values"),
    Case("N22", "slope 0", "C", "no-scale", _changed(scl_slope=0, scl_inter=5)),
    Case("N22", "slope and intercept 0", "OK", "", _changed(scl_slope=0, scl_inter=0)),
    Case("N23", "unknown datatype", "R", "unsupported-dtype", _changed(datatype=9999), says="9999"),
    Case("N24", "bitpix", "W", "header-inconsistent", _changed(bitpix=32), says="32 bits"),
    Case("N25", "negative offset", "R", "bad-offset", _changed(vox_offset=-100), says="-100"),
    Case("N25", "offset beyond the file", "R", "bad-offset", _changed(vox_offset=1e9)),
    Case("N25", "offset nan", "R", "bad-offset", _changed(vox_offset=np.nan), says="nan"),
    Case("N25", "offset in the header", "R", "bad-offset", _changed(vox_offset=200)),
    Case("N25", "offset within a number", "R", "bad-offset", _changed(vox_offset=352.5)),
    Case("N25", "offset 0", "W", "header-inconsistent", _changed(vox_offset=0), says="352"),
    Case("N26", "bad magic", "R", "not-nifti", _changed(magic=b"xyz")),
    Case("N26", "web page", "R", "not-nifti", lambda rng: HTML, says="looks like a web page"),
    Case("N26", "web page gz", "R", "not-nifti", lambda rng: packed(HTML), GZ, "looks like a web page"),
    Case("N26", "picture", "R", "not-nifti", lambda rng: b"\x89PNG\r\n\x1a\n" + bytes(400), says="PNG"),
    Case("N27", "sizeof_hdr", "W", "header-inconsistent", _changed(sizeof_hdr=12345), says="own length"),
    Case("N27", "sizeof_hdr, big-endian", "W", "header-inconsistent", _changed(sizeof_hdr=12345, order=">")),
    Case("N28", "big-endian", "OK", "", _changed(order=">")),
    _ask("N29", "4D", "time", _changed(ramp((*SHAPE, 5))), {"time": "5"}, says="5 volumes"),
    Case("N30", "4D singleton", "C", "squeezed", _changed(ramp((*SHAPE, 1)))),
    Case("N30", "5D", "R", "ndim", _changed(ramp((*SHAPE, 1, 3))), says="5 axes"),
    Case("N30", "2D", "R", "ndim", _changed(ramp(SHAPE[:2])), says="save it as PNG"),
    Case("N31", "all nan", "R", "no-finite-voxels", _changed(np.full(SHAPE, np.nan, np.float32))),
    _ask("N32", "some nan", "non-finite", _changed(_floats(np.nan, np.inf)), {"nonfinite": "zero"}, says="2 voxels"),
    _ask("N32", "some nan gz", "non-finite", lambda rng: packed(nifti(_floats(-np.inf))), {"nonfinite": "zero"}, GZ),
    Case("N33", "constant", "W", "constant-image", _changed(np.full(SHAPE, 7, np.uint8)), says="7"),
    _ask("N34", "complex", "complex", _changed(ramp(dtype=np.complex64)), {"complex": "magnitude"}),
    Case("N34", "colours", "R", "rgb-volume", _changed(datatype=128, bitpix=24), says="colours"),
    Case("N35", "extension too long", "W", "bad-extension", _extension(2**30)),
    Case("N35", "extension negative", "W", "bad-extension", _extension(-16)),
    Case("N35", "extension of nothing", "W", "bad-extension", _extension(0)),
    Case("N35", "good extension", "OK", "", _extension(32)),
    Case("N37", "trailing data", "W", "trailing-data", lambda rng: nifti() + b"x"),
    Case("N37", "trailing data gz", "W", "trailing-data", lambda rng: packed(nifti() + b"x"), GZ),
    Case("N37", "junk after the gz", "W", "trailing-data", lambda rng: packed(nifti()) + b"junk", GZ),
    Case("N37", "megabytes in the gz", "W", "trailing-data", lambda rng: packed(nifti() + bytes(2**22)), GZ),
    Case("N39", "int64 that fits", "C", "converted", _changed(ramp(dtype=np.int64))),
    Case("N39", "uint64 that does not fit", "R", "unsupported-dtype", _changed(ramp(dtype=np.uint64) + 2**63)),
    Case("N39", "float128", "R", "unsupported-dtype", _changed(datatype=1536, bitpix=128), says="128-bit"),
    Case("N40", "tiny voxels", "W", "implausible-spacing", _changed(affine=np.diag([1e-4, 1e-4, 1e-4, 1]))),
    Case("N40", "huge voxels", "W", "implausible-spacing", _changed(affine=np.diag([1e6, 1e6, 1e6, 1]))),
)
