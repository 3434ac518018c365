"""Says what a file is from its first bytes; endings are not asked."""

from __future__ import annotations

from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

HEAD_BYTES = 1024
"""How much of a file `picture_kind` wants to see."""

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)

_OTHER_PICTURES = (
    (0, b"GIF8", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyphei", "an HEIC picture"),
    (4, b"ftypmif1", "an HEIC picture"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"qoif", "a QOI picture"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"%PDF", "a PDF document"),
)

_VOLUMES = (
    (128, b"DICM", "a DICOM file"),
    (344, b"n+1\0", "a NIfTI volume"),
    (344, b"ni1\0", "a NIfTI header"),
    (4, b"n+2\0", "a NIfTI volume"),
    (4, b"ni2\0", "a NIfTI header"),
)

_OTHERS = (
    (0, b"\x93NUMPY", "a numpy array"),
    (0, b"PK\x03\x04", "a zip archive (many model files are)"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"SQLite format", "a database"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (8, b'{"', "a safetensors file"),
)


def picture_kind(head: bytes, name: str) -> str:
    """One of "PNG", "JPEG" and "TIFF", by the file's first `HEAD_BYTES`.

    Raises:
        UnreadableInput: "truncated" (it ends within its first bytes), "unsupported-format" (a picture of another
            kind), "git-lfs-pointer", "not-picture".
    """
    for magic, kind in _PICTURES:
        if head.startswith(magic):
            return kind
    if any(magic.startswith(head) for magic, _ in _PICTURES):
        raise UnreadableInput(f"{name} ends after {counted(len(head), 'byte')}: get it again.", code="truncated")
    for offset, magic, what in _OTHER_PICTURES:
        if head.startswith(magic, offset):
            raise UnreadableInput(
                f"{name} is {what}; PNG, JPEG and TIFF can be opened: save it as one of these.",
                code="unsupported-format",
            )
    for offset, magic, what in _VOLUMES:
        if head.startswith(magic, offset):
            raise _not_a_picture(name, f"is {what}", "choose a PNG, JPEG or TIFF file, or export one slice as PNG")
    for offset, magic, what in _OTHERS:
        if head.startswith(magic, offset):
            raise _not_a_picture(name, f"is {what}", "choose a PNG, JPEG or TIFF file")
    raise _text(head, name)


def is_picture(head: bytes) -> bool:
    """Whether a file that begins with `head` is a picture of some kind, readable here or not."""
    known = (*((0, magic) for magic, _ in _PICTURES), *((offset, magic) for offset, magic, _ in _OTHER_PICTURES))
    return any(head.startswith(magic, offset) for offset, magic in known)


def described(head: bytes) -> str:
    """What a file that begins with `head` is, to follow its name: "is a PNG picture", "looks like a web page"."""
    for magic, kind in _PICTURES:
        if head.startswith(magic):
            return f"is a {kind} picture"
    for offset, magic, what in (*_OTHER_PICTURES, *_OTHERS):
        if head.startswith(magic, offset):
            return f"is {what}"
    return _describe_text(head)[0]


def _text(head: bytes, name: str) -> UnreadableInput:
    what, remedy = _describe_text(head)
    if what.startswith("is a Git LFS pointer"):
        return UnreadableInput(f"{name} {what}: {remedy}.", code="git-lfs-pointer")
    return _not_a_picture(name, what, remedy)


def _describe_text(head: bytes) -> tuple[str, str]:
    """(what it is, what to do)."""
    if not head.strip(b"\0"):
        return "holds only zero bytes", "get the file again"
    start = head.decode("utf-8", "replace").lstrip("\N{ZERO WIDTH NO-BREAK SPACE} \t\r\n").lower()
    if start.startswith("version https://git-lfs"):
        return "is a Git LFS pointer, not the file itself", "fetch the real file with “git lfs pull”"
    if "<svg" in start:
        return "is an SVG drawing, which has no pixels", "export it as PNG first"
    if start.startswith(("<!doctype html", "<html", "<head", "<body")):
        return "looks like a web page", "download the picture itself, not the page around it"
    if b"\0" not in head and sum(c.isprintable() or c.isspace() for c in start) > 0.95 * len(start):
        return "is a text file", "choose a PNG, JPEG or TIFF file"
    return "is of no kind that is known here", "choose a PNG, JPEG or TIFF file"


def _not_a_picture(name: str, what: str, remedy: str) -> UnreadableInput:
    return UnreadableInput(f"{name} {what}, so it cannot be opened as a picture: {remedy}.", code="not-picture")
