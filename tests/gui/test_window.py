"""The real window with a fake engine: what a person sees and does."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeShelf, explanation, heatmap, picture
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton

from salviewer.api import Heatmap, Picture
from salviewer.gui import theme
from salviewer.gui.commands import COMMANDS
from salviewer.gui.under_way import explaining


def run(session):
    session.window.commands["run"].trigger()
    return session.engine.explaining[-1]


def shown(session, qtbot, result=None):
    number = run(session)
    session.engine.finish(number, result)
    qtbot.waitUntil(lambda: session.state.shown is not None and not session.state.busy)


def grab(window, ratio=1.0):
    pixmap = QPixmap(window.size() * ratio)
    pixmap.setDevicePixelRatio(ratio)
    window.render(pixmap)
    return pixmap.toImage()


def test_it_starts_with_three_steps_and_they_are_ticked_as_they_are_done(session, qtbot):
    window = session.window
    assert window.centre.currentWidget() is window.welcome
    assert not window.welcome.steps["run"].isEnabled()
    session.dialogs.path = None
    qtbot.mouseClick(window.welcome.steps["picture.open"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.welcome.steps["model.open"], Qt.MouseButton.LeftButton)
    assert [asked[0] for asked in session.dialogs.asked] == ["picture", "model"]
    from salviewer.api import ModelRef

    session.actions.opening.open_model(ModelRef(architecture="net"))
    qtbot.waitUntil(lambda: session.state.model is not None)
    assert "✓" in window.welcome.steps["model.open"]._title.text()


def test_the_sample_is_one_click_away(session, qtbot):
    window = session.window
    qtbot.mouseClick(window.welcome.sample, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.state.prediction is not None and not session.state.busy)
    assert window.centre.currentWidget() is window.heatmap
    assert window.run.run.isEnabled()
    assert window.run.about.text() == "Explains “tiger cat”, as predicted"
    assert [bar.accessibleName() for bar in window.prediction.bars][:2] == ["tiger cat: 62.0 %", "Egyptian cat: 20.0 %"]


def test_a_click_on_a_class_makes_it_the_target(loaded, qtbot):
    window = loaded.window
    qtbot.mouseClick(window.prediction.bars[2], Qt.MouseButton.LeftButton)
    assert loaded.state.choice.target == window.prediction.bars[2].index == 3
    assert [bar.isChecked() for bar in window.prediction.bars] == [False, False, True, False, False]
    assert window.run.about.text() == "Explains “lynx”"
    assert loaded.engine.events[run(loaded)].spec.target == 3


def test_a_class_beyond_the_first_five_is_picked_by_its_name(loaded, qtbot):
    window = loaded.window
    edit = window.prediction._picker.lineEdit()
    edit.selectAll()
    qtbot.keyClicks(edit, "carton")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert loaded.state.choice.target == 6
    assert len(window.prediction.bars) == 6
    assert window.prediction.bars[5].isChecked()
    edit.selectAll()
    qtbot.keyClicks(edit, "no such class")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert loaded.state.choice.target == 6
    assert edit.text() == "carton"


def test_progress_cancel_and_back_to_run(loaded, qtbot):
    window = loaded.window
    number = run(loaded)
    assert window.run.cancel.isVisible()
    assert not window.run.run.isEnabled()
    loaded.engine.progress(number, 0.4, heatmap(), message="Light")
    qtbot.waitUntil(lambda: window.run.bar.value() == 400)
    assert window.run.message.text() == "40 % · Light"
    qtbot.mouseClick(window.run.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: explaining(loaded.state.busy) is None)
    assert window.run.run.isEnabled()
    assert not window.run.cancel.isVisible()
    assert not window.run.bar.isVisible()


def test_escape_cancels(loaded, qtbot):
    number = run(loaded)
    with qtbot.waitActive(loaded.window):
        loaded.window.activateWindow()
    qtbot.keyClick(loaded.window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: explaining(loaded.state.busy) is None)
    assert loaded.engine.cancelled == [number]


def test_an_error_is_a_banner_with_details_to_copy(loaded, qtbot):
    window = loaded.window
    loaded.actions.opening.open_picture("broken.png")
    qtbot.waitUntil(lambda: window.messages.isVisible())
    (banner,) = window.messages.banners
    (copy,) = [b for b in banner.findChildren(QPushButton) if b.text() == "Copy details"]
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "RuntimeError: a fault of our own" in QGuiApplication.clipboard().text()
    qtbot.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
    assert not window.messages.isVisible()


def test_good_news_goes_to_the_status_bar(loaded, qtbot, tmp_path):
    shown(loaded, qtbot)
    loaded.dialogs.path = tmp_path / "over.png"
    loaded.window.commands["overlay.save"].trigger()
    qtbot.waitUntil(lambda: loaded.window.statusBar().currentMessage() == "Saved over.png.")
    assert not loaded.window.messages.isVisible()


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, actions = QPointF(300, 300), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(where.toPoint(), actions, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(where, actions, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, event)
    assert event.isAccepted()


def test_dropped_files_are_opened(session, qtbot, tmp_path):
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    drop(session.window, tmp_path / "cat.png", explanation().save(tmp_path / "e.safetensors"))
    qtbot.waitUntil(lambda: session.state.picture is not None and session.state.shown is not None)
    assert session.state.picture.picture.name == "cat.png"


class StampShelf(FakeShelf):
    """Gives a picture with a red corner at the top left and a green one at the top right."""

    def picture(self, ref):
        pixels = np.full((60, 100, 3), 40, np.uint8)
        pixels[:12, :12], pixels[:12, -12:] = (255, 0, 0), (0, 255, 0)
        return Picture(pixels, "stamp.png", "stamp")


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_picture_and_map_stand_where_they_must_in_the_window(make_session, qtbot, ratio):
    from salviewer.api import ModelRef

    session = make_session(shelf=StampShelf())
    session.actions.opening.open_model(ModelRef(architecture="net"))
    session.actions.opening.open_picture("stamp.png")
    qtbot.waitUntil(lambda: session.state.grid is not None and not session.state.busy)
    shown(session, qtbot, explanation(heatmap(peak=(2, 27))))
    session.actions.displaying.set(type(session.state.display)(opacity=1.0, sequential="gray"))
    canvas = session.window.heatmap.canvas
    image = grab(session.window, ratio)

    def colour(x, y):
        at = QPointF(canvas.mapTo(session.window, QPoint(0, 0))) + canvas.place(x, y)
        found = image.pixelColor(round(at.x() * ratio), round(at.y() * ratio))
        return found.red(), found.green(), found.blue()

    assert colour(5, 5) == (255, 0, 0)
    assert colour(95, 5) == (0, 255, 0)
    assert colour(10, 40) == (40, 40, 40)
    # The map covers columns 20 to 80; its cell (2, 27) covers 2 x 2 pixels from row 4, column 74.
    assert colour(75, 5) == (255, 255, 255)
    assert colour(75, 9) == (40, 40, 40)  # a value of zero leaves the picture in sight
    assert colour(25, 5) == (40, 40, 40)


def test_the_value_under_the_cursor_is_the_raw_one(loaded, qtbot):
    shown(loaded, qtbot, explanation(heatmap(peak=(3, 4))))
    window = loaded.window
    canvas = window.heatmap.canvas
    at = canvas.place(29.5, 7.5)
    with qtbot.waitSignal(canvas.probed, check_params_cb=lambda probe: probe is not None):
        qtbot.mouseMove(canvas.viewport(), at.toPoint())
    assert window.status.place.text() == "x 29, y 7"
    assert window.status.value.text() == "value 2.5 probability"
    with qtbot.waitSignal(canvas.probed, check_params_cb=lambda probe: probe is None):
        qtbot.mouseMove(canvas.viewport(), QPoint(1, 1))
    assert window.status.value.text() == ""


def test_a_map_without_contrast_is_not_coloured_and_says_why(loaded, qtbot):
    flat = Heatmap("Light", np.full((30, 30), 3.0, np.float32))
    shown(loaded, qtbot, explanation(flat))
    view = loaded.window.heatmap
    assert view.sentence.isVisible()
    assert "constant (3)" in view.sentence.text()
    at = QPointF(view.canvas.mapTo(loaded.window, QPoint(0, 0))) + view.canvas.place(50, 10)
    found = grab(loaded.window).pixelColor(round(at.x()), round(at.y()))
    assert (found.red(), found.green(), found.blue()) == (120, 120, 120)  # the picture, not red
    assert view.canvas.probe(50, 10).value == 3.0


def test_rounds_are_stepped_through_in_order_on_their_own_or_one_scale(loaded, qtbot):
    maps = [heatmap("sum"), *(heatmap(f"round {i}", peak=(i, i), series="rounds", at=float(i)) for i in (1, 2, 3))]
    maps[2] = Heatmap("round 2", maps[2].values * 4, unit="probability", series="rounds", at=2.0)
    shown(loaded, qtbot, explanation(*maps))
    window = loaded.window
    strip = window.heatmap.strip
    buttons = strip._group.buttons()
    assert [b.text().strip() for b in buttons] == ["all", "round 1", "round 2", "round 3"]
    assert buttons[0].isChecked()
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert loaded.state.shown.at == 1
    assert window.heatmap.bar.accessibleDescription() == "0 to 2.5 probability"
    strip._common.click()
    assert window.heatmap.bar.accessibleDescription() == "0 to 10 probability"
    window.commands["map.next"].trigger()
    window.commands["map.next"].trigger()
    assert buttons[3].isChecked()
    assert not window.commands["map.next"].isEnabled()


def test_display_tools_change_the_display_only(loaded, qtbot):
    shown(loaded, qtbot)
    view, state = loaded.window.heatmap, loaded.state
    before = state.shown
    view.tools.opacity.setValue(20)
    assert state.display.opacity == 0.2
    view.tools.colours.textActivated.emit("viridis")
    assert state.display.sequential == "viridis"
    qtbot.keyClick(view.canvas, Qt.Key.Key_Space)
    assert state.display.overlay is False
    assert view.tools.modes["original"].isChecked()
    qtbot.keyClick(view.canvas, Qt.Key.Key_Space)
    assert state.display.overlay is True
    assert state.shown is before


def test_space_presses_a_button_that_has_the_focus(loaded, qtbot):
    shown(loaded, qtbot)
    button = loaded.window.prediction.bars[3]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert loaded.state.display.overlay is True
    assert loaded.state.choice.target == button.index


def test_typing_one_in_a_field_is_not_a_command(loaded, qtbot):
    box = loaded.window.method.form.editors["points"]._box
    loaded.window.activateWindow()
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "11")
    assert box.value() == 11


def test_choosing_a_method_shows_its_form_and_keeps_the_other_ones_values(loaded, qtbot):
    view = loaded.window.method
    view.form.editors["points"]._box.setValue(22)
    view.method_wished.emit("other")
    assert set(view.form.editors) == {"rounds"}
    assert loaded.state.choice.method == "other"
    view.method_wished.emit("light")
    assert view.form.editors["points"].value() == 22


def test_the_form_shows_pixels_of_the_models_own_grid(loaded):
    editor = loaded.window.method.form.editors["light"]
    assert editor._pixels.text() == "≈ 3 px"  # 0.1 of the 30 x 30 grid


def test_a_marked_setting_bars_run_and_says_so(loaded):
    loaded.window.method.form.editors["points"]._box.setValue(999)
    assert not loaded.window.run.run.isEnabled()
    assert loaded.window.run.message.text() == "Correct the marked setting first."
    assert not loaded.window.commands["run"].isEnabled()


def test_how_it_is_run_reaches_the_job(loaded):
    how = loaded.window.method.how
    how.output.setCurrentText("logit")
    how.output.activated.emit(1)
    how.seed.setValue(5)
    how.fast.setChecked(True)
    spec = loaded.engine.events[run(loaded)].spec
    assert (spec.output, spec.seed, spec.precision) == ("logit", 5, "fast")


def test_a_question_is_answered_by_a_button(make_session, qtbot):
    from salviewer.api import ModelRef

    session = make_session()
    session.shelf.assumed = True
    session.actions.opening.open_model(ModelRef(architecture="net"))
    qtbot.waitUntil(lambda: session.window.messages.isVisible())
    (banner,) = session.window.messages.banners
    (button,) = [b for b in banner.findChildren(QPushButton) if b.text() == "Ordered grades"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.state.model is not None and session.state.model.outputs == "ordinal")
    assert not session.window.messages.isVisible()


@pytest.mark.parametrize("answer", [True, False])
def test_closing_asks_while_something_runs(loaded, answer):
    run(loaded)
    loaded.dialogs.may_close = answer
    assert loaded.window.close() is answer
    assert loaded.engine.closed is answer
    assert loaded.workspace.closed is answer
    assert ("close", "Light is still running.") in loaded.dialogs.asked


def test_closing_asks_nothing_when_nothing_runs(loaded):
    assert loaded.window.close()
    assert not [asked for asked in loaded.dialogs.asked if asked[0] == "close"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_in_light_and_dark(loaded, qtbot, scheme):
    shown(loaded, qtbot)
    loaded.window.set_scheme(scheme)

    def luminance(colour):
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(a, b):
        from PySide6.QtGui import QColor

        high, low = sorted((luminance(QColor(a)), luminance(QColor(b))), reverse=True)
        return (high + 0.05) / (low + 0.05)

    t = theme.tones()
    assert t is (theme.LIGHT if scheme == "light" else theme.DARK)
    for text, back in (
        (t.text, t.window), (t.text, t.panel), (t.quiet, t.window), (t.quiet, t.panel), (t.on_accent, t.accent),
        (t.error, t.panel), (t.text, t.error_back), (t.text, t.warning_back), (t.text, t.ask_back), (t.text, t.chosen),
        (t.accent, t.window), (t.text, t.sunk), (t.warning, t.panel),
    ):  # fmt: skip
        assert contrast(text, back) >= 4.5, (text, back, contrast(text, back))


def test_it_fits_a_small_screen(loaded):
    assert loaded.window.minimumSizeHint().width() <= 1366
    assert loaded.window.minimumSizeHint().height() <= 700


def test_every_command_is_in_a_menu_with_its_own_id_and_key():
    ids = [command.id for command in COMMANDS]
    keys = [command.shortcut for command in COMMANDS if command.shortcut]
    assert len(set(ids)) == len(ids)
    assert len(set(keys)) == len(keys)
    assert all(command.menu for command in COMMANDS)
    wanted = {"Ctrl+O", "Ctrl+M", "Ctrl+R", "Esc", "F", "1", "Space", "Ctrl+S", "Ctrl+Q"}
    assert wanted <= set(keys)


def test_everything_can_be_named_by_a_screen_reader(loaded, qtbot):
    shown(loaded, qtbot)
    buttons = loaded.window.findChildren(QPushButton)
    assert all(button.text() or button.accessibleName() for button in buttons)
    from PySide6.QtWidgets import QToolButton

    own = [b for b in loaded.window.findChildren(QToolButton) if not b.objectName().startswith("qt_")]
    assert all(b.text() or b.accessibleName() or b.parent().metaObject().className() == "QLineEdit" for b in own)


def test_the_picture_of_one_value_is_shown_where_no_answer_is(loaded):
    assert loaded.window.heatmap._title.text() == picture().name
