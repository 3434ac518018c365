"""The installer's decisions, without installing anything."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import bootstrap
import one_at_a_time
import pytest
import qt_check
import system_libraries
import venv_setup

INSTALLER = Path(bootstrap.__file__).parent
NEIGHBOURS = {path.stem for path in INSTALLER.glob("*.py")}


def checkout(folder: Path) -> Path:
    """A checkout in which everything is set up: the stamp is right, and the Python is this one."""
    (folder / "pyproject.toml").write_text("[project]\nname = 'salviewer'\n")
    python = venv_setup.interpreter(folder)
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (folder / ".venv" / venv_setup.STAMP).write_text(venv_setup.wanted_stamp(folder))
    return folder


@pytest.mark.parametrize(
    ("version", "said"), [((3, 8, 10), "this is Python 3.8"), ((3, 10, 0), "3.11 or newer"), ((2, 7, 18), "Python 2.7")]
)
def test_an_old_python_is_told_what_is_needed(version, said):
    assert said in bootstrap.version_problem(version)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 3), (3, 14, 0)])
def test_a_new_enough_python_passes(version):
    assert bootstrap.version_problem(version) == ""


@pytest.mark.parametrize("path", sorted(INSTALLER.glob("*.py")), ids=lambda p: p.name)
def test_python_3_8_can_read_the_file_and_nothing_outside_the_standard_library_is_imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {a.name.partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {(n.module or "").partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names) | NEIGHBOURS


def test_no_file_names_a_host_or_prints_what_an_old_console_cannot_show():
    for path in INSTALLER.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert text.isascii()


def test_the_stamp_changes_with_pyproject_and_with_the_place(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    for folder in (a, b):
        folder.mkdir()
        (folder / "pyproject.toml").write_text("x = 1\n")
    before = venv_setup.wanted_stamp(a)
    assert before != venv_setup.wanted_stamp(b)
    (a / "pyproject.toml").write_text("x = 2\n")
    assert before != venv_setup.wanted_stamp(a)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the interpreter")
def test_a_finished_environment_is_left_alone(tmp_path, monkeypatch):
    root = checkout(tmp_path)
    monkeypatch.setattr(venv_setup, "_set_up", lambda root: pytest.fail("set up again"))
    assert venv_setup.ensure(root) == str(venv_setup.interpreter(root))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the interpreter")
@pytest.mark.parametrize("fault", ["no stamp", "pyproject changed", "python gone", "python broken"])
def test_each_fault_makes_it_set_up_again(tmp_path, monkeypatch, fault):
    root = checkout(tmp_path)
    python = venv_setup.interpreter(root)
    if fault == "no stamp":
        (root / ".venv" / venv_setup.STAMP).unlink()
    elif fault == "pyproject changed":
        (root / "pyproject.toml").write_text("[project]\n")
    elif fault == "python gone":
        python.unlink()
    else:
        python.write_text("#!/bin/sh\nexit 1\n")
    done = []
    monkeypatch.setattr(venv_setup, "_set_up", done.append)
    venv_setup.ensure(root)
    assert done == [root]


def test_the_second_setup_waits_for_the_first(tmp_path, capsys):
    lock = tmp_path / "lock"
    hold = (
        f"import sys, time; sys.path.insert(0, {str(INSTALLER)!r}); from pathlib import Path\n"
        "from one_at_a_time import one_at_a_time\n"
        f"with one_at_a_time(Path({str(lock)!r})):\n    print('held', flush=True); time.sleep(0.6)\n"
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as first:  # noqa: S603
        assert first.stdout.readline() == "held\n"
        started = time.monotonic()
        with one_at_a_time.one_at_a_time(lock):
            waited = time.monotonic() - started
    assert waited >= 0.3
    assert "waiting" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["ERROR: No matching distribution found for torch>=2.11"], "try Python 3.11 to 3.13"),
        (["WARNING: Retrying after connection broken", "ERROR: Could not find a version"], "Check the network"),
        (["ERROR: Could not install packages: [Errno 28] No space left on device"], "Free some disk space"),
        ([], "no reason given"),
    ],
)
def test_pip_failures_say_what_to_do(lines, said):
    assert said in venv_setup.pip_problem(lines, (3, 15))


def test_the_output_of_a_long_command_is_logged_and_it_shows_life(tmp_path, capsys):
    child = "import time; print('Collecting torch', flush=True); time.sleep(0.5); print('ERROR: no'); exit(3)"
    code, last = venv_setup._run_logged([sys.executable, "-c", child], tmp_path / "log", every_s=0.3)
    assert (code, last) == (3, ["Collecting torch", "ERROR: no"])
    assert (tmp_path / "log").read_text().splitlines() == last
    assert "s: Collecting torch" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "working"),
        (["Collecting torch", "  Using cached torch.whl"], "Collecting torch"),
        (["Installing collected packages: a, b, c"], "unpacking 3 packages"),
    ],
)
def test_what_pip_is_doing_is_said_in_short(lines, said):
    assert venv_setup.doing(lines) == said


def test_only_missing_libraries_are_asked_for():
    present = {"libEGL.so.1", "libGL.so.1", "libdbus-1.so.3", "libfontconfig.so.1", "libglib-2.0.so.0"}
    assert system_libraries.missing_packages("offscreen", present.__contains__) == ["libxkbcommon0"]
    assert "libxcb-cursor0" in system_libraries.missing_packages("xcb", present.__contains__)
    assert "libxcb-cursor0" not in system_libraries.missing_packages("wayland", present.__contains__)
    assert system_libraries.missing_packages("xcb", lambda library: True) == []


def test_the_apt_line_is_exact():
    assert system_libraries.line_for(["libegl1", "libgl1"], debian=True) == (
        "sudo apt-get install -y --no-install-recommends libegl1 libgl1"
    )
    assert "libegl1" in system_libraries.line_for(["libegl1"], debian=False)


@pytest.mark.parametrize(
    ("release", "debian"),
    [
        ('NAME="Debian GNU/Linux"\nID=debian\n', True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ("ID=ubuntu\n", True),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', False),
        ("", False),
    ],
)
def test_debian_and_its_children_are_recognised(release, debian):
    assert system_libraries.is_debian(release) is debian


def test_nothing_is_installed_for_a_person_who_is_not_root(monkeypatch):
    monkeypatch.setattr(system_libraries.sys, "platform", "linux")
    monkeypatch.setattr(system_libraries.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(system_libraries.subprocess, "run", lambda *a, **k: pytest.fail("ran a command"))
    assert system_libraries.install(["libegl1"], "installing") is False


def test_missing_libraries_are_named_and_the_command_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(qt_check.sys, "platform", "linux")
    monkeypatch.setattr(qt_check, "_probe", lambda python, platform: (1, "ImportError: libEGL.so.1"))
    monkeypatch.setattr(qt_check.system_libraries, "missing_packages", lambda platform: ["libegl1"])
    monkeypatch.setattr(qt_check.system_libraries, "install", lambda packages, what: False)
    monkeypatch.setattr(qt_check.system_libraries, "_on_debian", lambda: True)
    assert not qt_check.ready(str(tmp_path / "bin" / "python"), "offscreen")
    assert "sudo apt-get install -y --no-install-recommends libegl1\n" in capsys.readouterr().err


def test_no_font_is_named_but_stops_nobody(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(qt_check.sys, "platform", "linux")
    monkeypatch.setattr(qt_check, "_probe", lambda python, platform: (qt_check.NO_FONTS, ""))
    monkeypatch.setattr(qt_check.system_libraries, "install", lambda packages, what: False)
    assert qt_check.ready(str(tmp_path / "bin" / "python"), "offscreen")
    assert system_libraries.FONTS in capsys.readouterr().err


def test_qt_loads_here():
    code, said = qt_check._probe(sys.executable, "offscreen")
    assert code in (0, qt_check.NO_FONTS), said


@pytest.mark.parametrize(
    ("environment", "platform", "answer"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "linux", False),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_display(environment, platform, answer):
    assert bootstrap.has_display(environment, platform) is answer


def test_a_demo_whose_window_cannot_open_goes_on_without_one(monkeypatch, capsys):
    monkeypatch.setattr(qt_check, "ready", lambda python, platform: platform == "offscreen")
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    there = {"DISPLAY": ":0"}
    assert bootstrap.prepare_qt("demo", "python", there)["QT_QPA_PLATFORM"] == "offscreen"
    assert bootstrap.prepare_qt("gui", "python", there) is None
    assert bootstrap.prepare_qt("test", "python", there) == there


def test_every_step_of_a_command_runs_and_the_first_failure_is_returned(capfd):
    steps = [[sys.executable, "-c", f"print({n}); exit({n})"] for n in (0, 3, 1)]
    assert bootstrap.run_steps(steps, {}) == 3
    assert [line for line in capfd.readouterr().out.splitlines() if not line.startswith("$")] == ["0", "3", "1"]


def test_every_make_target_is_a_command_of_the_bootstrap():
    text = (bootstrap.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = next(line for line in text.splitlines() if line.startswith("demo "))
    assert sorted(targets.rstrip(":").split()) == sorted(bootstrap.COMMANDS)
    assert all(isinstance(bootstrap.steps_of(command, "python"), list) for command in bootstrap.COMMANDS)


def test_bench_runs_every_benchmark_or_those_named():
    assert ["python", "-m", "benchmarks.glas_speed"] in bootstrap.steps_of("bench", "python")
    assert bootstrap.steps_of("bench", "python", ["glas_speed"]) == [["python", "-m", "benchmarks.glas_speed"]]


def test_an_unknown_command_shows_how_to_call_it(capsys):
    assert bootstrap.main(["dmeo"]) == 2
    assert "demo|gui|test" in capsys.readouterr().err
