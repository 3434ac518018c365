"""Keeps what was drawn on pictures, by the picture's fingerprint, in the person's data folder: never beside a picture.

One COCO JSON file per picture, <fingerprint>.json; it goes when the last shape does.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from salviewer.data.annotation_coco import from_coco, to_coco
from salviewer.data.annotation_shapes import Shapes
from salviewer.data.whole_file import replace_text
from salviewer.errors import SalViewerError, Unavailable


def default_folder() -> Path:
    """Where drawings are kept."""
    import platformdirs  # noqa: PLC0415 - asked for once

    return Path(platformdirs.user_data_dir("salviewer", appauthor=False)) / "annotations"


class AnnotationStore:
    """Drawings by picture, in `folder`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()

    def place(self, sha256: str) -> Path:
        """The file of the picture with this fingerprint."""
        plain = re.fullmatch(r"[0-9a-f]{64}", sha256)
        return self.folder / f"{sha256 if plain else hashlib.sha256(sha256.encode()).hexdigest()}.json"

    def keep(self, shapes: Shapes) -> None:
        """Keep `shapes`; without any, forget what was kept. Raises `Unavailable` where nothing can be written."""
        path = self.place(shapes.sha256)
        try:
            if not shapes.items:
                path.unlink(missing_ok=True)
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_text(path, json.dumps(to_coco(shapes)))
        except OSError as e:
            raise Unavailable(
                f"The drawing is not kept: {path.parent.name} in your data folder cannot be written.", code="not-kept"
            ) from e

    def find(self, blank: Shapes) -> tuple[Shapes, str]:
        """`blank`, a picture without shapes, with what was kept of it, and a sentence where that was unreadable.

        An unreadable file is set aside, not overwritten.
        """
        path = self.place(blank.sha256)
        try:
            return from_coco(path.read_text(encoding="utf-8"), blank, path.name), ""
        except FileNotFoundError:
            return blank, ""
        except (OSError, UnicodeDecodeError, SalViewerError):
            aside = path.with_name(path.name + ".bad")
        try:
            os.replace(path, aside)
        except OSError:
            return blank, "What was drawn on this picture could not be read."
        return blank, f"What was drawn on this picture could not be read; its file was set aside as {aside.name}."
