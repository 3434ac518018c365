"""Several pictures in one command: one bad picture does not lose the others' results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from salviewer.cli.failures import INTERRUPTED, exit_code_of, say_error, sentence


def for_each(images: Sequence[str], answer: Callable[[str], dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """What `answer` says per image, as facts for JSON, and the exit code of the first failure (0 if there was none).

    A failure becomes a line on stderr and an entry with "error"; an interrupt ends the loop and keeps what is done.
    """
    results: list[dict[str, Any]] = []
    code = 0
    for image in images:
        try:
            results.append({"image": image} | answer(image))
        except KeyboardInterrupt:
            say_error("Interrupted; what was finished is kept.")
            return results, INTERRUPTED
        except Exception as e:  # noqa: BLE001 - whatever happens to one picture, the others go on
            text = sentence(e)
            say_error(text, about=image if len(images) > 1 else "")
            results.append({"image": image, "error": text, "code": getattr(e, "code", "")})
            code = code or exit_code_of(e)
    return results, code
