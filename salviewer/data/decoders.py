"""Opens PNG, JPEG and TIFF with Pillow's decoders; its exceptions leave as `UnreadableInput`, its warnings stay here.

The decoders are called directly, not through `Image.open`, whose limit on the number of pixels is a setting of the
whole process: ours is `limits`, checked by the caller before anything is unpacked.
"""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from salviewer.data.orientation import stored_orientation
from salviewer.data.quiet import heard_warnings
from salviewer.data.tiff_pages import page_offsets
from salviewer.errors import SalViewerError, UnreadableInput

# Without a handler, Python prints what Pillow logs about damaged files.
logging.getLogger("PIL").addHandler(logging.NullHandler())


class _Tiff(TiffImageFile):
    """A TIFF as stored: not turned upright (so that it is done once, by us), not held to Pillow's own limit."""

    def _setup(self) -> None:
        super()._setup()
        self._size = self._tile_size

    def load_prepare(self) -> None:
        if self._im is None:
            self.im = Image.core.new(self.mode, self._tile_size)  # type: ignore[attr-defined]  # as Pillow does it
        super().load_prepare()

    def load_end(self) -> None:
        pass


_UNSUPPORTED = ("unknown pixel mode", "samples per pixel", "not available", "unsupported", "not yet")
_DECODERS: dict[str, type[ImageFile.ImageFile]] = {"PNG": PngImageFile, "JPEG": JpegImageFile, "TIFF": _Tiff}


@dataclass
class Opened:
    """A picture whose header is read and whose pixels are not.

    image: at its first page. storage: how samples lie in the file ("RGB;16B"), which Pillow forgets on loading.
    """

    image: ImageFile.ImageFile
    kind: str
    file: BinaryIO
    size_bytes: int
    storage: str = ""

    def pages(self) -> int:
        """How many pictures of equal standing the file holds."""
        if self.kind == "TIFF":
            return max(1, len(page_offsets(self.file)))
        return int(getattr(self.image, "n_frames", 1)) if self.kind == "PNG" else 1

    def turn_to(self, page: int) -> None:
        """Make the page with this index the current one, unread."""
        if page > 0:
            self.image.seek(page)
        self.storage = _storage(self.image.tile)

    def load(self) -> int | None:
        """Decode the current page. Returns its `stored_orientation`."""
        # A PNG may state it after its pixels; a TIFF is let go of once it is decoded.
        orientation = None if self.kind == "PNG" else stored_orientation(self.image)
        with _silent_libtiff() if self.kind == "TIFF" else nullcontext():
            self.image.load()
        return stored_orientation(self.image) if self.kind == "PNG" else orientation

    def tag(self, number: int) -> Any:
        """A TIFF tag of the current page, or None."""
        return self.image.tag_v2.get(number) if isinstance(self.image, _Tiff) else None


def open_picture(file: BinaryIO, size_bytes: int, kind: str) -> Opened:
    """The picture in `file`, header only. Call it, and all that touches its result, within `guarded`."""
    file.seek(0)
    opened = Opened(_DECODERS[kind](file), kind, file, size_bytes)
    opened.storage = _storage(opened.image.tile)
    return opened


@contextmanager
def _silent_libtiff() -> Iterator[None]:
    """Keep what libtiff prints about damaged strips off the terminal: it writes to the standard error file itself."""
    try:
        kept = os.dup(2)
    except OSError:  # a window without a terminal may have none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def guarded(name: str, file: BinaryIO, size_bytes: int, kind: str) -> Iterator[list[str]]:
    """Let nothing of Pillow out; yields a list that holds Pillow's warnings once the block is left.

    Raises:
        UnreadableInput: "truncated", "corrupt", "unsupported-kind", "over-budget" or "io-error".
    """
    heard: list[str] = []
    try:
        with heard_warnings() as caught:
            yield heard
    except SalViewerError:
        raise
    except Exception as e:
        if isinstance(e, OSError) and e.errno:
            raise UnreadableInput(
                f"{name} cannot be read from its disk: copy it elsewhere and try again.", code="io-error"
            ) from e
        raise _refusal(name, e, _cut_short(file, size_bytes, kind)) from e
    heard += [str(w.message) for w in caught if "PIL" in w.filename]


def _cut_short(file: BinaryIO, size_bytes: int, kind: str) -> bool:
    if kind == "TIFF":
        return not page_offsets(file)
    # A JPEG that is whole ends with this mark, give or take what some cameras add.
    file.seek(max(0, size_bytes - 65_536))
    return kind == "JPEG" and b"\xff\xd9" not in file.read()


def _storage(tiles: list[Any]) -> str:
    args = tiles[0][3] if tiles else ""
    return str(args[0] if isinstance(args, tuple) and args else args or "")


def _refusal(name: str, e: Exception, ends_early: bool) -> UnreadableInput:
    said = str(e).lower()
    if isinstance(e, MemoryError):
        return UnreadableInput(f"{name} does not fit into memory: make it smaller first.", code="over-budget")
    if "max_text" in said or "text chunks" in said:
        return UnreadableInput(
            f"{name} carries text that unpacks to more than any picture needs: save it again without its comments.",
            code="over-budget",
        )
    if any(phrase in said for phrase in _UNSUPPORTED):
        return UnreadableInput(
            f"{name} stores its pixels in a way that cannot be read here: save it again as a plain PNG.",
            code="unsupported-kind",
        )
    if ends_early or isinstance(e, EOFError | struct.error) or "truncated" in said:
        return UnreadableInput(f"{name} ends before its last pixel: get the file again.", code="truncated")
    return UnreadableInput(f"{name} is damaged and cannot be decoded: get the file again.", code="corrupt")
