"""What was answered about models before: what their outputs are, by the hash of their weights. A small JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from salviewer.data.whole_file import replace_text, set_aside
from salviewer.gui.values import OUTPUT_WORDS

VERSION = 1


def default_path() -> Path:
    """Where the answers are kept."""
    import platformdirs  # noqa: PLC0415 - asked for once

    return Path(platformdirs.user_data_dir("salviewer", appauthor=False)) / "model-answers.json"


class Remembered:
    """Answers by weights' sha256. `notice` is a sentence if the file was unreadable and had to be set aside."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.notice = ""
        self._outputs = self._read()

    @property
    def outputs(self) -> Mapping[str, str]:
        """A copy of all answers: kind of outputs by sha256."""
        return dict(self._outputs)

    def remember(self, sha256: str, outputs: str) -> None:
        """Keep one answer, on disk too where that can be written."""
        self._outputs[sha256] = outputs
        try:
            replace_text(self.path, json.dumps({"version": VERSION, "outputs": self._outputs}, indent=1))
        except OSError:
            self.notice = f"The answer holds for now only: {self.path.name} cannot be written."

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))["outputs"]
            return {str(sha): kind for sha, kind in kept.items() if kind in OUTPUT_WORDS}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._set_aside()
            return {}

    def _set_aside(self) -> None:
        try:
            aside = set_aside(self.path)
            self.notice = f"{self.path.name} could not be read; it was set aside as {aside.name}."
        except OSError:
            self.notice = f"{self.path.name} could not be read; earlier answers about models are not known."
