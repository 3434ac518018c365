"""The study's file: what was asked for, and which picture file is whose map. Whoever reads it can unblind the study."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from salviewer.errors import Unavailable, UnreadableInput
from salviewer.numeric.counted import counted
from salviewer.study.spec import StudySpec

FILE, IMAGES = "study.json", "images"
ImageName = Annotated[str, Field(pattern=r"^[0-9a-f]{16}\.png$")]
"""A file's name that tells nothing, and leads nowhere else."""


class Item(BaseModel):
    """A picture that is asked about.

    id: random; picture: its id in the collection; class_name: whose map was made; image: the file of the picture
    alone; maps: per arm the file of its map over the picture, None where the method failed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    picture: str
    class_name: str
    image: ImageName
    maps: tuple[ImageName | None, ...]


class Study(BaseModel):
    """A study as it lies in its folder.

    ready: whether all pictures were looked at. left_out: why, by picture. failures: sentences of methods that failed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec: StudySpec
    created: str
    ready: bool = False
    items: tuple[Item, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)
    failures: tuple[str, ...] = ()

    def pairs(self) -> Iterator[tuple[str, int, int]]:
        """Every (item's id, arm, other arm) that can be shown, arms in order."""
        for item in self.items:
            there = [i for i, name in enumerate(item.maps) if name is not None]
            yield from ((item.id, a, b) for a, b in itertools.combinations(there, 2))

    def item(self, id_: str) -> Item:
        """The item called `id_`. Raises `UnreadableInput` where the study has none."""
        for item in self.items:
            if item.id == id_:
                return item
        raise UnreadableInput(
            "The answers in this folder belong to another study: put its own study.json back.", code="other-study"
        )

    def whose(self, item: str, image: str) -> int:
        """The arm that the map in file `image` belongs to."""
        maps = self.item(item).maps
        if image not in maps:
            self.item("")
        return maps.index(image)


def read_study(folder: Path, *, ready: bool = True) -> Study:
    """The study in `folder`; `ready`: only one that was prepared to the end, all of its pictures there.

    Raises `UnreadableInput` in a sentence.
    """
    path = folder / FILE
    try:
        study = Study.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UnreadableInput(
            f"{folder} holds no reader study: choose a folder in which one was prepared.", code="no-study"
        ) from None
    except OSError as e:
        raise UnreadableInput(f"{path} cannot be read ({e.strerror}): choose another folder.", code="no-study") from e
    except ValidationError as e:
        raise UnreadableInput(
            f"{path} is damaged or was made by another version: put the whole folder back from a copy.",
            code="damaged-study",
        ) from e
    if any(len(item.maps) != len(study.spec.arms) for item in study.items):
        raise UnreadableInput(f"{path} is damaged: put the whole folder back from a copy.", code="damaged-study")
    if ready:
        _check_ready(folder, study)
    return study


def write_study(folder: Path, study: Study) -> None:
    """Write `study` whole or not at all. Raises `Unavailable` where the folder cannot be written to."""
    draft = folder / f"{FILE}.part"
    try:
        (folder / IMAGES).mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            file.write(study.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / FILE)
    except OSError as e:
        raise cannot_write(folder, e) from e


def cannot_write(folder: Path, error: Exception) -> Unavailable:
    """The sentence about a folder that takes no files."""
    why = getattr(error, "strerror", None) or error
    return Unavailable(
        f"The study cannot be kept in {folder} ({why}): choose a folder that you may write to.", code="study-folder"
    )


def _check_ready(folder: Path, study: Study) -> None:
    if not study.ready:
        raise UnreadableInput(
            f"The study in {folder} was not prepared to the end: prepare it again, and it goes on.", code="not-ready"
        )
    names = {name for item in study.items for name in (item.image, *item.maps) if name is not None}
    missing = sum(not (folder / IMAGES / name).is_file() for name in names)
    if missing:
        raise UnreadableInput(
            f"The study in {folder} lacks {missing} of its {counted(len(names), 'picture')}: put the whole folder "
            f"back from a copy.",
            code="damaged-study",
        )
