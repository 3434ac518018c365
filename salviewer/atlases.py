"""`sv.load_atlas`, `sv.register`, and what `sv.explain` takes of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api import Atlas, AtlasRef, Explanation, JobSpec, Region, Volume
from salviewer.errors import InvalidChoice
from salviewer.opened import OpenedVolume
from salviewer.shelves import Report, as_progress, shelf_for

if TYPE_CHECKING:
    import numpy as np

    from salviewer.data.registration_result import Registration
    from salviewer.jobs.shelf import Shelf


@dataclass(frozen=True)
class OpenedAtlas:
    """An atlas, ready to be used. `ref` is what job specs say of it; `atlas` holds its labels."""

    ref: AtlasRef
    atlas: Atlas = field(repr=False, compare=False)

    @property
    def regions(self) -> tuple[Region, ...]:
        """(label, name, side) of each, by label."""
        return self.atlas.regions

    @property
    def notes(self) -> tuple[str, ...]:
        """What should be known, in sentences: regions without a name, names without a region."""
        return tuple(note.text for note in self.atlas.volume.warnings)


def load_atlas(path: str | Path, names: str | Path | None = None) -> OpenedAtlas:
    """The atlas in a file of labels, or "collection:KEY" for the one that a collection brings.

    Args:
        path: a volume of whole numbers, 0 where there is no region.
        names: text, CSV, TSV, JSON or XML with the regions' names. None looks for one beside the labels.

    Raises:
        UnreadableInput: the volume holds no labels, or the names are none or another atlas's.
        InvalidChoice: there is no such collection, or it brings no atlas.
    """
    ref = _ref(path, names)
    atlas = shelf_for().atlas(ref)
    return OpenedAtlas(ref.model_copy(update={"sha256": atlas.volume.sha256}), atlas)


def register(
    volume: Volume | str | Path, template: Volume | str | Path, progress: Report | None = None
) -> Registration:
    """The affine map from a head's RAS+ millimetres to a template's: `.matrix`, `.before`, `.after`, `.save(path)`.

    Args:
        volume: the head to be moved: what `load_input` returned, or a file.
        template: the head to move it to, likewise.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        Unavailable: SimpleITK is not installed (the extra `mri`).
        InvalidChoice: no plausible map between two heads was found.
    """
    from salviewer.data.registration import register as search  # noqa: PLC0415 - loads numpy

    return search(_volume(volume), _volume(template), as_progress(progress))


def job_arguments(
    shelf: Shelf,
    kept: ExitStack,
    atlas: OpenedAtlas | Atlas | str | Path | None,
    registration: Registration | np.ndarray | Sequence[float] | str | Path | None,
    sources: Sequence[Explanation | JobSpec | str | Path] | Explanation | JobSpec | str | Path,
) -> dict[str, Any]:
    """What a `JobSpec` says of them; live values are held on `shelf` until `kept` is left."""
    if isinstance(sources, Explanation | JobSpec | str | Path):
        sources = (sources,)
    asked: dict[str, Any] = {}
    if atlas is not None:
        asked["atlas"] = _atlas_ref(shelf, kept, atlas).model_copy(
            update={"registration": registration_of(registration)}
        )
    elif registration is not None:
        raise TypeError("a registration goes with an atlas: give both")
    if sources:
        asked["sources"] = tuple(
            keep(shelf, kept, one) if isinstance(one, Explanation) else one if isinstance(one, JobSpec) else str(one)
            for one in sources
        )
    return asked


def keep(shelf: Shelf, kept: ExitStack, value: Atlas | Explanation | Callable[..., Any]) -> str:
    """The reference by which specs name `value`, until `kept` is left."""
    reference = shelf.keep_live(value)
    kept.callback(shelf.drop_live, reference)
    return reference


def _atlas_ref(shelf: Shelf, kept: ExitStack, atlas: OpenedAtlas | Atlas | str | Path) -> AtlasRef:
    if isinstance(atlas, OpenedAtlas):
        return atlas.ref
    return AtlasRef(source=keep(shelf, kept, atlas)) if isinstance(atlas, Atlas) else _ref(atlas, None)


def atlas_ref(atlas: OpenedAtlas | str | Path) -> AtlasRef:
    """How specs name `atlas`, what `load_atlas` returned or a file."""
    return atlas.ref if isinstance(atlas, OpenedAtlas) else _ref(atlas, None)


def _ref(path: str | Path, names: str | Path | None) -> AtlasRef:
    source = str(path)
    if not source.startswith("collection:"):
        source = str(Path(path).expanduser().absolute())
    return AtlasRef(source=source, names=str(Path(names).expanduser().absolute()) if names else "")


def registration_of(registration: Registration | np.ndarray | Sequence[float] | str | Path | None) -> Any:
    """As `AtlasRef.registration` has it; a path is that of a file that `Registration.save` wrote."""
    from salviewer.data.registration_result import Registration  # noqa: PLC0415 - loads numpy

    if registration is None or (isinstance(registration, str) and registration == "none"):
        return registration
    if isinstance(registration, str | Path):
        return Registration.load(registration).matrix
    if isinstance(registration, Registration):
        return registration.matrix
    import numpy as np  # noqa: PLC0415 - importing this package loads no numpy

    numbers = np.asarray(registration, np.float64).ravel()
    if numbers.size != 16:
        raise InvalidChoice(
            f"A registration is a matrix of 4 x 4 numbers, not of {numbers.size}: give what sv.register returned, its "
            "file, or such a matrix.", code="bad-registration",
        )  # fmt: skip
    return tuple(map(float, numbers))


def opened_volume(source: OpenedVolume | str | Path) -> OpenedVolume:
    """`source`, or the volume in that file. Raises `InvalidChoice` "needs-volume" where it holds a picture."""
    found = _volume(source)
    if not isinstance(found, OpenedVolume):
        raise TypeError("give what load_input returns, or a file")
    return found


def _volume(source: Volume | str | Path) -> Volume:
    from salviewer.opening import load_input  # noqa: PLC0415 - loads numpy

    found = source if isinstance(source, Volume) else load_input(source)
    if not isinstance(found, Volume):
        raise InvalidChoice("Registration is for 3D volumes, and this is a picture.", code="needs-volume")
    return found
