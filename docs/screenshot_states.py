"""Scenes of the window's smaller states, for `docs/screenshots.py`: lists, tools, dialogs, on the built-in sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from salviewer.gui import looks
from salviewer.gui.values import MODES, Display
from salviewer.gui.views.layer_picker import LayerPicker

NAMES = ("jobs", "palette", "preferences", "modes", "region", "layer_picker", "workspace", "history", "log")


class States:
    """What a stage can show besides; it needs a model, a picture and a map on the screen (`loaded`, `workbench`)."""

    window: Any
    state: Any
    actions: Any
    wait: Callable[[Callable[[], Any]], None]
    grab: Callable[..., None]
    _explain: Callable[[str], None]

    def jobs(self) -> None:
        """One explanation runs and one waits."""
        self.window.show_panel("jobs")
        self.actions.choose_method("glas")
        self.actions.running.set_params({"grid": 40}, True)
        self.actions.run()
        self.actions.choose_method("rglas")
        self.actions.run()
        self.wait(lambda: any(r.fraction > 0.05 for r in self.state.busy))
        self.grab("jobs")
        self.actions.queueing.cancel_all()
        self.wait(lambda: not self.state.busy)
        self.actions.choose_method("glas")
        self.actions.running.set_params({}, True)
        self.window.docks.docks["jobs"].hide()

    def palette(self) -> None:
        """Commands that were searched for."""
        self.window.settings.open_palette()
        palette = self.window.settings.palette
        QTest.keyClicks(palette.search, "trust")
        self.grab("palette")
        palette.shut()

    def preferences(self) -> None:
        """The first page, and the shortcuts."""
        settings = self.window.settings
        for page, name in (("Appearance", "preferences"), ("Explaining", "preferences-explaining"),
                           ("Shortcuts", "preferences-shortcuts")):  # fmt: skip
            settings.open_preferences(page)
            self.grab(name, settings.dialog)
        settings.dialog.close()

    def modes(self) -> None:
        """Every way of showing a map, with the display bar open."""
        self.window.heatmap.show_look(True)
        for mode in MODES:
            self.actions.displaying.set(looks.in_mode(self.state.display, mode))
            if mode == "model":
                self.wait(lambda: self.actions.seeing.seen.seen is not None)
            self.grab(f"mode-{mode}")
        self.window.heatmap.show_look(False)
        self.actions.displaying.set(Display())

    def region(self) -> None:
        """What an ellipse holds, with a contour and a smooth map."""
        for change in (looks.contours_toggled, looks.smooth_toggled):
            self.actions.displaying.change(change)
        heatmap = self.window.heatmap
        heatmap.want_region("ellipse")
        heatmap.canvas.setFocus()
        QTest.keyClick(heatmap.canvas, Qt.Key.Key_Return)
        self.grab("region")
        heatmap.want_region("")
        self.actions.displaying.set(Display())

    def layer_picker(self) -> None:
        """Which layer a method looks at."""
        self.actions.choose_method("gradcam")
        self.wait(lambda: self._layer_button() is not None)
        self._layer_button().click()
        self.wait(lambda: self._picker() is not None and self._picker().isVisible())
        self.grab("layer-picker", self._picker())
        self._picker().reject()
        self.actions.choose_method("glas")

    def workspace(self) -> None:
        """The tree, searched."""
        self._explain("gradient")
        view = self.window.show_panel("workspace").view
        view.find()
        QTest.keyClicks(view.window().focusWidget(), "grad")
        self.grab("workspace")
        view.window().focusWidget().clear()

    def history(self) -> None:
        """Steps that can be undone."""
        self._panel("history")

    def log(self) -> None:
        """What happened."""
        self._panel("log")

    def _panel(self, key: str) -> None:
        self.window.show_panel(key)
        self.grab(key)
        self.window.docks.docks[key].hide()

    def _picker(self) -> LayerPicker | None:
        return self.window.findChild(LayerPicker)

    def _layer_button(self) -> QToolButton | None:
        named = (b for b in self.window.method.findChildren(QToolButton) if b.isVisible() and b.isEnabled())
        return next((b for b in named if "layer" in (b.accessibleName() + b.toolTip()).lower()), None)
