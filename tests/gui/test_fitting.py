"""Models, inputs and methods of two and of three dimensions: what does not go together is said before Run."""

from __future__ import annotations

from types import SimpleNamespace

import fakes
import pytest
from fakes import FakeShelf, picture, volume

from salviewer.api import ExplainerInfo, InputRef, ModelRef, Source, hookimpl
from salviewer.gui.fitting import dims_of, method_fault, unfit
from salviewer.gui.running import why_not
from salviewer.gui.state import State
from salviewer.gui.values import ModelCard, OpenPicture
from salviewer.host import Found, Host


def info(key, *dims, sources=""):
    here = fakes.__name__
    return ExplainerInfo(
        key, key.capitalize(), "Does things.", f"{here}:Nothing", f"{here}:OtherParams", Source("c"), "q", dims=dims,
        family="Light and shadow" if key == "deep" else "Other", sources=sources,
    )  # fmt: skip


METHODS = [info("flat", 2), info("any", 2, 3), info("ranks", 3, sources="one per subject"), info("deep", 3)]
VOLUME = OpenPicture(InputRef(source="t1.nii"), volume())
PICTURE = OpenPicture(InputRef(source="cat.png"), picture())


def card(dims):
    return ModelCard(ModelRef(architecture="net"), "net", ("a",), "softmax", dims=dims)


@pytest.fixture
def state(make_session):
    shelf = FakeShelf()
    plugin = SimpleNamespace(salviewer_explainers=hookimpl(lambda: METHODS, specname="salviewer_explainers"))
    shelf.host = Host([Found("these", "test", "1.0", lambda: plugin)])
    session = make_session(shelf=shelf)
    session.actions.choose_method("flat")
    return session.state


def test_the_open_input_says_more_than_the_model():
    state = State()
    assert dims_of(state) is None
    state.model = card(3)
    assert dims_of(state) == 3
    assert why_not(state) == "Open a volume first."
    state.picture = PICTURE
    assert dims_of(state) == 2
    assert why_not(state) == "No method is installed."


def test_a_method_says_what_it_works_on():
    flat, both, ranks, _ = METHODS
    assert method_fault(flat, 3) == "Flat works on pictures, not on volumes: choose another method."
    assert method_fault(both, 3) == method_fault(both, 2) == method_fault(flat, None) == ""
    assert "Explain a cohort" in method_fault(ranks, 3)
    assert set(unfit({m.key: m for m in METHODS}, 3)) == {"flat", "ranks"}
    assert set(unfit({m.key: m for m in METHODS}, 2)) == {"ranks", "deep"}


@pytest.mark.parametrize(("dims", "opened", "begins"), [
    (2, VOLUME, "The model takes pictures, and a volume is open"),
    (3, PICTURE, "The model takes volumes, and a picture is open"),
])  # fmt: skip
def test_a_model_and_an_input_of_other_dimensions_are_not_run(state, dims, opened, begins):
    state.model, state.picture = card(dims), opened
    assert why_not(state).startswith(begins)
    state.model = card(5 - dims)
    assert why_not(state) == ""
    state.model = card(None)
    assert why_not(state) == ""


def test_another_kind_of_input_takes_a_method_that_fits_and_comes_back(state):
    state.model = card(None)
    state.picture = VOLUME
    assert state.choice.method == "deep"  # of the first family
    state.picture = PICTURE
    assert state.choice.method == "flat"
    state.picture = VOLUME
    assert state.choice.method == "deep"


def test_a_method_that_fits_both_stays(state):
    session_choice = state.choice
    state.choice = type(session_choice)(method="any")
    state.picture = VOLUME
    assert state.choice.method == "any"
    state.choice = type(session_choice)(method="flat")
    assert why_not(state) == "Open a model first."
    state.model = card(3)
    assert state.choice.method != "flat"
