"""Several pictures, or metrics, in one command: one that fails does not lose the others' results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from salviewer.cli.failures import INTERRUPTED, exit_code_of, say_error, sentence


def for_each(
    names: Sequence[str], answer: Callable[[str], dict[str, Any]], what: str = "image"
) -> tuple[list[dict[str, Any]], int]:
    """What `answer` says per name, as facts for JSON, and the exit code of the first failure (0 if there was none).

    Facts hold the name under `what`. A failure becomes a line on stderr and an entry with "error"; an interrupt ends
    the loop and keeps what is done.
    """
    results: list[dict[str, Any]] = []
    code = 0
    for name in names:
        try:
            results.append({what: name} | answer(name))
        except KeyboardInterrupt:
            say_error("Interrupted; what was finished is kept.")
            return results, INTERRUPTED
        except Exception as e:  # noqa: BLE001 - whatever happens to one of them, the others go on
            text = sentence(e)
            say_error(text, about=name if len(names) > 1 else "")
            results.append({what: name, "error": text, "code": getattr(e, "code", "")})
            code = code or exit_code_of(e)
    return results, code
