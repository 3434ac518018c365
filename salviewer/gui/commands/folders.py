"""Folders of pictures: opening them, going through them, all of them at once."""

from salviewer.gui.browsing import PAGE
from salviewer.gui.commands.command import SEPARATOR, Command

BEFORE = "a folder or collection, with a picture or volume before this one"
AFTER = "a folder or collection, with a picture or volume after this one"

OPENING = (
    Command("folder.open", "Open folder …", "File", lambda w: w.actions.browsing.ask_folder(), "Ctrl+Shift+F", "folder",
            help="Opens all pictures of a folder; folders within it are taken for their classes."),
    Command("folder.table", "Open table of classes …", "File", lambda w: w.actions.browsing.ask_table(),
            help="Opens the pictures that a CSV file names, with their classes."),
)  # fmt: skip

STEPS = (
    Command("sample.previous", "Previous picture or volume", "File", lambda w: w.actions.browsing.step(-1),
            "Ctrl+Left", "previous", short="Previous", also="Left",
            when=lambda w: w.actions.browsing.neighbour(-1) is not None, needs=BEFORE),
    Command("sample.next", "Next picture or volume", "File", lambda w: w.actions.browsing.step(1), "Ctrl+Right",
            "next", short="Next", also="Right",
            when=lambda w: w.actions.browsing.neighbour(1) is not None, needs=AFTER),
    Command("folder.first", "First picture or volume", "File/Go to", lambda w: w.actions.browsing.go_to_end(last=False),
            "Ctrl+Home", also="Home", when=lambda w: w.actions.browsing.neighbour(-1) is not None, needs=BEFORE),
    Command("folder.back", f"{PAGE} back", "File/Go to", lambda w: w.actions.browsing.step(-PAGE),
            "Ctrl+PgUp", also="PgUp", when=lambda w: w.actions.browsing.neighbour(-1) is not None, needs=BEFORE),
    Command("folder.on", f"{PAGE} on", "File/Go to", lambda w: w.actions.browsing.step(PAGE),
            "Ctrl+PgDown", also="PgDown", when=lambda w: w.actions.browsing.neighbour(1) is not None, needs=AFTER),
    Command("folder.last", "Last picture or volume", "File/Go to", lambda w: w.actions.browsing.go_to_end(last=True),
            "Ctrl+End", also="End", when=lambda w: w.actions.browsing.neighbour(1) is not None, needs=AFTER),
)  # fmt: skip

COMMANDS = (
    Command("folder.follow", "Follow: explain where I stay", "Run",
            lambda w: w.actions.browsing.following.set_follow(not w.actions.browsing.memory.follow), "Ctrl+Alt+F",
            ticked=lambda w: w.actions.browsing.memory.follow,
            help="Runs the chosen method on every picture of the folder that one stays at for a moment."),
    Command("folder.predict", "Predict all", "Run", lambda w: (w.show_panel("batch"), w.actions.batching.predict_all()),
            "Ctrl+Alt+P", when=lambda w: not w.actions.batching.why_not("predict"),
            needs="a folder and a model of classes",
            help="Asks the model about every picture of the folder and counts its answers."),
    Command("folder.explain", "Explain all …", "Run", lambda w: w.show_panel("batch").view.offer_explain(),
            "Ctrl+Alt+R", when=lambda w: w.actions.browsing.memory.batch is not None, needs="a folder", group=SEPARATOR,
            help="Explains every picture of the folder with the chosen method."),
)  # fmt: skip
