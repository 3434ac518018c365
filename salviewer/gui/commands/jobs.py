"""Jobs and the memory that models take."""

from salviewer.gui.commands.command import Command
from salviewer.gui.under_way import explaining
from salviewer.gui.unloading import may_unload

COMMANDS = (
    Command("model.unload", "Unload model", "File", lambda w: w.actions.unloading.unload(), "Ctrl+U", can=may_unload,
            needs="a model, and nothing may be running with it",
            help="Lets go of the open model and frees the memory that it takes."),
    Command("jobs.cancel-all", "Cancel all runs", "Run", lambda w: w.actions.queueing.cancel_all(), "Shift+Esc",
            can=lambda s: explaining(s.busy) is not None, needs="an explanation that runs",
            help="Stops the explanation under way and those that wait."),
    Command("jobs.clear", "Clear finished jobs", "Run", lambda w: w.actions.queueing.clear(),
            help="Takes ended jobs off the list; their results stay in the workspace."),
)  # fmt: skip
