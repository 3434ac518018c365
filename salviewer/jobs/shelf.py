"""Opens what a job spec names, and keeps what was opened last: models, pictures, collections, plans, live objects."""

from __future__ import annotations

import itertools
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
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
from salviewer.jobs.checked_values import checked_params

if TYPE_CHECKING:
    import numpy as np

    from salviewer.jobs.memos import MemoBook
    from salviewer.jobs.plan import PlanBook
    from salviewer.models.loaded import LoadedModel

T = TypeVar("T")
MODELS_KEPT, SOURCES_KEPT, VOLUMES_KEPT, ATLASES_KEPT, TRAINED_KEPT = 2, 16, 3, 2, 4


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
        self._lock = threading.RLock()
        self._models: OrderedDict[Hashable, LoadedModel] = OrderedDict()
        self._sources: OrderedDict[Hashable, Picture | Volume] = OrderedDict()
        self._atlases: OrderedDict[Hashable, Atlas] = OrderedDict()
        self._trained: OrderedDict[Hashable, Trained] = OrderedDict()
        self._collections: dict[Hashable, Sequence[Sample]] = {}
        self._plans: PlanBook | None = None
        self._memos: MemoBook | None = None
        self._answer: tuple[str, Explanation] | None = None
        self._held = threading.local()

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

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Within the block this thread gets each sample and input made once; afterwards nothing of them is kept.

        For many jobs about the same picture, which must not change meanwhile.
        """
        before = getattr(self._held, "made", None), getattr(self._held, "entered", None)
        with ExitStack() as entered:
            self._held.made, self._held.entered = {}, entered
            try:
                yield
            finally:
                self._held.made, self._held.entered = before

    def enter_once(self, key: Hashable, make: Callable[[], AbstractContextManager[Any]], stack: ExitStack) -> None:
        """Enter the context that `make` gives; within `holding` only the first time, and leave it with that block.

        Elsewhere it is left with `stack`.
        """
        entered = getattr(self._held, "entered", None)
        if entered is None:
            stack.enter_context(make())
        else:
            self.once(("entered", key), lambda: entered.enter_context(make()) or True)

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

    def model(self, ref: ModelRef, progress: Progress | None = None) -> LoadedModel:
        """The model that `ref` names, opened on this shelf's device."""
        if ref.architecture.startswith("live:"):
            return self._find_live(ref.architecture)
        return self._kept(self._models, MODELS_KEPT, _model_key(ref), lambda: self._open(ref, progress or Progress()))

    def source(self, ref: InputRef) -> Picture | Volume:
        """The picture or volume that `ref` names."""
        if ref.source.startswith("live:"):
            return self._find_live(ref.source)
        if ref.source.startswith("collection:"):
            return self.sample(ref).picture
        path = Path(ref.source).expanduser()
        key = (str(path.absolute()), _stamp(path), repr(sorted(ref.options.items())))
        found = self._kept(self._sources, SOURCES_KEPT, key, lambda: self._read(path, ref.options))
        self._keep_few_volumes()
        return found

    def _keep_few_volumes(self) -> None:
        """Volumes are large: of a cohort's, only the last few stay."""
        with self._lock:
            volumes = [key for key, source in self._sources.items() if isinstance(source, Volume)]
            for key in volumes[:-VOLUMES_KEPT]:
                del self._sources[key]

    def atlas(self, ref: AtlasRef) -> Atlas:
        """The atlas that `ref` names. Raises `UnreadableInput`, or `InvalidChoice` where a collection brings none."""
        if ref.source.startswith("live:"):
            return self._find_live(ref.source)
        files = [Path(name).expanduser() for name in (ref.source, ref.names) if name]
        key = (ref.source, ref.names, *(_stamp(path) for path in files))
        return self._kept(self._atlases, ATLASES_KEPT, key, lambda: self._read_atlas(ref))

    def _read_atlas(self, ref: AtlasRef) -> Atlas:
        if ref.source.startswith("collection:"):
            key = ref.source.removeprefix("collection:").partition("/")[0]
            bring = getattr(self.host.load(self.host.collection(key))(), "atlas", None)
            if bring is None:
                raise InvalidChoice(f"The collection “{key}” brings no atlas: give one of your own.", code="no-atlas")
            return bring()
        from salviewer.data.atlas import read_atlas  # noqa: PLC0415 - loads numpy

        return read_atlas(ref.source, ref.names)

    def trained(self, ref: TrainedRef) -> Trained:
        """The trained state that `ref` names. Raises `UnreadableInput`."""
        if ref.source.startswith("live:"):
            live = self._find_live(ref.source)
            return self._kept(self._trained, TRAINED_KEPT, id(live), lambda: live)
        from salviewer.api.trained_file import read_trained  # noqa: PLC0415 - loads numpy

        path = Path(ref.source).expanduser()
        key = (str(path.absolute()), _stamp(path))
        return self._kept(self._trained, TRAINED_KEPT, key, lambda: read_trained(path))

    def trained_kept(self) -> tuple[Trained, ...]:
        """The trained states used last, the latest first."""
        with self._lock:
            return tuple(reversed(self._trained.values()))

    def picture(self, ref: InputRef) -> Picture:
        """The picture that `ref` names. Raises `UnreadableInput` "volume" where it names a volume."""
        found = self.source(ref)
        if isinstance(found, Volume):
            raise UnreadableInput(f"{found.name} is a 3D volume, and a picture is needed here.", code="volume")
        return found

    def read_file(self, path: Path, options: Mapping[str, Any]) -> Picture | Volume:
        """The picture or volume in a file: what collections read with."""
        return self.source(InputRef(source=str(path), options=dict(options)))

    def input(self, ref: InputRef, model: LoadedModel) -> ModelInput:
        """The input that `ref` names, as `model` sees it."""
        key = ("input", ref.model_dump_json(), id(model))
        return self.once(key, lambda: (model, model.prepare(self.source(ref))))[1]

    def live(self, reference: str) -> Any:
        """The live value that `keep_live` named `reference`."""
        return self._find_live(reference)

    def explanation(self, source: str | None) -> Explanation:
        """The stored explanation at the path `source`, or a live one. Raises `UnreadableInput`."""
        if source is None:
            raise InvalidChoice("A measurement needs an explanation to judge: none was given.", code="no-explanation")
        if source.startswith("live:"):
            return self._find_live(source)
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
        return self.once(("sample", found.model_dump_json()), lambda: self._sample(found))

    def _sample(self, ref: InputRef) -> Sample:
        key, _, name = ref.source.removeprefix("collection:").partition("/")
        params = _collection_params(ref)
        ids = self.sample_ids(key, params)
        if name not in ids:
            raise InvalidChoice(f"The collection “{key}” has no sample “{name}”.", code="unknown-sample")
        return self.collection(key, params)[ids.index(name)]

    def sample_ids(self, key: str, params: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """The ids of collection `key`, in order; where its samples have `ids`, none of them has to be made for this."""
        samples = self.collection(key, params)
        return tuple(getattr(samples, "ids", None) or (sample.id for sample in samples))

    def collection(self, key: str, params: Mapping[str, Any] | None = None) -> Sequence[Sample]:
        """The samples of collection `key`, opened with `params`."""
        info = self.host.collection(key)
        values = checked_params(self.host.params(info), params or {}, key)
        found = (key, values.model_dump_json())
        with self._lock:
            if found not in self._collections:
                source = self.host.load(info)()
                source.read = self.read_file
                self._collections[found] = source.open(values)
            return self._collections[found]

    def forget_collection(self, key: str, params: Mapping[str, Any] | None = None) -> None:
        """Open collection `key` anew when it is next wanted: its folder may hold other files by now."""
        values = checked_params(self.host.params(self.host.collection(key)), params or {}, key)
        with self._lock:
            self._collections.pop((key, values.model_dump_json()), None)

    def architecture_names(self) -> dict[str, tuple[str, ...]]:
        """Names of the networks that can be built, by family title."""
        return {info.title: tuple(info.names or self._family(key).names()) for key, info in self._families()}

    def family_of(self, name: str) -> ArchitectureFamily:
        """The family that builds the network called `name`. Raises `InvalidChoice` naming near matches."""
        import difflib  # noqa: PLC0415 - needed for the error only

        everything: list[str] = []
        for key, info in self._families():
            names = list(info.names or self._family(key).names())
            if name in names:
                return self._family(key)
            everything += names
        near = difflib.get_close_matches(name, everything, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "“salviewer list models” shows all."
        raise InvalidChoice(f"There is no network called “{name}”: {hint}", code="unknown-architecture")

    def unload(self) -> None:
        """Free all models that are not live, and the GPU memory that they held."""
        with self._lock:
            self._models.clear()
        if self._memos is not None:
            self._memos.clear()
        if self._wanted_device not in (None, "cpu"):
            import torch  # noqa: PLC0415 - only where a GPU is in use

            torch.cuda.empty_cache()

    def _families(self) -> list[tuple[str, Any]]:
        """Families whose names are known cheaply come first."""
        return sorted(self.host.architectures.items(), key=lambda item: not item[1].names)

    def _family(self, key: str) -> ArchitectureFamily:
        return self.host.load(self.host.architectures[key])()

    def _open(self, ref: ModelRef, progress: Progress) -> LoadedModel:
        from salviewer.models.opening import open_model  # noqa: PLC0415 - loads torch

        return open_model(self.family_of(ref.architecture), ref, device=self.device, progress=progress)

    def _read(self, path: Path, options: Mapping[str, Any]) -> Picture | Volume:
        from salviewer.data.volume_kind import is_volume  # noqa: PLC0415 - loads numpy

        for info in self.host.readers.values():
            if _claims(info.magic, path):
                return self.host.load(info)().read(path, options)
        if is_volume(path):
            from salviewer.data.volumes import read_volume  # noqa: PLC0415 - loads nibabel

            return read_volume(path, options)
        from salviewer.data.pictures import read_picture  # noqa: PLC0415 - loads Pillow

        return read_picture(path, options)

    def _find_live(self, reference: str) -> Any:
        if reference not in self._live:
            raise Unavailable(
                "This job was made with an object of a Python session that has ended: give the file instead.",
                code="live-gone",
            )
        return self._live[reference]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives; within `holding` the same one again for the same key."""
        made: dict[Hashable, T] | None = getattr(self._held, "made", None)
        if made is None:
            return make()
        if key not in made:
            made[key] = make()
        return made[key]

    def _kept(self, kept: OrderedDict[Hashable, T], most: int, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        value = make()
        with self._lock:
            kept[key] = value
            while len(kept) > most:
                kept.popitem(last=False)
        return value


def _collection_params(ref: InputRef) -> Mapping[str, Any]:
    """The params by which `ref`, a sample, says how its collection is opened; empty for its defaults."""
    params = ref.options.get("collection", {})
    if unknown := ref.options.keys() - {"collection"}:
        raise InvalidChoice(
            f"A sample of a collection has no option {sorted(unknown)[0]!r}; there is “collection”, the parameters "
            f"that its collection is opened with.",
            code="bad-option",
        )
    if not isinstance(params, Mapping):
        raise InvalidChoice(
            f"Option “collection” holds a collection's parameters by name, not {params!r}.", code="bad-option"
        )
    return params


def _model_key(ref: ModelRef) -> Hashable:
    path = Path(ref.weights).expanduser() if ref.weights else None
    return (ref.model_dump_json(), _stamp(path) if path else None)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size)


def _claims(magic: tuple[bytes, ...], path: Path) -> bool:
    if not magic:
        return False
    try:
        if not path.is_file():
            return False
        with path.open("rb") as f:
            head = f.read(max(map(len, magic)))
    except (OSError, ValueError):
        return False
    return any(head.startswith(m) for m in magic)
