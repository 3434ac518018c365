"""What is open: a card for the model, a card for the picture."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from salviewer.api.preprocessing import Preprocessing, VolumePreprocessing
from salviewer.api.values import Note
from salviewer.gui import icons, theme
from salviewer.gui.hints import hint
from salviewer.gui.values import OUTPUT_WORDS, ModelCard, OpenPicture
from salviewer.numeric.counted import counted


def in_words(preprocessing: Preprocessing | VolumePreprocessing | None) -> str:
    """The preprocessing as lines of text."""
    if preprocessing is None:
        return "Fed as it is, without preprocessing."
    if isinstance(preprocessing, VolumePreprocessing):
        return _volume_words(preprocessing)
    p = preprocessing
    lines = []
    if p.resize is not None:
        size = f"shorter side to {p.resize} px" if isinstance(p.resize, int) else _size(p.resize)
        lines.append(f"Resized: {size} ({p.interpolation})")
    if p.crop is not None:
        lines.append(f"Cropped: {_size(p.crop)} from the centre")
    lines.append(f"Channels: {p.channels}, full bright = {p.scale:g}")
    lines.append(f"Mean: {_numbers(p.mean)}   Std: {_numbers(p.std)}")
    return "\n".join(lines)


def _volume_words(p: VolumePreprocessing) -> str:
    lines = [f"Axes: towards {', '.join(p.axcodes)}" if p.axcodes and p.grid is None else ""]
    if p.grid is not None:
        lines.append("Resampled to the grid of a template")
    elif p.spacing is not None:
        lines.append(f"Voxels: {_by(p.spacing)} mm")
    lines.append(f"Cut or padded to {_by(p.shape)} voxels" if p.shape is not None else "")
    unit = " percentile" if p.window == "percentile" else ""
    lines.append("" if p.window == "none" else f"Values: clipped at {p.low:g} and {p.high:g}{unit}")
    lines.append(f"Mean: {p.mean:g}   Std: {p.std:g}")
    return "\n".join(line for line in lines if line)


class ModelView(QFrame):
    """The open model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._title = theme.label("", "title", wraps=True)
        self._facts = theme.label("", "quiet", wraps=True)
        self._notes = theme.label("", "note", wraps=True)
        _stack(self, theme.label("Model", "section"), self._title, self._facts, self._notes)
        self.set_model(None)

    def set_model(self, card: ModelCard | None) -> None:
        """Show what is known of `card`."""
        if card is None:
            self._title.hide()
            self._facts.setText("None open yet.")
            self._notes.hide()
            self.setToolTip("")
            return
        size = f"sees {_seen(card.input_size)}" if card.input_size else "sees pictures of any size"
        if isinstance(card.preprocessing, VolumePreprocessing) and not card.input_size:
            size = "sees volumes of any size"
        count = f"{len(card.classes):,} classes" if len(card.classes) != 1 else "1 output"
        count = f"{counted(len(card.classes), 'word')}" if card.outputs == "caption" else count
        learned = f"{_count(card.parameters)} weights" if card.parameters else ""
        self._title.setText(card.title)
        self._title.show()
        what = f"{count} ({OUTPUT_WORDS.get(card.outputs, card.outputs)})"
        self._facts.setText("\n".join(fact for fact in (what, size, learned) if fact))
        _show_notes(self._notes, card.notes)
        digest = f"\n\nSHA-256 of the weights: {card.sha256}" if card.sha256 else ""
        self.setToolTip(in_words(card.preprocessing) + digest)


class PictureView(QFrame):
    """The open picture. `step_wished` carries -1 or 1: the neighbour in its collection."""

    step_wished = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._thumbnail = QLabel()
        self._name, self._truth = OneLine(), theme.mark(OneLine(), "quiet")
        self._facts = theme.label("", "quiet", wraps=True)
        self._notes = theme.label("", "note", wraps=True)
        self._steps = {step: self._make_step(step) for step in (-1, 1)}
        head = QHBoxLayout()
        self._kind, self._at = theme.label("Picture", "section"), theme.label("", "quiet")
        head.addWidget(self._kind)
        head.addWidget(self._at)
        head.addStretch(1)
        for button in self._steps.values():
            head.addWidget(button)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._truth)
        words.addWidget(self._facts)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(round(theme.em(self) * 0.6))
        row.addWidget(self._thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = _stack(self)
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(self._notes)
        self.set_picture(None)

    def set_picture(self, opened: OpenPicture | None) -> None:
        """Show what is known of `opened`."""
        for step, button in self._steps.items():
            button.setVisible(opened is not None and bool(opened.siblings))
            button.setEnabled(opened is not None and opened.neighbour(step) is not None)
        for widget in (self._thumbnail, self._name):
            widget.setVisible(opened is not None)
        self._truth.setVisible(opened is not None and bool(opened.truth))
        self._at.setText("")
        if opened is None:
            self._facts.setText("None open yet.")
            self._notes.hide()
            return
        self._kind.setText("Volume" if opened.is_volume else "Picture")
        if opened.ref.source in opened.siblings:
            self._at.setText(f"{opened.siblings.index(opened.ref.source) + 1} of {len(opened.siblings)}")
        self._truth.set_whole(f"true class: {opened.truth}")
        self._name.set_whole(opened.picture.name)
        self._facts.setText(_extent(opened))
        _show_notes(self._notes, opened.picture.warnings)
        self._thumbnail.setPixmap(self._small(opened))

    def _small(self, opened: OpenPicture) -> QPixmap:
        from salviewer.kit.colours import qimage  # noqa: PLC0415 - loads numpy, after the first paint

        picture = opened.picture
        if opened.is_volume:
            from salviewer.data.axial import flat  # noqa: PLC0415 - with the first volume

            picture = flat(picture)
        side, ratio = theme.em(self) * 3, self.devicePixelRatioF()
        step = max(1, min(picture.shape) // round(side * ratio * 2))
        image = qimage(picture.pixels[::step, ::step])
        size = QSize(round(side * ratio), round(side * ratio))
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(image.scaled(size, keep, smooth))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _make_step(self, step: int) -> QToolButton:
        button = QToolButton()
        icons.give(button, "previous" if step < 0 else "next")
        if step < 0:
            hint(button, "Previous picture or volume", "sample.previous")
        else:
            hint(button, "Next picture or volume", "sample.next")
        button.clicked.connect(lambda: self.step_wished.emit(step))
        return button


class OneLine(QLabel):
    """A text that gives way in its middle where there is no room: the end of a file's name tells it from the others."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.mark(self, "title")
        self.whole = ""

    def set_whole(self, text: str) -> None:
        """Show `text`, all of it in the tooltip."""
        self.whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the text to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideMiddle, self.width()))


def _stack(frame: QFrame, *widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(frame)
    em = theme.em(frame)
    column.setContentsMargins(*(round(em * 0.6),) * 4)
    column.setSpacing(round(em * 0.25))
    for widget in widgets:
        column.addWidget(widget)
    return column


def _show_notes(place: QLabel, notes: tuple[Note, ...]) -> None:
    shown = [note.text for note in notes if note.code != "outputs-assumed"]  # that one is asked in a message
    place.setText("\n".join(shown[:2]) + (f"\n… and {len(shown) - 2} more" if len(shown) > 2 else ""))
    place.setToolTip("\n".join(shown))
    place.setVisible(bool(shown))


def _count(number: int) -> str:
    """182,000 as "182 thousand", 1,248,424 as "1.25 million"."""
    for unit, name in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if number >= unit:
            return f"{number / unit:.3g} {name}"
    return str(number)


def _size(size: tuple[int, int]) -> str:
    return f"{size[1]} × {size[0]}".replace(" ", "\N{NO-BREAK SPACE}")


def _seen(size: tuple[int, ...]) -> str:
    """What a model is fed: (H, W) or (D, H, W)."""
    unit = "px" if len(size) == 2 else "voxels"
    return f"{_by(size[::-1])}\N{NO-BREAK SPACE}{unit}"


def _extent(opened: OpenPicture) -> str:
    """The size of a picture, or that of a volume and of its voxels."""
    if not opened.is_volume:
        return f"{_size(opened.picture.shape)}\N{NO-BREAK SPACE}px"
    sides = tuple(round(side, 2) for side in opened.picture.spacing)
    mm = f"{sides[0]:g}" if len(set(sides)) == 1 else _by(sides)
    return f"{_by(opened.picture.shape)} · {mm}\N{NO-BREAK SPACE}mm"


def _by(sides: tuple[float, ...]) -> str:
    return "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}".join(f"{side:g}" for side in sides)


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{v:g}" for v in values)
