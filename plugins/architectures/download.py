"""Published weights files, downloaded once into the user's cache and checked."""

from __future__ import annotations

import hashlib
import os
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final
from urllib.parse import urlparse

from platformdirs import user_cache_dir

from salviewer.api import Progress
from salviewer.errors import Unavailable

_CHUNK: Final = 2**20
_TIMEOUT_S: Final = 20
_HASH_IN_NAME: Final = re.compile(r"-([0-9a-f]{8,64})\.\w+$")


def fetch_file(url: str, title: str, progress: Progress, folder: Path | None = None) -> Path:
    """The file at `url`, from `folder` (the user's cache) where it is, else downloaded whole or not at all.

    A name such as "resnet18-f37072fd.pth" carries the first digits of the file's SHA-256, which are checked. `title`
    begins the sentence of an error ("The weights of resnet18").

    Raises:
        Unavailable: there is no connection, or what came is not the file.
        Cancelled: the person stopped it; nothing is left behind.
    """
    folder = folder or Path(user_cache_dir("salviewer")) / "weights"
    path = folder / Path(urlparse(url).path).name
    if path.is_file():
        progress(1.0, f"{path.name} is in the cache")
        return path
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        found = _download(url, draft, path.name, progress)
        expected = _HASH_IN_NAME.search(path.name)
        if expected and not found.startswith(expected[1]):
            raise Unavailable(f"{title} arrived damaged: try again.", code="download-damaged")
        os.replace(draft, path)
    except (OSError, ValueError) as e:  # URLError, timeouts and a full disk are OSErrors
        raise Unavailable(
            f"{title} could not be downloaded ({_reason(e)}). Connect, or give a weights file.", code="download"
        ) from e
    finally:
        draft.unlink(missing_ok=True)
    return path


def _download(url: str, draft: Path, name: str, progress: Progress) -> str:
    """Write what is at `url` to `draft`; returns its SHA-256 in hexadecimal."""
    request = urllib.request.Request(url, headers={"User-Agent": "salviewer"})  # noqa: S310 - published addresses
    digest = hashlib.sha256()
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as reply, draft.open("wb") as f:  # noqa: S310
        total = int(reply.headers.get("Content-Length") or 0)
        done = 0
        while chunk := reply.read(_CHUNK):
            f.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            of = f" of {total / 1e6:.0f}" if total else ""
            progress(done / total if total else 0.0, f"downloading {name}: {done / 1e6:.0f}{of} MB")
    if total and done != total:
        raise OSError("the connection broke off")
    return digest.hexdigest()


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server says {error.code}"
    if isinstance(error, urllib.error.URLError | TimeoutError):
        return "no connection"
    return str(error) or type(error).__name__
