"""A network's whole state, and the modes of torch, before and after a run."""

from __future__ import annotations

import torch


def state_of(net):
    """All of a network that a run could leave changed."""
    modules = list(net.modules())
    return (
        [(n, t.clone(), t.stride(), t.data_ptr()) for n, t in net.state_dict(keep_vars=True).items()],
        [m.training for m in modules],
        [(p.requires_grad, p.grad) for p in net.parameters()],
        [len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in modules],
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
        len(torch.overrides._get_overloaded_args((), lambda t: t)),
        torch.get_num_threads(),
    )


def same_state(before, after):
    """Whether two states are the same to the last bit."""
    tensors = zip(before[0], after[0], strict=True)
    return before[1:] == after[1:] and all(
        a[0] == b[0] and torch.equal(a[1], b[1]) and a[2:] == b[2:] for a, b in tensors
    )
