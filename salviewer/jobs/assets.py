"""What a method gets besides model and input: an atlas on the model's grid, a trained state, and earlier results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from salviewer.api import AtlasOnGrid, ExplainerInfo, Explanation, JobSpec, ModelInput, Progress, Trained
from salviewer.errors import InvalidChoice
from salviewer.jobs.answers import Answers
from salviewer.jobs.atlases import atlas_for
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.trained_states import trained_for
from salviewer.models.loaded import LoadedModel


@dataclass(frozen=True, eq=False)
class Assets:
    """All of it.

    trained: what was learned about the model, or about the one whose variant it is. notes: what should be known, in
    sentences. facts: for the result's provenance.
    """

    atlas: AtlasOnGrid | None = None
    trained: Trained | None = None
    sources: Sequence[Explanation] = ()
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Assets()


def assets_of(spec: JobSpec, info: ExplainerInfo, shelf: Shelf, model: LoadedModel, source: ModelInput) -> Assets:
    """What `info` can make use of, without the sources: they take time. Raises as `atlas_for` and `trained_for`."""
    ignored = []
    if spec.atlas is not None and "atlas" not in info.assets:
        ignored.append(f"{info.title} makes no use of an atlas.")
    if spec.sources and not info.sources:
        ignored.append(f"{info.title} puts no earlier results together: those that were given play no part.")
    trained, remarks, about = trained_for(spec, info, shelf, model)
    if spec.atlas is None or "atlas" not in info.assets:
        return Assets(trained=trained, notes=(*ignored, *remarks), facts=about)
    atlas, notes, facts = atlas_for(spec, shelf, source.grid)
    return Assets(atlas, trained, notes=(*notes, *ignored, *remarks), facts={"atlas": facts, **about})


def with_sources(
    assets: Assets,
    spec: JobSpec,
    info: ExplainerInfo,
    shelf: Shelf,
    answer: Callable[[JobSpec, Progress], Any],
    progress: Progress,
    found: Answers,
) -> Assets:
    """`assets` with the earlier results that `spec` names, in `found`; of specs the answer, which `answer` gives.

    Of each only its evidence is kept, not what was opened to make it. Raises `Cancelled` between two and inside each.
    """
    if not info.sources or not spec.sources:
        return assets
    about, n = [], len(spec.sources)
    for i, one in enumerate(spec.sources):
        progress(i / n, f"Result {i + 1} of {n}")
        one_answer = _answered(one, shelf, answer, progress.part(i / n, (i + 1) / n))
        about.append(_origin(one_answer))
        found.add(one_answer)
    return replace(assets, sources=found, facts={**assets.facts, "sources": about})


def _answered(
    one: JobSpec | str, shelf: Shelf, answer: Callable[[JobSpec, Progress], Any], progress: Progress
) -> Explanation:
    if isinstance(one, str):
        found = shelf.explanation(one)
        if not isinstance(found, Explanation):
            raise InvalidChoice("What is put together are explanations, and one of those given is none.",
                                code="no-explanation")  # fmt: skip
        return found
    if one.verb != "explain":
        raise InvalidChoice(f"What is put together are explanations, and one of the jobs is to {one.verb}.",
                            code="no-explanation")  # fmt: skip
    explanation: Explanation = answer(one, progress)
    return explanation


def _origin(explanation: Explanation) -> dict[str, Any]:
    """Of a result that was put together: what made it, of which input, and its fingerprint."""
    about = explanation.provenance
    source = {key: about.get("input", {}).get(key, "") for key in ("name", "sha256")}
    return {"method": about.get("method", ""), "input": source, "fingerprint": about.get("fingerprint", "")}
