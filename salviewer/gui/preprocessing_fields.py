"""The fields of a preprocessing: shown as the architecture has them, and editable."""

from __future__ import annotations

import re

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from salviewer.api.preprocessing import Preprocessing

SIZE = re.compile(r"\s*(\d+)\s*(?:[x×]\s*(\d+)\s*)?(?:px)?\s*")


class PreprocessingFields(QWidget):
    """`changed` is emitted when the person edits; `value` raises `ValueError` with a sentence."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: Preprocessing | None = None
        self.skip = QCheckBox("Feed pictures as they are, without any of this")
        self.resize_, self.crop = QLineEdit(), QLineEdit()
        self.mean, self.std, self.scale = QLineEdit(), QLineEdit(), QLineEdit()
        self.channels = QComboBox()
        self.channels.addItems(("RGB", "BGR", "gray"))
        self.resize_.setPlaceholderText("not resized")
        self.crop.setPlaceholderText("not cropped")
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        for title, field, words in (
            ("Resize to", self.resize_, "Pixels of the shorter side (256), or width × height (224 × 224)"),
            ("Crop to", self.crop, "Width × height, cut from the centre (224 × 224)"),
            ("Channels", self.channels, "The order that the network was trained with"),
            ("Full bright is", self.scale, "1 for most networks, 255 for networks that are fed bytes"),
            ("Mean", self.mean, "Subtracted; one number, or one per channel"),
            ("Std", self.std, "Divided by; one number, or one per channel"),
        ):
            field.setToolTip(words)
            field.setAccessibleName(title)
            form.addRow(title, field)
        form.addRow(self.skip)
        self._fields = (self.resize_, self.crop, self.channels, self.scale, self.mean, self.std)
        self.skip.toggled.connect(self._skipped)
        for field in self._fields:
            signal = field.activated if isinstance(field, QComboBox) else field.textEdited
            signal.connect(self._edited)
        self.set_known(None)

    def set_known(self, known: Preprocessing | None) -> None:
        """Fill in what the architecture was trained with; None where that is not known."""
        self._known, self._touched = known, False
        shown = known or Preprocessing(resize=(224, 224))
        self.resize_.setText(_size_text(shown.resize))
        self.crop.setText(_size_text(shown.crop))
        self.channels.setCurrentText(shown.channels)
        self.scale.setText(f"{shown.scale:g}")
        self.mean.setText(", ".join(f"{v:g}" for v in shown.mean))
        self.std.setText(", ".join(f"{v:g}" for v in shown.std))
        self.skip.setChecked(False)

    def value(self) -> Preprocessing | str | None:
        """What the person wants: None for the architecture's own, "none" for no preprocessing.

        Raises:
            ValueError: a field cannot be used; the message is a sentence for the person.
        """
        if self.skip.isChecked():
            return "none"
        if not self._touched:
            return None
        try:
            resize, crop = _size(self.resize_.text(), "Resize"), _size(self.crop.text(), "Crop")
            wanted = Preprocessing(
                resize=resize if resize is None or resize[1] is not None else resize[0],  # type: ignore[arg-type]
                crop=None if crop is None else (crop[0], crop[1] if crop[1] is not None else crop[0]),
                interpolation=self._known.interpolation if self._known else "bilinear",
                channels=self.channels.currentText(),  # type: ignore[arg-type]
                scale=float(self.scale.text()),
                mean=_numbers(self.mean.text(), "Mean"),
                std=_numbers(self.std.text(), "Std"),
            )
        except ValidationError as e:
            raise ValueError(f"Preprocessing: {e.errors()[0]['msg'].removeprefix('Value error, ')}.") from e
        return None if wanted == self._known else wanted

    def _edited(self, *_: object) -> None:
        self._touched = True
        self.changed.emit()

    def _skipped(self, skip: bool) -> None:
        for field in self._fields:
            field.setEnabled(not skip)
        self.changed.emit()


def _size(text: str, name: str) -> tuple[int, int | None] | None:
    """(height, width) or (side, None) from "224", "320 × 240" (width × height)."""
    if not text.strip():
        return None
    found = SIZE.fullmatch(text)
    if not found:
        raise ValueError(f"{name}: give pixels like 224 or 320 × 240, not “{text}”.")
    first, second = found.groups()
    return (int(first), None) if second is None else (int(second), int(first))


def _numbers(text: str, name: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in re.split(r"[,;\s]+", text.strip()))
    except ValueError as e:
        raise ValueError(f"{name}: give numbers like 0.485, 0.456, 0.406, not “{text}”.") from e


def _size_text(size: int | tuple[int, int] | None) -> str:
    if size is None:
        return ""
    return str(size) if isinstance(size, int) else f"{size[1]} × {size[0]}"
