"""Explaining, judging, and asking people."""

from salviewer.gui.commands.command import SEPARATOR, Command
from salviewer.gui.running import why_not
from salviewer.gui.values import errand, explaining

COMMANDS = (
    Command("run", "Run", "Run", lambda w: w.actions.run(), "Ctrl+R", "run",
            can=lambda s: not why_not(s), when=lambda w: not w.actions.running.is_under_way(),
            needs="a model, a picture or volume and a method that go together, and the same must not be running",
            help="Explains the chosen class; while another explanation runs, this one waits for its turn."),
    Command("cancel", "Cancel", "Run", lambda w: w.actions.cancel(), "Esc", "cancel",
            can=lambda s: explaining(s.busy) is not None or errand(s.busy) is not None, group=SEPARATOR,
            needs="something that runs",
            help="Stops the explanation under way, or the opening of a model, picture or volume."),
    Command("evaluation.open", "Evaluate methods …", "Run", lambda w: w.open_evaluation(), "Ctrl+E",
            help="Runs methods on many pictures and compares them by their metrics, in a window of its own."),
    Command("study.open", "Reader study …", "Run", lambda w: w.open_study(), "Ctrl+Shift+E",
            help="Asks people which of two maps helps them more, in a window of its own."),
)  # fmt: skip
