"""The style sheet: what Fusion draws otherwise than we want it. Sizes come from the height of a line of text."""

from __future__ import annotations

from importlib import resources

from PySide6.QtGui import QColor

from salviewer.gui.tones import Tones


def _icon_url(name: str) -> str:
    return str(resources.files("salviewer_resources").joinpath("icons", f"{name}.svg")).replace("\\", "/")


def sheet(c: Tones, line: float) -> str:
    """The style sheet in the colours `c`, for lines of text `line` pixels high."""
    pad, small, radius, tick = round(line * 0.3), round(line * 0.16), round(line * 0.4), round(line * 0.9)
    banners = "".join(
        f'QFrame[role="banner"][level="{level}"] {{ background: {back}; border: 1px solid {edge}; '
        f"border-radius: {radius}px; }}\n"
        for level, back, edge in (
            ("error", c.error_back, c.error), ("warning", c.warning_back, c.warning), ("question", c.ask_back, c.ask),
            ("info", c.ask_back, c.faint),
        )
    )  # fmt: skip
    return f"""
    QToolTip {{ color: {c.text}; background: {c.panel}; border: 1px solid {c.faint}; padding: {small}px; }}
    QFrame[role="card"] {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px; }}
    QFrame[role="sunk"] {{ background: {c.sunk}; border: 1px solid {c.faint}; border-radius: {radius}px; }}
    QLabel[role="section"] {{ color: {c.quiet}; font-weight: 600; }}
    QLabel[role="title"] {{ font-weight: 600; }}
    QLabel[role="headline"] {{ font-weight: 600; font-size: {round(line * 1.35)}px; }}
    QLabel[role="quiet"], QLabel[role="help"] {{ color: {c.quiet}; }}
    QLabel[role="help"] {{ font-size: {round(line * 0.72)}px; }}
    QLabel[role="fault"] {{ color: {c.error}; font-size: {round(line * 0.76)}px; }}
    QLabel[role="note"] {{ color: {c.warning}; font-size: {round(line * 0.76)}px; }}
    QLabel[role="warned"] {{ color: {c.warning}; }}
    QLabel[role="chip"] {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px;
        padding: {small}px {pad}px; }}
    QPushButton {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px;
        padding: {pad}px {2 * pad}px; }}
    QPushButton:hover {{ background: {c.hover}; }}
    QPushButton:pressed {{ background: {c.faint}; }}
    QPushButton:focus, QToolButton:focus {{ border: 1px solid {c.accent}; }}
    QPushButton:disabled {{ color: {c.disabled}; }}
    QPushButton[role="primary"] {{ background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent};
        font-weight: 600; }}
    QPushButton[role="primary"]:hover {{ background: {QColor(c.accent).lighter(108).name()}; }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[role="primary"]:disabled {{ background: {c.faint}; color: {c.quiet}; border-color: {c.faint}; }}
    QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {c.accent};
        padding: {small}px {pad}px; }}
    QPushButton[role="link"]:checked {{ background: {c.chosen}; }}
    QPushButton[role="link"]:hover {{ background: {c.hover}; }}
    QPushButton[role="link"]:focus {{ border: 1px solid {c.accent}; }}
    QPushButton[role="link"]:disabled {{ color: {c.disabled}; }}
    QPushButton[role="step"] {{ text-align: left; padding: {2 * pad}px; }}
    QToolButton {{ border: 1px solid transparent; border-radius: {radius}px; padding: {small}px; }}
    QToolButton:hover {{ background: {c.hover}; }}
    QToolButton:checked {{ background: {c.hover}; border: 1px solid {c.faint}; }}
    QToolButton[role="tab"] {{ padding: {small}px {pad}px; }}
    QToolButton[role="score"] {{ border: 1px solid {c.faint}; }}
    QToolButton[role="score"]:checked, QPushButton[role="choice"]:checked {{ background: {c.accent};
        color: {c.on_accent}; border-color: {c.accent}; }}
    QToolButton[role="tab"]:checked {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QProgressBar {{ border: none; border-radius: {small}px; background: {c.faint}; max-height: {round(line * 0.35)}px;
        min-height: {round(line * 0.35)}px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: {small}px; }}
    QListView {{ border: none; background: transparent; outline: none; }}
    QListWidget::item {{ padding: {pad}px; border: 1px solid transparent; border-radius: {radius}px; color: {c.text}; }}
    QListWidget::item:hover {{ background: {c.hover}; }}
    QListWidget::item:selected {{ background: {c.chosen}; color: {c.text}; }}
    QListWidget:focus {{ border: 1px solid {c.accent}; border-radius: {radius}px; }}
    QScrollBar:vertical {{ background: transparent; width: {2 * pad}px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {2 * pad}px; margin: 0; }}
    QScrollBar::handle {{ background: {c.thumb}; border-radius: {small}px; margin: {small // 2}px; min-height: {line}px;
        min-width: {line}px; }}
    QScrollBar::handle:hover {{ background: {c.quiet}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QScrollArea, QScrollArea > QWidget > QWidget[role="flat"] {{ background: transparent; border: none; }}
    QTableView {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {radius}px; outline: none;
        selection-background-color: {c.chosen}; selection-color: {c.text}; }}
    QTableView:focus {{ border: 1px solid {c.accent}; }}
    QHeaderView {{ background: transparent; }}
    QHeaderView::section {{ background: {c.panel}; color: {c.quiet}; font-weight: 600; border: none;
        border-bottom: 1px solid {c.faint}; padding: {pad}px; }}
    QHeaderView::section:hover {{ background: {c.hover}; }}
    QHeaderView::up-arrow, QHeaderView::down-arrow {{
        subcontrol-position: top center; top: -{pad}px; width: {tick}px; height: {tick}px; }}
    QHeaderView::up-arrow {{ image: url({_icon_url(f"arrow-up-{c.scheme}")}); }}
    QHeaderView::down-arrow {{ image: url({_icon_url(f"arrow-down-{c.scheme}")}); }}
    QCheckBox::indicator, QListView::indicator, QTableView::indicator {{
        width: {tick}px; height: {tick}px; border: 1px solid {c.quiet}; border-radius: {small}px;
        background: {c.panel}; }}
    QCheckBox::indicator:checked, QListView::indicator:checked, QTableView::indicator:checked {{
        background: {c.accent}; border-color: {c.accent};
        image: url({_icon_url(c.tick)}); }}
    QCheckBox::indicator:focus {{ border-color: {c.accent}; }}
    QCheckBox::indicator:disabled, QListView::indicator:disabled {{ border-color: {c.faint}; }}
    QToolButton[role="fold"] {{ padding-left: 0; color: {c.quiet}; font-weight: 600; }}
    QToolButton[role="fold"]:checked {{ background: transparent; border-color: transparent; }}
    QToolButton[role="fold"]:focus {{ border: 1px solid {c.accent}; }}
    QSplitter::handle {{ background: transparent; }}
    QStatusBar {{ background: {c.window}; border-top: 1px solid {c.faint}; }}
    QStatusBar::item {{ border: none; }}
    QMenuBar {{ background: {c.window}; }}
    {banners}
    {_frame_sheet(c, pad, small, radius)}
    {_field_sheet(c, pad, small, line)}
    """


def _frame_sheet(c: Tones, pad: int, small: int, radius: int) -> str:
    """What stands around the views: titles of docks, tabs, tool bar, menus."""
    close, float_ = (_icon_url(f"{name}-{c.scheme}") for name in ("dock-close", "dock-float"))
    return f"""
    QDockWidget {{ titlebar-close-icon: url({close}); titlebar-normal-icon: url({float_});
        color: {c.quiet}; font-weight: 600; }}
    QDockWidget::title {{ background: transparent; text-align: left; padding: {small}px {pad}px; }}
    QDockWidget::close-button, QDockWidget::float-button {{ border: 1px solid transparent; border-radius: {small}px;
        background: transparent; padding: 0; }}
    QDockWidget::close-button:hover, QDockWidget::float-button:hover {{ background: {c.faint}; }}
    QMainWindow::separator {{ background: transparent; width: {pad}px; height: {pad}px; }}
    QMainWindow::separator:hover {{ background: {c.faint}; }}
    QTabBar {{ qproperty-drawBase: 0; }}
    QTabBar::tab {{ background: transparent; color: {c.quiet}; padding: {small}px {2 * pad}px;
        border: 1px solid transparent; border-bottom: 2px solid {c.faint}; }}
    QTabBar::tab:hover {{ background: {c.hover}; color: {c.text}; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
    QTabBar::tab:focus {{ border-color: {c.accent}; }}
    QToolBar {{ background: {c.window}; border: none; border-bottom: 1px solid {c.faint}; padding: {small}px {pad}px;
        spacing: {small}px; }}
    QToolBar::separator {{ background: {c.faint}; width: 1px; margin: {small}px {pad}px; }}
    QMenuBar::item {{ background: transparent; padding: {small}px {pad}px; border-radius: {small}px; }}
    QMenuBar::item:selected {{ background: {c.hover}; }}
    QMenu {{ background: {c.panel}; border: 1px solid {c.faint}; padding: {small}px; }}
    QMenu::item {{ padding: {pad}px {4 * pad}px {pad}px {2 * pad}px; border-radius: {radius // 2}px; }}
    QMenu::item:selected {{ background: {c.chosen}; color: {c.text}; }}
    QMenu::item:disabled {{ color: {c.disabled}; background: transparent; }}
    QMenu::separator {{ background: {c.faint}; height: 1px; margin: {small}px {pad}px; }}
    QMenu::icon {{ padding-left: {pad}px; }}
    QFrame[role="sheet"] {{ background: {c.panel}; border: 1px solid {c.thumb}; border-radius: {radius}px; }}
    """


def _field_sheet(c: Tones, pad: int, small: int, line: float) -> str:
    """Fields to type in, boxes to choose from, and the ring around whatever has the keyboard."""
    down, up = (_icon_url(f"arrow-{way}-{c.scheme}") for way in ("down", "up"))
    half, wide, dot = round(line * 0.6), round(line * 1.0), round(line * 0.75)
    ring = max(2, dot // 3)
    fields = "QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox"
    focused = ", ".join(f"{name.strip()}:focus" for name in fields.split(","))
    disabled = ", ".join(f"{name.strip()}:disabled" for name in fields.split(","))
    wrong = ", ".join(f'{name.strip()}[wrong="true"]' for name in fields.split(","))
    return f"""
    {fields} {{ background: {c.field}; color: {c.text}; border: 1px solid {c.thumb}; border-radius: {small}px;
        padding: {small // 2}px {small}px; selection-background-color: {c.accent};
        selection-color: {c.on_accent}; }}
    {focused} {{ border-color: {c.accent}; }}
    {disabled} {{ color: {c.disabled}; border-color: {c.faint}; background: {c.window}; }}
    {wrong} {{ border-color: {c.error}; }}
    QComboBox {{ padding: {small}px {pad}px; background: {c.button}; }}
    QComboBox:hover {{ background: {c.hover}; }}
    QComboBox:editable {{ background: {c.field}; }}
    QComboBox::drop-down {{ border: none; width: {wide + pad}px; }}
    QComboBox::down-arrow, QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url({down}); width: {half}px;
        height: {half}px; }}
    QComboBox QAbstractItemView {{ background: {c.panel}; border: 1px solid {c.thumb};
        selection-background-color: {c.chosen}; selection-color: {c.text}; outline: none; }}
    QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: {wide}px;
        subcontrol-origin: border; background: transparent; }}
    QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
    QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
    QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {c.hover}; }}
    QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url({up}); width: {half}px; height: {half}px; }}
    QToolButton[popupMode="2"] {{ border: 1px solid {c.thumb}; background: {c.button}; border-radius: {small}px;
        padding: {small}px {wide + pad}px {small}px {pad}px; }}
    QToolButton[popupMode="2"]:hover {{ background: {c.hover}; }}
    QToolButton[popupMode="2"]:focus {{ border-color: {c.accent}; }}
    QToolButton[popupMode="2"]::menu-indicator {{ image: url({down}); width: {half}px; height: {half}px;
        subcontrol-origin: border; subcontrol-position: right center; right: {pad}px; }}
    QRadioButton::indicator {{ width: {dot}px; height: {dot}px; border: 1px solid {c.quiet};
        border-radius: {dot // 2 + 1}px; background: {c.field}; }}
    QRadioButton::indicator:checked {{ border: {ring}px solid {c.accent}; width: {dot + 2 - 2 * ring}px;
        height: {dot + 2 - 2 * ring}px; }}
    QAbstractItemView:focus, QScrollArea:focus {{ border: 1px solid {c.accent}; }}
    QTreeView {{ background: {c.panel}; border: 1px solid {c.faint}; border-radius: {small}px; outline: none; }}
    QTreeView:focus {{ border: 1px solid {c.accent}; }}
    QTreeView::item {{ padding: {small}px; }}
    QTreeView::item:selected {{ background: {c.chosen}; color: {c.text}; }}
    QTreeView[role="plain"], QTreeView[role="plain"]:focus {{ background: transparent; border: none;
        show-decoration-selected: 0; }}
    QTreeView[role="plain"]::item, QTreeView[role="plain"]::branch {{ background: transparent; padding: 0; }}
    QUndoView::item {{ padding: {small}px {pad}px; color: {c.text}; }}
    QUndoView::item:selected {{ background: {c.chosen}; color: {c.text}; }}
    QTableView {{ gridline-color: {c.faint}; }}
    QTableCornerButton::section {{ background: {c.panel}; border: none; }}
    QSlider {{ border: 1px solid transparent; border-radius: {small}px; }}
    QSlider:focus {{ border: 1px solid {c.accent}; }}
    QCheckBox, QRadioButton {{ border: 1px solid transparent; border-radius: {small}px; padding: 1px; }}
    QCheckBox:focus, QRadioButton:focus {{ border: 1px solid {c.accent}; }}
    """
