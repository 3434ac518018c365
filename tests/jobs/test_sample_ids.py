"""A sample is found by its id without making the others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from salviewer.api import CollectionInfo, Params, Picture, Sample, hookimpl
from salviewer.errors import InvalidChoice
from salviewer.host import Found, Host
from salviewer.jobs.shelf import Shelf


class Slow:
    """Three samples, each noted when it is made."""

    ids = ("a", "b", "c")
    made: ClassVar[list[str]] = []

    def __len__(self):
        return 3

    def __getitem__(self, index):
        name = self.ids[index]
        self.made.append(name)
        return Sample(name, Picture(np.zeros((2, 2, 3), np.uint8), name, name), 0)


class SlowCollection:
    def open(self, params):
        return Slow()


class NoParams(Params):
    pass


def host() -> Host:
    here = __name__
    info = CollectionInfo("slow", "Slow", "", f"{here}:SlowCollection", f"{here}:NoParams", ("x",))
    plugin = SimpleNamespace(salviewer_collections=hookimpl(lambda: [info], specname="salviewer_collections"))
    return Host([Found("slow", "test", "0", lambda: plugin)])


def test_only_the_wanted_sample_is_made():
    Slow.made.clear()
    shelf = Shelf(host())
    assert shelf.sample_ids("slow") == ("a", "b", "c")
    assert shelf.sample("collection:slow/b").id == "b"
    assert Slow.made == ["b"]


def test_an_id_that_does_not_exist_is_named():
    with pytest.raises(InvalidChoice, match="“slow” has no sample “z”: write collection:slow/ID, such as"):
        Shelf(host()).sample("collection:slow/z")
