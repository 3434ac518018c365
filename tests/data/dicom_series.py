"""Makes DICOM series with a known answer: where each voxel lies is decided first, the headers follow from it."""

import io

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import AllTransferSyntaxes, ExplicitVRLittleEndian, generate_uid

MR = "1.2.840.10008.5.1.4.1.1.4"
CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
AXIAL = (1, 0, 0, 0, 1, 0)
SAGITTAL = (0, 1, 0, 0, 0, -1)
CORONAL = (1, 0, 0, 0, 0, -1)


def oblique():
    """Row and column directions turned about all three axes, right-angled to each other."""
    a, b, c = 0.3, -0.4, 0.2
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    turned = z @ y @ x
    return (*turned[:, 0], *turned[:, 1])


def uid(*parts):
    return generate_uid(entropy_srcs=[str(p) for p in parts])


def dataset(pixels, sop=MR, series="a"):
    """A data set with `pixels` (rows, columns) or (frames, rows, columns), and no place yet."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID, ds.SeriesInstanceUID = sop, uid(series, pixels.tobytes()), uid(series)
    ds.Modality, ds.SeriesNumber, ds.SeriesDescription = "MR", 3, "T1 head"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = "Secret^Person", "ID-4711", "19700101"
    ds.Rows, ds.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        ds.NumberOfFrames = len(pixels)
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 8 * pixels.dtype.itemsize
    ds.HighBit, ds.PixelRepresentation = ds.BitsStored - 1, int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes() + bytes(pixels.nbytes % 2)
    ds["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    return ds


def slices(volume, orientation=AXIAL, spacing=(0.5, 0.8), gap=2.0, origin=(-20.0, 10.0, 30.0), series="a", sop=MR):
    """A data set per plane of `volume` (slices, rows, columns). `spacing`: between rows, between columns."""
    row, column = np.array(orientation[:3], float), np.array(orientation[3:], float)
    normal = np.cross(row, column)
    made = []
    for k, plane in enumerate(volume):
        ds = dataset(plane, sop, series)
        ds.SOPInstanceUID = uid(series, k)
        ds.InstanceNumber = len(volume) - k  # the wrong way round: nobody may look at it
        ds.ImageOrientationPatient = [f"{v:.10f}"[:16] for v in orientation]
        ds.ImagePositionPatient = [f"{v:.9f}"[:16] for v in np.array(origin) + k * gap * normal]
        ds.PixelSpacing = list(spacing)
        ds.SliceThickness = gap
        made.append(ds)
    return made


def file_bytes(ds, syntax=ExplicitVRLittleEndian, preamble=True):
    """The data set as a file's bytes."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.get("SOPClassUID", MR)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.get("SOPInstanceUID", uid("none"))
    buffer = io.BytesIO()
    if preamble and syntax in AllTransferSyntaxes:
        ds.save_as(buffer, enforce_file_format=True)
    elif preamble:
        ds.save_as(buffer, implicit_vr=False, little_endian=True, enforce_file_format=True)
    else:
        ds.save_as(buffer, implicit_vr=False, little_endian=True)
    data = buffer.getvalue()
    if not preamble:  # the bare data set
        data = data[data.index(b"\x08\0") if data[:2] != b"\x08\0" else 0 :]
    return data


def write(folder, datasets, names=None, **how):
    """One file per data set, in names that say nothing about their order."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, ds in enumerate(datasets):
        name = names[n] if names else f"IM{(7 * n + 3) % 997:04d}"
        (folder / name).write_bytes(file_bytes(ds, **how))
    return folder


def ramp(shape=(5, 6, 7), dtype=np.int16):
    """Whole numbers from 0 on, each once: (slices, rows, columns)."""
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def enhanced(
    volume, orientation=AXIAL, spacing=(0.5, 0.8), gap=2.0, origin=(-20.0, 10.0, 30.0), slopes=None, order=None
):
    """One enhanced file of all planes, stored in `order`."""
    parts = slices(volume, orientation, spacing, gap)
    order = list(order if order is not None else range(len(volume)))
    ds = dataset(np.ascontiguousarray(volume[order]), ENHANCED_MR)
    shared, frames = Dataset(), []
    shared.PlaneOrientationSequence = Sequence([_item(ImageOrientationPatient=parts[0].ImageOrientationPatient)])
    shared.PixelMeasuresSequence = Sequence([_item(PixelSpacing=list(spacing), SliceThickness=gap)])
    for k in order:
        frame = _item(PlanePositionSequence=Sequence([_item(ImagePositionPatient=parts[k].ImagePositionPatient)]))
        if slopes is not None:
            values = _item(RescaleSlope=slopes[k], RescaleIntercept=-1.0, RescaleType="US")
            frame.PixelValueTransformationSequence = Sequence([values])
        frames.append(frame)
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = Sequence([shared]), Sequence(frames)
    return ds


def _item(**values):
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item
