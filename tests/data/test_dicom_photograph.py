"""Photographs in DICOM whose pixels are known beforehand, as three colours, a table of colours or grey values."""

import numpy as np
import pytest
from dicom_series import dataset, file_bytes, ramp, slices
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, RLELossless

import salviewer as sv
from salviewer.api import Picture
from salviewer.data.dicom_photograph import is_photograph, read_photograph
from salviewer.data.fundus_header import eye_facts
from salviewer.data.pictures import read_picture
from salviewer.data.volume_kind import is_volume
from salviewer.errors import UnreadableInput
from salviewer.jobs.shelf import Shelf

OPHTHALMIC = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
COLOURS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def photograph(pixels=COLOURS, **tags):
    ds = dataset(np.ascontiguousarray(pixels[..., 0] if pixels.ndim == 3 else pixels), OPHTHALMIC)
    ds.Modality = "OP"
    if pixels.ndim == 3:
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
        ds.PixelData = pixels.tobytes()
    for name, value in tags.items():
        setattr(ds, name, value)
    return ds


def written(path, ds, **how):
    path.write_bytes(file_bytes(ds, **how))
    return path


def test_colours_come_out_as_they_are(tmp_path):
    path = written(tmp_path / "eye.dcm", photograph(ImageLaterality="L"))
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, COLOURS)
    assert (picture.name, picture.warnings) == ("eye.dcm", ())
    assert not is_volume(path)
    assert eye_facts(path).laterality == "left eye"
    assert isinstance(Shelf(device="cpu").source(sv.load_input(path).ref), Picture)


def test_planes_of_colours_are_put_together(tmp_path):
    ds = photograph(PlanarConfiguration=1)
    ds.PixelData = COLOURS.transpose(2, 0, 1).tobytes()
    np.testing.assert_array_equal(read_photograph(written(tmp_path / "a", ds)).pixels, COLOURS)


def test_a_packed_photograph_is_unpacked(tmp_path):
    ds = photograph()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.compress(RLELossless, encoding_plugin="pydicom")
    np.testing.assert_array_equal(read_photograph(written(tmp_path / "a", ds, syntax=RLELossless)).pixels, COLOURS)


def test_a_jpeg_within_has_the_colours_of_the_jpeg(tmp_path):
    smooth = np.asarray(Image.fromarray(COLOURS[:4, :4]).resize((32, 24), Image.Resampling.BICUBIC))
    Image.fromarray(smooth).save(tmp_path / "a.jpg", quality=95)
    ds = photograph(smooth, PhotometricInterpretation="YBR_FULL_422")
    ds.PixelData = encapsulate([(tmp_path / "a.jpg").read_bytes()])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    found = read_photograph(written(tmp_path / "a", ds, syntax=JPEGBaseline8Bit)).pixels
    np.testing.assert_allclose(found.astype(int), np.asarray(Image.open(tmp_path / "a.jpg")).astype(int), atol=2)


def test_grey_values_of_a_camera_are_a_picture_and_small_ones_dark(tmp_path):
    grey = np.arange(600, dtype=np.uint16).reshape(20, 30)
    ds = photograph(grey, BitsStored=12, HighBit=11, PhotometricInterpretation="MONOCHROME1", BurnedInAnnotation="YES")
    picture = read_picture(written(tmp_path / "a", ds))
    np.testing.assert_allclose(picture.pixels[..., 0], 1 - grey / 4095, atol=1e-6)
    assert picture.pixels.dtype == np.float32
    assert [note.code for note in picture.warnings] == ["inverted", "burned-in"]


def test_a_table_of_colours_is_looked_up(tmp_path):
    numbers = np.arange(600, dtype=np.uint8).reshape(20, 30) % 4
    ds = photograph(numbers, PhotometricInterpretation="PALETTE COLOR")
    table = np.array([[0, 9, 200, 255], [5, 0, 30, 255], [7, 70, 0, 255]], np.uint8)
    for colour, values in zip(("Red", "Green", "Blue"), table, strict=True):
        setattr(ds, f"{colour}PaletteColorLookupTableDescriptor", [4, 0, 8])
        setattr(ds, f"{colour}PaletteColorLookupTableData", values.tobytes())
    np.testing.assert_array_equal(read_photograph(written(tmp_path / "a", ds)).pixels, table.T[numbers])


def test_slices_and_films_of_colour_are_no_photographs(tmp_path):
    assert not is_photograph(written(tmp_path / "slice", slices(ramp())[0]))
    film = photograph(NumberOfFrames=2)
    film.PixelData = COLOURS.tobytes() * 2
    assert not is_photograph(written(tmp_path / "film", film))
    (tmp_path / "text").write_text("hello")
    assert not is_photograph(tmp_path / "text")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Rows": 60_000}, "over-budget"),
        ({"Rows": 40}, "corrupt"),
        ({"Columns": 0}, "bad-dims"),
        ({"PixelRepresentation": 1, "BitsAllocated": 16, "BitsStored": 16, "HighBit": 15, "Columns": 15}, "bad-header"),
    ],
)
def test_damage_is_told_in_a_sentence(tmp_path, change, code):
    with pytest.raises(UnreadableInput) as caught:
        read_photograph(written(tmp_path / "a.dcm", photograph(**change)))
    assert caught.value.code == code
    assert str(caught.value).startswith(("a.dcm", "In a.dcm"))
