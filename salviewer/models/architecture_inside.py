"""Which network a weights file says that it belongs to."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from salviewer.errors import NeedsChoice
from salviewer.models.file_kind import inspect, refuse_kind
from salviewer.models.safetensors_check import check_header, explain


def architecture_inside(path: Path) -> str:
    """The name that a .safetensors file gives as "architecture" in its metadata.

    Raises:
        UnreadableModel: the file holds no weights, or is damaged.
        NeedsChoice: it does not say which network they belong to.
    """
    kind = inspect(path)
    refuse_kind(kind, path.name)
    if kind == "safetensors":
        check_header(path)
        try:
            with safe_open(path, framework="numpy") as f:
                if name := (f.metadata() or {}).get("architecture"):
                    return name
        except SafetensorError as e:
            raise explain(e, path) from e
    raise NeedsChoice(
        f"{path.name} does not say which network its weights belong to: give the name of the architecture "
        f"(“salviewer list models” shows all).",
        code="architecture-needed",
        option="architecture",
        choices=(),
    )
