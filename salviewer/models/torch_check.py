"""Whether a file that torch.save wrote is a plain state dict whose tensors all lie in it, before torch sees it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from salviewer.errors import UnreadableModel
from salviewer.models.file_kind import CONVERT
from salviewer.models.pickle_calls import StorageRecord
from salviewer.models.pickle_check import MAX_BYTES, examine, foreign_globals
from salviewer.models.pickle_globals import refuse_globals
from salviewer.models.zip_check import Member, read_members, require_stored

_LEGACY_PREFIX: Final = 3
"""A magic number, a protocol version and facts about the system stand before the state dict."""
_COUNT_BYTES: Final = 8
_PROGRAMS: Final = {
    "constants.pkl": ("torchscript", "a TorchScript archive"),
    "archive_format": ("exported-program", "an exported program (.pt2)"),
    "serialized_exported_program.json": ("exported-program", "an exported program (.pt2)"),
}


def check_zip(path: Path) -> None:
    """Return if the zip archive at `path` holds a plain state dict and each storage has just the bytes it needs.

    Raises:
        UnreadableModel: it is a program, compressed, damaged, or asks for more than it holds.
    """
    members = read_members(path)
    tops = {name.partition("/")[0] for name in members}
    inside = {name.partition("/")[2]: member for name, member in members.items()}
    for name, (code, title) in _PROGRAMS.items():
        if name in inside:
            raise UnreadableModel(
                f"{path.name} is {title}, which is a program that runs when opened. {CONVERT}", code=code
            )
    if "data.pkl" not in inside or len(tops) != 1:
        raise UnreadableModel(f"{path.name} is a zip archive, but not one that torch.save wrote.", code="not-weights")
    require_stored(members, path.name)
    _check_byte_order(path, inside)
    storages = examine(_open_member(path, inside["data.pkl"]), path.name).storages
    for key, storage in storages.items():
        member = inside.get(f"data/{key}")
        if member is None or member.size != storage.nbytes:
            raise _sizes_differ(path.name)


def check_legacy(path: Path) -> None:
    """The same for the format that torch wrote before version 1.6: pickles, then each storage's count and bytes."""
    with path.open("rb") as f:
        head = io.BytesIO(f.read(MAX_BYTES))
        size = f.seek(0, 2)
        for _ in range(_LEGACY_PREFIX):
            examine(head, path.name)
        storages = examine(head, path.name).storages
        keys = examine(head, path.name).value
        if type(keys) is not list or not all(type(key) is str for key in keys) or set(keys) != set(storages):
            raise _sizes_differ(path.name)
        at = head.tell()
        for key in keys:
            at = _skip_storage(f, at, storages[key], path.name)
    if at != size:
        raise _sizes_differ(path.name)


def check_pickle(path: Path) -> None:
    """Raise `UnreadableModel` saying what a pickle that torch.save did not write would do or is."""
    with path.open("rb") as f:
        refuse_globals(foreign_globals(io.BytesIO(f.read(MAX_BYTES))), path.name)
    raise UnreadableModel(f"{path.name} is a Python pickle that torch.save did not write. {CONVERT}", code="pickle")


def _sizes_differ(name: str) -> UnreadableModel:
    return UnreadableModel(
        f"{name} is damaged: the tensors that it lists and the bytes that it holds do not add up. "
        "Copy or download it again.",
        code="size-mismatch",
    )


def _open_member(path: Path, member: Member) -> io.BytesIO:
    if member.size > MAX_BYTES:
        raise UnreadableModel(
            f"{path.name} lists far more objects than a network's weights have: it is refused unopened.",
            code="unsafe-allocation",
        )
    with path.open("rb") as f:
        f.seek(member.start)
        return io.BytesIO(f.read(member.size))


def _check_byte_order(path: Path, inside: dict[str, Member]) -> None:
    if "byteorder" in inside and _open_member(path, inside["byteorder"]).getvalue() != b"little":
        raise UnreadableModel(
            f"{path.name} was written on a big-endian machine. Convert it to .safetensors there.", code="byte-order"
        )


def _skip_storage(f: io.BufferedReader, at: int, storage: StorageRecord, name: str) -> int:
    """The position behind the storage that starts at `at` with its count of items."""
    f.seek(at)
    count = int.from_bytes(f.read(_COUNT_BYTES), "little")
    if count * storage.item_size != storage.nbytes:
        raise _sizes_differ(name)
    return at + _COUNT_BYTES + storage.nbytes
