"""A method's page: what it answers and needs, how it works, and where it comes from."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.method_page import MethodPage, as_html


class MethodPageDialog(QDialog):
    """Stays beside the window; another method's page takes the place of this one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: MethodPage | None = None
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self.text.setAccessibleName("About the method")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.copy = buttons.addButton("Copy citation", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(self._copy)
        em = theme.em(self)
        column = QVBoxLayout(self)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(em * 46, em * 36)

    def set_page(self, page: MethodPage) -> None:
        """Show `page`."""
        self._page = page
        self.setWindowTitle(f"{page.title}: what it does and where it comes from")
        self.copy.setText("Copy citation")
        self.text.setHtml(as_html(page))

    def _copy(self) -> None:
        if self._page is not None:
            pieces = (self._page.citation, self._page.equations, self._page.url)
            QGuiApplication.clipboard().setText(". ".join(piece for piece in pieces if piece))
            self.copy.setText("Copied")
