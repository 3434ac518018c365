"""Weights files that must be refused, written from scratch: each with the code of its refusal and its time limit."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

PRE_CHECK_S, REFUSAL_S = 0.5, 3.0
STATE = {"conv.weight": torch.arange(24.0).reshape(2, 3, 2, 2), "conv.bias": torch.ones(2), "steps": torch.tensor(3)}


@dataclass(frozen=True)
class Bad:
    name: str
    code: str
    content: bytes
    limit_s: float = PRE_CHECK_S


class RunsCommand:
    """Pickles into a call of os.system that leaves `marker` behind."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def torch_file(value: object, *, legacy: bool = False) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


def torch_zip(program: bytes, compression: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    """A zip archive as torch.save lays it out, with any pickle in it; `members` are storages by "s" + key."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as z:
        z.writestr("archive/data.pkl", program)
        for name, content in members.items():
            z.writestr(f"archive/data/{name.removeprefix('s')}", content)
        z.writestr("archive/version", b"3\n")
    return buffer.getvalue()


def call(path: str, *arguments: bytes) -> bytes:
    """Opcodes that call `path` ("module name")."""
    return b"c" + path.replace(" ", "\n").encode() + b"\n(" + b"".join(arguments) + b"tR"


def integer(n: int) -> bytes:
    raw = pickle.encode_long(n)
    return b"\x8a" + bytes([len(raw)]) + raw


def text(s: str) -> bytes:
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def storage(count: int, key: str = "0", kind: str = "FloatStorage") -> bytes:
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + integer(count) + b"tQ"


def tensor(count: int, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> bytes:
    shape, steps = (b"(" + b"".join(map(integer, numbers)) + b"t" for numbers in (size, stride))
    hooks = b"ccollections\nOrderedDict\n)R"
    return call("torch._utils _rebuild_tensor_v2", storage(count), integer(offset), shape, steps, b"\x89", hooks)


def program(value: bytes, key: bytes = text("w")) -> bytes:
    return b"\x80\x02}" + key + value + b"s."


def safetensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def entry(begin: int, end: int, *shape: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def programs(marker: Path) -> Iterator[Bad]:
    """Files that would run something."""
    evil = RunsCommand(marker)
    yield Bad("plain-0.pkl", "text-file", pickle.dumps({"w": evil}, 0))
    yield Bad("plain-1.pkl", "not-weights", pickle.dumps({"w": evil}, 1))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        yield Bad(f"plain-{protocol}.pkl", "runs-code", pickle.dumps({"w": evil}, protocol))
    yield Bad("evil.pt", "runs-code", torch_file({"w": evil}))
    yield Bad("evil-old.pt", "runs-code", torch_file({"w": evil}, legacy=True))
    yield Bad("evil-after-weights.pt", "runs-code", torch_file(STATE | {"x": evil}))
    yield Bad("eval.pt", "runs-code", torch_zip(program(call("builtins eval", text("1")))))
    yield Bad("getattr.pt", "runs-code", torch_zip(program(call("__builtin__ getattr", text("a"), text("b")))))
    yield Bad("hidden.pt", "runs-code", torch_zip(b"\x80\x02cposix\nsystem\n0}."))
    yield Bad("stack-global.pt", "runs-code", torch_zip(pickle.dumps(evil, 4)))
    whole = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    yield Bad("whole.pt", "whole-module", torch_file(whole))
    yield Bad("whole-old.pt", "whole-module", torch_file(whole, legacy=True))
    yield Bad("settings.pt", "foreign-object", torch_file({"state_dict": STATE, "args": Namespace(lr=0.1)}))
    yield Bad("partial.pt", "foreign-object", torch_zip(program(call("functools partial", text("a")))))
    scripted, exported = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(scripted, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("m/code/__torch__.py", "class M: pass")
        z.writestr("m/constants.pkl", pickle.dumps(evil, 2))
        z.writestr("m/data.pkl", pickle.dumps(evil, 2))
    with zipfile.ZipFile(exported, "w") as z:
        z.writestr("m/archive_format", "pt2")
        z.writestr("m/data/sample_inputs/model.pt", torch_file(evil))
    yield Bad("scripted.pt", "torchscript", scripted.getvalue())
    yield Bad("exported.pt2", "exported-program", exported.getvalue())


def bombs() -> Iterator[Bad]:
    """Small files that would use up memory or time."""
    four_gib = integer(2**32)
    yield Bad("bytearray.pt", "unsafe-allocation", torch_zip(program(call("__builtin__ bytearray", four_gib))))
    yield Bad("tensor-call.pt", "unsafe-allocation", torch_zip(program(call("torch Tensor", integer(10**12)))))
    yield Bad("storage-call.pt", "damaged", torch_zip(program(call("torch FloatStorage", four_gib))))
    yield Bad("stride-0.pt", "size-mismatch", torch_zip(program(tensor(1, (10**12,), (0,))), s0=b"\0" * 4))
    yield Bad("stride-0-old.pt", "size-mismatch", _legacy(program(tensor(1, (10**6, 10**6), (0, 0))), 1))
    yield Bad("beyond.pt", "size-mismatch", torch_zip(program(tensor(4, (4,), (1,), 1)), s0=b"\0" * 16))
    yield Bad("record.pt", "size-mismatch", torch_zip(program(tensor(2**32, (2**32,), (1,))), s0=b"\0" * 4))
    yield Bad("no-record.pt", "size-mismatch", torch_zip(program(tensor(2**32, (2**32,), (1,)))))
    yield Bad("record-old.pt", "size-mismatch", _legacy(program(tensor(2**32, (2**32,), (1,))), 2**32))
    yield Bad("negative.pt", "damaged", torch_zip(program(tensor(1, (-1,), (1,))), s0=b"\0" * 4))
    yield Bad("dimensions.pt", "damaged", torch_zip(program(tensor(1, (1,) * 1000, (1,) * 1000)), s0=b"\0" * 4))
    zeros = torch_zip(program(tensor(2**24, (2**24,), (1,))), zipfile.ZIP_DEFLATED, s0=b"\0" * 2**26)
    yield Bad("deflated.pt", "compressed-archive", zeros)
    yield Bad("dicts.pt", "unsafe-allocation", torch_zip(b"\x80\x02" + b"}" * 10**6 + b"."), REFUSAL_S)
    yield Bad("nones.pt", "unsafe-allocation", torch_zip(b"\x80\x02" + b"N" * 4 * 10**6 + b"."), REFUSAL_S)
    memo = b"".join(b"r" + struct.pack("<I", i) for i in range(400_000))
    yield Bad("memo.pt", "unsafe-allocation", torch_zip(b"\x80\x02N" + memo + b"."), REFUSAL_S)
    yield Bad("long.pt", "unsafe-allocation", torch_zip(b"\x80\x02" + b"N0" * 2**24), REFUSAL_S)
    # Its hash takes 2**60 steps.
    nested = b"N\x85" + b"q\x00h\x00\x86" * 60
    yield Bad("nested-key.pt", "damaged", torch_zip(b"\x80\x02}" + nested + b"Ns."))
    pair = b"]((" + nested + b"Nte"
    yield Bad("nested-pair.pt", "damaged", torch_zip(b"\x80\x02" + call("collections OrderedDict", pair) + b"."))


def damaged() -> Iterator[Bad]:
    """Files that were weights once, or say so."""
    good, old = torch_file(STATE), torch_file(STATE, legacy=True)
    for percent in (10, 50, 90, 99):
        yield Bad(f"cut-{percent}.pt", "truncated", good[: len(good) * percent // 100])
    yield Bad("cut-old-10.pt", "damaged", old[: len(old) // 10])
    yield Bad("cut-old-95.pt", "size-mismatch", old[: len(old) * 95 // 100])
    yield Bad("trailing-old.pt", "size-mismatch", old + b"more")
    yield Bad("trailing.pt", "truncated", good + b"more")
    yield Bad("comment.pt", "truncated", good[:-2] + b"\x04\x00more")
    for name in ("archive/data.pkl", "archive/DATA.pkl"):
        yield Bad(f"twice-{name[8]}.pt", "truncated", _with_member(torch_zip(program(b"N")), name))
    yield Bad("big-endian.pt", "byte-order", _with_member(torch_zip(program(b"N")), "archive/byteorder", b"big"))
    yield Bad("underflow.pt", "damaged", torch_zip(b"\x80\x02\x86."))
    yield Bad("endless.pt", "damaged", torch_zip(b"\x80\x02}"))
    yield Bad("protocol-4.pt", "pickle-protocol", torch_zip(pickle.dumps({"w": 1}, 4)))
    yield Bad("no-tensors.pt", "no-state-dict", torch_file({"epoch": 3, "loss": [0.1]}), REFUSAL_S)
    yield Bad("one-tensor.pt", "no-state-dict", torch_file(torch.zeros(3)), REFUSAL_S)
    yield Bad("sparse.pt", "special-tensors", torch_file({"w": torch.eye(3).to_sparse()}))
    yield Bad("numbers.npz", "not-weights", _with_member(b"", "weights.npy", b"\x93NUMPY"))


def headers() -> Iterator[Bad]:
    """Malformed .safetensors files."""
    good = {"a": entry(0, 8, 2)}
    yield Bad("2**60.safetensors", "header", safetensors(good, b"\0" * 8, 2**60))
    yield Bad("long-header.safetensors", "truncated", safetensors(good, b"\0" * 8, 3_000_000))
    yield Bad("cut.safetensors", "truncated", safetensors(good, b"\0" * 5))
    yield Bad("trailing.safetensors", "trailing-data", safetensors(good, b"\0" * 12))
    overlap = {"a": entry(0, 8, 2), "b": entry(4, 12, 2)}
    yield Bad("overlap.safetensors", "bad-offset", safetensors(overlap, b"\0" * 12))
    yield Bad("shared.safetensors", "bad-offset", safetensors({"a": entry(0, 8, 2), "b": entry(0, 8, 2)}, b"\0" * 8))
    yield Bad("backwards.safetensors", "bad-offset", safetensors({"a": entry(8, 0, 2)}, b"\0" * 8))
    yield Bad("shape.safetensors", "size-mismatch", safetensors({"a": entry(0, 8, 3)}, b"\0" * 8))
    yield Bad("overflow.safetensors", "size-mismatch", safetensors({"a": entry(0, 8, 2**40, 2**40)}, b"\0" * 8))
    yield Bad("negative.safetensors", "header", safetensors({"a": entry(0, 8, -2)}, b"\0" * 8))
    yield Bad("dtype.safetensors", "wrong-dtype", safetensors({"a": entry(0, 8, 2, dtype="F99")}, b"\0" * 8))
    yield Bad("deep.safetensors", "header", safetensors(b'{"a":' + b"[" * 100_000, b"\0" * 8))
    yield Bad("empty-header.safetensors", "no-state-dict", safetensors({}), REFUSAL_S)


def strangers() -> Iterator[Bad]:
    """Files of another kind that are called weights."""
    yield Bad("empty.pth", "empty-file", b"")
    yield Bad("page.pth", "web-page", b"\n<!DOCTYPE html><html><body>404</body></html>")
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n"
    yield Bad("pointer.safetensors", "lfs-pointer", pointer)
    yield Bad("text.pth", "text-file", "Gewichte für später".encode())
    yield Bad("noise.pth", "not-weights", bytes(range(256)) * 4)
    yield Bad("keras.h5", "not-weights", b"\x89HDF\r\n\x1a\n" + b"\0" * 100)
    yield Bad("old.tar.pth", "torch-tar", b"\0" * 257 + b"ustar" + b"\0" * 300)
    yield Bad("arrays.pkl", "pickle", pickle.dumps({"w": [1.0, 2.0]}))


def all_bad(marker: Path) -> list[Bad]:
    groups: list[Callable[[], Iterator[Bad]]] = [bombs, damaged, headers, strangers]
    return [*programs(marker), *(bad for group in groups for bad in group())]


def _legacy(state: bytes, count: int) -> bytes:
    """The format before torch 1.6 around any pickle that has one float storage "0"; its bytes are not all there."""
    head = torch_file({}, legacy=True)
    prefix = head[: head.index(pickle.dumps({}, 2)[2:4], 100)]
    prefix = prefix[: prefix.rindex(b"\x80\x02")]
    reference = state.replace(b"tQ", b"NtQ")
    return prefix + reference + b"\x80\x02](" + text("0") + b"e." + struct.pack("<Q", count) + b"\0" * 4


def _with_member(archive: bytes, name: str, content: bytes = b"\x80\x02}.") -> bytes:
    """`archive` with one more member, of a name that it may already have."""
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as z:
        # The writer would warn about a second member of one name.
        z.NameToInfo.clear()
        z.writestr(name, content)
    return buffer.getvalue()
