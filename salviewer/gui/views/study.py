"""The reader study's window: set up, who reads, the trials, thanks, results."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.study_values import Asked, Findings, Thanks, Welcome
from salviewer.gui.views.messages import MessagesView
from salviewer.gui.views.study_people import FindingsView, ThanksView, WelcomeView
from salviewer.gui.views.study_setup import SetupView
from salviewer.gui.views.study_trial import TrialView


class StudyWindow(QMainWindow):
    """`seen` carries whether it can be seen, `closed` that it was closed, which hides it."""

    seen = Signal(bool)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Reader study – SalViewer")
        self.setWindowIcon(icons.application_icon())
        self.messages = MessagesView()
        self.setup, self.welcome, self.trial = SetupView(), WelcomeView(), TrialView()
        self.thanks, self.findings = ThanksView(), FindingsView()
        self.pages = QStackedWidget()
        for page in (self.setup, self.welcome, self.trial, self.thanks, self.findings):
            self.pages.addWidget(page)
        em = theme.em(self)
        outer = QWidget()
        column = QVBoxLayout(outer)
        column.setContentsMargins(*(round(em * 0.3),) * 4)
        column.addWidget(self.messages)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(outer)
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(em * 76, screen.width()), min(em * 46, screen.height()))
        self.setup.setFocus()  # no button looks chosen before somebody chooses
        close = QAction("Close", self)
        close.setShortcut("Ctrl+W")
        close.triggered.connect(self.close)
        self.addAction(close)

    def set_study(self, study: object) -> None:
        """Show the page that `study` is about; None shows the set-up."""
        if isinstance(study, Welcome):
            self.welcome.set_welcome(study)
            page: QWidget = self.welcome
        elif isinstance(study, Asked):
            self.trial.set_trial(study)
            page = self.trial
        elif isinstance(study, Thanks):
            self.thanks.set_thanks(study)
            page = self.thanks
        elif isinstance(study, Findings):
            self.findings.set_findings(study)
            page = self.findings
        else:
            page = self.setup
        if page is not self.pages.currentWidget():
            self.pages.setCurrentWidget(page)
            first = {self.welcome: self.welcome.name, self.thanks: self.thanks.done}.get(page, page)
            first.setFocus()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that it is seen."""
        super().showEvent(event)
        self.seen.emit(not self.isMinimized())

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that it is not."""
        super().hideEvent(event)
        self.seen.emit(False)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The same for an icon in the task bar."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.seen.emit(self.isVisible() and not self.isMinimized())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell of it."""
        super().closeEvent(event)
        self.closed.emit()
