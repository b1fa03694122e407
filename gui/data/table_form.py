"""The choices that say how a person's file is read and what is learned from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from msgspec.structs import replace
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.spec import Scaling, TableSpec, Task
from gui.widgets import LabelledCombo

if TYPE_CHECKING:
    from engine.data.table_preview import TablePreview

DETECT = ""
SEPARATORS: Mapping[str, str] = {
    ",": "Comma  ,", ";": "Semicolon  ;", "\t": "Tab", "|": "Bar  |", " ": "Space"}
DECIMALS: Mapping[str, str] = {".": "Point  1.5", ",": "Comma  1,5"}
HEADERS: Mapping[str, str] = {"yes": "First row", "no": "None"}
ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8", "cp1252": "Windows-1252", "iso-8859-15": "Latin-9", "utf-16": "UTF-16",
    "mac-roman": "Mac Roman", "cp1250": "Windows-1250", "cp1251": "Windows-1251"}
TASKS: Mapping[str, str] = {"classification": "Classification", "regression": "Regression"}
SCALINGS: Mapping[str, str] = {
    "auto": "Automatic", "standard": "Standard (mean 0, deviation 1)", "minmax": "0 to 1",
    "none": "None"}


class TableForm(QWidget):
    """The combo boxes of the import dialog. GUI thread only.

    Signals
    -------
    changed()
        A person has chosen something.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = TableSpec()
        self.separator = self._combo("Separator", "What stands between two columns.")
        self.decimal = self._combo("Decimal mark", "What stands before the decimals of a number.")
        self.header = self._combo("Column names", "Whether the first row names the columns.")
        self.encoding = self._combo("Encoding", "How letters are stored; wrong if some look odd.")
        self.target = self._combo("Predict", "The column that the network learns to predict.")
        self.task = self._combo(
            "Task", "Classification tells classes apart; regression predicts numbers.")
        self.scaling = self._combo(
            "Scaling of inputs", "How numbers are brought to one size, measured on the training "
            "examples: standard is (x − mean) / deviation.")
        self.scaling.set_options(list(SCALINGS.items()))
        for combo in (self.separator, self.decimal, self.header, self.encoding, self.task,
                      self.scaling):
            combo.value_changed.connect(self._on_value_changed)
        self.target.value_changed.connect(self._on_target_value_changed)
        self._build()

    def _combo(self, label: str, tip: str) -> LabelledCombo:
        combo = LabelledCombo(label, tooltip=f"<p>{tip}</p>")
        combo.combo.setMinimumContentsLength(8)
        combo.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        combo.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return combo

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for title, combos in (
            ("How to read the file", (self.separator, self.decimal, self.header, self.encoding)),
            ("What to learn", (self.target, self.task, self.scaling)),
        ):
            heading = QLabel(title)
            heading.setProperty("role", "title")
            layout.addWidget(heading)
            grid = QGridLayout()
            grid.setHorizontalSpacing(10)
            grid.setVerticalSpacing(8)
            for number, combo in enumerate(combos):
                grid.addWidget(combo, number // 2, number % 2)
            grid.setColumnStretch(0, 1)
            grid.setColumnStretch(1, 1)
            layout.addLayout(grid)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def set_spec(self, spec: TableSpec, scaling: Scaling) -> None:
        """Show what the person chose for this file before."""
        self._spec = spec
        self.scaling.set_value(scaling)
        # A file that cannot be read as it is found must still offer to be read otherwise.
        self._offer_all("", "", "", "", "")
        self.target.set_options([])

    def spec(self) -> TableSpec:
        """Return what the person has chosen; what is left open is found out."""
        return self._spec

    def chosen_scaling(self) -> Scaling:
        """Return the scaling."""
        return next(s for s in get_args(Scaling) if s == self.scaling.value())

    def set_inputs(self, inputs: tuple[str, ...]) -> None:
        """Note which columns the person has ticked; empty for the usual ones."""
        self._spec = replace(self._spec, inputs=inputs)

    def show_preview(self, preview: TablePreview) -> None:
        """Offer what the file has, and say what was found out."""
        self._offer_all(preview.separator, preview.decimal, "yes" if preview.header else "no",
                        preview.encoding, preview.task)
        self.target.set_options([column.name for column in preview.columns])
        self.target.set_value(preview.target)

    def _offer_all(self, separator: str, decimal: str, header: str, encoding: str,
                   task: str) -> None:
        """Offer all choices; the arguments are what was found out, empty for nothing."""
        spec = self._spec
        chosen_header = "" if spec.header is None else "yes" if spec.header else "no"
        self._offer(self.separator, SEPARATORS, separator, spec.separator)
        self._offer(self.decimal, DECIMALS, decimal, spec.decimal)
        self._offer(self.header, HEADERS, header, chosen_header)
        self._offer(self.encoding, ENCODINGS, encoding, spec.encoding)
        self._offer(self.task, TASKS, task, spec.task or "")

    def _offer(self, combo: LabelledCombo, titles: Mapping[str, str], found: str,
               chosen: str) -> None:
        known = titles.get(found, found)
        others = dict(titles) if chosen in titles or not chosen else {**titles, chosen: chosen}
        combo.set_options([(DETECT, f"Found: {known}" if found and not chosen else "Detect"),
                           *others.items()])
        combo.set_value(chosen)

    @Slot()
    def _on_value_changed(self) -> None:
        header = self.header.value()
        tasks: dict[str, Task] = {name: name for name in get_args(Task)}
        self._spec = replace(
            self._spec, separator=self.separator.value(), decimal=self.decimal.value(),
            header=None if header == DETECT else header == "yes", encoding=self.encoding.value(),
            task=tasks.get(self.task.value()))
        self.changed.emit()

    @Slot(str)
    def _on_target_value_changed(self, target: str) -> None:
        # Another target is another question: what suited the old one is found out anew.
        self._spec = replace(self._spec, target=target, inputs=(), task=None)
        self.changed.emit()
