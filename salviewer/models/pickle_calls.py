"""What the calls in a weights pickle would return, as symbols, and the storages that they refer to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

from salviewer.errors import UnreadableModel
from salviewer.models.pickle_globals import DTYPE_ITEM_SIZES, STORAGE_ITEM_SIZES, Global

_MAX_DIMS: Final = 64


@dataclass(frozen=True)
class StorageRecord:
    """A storage of `nbytes` bytes under the name `key`, in items of `item_size` bytes."""

    key: str
    item_size: int
    nbytes: int


@dataclass(frozen=True)
class TensorRecord:
    """A tensor of shape `size` that fits into its storage."""

    size: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Records:
    """The storages that a pickle refers to, by key, in order of first mention. `name` is the file's, for messages."""

    name: str
    storages: dict[str, StorageRecord] = field(default_factory=dict)

    def storage(self, reference: Any) -> StorageRecord:
        """The storage of a persistent id ("storage", type, key, location, count[, view])."""
        word, kind, key, location, count, *view = reference
        if word != "storage" or not isinstance(kind, Global) or type(key) is not str or type(location) is not str:
            raise TypeError("no reference to a storage")
        item_size = STORAGE_ITEM_SIZES[kind.path]
        record = StorageRecord(key, item_size, item_size * _count(count))
        if self.storages.setdefault(key, record).nbytes != record.nbytes:
            raise ValueError("two sizes for one storage")
        if not view or view == [None]:
            return record
        ((_, start, length),) = view
        if _count(start) + _count(length) > count:
            self._misfit()
        return StorageRecord(key, item_size, item_size * length)

    def tensor(self, storage: Any, item_size: int, offset: Any, size: Any, stride: Any) -> TensorRecord:
        """A tensor of `size` and `stride` on `storage`, both and `offset` in items.

        Raises:
            UnreadableModel: it reaches beyond its storage, or has more values than the storage holds.
        """
        if not isinstance(storage, StorageRecord) or type(size) is not tuple or type(stride) is not tuple:
            raise TypeError("no tensor")
        if len(size) > _MAX_DIMS:
            raise ValueError("too many dimensions")
        shape, steps = [_count(n) for n in size], [_count(n) for n in stride]
        numel = prod(shape)
        last = _count(offset) + sum((n - 1) * step for n, step in zip(shape, steps, strict=True))
        if numel > 0 and max(last + 1, numel) * item_size > storage.nbytes:
            self._misfit()
        return TensorRecord(tuple(shape))

    def _misfit(self) -> None:
        raise UnreadableModel(
            f"{self.name} lists a tensor that is larger than the values stored for it: the file is damaged or made "
            "to use up memory, and is refused unopened.",
            code="size-mismatch",
        )


def call(function: Any, arguments: Any, records: Records) -> Any:
    """A symbol for what `function(*arguments)` would return. Python errors mean that the call is malformed."""
    if not isinstance(function, Global) or type(arguments) is not tuple:
        raise TypeError("no call")
    return _CALLS[function.path](records, *arguments)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError("no count")
    return value


def _rebuild_tensor(records: Records, storage: Any, offset: Any, size: Any, stride: Any) -> TensorRecord:
    return records.tensor(storage, storage.item_size, offset, size, stride)


def _rebuild_tensor_v2(records: Records, *arguments: Any) -> TensorRecord:
    storage, offset, size, stride, _gradient, hooks, *metadata = arguments
    _empty(hooks, *metadata)
    return records.tensor(storage, storage.item_size, offset, size, stride)


def _rebuild_tensor_v3(records: Records, *arguments: Any) -> TensorRecord:
    storage, offset, size, stride, _gradient, hooks, dtype, *metadata = arguments
    _empty(hooks, *metadata)
    return records.tensor(storage, DTYPE_ITEM_SIZES[dtype.path], offset, size, stride)


def _rebuild_parameter(_: Records, data: Any, _gradient: Any, hooks: Any) -> TensorRecord:
    _empty(hooks)
    if not isinstance(data, TensorRecord):
        raise TypeError("no tensor")
    return data


def _empty(*extras: Any) -> None:
    if any(extras):
        raise ValueError("hooks or metadata on a tensor")


def _ordered_dict(_: Records, pairs: Any = ()) -> dict[Any, Any]:
    # Looked at before they are hashed: nested tuples can take exponential time.
    if not all(type(key) in (str, int) for key, _value in pairs):
        raise TypeError("keys that are not plain")
    return dict(pairs)


def _counter(_: Records, counts: Any = None) -> dict[Any, Any]:
    if type(counts or {}) is not dict or not all(type(n) is int for n in (counts or {}).values()):
        raise TypeError("counts that are not plain")
    return dict(counts or {})


def _set(_: Records, items: Any = ()) -> frozenset[Any]:
    if not all(type(item) in (str, int, float) for item in items):
        raise TypeError("items that are not plain")
    return frozenset(items)


def _numbers(_: Records, sizes: Any) -> tuple[int, ...]:
    return tuple(_count(n) for n in sizes)


def _device(_: Records, *arguments: Any) -> str:
    if not all(type(a) in (str, int) for a in arguments):
        raise TypeError("no device")
    return "device"


_CALLS: Final[dict[str, Callable[..., Any]]] = {
    "collections OrderedDict": _ordered_dict,
    "collections Counter": _counter,
    "__builtin__ set": _set,
    "builtins set": _set,
    "torch Size": _numbers,
    "torch device": _device,
    "torch._utils _rebuild_tensor": _rebuild_tensor,
    "torch._utils _rebuild_tensor_v2": _rebuild_tensor_v2,
    "torch._utils _rebuild_tensor_v3": _rebuild_tensor_v3,
    "torch._utils _rebuild_parameter": _rebuild_parameter,
}
CALLABLE: Final = frozenset(_CALLS)
"""All that a weights pickle may call: "module name"."""
