"""The reader study in the window: set up, prepared, read to the end, paused, resumed, and its results."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from salviewer.api import ModelRef
from salviewer.errors import InvalidChoice
from salviewer.gui.closing import may_close
from salviewer.gui.stopwatch import Stopwatch
from salviewer.gui.study_plan import folder_of, labels_of, size_of, spec_of, why_not
from salviewer.gui.study_values import Asked, Findings, PlannedArm, Thanks, Welcome
from salviewer.gui.values import ModelCard
from salviewer.study.answers import Answers
from salviewer.study.key import IMAGES, Item, Study, read_study, write_study
from salviewer.study.spec import Arm, StudySpec

NET = ModelRef(architecture="net")


def make_study(folder: Path, pictures: int = 3, **more) -> Study:
    """A study of two arms with real, tiny pictures."""
    arms = [Arm(label=label, model=NET, method=label) for label in ("light", "other")]
    spec = StudySpec(**{"arms": arms, "collection": "c"} | more)
    items = []
    for i in range(pictures):
        image, *maps = [f"{16 * i + k:016x}.png" for k in range(3)]
        items.append(Item(id=f"i{i}", picture=f"p{i}", class_name="lynx", image=image, maps=maps))
    study = Study(spec=spec, created="now", ready=True, items=items)
    write_study(folder, study)
    for item in study.items:
        for name in (item.image, *item.maps):
            image = QImage(8, 6, QImage.Format.Format_RGB888)
            image.fill(Qt.GlobalColor.red)
            image.save(str(folder / IMAGES / name))
    return study


@pytest.fixture
def window(session, qtbot):
    """The study's window, nothing open."""
    session.window.commands["study.open"].trigger()
    return session.window.study.window


@pytest.fixture
def reading(session, window, tmp_path):
    """A study of three pictures, open, with a clock of our own."""
    actions = session.actions
    reading = actions.study_reading
    reading.now = 0.0
    reading._watch = Stopwatch(lambda: reading.now)
    reading.open(tmp_path, make_study(tmp_path))
    return reading


def answer(session, side="left", left=4, right=2):
    reading = session.actions.study_reading
    reading.choose(side)
    reading.digit(left)
    reading.digit(right)
    reading.hand_in()


@pytest.fixture
def settled(qtbot, session):
    """Waits until all that was sent has come back."""
    return lambda: qtbot.waitUntil(lambda: not session.state.busy)


# -- set up -----------------------------------------------------------------------------------------------------


def test_without_a_model_it_says_what_is_missing(session, window):
    view = window.setup
    assert not view.prepare.isEnabled()
    assert "Open a model in the main window first" in view._said.text()
    assert not view.arms.add.isEnabled()


def test_the_open_model_and_two_methods_are_offered(loaded):
    loaded.window.study.open()
    state, view = loaded.state, loaded.window.study.window.setup
    assert [arm.title for arm in state.study_plan.arms] == ["Light", "Other"]
    assert [row.remove.accessibleName() for row in view.arms.rows] == [
        "Do not compare Light", "Do not compare Other",
    ]  # fmt: skip
    assert "{class}" in view.question.toPlainText()


def test_one_arm_is_no_comparison_and_arms_come_and_go(loaded, qtbot):
    loaded.window.study.open()
    view, state = loaded.window.study.window.setup, loaded.state
    qtbot.mouseClick(view.arms.rows[0].remove, Qt.MouseButton.LeftButton)
    assert why_not(state) == "Add at least two maps to compare."
    view.arms.method.setCurrentIndex(view.arms.method.findData("light"))
    qtbot.mouseClick(view.arms.add, Qt.MouseButton.LeftButton)
    assert [arm.method for arm in state.study_plan.arms] == ["other", "light"]


def test_an_arm_takes_the_settings_of_the_main_window(loaded):
    loaded.window.study.open()
    loaded.actions.choose_method("light")
    loaded.actions.running.set_params({"points": 7}, True)
    loaded.actions.study_setup.add_arm(0, "light")
    arms = loaded.state.study_plan.arms
    assert arms[-1].params == {"points": 7}
    assert labels_of(arms) == ("Light", "Other", "Light (2)")


def card(name, weights=None):
    return ModelCard(ModelRef(architecture=name, weights=weights), name, ("a",), "softmax")


def test_labels_tell_two_models_apart():
    two = (PlannedArm(card("vgg16"), "light", "Light"), PlannedArm(card("alexnet"), "light", "Light"))
    assert labels_of(two) == ("Light · vgg16", "Light · alexnet")
    same = (PlannedArm(card("vgg16", "a.pt"), "light", "Light"), PlannedArm(card("vgg16", "b.pt"), "light", "Light"))
    assert labels_of(same) == ("Light · vgg16 a", "Light · vgg16 b")


def test_another_model_is_compared_by_the_same_method(loaded, settled):
    loaded.window.study.open()
    loaded.dialogs.model = ModelRef(architecture="second")
    loaded.window.study.window.setup.arms.another.click()
    settled()
    plan = loaded.state.study_plan
    assert [c.title for c in plan.models] == ["net", "second"]
    assert (plan.arms[-1].model.title, plan.arms[-1].method) == ("second", plan.arms[0].method)


def test_another_open_model_takes_the_place_of_one_that_nobody_uses(loaded, settled):
    loaded.window.study.open()
    loaded.actions.opening.open_model(ModelRef(architecture="later"))
    settled()
    plan = loaded.state.study_plan
    assert [c.title for c in plan.models] == ["later"]
    assert {arm.model.title for arm in plan.arms} == {"later"}
    loaded.actions.study_setup.remove_arm(0)
    loaded.actions.opening.open_model(ModelRef(architecture="last"))
    settled()
    plan = loaded.state.study_plan
    assert [c.title for c in plan.models] == ["last", "later"]
    assert [arm.model.title for arm in plan.arms] == ["later"]


def ready(session, settled):
    """All choices made: three pictures are there."""
    session.window.study.open()
    settled()
    from salviewer.gui.evaluation_values import Pictures

    session.state.study_pictures = Pictures(count=3)
    return session.actions.study_setup


def test_an_empty_collection_is_said(loaded, settled):
    loaded.window.study.open()
    settled()
    view = loaded.window.study.window.setup
    assert "There are no pictures in “Flowers”." in view.pictures.fault.text()
    assert not view.prepare.isEnabled()


def test_what_is_prepared_is_what_was_chosen(loaded, settled):
    setup = ready(loaded, settled)
    setup.choose(title="Who / what?", repeats=1, seed=3)
    spec = spec_of(loaded.state.study_plan)
    assert [arm.label for arm in spec.arms] == ["Light", "Other"]
    assert (spec.repeats, spec.seed, spec.correct_only) == (1, 3, True)
    assert size_of(loaded.state) == (6, 4)
    assert "/" not in folder_of(loaded.state.study_plan).name


def test_prepared_studies_open_by_themselves_and_say_what_was_left_out(loaded, settled, monkeypatch, tmp_path):
    def made(spec, shelf, folder, progress):
        study = make_study(tmp_path)
        return study.model_copy(update={"left_out": {"p9": "net gets it wrong."}, "failures": ("Light on p9: no.",)})

    monkeypatch.setattr("salviewer.study.prepare.prepare", made)
    setup = ready(loaded, settled)
    setup.choose(folder=tmp_path)
    setup.prepare()
    settled()
    assert isinstance(loaded.state.study, Welcome)
    assert loaded.state.study_preparing is None
    (message,) = loaded.state.study_messages
    assert message.text == "One was left out. net gets it wrong. A map could not be made: Light on p9: no."


def test_what_cannot_be_prepared_is_said_in_the_study_window(loaded, settled, monkeypatch):
    def refused(*_):
        raise InvalidChoice("That folder holds another study already.")

    monkeypatch.setattr("salviewer.study.prepare.prepare", refused)
    setup = ready(loaded, settled)
    setup.prepare()
    settled()
    assert [m.text for m in loaded.state.study_messages] == ["That folder holds another study already."]
    assert loaded.window.study.window.setup.prepare.isEnabled()
    assert loaded.state.messages == ()


def test_preparing_shows_its_progress_and_can_be_stopped(loaded, settled):
    setup = ready(loaded, settled)
    loaded.engine.hold = True
    setup.prepare()
    view, number = loaded.window.study.window.setup, loaded.state.study_preparing.number
    loaded.engine.progress(number, 0.5, message="Picture 2 of 3")
    loaded.bridge._deliver()
    assert (view.bar.value(), view.message.text()) == (500, "Picture 2 of 3")
    assert view.prepare.isHidden()
    loaded.dialogs.may_close = False
    assert not may_close(loaded.actions)
    view.stop.click()
    assert number in loaded.engine.cancelled
    assert view.stop.text() == "Stopping …"
    loaded.engine._tell(number, kind="cancelled")
    loaded.bridge._deliver()
    assert "Prepare goes on from there" in loaded.state.study_messages[0].text


def test_a_folder_without_a_study_is_refused_in_a_sentence(session, window, settled, tmp_path):
    session.dialogs.folder = tmp_path
    window.setup.open.click()
    settled()
    assert "holds no reader study" in session.state.study_messages[0].text
    make_study(tmp_path)
    window.setup.open.click()
    settled()
    assert isinstance(session.state.study, Welcome)
    assert session.state.study_messages == ()


# -- reading ----------------------------------------------------------------------------------------------------


def test_a_reader_is_told_what_will_be_asked(session, window, reading):
    view = window.welcome
    assert window.pages.currentWidget() is view
    assert view.question.text() == "Which map shows better why the model said …?"
    assert "There are 3 trials" in view._length.text()
    assert not view.begin.isEnabled()
    assert not view.findings.isEnabled()


def test_a_trial_by_mouse(session, window, reading, qtbot):
    qtbot.keyClicks(window.welcome.name, "Reader 1")
    qtbot.mouseClick(window.welcome.begin, Qt.MouseButton.LeftButton)
    view = window.trial
    assert window.pages.currentWidget() is view
    assert view.question.text() == "Which map shows better why the model said “lynx”?"
    assert view.count.text() == "1 of 3"
    assert view._missing.text() == "Choose a map and score both."
    qtbot.mouseClick(view.maps["right"], Qt.MouseButton.LeftButton)
    assert view.choices["right"].isChecked()
    assert not view.choices["left"].isChecked()
    qtbot.mouseClick(view.scores["left"]._group.button(2), Qt.MouseButton.LeftButton)
    assert not view.next.isEnabled()
    assert view._missing.text() == "Score the right map."
    qtbot.mouseClick(view.scores["right"]._group.button(5), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.next, Qt.MouseButton.LeftButton)
    assert view.count.text() == "2 of 3"
    assert not view.maps["right"].isChecked()
    assert view.scores["right"]._group.checkedButton() is None


def test_a_whole_study_by_keys(session, window, reading, qtbot, tmp_path):
    reading.begin("Reader 1")
    window.activateWindow()
    qtbot.waitUntil(lambda: window.isActiveWindow())
    for _ in range(3):
        qtbot.keyClick(window.trial, Qt.Key.Key_Return)  # nothing was said yet: nothing happens
        for key in (Qt.Key.Key_Left, Qt.Key.Key_4, Qt.Key.Key_1, Qt.Key.Key_Right, Qt.Key.Key_Return):
            qtbot.keyClick(window.trial, key)
    assert session.state.study == Thanks("Reader 1", 3)
    with Answers(tmp_path) as answers:
        given = [found.answer for found in answers.all()]
    assert [(a.chosen, a.left_score, a.right_score) for a in given] == [("right", 4, 1)] * 3


def test_names_and_files_on_the_screen_do_not_tell_the_arms(session, window, reading):
    reading.begin("Reader 1")
    from PySide6.QtWidgets import QAbstractButton, QLabel

    words = [w.text() for kind in (QLabel, QAbstractButton) for w in window.trial.findChildren(kind)]
    words += [w.toolTip() + w.accessibleName() for w in window.trial.findChildren(QAbstractButton)]
    assert not any("light" in text.lower() or "other" in text.lower() for text in words)


def test_the_clock_runs_only_while_the_maps_are_in_sight(session, window, reading, tmp_path):
    reading.begin("Reader 1")
    reading.now = 5.0
    reading.pause()
    assert window.trial._pages.currentIndex() == 1
    reading.now = 100.0
    reading.choose("left")  # nothing can be said while it is paused
    assert session.state.study.chosen == ""
    reading.go_on()
    reading.now = 102.0
    window.hide()
    reading.now = 500.0
    window.show()
    reading.now = 501.0
    answer(session)
    with Answers(tmp_path) as answers:
        assert next(answers.all()).answer.seconds == pytest.approx(8.0)
    assert reading.seconds() == 0.0


def test_a_reader_stops_and_goes_on_at_the_next_trial(session, window, reading, qtbot):
    reading.begin("Reader 1")
    answer(session)
    reading.choose("left")
    window.trial.pause.click()
    window.trial.stop.click()
    view = window.welcome
    assert "Every answer so far is kept" in view.note.text()
    assert view.known.text() == "So far: Reader 1 (1 of 3)."
    qtbot.keyClicks(view.name, "reader 1")
    assert view.begin.text() == "Go on at 2 of 3"
    qtbot.keyClick(view.name, Qt.Key.Key_Return)
    asked = session.state.study
    assert (asked.at, asked.chosen, asked.scores) == (2, "", (0, 0))


def test_closing_the_window_frees_the_readers_seat(session, window, reading, tmp_path):
    reading.begin("Reader 1")
    study = read_study(tmp_path)
    with Answers(tmp_path) as other:
        with pytest.raises(InvalidChoice):
            other.admit("Reader 1", study)
        window.close()
        assert other.admit("Reader 1", study).number == 0
        session.window.study.open()
        reading.begin("Reader 1")
        assert "is reading in another window now" in session.state.study_messages[0].text
        assert isinstance(session.state.study, Welcome)


def test_a_picture_that_is_gone_is_said(session, window, reading, tmp_path):
    for path in (tmp_path / IMAGES).iterdir():
        path.write_bytes(b"")
    reading.begin("Reader 1")
    assert "cannot be read: put the whole folder back" in session.state.study_messages[0].text
    assert isinstance(session.state.study, Welcome)


def test_results_are_shown_and_exported(session, window, reading, settled, tmp_path):
    for name in ("Reader 1", "Reader 2"):
        reading.begin(name)
        for _ in range(3):
            answer(session)
        window.thanks.done.click()
    window.welcome.findings.click()
    settled()
    found = session.state.study
    assert isinstance(found, Findings)
    view = window.findings
    assert [row[0].text() for row in view.cells] == ["maps by", "light", "other"]
    assert "Cohen's kappa" in view.said.text()
    session.dialogs.path = tmp_path / "answers.csv"
    view.export.click()
    settled()
    assert len(session.dialogs.path.read_text().splitlines()) == 7
    assert session.state.study_messages[0].text == "The answers are in answers.csv."
    session.dialogs.path = tmp_path / "none" / "answers.csv"
    view.export.click()
    settled()
    assert "cannot be written" in session.state.study_messages[0].text
    view.back.click()
    assert isinstance(session.state.study, Welcome)
    window.welcome.other.click()
    assert window.pages.currentWidget() is window.setup


def test_pages_are_painted_in_both_schemes(session, window, reading):
    reading.begin("Reader 1")
    reading.choose("left")
    for scheme in ("dark", "light"):
        session.window.set_scheme(scheme)
        assert not window.grab().isNull()
    assert isinstance(session.state.study, Asked)


def test_a_stopwatch_counts_what_it_ran():
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    now[0] = 5
    assert watch.seconds() == 0
    watch.run()
    now[0] = 7
    watch.run()
    watch.hold()
    now[0] = 9
    watch.hold()
    assert watch.seconds() == 2
    watch.run()
    watch.reset()
    now[0] = 10
    assert watch.seconds() == 1
