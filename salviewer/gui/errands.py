"""What the window has done for it on the engine's threads. Each function returns plain values and touches no widget.

Nothing here imports torch by itself: what needs it is imported by the shelf, on the worker thread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from salviewer.api.archive import read, write
from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import InputRef, ModelRef
from salviewer.api.method import ArchitectureFacts
from salviewer.api.progress import Progress
from salviewer.api.space import GridMap
from salviewer.api.values import Picture, Volume
from salviewer.data.files import is_folder
from salviewer.data.whole_file import write_whole
from salviewer.errors import NeedsChoice, SalViewerError
from salviewer.gui.values import InputItem, ModelCard, OpenPicture
from salviewer.jobs.batches import beside
from salviewer.jobs.deidentified import cleaned

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf

WEIGHTS_ENDINGS = (".safetensors", ".pt", ".pth", ".pt2", ".bin", ".ckpt", ".pkl", ".th", ".onnx")
TABLE_ENDINGS = (".csv", ".tsv")
PICTURE_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"\x93NUMPY")
VOLUME_MAGIC = ((b"DICM", 128), (b"n+1\0", 344), (b"ni1\0", 344), (b"n+2\0", 4), (b"ni2\0", 4))
COLLECTION = "collection:"


def open_model(shelf: Shelf, ref: ModelRef, remembered: Mapping[str, str], progress: Progress) -> ModelCard:
    """The card of the model that `ref` names. `remembered`: what was answered before, outputs by weights' sha256."""
    model = shelf.model(ref, progress)
    answered = remembered.get(model.sha256)
    if answered and ref.outputs is None and any(note.code == "outputs-assumed" for note in model.notes):
        ref = ref.model_copy(update={"outputs": answered})
        model = shelf.model(ref, progress)
    return ModelCard(
        ref=ref,
        title=model.architecture,
        classes=tuple(model.classes),
        outputs=model.outputs,
        preprocessing=model.preprocessing,
        parameters=int(model.parameters_count),
        sha256=model.sha256,
        device=str(model.device),
        notes=tuple(model.notes),
        dims=model.dims,
    )


def open_picture(shelf: Shelf, ref: InputRef) -> OpenPicture:
    """The picture or volume that `ref` names, with its neighbours; with its true class if a collection has it."""
    if not ref.source.startswith(COLLECTION):
        picture = _measured(shelf.source(ref))
        patterns = [pattern for info in shelf.host.readers.values() for pattern in info.patterns]
        known = ref.model_copy(update={"sha256": picture.sha256})
        found = beside(ref.source, patterns)
        return OpenPicture(known, picture, siblings=found if len(found) > 1 else ())
    key = ref.source.removeprefix(COLLECTION).partition("/")[0]
    params = ref.options.get("collection", {})
    sources = tuple(f"{COLLECTION}{key}/{name}" for name in shelf.sample_ids(key, params))
    if "/" not in ref.source:
        ref = ref.model_copy(update={"source": sources[0]})
    sample = shelf.sample(ref)
    _measured(sample.picture)
    classes = getattr(shelf.collection(key, params), "classes", None) or shelf.host.collection(key).classes
    truth = classes[sample.label] if 0 <= sample.label < len(classes) else ""
    known = ref.model_copy(update={"sha256": sample.picture.sha256})
    return OpenPicture(known, sample.picture, truth, sources)


def _measured(source: Picture | Volume) -> Picture | Volume:
    """`source`; the values of a volume are measured here, so that the window need not."""
    if isinstance(source, Volume):
        from salviewer.gui.volumes.windows import extent_of  # noqa: PLC0415 - with the first volume

        extent_of(source)
    return source


def see(shelf: Shelf, model: ModelRef, source: InputRef) -> GridMap:
    """Where the model's input grid lies on the picture."""
    return shelf.input(source, shelf.model(model)).grid


def explained(explanation: Explanation) -> str:
    """The sha256 of what `explanation` is about; "" where nobody knows."""
    return str(explanation.provenance.get("input", {}).get("sha256", ""))


def open_explanation(
    path: Path, shelf: Shelf, inputs: Sequence[InputItem], known: str
) -> tuple[Explanation, OpenPicture | None]:
    """The explanation saved at `path`, and what it is about if that is one of `inputs`, still there and still the same.

    known: the sha256 of what is open already, which is not read again.
    """
    explanation = read(path)
    wanted = explained(explanation)
    item = next((i for i in inputs if wanted and i.sha256 == wanted and not i.missing), None)
    if item is None or wanted == known:
        return explanation, None
    try:
        opened = open_picture(shelf, item.ref)
    except SalViewerError:
        return explanation, None
    return explanation, opened if opened.picture.sha256 == wanted else None


def describe_architecture(shelf: Shelf, name: str) -> ArchitectureFacts:
    """What is known about the network `name` before its weights are read."""
    return shelf.family_of(name).facts(name)


def recognise(path: Path) -> Literal["explanation", "model", "picture", "folder"]:
    """What lies at `path`, by its content; its ending decides only where the content says nothing.

    A table of pictures counts as the folder that it describes, a volume as a picture, be it a folder of slices.
    """
    if is_folder(path):
        from salviewer.data.volume_kind import is_volume  # noqa: PLC0415 - when it is first wanted

        return "picture" if is_volume(path) else "folder"
    try:
        if not path.is_file():  # to open a pipe would be to wait
            return "picture"
        with path.open("rb") as f:
            head = f.read(348)
            f.seek(8)
            rest = f.read(min(int.from_bytes(head[:8], "little"), 1 << 24)) if _may_be_safetensors(head[:8]) else b""
    except (OSError, ValueError):
        return "picture"  # whoever reads it says what is wrong
    if rest.startswith(b"{"):
        return "explanation" if _holds_explanation(rest) else "model"
    if head[:4] == b"PK\x03\x04" or head[:1] == b"\x80":
        return "model"
    if head.startswith(PICTURE_MAGIC):
        return "picture"
    if any(head.startswith(magic, at) for magic, at in VOLUME_MAGIC):
        return "picture"
    if path.suffix.lower() in TABLE_ENDINGS:
        return "folder"
    return "model" if path.suffix.lower() in WEIGHTS_ENDINGS else "picture"


def architecture_of(path: Path) -> str:
    """The architecture that the weights at `path` say they belong to; "" where they do not say.

    Raises:
        UnreadableModel: the file holds no weights.
    """
    from salviewer.models.architecture_inside import architecture_inside  # noqa: PLC0415 - on the worker thread

    try:
        return architecture_inside(path)
    except NeedsChoice:
        return ""


def save_explanation(explanation: Explanation, path: Path) -> Path:
    """Write `explanation` to `path` with all that belongs to it but paths and the picture's file name."""
    return write_whole(path, lambda draft: write(cleaned(explanation), draft))


def _may_be_safetensors(head: bytes) -> bool:
    return len(head) == 8 and 2 <= int.from_bytes(head, "little") <= 100_000_000


def _holds_explanation(header: bytes) -> bool:
    try:
        facts = json.loads(header).get("__metadata__", {}).get("salviewer", "")
    except (ValueError, AttributeError):
        return False
    return '"salviewer-explanation' in str(facts)  # of whatever version: whoever reads it says if it is too new
