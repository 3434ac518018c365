"""Errors as the terminal shows them."""

import pytest
import typer

from salviewer import errors
from salviewer.cli.failures import exit_code_of, plainly, sentence

CODES = {
    errors.InvalidChoice: 2,
    errors.UnreadableInput: 3,
    errors.UnreadableModel: 4,
    errors.UnsupportedModel: 4,
    errors.PluginError: 6,
    errors.Unavailable: 7,
}


def raising(error):
    @plainly
    def command():
        raise error

    return command


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_an_error_for_people_is_its_sentence_and_its_code(kind, code, capsys):
    with pytest.raises(typer.Exit) as done:
        raising(kind("The file is empty: choose another."))()
    assert done.value.exit_code == code
    assert capsys.readouterr() == ("", "error: The file is empty: choose another.\n")


def test_an_interrupt_exits_with_130(capsys):
    with pytest.raises(typer.Exit) as done:
        raising(KeyboardInterrupt())()
    assert done.value.exit_code == 130
    assert capsys.readouterr().err == "error: Interrupted; what was finished is kept.\n"


def test_an_internal_fault_is_one_sentence_and_a_log_file(own_folders, capsys):
    with pytest.raises(typer.Exit) as done:
        raising(ZeroDivisionError("division by zero\nsecond line"))()
    said = capsys.readouterr().err
    (log,) = (own_folders / "data" / "salviewer" / "logs").iterdir()
    assert done.value.exit_code == 1
    assert said.count("\n") == 1
    assert str(log) in said
    assert "second line" not in said
    assert "Traceback" in log.read_text()


def test_a_log_that_cannot_be_written_is_no_second_fault(own_folders):
    (own_folders / "data").mkdir()
    (own_folders / "data" / "salviewer").write_text("a file stands where the folder should be")
    assert "could not be written" in sentence(ZeroDivisionError("division by zero"))


def test_every_error_class_has_a_documented_code():
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    kinds = [getattr(errors, name) for name in dir(errors) if name[0].isupper()]
    for kind in kinds:
        assert f"\n| {kind.exit_code} |" in text
    for kind, code in CODES.items():
        assert f"`{kind.__name__}`" in text
        assert exit_code_of(kind("x")) == code
