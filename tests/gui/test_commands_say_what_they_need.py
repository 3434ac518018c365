"""What cannot be done now says what it cannot be done without; everything has a sentence."""

import pytest

from salviewer.gui.commands import COMMANDS
from salviewer.gui.commands.command import Command

CAN, WHEN = Command.__dataclass_fields__["can"].default, Command.__dataclass_fields__["when"].default
CONDITIONAL = tuple(c for c in COMMANDS if c.can is not CAN or c.when is not WHEN)


@pytest.mark.parametrize("command", CONDITIONAL, ids=lambda command: command.id)
def test_a_command_with_a_condition_says_what_it_needs(command):
    if command.id == "view.look":
        assert not command.needs  # only before the window is furnished
        return
    assert command.needs
    assert command.needs[0].islower()
    assert not command.needs.endswith(".")


def test_a_disabled_command_is_explained_in_the_palette(session, qtbot):
    qtbot.waitUntil(lambda: session.window.heatmap is not None)
    entries = {entry.id: entry for entry in session.window.settings.entries()}
    assert not entries["export.png"].can
    assert entries["export.png"].why == "This needs a heatmap on the screen."
    assert entries["edit.undo"].why == "This needs something that was done."
    assert entries["truth.box"].why == "This needs a picture."
