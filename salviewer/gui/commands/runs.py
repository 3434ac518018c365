"""Explaining, judging, and asking people."""

from salviewer.gui.commands.command import SEPARATOR, Command
from salviewer.gui.fitting import TUNE
from salviewer.gui.running import why_not
from salviewer.gui.under_way import Running, errand, explaining, training


def _short(busy: tuple[Running, ...]) -> tuple[Running, ...]:
    """Without the training, which takes long and has a button of its own: no stray key stops it."""
    return tuple(running for running in busy if running != training(busy))


COMMANDS = (
    Command("run", "Run", "Run", lambda w: w.actions.run(), "Ctrl+R", "run",
            can=lambda s: not why_not(s), when=lambda w: not w.actions.running.is_under_way(),
            needs="a model, a picture or volume and a method that go together, and the same must not be running",
            help="Explains the chosen class; while another explanation runs, this one waits for its turn."),
    Command("cancel", "Cancel", "Run", lambda w: w.actions.cancel(), "Esc", "cancel",
            can=lambda s: explaining(s.busy) is not None or errand(_short(s.busy)) is not None,
            needs="something that runs", group=SEPARATOR,
            help="Stops the explanation under way, or the opening of a model, picture or volume."),
    Command("tune", TUNE, "Run", lambda w: w.actions.tuning.tune(), "Ctrl+Alt+T",
            when=lambda w: not w.actions.tuning.why_not(), flat=True,
            needs="a finished result on the screen, with its model and picture open",
            help="Weighs each score by what its pixel still adds to the class; the order of the pixels stays."),
    Command("training.open", "Train …", "Run", lambda w: w.show_panel("training"),
            help="Learns something about the open model from many pictures, in a panel of its own."),
    Command("training.pause", "Pause the training", "Run", lambda w: w.actions.training.pause_or_go_on(),
            can=lambda s: training(s.busy) is not None, needs="a training that runs",
            when=lambda w: w.actions.training.can_pause(), ticked=lambda w: w.actions.training.is_paused(),
            help="Lets it wait while other jobs with the model are done; once more, and it goes on where it waits."),
    Command("training.end", "Finish the training early", "Run", lambda w: w.actions.training.end_early(),
            can=lambda s: training(s.busy) is not None, needs="a training that runs",
            when=lambda w: w.actions.training.can_pause(),
            help="Ends it at the next chance, and keeps what was learned so far as its result."),
    Command("training.stop", "Stop the training", "Run", lambda w: w.actions.training.stop(),
            can=lambda s: training(s.busy) is not None, needs="a training that runs",
            help="Stops it; what was done is kept, and training the same again goes on from there."),
    Command("evaluation.open", "Evaluate methods …", "Run", lambda w: w.evaluation.open(), "Ctrl+E",
            help="Runs methods on many pictures and compares them by their metrics, in a window of its own."),
    Command("study.open", "Reader study …", "Run", lambda w: w.study.open(), "Ctrl+Shift+E",
            help="Asks people which of two maps helps them more, in a window of its own."),
)  # fmt: skip
