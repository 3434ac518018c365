"""The corpus of bad picture files: what each is, and what must be said about it. No file of it is stored."""

import errno
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from picture_files import SIGNATURE, chunk, exif, grey_tiff, header, noise, png, saved, tiff
from PIL import Image, PngImagePlugin


@dataclass(frozen=True)
class Case:
    """`make(rng)` gives the file's bytes; reading it raises an error with `code`, about which `says` is true."""

    name: str
    code: str
    make: Callable
    says: str = ""
    file: str = "picture.png"


def _cut(data, share=0.7):
    return data[: int(len(data) * share)]


def _bomb_of_text(rng):
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 1))
    return png(1, 1, b"\0\0", text)


def _flipped_crc(rng):
    rows = zlib.compress(bytes(25 * 24))
    return SIGNATURE + header(24, 24) + chunk(b"IDAT", rows, crc=1) + chunk(b"IEND")


def _passes(rng):
    data = saved(Image.new("L", (4000, 4000)), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * 700 + data[-2:]


def _lab(rng):
    return saved(Image.new("LAB", (8, 8)), "TIFF")


def _sampled(rng):
    tags = {256: 8, 257: 8, 258: 16, 259: 1, 262: 1, 273: 200, 277: 7, 278: 8, 279: 896}
    return tiff(tags, bytes(2000))


PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"

REFUSED = (
    Case("empty", "empty-file", lambda rng: b"", "0 bytes"),
    Case("three bytes", "truncated", lambda rng: SIGNATURE[:3], "3 bytes"),
    Case("png cut", "truncated", lambda rng: _cut(saved(noise(rng), "PNG"))),
    Case("png header only", "truncated", lambda rng: SIGNATURE + header(24, 24)),
    Case("png cut in header", "truncated", lambda rng: (SIGNATURE + header(24, 24))[:20]),
    Case("jpeg cut", "truncated", lambda rng: _cut(saved(noise(rng), "JPEG"))),
    Case("jpeg header only", "truncated", lambda rng: saved(noise(rng), "JPEG")[:30]),
    Case("tiff cut", "truncated", lambda rng: grey_tiff(np.zeros((24, 24), "u1"), bits=8)[:400], file="a.tif"),
    Case("deflated tiff cut", "truncated", lambda rng: _late_cut(rng), file="a.tif"),
    Case("tiff header only", "truncated", lambda rng: b"II*\0"),
    Case("huge header", "over-budget", lambda rng: png(200_000, 200_000, b"\0\0"), "200000 × 200000"),
    Case("too long a side", "over-budget", lambda rng: png(30_001, 1, bytes(30_002)), "30000 a side"),
    Case("too many pixels", "over-budget", lambda rng: png(16_000, 16_000, b"\0"), "250 megapixels"),
    Case("png lies about size", "truncated", lambda rng: png(15_000, 15_000, b"\0"), "bytes by its header"),
    Case("tiff lies about size", "truncated", lambda rng: grey_tiff(np.zeros((4, 4), "u1"), bits=8, width=9000)),
    Case("zero width", "bad-dims", lambda rng: png(0, 24, bytes(24)), "0 × 24"),
    Case("zero height", "bad-dims", lambda rng: png(24, 0, b""), "24 × 0"),
    Case("svg", "not-picture", lambda rng: SVG, "SVG"),
    Case("web page", "not-picture", lambda rng: PAGE, "web page", "photo.jpg"),
    Case("text", "not-picture", lambda rng: b"hello, this is a note\n", "text file"),
    Case("zeros", "not-picture", lambda rng: bytes(5000), "zero bytes"),
    Case("random", "not-picture", lambda rng: b"\x01" + rng.bytes(5000)),
    Case("numpy", "not-picture", lambda rng: b"\x93NUMPY\x01\x00", "numpy array"),
    Case("zip", "not-picture", lambda rng: b"PK\x03\x04" + bytes(40), "zip"),
    Case("pointer", "git-lfs-pointer", lambda rng: POINTER, "git lfs pull"),
    Case("gif", "unsupported-format", lambda rng: saved(noise(rng), "GIF"), "GIF"),
    Case("webp", "unsupported-format", lambda rng: saved(noise(rng), "WEBP"), "WebP"),
    Case("bad checksum", "corrupt", _flipped_crc),
    Case("text bomb", "over-budget", _bomb_of_text, "text"),
    Case("passes bomb", "over-budget", _passes, "passes", "photo.jpg"),
    Case("lab", "unsupported-kind", _lab, "LAB", "a.tif"),
    Case("seven samples", "unsupported-kind", _sampled, file="a.tif"),
    Case("signed bytes", "unsupported-kind", lambda rng: grey_tiff(np.zeros((8, 8), "i1"), bits=8, sample_format=2)),
    Case("all nan", "no-finite-voxels", lambda rng: saved(Image.fromarray(np.full((8, 8), np.nan, "f4")), "TIFF")),
    Case("half transparent", "alpha", lambda rng: _half_transparent("RGBA"), "--option alpha=white"),
    Case("half transparent grey", "alpha", lambda rng: _half_transparent("LA"), "white, black or drop"),
    Case("transparent palette", "alpha", lambda rng: _transparent_palette(), 'in Python alpha="white"'),
    Case("transparent colour", "alpha", lambda rng: png(2, 1, b"\0\7\7", chunk(b"tRNS", b"\0\7"))),
    Case("five pages", "pages", lambda rng: five_pages(), "--option page=1 (1, 2, 3, 4 or 5)", "a.tif"),
    Case("animation", "pages", lambda rng: animation(), "holds 3 pages"),
    Case("some nan", "non-finite", lambda rng: some_nan(), "2 pixels"),
)


def _late_cut(rng):
    return saved(noise(rng), "TIFF", compression="tiff_adobe_deflate")[:-200]


def _half_transparent(mode):
    image = Image.new(mode, (8, 8), (200,) * len(mode))
    return saved(image, "PNG")


def _transparent_palette():
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    return saved(image, "PNG", transparency=b"\xff\x80")


def five_pages():
    pages = [Image.new("L", (8 + n, 8), 10 * n) for n in range(5)]
    return saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])


def animation():
    frames = [Image.new("RGB", (8, 8), (80 * n, 0, 0)) for n in range(3)]
    return saved(frames[0], "PNG", save_all=True, append_images=frames[1:])


def some_nan():
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    values[2, 3], values[4, 5] = np.nan, np.inf
    return saved(Image.fromarray(values), "TIFF")


def looped_tiff(rng):
    """A TIFF whose directory names itself as the next one."""
    data = bytearray(grey_tiff(np.full((8, 8), 9, "u1"), bits=8))
    entries = int.from_bytes(data[8:10], "little")
    data[10 + 12 * entries : 14 + 12 * entries] = (8).to_bytes(4, "little")
    return bytes(data)


def broken_profile(rng):
    return saved(noise(rng), "JPEG", icc_profile=rng.bytes(3000))


def huge_exif(rng):
    return saved(noise(rng), "JPEG", exif=b"Exif\0\0" + rng.bytes(60_000))


def text_note(rng):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "nothing much", zip=True)
    return saved(noise(rng), "PNG", pnginfo=info)


@dataclass(frozen=True)
class Odd:
    """A file that is read: `codes` are those of its notes; the pixels have `shape`."""

    name: str
    make: Callable
    shape: tuple
    codes: tuple = ()
    file: str = "picture.png"


READ = (
    Odd("one pixel", lambda rng: png(1, 1, b"\0\7"), (1, 1, 1), ("tiny",)),
    Odd("one row", lambda rng: png(20_000, 1, bytes(20_001)), (1, 20_000, 1), ("tiny",)),
    Odd("png named jpg", lambda rng: saved(noise(rng), "PNG"), (24, 32, 3), file="photo.jpg"),
    Odd("jpeg named txt", lambda rng: saved(noise(rng), "JPEG"), (24, 32, 3), file="photo.txt"),
    Odd("directory loop", looped_tiff, (8, 8, 1), ("tiny",), "a.tif"),
    Odd("broken profile", broken_profile, (24, 32, 3), ("colour-profile",), "photo.jpg"),
    Odd("huge exif", huge_exif, (24, 32, 3), file="photo.jpg"),
    Odd("text note", text_note, (24, 32, 3)),
    Odd("opaque", lambda rng: saved(noise(rng).convert("RGBA"), "PNG"), (24, 32, 3), ("alpha-opaque",)),
    Odd("palette", lambda rng: saved(noise(rng).convert("P"), "PNG"), (24, 32, 3), ("palette",)),
    Odd("one bit", lambda rng: saved(noise(rng).convert("1"), "PNG"), (24, 32, 1), ("one-bit",)),
    Odd("cmyk", lambda rng: saved(noise(rng).convert("CMYK"), "JPEG"), (24, 32, 3), ("cmyk",)),
    Odd("exif", lambda rng: saved(noise(rng), "JPEG", exif=exif(6)), (32, 24, 3), ("exif-rotated",)),
)


def unopenable(monkeypatch, number=errno.EACCES):
    """Make `os.open` fail as for a file without permission; root would be let through."""

    def refuse(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
