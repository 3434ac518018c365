"""Reads DICOM series and multi-frame files as volumes: positions decide, and all that was done is noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from salviewer.api import Note, Volume
from salviewer.data.dicom_choices import DicomChoices
from salviewer.data.dicom_files import DicomFile, is_dicom, open_file
from salviewer.data.dicom_folder import dicom_files, is_series
from salviewer.data.dicom_geometry import arrange
from salviewer.data.dicom_header import pydicom_ready
from salviewer.data.dicom_stacks import Placed, Stack, choose_part, choose_stack, stacks_of
from salviewer.data.dicom_values import read_values
from salviewer.data.files import shown_name
from salviewer.errors import SalViewerError, UnreadableInput
from salviewer.numeric.counted import counted

__all__ = ["is_dicom", "is_series", "read_dicom"]

_SAID = {
    "no-preamble": "The file lacks DICOM's usual start and was read all the same.",
    "charset": "The file's text is in an unknown alphabet; letters of it are shown as “?”.",
    "burned-in": "The header says that text, perhaps a name, is burned into the picture: look before you hand it on.",
    "trailing-data": "The file holds more pixels than its header states; what is beyond was left out.",
    "modality-lut": "The header's table for values was not applied: stored values are shown as they are.",
    "damaged-details": "Some of the header breaks the rules of DICOM and was read as well as possible.",
}


def read_dicom(path: str | Path, options: Mapping[str, Any] | None = None) -> Volume:
    """The volume that a series or a multi-frame file makes.

    Args:
        path: a slice (the others of its series, size and orientation are looked for in its folder), a folder of slices,
            or a file of many frames.
        options: what is left open, as `DicomChoices` explains: series, part, geometry, nonfinite.

    Raises:
        UnreadableInput: it is refused; `code` says why. Unavailable: pydicom is not installed.
        NeedsChoice: it can be read in several ways and `options` does not say which.
        InvalidChoice: an option that does not exist.
    """
    path = Path(path)
    choices = DicomChoices.of(options or {})
    name = shown_name(path)
    pydicom_ready()
    try:
        return _read(path, choices, name)
    except SalViewerError:
        raise
    except MemoryError:
        raise UnreadableInput(f"{name} does not fit into memory: close other programs.", code="over-budget") from None
    except OSError:
        raise UnreadableInput(
            f"{name} cannot be read from its disk: copy it elsewhere and try again.", code="io-error"
        ) from None
    except Exception:  # noqa: BLE001 - without its cause, which may quote what the file says about a person
        raise UnreadableInput(
            f"{name} is damaged in a way that is not known here: get it again.", code="corrupt"
        ) from None


def _read(path: Path, choices: DicomChoices, name: str) -> Volume:
    chosen, files = _files(path, name)
    stacks = stacks_of(files)
    stack = choose_stack(stacks, chosen, choices, name)
    part = choose_part(stack.members, choices, name)
    arranged = arrange(part, choices, name)
    array, sha256, notes = read_values(arranged.members, choices, name)
    notes = (*_notes(arranged.members), *_left_out(stacks, stack, part), *arranged.notes, *notes)
    inverted = arranged.members[0].file.layout.inverted
    return Volume(
        array,
        arranged.affine,
        _called(arranged.members),
        sha256,
        arranged.axcodes,
        geometry="dicom" if arranged.axcodes else "ignored",
        space="scanner" if arranged.axcodes else "",
        inverted=inverted,
        warnings=notes,
    )


def _files(path: Path, name: str) -> tuple[Path | None, list[DicomFile]]:
    """The file that was chosen (None for a folder), and all that may belong to its volume."""
    if path.is_dir():
        return None, dicom_files(path, name)
    file = open_file(path, wanted=True)
    if file is None:
        raise ValueError("a wanted file is read or refused")
    if file.layout.frames > 1:
        return path, [file]
    siblings = dicom_files(path.parent, "The file’s folder")
    return path, [file, *(f for f in siblings if f.series == file.series and f.path != path)]


def _left_out(stacks: list[Stack], stack: Stack, part: list[Placed]) -> Iterator[Note]:
    """Says what else there is."""
    if len(part) < len(stack.members):
        yield Note(
            "part", f"The series holds {len(stack.members) // len(part)} volumes in the same place; this is one."
        )
    others = [s for s in stacks if s is not stack]
    if others:
        count = sum(len(s.members) for s in others)
        were = "was" if count == 1 else "were"
        text = f"{counted(count, 'slice')} of another series, size or orientation {were} left out."
        yield Note("other-slices", text)


def _called(members: list[Placed]) -> str:
    """A name without anything that a header says."""
    count = len(members)
    what = "DICOM file" if len({m.file.path for m in members}) == 1 and count > 1 else "DICOM series"
    return f"{what}, {count} slices" if count > 1 else "DICOM slice"


def _notes(members: list[Placed]) -> tuple[Note, ...]:
    codes = {code for m in members for code in m.file.codes}
    notes = [Note(code, text) for code, text in _SAID.items() if code in codes]
    if members[0].file.layout.inverted:
        notes.append(Note("monochrome1", "Small values are shown bright (MONOCHROME1); the values are as stored."))
    return tuple(notes)
