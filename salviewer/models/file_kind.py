"""What kind of file a model file is, by its content: an ending promises nothing and is never looked at."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final, Literal

from salviewer.errors import UnreadableModel

Kind = Literal[
    "safetensors",
    "zip",
    "torch-legacy",
    "torch-tar",
    "pickle",
    "hdf5",
    "web-page",
    "lfs-pointer",
    "text",
    "other",
]

CONVERT: Final = (
    'In the environment where it was saved, run torch.save(model.state_dict(), "weights.pt") and open that file.'
)
"""What to do with a file that holds more than weights."""

_HEAD: Final = 4096
_LEGACY_MAGIC: Final = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
_TEXT: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r\f" + bytes(range(0x80, 0x100))

_REFUSED: Final[dict[str, tuple[str, str]]] = {
    "torch-tar": ("torch-tar", "is in the tar format of very old torch versions, which can run code. " + CONVERT),
    "hdf5": ("not-weights", "is an HDF5 file (Keras?), not the weights of a PyTorch network."),
    "web-page": ("web-page", "is a web page, not weights: the download went wrong. Download the file itself."),
    "lfs-pointer": ("lfs-pointer", 'is only a git-LFS pointer. Run "git lfs pull" where it came from.'),
    "text": ("text-file", "is a text file, not weights. Choose a .safetensors file or one that torch.save wrote."),
    "other": ("not-weights", "is not a weights file. Choose a .safetensors file or one that torch.save wrote."),
}


def inspect(path: Path) -> Kind:
    """The kind of the file at `path`; `zip` may be a state dict, TorchScript or an exported program.

    Raises:
        UnreadableModel: there is no such file, it is not a plain file, it cannot be read, or it is empty.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise UnreadableModel(f"{path.name} is not a file: choose a weights file.", code="not-a-file")
        if facts.st_size == 0:
            raise UnreadableModel(f"{path.name} is empty (0 bytes): copy or download it again.", code="empty-file")
        with path.open("rb") as f:
            return _kind_of(f.read(_HEAD), facts.st_size)
    except (OSError, ValueError) as e:  # a name with a zero byte is a ValueError
        reason = getattr(e, "strerror", None) or str(e)
        raise UnreadableModel(f"{path.name} cannot be opened: {reason}.", code="not-a-file") from e


def refuse_kind(kind: Kind, name: str) -> None:
    """Raise `UnreadableModel` for a kind that never holds weights; return for one that may."""
    if kind in _REFUSED:
        code, reason = _REFUSED[kind]
        raise UnreadableModel(f"{name} {reason}", code=code)


def _kind_of(head: bytes, size: int) -> Kind:
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if _is_safetensors(head, size):
        return "safetensors"
    if head.startswith(_LEGACY_MAGIC):
        return "torch-legacy"
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "hdf5"
    if head[257:262] == b"ustar":
        return "torch-tar"
    if re.match(rb"\x80[\x00-\x05]", head):
        return "pickle"
    return "other" if head.translate(None, _TEXT) else _kind_of_text(head)


def _is_safetensors(head: bytes, size: int) -> bool:
    """Whether `head` is a length and an opening brace, and neither text nor a pickle that happens to look so."""
    if head[8:9] != b"{" or not head.translate(None, _TEXT):
        return False
    return int.from_bytes(head[:8], "little") + 8 <= size or head[:1] != b"\x80"


def _kind_of_text(head: bytes) -> Kind:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "web-page"
    return "lfs-pointer" if start.startswith(b"version https://git-lfs") else "text"
