"""Batches, memory back-off and the probe of reduced precision."""

from __future__ import annotations

import pytest
import torch

from salviewer.api import Progress
from salviewer.errors import Cancelled, Unavailable
from salviewer.jobs.plan import Plan, PlanBook, threads
from salviewer.jobs.work import PlannedWork


def slices(work, count, step=lambda part: torch.arange(part.start, part.stop), **options):
    return [(part.start, part.stop) for part, _ in work.batched(count, step, **options)]


def test_batches_cover_everything_in_order():
    assert slices(PlannedWork(Plan(batch=4), Progress()), 42) == [(i, min(42, i + 4)) for i in range(0, 42, 4)]


def test_no_batch_is_more_than_a_tenth_of_the_work():
    assert slices(PlannedWork(Plan(batch=64), Progress()), 50)[0] == (0, 5)
    assert slices(PlannedWork(Plan(batch=64), Progress()), 3) == [(0, 1), (1, 2), (2, 3)]


def test_items_of_several_images_make_smaller_batches():
    assert slices(PlannedWork(Plan(batch=8), Progress()), 80, images=4)[0] == (0, 2)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_out_of_memory_halves_the_batch_says_so_and_changes_nothing(error):
    work = PlannedWork(Plan(batch=16), Progress())

    def step(part):
        if part.stop - part.start > 5:
            raise error
        return torch.arange(part.start, part.stop)

    values = [v for _, v in work.batched(200, step)]
    assert torch.equal(torch.cat(values), torch.arange(200))
    assert work.plan.batch == 4
    assert any("Memory ran out" in note for note in work.notes)


def test_memory_that_does_not_suffice_for_one_input_is_a_sentence():
    def step(part):
        raise MemoryError

    with pytest.raises(Unavailable, match="not enough memory"):
        slices(PlannedWork(Plan(batch=4), Progress()), 40, step)


def test_another_error_is_not_swallowed():
    def step(part):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1"):
        slices(PlannedWork(Plan(), Progress()), 40, step)


def test_cancel_is_seen_before_each_batch():
    seen = []
    work = PlannedWork(Plan(batch=2), Progress(cancelled=lambda: len(seen) == 3))
    with pytest.raises(Cancelled):
        slices(work, 40, lambda part: seen.append(part) or torch.zeros(2))
    assert len(seen) == 3


def test_harmless_reduced_precision_is_used_and_said():
    work = PlannedWork(Plan(batch=8, precision="bfloat16"), Progress())
    exact = torch.linspace(0, 1, 400)
    calls = []

    def step(part):
        reduced = torch.is_autocast_enabled("cpu")
        calls.append(reduced)
        return exact[part] + (1e-6 if reduced else 0.0)

    values = torch.cat([v for _, v in work.batched(400, step)])
    assert torch.equal(values[:64], exact[:64])
    assert torch.allclose(values[64:], exact[64:] + 1e-6)
    assert calls.count(False) == 8
    assert work.plan.precision == "bfloat16"
    assert "Reduced precision (bfloat16)" in work.notes[0]


def test_harmful_reduced_precision_is_dropped_and_said():
    work = PlannedWork(Plan(batch=8, precision="bfloat16"), Progress())
    exact = torch.randn(400, generator=torch.Generator().manual_seed(0))

    def step(part):
        noise = torch.randn(part.stop - part.start) if torch.is_autocast_enabled("cpu") else 0.0
        return exact[part] + noise

    assert torch.equal(torch.cat([v for _, v in work.batched(400, step)]), exact)
    assert work.plan.precision == "full"
    assert "Full precision was used" in work.notes[0]


def test_threads_are_put_back_also_after_an_error():
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise ZeroDivisionError
    assert torch.get_num_threads() == before


def test_plans_are_kept_and_a_damaged_book_is_begun_anew(tmp_path):
    path = tmp_path / "plans.json"
    PlanBook(path).keep("net", Plan(batch=3))
    assert PlanBook(path).get("net") == Plan(batch=3)
    for damage in ("{", "[1]", '{"net": {"wrong": 1}}'):
        path.write_text(damage)
        assert PlanBook(path).get("net") is None
