import json
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner


@dataclass(frozen=True)
class Outcome:
    """What a command said and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def salviewer(own_folders):
    """Runs `salviewer` with arguments, in this process; a traceback that escapes fails the test."""

    def run(*arguments: object) -> Outcome:
        from salviewer.cli.app import app

        done = CliRunner().invoke(app, [str(a) for a in arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert "Traceback" not in done.stdout + done.stderr
        return Outcome(done.exit_code, done.stdout, done.stderr)

    return run
