"""Decides about shortcuts: which keys each command has, the person's own or those it came with, and what is in the way.

A soft key works only where no field or button wants it for itself: the window asks `soft` for keys that nobody took.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence

from salviewer.gui.settings import Settings


@dataclass(frozen=True)
class Key:
    """The keys of one command, as the list of shortcuts shows them. place: where the menus have it."""

    id: str
    title: str
    place: str
    keys: str
    default: str

    @property
    def changed(self) -> bool:
        """Whether the person chose other keys than those that it came with."""
        return self.keys != self.default


@dataclass(frozen=True)
class Bound:
    """An action that can have keys, and those that it came with."""

    action: QAction
    title: str
    place: str
    default: str
    soft: bool = False


class Shortcuts:
    """The keys of all actions in `bound`, by id."""

    def __init__(self, settings: Settings, bound: Mapping[str, Bound]) -> None:
        self._settings, self._bound = settings, dict(bound)
        settings.changed.connect(lambda name: self.apply() if name == "shortcuts" else None)
        self.apply()

    def apply(self) -> None:
        """Give every action its keys."""
        for id_, bound in self._bound.items():
            keys = self.keys(id_)
            if bound.soft:
                bound.action.setText(f"{bound.title}\t{_shown(keys)}" if keys else bound.title)
            else:
                bound.action.setShortcut(QKeySequence(keys))

    def keys(self, id_: str) -> str:
        """The keys of `id_`, as "Ctrl+R"; "" where it has none."""
        own = self._settings.get("shortcuts", {}).get(id_)
        return own if isinstance(own, str) else self._bound[id_].default

    def all(self) -> tuple[Key, ...]:
        """Every command with its keys."""
        return tuple(Key(id_, b.title, b.place, self.keys(id_), b.default) for id_, b in self._bound.items())

    def holder(self, keys: str, but: str = "") -> Key | None:
        """The command that has `keys`, other than `but`."""
        return next((key for key in self.all() if keys and key.keys == keys and key.id != but), None)

    def soft(self, keys: str) -> str:
        """The id of the command whose soft key is `keys`; "" where there is none."""
        return next((id_ for id_, b in self._bound.items() if b.soft and keys and self.keys(id_) == keys), "")

    def put(self, id_: str, keys: str, *, take: bool = False) -> str:
        """Give `id_` other keys, "" for none; why not, in a sentence, or "". `take`: also from another command."""
        keys = normal(keys)
        holder = self.holder(keys, id_)
        if holder is not None and not take:
            return f"{_shown(keys)} already does “{holder.title}”: press other keys, or take them from it."
        own = dict(self._settings.get("shortcuts", {}))
        if holder is not None:
            own[holder.id] = ""
        own[id_] = keys
        self._keep(own)
        return ""

    def reset(self, id_: str) -> str:
        """Give `id_` the keys that it came with; why not, in a sentence, or ""."""
        default = self._bound[id_].default
        holder = self.holder(default, id_)
        if holder is not None:
            return f"{_shown(default)} does “{holder.title}” now: change that first."
        self._keep({key: value for key, value in self._settings.get("shortcuts", {}).items() if key != id_})
        return ""

    def reset_all(self) -> None:
        """Give every command the keys that it came with."""
        self._keep({key: value for key, value in self._settings.get("shortcuts", {}).items() if key not in self._bound})

    def _keep(self, own: dict[str, str]) -> None:
        same = {id_ for id_, keys in own.items() if id_ in self._bound and keys == self._bound[id_].default}
        self._settings.put("shortcuts", {id_: keys for id_, keys in own.items() if id_ not in same})


def normal(keys: str) -> str:
    """`keys` as they are written everywhere: "ctrl+shift+p" is "Ctrl+Shift+P"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def _shown(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
