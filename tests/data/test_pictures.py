"""What a picture means must survive the reading: its corners, its colours, its greys."""

import hashlib
import struct
import threading
import warnings

import numpy as np
import pytest
from picture_files import chunk, exif, grey_tiff, noise, png, saved
from PIL import Image, ImageCms, ImageOps

from salviewer.data.pictures import read_picture


def read(tmp_path, data, **options):
    path = tmp_path / "picture"
    path.write_bytes(data)
    return read_picture(path, options)


def codes(picture):
    return {note.code for note in picture.warnings}


STAMP = {
    1: "top left",
    2: "top right",
    3: "bottom right",
    4: "bottom left",
    5: "top left",
    6: "top right",
    7: "bottom right",
    8: "bottom left",
}
"""Where the first stored pixel belongs, as EXIF defines its eight orientations."""


@pytest.mark.parametrize("orientation", STAMP)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_exif_is_applied_once(tmp_path, kind, orientation):
    stored = np.zeros((40, 64, 3), np.uint8)
    stored[:16, :16] = (255, 0, 0)
    image = Image.fromarray(stored)
    how = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    picture = read(tmp_path, saved(image, kind, exif=exif(orientation), **how))
    vertical, horizontal = STAMP[orientation].split()
    y = 4 if vertical == "top" else -5
    x = 4 if horizontal == "left" else -5
    assert picture.pixels[y, x, 0] > 200
    assert picture.shape == ((64, 40) if orientation >= 5 else (40, 64))
    assert ("exif-rotated" in codes(picture)) == (orientation > 1)
    marked = Image.fromarray(stored)
    marked.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(marked))
    np.testing.assert_allclose(picture.pixels.astype(int), upright.astype(int), atol=0 if kind != "JPEG" else 30)


def test_cmyk_red_is_red(tmp_path):
    ink = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    for data in (saved(ink, "JPEG", quality=95), saved(ink, "TIFF")):
        picture = read(tmp_path, data)
        np.testing.assert_allclose(picture.pixels[16, 16].astype(int), (255, 0, 0), atol=6)
        assert "cmyk" in codes(picture)


def test_16_bit_mid_grey_is_mid_grey(tmp_path):
    rows = b"".join(b"\0" + struct.pack(">2H", 32768, 12) for _ in range(2))
    picture = read(tmp_path, png(2, 2, rows, depth=16))
    assert picture.pixels.dtype == np.float32
    np.testing.assert_allclose(picture.pixels[0, :, 0], (32768 / 65535, 12 / 65535), rtol=1e-6)
    (note,) = (n for n in picture.warnings if n.code == "16-bit")
    assert "65535" in note.text
    assert "12 to 32768" in note.text


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_tiff_of_either_byte_order_and_stretched(tmp_path, order):
    values = np.array([[1000, 2000], [3000, 5000]], np.uint16)
    full = read(tmp_path, grey_tiff(values, bits=16, order=order))
    np.testing.assert_allclose(full.pixels[..., 0], values / 65535, rtol=1e-6)
    stretched = read(tmp_path, grey_tiff(values, bits=16, order=order), range="data")
    np.testing.assert_allclose(stretched.pixels[..., 0], (values - 1000.0) / 4000, atol=1e-7)


def test_12_bit_white_is_4095(tmp_path):
    packed = np.array([[0xFF, 0xF8, 0x00]], np.uint8)  # 4095, 2048
    data = grey_tiff(packed, bits=12, width=2)
    np.testing.assert_allclose(read(tmp_path, data).pixels[0, :, 0], (1, 2048 / 4095), rtol=1e-6)


def test_16_bit_counting_from_white(tmp_path):
    values = np.array([[0, 65535, 13107]], np.uint16)
    picture = read(tmp_path, grey_tiff(values, bits=16, white_is_zero=True))
    np.testing.assert_allclose(picture.pixels[0, :, 0], (1, 0, 0.8), atol=1e-6)
    assert "white-is-zero" in codes(picture)


def test_integers_and_floats_out_of_range_are_stretched(tmp_path):
    for values, form, code in (
        (np.array([[-5, 0, 15]], np.int32), 2, "integer"),
        (np.array([[-5, 0, 15]], np.float32), 3, "float"),
    ):
        picture = read(tmp_path, grey_tiff(values, bits=32, sample_format=form))
        np.testing.assert_allclose(picture.pixels[0, :, 0], (0, 0.25, 1), atol=1e-7)
        assert code in codes(picture)


def test_large_integers_keep_their_differences(tmp_path):
    values = np.array([[2_000_000_000, 2_000_000_001, 2_000_000_002]], np.int32)
    picture = read(tmp_path, grey_tiff(values, bits=32, sample_format=2))
    np.testing.assert_allclose(picture.pixels[0, :, 0], (0, 0.5, 1), atol=1e-7)


def test_a_constant_float_picture_out_of_range_is_black(tmp_path):
    picture = read(tmp_path, grey_tiff(np.full((4, 4), 7, np.float32), bits=32, sample_format=3))
    assert not picture.pixels.any()


def test_16_bit_colour_says_that_it_lost_its_lower_bytes(tmp_path):
    rows = b"\0" + struct.pack(">3H", 0x80FF, 0, 0xFFFF)
    picture = read(tmp_path, png(1, 1, rows, depth=16, colour=2))
    assert picture.pixels[0, 0].tolist() == [0x80, 0, 0xFF]
    assert "16-bit" in codes(picture)


def test_16_bit_grey_with_alpha_stays_grey(tmp_path):
    rows = b"\0" + struct.pack(">2H", 0x8080, 0xFFFF)
    picture = read(tmp_path, png(1, 1, rows, depth=16, colour=4))
    assert picture.pixels.tolist() == [[[0x80]]]


@pytest.mark.parametrize(("choice", "expected"), [("white", 127 + 100), ("black", 100), ("drop", 200)])
def test_transparency_is_composited_as_chosen(tmp_path, choice, expected):
    image = Image.new("RGBA", (4, 4), (200, 200, 200, 128))
    picture = read(tmp_path, saved(image, "PNG"), alpha=choice)
    np.testing.assert_allclose(picture.pixels, expected, atol=1)
    assert picture.pixels.shape == (4, 4, 3)
    assert "alpha" in codes(picture)


def test_a_transparent_grey_becomes_the_background(tmp_path):
    data = png(2, 1, b"\0\7\x09", chunk(b"tRNS", b"\0\7"))
    assert read(tmp_path, data, alpha="white").pixels.tolist() == [[[255], [9]]]


def test_palettes_and_single_bits_are_looked_up(tmp_path):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    assert read(tmp_path, saved(image, "PNG")).pixels[0, 0].tolist() == [10, 20, 30]
    bits = read(tmp_path, saved(Image.new("1", (4, 4), 1), "PNG"))
    assert bits.pixels[0, 0].tolist() == [255]


def test_only_unusual_colour_profiles_are_worth_a_note(tmp_path):
    image = noise(np.random.default_rng(0))
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert "colour-profile" not in codes(read(tmp_path, saved(image, "JPEG", icc_profile=usual)))
    unusual = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    assert "colour-profile" in codes(read(tmp_path, saved(image, "JPEG", icc_profile=unusual)))


def test_the_hash_is_that_of_the_files_bytes(tmp_path):
    data = saved(noise(np.random.default_rng(0)), "PNG")
    picture = read(tmp_path, data)
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert picture.name == "picture"


def test_strips_meet_without_a_seam(tmp_path, monkeypatch):
    monkeypatch.setattr("salviewer.data.convert._STRIP_PIXELS", 100)
    image = noise(np.random.default_rng(0), 24, 32)
    np.testing.assert_array_equal(read(tmp_path, saved(image, "PNG")).pixels, np.asarray(image))


def test_many_threads_leave_the_processs_warnings_as_they_were(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(saved(noise(np.random.default_rng(0)), "JPEG", exif=exif(6)))
    filters, show = list(warnings.filters), warnings.showwarning
    threads = [threading.Thread(target=lambda: [read_picture(path) for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (warnings.filters, warnings.showwarning) == (filters, show)
