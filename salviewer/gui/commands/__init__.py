"""All that can be done, in one table: menus, tool buttons, shortcuts and the palette are made from it.

One file per subject holds its commands; a new one is named here.
"""

from salviewer.gui.commands import (
    annotating,
    comparing,
    display,
    exporting,
    files,
    filters,
    folders,
    jobs,
    masks,
    paths,
    runs,
    settings,
    views,
    volumes,
    workspace,
)
from salviewer.gui.commands.command import MENUS, SEPARATOR, Command, make_actions, refresh

COMMANDS: tuple[Command, ...] = (
    *workspace.COMMANDS,
    *files.COMMANDS,
    *runs.COMMANDS,
    *exporting.COMMANDS,
    *filters.COMMANDS,
    *folders.COMMANDS,
    *comparing.COMMANDS,
    *paths.COMMANDS,
    *masks.COMMANDS,
    *jobs.COMMANDS,
    *display.COMMANDS,
    *views.COMMANDS,
    *settings.COMMANDS,
    *annotating.COMMANDS,
    *volumes.COMMANDS,
)

__all__ = ["COMMANDS", "MENUS", "SEPARATOR", "Command", "make_actions", "refresh"]
