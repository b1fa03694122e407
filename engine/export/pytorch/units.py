"""Layers of units in PyTorch: sums, functions, joins, norms, chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.export.pytorch.module import IMAGE, SEQUENCE, Module, Place, number, writes
from engine.layers.starts import Filled

FUNCTIONS = {
    "relu": ("nn.ReLU()", "torch.relu({x})"),
    "tanh": ("nn.Tanh()", "torch.tanh({x})"),
    "sigmoid": ("nn.Sigmoid()", "torch.sigmoid({x})"),
    "elu": ("nn.ELU()", "F.elu({x})"),
    "gelu": ("nn.GELU()", "F.gelu({x})"),
    "selu": ("nn.SELU()", "F.selu({x})"),
    "silu": ("nn.SiLU()", "F.silu({x})"),
    "softsign": ("nn.Softsign()", "F.softsign({x})"),
    "hard_tanh": ("nn.Hardtanh()", "F.hardtanh({x})"),
}
"""Activation functions that PyTorch has, as a module and as an expression."""

STEADY = 40
"""From where on exp(-z) is lost in the rounding of float64."""


@writes(*FUNCTIONS)
def _function(place: Place) -> tuple[Module, ...]:
    make, call = FUNCTIONS[place.node.op]
    return (Module(make, call, suffix=place.node.op),)


@writes("leaky_relu")
def _leaky_relu(place: Place) -> tuple[Module, ...]:
    slope = number(place.node.number("slope"))
    return (Module(f"nn.LeakyReLU({slope})", f"F.leaky_relu({{x}}, {slope})",
                   suffix="leaky_relu"),)


@writes("softplus")
def _softplus(place: Place) -> tuple[Module, ...]:
    return (Module(
        f"nn.Softplus(threshold={STEADY})", f"F.softplus({{x}}, threshold={STEADY})",
        suffix="softplus",
        note="By default PyTorch takes softplus for the identity from 20 on, where exp(-20) is "
             "still seen in float64."),)


@writes("sine")
def _sine(_place: Place) -> tuple[Module, ...]:
    return (Module("Sine()", "torch.sin({x})", suffix="sine", helpers=("Sine",)),)


@writes("prelu")
def _prelu(place: Place) -> tuple[Module, ...]:
    start = place.starts(slope="slope")["slope"]
    first = f", init={number(start.value)}" if isinstance(start, Filled) and start.value != 0.25 \
        else ""
    return (_over_features(place, Module(
        f"nn.PReLU({place.node.whole('units')}{first})",
        arrays={"weight": place.array("slope")})),)


@writes("softmax")
def _softmax(place: Place) -> tuple[Module, ...]:
    dim = place.features
    return (Module(f"nn.Softmax(dim={dim})", f"torch.softmax({{x}}, dim={dim})"),)


@writes("linear")
def _linear(place: Place) -> tuple[Module, ...]:
    node = place.node
    bias = bool(node.attributes["bias"])
    arrays = {"weight": place.array("weight", 1, 0)}
    if bias:
        arrays["bias"] = place.array("bias")
    sizes = f"{node.whole('inputs')}, {node.whole('units')}"
    return (Module(f"nn.Linear({sizes}{'' if bias else ', bias=False'})", arrays=arrays,
                   starts=place.starts(weight="weight", bias="bias")),)


@writes("dropout")
def _dropout(place: Place) -> tuple[Module, ...]:
    return (Module(f"nn.Dropout({number(place.node.number('rate'))})"),)


@writes("gaussian_noise")
def _noise(place: Place) -> tuple[Module, ...]:
    return (Module(f"GaussianNoise({number(place.node.number('deviation'))})",
                   helpers=("GaussianNoise",)),)


@writes("add")
def _add(_place: Place) -> tuple[Module, ...]:
    return (Module("", "{x}", between=" + "),)


@writes("concatenate")
def _concatenate(place: Place) -> tuple[Module, ...]:
    return (Module("", f"torch.cat([{{x}}], dim={place.features})"),)


@writes("batch_norm")
def _batch_norm(place: Place) -> tuple[Module, ...]:
    node, images = place.node, place.rank == IMAGE
    units, epsilon, momentum = (node.whole("units"), node.number("epsilon"),
                                node.number("momentum"))
    options = [str(units)]
    options += [f"eps={number(epsilon)}"] if epsilon != 1e-5 else []
    options += [f"momentum={number(momentum)}"] if momentum != 0.1 else []
    rank = 2 if images else 1
    arrays: dict[str, NDArray[Any]] = {
        "weight": place.array("scale"), "bias": place.array("shift"),
        "running_mean": place.array("mean"), "running_var": place.array("variance"),
        "num_batches_tracked": np.array(0, np.int64)}
    # Of images and sequences, one example alone has several values for every unit.
    if place.single_batches and place.rank == 1:
        made = Module(f"BatchNorm({', '.join(options)})", helpers=("BatchNorm",), arrays=arrays,
                      note="A batch of one example has no variance: PyTorch's own stops there, "
                           "this one takes the running mean and variance.")
    else:
        made = Module(f"nn.BatchNorm{rank}d({', '.join(options)})", arrays=arrays)
    return (_over_features(place, made),)


@writes("layer_norm")
def _layer_norm(place: Place) -> tuple[Module, ...]:
    node = place.node
    epsilon = node.number("epsilon")
    shown = f", eps={number(epsilon)}" if epsilon != 1e-5 else ""
    arrays = {"weight": place.array("scale"), "bias": place.array("shift")}
    make = f"nn.LayerNorm({node.whole('units')}{shown})"
    if place.rank != IMAGE:
        return (Module(make, arrays=arrays),)
    return (Module(f"ChannelsLast({make})", helpers=("ChannelsLast",), inner=".module",
                   arrays={f"module.{name}": array for name, array in arrays.items()}),)


@writes("sampling")
def _sampling(place: Place) -> tuple[Module, ...]:
    return (Module(f"Sampling(weight={number(place.node.number('weight'))})",
                   helpers=("Sampling",)),)


def _over_features(place: Place, module: Module) -> Module:
    """Return a module that wants features right behind the batch, for where they come last."""
    if place.rank != SEQUENCE:
        return module
    return Module(f"FeaturesFirst({module.make})", helpers=("FeaturesFirst", *module.helpers),
                  arrays={f"module.{name}": array for name, array in module.arrays.items()},
                  inner=".module", note=module.note)
