"""The Filters panel: filters that fired, those that were learned, the crops of an average, and the sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import GRID, explanation, heatmap, picture
from PySide6.QtCore import Qt

from salviewer.api import Explanation, FilterGallery, Trained
from salviewer.data.filter_words import rows_of
from salviewer.gui.filters import errands
from salviewer.gui.filters.cards import NO_AVERAGE, Pictures, cards_of
from salviewer.gui.filters.values import FIRED, LEARNED
from salviewer.gui.training.values import Ended
from salviewer.gui.values import Shown
from salviewer.jobs import filter_crops

SHA = "a1b2" * 16


def gallery(label="tabby", filters=3, explained=False, averages=2, variant="stride one"):
    n, no = filters, np.zeros((0, 0, 0), np.float32)
    return FilterGallery(
        f"Filters: {label}",
        layer=np.zeros(n, np.int32),
        channel=np.arange(n, dtype=np.int32),
        relevance=np.linspace(3, -1, n, dtype=np.float32),
        response=np.linspace(2, 0.5, n, dtype=np.float32) if explained else np.full(n, np.nan, np.float32),
        heatmaps=np.random.default_rng(0).random((n, *GRID.model_shape)).astype(np.float32) if explained else no,
        averages=np.full((averages, 8, 8, 3), 90, np.uint8),
        average_maps=np.ones((averages, 8, 8), np.float32) * np.eye(8, dtype=np.float32),
        layers=({"name": "conv1", "number": 1, "kind": "convolution", "field": 5},),
        crops=tuple(tuple((f"p{k}", k, 0, k + 5, 5) for k in range(9)) for _ in range(averages)),
        collection={"key": "light-pictures", "params": {}} if averages else {},
        label=label,
        variant=variant,
    )


def state(labels=("tabby", "tiger"), **more):
    made = tuple(gallery(label, **more) for label in labels)
    return Trained({}, {}, made, (), "", {"model": {"sha256": SHA, "architecture": "net"}})


def shown():
    base = explanation(label="tabby")
    made = Explanation((heatmap(), gallery(explained=True)), (), "", GRID, base.provenance)
    return Shown((heatmap(),), GRID, picture(), "Interpretation", explanation=made)


@pytest.fixture
def panel(loaded):
    return loaded.window.show_panel("filters")


def test_with_nothing_to_show_it_says_how_to_get_some(panel, loaded):
    view = panel.view
    assert view.stack.currentIndex() == 0
    assert view.empty.text() == "No installed method says which filters fired."
    info = loaded.state.methods["light"]
    loaded.state.methods = {"light": replace(info, evidence=("heatmap", "filters"))}
    assert view.empty.text().startswith("Run “Light” in the Method panel")
    view.pages[LEARNED].click()
    assert view.empty.text().startswith("Nothing was learned about this model yet. Train “")
    assert not view.export.isEnabled()


def test_filters_that_fired_are_shown_and_their_tab_is_offered(loaded):
    docks = loaded.window.docks
    loaded.state.shown = shown()
    assert not docks.docks["filters"].isHidden()
    view = loaded.window.show_panel("filters").view
    assert view.head.text() == "Filters that fired for “tabby”"
    assert [card.title for card in view.cards.cards] == [f"layer 1 · filter {i}" for i in range(3)]
    assert [card.name for card in view.cards.cards] == ["conv1"] * 3
    assert [bar.name for bar in view.cards.cards[0].bars] == ["response", "relevance"]
    assert [bar.share for bar in view.cards.cards[2].bars] == pytest.approx([0.25, -1 / 3])
    assert [shot.caption for shot in view.cards.cards[2].shots] == ["in this picture", "no average picture was made"]
    assert view.cards.cards[0].letter == "C"
    assert "convolution" in view.cards.cards[0].kind
    view.grab()


def test_what_was_learned_has_a_tab_per_class(panel):
    panel.decider.show_trained(state(), "", "now")
    view = panel.view
    assert view.tabs.names == ("tabby", "tiger")
    assert view.classes.isHidden()
    assert view.head.text() == "tabby"
    assert [shot.caption for shot in view.cards.cards[0].shots] == ["average of 9", "average heatmap"]
    view.tabs.setCurrentIndex(1)
    assert view.head.text() == "tiger"
    assert view.pages[LEARNED].isChecked()
    view.grab()


def test_a_thousand_classes_are_a_list_that_can_be_searched(panel):
    names = tuple(f"class {i}" for i in range(1000))
    panel.decider.show_trained(state(names, averages=0), "", "now")
    view = panel.view
    assert view.tabs.names == ()
    assert view.classes.list.count() == 1000
    view.classes.search.setText("class 77")
    assert sum(not view.classes.list.item(i).isHidden() for i in range(1000)) == 11
    view.classes.list.setCurrentRow(770)
    assert view.head.text() == "class 770"
    assert view.cards.cards[0].shots == ()
    view.grab()


def test_heatmaps_of_several_variants_can_be_chosen(panel):
    first = state(("tabby",))
    more = replace(gallery("tabby", variant="activations"), averages=np.zeros((0, 0, 0, 3), np.uint8), crops=())
    panel.decider.show_trained(replace(first, evidence=(*first.evidence, more)), "", "now")
    box = panel.view.variants
    assert [box.itemText(i) for i in range(box.count())] == ["stride one", "activations"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert box.currentIndex() == 1
    assert panel.view.cards.cards[0].shots[0].image is not None


def test_a_filter_against_the_class_says_whose_pictures_its_average_is_of():
    def shots(found):
        return [[shot.caption for shot in card.shots] for card in cards_of(found, rows_of(found), Pictures())]

    three = replace(gallery(averages=3), crops=gallery().crops[:1] * 3)
    assert [captions[0] for captions in shots(three)] == ["average of 9", "average of 9", "9 of all classes"]
    bare = replace(gallery(averages=1), average_maps=np.zeros((0, 0, 0), np.float32))
    assert shots(bare) == [
        ["average of 9"],
        [NO_AVERAGE],
        [NO_AVERAGE],
    ]  # and no square for a heatmap


def test_a_filter_opens_its_crops_and_a_crop_its_picture(panel, loaded, qtbot, monkeypatch):
    def crop(shelf, model, collection, wanted):
        if wanted[0] == "p8":
            from salviewer.errors import UnreadableInput

            raise UnreadableInput("p8 is gone.")
        return np.full((5, 5, 3), 10 * int(wanted[0][1:]), np.uint8), (20, 20)

    monkeypatch.setattr(filter_crops, "crop_of", crop)
    panel.decider.show_trained(state(), "", "now")
    panel._state.model = replace(panel._state.model, sha256=SHA)
    panel.decider._actions.host.collections.setdefault("light-pictures", None)
    panel.decider.show_trained(state(), "", "now")
    view = panel.view
    view.cards.setFocus()
    qtbot.keyClick(view.cards, Qt.Key.Key_Home)
    assert "conv1 · filter 0" in view.cards.accessibleDescription()
    qtbot.keyClick(view.cards, Qt.Key.Key_Return)
    grid = view.crops.grid
    assert view.crops.title.text() == "tabby, conv1 · filter 0: 9 pictures"
    qtbot.waitUntil(lambda: len(grid.images) + len(grid.faults) == 9)
    assert grid.faults == {8: "p8 is gone."}
    assert (grid.places[4].x0, grid.places[4].x1, grid.places[4].y1) == (0.2, 0.45, 0.25)
    assert view.cards.picked == 0
    view.grab()
    asked = []
    monkeypatch.setattr(panel.decider._actions.opening, "open_picture", lambda *given: asked.append(given))
    grid.chosen.emit(3)
    assert asked == [("collection:light-pictures/p3", {})]
    view.crops.away.click()
    assert view.crops.isHidden()
    assert view.cards.picked == -1


def test_why_there_are_no_crops_is_said(panel):
    panel.decider.show_trained(state(), "", "now")
    panel.view.cards.chosen.emit(2)
    assert "No average picture was made of this filter" in panel.view.crops.about.text()
    panel.decider._state.model = None
    panel.decider.show_trained(state(), "", "now")
    panel.view.cards.chosen.emit(0)
    assert "Open the model of these filters" in panel.view.crops.about.text()


def test_the_keys_go_through_the_cards(panel, qtbot):
    panel.decider.show_trained(state(("tabby",), filters=40), "", "now")
    cards = panel.view.cards
    across = cards.across()
    for key, at in ((Qt.Key.Key_Right, 0), (Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 1 + across), (Qt.Key.Key_Up, 1),
                    (Qt.Key.Key_Left, 0), (Qt.Key.Key_End, 39)):  # fmt: skip
        qtbot.keyClick(cards, key)
        assert cards.cursor == at
    assert 39 in cards.in_sight()
    assert 0 not in cards.in_sight()


def test_it_is_written_as_png_and_pdf(panel, loaded, tmp_path, qtbot):
    commands = loaded.window.commands
    panel.decider.show_trained(state(), "", "now")
    loaded.state.shown = shown()
    for page, form, head in ((LEARNED, "png", b"\x89PNG"), (LEARNED, "pdf", b"%PDF"), (FIRED, "png", b"\x89PNG")):
        panel.decider.turn_to(page)
        loaded.dialogs.path = tmp_path / f"{page}.{form}"
        assert panel.decider.can_export()
        assert commands[f"export.filters-{form}"] in panel.view.export.menu().actions()
        panel.decider.export(f".{form}")
        qtbot.waitUntil(loaded.dialogs.path.exists)
        assert loaded.dialogs.path.read_bytes().startswith(head)


def test_a_training_leads_to_its_filters(loaded, qtbot):
    training = loaded.window.show_panel("training")
    memory = loaded.actions.training.state
    memory.ended = Ended(loaded.actions.running.spec("light"), "Relevant filters", trained=state())
    assert not training.view.outcome.filters.isHidden()
    training.view.outcome.filters.click()
    view = loaded.window.panel("filters").view
    assert view.head.text() == "tabby"
    memory.ended = Ended(loaded.actions.running.spec("light"), "Else", trained=Trained({}))
    assert training.view.outcome.filters.isHidden()


def test_a_state_without_filters_says_so(panel):
    panel.decider.show_trained(Trained({}), "x.safetensors", "old")
    assert "holds no filters" in panel.view.empty.text()


def test_crops_that_cannot_be_read_do_not_spoil_the_others(monkeypatch):
    from salviewer.api import Progress
    from salviewer.errors import InvalidChoice

    def crop(shelf, model, collection, wanted):
        if wanted[0] == "b":
            raise InvalidChoice("There is no b.")
        return np.zeros((2, 2, 3), np.uint8), (4, 4)

    monkeypatch.setattr(filter_crops, "crop_of", crop)
    found = errands.crops(None, None, {}, [(0, ("a",)), (1, ("b",)), (2, ("c",))], Progress())
    assert [(one.at, one.pixels is None, one.fault) for one in found] == [
        (0, False, ""), (1, True, "There is no b."), (2, False, ""),
    ]  # fmt: skip
