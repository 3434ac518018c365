"""All that is asked in a window of its own. Injected, so that tests answer without a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from salviewer.api.jobspec import ModelRef
from salviewer.jobs.batches import PICTURES


class Dialogs:
    """The real ones, on top of `parent`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.parent = parent
        self._folder = ""

    def open_model(self, file: Path | None, lookup: Any, then: Callable[[ModelRef], None]) -> None:
        """Ask which model; `then` is called with it. The window goes on meanwhile."""
        from salviewer.gui.model_dialog import ModelDialog  # noqa: PLC0415 - loads superqt, when it is first wanted

        dialog = ModelDialog(self.parent, file, lookup)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(then)
        dialog.open()

    def open_picture(self, patterns: Sequence[str] = ()) -> Path | None:
        """Ask for the file of a picture or volume. `patterns`: what plugins can read besides."""
        from salviewer.data.volume_kind import PATTERNS as VOLUMES  # noqa: PLC0415 - when it is first wanted

        sets = {"Pictures": (*PICTURES, *patterns), "Volumes": VOLUMES}
        sets = {"Pictures and volumes": (*sets["Pictures"], *VOLUMES), **sets, "All files": ("*",)}
        kinds = ";;".join(f"{title} ({' '.join(found)})" for title, found in sets.items())
        path, _ = QFileDialog.getOpenFileName(self.parent, "Open a picture or volume", self._folder, kinds)
        return self._chosen(path)

    def sweep(self, title: str, knobs: Sequence[Any], fault: Callable[[Any], str], then: Callable[[Any], None]) -> None:
        """Ask which parameter of a method is swept through which values; `then` is called with the `Sweep`."""
        from salviewer.gui.sweep_dialog import SweepDialog  # noqa: PLC0415 - loads superqt, when it is first wanted

        dialog = SweepDialog(title, knobs, fault, self.parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(then)
        dialog.open()

    def open_file(self, title: str, kinds: str) -> Path | None:
        """Ask for a file that is there. kinds: "Tables (*.csv *.tsv)"; all other files can be chosen too."""
        path, _ = QFileDialog.getOpenFileName(self.parent, title, self._folder, f"{kinds};;All files (*)")
        return self._chosen(path)

    def save_file(self, title: str, suggestion: str, kinds: str) -> Path | None:
        """Ask where to save."""
        at = str(Path(self._folder) / suggestion) if self._folder else suggestion
        path, _ = QFileDialog.getSaveFileName(self.parent, title, at, kinds)
        return self._chosen(path)

    def choose_folder(self, title: str, at: Path) -> Path | None:
        """Ask for a folder, new or not, beginning at `at`."""
        start = next((p for p in (at, *at.parents) if p.is_dir()), Path.home())
        path = QFileDialog.getExistingDirectory(self.parent, title, str(start))
        return Path(path) if path else None

    def show_file(self, path: Path) -> None:
        """Show a file in the program that the desktop has for it."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def choose(self, text: str, option: str, choices: Sequence[str]) -> str | None:
        """Ask how to read a file that can be read in several ways."""
        answer, taken = QInputDialog.getItem(self.parent, option.capitalize(), text, list(choices), 0, not choices)
        return answer if taken else None

    def confirm(self, title: str, text: str, more: str, yes: str, no: str) -> bool:
        """Ask whether to go on: a sentence, what follows from it, and the words on the two buttons."""
        box = QMessageBox(QMessageBox.Icon.Question, title, text, parent=self.parent)
        box.setInformativeText(more)
        go_on = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is go_on

    def confirm_close(self, text: str) -> bool:
        """Ask whether to stop what runs and close."""
        box = QMessageBox(QMessageBox.Icon.Question, "Close SalViewer?", text, parent=self.parent)
        box.setInformativeText("Closing stops it. Finished results are kept.")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Keep running", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is stop

    def about(self, diagnostics: str) -> None:
        """Say what this is, what it is not for, and what a report of a fault needs."""
        from salviewer.gui.views.about import AboutDialog  # noqa: PLC0415 - when it is first wanted

        dialog = AboutDialog(diagnostics, self.parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def acknowledge(self, notice: str, then: Callable[[bool], None]) -> None:
        """Show the notice; `then` is told whether it was acknowledged. The window goes on meanwhile."""
        box = QMessageBox(QMessageBox.Icon.Information, "Before you begin", notice, parent=self.parent)
        yes = box.addButton("I understand", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Quit", QMessageBox.ButtonRole.RejectRole)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: then(button is yes))
        box.open()

    def ask_name(self, title: str, text: str, suggestion: str) -> str | None:
        """Ask for a name; None where none is given."""
        name, taken = QInputDialog.getText(self.parent, title, text, text=suggestion)
        return name if taken else None

    def pick_layer(self, listing: Any, current: str, then: Callable[[str], None]) -> None:
        """Ask which layer of the network; `then` is called with its name, "" for the method's own choice."""
        from salviewer.gui.views.layer_picker import LayerPicker  # noqa: PLC0415 - when it is first wanted

        dialog = LayerPicker(listing, current, self.parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(then)
        dialog.open()

    def judge_registration(self, fit: Any, then: Callable[[bool], None]) -> None:
        """Show how a head fits a template; `then` is told whether that was accepted."""
        from salviewer.gui.volumes.registration_dialog import RegistrationDialog  # noqa: PLC0415 - when first wanted

        dialog = RegistrationDialog(fit, self.parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.judged.connect(then)
        dialog.open()

    def cohort(self, subjects: Any, methods: Mapping[str, str], method: str, then: Callable[[Any], None]) -> None:
        """Ask which group of a collection is explained; `then` is called with the `Group`."""
        from salviewer.gui.volumes.cohort_dialog import CohortDialog  # noqa: PLC0415 - when it is first wanted

        dialog = CohortDialog(subjects, methods, method, self.parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(then)
        dialog.open()

    def _chosen(self, path: str) -> Path | None:
        if not path:
            return None
        self._folder = str(Path(path).parent)
        return Path(path)
