"""Opens what a job spec names, and keeps what was opened last: models, pictures, collections, plans, live objects."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from salviewer.api import (
    ArchitectureFamily,
    Atlas,
    AtlasRef,
    Explanation,
    InputRef,
    JobSpec,
    ModelInput,
    ModelRef,
    Picture,
    Progress,
    Sample,
    Trained,
    TrainedRef,
    Volume,
)
from salviewer.errors import InvalidChoice, Unavailable, UnreadableInput
from salviewer.host import Host
from salviewer.jobs import networks
from salviewer.jobs.file_stamp import stamp_of
from salviewer.jobs.held import Held
from salviewer.jobs.latest import Latest
from salviewer.jobs.open_collections import OpenCollections
from salviewer.jobs.source_files import SourceFiles

if TYPE_CHECKING:
    import numpy as np

    from salviewer.jobs.memos import MemoBook
    from salviewer.jobs.plan import PlanBook
    from salviewer.models.loaded import LoadedModel

T = TypeVar("T")
MODELS_KEPT, ATLASES_KEPT, TRAINED_KEPT = 2, 2, 4


class Shelf:
    """One per process; safe to use from several threads. `device`: None takes the GPU where there is one.

    `spare_threads`: cores that torch leaves alone (1 where a window must stay alive).
    `memory_share`: of the free memory, for one batch, 0..1; it may be set at any time.
    """

    def __init__(self, host: Host | None = None, device: str | None = None, *, spare_threads: int = 0) -> None:
        self.host = host or Host.discover()
        self.max_threads = max(1, (os.cpu_count() or 1) - spare_threads)
        self.memory_share = 0.5
        self._wanted_device = device
        self._live: dict[str, Any] = {}
        self._numbers = itertools.count(1)
        self._models: Latest[LoadedModel] = Latest(MODELS_KEPT)
        self._files = SourceFiles(self.host)
        self._collections = OpenCollections(self.host, self._files.read)
        self._atlases: Latest[Atlas] = Latest(ATLASES_KEPT)
        self._trained: Latest[Trained] = Latest(TRAINED_KEPT)
        self._plans: PlanBook | None = None
        self._memos: MemoBook | None = None
        self._answer: tuple[str, Explanation] | None = None
        self._held = Held()

    @property
    def device(self) -> str:
        """The torch device on which models run."""
        if self._wanted_device is None:
            import torch  # noqa: PLC0415 - a window that only looks at results loads no torch

            self._wanted_device = "cuda" if torch.cuda.is_available() else "cpu"
        return self._wanted_device

    @property
    def plans(self) -> PlanBook:
        """The plans measured so far."""
        if self._plans is None:
            from salviewer.jobs.plan import PlanBook  # noqa: PLC0415 - loads torch

            self._plans = PlanBook()
        return self._plans

    @property
    def memos(self) -> MemoBook:
        """What methods computed about models and inputs, for the next job about both."""
        if self._memos is None:
            from salviewer.jobs.memos import MemoBook  # noqa: PLC0415 - loads torch

            self._memos = MemoBook()
        return self._memos

    def holding(self) -> AbstractContextManager[None]:
        """Within the block this thread gets each sample and input made once; afterwards nothing of them is kept.

        For many jobs about the same picture, which must not change meanwhile.
        """
        return self._held.block()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives; within `holding` the same one again for the same key."""
        return self._held.once(key, make)

    def enter_once(self, key: Hashable, make: Callable[[], AbstractContextManager[Any]], stack: ExitStack) -> None:
        """Enter the context that `make` gives; within `holding` only the first time, and leave it with that block.

        Elsewhere it is left with `stack`.
        """
        self._held.enter_once(key, make, stack)

    def keep_live(
        self, value: LoadedModel | Picture | Volume | Atlas | Explanation | Trained | np.ndarray | Callable[..., Any]
    ) -> str:
        """A reference by which specs of this process can name `value`."""
        reference = f"live:{next(self._numbers)}"
        self._live[reference] = value
        return reference

    def drop_live(self, reference: str) -> None:
        """Forget a live value; the undo of `keep_live`."""
        self._live.pop(reference, None)

    def live(self, reference: str) -> Any:
        """The live value that `keep_live` named `reference`. Raises `Unavailable` once it is forgotten."""
        if reference not in self._live:
            raise Unavailable(
                "This job was made with an object of a Python session that has ended: give the file instead.",
                code="live-gone",
            )
        return self._live[reference]

    def model(self, ref: ModelRef, progress: Progress | None = None) -> LoadedModel:
        """The model that `ref` names, opened on this shelf's device."""
        if ref.architecture.startswith("live:"):
            return self.live(ref.architecture)
        return self._models.get(_model_key(ref), lambda: self._open(ref, progress or Progress()))

    def source(self, ref: InputRef) -> Picture | Volume:
        """The picture or volume that `ref` names."""
        if ref.source.startswith("live:"):
            return self.live(ref.source)
        if ref.source.startswith("collection:"):
            return self.sample(ref).picture
        return self._files.read(Path(ref.source), ref.options)

    def atlas(self, ref: AtlasRef) -> Atlas:
        """The atlas that `ref` names. Raises `UnreadableInput`, or `InvalidChoice` where a collection brings none."""
        if ref.source.startswith("live:"):
            return self.live(ref.source)
        files = [Path(name).expanduser() for name in (ref.source, ref.names) if name]
        key = (ref.source, ref.names, *(stamp_of(path) for path in files))
        return self._atlases.get(key, lambda: self._read_atlas(ref))

    def _read_atlas(self, ref: AtlasRef) -> Atlas:
        if ref.source.startswith("collection:"):
            return self._collections.atlas(ref.source)
        from salviewer.data.atlas import read_atlas  # noqa: PLC0415 - loads numpy

        return read_atlas(ref.source, ref.names)

    def trained(self, ref: TrainedRef) -> Trained:
        """The trained state that `ref` names. Raises `UnreadableInput`."""
        if ref.source.startswith("live:"):
            live: Trained = self.live(ref.source)
            return self._trained.get(id(live), lambda: live)
        from salviewer.api.trained_file import read_trained  # noqa: PLC0415 - loads numpy

        path = Path(ref.source).expanduser()
        return self._trained.get((str(path.absolute()), stamp_of(path)), lambda: read_trained(path))

    def trained_kept(self) -> tuple[Trained, ...]:
        """The trained states used last, the latest first."""
        return self._trained.values()

    def picture(self, ref: InputRef) -> Picture:
        """The picture that `ref` names. Raises `UnreadableInput` "volume" where it names a volume."""
        found = self.source(ref)
        if isinstance(found, Volume):
            raise UnreadableInput(f"{found.name} is a 3D volume, and a picture is needed here.", code="volume")
        return found

    def input(self, ref: InputRef, model: LoadedModel) -> ModelInput:
        """The input that `ref` names, as `model` sees it."""
        key = ("input", ref.model_dump_json(), id(model))
        return self.once(key, lambda: (model, model.prepare(self.source(ref))))[1]

    def explanation(self, source: str | None) -> Explanation:
        """The stored explanation at the path `source`, or a live one. Raises `UnreadableInput`."""
        if source is None:
            raise InvalidChoice("A measurement needs an explanation to judge: none was given.", code="no-explanation")
        if source.startswith("live:"):
            return self.live(source)
        from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy

        return read(Path(source).expanduser())

    def keep_answer(self, spec: JobSpec, explanation: Explanation) -> None:
        """Have `explanation` taken where a job names `spec` among its sources. Only the last one is kept."""
        self._answer = (spec.fingerprint(), explanation)

    def answer_to(self, spec: JobSpec) -> Explanation | None:
        """What `keep_answer` was last given, where that answers `spec`."""
        return self._answer[1] if self._answer is not None and self._answer[0] == spec.fingerprint() else None

    def sample(self, ref: InputRef | str) -> Sample:
        """The sample that "collection:KEY/ID" names; the collection is opened with the params in `ref.options`.

        Raises `InvalidChoice` if there is none.
        """
        found = InputRef(source=ref) if isinstance(ref, str) else ref
        return self.once(("sample", found.model_dump_json()), lambda: self._collections.sample(found))

    def sample_ids(self, key: str, params: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """The ids of collection `key`, in order; where its samples have `ids`, none of them has to be made for this."""
        return self._collections.ids(key, params)

    def collection(self, key: str, params: Mapping[str, Any] | None = None) -> Sequence[Sample]:
        """The samples of collection `key`, opened with `params`."""
        return self._collections.samples(key, params)

    def forget_collection(self, key: str, params: Mapping[str, Any] | None = None) -> None:
        """Open collection `key` anew when it is next wanted: its folder may hold other files by now."""
        self._collections.forget(key, params)

    def architecture_names(self) -> dict[str, tuple[str, ...]]:
        """Names of the networks that can be built, by family title."""
        return networks.architecture_names(self.host)

    def family_of(self, name: str) -> ArchitectureFamily:
        """The family that builds the network called `name`. Raises `InvalidChoice` naming near matches."""
        return networks.family_of(self.host, name)

    def unload(self) -> None:
        """Free all models that are not live, and the GPU memory that they held."""
        self._models.clear()
        if self._memos is not None:
            self._memos.clear()
        if self._wanted_device not in (None, "cpu"):
            import torch  # noqa: PLC0415 - only where a GPU is in use

            torch.cuda.empty_cache()

    def _open(self, ref: ModelRef, progress: Progress) -> LoadedModel:
        from salviewer.models.opening import open_model  # noqa: PLC0415 - loads torch

        return open_model(self.family_of(ref.architecture), ref, device=self.device, progress=progress)


def _model_key(ref: ModelRef) -> Hashable:
    path = Path(ref.weights).expanduser() if ref.weights else None
    return (ref.model_dump_json(), stamp_of(path) if path else None)
