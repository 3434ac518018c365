"""The trainer of the mask predictor, on pictures whose class is a patch: where masks must lie is known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from salviewer.api import Curve, Heatmap, Progress
from salviewer.api.trained_file import read_trained
from salviewer.errors import Cancelled, InvalidChoice, Unavailable, UnsupportedModel
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.mask_predictor import generator, training_loop
from salviewer_plugins.mask_predictor.backgrounds import backgrounds, blurred, coloured
from salviewer_plugins.mask_predictor.checkpoint import Course
from salviewer_plugins.mask_predictor.controller import controlled, standardised, upsampled
from salviewer_plugins.mask_predictor.generator import generator_from
from salviewer_plugins.mask_predictor.pictures import Pictures, generator_for, portions, varied
from salviewer_plugins.mask_predictor.taps import from_facts, record
from salviewer_plugins.mask_predictor.train_params import PredictorTrainParams
from salviewer_plugins.mask_predictor.trainer import Learning, PredictorTrainer
from salviewer_plugins.mask_predictor.training_evidence import over_steps, score_curves
from tests.plugins import planted_patches as planted

PARAMS = PredictorTrainParams(epochs=3, batch=8, width=2, filter_epochs=1, augment=True)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def train(folder, params=PARAMS, progress=None, count=20, **more):
    request = planted.request_for(folder, planted.samples(count), **more)
    return PredictorTrainer().train(request, params, progress or Progress())


def masks_of(trained, model, pictures):
    """(N, 64, 64) as the explainer makes them."""
    facts, x = trained.facts, torch.cat(pictures)
    taps = from_facts(facts["taps"])
    net = generator_from(trained.tensors, [tap.channels for tap in taps], facts["classes"], facts["width"])
    with torch.no_grad():
        logits, maps = record(model, x, taps)
        scores = controlled(standardised(net(maps, logits.argmax(1))), facts["transformer"], facts["eta"], facts["h"])
        return upsampled(scores, x.shape[2:])[:, 0]


PLACE = 4
"""Pixels from one place of the coarse mask to the next."""


def contrast(masks, places):
    """The mean score of a patch over that of the rest, and how often the greatest is no further from it than a place.

    The network compares the patch with its surround, so that what is just outside counts too.
    """
    inside, near = torch.zeros(2, *masks.shape, dtype=torch.bool)
    for this, around, (top, left) in zip(inside, near, places, strict=True):
        this[top : top + planted.PATCH, left : left + planted.PATCH] = True
        rows, columns = (slice(max(0, at - PLACE), at + planted.PATCH + PLACE) for at in (top, left))
        around[rows, columns] = True
    best = masks.flatten(1).argmax(1, keepdim=True)
    return masks[inside].mean() / masks[~inside].mean(), near.flatten(1).gather(1, best).float().mean()


def assert_same(one, other):
    assert one.facts == other.facts
    assert one.stopped == other.stopped
    assert one.tensors.keys() == other.tensors.keys()
    assert all(np.array_equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted training."""
    return train(tmp_path_factory.mktemp("whole"))


def test_masks_find_the_patch_that_is_the_class(tmp_path):
    params = PredictorTrainParams(epochs=10, batch=8, width=8, filter_epochs=2)
    found = train(tmp_path, params, count=48)
    pictures, _, places = zip(*(planted.picture(n) for n in range(100, 130)), strict=True)
    ratio, hits = contrast(masks_of(found, planted.PatchModel(), list(pictures)), places)
    assert hits >= 0.8
    assert ratio > 1.5
    assert found.facts["last_loss"] < 0.7 * found.facts["first_loss"]
    assert found.facts["kept"] > 0.8
    assert found.facts["side"] == [16, 16]
    assert found.stopped == "all 10 epochs were made"
    assert found.notes == ()
    assert sum(array.nbytes for array in found.tensors.values()) < 300_000
    assert all(array.dtype == np.float32 for array in found.tensors.values())
    assert json.loads(json.dumps(found.facts)) == found.facts
    again = read_trained(found.save(tmp_path / "predictor.safetensors"))
    assert again.facts == found.facts
    assert all(isinstance(one, Curve) for one in again.evidence)


class Stop:
    """A progress that ends at the report number `at`."""

    def __init__(self, at, ends=False):
        self.heard, self.at, self.ends = [], at, ends

    def progress(self):
        over = lambda: len(self.heard) >= self.at  # noqa: E731
        never = lambda: False  # noqa: E731
        return Progress(
            lambda *told: self.heard.append(told), never if self.ends else over, ending=over if self.ends else never
        )


@pytest.mark.parametrize("cuts", [(1,), (4, 3), (6, 1, 2)])
def test_a_cancelled_training_goes_on_to_the_same_bits(tmp_path, whole, cuts):
    for at in cuts:
        with pytest.raises(Cancelled):
            train(tmp_path, progress=Stop(at).progress())
    assert_same(train(tmp_path), whole)


def test_after_a_crash_it_goes_on_from_the_last_checkpoint_to_the_same_bits(tmp_path, whole):
    model, left = planted.PatchModel(), [15]

    def dies(x):
        left[0] -= 1
        if left[0] == 0:
            raise RuntimeError("the machine went away")
        return model.module(x)

    with pytest.raises(RuntimeError, match="went away"):
        train(tmp_path, model=planted.PatchModel(model.module, dies))
    assert (tmp_path / training_loop.FILE).exists()
    asked = []
    assert_same(train(tmp_path, progress=Progress(lambda f, m, e: asked.append(m))), whole)
    assert "epoch 1 of 1" not in asked[0]  # the filter was trained before the crash


def test_a_checkpoint_of_another_question_or_a_broken_one_is_not_taken_up(tmp_path, whole):
    with pytest.raises(Cancelled):
        train(tmp_path, progress=Stop(5).progress(), seed=1)
    assert_same(train(tmp_path), whole)
    (tmp_path / training_loop.FILE).write_bytes(b"{")
    assert_same(train(tmp_path), whole)


def test_a_checkpoint_of_a_network_of_other_shapes_is_not_taken_up(tmp_path, whole, monkeypatch):
    with monkeypatch.context() as other, pytest.raises(Cancelled):
        other.setattr(generator, "widths_of", lambda levels, width: (width + 3,) * levels)
        train(tmp_path, progress=Stop(5).progress())
    assert_same(train(tmp_path), whole)


def test_other_seeds_learn_others(tmp_path, whole):
    other = train(tmp_path, seed=1)
    assert any(not np.array_equal(whole.tensors[name], other.tensors[name]) for name in whole.tensors)


def test_the_classifier_is_left_as_it_was_and_gradients_reach_only_the_predictor(tmp_path):
    module = planted.net().train()
    module.insert(1, torch.nn.BatchNorm2d(4).eval())
    module[1].running_mean.fill_(0.01)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    modes = [part.training for part in module.modules()]
    state = torch.get_rng_state()
    train(tmp_path, PARAMS.model_copy(update={"epochs": 1}), model=planted.PatchModel(module))
    after = module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert [part.training for part in module.modules()] == modes
    assert all(p.requires_grad and p.grad is None for p in module.parameters())
    assert torch.equal(torch.get_rng_state(), state)


def test_nothing_but_the_filter_learns_in_the_first_stage_and_it_stays_in_the_second(tmp_path, whole):
    only = train(tmp_path, progress=Stop(4, ends=True).progress())
    assert only.stopped == "it was asked to finish early, in epoch 1 of 3 of masks"
    assert only.notes == ("Nothing was learned of masks: the training ended before its first step.",)
    for name, array in whole.tensors.items():
        assert np.array_equal(array, only.tensors[name]) == name.startswith("filter.")


def test_it_ends_early_with_what_there_is(tmp_path):
    found = train(tmp_path, progress=Stop(7, ends=True).progress())
    assert found.stopped == "it was asked to finish early, in epoch 2 of 3 of masks"
    assert 0 < found.facts["steps"] < 9
    assert found.evidence


def test_it_ends_when_the_loss_stands_still(tmp_path):
    params = PARAMS.model_copy(update={"epochs": 30, "patience": 2, "rate": 1e-9})
    found = train(tmp_path, params, count=8)
    assert found.stopped.startswith("the loss had not fallen for 2 epochs, after ")
    assert found.facts["steps"] < 30
    assert found.notes[0].startswith(("The loss hardly fell", "The loss did not fall"))


def test_progress_shows_curves_and_the_masks_of_a_few_pictures(tmp_path):
    shown, heard = [], []

    def report(fraction, message, evidence):
        heard.append((fraction, message))
        shown.append(evidence or ())

    found = train(tmp_path, progress=Progress(report, clock=iter(range(10**6)).__next__))
    fractions = [fraction for fraction, _ in heard]
    assert fractions == sorted(fractions)
    assert any("masks: epoch 2 of 3, step 1 of 3, loss" in message for _, message in heard)
    last = {one.name: one for one in shown[-1]}
    assert {"Loss", "Pictures that keep their class", "Scores: found", "Scores: Eq. 7", "Mask: p0", "Mask: p19"} <= set(
        last
    )
    assert sum(isinstance(one, Heatmap) for one in shown[-1]) == 4
    assert last["Mask: p0"].values.shape == (64, 64)
    assert {one.name for one in shown[1]} == {"Loss of the filter", "Pictures whose own class passes more"}
    assert all(isinstance(one, Curve) for one in found.evidence)
    assert len(found.evidence) == 4


def test_less_memory_gives_the_same_up_to_rounding(tmp_path, whole):
    model, largest = planted.PatchModel(), []

    def small(x):
        if len(x) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        largest.append(len(x))
        return model.module(x)

    work = PlannedWork(Plan(batch=16), Progress())
    found = train(tmp_path, model=planted.PatchModel(model.module, small), work=work)
    assert max(largest) == 3
    assert any("are taken at once. The result is the same." in note for note in work.notes)
    assert found.facts["first_loss"] == pytest.approx(whole.facts["first_loss"], rel=1e-5)
    with pytest.raises(Unavailable, match="not enough memory to train on one picture"):
        train(tmp_path / "none", model=planted.PatchModel(model.module, lambda x: model.module(x) if len(x) == 1
              and not torch.is_grad_enabled() else (_ for _ in ()).throw(MemoryError())))  # fmt: skip


def test_gradients_of_parts_add_up_to_those_of_the_whole(tmp_path):
    loop = Learning(planted.request_for(tmp_path, planted.samples(7)), PARAMS).loop()
    stage, x = loop.begin(1), loop.pictures.batch(range(7))
    drawn = stage.objective.draw(x, generator_for(0))
    found = {}
    for micro in (7, 3, 1):
        loop.course.micro = micro
        loss, kept = loop.gradients(stage, x, drawn).tolist()
        found[micro] = [torch.tensor([loss, kept]), *(weight.grad.clone() for weight in stage.weights)]
    for other in (3, 1):
        for one, same in zip(found[other], found[7], strict=True):
            torch.testing.assert_close(one, same, rtol=1e-4, atol=1e-5)


def test_what_cannot_be_learned_is_one_sentence(tmp_path):
    module = planted.net()
    with pytest.raises(InvalidChoice, match=r"loss became no number in step 1 of epoch 1 of masks: take a learning"):
        train(tmp_path / "a", PARAMS.model_copy(update={"noise": math.inf}))
    with pytest.raises(InvalidChoice, match=r"number 2 is 3 x 16 x 16 where the first is 3 x 64 x 64"):
        small = planted.samples(1)[0].input.tensor[..., :16, :16]
        pictures = planted.samples(2)
        object.__setattr__(pictures[1].input, "tensor", small)
        PredictorTrainer().train(planted.request_for(tmp_path / "b", pictures), PARAMS, Progress())
    with pytest.raises(UnsupportedModel, match="outputs for some pictures of the collection are no numbers"):
        train(tmp_path / "c", model=planted.PatchModel(module, lambda x: module(x) * math.nan))
    with pytest.raises(UnsupportedModel, match="this model has one output"):
        train(tmp_path / "d", model=planted.PatchModel(module, lambda x: module(x)[:, :1]))


def test_a_collection_smaller_than_a_batch_is_one_step_an_epoch(tmp_path):
    found = train(tmp_path, PARAMS.model_copy(update={"batch": 64}), count=3)
    assert found.facts["steps"] == 3
    assert found.facts["pictures"] == 3


def test_an_epoch_is_dealt_out_evenly_and_by_its_seed_alone():
    one = portions(20, 8, generator_for(1, 2, 3))
    assert sorted(map(len, one)) == [6, 7, 7]
    assert sorted(row for rows in one for row in rows) == list(range(20))
    assert one == portions(20, 8, generator_for(1, 2, 3))
    assert one != portions(20, 8, generator_for(1, 2, 4))


def test_pictures_beyond_the_room_are_read_anew():
    class Counted(list):
        read = 0

        def __getitem__(self, at):
            Counted.read += 1
            return super().__getitem__(at)

    samples = Counted(planted.samples(4))
    pictures = Pictures(samples, torch.device("cpu"), keep=2 * 3 * 64 * 64 * 4)
    Counted.read = 0
    assert pictures.batch([0, 1, 2, 3]).shape == (4, 3, 64, 64)
    assert torch.equal(pictures.batch([3, 0]), pictures.batch([0, 3]).flip(0))
    assert Counted.read == 6


def test_backgrounds_are_blurred_or_of_one_colour():
    x, encode = torch.rand(400, 3, 24, 24), lambda raw: 4 * (raw - 0.5)
    found = backgrounds(x, encode, torch.Generator().manual_seed(0), noise=0.0)
    soft = (found == blurred(x)).flatten(1).all(1)
    plain = (found == found[..., :1, :1]).flatten(1).all(1)
    assert (soft ^ plain).all()
    assert 160 < soft.sum() < 240
    assert found[plain].abs().max() <= 2
    noisy = coloured(x, encode, torch.Generator().manual_seed(0), noise=0.1)
    assert noisy.flatten(2).std(2).mean() == pytest.approx(0.4, rel=0.02)


def test_the_blur_has_a_variance_of_10():
    x = torch.zeros(1, 1, 61, 61)
    x[..., 30, 30] = 1
    seen = blurred(x)[0, 0]
    places = torch.arange(61.0) - 30
    assert seen.sum() == pytest.approx(1, abs=1e-5)
    assert (seen.sum(0) * places**2).sum() == pytest.approx(10, rel=0.03)


def test_varied_pictures_are_mirrored_and_cropped():
    row = torch.linspace(0, 1, 40).expand(200, 1, 40, 40)
    seen = varied(row, torch.Generator().manual_seed(0))
    step = seen[:, 0, 20, 21] - seen[:, 0, 20, 20]
    assert 70 < (step < 0).sum() < 130
    assert ((step.abs() * 39 >= 0.79) & (step.abs() * 39 <= 1.01)).all()


def test_curves_by_hand():
    x, y = over_steps([float(n) for n in range(1, 601)])
    assert len(x) == 200
    assert np.array_equal(x, y)  # the mean of steps k..l is their middle
    found, wanted = score_curves(1 / (1 + np.exp(-1.5 * np.random.default_rng(0).normal(size=10**5))) ** 2.5,
                                 "customized", 1.5, 2.5)  # fmt: skip
    assert np.abs(found.y - wanted.y).max() < 0.05 * wanted.y.max()
    assert wanted.y.mean() == pytest.approx(1, abs=1e-2)
    assert len(score_curves(np.array([0.0, 2.0]), "basic", 1.5, 2.5)) == 1


def test_a_course_starts_at_the_beginning():
    assert (Course({}).stage, Course({}).epoch, Course({}).step, Course({}).stopped) == (0, 0, 0, "")
