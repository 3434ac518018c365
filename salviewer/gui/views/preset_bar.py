"""The presets of a form, behind one button: choose, save, rename, delete."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from salviewer.gui.presets import Preset

OWN_VALUES = "Own values"


class PresetButton(QToolButton):
    """Says which preset the form holds. The signals carry a preset's name; `save_wished` nothing."""

    wished = Signal(str)
    save_wished = Signal()
    rename_wished = Signal(str)
    delete_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Presets: settings of this method under a name")
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.set_presets((), "")

    def set_presets(self, presets: Sequence[Preset], current: str) -> None:
        """Offer `presets`; `current` is the one that the form holds, "" for none."""
        self.setText(current or OWN_VALUES)
        self.setAccessibleName(f"Preset: {current or OWN_VALUES}")
        menu = self._menu
        menu.clear()
        for preset in presets:
            action = menu.addAction(_plain(preset.name))
            action.setCheckable(True)
            action.setChecked(preset.name == current)
            action.triggered.connect(lambda _=False, name=preset.name: self.wished.emit(name))
        menu.addSeparator()
        save = menu.addAction("Save as …")
        save.setEnabled(not current)
        save.setToolTip("Keeps the settings as they are now under a name")
        save.triggered.connect(lambda _=False: self.save_wished.emit())
        own = [preset.name for preset in presets if preset.own]
        for word, signal in (("Rename", self.rename_wished), ("Delete", self.delete_wished)):
            if own:
                inner = menu.addMenu(word)
                for name in own:
                    action = inner.addAction(_plain(name))
                    action.triggered.connect(lambda _=False, name=name, signal=signal: signal.emit(name))


def _plain(name: str) -> str:
    return name.replace("&", "&&")
