"""`--atlas`, `--atlas-names`, `--registration`, `--template`, `--source`: what `explain` takes besides the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.api import AtlasRef, InputRef
from salviewer.cli.options import numbers
from salviewer.cli.terminal import progress_bar
from salviewer.errors import InvalidChoice

if TYPE_CHECKING:
    from salviewer import OpenedAtlas, OpenedInput, OpenedVolume

Atlas = Annotated[
    str | None,
    typer.Option("--atlas", help='Labels of regions (NIfTI), or "collection:KEY"; for methods that make use of one.'),
]
Names = Annotated[
    Path | None,
    typer.Option("--atlas-names", help="Their names (text, CSV, JSON, XML); by default looked for beside the labels."),
]
Registration = Annotated[
    str | None,
    typer.Option(
        "--registration",
        help="How the input meets the atlas: affine (see --template), none (it does already), a transform.json, or the "
        "16 numbers of a matrix, row by row.",
    ),
]
Template = Annotated[
    Path | None,
    typer.Option("--template", help="A head in the atlas's space, to which --registration affine registers."),
]
CohortRegistration = Annotated[
    str | None,
    typer.Option(
        "--registration",
        help="How the subjects meet the atlas: affine (each is registered to --template, unless its header says that "
        "it is in the atlas's space), none (they do already), or a transform.json or 16 numbers that hold for all.",
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="A saved explanation to put together with others, once for each."),
]


def _way(registration: str | None) -> str | list[float] | None:
    """A matrix where the option holds its 16 numbers, else as it is."""
    if registration is None or registration.count(",") != 15:
        return registration
    return numbers(registration, "--registration")


def way_of_all(registration: str | None, template: Path | None) -> Any:
    """What `sv.cohort` takes as its registration; None where each is registered to `template`.

    Raises `InvalidChoice` where the two options do not go together.
    """
    _check_template(registration, template)
    return None if template is not None else _way(registration)


def of_all(
    atlas: str | None, names: Path | None, registration: str | None, template: Path | None
) -> dict[str, AtlasRef | InputRef]:
    """`atlas` and `template` as a spec about many volumes names them, where the options do."""
    _check_together(atlas, names, registration, template)
    ref = reference(atlas, names)
    if ref is None:
        return {}
    from salviewer.atlases import registration_of  # noqa: PLC0415 - only where there is an atlas

    way = registration_of(way_of_all(registration, template))
    found: dict[str, AtlasRef | InputRef] = {"atlas": AtlasRef(**{**ref.model_dump(), "registration": way})}
    if template is not None:
        found["template"] = InputRef(source=str(template.expanduser().absolute()))
    return found


def _check_together(atlas: str | None, names: Path | None, registration: str | None, template: Path | None) -> None:
    if atlas is None and (names or registration or template):
        raise InvalidChoice("--atlas-names, --registration and --template go with --atlas: add it.", code="no-atlas")
    _check_template(registration, template)


def _check_template(registration: str | None, template: Path | None) -> None:
    if (registration == "affine") != (template is not None):
        raise InvalidChoice(
            "--registration affine and --template HEAD go together: the template is a head in the atlas's space.",
            code="no-template",
        )


@dataclass(frozen=True)
class Given:
    """What the options name, opened once for all inputs."""

    atlas: OpenedAtlas | None
    registration: str | list[float] | None
    template: Path | None
    sources: tuple[str, ...]

    def arguments(self, source: OpenedInput | OpenedVolume) -> dict[str, Any]:
        """What `sv.explain` takes for `source`; "affine" registers it here."""
        import salviewer as sv  # noqa: PLC0415 - loads torch

        known: dict[str, Any] = {"sources": self.sources}
        if self.atlas is None:
            return known
        known |= {"atlas": self.atlas, "registration": self.registration}
        if self.registration == "affine" and self.template is not None:
            if isinstance(source, sv.OpenedInput):
                raise InvalidChoice(f"An atlas goes with a 3D volume, and {source.name} is none.",
                                    code="atlas-needs-volume")  # fmt: skip
            with progress_bar(f"Registering {source.name}") as progress:
                known["registration"] = sv.register(source, self.template, progress)
        return known


def given(
    atlas: str | None,
    names: Path | None,
    registration: str | None,
    template: Path | None,
    sources: Sequence[str] | None,
) -> Given:
    """What the options name. Raises `InvalidChoice` where they do not go together."""
    import salviewer as sv  # noqa: PLC0415 - loads torch

    _check_together(atlas, names, registration, template)
    opened = sv.load_atlas(atlas, names) if atlas is not None else None
    return Given(opened, _way(registration), template, tuple(sources or ()))


def reference(atlas: str | None, names: Path | None) -> AtlasRef | None:
    """What a job spec says of the atlas that the options name; None where they name none."""
    import salviewer as sv  # noqa: PLC0415 - loads torch

    return sv.load_atlas(atlas, names).ref if atlas is not None else None
