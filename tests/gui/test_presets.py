"""Presets: the person's own beside those that come with the method."""

from __future__ import annotations

import pytest
from fakes import LightParams
from test_field_specs import Mixed, Shade

from salviewer.api import Params, param
from salviewer.gui.presets import Presets
from salviewer.gui.settings import Settings


class Costly(Params):
    quick = {"masks": 40}  # noqa: RUF012 - ClassVar by inheritance
    masks: int = param(8000, "Masks.", ge=1)
    cells: int = param(7, "Cells.", ge=1)


@pytest.fixture
def presets(tmp_path):
    return Presets(Settings(tmp_path / "settings.json"))


def test_what_comes_with_a_method(presets):
    assert [p.name for p in presets.of("light", LightParams)] == ["Recommended"]
    recommended, quick = presets.of("costly", Costly)
    assert recommended.values == {"masks": 8000, "cells": 7}
    assert quick.name == "Quick look"
    assert quick.values == {"masks": 40, "cells": 7}
    assert not quick.own


def test_saved_ones_are_there_again_next_time(presets, tmp_path):
    assert presets.save("costly", Costly, " fine ", {"masks": 9, "cells": 16}) == ""
    again = Presets(Settings(tmp_path / "settings.json"))
    assert again.of("costly", Costly)[-1].name == "fine"
    assert again.of("costly", Costly)[-1].values == {"masks": 9, "cells": 16}
    assert again.of("other", LightParams)[-1].name == "Recommended"
    assert again.matching("costly", Costly, {"masks": 9, "cells": 16}) == "fine"
    assert again.matching("costly", Costly, {"masks": 40, "cells": 7}) == "Quick look"
    assert again.matching("costly", Costly, {"masks": 41, "cells": 7}) == ""


def test_values_of_every_kind_come_back_as_they_were(presets):
    values = {"size": (5, 6), "name": "y", "count": None, "shade": Shade.DARK, "flag": False, "free": 0.25}
    presets.save("mixed", Mixed, "mine", values)
    kept = presets.of("mixed", Mixed)[-1]
    assert kept.values == values
    assert presets.matching("mixed", Mixed, values) == "mine"


@pytest.mark.parametrize(
    ("name", "why"), [("", "needs a name"), ("  ", "needs a name"), ("recommended", "comes with"), ("x" * 61, "61")]
)
def test_names_that_cannot_be_used(presets, name, why):
    assert why in presets.save("costly", Costly, name, {})
    assert len(presets.of("costly", Costly)) == 2


def test_rename_and_delete(presets):
    presets.save("costly", Costly, "a", {"masks": 1})
    presets.save("costly", Costly, "b", {"masks": 2})
    assert presets.rename("costly", "a", "c") == ""
    assert [p.name for p in presets.of("costly", Costly)][2:] == ["c", "b"]
    assert "already" in presets.rename("costly", "c", "b")
    presets.delete("costly", "c")
    presets.delete("costly", "b")
    assert len(presets.of("costly", Costly)) == 2


def test_what_the_method_no_longer_takes_is_left_out(presets):
    presets.save("costly", Costly, "old", {"masks": 0, "colour": 3})
    assert [p.name for p in presets.of("costly", Costly)] == ["Recommended", "Quick look"]
