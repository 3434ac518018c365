"""The corpus of bad DICOM files and folders: what each is, and what must be said about it. No file of it is stored."""

import logging
import struct
import warnings
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from dicom_series import AXIAL, MR, _item, dataset, enhanced, file_bytes, ramp, slices
from pydicom.sequence import Sequence
from pydicom.uid import MPEG2MPML, DeflatedExplicitVRLittleEndian, JPEGLSLossless


def heedless(make, *arguments):
    """What `make` makes, while pydicom's warnings about what is wrong with it are not heard."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*arguments)


@contextmanager
def logged():
    """A list of what reaches the program's log within the block."""
    handler, found = logging.Handler(), []
    handler.emit = found.append
    logging.getLogger().addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(handler)


@dataclass(frozen=True)
class Case:
    """`make(rng)` gives a file's bytes, or those of the files of a folder; reading it raises an error with `code`."""

    name: str
    code: str
    make: Callable
    says: str = ""


def one(**changes):
    """A single slice, with these tags changed, or taken away where None."""
    ds = slices(ramp((1, 16, 20)))[0]
    for keyword, value in changes.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def data(**changes):
    return file_bytes(one(**changes))


def files(made):
    return [file_bytes(ds) for ds in made]


def _short(rng):
    ds = one()
    ds.PixelData = ds.PixelData[:-100]
    return file_bytes(ds)


def _many_frames(rng):
    return data(NumberOfFrames=10_000_000)


def _nested(depth):
    """Sequences of undefined length within each other."""
    item = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    opened = struct.pack("<HH2sHL", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF) + item
    closed = struct.pack("<HHL", 0xFFFE, 0xE00D, 0) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    plain = data()
    at = plain.index(struct.pack("<HH", 0x7FE0, 0x0010))
    return plain[:at] + opened * depth + closed * depth + plain[at:]


def _stated_lengths(depth):
    """The same with stated lengths, which pydicom goes into only when asked."""
    inner = b""
    for _ in range(depth):
        item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
        inner = struct.pack("<HH2sHL", 0x0040, 0x0275, b"SQ", 0, len(item)) + item
    plain = data()
    at = plain.index(struct.pack("<HH", 0x7FE0, 0x0010))
    return plain[:at] + inner + plain[at:]


def _long_name(rng):
    plain = bytearray(data())
    at = plain.index(struct.pack("<HH2s", 0x0010, 0x0010, b"PN"))
    plain[at + 6 : at + 8] = b"\xff\xff"
    return bytes(plain)


def deflated(ds, extra=0):
    """The data set in the deflated syntax, its pixels longer by `extra` zero bytes than its header promises."""
    ds.PixelData += bytes(extra)
    return file_bytes(ds, DeflatedExplicitVRLittleEndian)


def _bomb(rng):
    """Half a megabyte that unpacks to 512 MB."""
    small = file_bytes(one())
    start = small.index(b"\x08\0\x16\0UI", 200)
    at = small.index(struct.pack("<HH", 0x7FE0, 0x0010))
    head = file_bytes(one(), DeflatedExplicitVRLittleEndian)
    head = head[: 144 + int.from_bytes(head[140:144], "little")]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(small[start:at] + struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, 512 * 2**20))
    packed += packer.flush(zlib.Z_FULL_FLUSH)
    # What follows a full flush stands for itself, so that it can be said again.
    return head + packed + 512 * (packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH))


def _encapsulated(syntax):
    ds = one()
    ds.PixelData = b"\xfe\xff\0\xe0\0\0\0\0" + b"\xfe\xff\0\xe0\x08\0\0\0" + bytes(8) + b"\xfe\xff\xdd\xe0\0\0\0\0"
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    return file_bytes(ds, syntax)


def _directory(*parts):
    ds = dataset(ramp((4, 4)))
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(ds, keyword)
    ds.SOPClassUID = "1.2.840.10008.1.3.10"
    ds.DirectoryRecordSequence = Sequence([_item(DirectoryRecordType="IMAGE", ReferencedFileID=list(parts))])
    return file_bytes(ds)


def _palette(rng):
    ds = one(PhotometricInterpretation="PALETTE COLOR")
    ds.RedPaletteColorLookupTableDescriptor = [4, 0, 16]
    return file_bytes(ds)


def _float(value):
    ds = one(BitsAllocated=32, PixelData=None)
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(ds, keyword)
    ds.FloatPixelData = np.where(np.arange(320) < 5, value, 1.0).astype("f4").tobytes()
    return file_bytes(ds)


def _all_nan(rng):
    return _float(np.nan).replace(np.float32(1).tobytes(), np.float32(np.nan).tobytes())


def _without(n):
    return files([ds for k, ds in enumerate(slices(ramp((8, 6, 7)))) if k != n])


def _shifted():
    made = slices(ramp())
    made[2].ImagePositionPatient = [-20, 10, 34.1]
    return files(made)


def _sideways():
    made = slices(ramp())
    made[2].ImagePositionPatient = [-14, 10, 34]
    return files(made)


def _tilted():
    made = slices(ramp())
    for k, ds in enumerate(made):
        ds.ImagePositionPatient = [-20, 10 + 0.3 * k, 30 + 2 * k]
    return files(made)


def _mixed_sizes():
    return files([*slices(ramp()), *slices(ramp((5, 8, 8)))])


def _far_away():
    made = slices(ramp())
    for ds in made:
        ds.ImagePositionPatient = ["1e200", *ds.ImagePositionPatient[1:]]
    return made


def _no_place(**kept):
    made = slices(ramp())
    for ds in made:
        for keyword in {"ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"} - set(kept):
            delattr(ds, keyword)
    return files(made)


def _flat(rng):
    ds = one(ImagePositionPatient=None, ImageOrientationPatient=None, PixelSpacing=None)
    return file_bytes(ds)


def _frames_without_place(rng):
    return file_bytes(dataset(ramp()))


PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>"

REFUSED = (
    Case("D1 cut in half", "truncated", lambda rng: data()[: len(data()) // 2]),
    Case("D1 cut in pixels", "truncated", lambda rng: data()[:-30], "30 bytes"),
    Case("D2 short pixels", "truncated", _short, "540"),
    Case("D4 huge sides", "size-mismatch", lambda rng: data(Rows=65535, Columns=65535), "65535 × 65535"),
    Case("D4 many frames", "size-mismatch", _many_frames, "10000000"),
    Case("D4 packed frames", "size-mismatch", lambda rng: _encapsulated_many(), "promises"),
    Case("D5 no rows", "bad-header", lambda rng: data(Rows=None), "Rows (0028,0010)"),
    Case("mosaic", "mosaic", lambda rng: data(ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"]), "NIfTI"),
    Case("a report", "bad-header", lambda rng: data(PixelData=None, Rows=None), "without a picture"),
    Case("D5 rows 0", "bad-header", lambda rng: data(Rows=0), "Rows (0028,0010)"),
    Case("D5 no pixels", "bad-header", lambda rng: data(PixelData=None), "(7FE0,0010)"),
    Case("D5 frames -1", "bad-header", lambda rng: data(NumberOfFrames=-1), "Number of Frames (0028,0008)"),
    Case("D5 bits 13", "bad-header", lambda rng: data(BitsAllocated=13), "Bits Allocated (0028,0100)"),
    Case("D5 stored 17", "bad-header", lambda rng: data(BitsStored=17), "Bits Stored (0028,0101)"),
    Case("D5 planar 7", "bad-header", lambda rng: data(PlanarConfiguration=7), "Planar Configuration"),
    Case("D5 sign 2", "bad-header", lambda rng: data(PixelRepresentation=2), "Pixel Representation"),
    Case("D5 samples 2", "bad-header", lambda rng: data(SamplesPerPixel=2), "Samples per Pixel"),
    Case("colours", "rgb-volume", lambda rng: data(SamplesPerPixel=3, PhotometricInterpretation="RGB")),
    Case("one bit", "unsupported-kind", lambda rng: data(BitsAllocated=1, BitsStored=1, HighBit=0)),
    Case("D6 spacing 0", "bad-spacing", lambda rng: data(PixelSpacing=[0, 0]), "geometry=ignore"),
    Case("D6 spacing next to 0", "bad-spacing", lambda rng: data(PixelSpacing=["1e-300", "1e-300"])),
    Case("D6 spacing beyond all bounds", "bad-spacing", lambda rng: data(PixelSpacing=["1e300", "1"])),
    Case("place beyond all bounds", "no-positions", lambda rng: files(_far_away())),
    Case("D7 orientation 0", "bad-orientation", lambda rng: data(ImageOrientationPatient=[0] * 6), "geometry=ignore"),
    Case("D7 askew", "bad-orientation", lambda rng: data(ImageOrientationPatient=[1, 0, 0, 0.5, 0.8, 0])),
    Case("D9 unknown syntax", "no-decoder", lambda rng: _encapsulated("1.2.3.4.5"), "not known"),
    Case("D9 no decoder", "no-decoder", lambda rng: _encapsulated(JPEGLSLossless), "pip install pyjpegls"),
    Case("D9 video", "no-decoder", lambda rng: _encapsulated(MPEG2MPML), "a video"),
    Case("D10 nested", "too-deep", lambda rng: _nested(20_000), "64"),
    Case("D10 nested with lengths", "too-deep", lambda rng: _stated_lengths(2_000), "64"),
    Case("D12 long name", "truncated", _long_name),
    Case("D14 bomb", "over-budget", _bomb),
    Case("D15 web page", "not-dicom", lambda rng: PAGE, "web page"),
    Case("D15 empty", "empty-file", lambda rng: b"", "0 bytes"),
    Case("D15 text", "not-dicom", lambda rng: b"hello" * 100),
    Case("D15 random", "not-dicom", lambda rng: rng.bytes(5000)),
    Case("D15 mark only", "bad-header", lambda rng: bytes(128) + b"DICM"),
    Case("D17 missing slice", "missing-slices", lambda rng: _without(3), "4.00 mm after 34.0 mm"),
    Case("D17 twice", "duplicate-slices", lambda rng: files([*slices(ramp()), *slices(ramp())]), "30.0 mm, 32.0 mm"),
    Case("D17 unequal gap", "irregular-slices", lambda rng: _shifted(), "2.10 mm after 32.0 mm"),
    Case("D17 sideways", "irregular-slices", lambda rng: _sideways(), "straight line"),
    Case("D17 tilt", "gantry-tilt", lambda rng: _tilted(), "8.5°"),
    Case("D17 mixed sizes", "several-series", lambda rng: _mixed_sizes(), "size or orientation"),
    Case("D17 two series", "several-series", lambda rng: files([*slices(ramp()), *slices(ramp(), series="b")])),
    Case("D18 escape", "path-escape", lambda rng: _directory("..", "..", "etc", "passwd")),
    Case("D18 list of files", "dicomdir", lambda rng: _directory("IMAGES", "IM1"), "list of DICOM files"),
    Case("D20 palette", "palette", _palette),
    Case("no place at all", "no-positions", lambda rng: _no_place(ImageOrientationPatient=1, PixelSpacing=1)),
    Case("a flat picture", "no-geometry", _flat, "PNG"),
    Case("frames without place", "no-geometry", _frames_without_place, "geometry=ignore"),
    Case("all nan", "no-finite-voxels", _all_nan),
    Case("some nan", "non-finite", lambda rng: _float(np.nan), "5 voxels"),
    Case("frames described", "bad-header", lambda rng: file_bytes(_one_frame_less()), "4 frames are described"),
    Case("text for a number", "bad-header", lambda rng: data().replace(b"0.5\\0.8 ", b"0.5\\Mary"), "Pixel Spacing"),
)


def _one_frame_less():
    ds = enhanced(ramp())
    ds.PerFrameFunctionalGroupsSequence.pop()
    return ds


def _encapsulated_many():
    ds = one(NumberOfFrames=10_000_000)
    ds.PixelData = b"\xfe\xff\0\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    ds["PixelData"].is_undefined_length, ds["PixelData"].VR = True, "OB"
    return file_bytes(ds, "1.2.840.10008.1.2.4.50")


READ = (
    ("D3 no preamble", "no-preamble", lambda: file_bytes(one(), preamble=False)),
    ("D8 slope 1e39", "overflow-risk", lambda: data(RescaleSlope="1e39", RescaleIntercept=0)),
    ("slope nan", "bad-scale", lambda: data(RescaleSlope="NaN")),
    ("slope 0", "bad-scale", lambda: data(RescaleSlope=0, RescaleIntercept=5)),
    ("D11 identifier", "", lambda: data(SeriesInstanceUID="../../../etc/x")),
    ("D13 alphabet", "charset", lambda: data(SpecificCharacterSet="ISO_IR 9999")),
    ("D14 deflated", "", lambda: deflated(one())),
    ("D16 monochrome1", "monochrome1", lambda: data(PhotometricInterpretation="MONOCHROME1")),
    ("D19 burned in", "burned-in", lambda: data(BurnedInAnnotation="YES")),
    ("longer", "trailing-data", lambda: data(PixelData=bytes(range(256)) * 4)),
    ("constant", "constant-image", lambda: data(PixelData=bytes(640))),
    ("tiny voxels", "implausible-spacing", lambda: data(PixelSpacing=[0.0001, 0.0001])),
    ("64 deep", "", lambda: _nested(64)),
    ("thickness unknown", "assumed-spacing", lambda: data(SliceThickness=None)),
    ("axial", "one-slice", lambda: data(ImageOrientationPatient=list(AXIAL), SOPClassUID=MR)),
)
