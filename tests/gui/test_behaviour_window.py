"""What a person makes their own, in the real window: palette, preferences, shortcuts, layouts, presets, the notice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from salviewer.gui import theme
from salviewer.gui.commands import COMMANDS
from salviewer.gui.palette import Entry
from salviewer.gui.settings import Settings
from salviewer.gui.values import NOTICE
from salviewer.gui.views.about import AboutDialog
from salviewer.gui.views.palette import PaletteView


@pytest.fixture
def palette(session, qtbot):
    session.window.activateWindow()
    session.window.method.star.setFocus()
    session.window.commands["palette"].trigger()
    return session.window.settings.palette


@pytest.fixture
def preferences(session):
    session.window.commands["preferences"].trigger()
    return session.window.settings.dialog


# -- the palette --------------------------------------------------------------------------------------------------


def test_the_palette_lists_every_command_every_panel_layout_and_method(session):
    ids = [entry.id for entry in session.window.settings.entries()]
    assert {command.id for command in COMMANDS} <= set(ids)
    assert {f"panel.{panel.key}" for panel in session.window.docks.panels} <= set(ids)
    assert {"layout-of.Wide", "method.light", "method.other"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_it_runs_what_is_marked_and_remembers_it(palette, session, qtbot):
    qtbot.keyClicks(palette.search, "open pict")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert ("picture", ()) in session.dialogs.asked
    session.window.commands["palette"].trigger()
    assert palette.model.index(0, 0).data() == "Open picture or volume …"


def test_what_cannot_be_done_now_says_why_and_stays(palette, session, qtbot):
    qtbot.keyClicks(palette.search, "delete a layout")
    assert palette.said.text() == "This needs a layout that you have saved."
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClicks(palette.search, " zebra")
    assert "another word" in palette.said.text()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_escape_closes_it_and_the_keyboard_goes_back(palette, session, qtbot):
    assert palette.search.hasFocus()
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert session.window.method.star.hasFocus()


def test_arrows_go_round_and_a_click_runs(palette, session, qtbot):
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    last = palette.model.rowCount() - 1
    assert palette.list.currentIndex().row() == last
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 0
    qtbot.keyClicks(palette.search, "method: other")
    where = palette.list.visualRect(palette.model.index(0, 0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert session.state.choice.method == "other"


def test_it_closes_when_something_else_is_used(palette, session):
    session.window.method.box.setFocus()
    assert not palette.isVisible()
    assert session.window.method.box.hasFocus()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rows_are_painted_in_every_state(qtbot, qapp, scheme):
    theme.apply(qapp, scheme)
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    view = PaletteView(window)
    entries = [Entry("a", "On", print, "View", "Ctrl+A", checked=True), Entry("b", "Off", print, can=False, why="No.")]
    view.open(entries, [])
    image = view.list.grab().toImage()
    marked = image.pixelColor(image.width() // 2, view.list.visualRect(view.model.index(0, 0)).center().y())
    assert marked.name() == theme.tones().chosen


# -- preferences --------------------------------------------------------------------------------------------------


def test_preferences_hold_at_once_and_next_time(preferences, session):
    scheme = preferences.editors["scheme"]
    scheme.setCurrentIndex(scheme.findData("dark"))
    scheme.activated.emit(scheme.currentIndex())
    assert theme.tones() is theme.DARK
    sequential = preferences.editors["sequential"]
    sequential.activated.emit(sequential.findData("viridis"))
    assert session.state.display.sequential == "viridis"
    preferences.editors["opacity"].setValue(30)
    assert session.state.display.opacity == 0.3
    memory = preferences.editors["memory_share"]
    memory.activated.emit(memory.findData(25))
    assert session.shelf.memory_share == 0.25
    kept = Settings().preferences
    assert (kept.scheme, kept.sequential, kept.opacity, kept.memory_share) == ("dark", "viridis", 0.3, 25)


def test_a_page_and_everything_can_be_reset(preferences, session):
    session.actions.preferring.change(scheme="dark", sequential="viridis")
    session.window.settings.shortcuts.put("run", "F5")
    preferences.reset_wished.emit(("scheme", "text_size", "helps"))
    assert session.actions.settings.preferences.scheme == "system"
    assert session.state.display.sequential == "viridis"
    preferences.reset_wished.emit(())
    assert session.state.display.sequential == "inferno"
    assert session.window.settings.shortcuts.keys("run") == "Ctrl+R"


def test_the_text_size_scales_everything(session, qapp):
    before = theme.em(session.window.method.box)
    try:
        session.actions.preferring.change(text_size=150)
        assert theme.em(session.window.method.box) == pytest.approx(1.5 * before, abs=2)
        assert session.window.method.box.sizeHint().height() > 1.3 * before
    finally:
        session.actions.preferring.change(text_size=100)
    assert theme.em(session.window.method.box) == before


def test_colours_in_the_menu_are_the_preference(session):
    session.window.commands["theme.dark"].trigger()
    assert theme.tones() is theme.DARK
    assert session.actions.settings.preferences.scheme == "dark"
    session.window.commands["theme.light"].trigger()
    assert theme.tones() is theme.LIGHT


def test_preferences_can_be_reset_from_the_menu_after_asking(session):
    session.actions.preferring.change(helps=False)
    session.dialogs.may_go_on = False
    session.window.commands["settings.reset"].trigger()
    assert not session.actions.settings.preferences.helps
    session.dialogs.may_go_on = True
    session.window.commands["settings.reset"].trigger()
    assert session.actions.settings.preferences.helps


def test_a_new_window_begins_with_what_is_preferred(make_session, qtbot):
    Settings().prefer(method="other", diverging="balance", helps=False)
    session = make_session()
    qtbot.waitUntil(lambda: bool(session.state.choice.method))
    assert session.state.choice.method == "other"
    assert session.state.display.diverging == "balance"
    assert not session.state.display.helps


def test_a_corrupt_settings_file_is_said_in_the_window(make_session):
    from salviewer.gui.settings import default_path

    default_path().parent.mkdir(parents=True)
    default_path().write_text("{broken")
    session = make_session()
    assert any("settings.json.bad" in message.text for message in session.state.messages)


# -- shortcuts ----------------------------------------------------------------------------------------------------


def test_keys_are_changed_in_the_dialog_and_a_conflict_is_named(preferences, session, qtbot):
    page, window = preferences.shortcuts, session.window
    preferences.show_page("Shortcuts")
    qtbot.keyClicks(page.search, "one to one")
    shown = [row for row in range(page.tree.topLevelItemCount()) if not page.tree.topLevelItem(row).isHidden()]
    page.tree.setCurrentItem(page.tree.topLevelItem(shown[0]))
    assert page.current() == "view.actual"
    page.put_wished.emit("view.actual", "Ctrl+O", False)
    assert page.said.text().startswith("Ctrl+O already does “Open picture or volume …”")
    assert page.take.isVisible()
    page.put_wished.emit("view.actual", "F6", False)
    assert window.commands["view.actual"].shortcut().toString() == "F6"
    assert page.said.text() == ""
    page.reset_wished.emit("view.actual")
    assert window.commands["view.actual"].shortcut().toString() == "1"


def test_new_keys_are_shown_on_the_tool_bar(session):
    session.window.settings.shortcuts.put("run", "F5")
    (run,) = [action for action in session.window.tools.actions() if action.text() == "Run"]
    assert run.toolTip() == "Run (F5)"


def test_no_two_commands_have_the_same_keys(session):
    keys = [key.keys for key in session.window.settings.shortcuts.all() if key.keys]
    assert sorted(keys) == sorted(set(keys))


# -- layouts ------------------------------------------------------------------------------------------------------


def test_a_layout_is_saved_taken_and_deleted(session, qtbot):
    window = session.window
    window.docks.docks["prediction"].hide()
    session.dialogs.name = "Mine & yours"
    window.commands["layout.save"].trigger()
    window.docks.reset()
    assert window.docks.docks["prediction"].isVisible()
    (action,) = [a for a in window.menus["View/Panels/Layouts"].actions() if a.text() == "Mine && yours"]
    action.trigger()
    assert not window.docks.docks["prediction"].isVisible()
    session.dialogs.choice = "Mine & yours"
    window.commands["layout.delete"].trigger()
    assert window.settings.layouts.own == ()
    assert not [a for a in window.menus["View/Panels/Layouts"].actions() if a.text() == "Mine && yours"]


def test_names_and_layouts_that_cannot_be_used_are_said(session):
    layouts = session.window.settings.layouts
    assert "needs a name" in layouts.save(" ")
    assert "comes with SalViewer" in layouts.save("Wide")
    session.actions.settings.put("layouts", {"old": "%%%", "older": "AAAA"})
    for name in ("old", "older", "none"):
        assert "cannot be used any more" in layouts.take(name)
    assert session.window.docks.is_in_sight("method")


@pytest.mark.parametrize("name", ["As at first", "Compact (1366 × 768)", "Wide"])
def test_built_in_layouts_show_picture_and_method_on_a_small_screen(session, name):
    window = session.window
    window.resize(1366, 768)
    assert window.settings.layouts.take(name) == ""
    QApplication.processEvents()
    assert window.docks.is_in_sight("heatmap")
    assert window.docks.is_in_sight("method")
    assert (window.width(), window.height()) == (1366, 768)


# -- the method panel ---------------------------------------------------------------------------------------------


def test_a_method_is_chosen_by_keyboard_alone(session, qtbot):
    view = session.window.method
    session.window.activateWindow()
    view.box.setFocus()
    qtbot.keyClick(view.box, Qt.Key.Key_Down)
    assert view.chooser.isVisible()
    qtbot.keyClicks(view.chooser.search, "does else")
    qtbot.keyClick(view.chooser.search, Qt.Key.Key_Return)
    assert session.state.choice.method == "other"
    assert not view.chooser.isVisible()
    assert session.window.focusWidget() is view.box
    assert view.box.currentText() == "Other"


def test_a_starred_method_stands_first(session, qtbot):
    view = session.window.method
    session.actions.choose_method("other")
    qtbot.mouseClick(view.star, Qt.MouseButton.LeftButton)
    assert session.actions.preferring.favourites == ("other",)
    assert [view.chooser.list.item(row).text() for row in range(2)] == ["My methods", "Other"]
    qtbot.mouseClick(view.star, Qt.MouseButton.LeftButton)
    assert session.actions.preferring.favourites == ()


def test_presets_in_the_panel(session):
    view, presets = session.window.method, session.window.method.presets
    session.actions.choose_method("light")
    assert presets.text() == "Recommended"
    view.form.editors["points"]._box.setValue(30)
    assert presets.text() == "Own values"
    session.dialogs.name = "thirty"
    presets.save_wished.emit()
    assert presets.text() == "thirty"
    presets.wished.emit("Recommended")
    assert session.state.choice.params["points"] == 15
    presets.wished.emit("thirty")
    assert session.state.choice.params["points"] == 30
    session.dialogs.name = "30"
    presets.rename_wished.emit("thirty")
    assert presets.text() == "30"
    presets.delete_wished.emit("30")
    assert presets.text() == "Own values"
    view.form.editors["points"]._box.setValue(99)
    presets.save_wished.emit()
    assert any("correct the marked one" in m.text for m in session.state.messages)


def test_the_methods_page_copies_the_citation(session, qtbot):
    session.actions.choose_method("light")
    qtbot.mouseClick(session.window.method.page, Qt.MouseButton.LeftButton)
    page = session.window.method_wiring.page
    assert "A. Uthor: A paper" in page.text.toPlainText()
    page.copy.click()
    assert QGuiApplication.clipboard().text() == "A. Uthor: A paper"
    session.actions.choose_method("other")
    assert "Other" in page.windowTitle()


# -- notice and About ---------------------------------------------------------------------------------------------


def test_the_notice_is_shown_until_it_is_acknowledged(session):
    settings, asked = session.window.settings, session.dialogs.asked
    session.dialogs.sure = True
    settings.show_notice()
    settings.show_notice()
    assert asked.count(("acknowledge", NOTICE)) == 1
    assert Settings().get("acknowledged", "") == NOTICE


def test_who_does_not_acknowledge_it_leaves(session, qtbot):
    session.dialogs.sure = False
    with qtbot.waitSignal(session.window.closed):
        session.window.settings.show_notice()
    assert Settings().get("acknowledged", "") == ""


def test_about_copies_what_a_report_needs_and_nothing_private(loaded, qtbot):
    from pathlib import Path

    loaded.window.commands["about"].trigger()
    text = loaded.dialogs.asked[-1][1]
    for wanted in ("Python 3", "torch ", "Qt 6", "plugin: light 1.0", "model: net, on cpu", "offscreen"):
        assert wanted in text
    assert "cat.png" not in text
    assert str(Path.home()) not in text
    dialog = AboutDialog(text)
    qtbot.addWidget(dialog)
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == text
