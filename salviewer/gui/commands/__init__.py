"""All that can be done, in one table: menus, tool buttons, shortcuts and the palette are made from it.

One file per subject holds its commands; a new one is named here.
"""

from salviewer.gui.commands import annotating, comparing, display, files, jobs, runs, views
from salviewer.gui.commands.command import MENUS, SEPARATOR, Command, make_actions, refresh, soft_command

COMMANDS: tuple[Command, ...] = (
    *files.COMMANDS,
    *runs.COMMANDS,
    *comparing.COMMANDS,
    *jobs.COMMANDS,
    *display.COMMANDS,
    *views.COMMANDS,
    *annotating.COMMANDS,
)

__all__ = ["COMMANDS", "MENUS", "SEPARATOR", "Command", "make_actions", "refresh", "soft_command"]
