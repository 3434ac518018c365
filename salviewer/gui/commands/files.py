"""Opening and saving."""

from salviewer.gui.commands import folders
from salviewer.gui.commands.command import SEPARATOR, Command

COMMANDS = (
    Command("model.open", "Open model …", "File", lambda w: w.actions.opening.ask_model(), "Ctrl+M", "model",
            help="A network by its name, with its own weights or those of a file."),
    Command("picture.open", "Open picture or volume …", "File", lambda w: w.actions.opening.ask_picture(), "Ctrl+O",
            "picture", short="Picture or volume …", help="A file; a DICOM series opens as its folder."),
    *folders.OPENING,
    Command("sample.open", "Open the built-in flower", "File", lambda w: w.actions.opening.open_sample(),
            "Ctrl+Shift+O", "sample",
            help="A small network and its pictures, to try things on."),
    Command("brain.open", "Open the built-in brain", "File", lambda w: w.actions.opening.open_sample_brain(), "",
            help="A small 3D network and rendered brains, half of them with atrophy in known regions."),
    Command("fundus.open", "Open the built-in fundus", "File", lambda w: w.actions.opening.open_sample_fundus(), "",
            help="A small network and rendered retinas, half of them with the lesions of diabetes."),
    *folders.STEPS,
    Command("overlay.save", "Save overlay …", "File", lambda w: w.actions.exporting.save_overlay(), "Ctrl+S", "save",
            can=lambda s: s.shown is not None and s.shown.picture is not None,
            needs="an explanation on the screen, with its picture", flat=True),
    Command("explanation.save", "Save explanation …", "File", lambda w: w.actions.keeping.save_explanation(),
            "Ctrl+Shift+S", can=lambda s: s.shown is not None and s.shown.explanation is not None, group=SEPARATOR,
            needs="a finished explanation on the screen"),
    Command("quit", "Quit", "File", lambda w: w.close(), "Ctrl+Q"),
)  # fmt: skip
