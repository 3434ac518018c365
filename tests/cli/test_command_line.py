"""The command line as a whole."""

import re
import subprocess
import sys
from importlib import metadata

import pytest

COMMANDS = ("explain", "measure", "evaluate", "study", "predict", "export", "report", "reproduce", "list", "gui",
            "cohort", "register", "train", "filters", "lesions", "perturb", "compare-paths", "colour-bias", "render",
            "put-back", "masks", "doctor", "demo")  # fmt: skip


def test_version(salviewer):
    done = salviewer("--version")
    assert (done.code, done.out) == (0, f"salviewer {metadata.version('salviewer')}\n")


def test_help_names_every_command(salviewer):
    listed = re.findall(r"^  ([\w-]+)  ", salviewer("--help").out.partition("Commands:")[2], flags=re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "list methods", "list classes"])
def test_every_command_explains_itself(salviewer, command):
    done = salviewer(*command.split(), "--help")
    assert done.code == 0
    assert "Usage:" in done.out


@pytest.mark.parametrize("arguments", [["explian"], ["explain"], ["explain", "a.png", "--gird", "3"], ["list", "x"]])
def test_a_command_line_that_cannot_be_read_exits_with_2(salviewer, arguments):
    done = salviewer(*arguments)
    assert done.code == 2
    assert "Error: " in done.err


def test_help_and_lists_load_neither_torch_nor_qt():
    probe = (
        "import sys\nfrom typer.testing import CliRunner\nfrom salviewer.cli.app import app\n"
        "for words in (['--help'], ['list', 'methods'], ['list', 'plugins'], ['explain', '--help']):\n"
        "    assert CliRunner().invoke(app, words).exit_code == 0, words\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'torch', 'numpy', 'PySide6', 'PIL'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "[]\n"


def test_the_list_of_commands_says_in_whole_sentences_what_each_does(salviewer):
    for words in ((), ("list",), ("perturb",), ("study",)):
        shown = salviewer(*words, "--help").out.partition("Commands:")[2]
        assert shown.strip()
        assert "..." not in shown
