"""The engine keeps what a training learned, for its model, before anybody hears of it."""

from __future__ import annotations

import queue

import numpy as np
import pytest

from salviewer.api import CollectionRef, JobSpec, ModelRef, Trained
from salviewer.api.trained_file import read_trained
from salviewer.jobs import engine as engines
from salviewer.jobs import run as runs
from salviewer.jobs import trained_library
from salviewer.jobs.account import account
from salviewer.jobs.engine import Engine
from salviewer.jobs.trained_library import trained_states

SPEC = JobSpec(
    verb="train", method="weights", model=ModelRef(architecture="net"), collection=CollectionRef(key="flowers")
)
ABOUT = {"trainer": "weights", "began": "2026-11-20T10:00:00+00:00", "model": {"sha256": "a1b2" * 16}}


@pytest.fixture
def ended(monkeypatch):
    """Runs `SPEC` on an engine whose training ends at once; its last event."""
    learned = Trained({"w": np.ones(2, np.float32)}, provenance=ABOUT)
    monkeypatch.setattr(runs, "run", lambda spec, shelf, progress: learned)

    def run():
        heard = queue.Queue()
        engine = Engine(None, None, heard.put)
        engine.submit(SPEC)
        events = []
        while not events or events[-1].kind in ("queued", "started"):
            events.append(heard.get(timeout=20))
        assert engine.close()
        assert events[0].title == "Training: weights"
        return events[-1]

    return run


def test_it_is_in_the_library_when_it_is_announced(ended):
    event = ended()
    assert event.kind == "done"
    assert event.stored is None
    assert [entry.path for entry in trained_states("a1b2" * 16)] == [event.place]
    assert read_trained(event.place).tensors["w"].tolist() == [1.0, 1.0]


def test_a_full_disk_loses_nothing_that_is_on_the_screen(ended, monkeypatch):
    def full(trained):
        raise OSError("No space left on device")

    monkeypatch.setattr(trained_library, "save_to_library", full)
    event = ended()
    assert (event.kind, event.place) == ("done", None)
    assert event.result.tensors["w"].tolist() == [1.0, 1.0]
    assert event.message == "What was learned is shown but could not be kept: No space left on device"


def test_titles_say_what_is_done():
    assert engines._title_of(SPEC) == "Training: weights"
    assert engines._title_of(JobSpec(verb="predict", model=ModelRef(architecture="net"))).startswith("Prediction")


def test_a_result_says_what_its_method_was_trained_to(trained_result):
    facts = dict(account(trained_result, None).facts)
    assert facts["Trained state"] == "weights-1.safetensors"
    assert facts["Trained state, SHA-256"] == "ab" * 32
    assert facts["Learned from"] == "1,200 of flowers"


@pytest.fixture
def trained_result():
    from salviewer.api import Explanation, Heatmap

    learned = {"name": "weights-1.safetensors", "sha256": "ab" * 32, "trainer": "weights",
               "collection": {"key": "flowers", "samples": 1200}}  # fmt: skip
    return Explanation((Heatmap("map", np.zeros((2, 2), np.float32)),), provenance={"trained": learned})
