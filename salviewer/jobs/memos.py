"""What methods computed about a model and an input, kept for the next job about both."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from salviewer.models.loaded import LoadedModel

T = TypeVar("T")
INPUTS_KEPT = 4


class MemoBook:
    """All that is kept, by network: it goes with the network. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._networks: WeakKeyDictionary[nn.Module, OrderedDict[Hashable, dict[str, Any]]] = WeakKeyDictionary()

    def about(self, model: LoadedModel, x: Tensor) -> Memos:
        """What is known of `model` and its input x (1, C, *S)."""
        return Memos(self, model, x)

    def page(self, module: nn.Module, key: Hashable) -> dict[str, Any]:
        """What is kept of the network `module` under `key`; of the keys the last `INPUTS_KEPT` stay."""
        with self._lock:
            pages = self._networks.setdefault(module, OrderedDict())
            page = pages.setdefault(key, {})
            pages.move_to_end(key)
            while len(pages) > INPUTS_KEPT:
                pages.popitem(last=False)
            return page

    def known(self, module: nn.Module, key: Hashable) -> Mapping[str, Any]:
        """The same where there is such a page, else an empty one; for asking, no page has to go."""
        with self._lock:
            pages = self._networks.get(module)
            return {} if pages is None else pages.get(key, {})

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._networks.clear()


@dataclass(frozen=True, eq=False)
class Memos:
    """What is kept of one model and one input."""

    book: MemoBook
    model: LoadedModel
    x: Tensor

    def get(self, name: str, build: Callable[[], T]) -> T:
        """What is kept as `name`, or else what `build` gives, which is kept from now on."""
        page = self.book.page(self.model.module, self._key())
        if name not in page:
            page[name] = build()
        return page[name]

    def find(self, name: str) -> Any:
        """What is kept as `name`; None where nothing is."""
        return self.book.known(self.model.module, self._key()).get(name)

    def _key(self) -> Hashable:
        """All that decides an output: weights and buffers as they are now, input, whether gradients can reach it."""
        tables = (table for part in self.model.module.modules() for table in (part._parameters, part._buffers))
        own = (one for table in tables for one in table.values() if one is not None)
        weights = tuple((id(one), 0 if one.is_inference() else one._version) for one in own)
        return self.model.sha256, self.model.variant, weights, self._content, torch.is_inference_mode_enabled()

    @cached_property
    def _content(self) -> str:
        values = self.x.detach().cpu().contiguous()
        digest = hashlib.blake2b(f"{self.x.device} {values.dtype} {tuple(values.shape)}".encode(), digest_size=16)
        digest.update(values.numpy().data)
        return digest.hexdigest()
