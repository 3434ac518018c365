from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import torch
from bad_weights import STATE, all_bad, safetensors, torch_file
from safetensors.torch import save as save_safetensors

from salviewer.errors import SalViewerError, UnreadableModel
from salviewer.models.file_kind import inspect
from salviewer.models.weights_file import read_weights

NAMES = [bad.name for bad in all_bad(Path("marker"))]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    marker = folder / "executed"
    found = {bad.name: bad for bad in all_bad(marker)}
    for bad in found.values():
        (folder / bad.name).write_bytes(bad.content)
    return folder, found, marker


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_is_refused_in_time_with_its_code(corpus, name):
    folder, found, marker = corpus
    start = time.thread_time()  # the machine may be busy with other work
    with pytest.raises(UnreadableModel) as refusal:
        read_weights(folder / name)
    took = time.thread_time() - start
    assert refusal.value.code == found[name].code, str(refusal.value)
    assert took < found[name].limit_s
    assert not marker.exists()
    message = str(refusal.value)
    assert name in message and len(message) < 400 and message.endswith(".") and "Traceback" not in message


def test_refusals_use_no_memory(corpus):
    folder, found, _ = corpus
    code = """
import resource, sys
from pathlib import Path
from salviewer.errors import UnreadableModel
from salviewer.models.weights_file import read_weights
folder = Path(sys.argv[1])
read_weights(folder / "good.pt")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in sys.argv[2:]:
    try:
        read_weights(folder / name)
    except UnreadableModel:
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(name, (after - before) // 1024)
        before = after
"""
    pytest.importorskip("resource")
    (folder / "good.pt").write_bytes(torch_file(STATE))
    done = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-c", code, str(folder), *found], capture_output=True, text=True, check=True, timeout=120
    )
    grown = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())
    assert grown.keys() == found.keys()
    assert {name: n for name, n in grown.items() if int(n) > 50} == {}


def test_the_bytearray_bomb_is_small_and_real(corpus):
    _, found, _ = corpus
    assert len(found["bytearray.pt"].content) < 450
    assert len(found["deflated.pt"].content) < 100_000


@pytest.mark.parametrize("legacy", [False, True])
def test_what_torch_saved_is_read_bit_for_bit(tmp_path, legacy):
    path = tmp_path / "weights.txt"
    path.write_bytes(torch_file(STATE, legacy=legacy))
    weights = read_weights(path)
    assert weights.tensors.keys() == STATE.keys() and weights.notes == ()
    assert all(torch.equal(weights.tensors[key], STATE[key]) for key in STATE)


def test_safetensors_named_pth_is_read(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(save_safetensors(STATE))
    assert inspect(path) == "safetensors"
    assert torch.equal(read_weights(path).tensors["conv.weight"], STATE["conv.weight"])


@pytest.mark.parametrize("length", [128, 384, 1408])
def test_a_header_length_that_looks_like_a_pickle_is_no_pickle(tmp_path, length):
    header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode().ljust(length)
    path = tmp_path / "a.safetensors"
    path.write_bytes(safetensors(header, b"\0" * 8))
    assert inspect(path) == "safetensors" and read_weights(path).tensors["a"].shape == (2,)


def test_the_hash_is_the_files(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(save_safetensors({"a": torch.zeros(2)}))
    assert read_weights(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("saved", "place"),
    [
        ({"state_dict": STATE, "epoch": 3}, "state_dict"),
        ({"model": STATE, "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}, "lr": [0.1]}}, "model"),
        ({"model": {"state_dict": STATE}}, "model/state_dict"),
        ({"state_dict_ema": STATE, "epoch": 3}, "state_dict_ema"),
    ],
)
def test_containers_are_unwrapped_and_say_so(tmp_path, saved, place):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(torch_file(saved))
    weights = read_weights(path)
    assert weights.tensors.keys() == STATE.keys()
    assert [n.code for n in weights.notes] == ["unwrapped"] and f"“{place}”" in weights.notes[0].text


def test_averaged_weights_beside_the_plain_ones_are_mentioned(tmp_path):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(torch_file({"model": STATE, "model_ema": {key: t + 1 for key, t in STATE.items()}}))
    weights = read_weights(path)
    assert torch.equal(weights.tensors["conv.bias"], STATE["conv.bias"])
    assert [n.code for n in weights.notes] == ["unwrapped", "averaged-weights"]


def test_what_trainers_save_beside_the_weights_is_no_obstacle(tmp_path):
    moments = {"step": torch.tensor(9.0), "exp_avg": torch.zeros(3)}
    group = {"lr": 1e-3, "betas": (0.9, 0.999), "amsgrad": False, "foreach": None, "params": [0, 1]}
    beside = {
        "optimizer": {"state": {0: moments, 1: moments}, "param_groups": [group]},
        "schedule": {"milestones": Counter([3, 3, 7]), "last_epoch": 12},
        "tags": {"a", "b"},
        "device": torch.device("cuda:1"),
        "size": torch.Size([2, 3]),
    }
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(torch_file({"state_dict": torch.nn.BatchNorm1d(2).state_dict()} | beside))
    assert read_weights(path).tensors["running_var"].tolist() == [1.0, 1.0]


def test_forcing_variables_do_not_count_and_are_put_back(tmp_path, monkeypatch):
    path = tmp_path / "w.pt"
    path.write_bytes(torch_file(STATE))
    seen = []
    real = torch.load
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")

    def spy(*args, **options):
        seen.append((options["weights_only"], [name for name in os.environ if name.startswith("TORCH_FORCE")]))
        return real(*args, **options)

    monkeypatch.setattr(torch, "load", spy)
    read_weights(path)
    assert seen == [(True, [])]
    assert os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] == os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] == "1"


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe") if hasattr(os, "mkfifo") else (tmp_path / "pipe").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "loop", tmp_path / "none.pt", tmp_path / "a\0b"):
        with pytest.raises(UnreadableModel) as refusal:
            read_weights(path)
        assert refusal.value.code == "not-a-file"


def test_mutated_files_raise_nothing_but_our_errors(tmp_path):
    draw = random.Random(7)
    marker = tmp_path / "executed"
    seeds = [torch_file(STATE), torch_file(STATE, legacy=True), save_safetensors(STATE)]
    seeds += [bad.content for bad in all_bad(marker) if bad.code == "runs-code"]
    path = tmp_path / "mutated"
    refused = 0
    for i in range(600):
        path.write_bytes(_mutate(bytearray(seeds[i % len(seeds)] if i % 2 else seeds[i // 2 % 3]), draw))
        try:
            read_weights(path)
        except SalViewerError:
            refused += 1
    assert not marker.exists()
    assert 300 < refused < 600


def _mutate(content: bytearray, draw: random.Random) -> bytes:
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(content))
        kind = draw.randrange(4)
        if kind == 0:
            content[at] = draw.randrange(256)
        elif kind == 1:
            del content[at : at + draw.randint(1, 8)]
        elif kind == 2:
            content[at:at] = content[draw.randrange(len(content)) :][: draw.randint(1, 16)]
        else:
            content[at] ^= 1 << draw.randrange(8)
        if not content:
            return b""
    return bytes(content)
