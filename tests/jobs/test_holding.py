"""Many jobs about one picture: within a block it is made once, and afterwards nothing of it is kept."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import torch

from salviewer.api import InputRef, ModelRef
from salviewer.jobs.shelf import Shelf
from salviewer.models.undisturbed import layout

REF = InputRef(source="collection:an8flower-single-6c/red-05")
MODEL = ModelRef(architecture="an8flower-cnn")


def test_within_the_block_a_sample_and_an_input_are_made_once():
    shelf = Shelf(device="cpu")
    model = shelf.model(MODEL)
    with shelf.holding():
        sample, source = shelf.sample(REF), shelf.input(REF, model)
        assert shelf.sample(REF) is sample
        assert shelf.sample(REF.source) is sample
        assert shelf.input(REF, model) is source
        assert shelf.input(InputRef(source="collection:an8flower-single-6c/red-06"), model) is not source
    assert shelf.sample(REF) is not sample
    assert shelf.input(REF, model) is not source


def test_another_model_or_thread_gets_its_own():
    shelf = Shelf(device="cpu")
    model = shelf.model(MODEL)
    with shelf.holding():
        source = shelf.input(REF, model)
        assert shelf.input(REF, model.with_module(model.module, "another")) is not source
        found = []
        thread = threading.Thread(target=lambda: found.append(shelf.input(REF, model)))
        thread.start()
        thread.join()
        assert found[0] is not source


def test_blocks_within_one_another_end_one_by_one():
    shelf = Shelf(device="cpu")
    with shelf.holding():
        outer = shelf.sample(REF)
        with shelf.holding():
            assert shelf.sample(REF) is not outer
        assert shelf.sample(REF) is outer


def test_within_the_block_the_weights_are_laid_out_once_and_put_back_at_its_end():
    shelf = Shelf(device="cpu")
    module = shelf.model(MODEL).module
    layouts = lambda: [p.is_contiguous(memory_format=torch.channels_last) for p in module.parameters() if p.ndim == 4]  # noqa: E731
    before = [(p.data_ptr(), p.clone()) for p in module.parameters()]
    make = lambda: layout(module, torch.channels_last)  # noqa: E731
    with shelf.holding():
        for _ in range(2):
            with ExitStack() as job:
                shelf.enter_once("layout", make, job)
            assert all(layouts())
        with torch.inference_mode(), ExitStack() as job:
            shelf.enter_once("another", make, job)
        assert not any(p.is_inference() for p in module.parameters())
    assert not all(layouts())
    assert all(
        p.data_ptr() == at and torch.equal(p, value) for p, (at, value) in zip(module.parameters(), before, strict=True)
    )
    with ExitStack() as job:
        shelf.enter_once("layout", make, job)
        assert all(layouts())
    assert not all(layouts())
