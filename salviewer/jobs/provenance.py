"""Everything that decides a result, as plain values."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch

from salviewer.api import ExplainerInfo, InputRef, JobSpec, MetricInfo, ModelInput, Params, Target
from salviewer.jobs.plan import Plan
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.trained_states import content_sha256
from salviewer.models.loaded import LoadedModel


def provenance(
    spec: JobSpec,
    info: ExplainerInfo | MetricInfo,
    shelf: Shelf,
    model: LoadedModel,
    source: ModelInput,
    target: Target,
    params: Params,
    plan: Plan,
) -> dict[str, Any]:
    """Everything that decides the result, as plain values; names and hashes, never paths."""
    return {
        "method": info.key,
        "title": info.title,
        "source": dict(vars(info.source)),
        "plugin": shelf.host.version(info),
        "params": params.model_dump(mode="json"),
        "target": target.facts(),
        "seed": spec.seed,
        "precision": spec.precision,
        "plan": dict(vars(plan)),
        "model": model_facts(model),
        "input": {"name": source.name, "sha256": source.ref, "options": _kept(spec.input), **_sample(spec.input)},
        "fingerprint": fingerprint(spec, shelf, info, model, source),
        "versions": versions(),
    }


def model_facts(model: LoadedModel) -> dict[str, Any]:
    """What is to be known of `model`, as plain values."""
    shown: Mapping[str, Any] = {"inputs": "as given"}
    if model.preprocessing is not None:
        shown = model.preprocessing.model_dump(mode="json")
    return {
        "architecture": model.architecture,
        "sha256": model.sha256,
        "variant": model.variant,
        "outputs": model.outputs,
        "classes": len(model.classes),
        "preprocessing": shown,
    }


def versions() -> dict[str, str]:
    """Of the program and what it computes with."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    """Looked up once: the installed version is read from a file."""
    return {
        "salviewer": metadata.version("salviewer"),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _kept(ref: InputRef) -> dict[str, Any]:
    """The options of `ref`; without a collection's params, which may hold a path: the input's hash stands for them."""
    return {name: value for name, value in ref.options.items() if name != "collection"}


def _sample(ref: InputRef) -> dict[str, str]:
    """Which sample it is, where its collection needs no more than its name: what a second run can open again."""
    known = ref.source.startswith("collection:") and not ref.options
    return {"sample": ref.source} if known else {}


def fingerprint(
    spec: JobSpec, shelf: Shelf, info: ExplainerInfo | MetricInfo, model: LoadedModel, source: ModelInput
) -> str:
    """The digest of what was asked, by content: paths do not enter it."""
    known: dict[str, Any] = {
        "model": spec.model.model_copy(update={"sha256": model.sha256}),
        "input": spec.input.model_copy(update={"sha256": source.ref}),
    }
    if spec.atlas is not None:
        content = {"sha256": shelf.atlas(spec.atlas).volume.sha256, "names": Path(spec.atlas.names).name}
        known["atlas"] = spec.atlas.model_copy(update=content)
    if spec.trained is not None:
        known["trained"] = spec.trained.model_copy(update={"sha256": content_sha256(shelf.trained(spec.trained))})
    by_content = spec.model_copy(update=known)
    return by_content.fingerprint(shelf.host.version(info))
