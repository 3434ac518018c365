"""Open a network: from a family and a weights file, or one that lives in this Python session."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from salviewer.api import (
    ArchitectureFacts,
    ArchitectureFamily,
    ModelRef,
    Note,
    Preprocessing,
    Progress,
    VolumePreprocessing,
)
from salviewer.errors import Unavailable, UnreadableModel
from salviewer.models.building import build_hollow, build_random, fill_hollow
from salviewer.models.captions import PinnedCaption, describes
from salviewer.models.classes import name_classes, read_classes
from salviewer.models.loaded import LoadedModel
from salviewer.models.matching import check_fit, copy_into, infer_classes, settle_names, shapes_of
from salviewer.models.named_weights import RANDOM, find_weights
from salviewer.models.outputs import Outputs, class_count
from salviewer.models.probe import check_outputs, detect_outputs, network_dims, probe
from salviewer.models.weights_file import hash_tensors, read_weights

AnyPreprocessing = Preprocessing | VolumePreprocessing


def open_model(
    family: ArchitectureFamily,
    ref: ModelRef,
    *,
    device: str | torch.device = "cpu",
    progress: Progress | None = None,
) -> LoadedModel:
    """The network that `ref` names, built by `family`, with its weights, on `device`.

    Raises:
        InvalidChoice: no weights are named, or there are none of that name, or the classes do not fit.
        UnreadableModel: the weights file is refused, does not fit the architecture, or has not `ref.sha256`.
        UnsupportedModel: the network cannot be used as a classifier.
        Unavailable: named weights cannot be downloaded, or `device` is not there.
    """
    progress = progress or Progress()
    name, facts = ref.architecture, family.facts(ref.architecture)
    place = _place(device)
    notes: tuple[Note, ...]
    if ref.weights == RANDOM:
        module = build_random(family, name, _given_count(ref))
        sha256, notes = (
            hash_tensors(module.state_dict()),
            (Note("untrained", f"{name} is untrained: its weights are random."),),
        )
    else:
        path = find_weights(family, ref, facts, progress.part(0.0, 0.8))
        progress(0.8, f"reading {path.name}")
        module, sha256, notes = _build_from_file(family, name, path)
    if ref.sha256 and ref.sha256 != sha256:
        raise UnreadableModel(
            f"The weights of {name} are not the ones that were meant: the file's content has changed since.",
            code="changed",
        )
    progress(0.9, f"trying {name}")
    preprocessing = facts.preprocessing if ref.preprocessing is None else _as_given(ref.preprocessing)
    model = _complete(module.eval().to(place), ref, facts, preprocessing, sha256, notes)
    progress(1.0)
    return model


def open_module(
    module: nn.Module,
    *,
    classes: Sequence[str] | str | None = None,
    outputs: Outputs | None = None,
    preprocessing: AnyPreprocessing | Literal["none"] | None = None,
    device: str | torch.device | None = None,
    input_shape: Sequence[int] | None = None,
) -> LoadedModel:
    """The live network `module`, which is never changed; where `device` is another than its own, a copy of it.

    Args:
        module: any classifier.
        classes: names in index order, or a file with them; None numbers them.
        outputs: what its outputs mean; None finds out, else assumes softmax.
        preprocessing: None and "none" feed inputs as they are.
        device: None leaves it where it is.
        input_shape: (C, *S) of one input, where it takes just one size; None tries likely ones.

    Raises:
        InvalidChoice: the number of class names is wrong.
        UnsupportedModel: it cannot be used as a classifier, or refuses the input.
    """
    notes: tuple[Note, ...] = ()
    if any(part.training for part in module.modules()):
        text = "The network was in training mode; it runs in evaluation mode here and gets its own mode back."
        notes = (Note("was-training", text),)
    given = classes if classes is None or isinstance(classes, str) else tuple(classes)
    ref = ModelRef(architecture=type(module).__name__, classes=given, outputs=outputs)
    if device is not None and any(p.device != _place(device) for p in module.parameters()):
        module = copy.deepcopy(module).to(_place(device))
    shape = tuple(input_shape) if input_shape is not None else None
    sha256 = hash_tensors(module.state_dict())
    return _complete(module, ref, ArchitectureFacts(), _as_given(preprocessing), sha256, notes, shape)


def as_module(function: Callable[[Tensor], Tensor]) -> nn.Module:
    """`function`, (N, C, *S) to outputs, as a network without weights."""

    class Function(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return function(x)

    return Function()


def _build_from_file(family: ArchitectureFamily, name: str, path: Path) -> tuple[nn.Module, str, tuple[Note, ...]]:
    weights = read_weights(path)
    default = shapes_of(build_hollow(family, name, None))
    state, renamed = settle_names(weights.tensors, default)
    classes = infer_classes(state, default)
    module = build_hollow(family, name, classes)
    check_fit(module, state, name, path.name)
    if not fill_hollow(module, state.keys()):
        module = build_random(family, name, classes)
    converted = copy_into(module, state, path.name)
    return module, weights.sha256, (*weights.notes, *renamed, *converted)


def _complete(
    module: nn.Module,
    ref: ModelRef,
    facts: ArchitectureFacts,
    preprocessing: AnyPreprocessing | None,
    sha256: str,
    notes: tuple[Note, ...],
    shape: tuple[int, ...] | None = None,
) -> LoadedModel:
    """The network with what a trial run shows about its input, outputs and classes."""
    if describes(module):
        return _complete_caption(module, ref, facts, preprocessing, sha256, notes, shape)
    tried = probe(module, preprocessing, shape)
    kind, assumed = (ref.outputs, ()) if ref.outputs else detect_outputs(module, tried.raw, facts.outputs)
    check_outputs(module, tried.raw, kind)
    if not tried.repeatable:
        text = "Two runs on one input gave different outputs: the network draws at random, and its maps vary with it."
        assumed = (*assumed, Note("not-repeatable", text))
    return LoadedModel(
        module=module,
        sha256=sha256,
        classes=name_classes(class_count(tried.raw, kind), ref.classes, facts.classes, kind),
        architecture=ref.architecture,
        outputs=kind,
        preprocessing=preprocessing,
        channels=tried.shape[0],
        dims=network_dims(module, preprocessing),
        notes=(*notes, *assumed),
    )


def _complete_caption(
    module: nn.Module,
    ref: ModelRef,
    facts: ArchitectureFacts,
    preprocessing: AnyPreprocessing | None,
    sha256: str,
    notes: tuple[Note, ...],
    shape: tuple[int, ...] | None,
) -> LoadedModel:
    """A captioning network; its classes are its vocabulary."""
    tried = probe(PinnedCaption(module), preprocessing, shape)
    words = ref.classes if ref.classes is not None else tuple(facts.classes or getattr(module, "vocabulary", ()))
    names = read_classes(Path(words)) if isinstance(words, str) else words
    return LoadedModel(module, sha256, names, ref.architecture, "caption", preprocessing, tried.shape[0], notes)


def _as_given(preprocessing: AnyPreprocessing | Literal["none"] | None) -> AnyPreprocessing | None:
    return None if preprocessing == "none" else preprocessing


def _given_count(ref: ModelRef) -> int | None:
    """How many outputs an untrained network needs for the classes that the person named."""
    if ref.classes is None:
        return None
    names = read_classes(Path(ref.classes)) if isinstance(ref.classes, str) else ref.classes
    return {"ordinal": len(names) - 1, "binary": 1}.get(ref.outputs or "", len(names))


def _place(device: str | torch.device) -> torch.device:
    """The device with its number ("cuda" is "cuda:0"). Raises `Unavailable` where it is not there."""
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, NotImplementedError) as e:
        raise Unavailable(f"There is no device “{device}” here: choose “cpu”.", code="device") from e
