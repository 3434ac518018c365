"""Opens collections of samples, each once for the parameters it is opened with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from salviewer.api import Atlas, InputRef, Picture, Sample, Volume
from salviewer.errors import InvalidChoice
from salviewer.host import Host
from salviewer.jobs.checked_values import checked_params

Read = Callable[[Path, Mapping[str, Any]], Picture | Volume]


class OpenCollections:
    """The collections of `host`; their files are read with `read`. Safe to use from several threads."""

    def __init__(self, host: Host, read: Read) -> None:
        self._host, self._read = host, read
        self._lock = threading.RLock()
        self._open: dict[Hashable, Sequence[Sample]] = {}

    def samples(self, key: str, params: Mapping[str, Any] | None = None) -> Sequence[Sample]:
        """The samples of collection `key`, opened with `params`."""
        info = self._host.collection(key)
        values = checked_params(self._host.params(info), params or {}, key)
        found = (key, values.model_dump_json())
        with self._lock:
            if found not in self._open:
                source = self._host.load(info)()
                source.read = self._read
                self._open[found] = source.open(values)
            return self._open[found]

    def ids(self, key: str, params: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """The ids of collection `key`, in order; where its samples have `ids`, none of them has to be made for this."""
        samples = self.samples(key, params)
        return tuple(getattr(samples, "ids", None) or (sample.id for sample in samples))

    def sample(self, ref: InputRef) -> Sample:
        """The sample that `ref` names, of the collection opened with the params in its options.

        Raises `InvalidChoice` if there is none.
        """
        key, name = _key_and_name(ref.source)
        params = _params_of(ref)
        ids = self.ids(key, params)
        if name not in ids:
            if not ids:
                raise InvalidChoice(f"The collection “{key}” has no samples.", code="unknown-sample")
            what = f"The collection “{key}” has no sample “{name}”" if name else "Nothing says which sample is meant"
            near = get_close_matches(name, ids, n=1, cutoff=0.5) or ids[:1]
            raise InvalidChoice(f"{what}: write collection:{key}/ID, such as collection:{key}/{near[0]}.",
                                code="unknown-sample")  # fmt: skip
        return self.samples(key, params)[ids.index(name)]

    def atlas(self, source: str) -> Atlas:
        """The atlas that the collection `source`, "collection:KEY", brings. Raises `InvalidChoice` without one."""
        key, _ = _key_and_name(source)
        bring = getattr(self._host.load(self._host.collection(key))(), "atlas", None)
        if bring is None:
            raise InvalidChoice(f"The collection “{key}” brings no atlas: give one of your own.", code="no-atlas")
        return bring()

    def forget(self, key: str, params: Mapping[str, Any] | None = None) -> None:
        """Open collection `key` anew when it is next wanted: its folder may hold other files by now."""
        values = checked_params(self._host.params(self._host.collection(key)), params or {}, key)
        with self._lock:
            self._open.pop((key, values.model_dump_json()), None)


def _key_and_name(source: str) -> tuple[str, str]:
    """Of "collection:KEY/ID" the key and the sample's id, which may be empty."""
    key, _, name = source.removeprefix("collection:").partition("/")
    return key, name


def _params_of(ref: InputRef) -> Mapping[str, Any]:
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
