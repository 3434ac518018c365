"""Decides which collection a form is about: its parameters, its folder, and what can be seen of its pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.gui.evaluation_errands import look_at
from salviewer.gui.evaluation_values import Pictures
from salviewer.gui.field_specs import faults, folder_field

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.gui.values import Message, OpenPicture
    from salviewer.jobs.shelf import Shelf

FIRST = "an8flower-single-6c"
NO_FOLDER = "Choose the folder with the pictures first."


def collection_of(picture: OpenPicture | None) -> tuple[str, Mapping[str, Any]] | None:
    """Key and parameters of the collection that `picture` is a sample of; None where it is none."""
    source = picture.ref.source if picture is not None else ""
    if picture is None or not source.startswith("collection:"):
        return None
    return source.removeprefix("collection:").partition("/")[0], picture.ref.options.get("collection", {})


class Collecting:
    """Keeps `collection`, `params` and `valid` in the state's field `plan`, and what was seen in its field `pictures`.

    `topic`: under which it asks the desk. `describe` turns an exception into a message.
    """

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        dialogs: Any,
        describe: Callable[[str, str, BaseException], Message],
        *,
        plan: str,
        pictures: str,
        topic: str,
    ) -> None:
        self._state, self._desk, self._shelf, self._dialogs, self._describe = state, desk, shelf, dialogs, describe
        self._plan, self._pictures, self._topic = plan, pictures, topic

    def first(self) -> str:
        """The key of the collection that is taken where nobody says which; "" where there is none."""
        known = self._shelf.host.collections
        return FIRST if FIRST in known else next(iter(known), "")

    def set_params(self, params: Mapping[str, Any], *, key: str = "") -> None:
        """Take collection `key` (the one that is taken already) with these parameters, and look at it."""
        plan, host = getattr(self._state, self._plan), self._shelf.host
        key = key or plan.collection
        if key not in host.collections:
            return
        model = host.params(host.collections[key])
        changed = {n: v for n, v in params.items() if n in model.model_fields and v != model.model_fields[n].default}
        setattr(
            self._state, self._plan, replace(plan, collection=key, params=changed, valid=not faults(model, changed))
        )
        if (plan.collection, plan.params) != (key, changed) or getattr(self._state, self._pictures) is None:
            self._look(folder_field(model))

    def ask_source(self, name: str) -> None:
        """Ask for the folder that the collection's parameter `name` takes."""
        plan = getattr(self._state, self._plan)
        had = str(plan.params.get(name, ""))
        folder = self._dialogs.choose_folder("Folder of the pictures", Path(had) if had else Path.home())
        if folder is not None:
            self.set_params({**plan.params, name: str(folder)})

    def _look(self, wanted: str) -> None:
        """`wanted`: the name of the collection's field that takes a folder; "" where it has none."""
        shelf, plan = self._shelf, getattr(self._state, self._plan)
        self._found(None)
        self._desk.forget(self._topic)
        if wanted and not plan.params.get(wanted):
            self._found(Pictures(fault=NO_FOLDER))
        elif plan.valid:
            self._desk.ask(
                self._topic, lambda progress: look_at(shelf, plan.collection, plan.params), "Looking at the pictures",
                self._found, uses_model=False, otherwise=self._cannot_look,
            )  # fmt: skip

    def _found(self, pictures: Pictures | None) -> None:
        setattr(self._state, self._pictures, pictures)

    def _cannot_look(self, error: BaseException) -> bool:
        self._found(Pictures(fault=self._describe(self._topic, "Looking at the pictures", error).text))
        return True
