"""Which room may open which door: reads every import, also inside functions, and names each that is not allowed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

QT = {"PySide6", "shiboken6", "pyqtgraph", "superqt", "qtpy"}
API = {"salviewer.api", "salviewer.errors", "salviewer.numeric"}
BELOW_QT = {*API, "salviewer.data", "salviewer.models", "salviewer.host", "salviewer.jobs"}
PLAIN = {"numpy", "pydantic", "platformdirs", "psutil"}

ALLOWED: dict[str, set[str]] = {
    "salviewer.errors": set(),
    "salviewer.numeric": {"salviewer.errors", "torch", "numpy"},
    "salviewer.api": {*API, "pluggy", "pydantic", "numpy", "safetensors", "torch", "nibabel"},
    "salviewer.data": {*API, *PLAIN, "PIL", "nibabel", "pydicom", "SimpleITK", "torchvision", "cmap"},
    "salviewer.models": {*API, *PLAIN, "torch", "torchvision", "safetensors", "PIL"},
    "salviewer.host": {*API, "pluggy", "pydantic"},
    "salviewer.jobs": {*BELOW_QT, *PLAIN, "torch", "safetensors"},
    "salviewer.bench": {*BELOW_QT, *PLAIN, "torch", "PIL", "matplotlib", "pyarrow"},
    "salviewer.study": {*BELOW_QT, *PLAIN, "salviewer.bench", "PIL"},
    "salviewer.kit": {*QT, "numpy", "cmap", "salviewer.numeric"},
    "salviewer.gui": {*QT, *BELOW_QT, *PLAIN, "salviewer.kit", "salviewer.bench", "salviewer.study", "cmap", "PIL"},
    "salviewer.cli": {
        *(*BELOW_QT, *PLAIN, "salviewer", "salviewer.gui", "salviewer.bench", "salviewer.study"),
        *("salviewer_resources", "typer", "click", "rich", "torch", "PySide6", "PIL"),
    },
    "salviewer": {*BELOW_QT, "salviewer.bench", "numpy", "torch"},
}
"""What each room may import besides itself and the standard library."""

PLUGIN = {
    *API,
    "torch",
    "numpy",
    "pydantic",
    "PIL",
    "torchvision",
    "safetensors",
    "platformdirs",
    "timm",
    "huggingface_hub",
    "monai",
    "captum",
}
PLUGIN_VIEW = {*PLUGIN, *QT, "salviewer.kit"}

LATE: dict[str, set[str]] = {
    "salviewer.api": {"torch", "numpy", "safetensors", "nibabel", "salviewer.numeric"},
    "salviewer.host": {"torch", "numpy"},
    "salviewer.gui": {"torch", "salviewer.models"},
    "salviewer.cli": {"salviewer.gui", "PySide6", "torch"},
    "salviewer": {"torch", "numpy", "salviewer.models", "salviewer.bench"},
}
"""What a room may import inside functions (or for the type checker) only."""


def faults(root: Path) -> list[str]:
    """Every import under `root` (a project's top folder) that its room does not allow, as "file:line: sentence"."""
    found = []
    for path in sorted([*root.glob("salviewer/**/*.py"), *root.glob("plugins/**/*.py")]):
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join(parts).replace("plugins", "salviewer_plugins", 1)
        for line, name, late in imports(path):
            if why := _fault(room_of(module), path.name, room_of(name), late=late):
                found.append(f"{path.relative_to(root)}:{line}: {why}")
    return found


def room_of(name: str) -> str:
    """The room that a module or name is in; a plugin's folder, or the top package of what is not ours."""
    first, *rest = name.split(".")
    if first == "salviewer":
        return max((r for r in ALLOWED if f"{name}.".startswith(f"{r}.")), key=len)
    return ".".join([first, *rest[:1]]) if first == "salviewer_plugins" else first


def imports(path: Path) -> Iterator[tuple[int, str, bool]]:
    """(line, module, whether it is inside a function or for the type checker) for each import of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {id(n) for node in ast.walk(tree) if _defers(node) for n in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, id(node) in late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." if node.level else f"{node.module}."
            yield from ((node.lineno, start + alias.name, id(node) in late) for alias in node.names)


def _defers(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return True
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _fault(room: str, file: str, wanted: str, *, late: bool) -> str:
    if wanted in sys.stdlib_module_names or wanted == room:
        return ""
    if wanted == "":
        return "relative imports hide which door is opened"
    plugin = PLUGIN_VIEW if file == "view.py" else PLUGIN
    allowed = plugin if room.startswith("salviewer_plugins") else ALLOWED[room]
    if wanted not in allowed:
        return f"{room} may not import {wanted}"
    if not late and wanted in LATE.get(room, set()):
        return f"{room} may import {wanted} inside functions only"
    return ""
