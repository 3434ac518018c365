"""A trained state that a job names: whose it is, whether it fits the method and the model, and what to say of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from salviewer.api import ExplainerInfo, Explanation, JobSpec, Trained, TrainedRef
from salviewer.errors import InvalidChoice
from salviewer.jobs.origins import file_beside
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.trained_library import TrainedEntry, trained_states
from salviewer.models.loaded import LoadedModel

_SHORT = 12


_digests: WeakKeyDictionary[Trained, str] = WeakKeyDictionary()


def content_sha256(trained: Trained) -> str:
    """Of what was learned, the same for a live state and its file: the tensors, by name, and the facts."""
    if trained not in _digests:
        _digests[trained] = _digest(trained)
    return _digests[trained]


def _digest(trained: Trained) -> str:
    digest = hashlib.sha256()
    for name, array in sorted(trained.tensors.items()):
        values = np.ascontiguousarray(array)
        digest.update(f"{name} {values.dtype} {values.shape}\n".encode())
        digest.update(values.tobytes())
    digest.update(json.dumps(dict(trained.facts), sort_keys=True).encode())
    return digest.hexdigest()


def trained_for(
    spec: JobSpec, info: ExplainerInfo, shelf: Shelf, model: LoadedModel
) -> tuple[Trained | None, tuple[str, ...], dict[str, Any]]:
    """The trained state that `spec` names for the method `info`; what should be known; facts for provenance.

    Raises:
        InvalidChoice: it is another trainer's or another model's, or none is given and the method cannot do without.
    """
    ref = spec.trained
    if not info.trained_by:
        ignored = f"{info.title} learns nothing from training: the trained state that was given plays no part."
        return None, ((ignored,) if ref is not None else ()), {}
    if ref is None:
        if "trained" in info.needs:
            raise InvalidChoice(_missing(info, shelf, model), code="not-trained")
        return None, (), {}
    trained = shelf.trained(ref)
    about = trained.provenance
    name = name_of(ref, trained)
    if ref.sha256 not in ("", content_sha256(trained)):
        raise InvalidChoice(
            f"{name} is not what it was: another state was trained into it since. Choose it anew, or take the former.",
            code="trained-changed",
        )
    trainer, made_for = str(about.get("trainer", "")), about.get("model", {})
    if trainer != info.trained_by:
        raise InvalidChoice(
            f"{name} was learned by “{trainer or 'nobody known'}”, and {info.title} takes what “{info.trained_by}” "
            f"learned: give one of those.",
            code="other-trainer",
        )
    if made_for.get("sha256") != model.sha256:
        raise InvalidChoice(
            f"{name} belongs to another model, {made_for.get('architecture') or 'one without a name'} (SHA-256 "
            f"{str(made_for.get('sha256', 'unknown'))[:_SHORT]}…), and this one is {model.architecture} "
            f"({model.sha256[:_SHORT]}…): open that model, or train for this one.",
            code="other-model",
        )
    return trained, (), {"trained": _facts(name, ref, trained)}


def trained_again(explanation: Explanation, spec: JobSpec, shelf: Shelf) -> Trained | None:
    """What `explanation` was made with: the state that `spec` names, or the one of that content that can be found.

    None where it was made without one, or nothing of that content is at hand. Raises `UnreadableInput`.
    """
    about = explanation.provenance.get("trained")
    if not about:
        return None
    if spec.trained is not None:
        given = shelf.trained(spec.trained)
        return given if content_sha256(given) == about.get("sha256") else None
    return next((one for one in _at_hand(explanation, shelf) if content_sha256(one) == about.get("sha256")), None)


def own_trained(before: Explanation, shelf: Shelf, given: TrainedRef | None, beside: Path | None) -> TrainedRef | None:
    """The trained state of `before`; `given`: where it is. Raises `InvalidChoice` where nobody knows."""
    about = before.provenance.get("trained")
    if not about:
        return None
    name = str(about.get("name", ""))
    path = file_beside(beside, name)
    refs = [given] if given is not None else [TrainedRef(source=str(path))] if path else []
    refs += [TrainedRef(source=str(entry.path)) for entry in _kept_for(before)] if given is None else []
    for ref in refs:
        if content_sha256(shelf.trained(ref)) == about.get("sha256"):
            return ref
    raise InvalidChoice(
        f"The explanation was made with the trained state {name or 'of a Python session'}, which is not at hand: give "
        f"it with --trained.",
        code="no-trained",
    )


def _at_hand(explanation: Explanation, shelf: Shelf) -> Iterator[Trained]:
    """The states used lately, and those kept for the explanation's model."""
    yield from shelf.trained_kept()
    for entry in _kept_for(explanation):
        yield shelf.trained(TrainedRef(source=str(entry.path)))


def _kept_for(explanation: Explanation) -> tuple[TrainedEntry, ...]:
    model = str(explanation.provenance.get("model", {}).get("sha256", ""))
    return trained_states(model, str(explanation.provenance["trained"].get("trainer", "")))


def name_of(ref: TrainedRef, trained: Trained) -> str:
    """As shown to people, never a path: the file's name, or of a live state what it was learned by."""
    if ref.source.startswith("live:"):
        return f"The trained state ({trained.provenance.get('title', 'without a name')})"
    return Path(ref.source).name


def _facts(name: str, ref: TrainedRef, trained: Trained) -> dict[str, Any]:
    about = trained.provenance
    kept = {key: about[key] for key in ("trainer", "collection", "seed", "began", "fingerprint") if key in about}
    file = "" if ref.source.startswith("live:") else name
    return {"name": file, "sha256": content_sha256(trained), **kept}


def _missing(info: ExplainerInfo, shelf: Shelf, model: LoadedModel) -> str:
    trainer = shelf.host.trainers.get(info.trained_by)
    if trainer is None:
        return (
            f"{info.title} needs something trained by “{info.trained_by}”, which no plugin here offers: install the "
            f"plugin that does."
        )
    if kept := trained_states(model.sha256, trainer.key):
        return (
            f"{info.title} works with what was learned about a model before, and nothing was given: give it with "
            f"--trained FILE, in Python trained=. For this model there is {kept[0].path.name}; “salviewer list "
            f"trained” says where."
        )
    return (
        f"{info.title} works with what was learned about a model before, and nothing was given: train it (“salviewer "
        f"train {trainer.key}”, in Python sv.train), or give what was (--trained FILE, in Python trained=)."
    )
