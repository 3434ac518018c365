"""`salviewer train`, `list trainers`, `list trained`, and `--trained`."""

from __future__ import annotations

import os
import signal

import pytest
from toy_trainers import Mean, host_with_trainers

from salviewer import host, shelves
from salviewer.api.trained_file import read_trained

MODEL = ("--model", "an8flower-cnn", "--collection", "toy-squares", "--device", "cpu")


@pytest.fixture(autouse=True)
def with_toys(monkeypatch):
    made = host_with_trainers()
    monkeypatch.setattr(host.Host, "discover", classmethod(lambda cls: made))
    monkeypatch.setattr(shelves, "_shelves", {})


def test_a_training_is_kept_for_its_model_and_listed(salviewer):
    done = salviewer("train", "toy-mean", *MODEL, "-C", "count=4", "-p", "factor=2", "--json")
    assert done.code == 0
    assert done.json["samples"] == 4
    (entry,) = salviewer("list", "trained", "--trainer", "toy-mean", "--json").json
    assert entry["file"] == done.json["file"]
    assert (entry["trainer"], entry["model"], entry["collection"]) == ("toy-mean", "an8flower-cnn", "toy-squares")
    assert "toy-mean" in salviewer("list", "trained").out


def test_what_is_learned_goes_to_a_file_and_into_an_explanation(salviewer, tmp_path):
    file = tmp_path / "new" / "learned.safetensors"
    done = salviewer("train", "toy-mean", *MODEL, "--limit", 2, "--seed", 3, "-o", file)
    assert done.code == 0
    assert "learned from 2 samples of toy-squares" in done.out
    assert str(file) in done.out
    assert read_trained(file).provenance["seed"] == 3
    done = salviewer("explain", "collection:an8flower-single-6c/red-05", "--model", "an8flower-cnn", "--device", "cpu",
                     "--method", "toy-distance", "--target", 0, "--trained", file, "-o", tmp_path)  # fmt: skip
    assert done.code == 0
    (saved,) = tmp_path.glob("*.safetensors")
    assert salviewer("reproduce", saved, "--trained", file, "--device", "cpu").code == 0


def test_ctrl_c_says_how_to_go_on_and_the_same_command_does(salviewer, monkeypatch):
    real = Mean.train

    def interrupted(self, request, params, progress):
        os.kill(os.getpid(), signal.SIGINT)
        return real(self, request, params, progress)

    monkeypatch.setattr(Mean, "train", interrupted)
    before = signal.getsignal(signal.SIGINT)
    done = salviewer("train", "toy-mean", *MODEL)
    assert done.code == 130
    assert done.err == "error: Interrupted. The same command goes on where it stopped.\n"
    assert signal.getsignal(signal.SIGINT) is before
    monkeypatch.setattr(Mean, "train", real)
    assert salviewer("train", "toy-mean", *MODEL).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("toy-maen", *MODEL), 2, "no trainer “toy-maen”"),
        (("toy-mean", *MODEL, "-p", "factor=0"), 2, "factor"),
        (("toy-mean", *MODEL, "-C", "cuont=2"), 2, "cuont"),
        (("toy-truth", *MODEL, "-C", "annotated=false"), 2, "boxes or masks"),
        (("toy-mean", *MODEL, "-o", "/dev/null/x.safetensors"), 7, "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_sentence(salviewer, arguments, code, words):
    done = salviewer("train", *arguments)
    assert done.code == code
    assert words in done.err
    assert len(done.err.splitlines()) == 1


def test_another_file_is_no_trained_state(salviewer, tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"x")
    done = salviewer("explain", "collection:an8flower-single-6c/red-05", "--model", "an8flower-cnn", "--method", "glas",
                     "--trained", tmp_path / "x.safetensors")  # fmt: skip
    assert done.code == 3
    assert "trained state" in done.err


def test_trainers_are_listed_with_the_methods_that_take_what_they_learn(salviewer):
    found = {one["key"]: one for one in salviewer("list", "trainers", "--json").json}
    assert found["toy-mean"]["methods"] == ["toy-distance", "toy-maybe"]
    assert [p["name"] for p in found["toy-mean"]["params"]] == ["factor", "spoil"]
    assert "toy-truth" in salviewer("list", "trainers").out


def test_nothing_trained_yet_is_said(salviewer):
    assert salviewer("list", "trained", "--trainer", "toy-mean").out == "Nothing was trained yet.\n"
