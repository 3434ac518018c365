"""Workspace files, and going back and forth in what was done."""

from salviewer.gui.commands.command import SEPARATOR, Command

COMMANDS = (
    Command("workspace.new", "New workspace …", "File", lambda w: w.actions.workspacing.new(), "Ctrl+Shift+N",
            help="Begins an empty workspace in a file of its own."),
    Command("workspace.open", "Open workspace …", "File", lambda w: w.actions.workspacing.open(), "Ctrl+Alt+O",
            help="Opens another workspace, where it was left."),
    Command("workspace.save", "Save workspace as …", "File", lambda w: w.actions.workspacing.save_as(),
            "Ctrl+Alt+S", help="Copies the workspace to another file and goes on there."),
    Command("workspace.close", "Close workspace", "File", lambda w: w.actions.workspacing.close_workspace(),
            can=lambda s: s.workspace is not None and not s.workspace.own, group=SEPARATOR,
            needs="a workspace other than your own",
            help="Goes back to your own workspace."),
    Command("edit.undo", "Undo", "Edit", lambda w: w.actions.undoing.undo(), "Ctrl+Z",
            when=lambda w: w.actions.undoing.stack.canUndo(), needs="something that was done",
            help="Takes back the last step."),
    Command("edit.redo", "Redo", "Edit", lambda w: w.actions.undoing.redo(), "Ctrl+Shift+Z",
            when=lambda w: w.actions.undoing.stack.canRedo(), group=SEPARATOR,
            needs="something that was taken back",
            help="Does again what was taken back."),
    Command("workspace.find", "Find in the workspace", "Edit",
            lambda w: w.show_panel("workspace").view.find(), "Ctrl+F",
            help="Finds explanations, pictures and models by their words."),
    Command("workspace.relink", "Look for missing pictures …", "Edit",
            lambda w: w.actions.tidying.relink(), can=lambda s: any(item.missing for item in s.inputs),
            needs="a picture whose file is not where it was",
            help="Searches a folder for pictures that were moved or renamed."),
)  # fmt: skip
