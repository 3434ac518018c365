"""Which names a weights pickle may mention, and what to say about all others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from salviewer.errors import UnreadableModel
from salviewer.models.file_kind import CONVERT


@dataclass(frozen=True)
class Global:
    """A name that a pickle mentions, "module name"; never imported here."""

    path: str


STORAGE_ITEM_SIZES: Final = {
    "torch DoubleStorage": 8,
    "torch FloatStorage": 4,
    "torch HalfStorage": 2,
    "torch BFloat16Storage": 2,
    "torch LongStorage": 8,
    "torch IntStorage": 4,
    "torch ShortStorage": 2,
    "torch CharStorage": 1,
    "torch ByteStorage": 1,
    "torch BoolStorage": 1,
    "torch.storage UntypedStorage": 1,
}
"""Bytes per item of the storages that hold weights."""

DTYPE_ITEM_SIZES: Final = {
    "torch float64": 8,
    "torch float32": 4,
    "torch float16": 2,
    "torch bfloat16": 2,
    "torch int64": 8,
    "torch int32": 4,
    "torch int16": 2,
    "torch int8": 1,
    "torch uint8": 1,
    "torch uint16": 2,
    "torch uint32": 4,
    "torch uint64": 8,
    "torch bool": 1,
}
"""Bytes per item of the types that a tensor may have."""

NAMED_VALUES: Final = frozenset(STORAGE_ITEM_SIZES) | frozenset(DTYPE_ITEM_SIZES)
"""What a weights pickle may mention besides what it calls."""

_MODEL_CODE: Final = ("torch.nn.", "torchvision.models", "timm.models", "monai.networks", "__main__")
_ALLOCATE: Final = frozenset({"bytearray", "empty", "full", "ones", "zeros"})
_RUN_MODULES: Final = frozenset(
    "ctypes importlib nt os pickle posix pty runpy shutil signal socket subprocess sys webbrowser".split()  # noqa: SIM905
)
_RUN_BUILTINS: Final = frozenset({"__import__", "apply", "compile", "eval", "exec", "execfile", "getattr", "open"})

_SENTENCES: Final = {
    "runs-code": "{name} would run {what} when opened: it is a program, not weights, and is refused unopened.",
    "unsafe-allocation": "{name} asks for memory through {what} instead of listing weights: it is refused unopened. "
    + CONVERT,
    "whole-module": "{name} holds a whole model ({what}), which is a program that runs when opened. " + CONVERT,
    "special-tensors": "{name} holds sparse, quantised or otherwise special tensors ({what}); plain ones are needed. "
    "Convert them with tensor.to_dense() or tensor.dequantize() and save again.",
    "foreign-object": "{name} holds more than weights ({what}), and such objects run code when opened. " + CONVERT,
}
"""By code, the worst first."""


def refuse_globals(paths: Iterable[str], name: str) -> None:
    """Raise `UnreadableModel` for the worst of `paths` ("module name"), foreign names in the file called `name`.

    Returns where there are none.
    """
    reasons = {_reason(path): path for path in reversed(list(paths))}
    for code, sentence in _SENTENCES.items():
        if code in reasons:
            dotted = reasons[code].replace(" ", ".")
            raise UnreadableModel(sentence.format(name=name, what=dotted), code=code)


def _reason(path: str) -> str:
    module, _, attribute = path.partition(" ")
    if attribute in _ALLOCATE or attribute.endswith("Tensor"):
        return "unsafe-allocation"
    builtin = module in ("builtins", "__builtin__") and attribute in _RUN_BUILTINS
    if builtin or module.partition(".")[0] in _RUN_MODULES:
        return "runs-code"
    if module.startswith(_MODEL_CODE):
        return "whole-module"
    special = attribute.endswith("Storage") or path.startswith("torch._utils _rebuild")
    return "special-tensors" if special else "foreign-object"
