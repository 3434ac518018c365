"""What a person makes their own, and help."""

from salviewer.gui.commands.command import SEPARATOR, Command

COMMANDS = (
    Command("preferences", "Preferences …", "Edit", lambda w: w.settings.open_preferences(), "Ctrl+,", "settings",
            help="Colours, text size, what a new window begins with, and every shortcut."),
    Command("layout.save", "Save layout as …", "View/Panels/Layouts", lambda w: w.settings.save_layout(),
            help="Keeps how the panels stand now under a name."),
    Command("layout.delete", "Delete a layout …", "View/Panels/Layouts", lambda w: w.settings.delete_layout(),
            when=lambda w: bool(w.actions.settings.get("layouts", {})), needs="a layout that you have saved"),
    Command("theme.system", "As the system has them", "View/Colours",
            lambda w: w.actions.preferring.change(scheme="system")),
    Command("theme.light", "Light", "View/Colours", lambda w: w.actions.preferring.change(scheme="light")),
    Command("theme.dark", "Dark", "View/Colours", lambda w: w.actions.preferring.change(scheme="dark")),
    Command("palette", "Find a command …", "Help", lambda w: w.settings.open_palette(), "Ctrl+Shift+P", "search",
            help="Lists everything that can be done; type part of its name."),
    Command("shortcuts", "Keyboard shortcuts …", "Help", lambda w: w.settings.open_preferences("Shortcuts"), "F1",
            help="Every command with its keys, which can be changed.", group=SEPARATOR),
    Command("settings.reset", "Reset preferences", "Help", lambda w: w.settings.reset(), group=SEPARATOR,
            help="All preferences and shortcuts as they came; layouts, presets and results stay."),
    Command("about", "About SalViewer", "Help", lambda w: w.settings.about(),
            help="Versions, licence, and what a report of a fault needs."),
)  # fmt: skip
