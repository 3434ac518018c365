"""Reads pictures and volumes from files, each with the reader that claims it, and keeps those read last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salviewer.api import Picture, Volume
from salviewer.host import Host
from salviewer.jobs.file_stamp import stamp_of
from salviewer.jobs.latest import Latest

FILES_KEPT, VOLUMES_KEPT = 16, 3


class SourceFiles:
    """What is in files; the plugins' readers are asked first. Safe to use from several threads."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._read: Latest[Picture | Volume] = Latest(FILES_KEPT)

    def read(self, file: Path, options: Mapping[str, Any]) -> Picture | Volume:
        """The picture or volume in `file`, read anew where the file has changed. Raises `UnreadableInput`."""
        path = file.expanduser()
        key = (str(path.absolute()), stamp_of(path), repr(sorted(options.items())))
        found = self._read.get(key, lambda: self._read_anew(path, options))
        self._read.thin(lambda source: isinstance(source, Volume), VOLUMES_KEPT)  # volumes are large
        return found

    def _read_anew(self, path: Path, options: Mapping[str, Any]) -> Picture | Volume:
        from salviewer.data.volume_kind import is_volume  # noqa: PLC0415 - loads numpy

        for info in self._host.readers.values():
            if _claims(info.magic, path):
                return self._host.load(info)().read(path, options)
        if is_volume(path):
            from salviewer.data.volumes import read_volume  # noqa: PLC0415 - loads nibabel

            return read_volume(path, options)
        from salviewer.data.pictures import read_picture  # noqa: PLC0415 - loads Pillow

        return read_picture(path, options)


def _claims(magic: tuple[bytes, ...], path: Path) -> bool:
    if not magic:
        return False
    try:
        if not path.is_file():
            return False
        with path.open("rb") as f:
            head = f.read(max(map(len, magic)))
    except (OSError, ValueError):
        return False
    return any(head.startswith(m) for m in magic)
