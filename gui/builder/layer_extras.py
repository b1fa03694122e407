"""What is seldom changed on a layer: its input, whether it learns, and penalties of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.layers import OPTIMIZERS, LayerKind
from engine.spec import LayerSpec, TrainingSpec
from gui.builder.inputs_editor import SourceCombo
from gui.builder.rows import Row
from gui.document.wiring import Source
from gui.widgets import Button, LabelledCombo, plain_number

RATES = (0.0, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
PENALTIES: tuple[tuple[str, str, str], ...] = (
    ("l1", "L1", "Adds λ · sum |w| of this layer's weights to the loss"),
    ("l2", "L2", "Adds λ/2 · sum w² of this layer's weights to the loss"),
    ("weight_decay", "Weight decay",
     "Every step shrinks this layer's weights by learning rate · λ, apart from the loss"),
)
AS_TRAINING = "As training"


class PenaltyCombo(LabelledCombo):
    """A layer's own rate of a penalty, or the one that counts for all layers.

    Parameters
    ----------
    title : str
        Name of the penalty.
    formula : str
        What it does, a sentence without its full stop.

    Signals
    -------
    rate_chosen(object)
        A person wants this rate; None is the one for all layers.
    """

    rate_chosen = Signal(object)

    def __init__(self, title: str, formula: str) -> None:
        super().__init__(title, beside=True)
        self._formula = formula
        self._rates: tuple[float, ...] = ()
        self.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(len(AS_TRAINING))
        self.value_changed.connect(self._on_value_changed)

    def show_rate(self, own: float | None, common: float) -> None:
        """Show a layer's own rate, if it has one, and what counts otherwise."""
        rates = tuple(sorted({*RATES, own if own is not None else 0.0}))
        if rates != self._rates:
            self._rates = rates
            self.set_options([("", AS_TRAINING),
                              *((repr(rate), plain_number(rate)) for rate in rates)])
        self.set_value("" if own is None else repr(own))
        self.setToolTip(f"<p><b>{self.label.text()}.</b> {self._formula}. {AS_TRAINING}: λ = "
                        f"{plain_number(common)}.</p>")

    @Slot(str)
    def _on_value_changed(self, key: str) -> None:
        self.rate_chosen.emit(float(key) if key else None)


class LayerExtras(QWidget):
    """A part of the inspector that opens and closes. GUI thread only.

    It is open while the layer has anything in it that is not as usual, and after a person has
    opened it.

    Signals
    -------
    inputs_chosen(object)
        A person wants these ids as the layer's inputs.
    field_chosen(str, object)
        A person wants this value in a field of `LayerSpec`.
    """

    inputs_chosen = Signal(object)
    field_chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = False
        self._layer_id = ""
        self.header = Button("More options", "chevron-right")
        self.header.setProperty("tone", "quiet")
        self.header.setCheckable(True)
        self.header.setToolTip("<p>What feeds this layer, whether it learns, and penalties of its "
                               "own.</p>")
        self.header.clicked.connect(self._on_header_clicked)
        self.source = SourceCombo()
        self.source.chosen.connect(self.inputs_chosen)
        self.freeze = QCheckBox("Freeze")
        self.freeze.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.freeze.setToolTip("<p><b>Freeze.</b> Keeps this layer's parameters as they are; its "
                               "gradient is still shown.</p>")
        self.freeze.clicked.connect(self._on_freeze_clicked)
        self.penalties = {key: PenaltyCombo(title, formula) for key, title, formula in PENALTIES}
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.other = QLabel()
        self.other.setProperty("role", "small")
        self.other.setWordWrap(True)
        self.other.hide()
        for widget in (self.source, self.freeze, *self.penalties.values(), self.other):
            column.addWidget(widget)
        for key, combo in self.penalties.items():
            combo.rate_chosen.connect(partial(self.field_chosen.emit, key))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.header, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._body)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._open(False)

    def controls(self) -> tuple[QWidget, ...]:
        """Return what the Tab key stops at, in its order."""
        combos = (combo.combo for combo in self.penalties.values())
        return (self.header, self.source.combo, self.freeze, *combos)

    def is_open(self) -> bool:
        """Say whether the controls are shown."""
        return self.header.isChecked()

    def show_layer(self, layer: LayerSpec, kind: LayerKind, row: Row,
                   training: TrainingSpec) -> None:
        """Show a layer that is not the input layer."""
        # Where shapes do not fit, what the kind may have counts.
        may_learn = type(kind).parameters is not LayerKind.parameters
        learns = may_learn if row.parameters is None else row.parameters > 0
        self.freeze.setVisible(learns)
        self.freeze.setChecked(layer.frozen)
        self.source.setVisible(kind.most_inputs == 1)
        rule = OPTIMIZERS.get(training.optimizer.kind)
        common = {"l1": training.l1, "l2": training.l2,
                  "weight_decay": training.optimizer.weight_decay}
        decays = rule is not None and any(f.key == "weight_decay" for f in rule.constants)
        for key, combo in self.penalties.items():
            own = getattr(layer, key)
            felt = decays or key != "weight_decay" or own is not None
            combo.setVisible(learns and row.has_weights is not False and felt)
            combo.show_rate(own, common[key])
        self.setVisible(learns or kind.most_inputs == 1)
        if layer.id != self._layer_id:
            self._layer_id = layer.id
            self._open(self._wanted or is_special(layer, kind))
        elif is_special(layer, kind) and not self.is_open():
            self._open(True)

    def show_other(self, key: str, words: Sequence[str]) -> None:
        """Say what the other run of a pair has here, where that differs."""
        self.other.setText(f"{key}: {', '.join(words)}" if words else "")
        self.other.setVisible(bool(words))
        if words and not self.is_open():
            self._open(True)

    def show_sources(self, sources: Sequence[Source], rows: Sequence[Row], explicit: bool) -> None:
        """Offer the layers before it; ``explicit`` says that a person has chosen one."""
        self.source.show_sources(sources, rows, explicit)

    def _open(self, is_open: bool) -> None:
        self.header.setChecked(is_open)
        self.header.set_icon("chevron-down" if is_open else "chevron-right")
        self.header.setAccessibleDescription("open" if is_open else "closed")
        self._body.setVisible(is_open)

    @Slot(bool)
    def _on_header_clicked(self, checked: bool) -> None:
        self._wanted = checked
        self._open(checked)

    @Slot(bool)
    def _on_freeze_clicked(self, checked: bool) -> None:
        self.field_chosen.emit("frozen", checked)


def is_special(layer: LayerSpec, kind: LayerKind) -> bool:
    """Say whether anything here is not as usual."""
    own = any(getattr(layer, key) is not None for key, _, _ in PENALTIES)
    return layer.frozen or own or (kind.most_inputs == 1 and bool(layer.inputs))
