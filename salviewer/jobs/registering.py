"""Each input registered to a template by itself; what was found once is kept by content and not searched again."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import platformdirs

from salviewer.api import AtlasRef, InputRef, Progress, Volume
from salviewer.data.atlas_space import same_space
from salviewer.data.registration import register
from salviewer.data.registration_result import Registration
from salviewer.errors import InvalidChoice, SalViewerError
from salviewer.jobs.shelf import Shelf

METHOD = "mutual information, affine, 2 mm, 1"
"""Part of what is kept by: another way to search is another answer."""
_CELLS = 40
"""Values per axis that tell volumes of one file apart, such as two time points."""


def met(
    shelf: Shelf, ref: AtlasRef, source: InputRef, template: InputRef | None, progress: Progress | None = None
) -> AtlasRef:
    """`ref` with how the input `source` meets it: registered to `template` where neither `ref` nor the headers say.

    template: a head in the atlas's space; None leaves `ref` as it is. The template itself meets the atlas as it is.

    Raises:
        Unavailable: "needs-mri". InvalidChoice: input or template is no volume, or no plausible map was found.
    """
    if template is None or ref.registration is not None:
        return ref
    moving, fixed = _volume(shelf, source, "An atlas goes with"), _volume(shelf, template, "A template is")
    if same_space(moving, shelf.atlas(ref).volume):
        return ref
    if moving.sha256 == fixed.sha256 and np.array_equal(moving.affine, fixed.affine):
        return ref.model_copy(update={"registration": "none"})
    return ref.model_copy(update={"registration": registered(moving, fixed, progress).matrix})


def registered(moving: Volume, fixed: Volume, progress: Progress | None = None) -> Registration:
    """As `salviewer.data.registration.register`, at once where the same volumes were registered before."""
    place = kept_at(moving, fixed)
    with suppress(SalViewerError):  # not there yet, or damaged: searched again
        return replace(Registration.load(place), moving=moving.name, fixed=fixed.name)
    found = register(moving, fixed, progress)
    with suppress(OSError):  # a cache that cannot be written costs time only
        place.parent.mkdir(parents=True, exist_ok=True)
        replace(found, moving="", fixed="").save(place)  # names of scans may be names of people
    return found


def kept_at(moving: Volume, fixed: Volume) -> Path:
    """The file in which the registration of these two is kept, in the person's cache folder."""
    digest = hashlib.sha256("|".join((METHOD, _content(moving), _content(fixed))).encode()).hexdigest()
    return Path(platformdirs.user_cache_dir("salviewer", appauthor=False)) / "registrations" / f"{digest}.json"


def _content(volume: Volume) -> str:
    steps = tuple(slice(None, None, max(1, n // _CELLS)) for n in volume.shape)
    some = hashlib.sha256(np.ascontiguousarray(volume.array[steps]).tobytes()).hexdigest()
    affine = np.asarray(volume.affine, np.float64).tobytes().hex()
    return f"{volume.sha256} {volume.shape} {affine} {some}"


def _volume(shelf: Shelf, ref: InputRef, what: str) -> Volume:
    found = shelf.source(ref)
    if not isinstance(found, Volume):
        raise InvalidChoice(f"{what} a 3D volume, and {found.name} is none.", code="atlas-needs-volume")
    return found
