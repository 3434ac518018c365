"""What a pickle would build, found without building it: a stack machine over symbols that calls nothing.

It knows just the opcodes and the few globals that a state dict needs, and refuses everything else by name. What it
lets pass is bounded in size, and each tensor that the pickle asks for comes back as a `TensorRecord`, so that it can
be checked against the bytes that are really there.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final

from salviewer.errors import UnreadableModel
from salviewer.models.pickle_calls import CALLABLE, Records, StorageRecord, call
from salviewer.models.pickle_globals import NAMED_VALUES, Global, refuse_globals

MAX_BYTES: Final = 16 * 2**20
"""A pickle without its storages; the largest classifiers need well under 1 MiB."""

_PROTOCOL: Final = 2
_MAX_STEPS: Final = 500_000
_MAX_OBJECTS: Final = 200_000
_MAX_MEMO: Final = 250_000
_MALFORMED: Final = (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, eq=False)
class Content:
    """What a pickle would build: its value with symbols for tensors, and the storages that it refers to, by key."""

    value: Any
    storages: dict[str, StorageRecord]


class _ForeignError(Exception):
    """The pickle uses a name or an instruction that weights do not need."""


def examine(stream: BinaryIO, name: str) -> Content:
    """What the pickle at the position of `stream` would build; leaves `stream` behind it.

    Raises:
        UnreadableModel: it is malformed, too large, or asks for anything that a state dict does not need.
    """
    machine, start = _Machine(name), stream.tell()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.name == "STOP":
                return Content(machine.stack.pop(), machine.records.storages)
            machine.step(opcode.name, argument)
    except _ForeignError as e:
        stream.seek(start)
        refuse_globals(foreign_globals(stream), name)
        raise UnreadableModel(
            f"{name} is not a plain state dict (pickle instruction {e}). "
            "Save it again with torch.save(model.state_dict(), ...) and torch's own pickle protocol.",
            code="pickle-protocol",
        ) from None
    except _MALFORMED as e:
        raise UnreadableModel(
            f"{name} is damaged: its list of tensors cannot be read. Copy or download it again.", code="damaged"
        ) from e
    raise UnreadableModel(f"{name} is damaged: its list of tensors has no end.", code="damaged")


def foreign_globals(stream: BinaryIO) -> list[str]:
    """What the pickle at the position of `stream` mentions ("module name") that is foreign to weights.

    As far as it can be read; good for a message, not for letting a file pass.
    """
    return [path for path in _mentioned(stream) if path not in CALLABLE and path not in NAMED_VALUES]


def _mentioned(stream: BinaryIO) -> list[str]:
    found: list[str] = []
    strings = ["", ""]
    try:
        for opcode, argument, _ in islice(pickletools.genops(stream), _MAX_STEPS):
            if opcode.name in ("GLOBAL", "INST"):
                found.append(str(argument))
            elif opcode.name == "STACK_GLOBAL":
                found.append(" ".join(strings))
            elif isinstance(argument, str):
                strings = [strings[1], argument]
    except _MALFORMED:
        return found
    return found


class _Machine:
    """The state of one examination. `step` runs one opcode; a Python error in it means that the pickle is malformed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.records = Records(name)
        self._steps = self._objects = 0

    def step(self, opcode: str, argument: Any) -> None:
        self._steps += 1
        if opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode])
        elif opcode in _LITERALS:
            self.stack.append(argument)
        elif opcode in _ACTIONS:
            _ACTIONS[opcode](self, argument)
        else:
            raise _ForeignError(opcode)
        if self._steps > _MAX_STEPS or self._objects > _MAX_OBJECTS or len(self.memo) > _MAX_MEMO:
            raise UnreadableModel(
                f"{self.name} lists far more objects than a network's weights have: it is refused unopened.",
                code="unsafe-allocation",
            )

    def check_protocol(self, version: int) -> None:
        if version != _PROTOCOL:
            raise _ForeignError(f"PROTO {version}")

    def short_string(self, text: str) -> None:
        # Readers decode other characters differently.
        if not text.isascii():
            raise ValueError("a byte string that is no text")
        self.stack.append(text)

    def look_up(self, path: str) -> None:
        if path not in CALLABLE and path not in NAMED_VALUES:
            raise _ForeignError(path)
        self.stack.append(Global(path))

    def new(self, value: Any) -> None:
        self._objects += 1
        self.stack.append(value)

    def mark(self, _: Any) -> None:
        self.below.append(self.stack)
        self.stack = []

    def marked(self) -> list[Any]:
        items, self.stack = self.stack, self.below.pop()
        return items

    def take(self, n: int) -> list[Any]:
        if len(self.stack) < n:
            raise IndexError("stack underflow")
        items = self.stack[-n:]
        del self.stack[-n:]
        return items

    def put(self, index: int) -> None:
        self.memo[index] = self.stack[-1]

    def extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise TypeError("no list to append to")
        target.extend(items)

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        # Keys are plain: hashing nested tuples can take exponential time.
        if type(target) is not dict or not all(type(key) in (str, int) for key in items[::2]):
            raise TypeError("no dict with plain keys to set items in")
        target.update(zip(items[::2], items[1::2], strict=True))

    def reduce(self, _: Any) -> None:
        function, arguments = self.take(2)
        self.new(call(function, arguments, self.records))

    def build(self, _: Any) -> None:
        # torch writes a state into an OrderedDict's attributes; "_metadata" is the only one that a state dict has.
        state = self.stack.pop()
        if type(self.stack[-1]) is not dict or type(state) is not dict or not set(state) <= {"_metadata"}:
            raise TypeError("no state dict to complete")

    def refer(self, _: Any) -> None:
        self.new(self.records.storage(self.stack.pop()))


_CONSTANTS: Final[dict[str, Any]] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_LITERALS: Final = frozenset({"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE"})
_ACTIONS: Final[dict[str, Callable[[_Machine, Any], None]]] = {
    "PROTO": _Machine.check_protocol,
    "SHORT_BINSTRING": _Machine.short_string,
    "GLOBAL": _Machine.look_up,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    "BINPERSID": _Machine.refer,
    "MARK": _Machine.mark,
    "TUPLE": lambda m, _: m.new(tuple(m.marked())),
    "TUPLE1": lambda m, _: m.new(tuple(m.take(1))),
    "TUPLE2": lambda m, _: m.new(tuple(m.take(2))),
    "TUPLE3": lambda m, _: m.new(tuple(m.take(3))),
    "EMPTY_LIST": lambda m, _: m.new([]),
    "EMPTY_DICT": lambda m, _: m.new({}),
    "APPEND": lambda m, _: m.extend(m.take(1)),
    "APPENDS": lambda m, _: m.extend(m.marked()),
    "SETITEM": lambda m, _: m.set_items(m.take(2)),
    "SETITEMS": lambda m, _: m.set_items(m.marked()),
    "BINGET": lambda m, index: m.stack.append(m.memo[index]),
    "LONG_BINGET": lambda m, index: m.stack.append(m.memo[index]),
    "BINPUT": _Machine.put,
    "LONG_BINPUT": _Machine.put,
}
