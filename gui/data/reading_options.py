"""The choices that say how the cells of a person's file are read."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from engine.data.encodings import title_of
from engine.spec import TableSpec
from gui import theme
from gui.data.choices import DETECT, choice, line_of, offer, roomy
from gui.data.encoding_box import EncodingBox
from gui.widgets import LabelledCombo

if TYPE_CHECKING:
    from engine.data.table_preview import TablePreview

SEPARATORS: Mapping[str, str] = {
    ",": "Comma  ,", ";": "Semicolon  ;", "\t": "Tab", "|": "Bar  |", " ": "Space"}
SHORT_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
DECIMALS: Mapping[str, str] = {".": "Point  1.5", ",": "Comma  1,5"}
QUOTES: Mapping[str, str] = {'"': 'Double  "', "'": "Single  '"}
HEADERS: Mapping[str, str] = {"yes": "First row", "no": "None"}
BETWEEN = ";"
"""Between two of the words that a person types."""
PLACES = 6
"""Controls in a row."""


class ReadingOptions(QWidget):
    """How cells are read: what is found out is offered first. GUI thread only.

    Signals
    -------
    chosen(object)
        A person wants it otherwise: fields of `engine.spec.TableSpec` and their values.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.separator = choice("Separator", "What stands between two columns.")
        self.decimal = choice("Decimal mark", "What stands before the decimals of a number.")
        self.quote = choice("Quotes", "What stands around a text that holds the separator.")
        self.header = choice("Column names", "Whether the first row names the columns.")
        self.encoding = EncodingBox()
        roomy(self.encoding)
        self.sheet = choice("Sheet", "The sheet of the workbook to learn from.")
        self.cells = line_of("Range of cells", "Which cells of the sheet hold the table, as "
                             "spreadsheets write it: B3:F40. Empty takes all that is filled.",
                             "all, or B3:F40")
        self.missing = line_of("Count as missing", "Cells that hold no value here, besides those "
                               "that are known; a semicolon between two.", "such as -200; k. A.")
        self.present = line_of("Count as values", "Cells that hold a value here although they look "
                               "as if they did not; a semicolon between two.", "such as none; NA")
        self._lines = {line: _labelled(line) for line in (self.cells, self.missing, self.present)}
        self._combos: Mapping[str, LabelledCombo] = {
            "separator": self.separator, "decimal": self.decimal, "quote": self.quote,
            "header": self.header, "encoding": self.encoding, "sheet": self.sheet}
        self._sheets: tuple[str, ...] = ()
        self._is_text = True
        self._spec = TableSpec()
        self._grid = QGridLayout()
        self._build()
        self._wire()

    def _build(self) -> None:
        for control in (*self._combos.values(), *self._lines.values(), self.encoding.sample):
            # Not all are laid out at once, and none may be a window of its own.
            control.setParent(self)
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(8))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(6))
        layout.addLayout(self._grid)
        for place in range(PLACES):
            self._grid.setColumnStretch(place, 1)
        self._arrange()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _wire(self) -> None:
        self.header.value_changed.connect(self._on_header_value_changed)
        for name in ("separator", "decimal", "quote", "encoding"):
            self._combos[name].value_changed.connect(self._on_combo_value_changed)
        self.sheet.value_changed.connect(self._on_sheet_value_changed)
        for line in self._lines:
            line.editingFinished.connect(self._on_line_editing_finished)

    def _arrange(self) -> None:
        """Lay out what means something for this file: a workbook has sheets, but no separator."""
        workbook = (self.sheet, self._lines[self.cells], self.decimal, self.header)
        text = (self.separator, self.decimal, self.quote, self.header, self.encoding)
        words = (self._lines[self.missing], self._lines[self.present])
        shown = (*(text if self._is_text else workbook), *words)
        for control in (*self._combos.values(), *self._lines.values(), self.encoding.sample):
            self._grid.removeWidget(control)
        for control in (*self._combos.values(), *self._lines.values()):
            control.setVisible(control in shown)
        place = 0
        for control in shown:
            # The names of encodings are long.
            width = 2 if control is self.encoding else 1
            self._grid.addWidget(control, *divmod(place, PLACES), 1, width)
            place += width
        self._grid.addWidget(self.encoding.sample, 1, 2, 1, PLACES - 2,
                             Qt.AlignmentFlag.AlignBottom)
        for before, after in pairwise(shown):
            QWidget.setTabOrder(_keyboard_of(before), _keyboard_of(after))

    def show_spec(self, path: Path | None, spec: TableSpec, found: TablePreview | None) -> None:
        """Show what the person has chosen, and what was found out.

        Parameters
        ----------
        path : Path | None
            The file.
        spec : TableSpec
            What was chosen.
        found : TablePreview | None
            What the file has; None if it could not be read, which leaves all to be chosen.
        """
        self._spec = spec
        if found is not None:
            self._sheets = found.sheets
            self._is_text = bool(found.encoding) or not self._sheets
        chosen_header = "" if spec.header is None else "yes" if spec.header else "no"
        header = "" if found is None else "yes" if found.header else "no"
        offer(self.separator, SEPARATORS, found.separator if found else "", spec.separator)
        offer(self.decimal, DECIMALS, found.decimal if found else "", spec.decimal)
        offer(self.quote, QUOTES, "", spec.quote)
        offer(self.header, HEADERS, header, chosen_header)
        self.encoding.offer(path if self._is_text else None, found.encoding if found else "",
                            spec.encoding)
        self.sheet.set_options([*self._sheets])
        self.sheet.set_value(spec.sheet or (found.sheet if found else ""))
        for line, text in ((self.cells, spec.cells), (self.missing, _joined(spec.missing)),
                           (self.present, _joined(spec.present))):
            if not line.hasFocus() or not line.isModified():
                line.setText(text)
        self._arrange()

    def forget(self) -> None:
        """Take the next file for a text until it has been looked at."""
        self._sheets, self._is_text = (), True

    def summary(self, found: TablePreview | None) -> str:
        """Return in short how the file was read."""
        if found is None:
            return "not known yet"
        names = "first row names" if found.header else "no row of names"
        decimal = "decimal comma" if found.decimal == "," else "decimal point"
        if not self._is_text:
            sheet = self.sheet.value()
            of = f" of {len(self._sheets)}" if len(self._sheets) > 1 else ""
            cells = f", {self._spec.cells}" if self._spec.cells else ""
            parts = [f"sheet {sheet}{of}{cells}", decimal, names]
        else:
            separator = SHORT_SEPARATORS.get(found.separator, found.separator)
            parts = [separator, decimal, names, title_of(found.encoding)]
        return ", ".join(parts)

    # What a person does

    @Slot()
    def _on_combo_value_changed(self) -> None:
        sender = self.sender()
        for name, combo in self._combos.items():
            if combo is sender:
                self.chosen.emit({name: combo.value()})

    @Slot(str)
    def _on_header_value_changed(self, value: str) -> None:
        self.chosen.emit({"header": None if value == DETECT else value == "yes"})

    @Slot(str)
    def _on_sheet_value_changed(self, sheet: str) -> None:
        # What was chosen for the columns of another sheet means nothing in this one.
        self.chosen.emit({"sheet": sheet, "cells": "", "target": "", "more_targets": (),
                          "inputs": (), "task": None, "split_by": "", "split": "random"})

    @Slot()
    def _on_line_editing_finished(self) -> None:
        wanted: dict[str, object] = {
            "cells": self.cells.text().strip(), "missing": _words(self.missing.text()),
            "present": _words(self.present.text())}
        changed = {name: value for name, value in wanted.items()
                   if value != getattr(self._spec, name)}
        for line in self._lines:
            line.setModified(False)
        if changed:
            self.chosen.emit(changed)


def _labelled(line: QLineEdit) -> QWidget:
    box = QWidget()
    label = QLabel(line.accessibleName())
    label.setProperty("role", "small")
    label.setBuddy(line)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(label)
    layout.addWidget(line)
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return box


def _keyboard_of(control: QWidget) -> QWidget:
    if isinstance(control, LabelledCombo):
        return control.combo
    line = control.findChild(QLineEdit)
    return control if line is None else line


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(BETWEEN) if word.strip()))


def _joined(words: tuple[str, ...]) -> str:
    return f"{BETWEEN} ".join(words)
