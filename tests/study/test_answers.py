"""Answers are written at once and whole, a reader goes on where she stopped, and nobody reads twice at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from test_trials import study

from salviewer.errors import InvalidChoice, Unavailable, UnreadableInput
from salviewer.study.answers import FILE, Answer, Answers
from salviewer.study.key import IMAGES, read_study, write_study
from salviewer.study.results import summarise, unblind, write_csv
from salviewer.study.words import as_table, sentences

LEFT = Answer("left", 4, 2, 3.25)


@pytest.fixture
def folder(tmp_path):
    made = study(4, repeats=1)
    write_study(tmp_path, made)
    for item in made.items:
        for name in (item.image, *item.maps):
            (tmp_path / IMAGES / name).write_bytes(b"")
    return tmp_path


def read_on(answers, made, name, count, choose=lambda trial: LEFT):
    reader = answers.admit(name, made)
    for _ in range(count):
        trial = answers.next_trial(reader.number)
        answers.add(reader.number, trial.number, choose(trial))
    answers.leave()
    return reader


def test_a_reader_goes_on_where_she_stopped(folder):
    made = read_study(folder)
    with Answers(folder) as answers:
        assert answers.readers() == ()
        reader = read_on(answers, made, "Ann", 2)
        assert (reader.number, reader.done, reader.total) == (0, 0, 5)
    with Answers(folder) as answers:
        again = answers.admit("  ann ", made)
        assert (again.number, again.name, again.done) == (0, "Ann", 2)
        assert answers.next_trial(0).number == 2
        answers.leave()
        read_on(answers, made, "Ann", 3)
        assert answers.next_trial(0) is None
        assert read_on(answers, made, "Ben", 0).number == 1


def test_the_first_answer_counts(folder):
    made = read_study(folder)
    with Answers(folder) as answers:
        reader = answers.admit("Ann", made)
        answers.add(reader.number, 0, LEFT)
        answers.add(reader.number, 0, Answer("right", 1, 1, 9.0))
        assert [found.answer for found in answers.all()] == [LEFT]
        with pytest.raises(ValueError, match="not an answer"):
            answers.add(reader.number, 1, Answer("left", 6, 1, 1.0))


@pytest.mark.parametrize("name", ["", "  ", "=cmd()", "a" * 41, "a,b"])
def test_a_name_that_cannot_be_used_is_refused(folder, name):
    with Answers(folder) as answers, pytest.raises(InvalidChoice, match="A reader's name is 1 to 40"):
        answers.admit(name, read_study(folder))


def test_a_reader_cannot_read_in_two_windows_at_once(folder):
    made = read_study(folder)
    with Answers(folder) as one, Answers(folder) as other:
        one.admit("Ann", made)
        with pytest.raises(InvalidChoice, match="“Ann” is reading in another window now"):
            other.admit("Ann", made)
        assert other.admit("Ben", made).number == 1
        one.leave()
        assert other.admit("Ann", made).number == 0


READS = """
import sys, time
from pathlib import Path
from salviewer.study.answers import Answer, Answers
from salviewer.study.key import read_study
folder = Path(sys.argv[1])
answers = Answers(folder)
reader = answers.admit("Ann", read_study(folder))
for number in range(3):
    answers.add(reader.number, number, Answer("right", 1, 5, 2.0))
print("three", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_killed_window_loses_no_answer_and_frees_the_seat(folder):
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", READS, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "three\n"
        with Answers(folder) as answers, pytest.raises(InvalidChoice):
            answers.admit("Ann", read_study(folder))
        os.kill(process.pid, signal.SIGKILL)
    with Answers(folder) as answers:
        assert answers.admit("Ann", read_study(folder)).done == 3
        assert answers.next_trial(0).number == 3


def test_the_answers_alone_do_not_tell_whose_map_is_whose(folder):
    made = read_study(folder)
    with Answers(folder) as answers:
        read_on(answers, made, "Ann", 5)
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "study.json":
            assert b'"method"' not in path.read_bytes()
            assert not {"a", "b"} & {path.stem}


def test_rows_are_unblinded_and_written_as_csv(folder, tmp_path):
    made = read_study(folder)
    with Answers(folder) as answers:
        read_on(answers, made, "Ann", 5)
        rows = unblind(made, answers)
    assert {row.chosen_arm for row in rows} == {"a", "b"}
    assert all(row.chosen_arm == row.left_arm for row in rows)
    assert [row.trial for row in rows] == [1, 2, 3, 4, 5]
    assert sum(row.repeat_of != "" for row in rows) == 1
    write_csv(rows, tmp_path / "answers.csv")
    lines = (tmp_path / "answers.csv").read_text().splitlines()
    assert lines[0].startswith("reader,trial,picture,class_name,left_arm,right_arm,chosen_side,chosen_arm")
    assert len(lines) == 6
    with pytest.raises(Unavailable, match="cannot be written"):
        write_csv(rows, tmp_path / "nowhere" / "answers.csv")


def better(made, label):
    """A reader who finds the map of `label` better, 5 against 2."""

    def choose(trial):
        left = made.spec.arms[made.whose(trial.item, trial.left)].label == label
        return Answer("left", 5, 2, 4.0) if left else Answer("right", 2, 5, 4.0)

    return choose


def test_what_the_answers_come_to(folder):
    made = read_study(folder)
    with Answers(folder) as answers:
        read_on(answers, made, "Ann", 5, better(made, "a"))
        read_on(answers, made, "Ben", 5, better(made, "a"))
        read_on(answers, made, "Cem", 5, better(made, "b"))
        found = summarise(unblind(made, answers), ("a", "b"))
    assert found.readers == (("Ann", 5), ("Ben", 5), ("Cem", 5))
    first, second = found.arms
    assert (first.wins.hits, first.wins.n) == (8, 12)
    assert (second.wins.hits, second.wins.n) == (4, 12)
    assert first.reliability.mean == pytest.approx((5 + 5 + 2) / 3)
    assert (found.left.hits, found.left.n) == (6, 12)  # Ann and Ben saw mirrored sides; half of Cem's were left
    assert (found.consistency.hits, found.consistency.n) == (3, 3)
    assert found.seconds.mean == 4.0
    assert (found.agreement.kind, found.agreement.things) == ("Fleiss' kappa", 4)
    assert (found.agreement.same.hits, found.agreement.same.n) == (4, 12)
    # Per comparison 2:1, P_i = 1/3; p = (2/3, 1/3), P_e = 5/9: (1/3 - 5/9) / (4/9)
    assert found.agreement.kappa == pytest.approx(-0.5)
    assert as_table(found)[1][:2] == ["a", "67 %"]
    assert any("Fleiss' kappa -0.50" in line for line in sentences(found))
    assert any("chosen in 3 of 3 trials" in line for line in sentences(found))


def test_two_readers_get_cohens_kappa_and_nobody_gets_a_sentence(folder):
    made = read_study(folder)
    with Answers(folder) as answers:
        assert sentences(summarise(unblind(made, answers), ("a", "b"))) == ("Nobody has answered yet.",)
        read_on(answers, made, "Ann", 5, better(made, "a"))
        assert "before two have judged" in sentences(summarise(unblind(made, answers), ("a", "b")))[1]
        read_on(answers, made, "Ben", 5, better(made, "b"))
        found = summarise(unblind(made, answers), ("a", "b"))
    assert found.agreement.kind == "Cohen's kappa"
    assert found.agreement.kappa == 0  # each of them always says the same: what they agree on is chance
    assert found.alpha < 0


def test_damaged_folders_are_refused_in_a_sentence(folder, tmp_path):
    with pytest.raises(UnreadableInput, match="holds no reader study"):
        read_study(tmp_path / "none")
    next(p for p in (folder / IMAGES).iterdir()).unlink()
    with pytest.raises(UnreadableInput, match="lacks 1 of its 12 pictures"):
        read_study(folder)
    (folder / FILE).write_bytes(b"no database, but long enough to be looked at as one" * 99)
    with pytest.raises(UnreadableInput, match="is damaged"):
        Answers(folder)
    (folder / "study.json").write_text('{"spec": 3}')
    with pytest.raises(UnreadableInput, match="damaged or was made by another version"):
        read_study(folder)


def test_file_names_that_lead_elsewhere_are_refused(folder):
    text = (folder / "study.json").read_text()
    name = read_study(folder).items[0].image
    (folder / "study.json").write_text(text.replace(name, "../../secret.png"))
    with pytest.raises(UnreadableInput, match="damaged"):
        read_study(folder)


def test_a_study_that_was_not_prepared_to_the_end_is_not_read(folder):
    write_study(folder, read_study(folder).model_copy(update={"ready": False}))
    with pytest.raises(UnreadableInput, match="not prepared to the end"):
        read_study(folder)


def test_answers_of_another_study_are_refused(folder):
    made = read_study(folder)
    with Answers(folder) as answers:
        read_on(answers, made, "Ann", 1)
        with pytest.raises(UnreadableInput, match="belong to another study"):
            unblind(made.model_copy(update={"items": ()}), answers)


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="choose a folder that you may write to"):
        write_study(tmp_path / "file", study())
    with pytest.raises(Unavailable, match="choose a folder that you may write to"):
        Answers(tmp_path / "file")
