"""The initialiser lab: what first weights do to gradients, before they are used."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from engine.layers import INITIALISERS
from engine.messages import Message
from engine.spec import NetworkSpec
from engine.telemetry.snapshot import LayerReading
from gui.frames.theory import NO_THEORY, Theory, short
from gui.labs import draft
from gui.labs.chi_curve import ChiCurve, Curve, sentence
from gui.labs.chi_dial import ChiDial, depth_scale, fate, mean_chi
from gui.labs.drawing_bar import DrawingBar
from gui.labs.histograms import Histograms
from gui.labs.profile import Profile, gradients_of
from gui.labs.profile_view import ProfileView
from gui.widgets import (
    Button,
    Card,
    Cover,
    IconButton,
    LabelledCombo,
    LabelledSlider,
    Segmented,
    even_stops,
    set_page,
)

ALL, ONE = "all", "one"
GAINS = tuple(dict.fromkeys((*(float(f"{value:.3g}") for value in np.geomspace(0.1, 10.0, 121)),)))
BIASES = even_stops(-2.0, 2.0, 0.05)
Curves = Callable[[Sequence[str]], Sequence[Curve]]
DIFFERENT = "different"
"""What stands for a choice where layers differ."""


class InitialiserLab(Card):
    """Sliders and a choice for first weights, and what comes of them. GUI thread only.

    Nothing of the project changes before a person says so.

    Signals
    -------
    tried(NetworkSpec)
        Other first weights are to be measured.
    used(NetworkSpec)
        A person wants to use them.
    reset_requested()
        A person wants the project's own back.
    layer_selected(str)
        A person clicked on a layer.
    closed()
        It is no longer seen.
    drawing_changed(bool)
        A person draws what he expects, so that nothing may tell how it is, or has done so.
    """

    tried = Signal(object)
    used = Signal(object)
    reset_requested = Signal()
    layer_selected = Signal(str)
    closed = Signal()
    drawing_changed = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Initialiser lab", parent)
        self._network = self._own = NetworkSpec()
        self._names: dict[str, str] = {}
        self._selected = ""
        self._readings: tuple[LayerReading, ...] = ()
        self._before: Mapping[str, float] = {}
        self._theory, self._left = NO_THEORY, ""
        self._curves: Curves = _no_curves
        self._cover = Cover(self)
        self._cover.closed.connect(self._on_cover_closed)
        self._build()
        self._wire()
        self.hide()

    def _build(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.close_button = IconButton("x", "Close (Esc).", name="Close", plain=True)
        self.add_header_widget(self.close_button)
        self.scope = Segmented([(ALL, "All layers"), (ONE, "Selected")], "Layers to change")
        self.scheme = LabelledCombo("Initial weights", beside=True,
                                    tooltip="How weights are drawn. Those that bear a framework’s "
                                            "name bring its gain and biases.")
        self.gain = LabelledSlider("Gain", GAINS, 1.0, tooltip="<p>Factor on the drawn weights. "
                                   "PyTorch names 5/3 for tanh and √2 for ReLU.</p>")
        self.bias = LabelledSlider("Initial bias", BIASES, 0.0,
                                   tooltip="<p>Where biases start, or around which number.</p>")
        self.dial, self.curve = ChiDial(), ChiCurve()
        set_page(self, "controls/initialiser_lab")
        for shown in (self.dial, self.curve):
            set_page(shown, "theory/chi")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.drawing = DrawingBar()
        self.profile = ProfileView()
        self.histograms = Histograms()
        self.use = Button("Use these weights", "check", accent=True)
        self.use.setToolTip("<p>Writes them into the project, in one step that can be undone. The "
                            "network starts anew.</p>")
        self.back = Button("Back to the project’s")
        self.back.setToolTip("<p>Takes gains, biases and schemes from the project again.</p>")
        self.note = QLabel()
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        self._arrange()

    def _arrange(self) -> None:
        first, second, third, last = (QHBoxLayout() for _ in range(4))
        self.scheme.label.setAlignment(Qt.AlignmentFlag.AlignRight
                                       | Qt.AlignmentFlag.AlignVCenter)
        first.addWidget(self.scope)
        first.addWidget(self.scheme, 1)
        for slider in (self.gain, self.bias):
            second.addWidget(slider, 1)
        third.addWidget(self.dial)
        third.addWidget(self.curve, 1)
        for widget in (self.use, self.back):
            last.addWidget(widget)
        last.addWidget(self.note, 1)
        for row in (first, second, third):
            self.body.addLayout(row)
        self.body.addWidget(self.words)
        self.body.addWidget(self.drawing)
        self.body.addWidget(self.profile, 3)
        self.body.addWidget(self.histograms, 2)
        self.body.addLayout(last)

    def _wire(self) -> None:
        self.close_button.clicked.connect(self.hide)
        self.scope.selected.connect(self._show_scope)
        self.scheme.value_changed.connect(self._on_scheme_value_changed)
        self.gain.value_changed.connect(self._on_gain_value_changed)
        self.bias.value_changed.connect(self._on_bias_value_changed)
        self.drawing.begun.connect(self._on_drawing_begun)
        self.drawing.revealed.connect(self._on_drawing_revealed)
        self.drawing.cleared.connect(self.profile.clear_drawing)
        self.profile.drawn_changed.connect(self._show_drawing)
        self.profile.layer_selected.connect(self.layer_selected)
        self.use.clicked.connect(self._on_use_clicked)
        self.back.clicked.connect(self.reset_requested)

    # What it shows

    def network(self) -> NetworkSpec:
        """Return the network as it is tried out."""
        return self._network

    def set_network(self, own: NetworkSpec, tried: NetworkSpec, names: Mapping[str, str],
                    reason: str = "") -> None:
        """Show another network.

        Parameters
        ----------
        own, tried : NetworkSpec
            As the project has it, and as it is tried out.
        names : Mapping[str, str]
            What its layers are called, ``layer 3``.
        reason : str
            Why nothing can be measured; empty where it can.
        """
        if own != self._own:
            self._before = {}
        self._own, self._network, self._names = own, tried, dict(names)
        self._theory, self._left, self._readings = NO_THEORY, "", ()
        self._curves = _no_curves
        self.note.setText(reason)
        self._show_controls()
        self._show_figures()

    def set_selected(self, layer_id: str) -> None:
        """Let the sliders for one layer be about another one."""
        self._selected = layer_id
        self.profile.set_selected(layer_id)
        if self.scope.current() == ONE:
            self._show_scope()
        self._name_scope()

    def show_one(self) -> None:
        """Let the sliders be about the selected layer alone, if it draws weights."""
        if self.scope.button(ONE).isEnabled():
            self.scope.set_current(ONE)
            self._show_scope()
            self.take_focus()

    def set_readings(self, readings: Sequence[LayerReading]) -> None:
        """Show what has been measured of the network that is tried out."""
        self._readings = tuple(readings)
        self.note.setText("")
        if self._network == self._own:
            self._before = gradients_of(readings)
        self._show_figures()

    def set_theory(self, theory: Theory, left: Message | None, curves: Curves) -> None:
        """Show what is expected of it.

        Parameters
        ----------
        theory : Theory
            Of every layer.
        left : Message | None
            What the layers together leave, in words.
        curves : callable
            Returns chi over the gain of the layers with these ids, a curve for every activation
            function.
        """
        self._theory, self._left = theory, "" if left is None else left.text
        self._curves = curves
        self._show_figures()

    def say(self, sentence: str) -> None:
        """Tell why nothing has been measured."""
        self._readings = ()
        self.note.setText(sentence)
        self._show_figures()

    def _scoped(self) -> tuple[str, ...]:
        """Return the layers that the sliders are about."""
        if self.scope.current() == ONE:
            return tuple(layer.id for layer in draft.drawn(self._network)
                         if layer.id == self._selected)
        return tuple(layer.id for layer in draft.summing(self._network))

    def _name_scope(self) -> None:
        name = self._names.get(self._selected, "")
        is_drawn = any(layer.id == self._selected for layer in draft.drawn(self._network))
        button = self.scope.button(ONE)
        button.setText(name.capitalize() if is_drawn else "One layer")
        button.setEnabled(is_drawn)
        button.setToolTip("The layer that is selected in the network." if is_drawn else
                          "Select a layer with weights in the network.")

    def _show_controls(self) -> None:
        self._name_scope()
        layers = [layer for layer in self._network if layer.id in self._scoped()]
        setting = draft.setting_of(layers)
        offered = [key for key in (*draft.PRESETS, *INITIALISERS) if any(
            key in draft.schemes_of(layer) for layer in layers)]
        options = [(key, INITIALISERS[key].title) for key in dict.fromkeys(offered)]
        if setting.scheme is None:
            options.insert(0, (DIFFERENT, "Different ones" if layers else "None"))
        self.scheme.set_options(options, [f"<p>{INITIALISERS[key].help}</p>" if key in INITIALISERS
                                          else "" for key, _ in options])
        self.scheme.set_value(setting.scheme or DIFFERENT)
        set_page(self.scheme, f"initialisers/{setting.scheme}" if setting.scheme in INITIALISERS
                 else "")
        self.scheme.setEnabled(bool(layers))
        self.gain.set_value(1.0 if setting.gain is None else setting.gain)
        self.gain.setEnabled(draft.has_gain(layers))
        self.bias.set_value(0.0 if setting.bias is None else setting.bias)
        self.bias.setEnabled(draft.has_bias(layers))
        differs = self._network != self._own
        self.use.setEnabled(differs)
        self.back.setEnabled(differs)

    def _show_figures(self) -> None:
        ids = tuple(key for key in self._names if key in gradients_of(self._readings)
                    or not math.isnan(self._theory.gradient(key)))
        measured = gradients_of(self._readings)
        before = {} if self._network == self._own else self._before
        self.profile.set_profile(Profile(ids, tuple(self._names[key].capitalize() for key in ids),
                                         measured, before, self._theory))
        self.histograms.set_readings(self._readings, {key: self._names[key] for key in ids})
        self._show_chi()

    def _show_chi(self) -> None:
        self.dial.set_chi(mean_chi(self._theory, self._scoped()))
        self.curve.set_curves(self._curves(self._scoped()))
        self._show_drawing()

    @Slot()
    def _show_scope(self) -> None:
        """Show what the sliders are about now, and what chi is there."""
        self._show_controls()
        self._show_chi()

    def _told(self, chi: float) -> str:
        if math.isnan(chi):
            return "Theory has no χ here."
        scale = depth_scale(chi)
        change = "stays as it is" if math.isinf(scale) else \
            f"changes by a factor of e every {short(scale)} layers (ξ)"
        whose = "Mean χ" if len(self._scoped()) > 1 else "χ"
        # What is left of all of it would give the drawing away.
        left = "" if self.profile.is_drawing() else self._left
        critical = " ".join(map(sentence, self.curve.curves()))
        return " ".join(filter(None, (
            f"{whose} {short(chi)}: the error signal {fate(chi)}; its mean square {change}.",
            critical, left)))

    @Slot()
    def _show_drawing(self) -> None:
        self.histograms.setVisible(not self.profile.is_drawing())
        self.words.setText(self._told(self.dial.chi()))
        self.drawing.show_state(self.profile.is_drawing(), self.profile.drawn,
                                gradients_of(self._readings), self._names)

    # What a person does

    def _try(self, network: NetworkSpec) -> None:
        if network != self._network:
            self._network = network
            self._show_controls()
            self.tried.emit(network)

    @Slot(str)
    def _on_scheme_value_changed(self, key: str) -> None:
        if key in INITIALISERS:
            self._try(draft.with_scheme(self._network, self._scoped(), key))

    @Slot(float)
    def _on_gain_value_changed(self, gain: float) -> None:
        self._try(draft.with_gain(self._network, self._scoped(), gain))

    @Slot(float)
    def _on_bias_value_changed(self, bias: float) -> None:
        self._try(draft.with_bias(self._network, self._scoped(), bias))

    @Slot()
    def _on_drawing_begun(self) -> None:
        self.profile.clear_drawing()
        self.profile.set_drawing(True)
        self.profile.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_drawing()
        self.drawing_changed.emit(True)

    @Slot()
    def _on_drawing_revealed(self) -> None:
        self.profile.reveal()
        self._show_drawing()
        self.drawing_changed.emit(False)

    @Slot()
    def _on_use_clicked(self) -> None:
        self.used.emit(self._network)

    @Slot()
    def _on_cover_closed(self) -> None:
        self.profile.set_drawing(False)
        self.drawing_changed.emit(False)
        self.closed.emit()

    # Where it lies

    def show_over(self, area: QWidget) -> None:
        """Open over a part of the window, and stay there."""
        self._cover.show_over(area)

    def take_focus(self) -> None:
        """Give the keyboard to the choice of layers."""
        self.scope.button(self.scope.current()).setFocus(Qt.FocusReason.PopupFocusReason)


def _no_curves(_layer_ids: Sequence[str]) -> Sequence[Curve]:
    """Return nothing, while nothing is known."""
    return ()
