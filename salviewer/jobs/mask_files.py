"""The files of a mask: its numbers as NPY or safetensors, and each of its views as a PNG."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from salviewer.api import Explanation
from salviewer.api.masks import MaskStack
from salviewer.data.mask_views import AS_IT_IS, Contrast, is_bgr, is_flat, mask_at, view, views_of
from salviewer.data.png_bytes import png_bytes
from salviewer.data.whole_file import write_whole
from salviewer.errors import InvalidChoice, Unavailable

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


def write_result_masks(
    result: Explanation,
    folder: Path,
    *,
    sparsity: float | None = None,
    every: bool = False,
    contrast: Contrast = AS_IT_IS,
) -> tuple[Path, ...]:
    """The paths of an explanation's mask in `folder`, and with `every` of those kept on the way, by their sparsity.

    sparsity: see `mask_at`. Raises `InvalidChoice` where there is no such mask, and `Unavailable` as `write_masks`.
    """
    bgr = is_bgr(result.provenance)
    files = write_masks(mask_at(result.evidence, sparsity), folder, bgr=bgr, contrast=contrast)
    kept = {one.at for one in result.evidence if isinstance(one, MaskStack) and one.at is not None} if every else set()
    for at in sorted(kept):
        below = folder / f"sparsity-{at:.4g}"
        files += write_masks(mask_at(result.evidence, at), below, bgr=bgr, contrast=contrast)
    return files


def write_masks(
    stack: MaskStack,
    folder: Path,
    *,
    bgr: bool = False,
    contrast: Contrast = AS_IT_IS,
    endings: Sequence[str] = ENDINGS,
) -> tuple[Path, ...]:
    """The paths of "mask" with each of `endings` and, of a picture's mask, of its views; `folder` is made.

    Raises `Unavailable` "cannot-write" where the folder cannot be made or written to.
    """
    files = [(f"mask{ending}", mask_bytes(stack, ending)) for ending in endings]
    files += view_files(stack, bgr=bgr, contrast=contrast) if is_flat(stack) else ()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise Unavailable(
            f"The folder {folder} cannot be made ({e.strerror or e}): choose another with -o.", code="cannot-write"
        ) from e
    return tuple(write_whole(folder / name, partial(_fill, data)) for name, data in files)


def _fill(data: bytes, draft: Path) -> None:
    draft.write_bytes(data)


def _plain(facts: dict[str, object]) -> dict[str, object]:
    """Without numbers that JSON does not know."""
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in facts.items()}
