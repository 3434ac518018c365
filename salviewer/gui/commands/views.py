"""How things are shown."""

from salviewer.gui.commands.command import SEPARATOR, Command

COMMANDS = (
    Command("view.fit", "Fit to the window", "View", lambda w: w.fit(), "F", "fit",
            help="Shows all of the picture, or of the slices."),
    Command("view.actual", "One to one", "View", lambda w: w.actual_size(), "1", "actual",
            help="One dot of the screen for each pixel of the picture.", flat=True),
    Command("view.closer", "Zoom in", "View", lambda w: w.zoom(1.25), "Ctrl++"),
    Command("view.farther", "Zoom out", "View", lambda w: w.zoom(0.8), "Ctrl+-", group=SEPARATOR),
    Command("map.previous", "Previous map", "View", lambda w: w.actions.displaying.step_map(-1), "[",
            can=lambda s: s.shown is not None and s.shown.at > 0,
            needs="an explanation of several maps, not at its first", help="Goes back through the maps of an answer."),
    Command("map.next", "Next map", "View", lambda w: w.actions.displaying.step_map(1), "]",
            can=lambda s: s.shown is not None and s.shown.at + 1 < len(s.shown.maps), group=SEPARATOR,
            needs="an explanation of several maps, not at its last", help="Goes on through the maps of an answer."),
    Command("view.help", "Help under each setting", "View", lambda w: w.toggle_help(), "Ctrl+H",
            checked=lambda s: s.display.helps, group=SEPARATOR,
            help="Shows or hides the small texts in the Method panel."),
    Command("layout.reset", "Reset layout", "View/Panels", lambda w: w.docks.reset(), "Ctrl+0", group=SEPARATOR,
            help="Puts every panel back where it stood at first."),
)  # fmt: skip
