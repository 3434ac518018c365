from __future__ import annotations

import pytest
import torch

from salviewer.errors import UnreadableModel
from salviewer.models.matching import check_fit, compare, copy_into, infer_classes, settle_names, shapes_of


@pytest.fixture
def shapes(tiny):
    return shapes_of(tiny)


def load_into(module, state, architecture, file):
    check_fit(module, state, architecture, file)
    return copy_into(module, state, file)


def with_prefix(state, prefix):
    return {prefix + key: tensor for key, tensor in state.items()}


def test_its_own_weights_fit(tiny, shapes):
    state = tiny.state_dict()
    settled, notes = settle_names(state, shapes)
    assert settled is state and notes == () and compare(state, shapes)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.", "module.model.", "_orig_mod.module."])
def test_prefixes_are_taken_off_and_named(tiny, shapes, prefix):
    settled, notes = settle_names(with_prefix(tiny.state_dict(), prefix), shapes)
    assert settled.keys() == shapes.keys() and compare(settled, shapes)
    assert [n.code for n in notes] == ["prefix"] and f"“{prefix}”" in notes[0].text


def test_entries_beside_the_prefix_are_left_out_and_counted(tiny, shapes):
    state = with_prefix(tiny.state_dict(), "module.") | {"n_averaged": torch.tensor(9)}
    settled, notes = settle_names(state, shapes)
    assert compare(settled, shapes) and "(1)" in notes[0].text


def test_a_prefix_that_the_architecture_has_itself_stays():
    shapes = {"model.w": torch.Size([2]), "model.b": torch.Size([2])}
    state = {key: torch.zeros(2) for key in shapes}
    settled, notes = settle_names(state, shapes)
    assert settled.keys() == shapes.keys() and notes == ()


def test_names_of_early_versions_are_translated():
    shapes = {"features.denseblock1.denselayer1.norm1.weight": torch.Size([2]), "e.mlp.0.bias": torch.Size([2])}
    state = {"features.denseblock1.denselayer1.norm.1.weight": torch.zeros(2), "e.mlp.linear_1.bias": torch.zeros(2)}
    settled, notes = settle_names(with_prefix(state, "module."), shapes)
    assert settled.keys() == shapes.keys() and [n.code for n in notes] == ["prefix", "old-names"]


def test_the_number_of_classes_is_what_the_last_layer_has(tiny, shapes):
    state = dict(tiny.state_dict())
    assert infer_classes(state, shapes) is None
    state |= {"head.weight": torch.zeros(11, 4), "head.bias": torch.zeros(11)}
    assert infer_classes(state, shapes) == 11
    assert infer_classes(state | {"conv.bias": torch.zeros(7)}, shapes) is None


def test_weights_are_copied(tiny, shapes):
    state = {key: torch.full_like(t, 3) for key, t in tiny.state_dict().items()}
    del state["norm.num_batches_tracked"]
    assert load_into(tiny, state, "tiny", "w.pt") == ()
    assert all((t == 3).all() for key, t in tiny.state_dict().items() if key in state)
    assert tiny.norm.num_batches_tracked == 0


def test_a_report_names_what_does_not_fit(tiny):
    state = dict(tiny.state_dict())
    state["conv.weight"] = torch.zeros(8, 3, 5, 5)
    del state["head.weight"], state["head.bias"]
    state |= {f"block{i}.weight": torch.zeros(2) for i in range(4)}
    with pytest.raises(UnreadableModel) as refusal:
        load_into(tiny, state, "tiny", "w.pt")
    message = str(refusal.value)
    assert refusal.value.code == "architecture"
    assert "2 of 9 are missing (head.weight, head.bias)" in message
    assert "4 of 11 are unknown to it (block0.weight, block1.weight, block2.weight, ...)" in message
    assert "1 of 9 have another shape (conv.weight: 8x3x5x5 instead of 4x3x3x3)" in message
    assert "variant of the architecture" in message


def test_weights_of_another_architecture_are_called_so(tiny):
    with pytest.raises(UnreadableModel, match="looks like another architecture"):
        load_into(tiny, {"layer1.weight": torch.zeros(3)}, "tiny", "w.pt")


def test_what_the_network_says_it_can_do_without_may_be_there(tiny):
    tiny._keys_to_ignore_on_load_unexpected = [r"^aux\."]
    state = tiny.state_dict() | {"aux.weight": torch.zeros(3)}
    assert load_into(tiny, state, "tiny", "w.pt") == ()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_becomes_float32_with_a_note(tiny, dtype):
    state = {key: t.to(dtype) if t.is_floating_point() else t for key, t in tiny.state_dict().items()}
    notes = load_into(tiny, state, "tiny", "w.pt")
    assert [n.code for n in notes] == ["half-precision"] and "8 tensors" in notes[0].text
    assert tiny.conv.weight.dtype == torch.float32
    assert torch.equal(tiny.conv.weight, state["conv.weight"].float())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300])
@pytest.mark.parametrize("key", ["conv.weight", "norm.running_var"])
def test_weights_that_are_no_numbers_are_refused_by_name(tiny, value, key):
    state = dict(tiny.state_dict())
    state[key] = state[key].double().clone()
    state[key].flatten()[1] = value
    with pytest.raises(UnreadableModel, match=rf"1 of \d+ in {key}") as refusal:
        load_into(tiny, state, "tiny", "w.pt")
    assert refusal.value.code == "not-finite"


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int64, torch.float8_e4m3fn])
def test_quantised_weights_are_refused(tiny, dtype):
    state = dict(tiny.state_dict())
    state["conv.weight"] = torch.zeros(4, 3, 3, 3).to(dtype)
    with pytest.raises(UnreadableModel, match="conv.weight") as refusal:
        load_into(tiny, state, "tiny", "w.pt")
    assert refusal.value.code == "wrong-dtype"
