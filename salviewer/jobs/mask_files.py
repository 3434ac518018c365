"""The files of a mask: its numbers as NPY or safetensors, and each of its views as a PNG."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import numpy as np
from safetensors.numpy import save

from salviewer.api.masks import MaskStack
from salviewer.data.mask_views import AS_IT_IS, Contrast, view, views_of
from salviewer.data.png_bytes import png_bytes
from salviewer.errors import InvalidChoice

ENDINGS = (".npy", ".safetensors")


def mask_bytes(stack: MaskStack, ending: str) -> bytes:
    """The mask as `ending` (of `ENDINGS`) has it: float32 (C, *S), channels in the model's order.

    safetensors also has the input's raw values ("shown"), what stands for nothing, and the scores in its header.
    Raises `InvalidChoice` for another ending.
    """
    if ending == ".npy":
        out = io.BytesIO()
        np.save(out, np.ascontiguousarray(stack.mask), allow_pickle=False)
        return out.getvalue()
    if ending != ".safetensors":
        raise InvalidChoice(f"A mask is written as one of {', '.join(ENDINGS)}, not as {ending}.", code="bad-ending")
    facts = {"name": stack.name, "keeps": stack.keeps, "score": stack.score, "input_score": stack.input_score,
             "output": stack.output, "top": stack.top, "series": stack.series, "at": stack.at}  # fmt: skip
    arrays = {key: np.ascontiguousarray(value) for key, value in stack.arrays().items() if value.size}
    return save(arrays, {"mask": json.dumps(_plain(facts))})


def view_files(stack: MaskStack, *, bgr: bool = False, contrast: Contrast = AS_IT_IS) -> Iterator[tuple[str, bytes]]:
    """(file name, PNG) of every view of a picture's mask, one dot per pixel of the model's input."""
    for key in views_of(stack):
        pixels = view(stack, key, bgr=bgr, contrast=contrast)
        yield f"{key}.png", png_bytes((pixels * 255 + 0.5).astype(np.uint8))


def _plain(facts: dict[str, object]) -> dict[str, object]:
    """Without numbers that JSON does not know."""
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in facts.items()}
