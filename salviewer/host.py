"""Finds the plugins, loads each inside its own guard, asks each alone, and reports every one with its error.

Stock pluggy loading stops at the first broken plugin, and one hook that raises loses every other result; here a plugin
that fails is listed by name with its error, and the others go on.
"""

from __future__ import annotations

import difflib
import importlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from typing import Any

import pluggy

from salviewer.api import (
    ArchitectureInfo,
    CollectionInfo,
    ExplainerInfo,
    MetricInfo,
    Params,
    ReaderInfo,
    TrainerInfo,
    hooks,
)
from salviewer.api.descriptors import Info
from salviewer.errors import InvalidChoice, PluginError

HOOKS: dict[str, type[Info]] = {
    "salviewer_explainers": ExplainerInfo,
    "salviewer_collections": CollectionInfo,
    "salviewer_architectures": ArchitectureInfo,
    "salviewer_readers": ReaderInfo,
    "salviewer_metrics": MetricInfo,
    "salviewer_trainers": TrainerInfo,
}


@dataclass(frozen=True)
class Found:
    """A plugin before it is loaded: its name, its distribution and version, and how to import its module."""

    name: str
    origin: str
    version: str
    load: Callable[[], Any]


@dataclass(frozen=True)
class PluginRecord:
    """A plugin as listed for people. `error` is a sentence, empty if all is well; `offers` are the keys it brings."""

    name: str
    version: str
    origin: str
    import_ms: float
    error: str = ""
    offers: tuple[str, ...] = ()


@dataclass
class Host:
    """All plugins of one process. `Host.discover()` reads the installed ones; tests hand over their own."""

    found: Iterable[Found]
    plugins: tuple[PluginRecord, ...] = ()
    explainers: Mapping[str, ExplainerInfo] = field(default_factory=dict)
    collections: Mapping[str, CollectionInfo] = field(default_factory=dict)
    architectures: Mapping[str, ArchitectureInfo] = field(default_factory=dict)
    readers: Mapping[str, ReaderInfo] = field(default_factory=dict)
    metrics: Mapping[str, MetricInfo] = field(default_factory=dict)
    trainers: Mapping[str, TrainerInfo] = field(default_factory=dict)

    @classmethod
    def discover(cls) -> Host:
        """The host of every plugin that is installed in this environment."""
        return cls(_installed())

    def __post_init__(self) -> None:
        self._owners: dict[tuple[str, str], PluginRecord] = {}
        self._offered: dict[str, dict[str, Any]] = {name: {} for name in HOOKS}
        self.plugins = tuple(self._register(found) for found in sorted(self.found, key=lambda f: f.name))
        offered = self._offered
        self.explainers = offered["salviewer_explainers"]
        self.collections = offered["salviewer_collections"]
        self.architectures = offered["salviewer_architectures"]
        self.readers = offered["salviewer_readers"]
        self.metrics = offered["salviewer_metrics"]
        self.trainers = offered["salviewer_trainers"]

    def _register(self, found: Found) -> PluginRecord:
        start = time.perf_counter()
        record = PluginRecord(found.name, found.version, found.origin, 0.0)
        try:
            module = found.load()
            offers = list(_offers(module, found.name))
            self._refuse_duplicates(offers, record)
        except Exception as e:  # noqa: BLE001 - whatever a plugin does wrong must not stop the others
            took = (time.perf_counter() - start) * 1000
            return replace(record, import_ms=took, error=_sentence(found.name, e))
        took = (time.perf_counter() - start) * 1000
        record = replace(record, import_ms=took, offers=tuple(info.key for _, info in offers))
        for hook, info in offers:
            self._offered[hook][info.key] = info
            self._owners[hook, info.key] = record
        return record

    def _refuse_duplicates(self, offers: list[tuple[str, Info]], newcomer: PluginRecord) -> None:
        seen: set[tuple[str, str]] = set()
        for hook, info in offers:
            owner = self._owners.get((hook, info.key))
            if owner or (hook, info.key) in seen:
                other = owner.name if owner else newcomer.name
                raise PluginError(
                    f"Plugins “{other}” and “{newcomer.name}” both offer “{info.key}”: uninstall one of them.",
                    code="duplicate-key",
                )
            seen.add((hook, info.key))

    def explainer(self, key: str) -> ExplainerInfo:
        """The method called `key`. Raises `InvalidChoice` naming near matches."""
        return _pick(self.explainers, key, "method")

    def metric(self, key: str) -> MetricInfo:
        """The measure called `key`. Raises `InvalidChoice` naming near matches."""
        return _pick(self.metrics, key, "metric")

    def trainer(self, key: str) -> TrainerInfo:
        """The trainer called `key`. Raises `InvalidChoice` naming near matches."""
        return _pick(self.trainers, key, "trainer")

    def collection(self, key: str) -> CollectionInfo:
        """The collection called `key`. Raises `InvalidChoice` naming near matches."""
        return _pick(self.collections, key, "collection")

    def version(self, info: Info) -> str:
        """The version of the plugin that offers `info`, as "name version"."""
        owner = self._owner(info)
        return f"{owner.name} {owner.version}"

    def params(self, info: ExplainerInfo | CollectionInfo | MetricInfo | TrainerInfo) -> type[Params]:
        """The params model of `info`. Raises `PluginError` naming the plugin."""
        model = self._import(info, info.params)
        if not (isinstance(model, type) and issubclass(model, Params)):
            raise PluginError(f"Plugin “{self._owner(info).name}”: {info.params} is no salviewer.api.Params.")
        return model

    def load(self, info: Info) -> Any:
        """What `info.run` names. Raises `PluginError` naming the plugin."""
        return self._import(info, info.run)

    def _owner(self, info: Info) -> PluginRecord:
        hook = next(hook for hook, kind in HOOKS.items() if isinstance(info, kind))
        return self._owners[hook, info.key]

    def _import(self, info: Info, path: str) -> Any:
        module, _, name = path.partition(":")
        try:
            return getattr(importlib.import_module(module), name)
        except Exception as e:
            raise PluginError(_sentence(self._owner(info).name, e), code="plugin-import") from e


def _installed() -> Iterator[Found]:
    for point in metadata.entry_points(group=hooks.ENTRY_POINT_GROUP):
        dist = point.dist
        yield Found(point.name, dist.name if dist else "?", dist.version if dist else "?", point.load)


def _offers(module: Any, name: str) -> Iterator[tuple[str, Info]]:
    """(hook, info) for all that one plugin offers, asked through a pluggy manager of its own."""
    major = getattr(module, "SALVIEWER_API", hooks.API_VERSION)[0]
    if major != hooks.API_VERSION[0]:
        raise PluginError(
            f"Plugin “{name}” was made for version {major} of the plugin interface, this is version "
            f"{hooks.API_VERSION[0]}: install a release of it that fits.",
            code="api-version",
        )
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    manager.register(module, name)
    manager.check_pending()
    for hook, kind in HOOKS.items():
        for infos in getattr(manager.hook, hook)():
            for info in infos:
                if not isinstance(info, kind):
                    raise PluginError(f"{hook} must return {kind.__name__}, not {type(info).__name__}.")
                yield hook, info


def _sentence(name: str, error: Exception) -> str:
    if isinstance(error, PluginError):
        return str(error)
    return f"Plugin “{name}” is switched off: {type(error).__name__}: {error}"


def _pick(offered: Mapping[str, Any], key: str, what: str) -> Any:
    if key in offered:
        return offered[key]
    near = difflib.get_close_matches(key, offered, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(sorted(offered))}."
    raise InvalidChoice(f"There is no {what} “{key}”: {hint}", code=f"unknown-{what}")
