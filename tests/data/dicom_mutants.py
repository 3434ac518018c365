"""Valid DICOM files, and the same with a few bytes changed."""

import io

import numpy as np
from bad_dicom import heedless
from dicom_series import dataset, enhanced, file_bytes, oblique, ramp, slices
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

VALUES = (np.add.outer(6 * np.arange(16), 5 * np.arange(20)) + 20).astype(np.uint8)


def packed(syntax, form, **changes):
    """A slice whose pixels, `VALUES`, are packed by Pillow, 8 bits."""
    values = VALUES
    frame = io.BytesIO()
    Image.fromarray(values).save(frame, form)
    ds = slices(values[None])[0]
    ds.PixelData = encapsulate([frame.getvalue()])
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    return file_bytes(ds, syntax)


def run_length():
    ds = slices(ramp((1, 16, 20)))[0]
    file_bytes(ds)
    ds.compress(RLELossless, generate_instance_uid=False)
    return file_bytes(ds, RLELossless)


def _one():
    ds = slices(ramp((1, 16, 20)), oblique())[0]
    ds.RescaleSlope, ds.RescaleIntercept = 2, -1024
    return ds


def seeds():
    """Kind of file -> the files of a folder; the first is mutated."""
    return {
        "explicit": [file_bytes(_one())],
        "implicit": [file_bytes(_one(), ImplicitVRLittleEndian)],
        "big endian": [file_bytes(_one(), ExplicitVRBigEndian)],
        "deflated": [file_bytes(_one(), DeflatedExplicitVRLittleEndian)],
        "no preamble": [file_bytes(_one(), preamble=False)],
        "run length": [run_length()],
        "jpeg": [packed(JPEGBaseline8Bit, "JPEG")],
        "jpeg 2000": [packed(JPEG2000Lossless, "JPEG2000")],
        "enhanced": [file_bytes(enhanced(ramp(), oblique(), slopes=[1, 2, 3, 4, 5]))],
        "frames": [file_bytes(dataset(ramp()))],
        "series": [file_bytes(ds) for ds in slices(ramp())],
    }


def mutate(data, rng):
    """`data` with 1 to 8 bytes replaced behind its preamble, or a part cut out or doubled."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        at = rng.integers(min(128, len(changed) - 1), len(changed))
        changed[at] = rng.choice([0, 1, 127, 128, 255, rng.integers(256), ord("S"), ord("Q"), ord("9"), ord("-")])
    way, (a, b) = rng.integers(10), sorted(rng.integers(len(changed), size=2))
    if way == 0:
        del changed[a:b]
    elif way == 1:
        changed[b:b] = changed[a:b]
    elif way == 2:
        del changed[a:]
    return bytes(changed)


SEEDS = heedless(seeds)
