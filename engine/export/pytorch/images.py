"""Layers of images and sequences in PyTorch: windows and shapes."""

from __future__ import annotations

import math

from engine.arrays import Reals
from engine.export.pytorch.module import IMAGE, SEQUENCE, Module, Place, writes
from engine.layers.starts import Start


@writes("convolution")
def _convolution(place: Place) -> tuple[Module, ...]:
    node, rank = place.node, place.node.whole("rank")
    before, after = node.axes("before"), node.axes("after")
    weight = place.array("weight", rank + 1, rank, *range(rank))
    sizes = f"{node.whole('channels')}, {node.whole('filters')}, {node.whole('kernel')}"
    even = before == after
    padding = _alike(before) if even and any(before) else ""
    conv = (f"nn.Conv{rank}d({sizes}{_stride(place)}"
            f"{f', padding={padding}' if padding else ''}{_bias(place)})")
    made = _in_steps(place, Module(conv, arrays=_arrays(place, weight), starts=_starts(place)))
    if even:
        return (made,)
    pad = Module(f"nn.ZeroPad{rank}d({_both_sides(before, after)})", suffix="pad",
                 note="With a stride or an even kernel, PyTorch's padding cannot put the odd zero "
                      "at the end, as is done here.")
    return _in_steps(place, pad), made


@writes("transposed_convolution")
def _transposed(place: Place) -> tuple[Module, ...]:
    node = place.node
    before, after = node.axes("before"), node.axes("after")
    sizes = f"{node.whole('channels')}, {node.whole('filters')}, {node.whole('kernel')}"
    padding = f", padding={_alike(before)}" if any(before) else ""
    # PyTorch cuts as much off behind as before; output_padding puts places back there.
    added = tuple(max(cut - behind, 0) for cut, behind in zip(before, after, strict=True))
    padding += f", output_padding={_alike(added)}" if any(added) else ""
    arrays = _arrays(place, place.array("weight", 3, 2, 0, 1))
    made = Module(f"nn.ConvTranspose2d({sizes}{_stride(place)}{padding}{_bias(place)})",
                  arrays=arrays, starts=_starts(place))
    left = tuple(max(behind - cut, 0) for cut, behind in zip(before, after, strict=True))
    if not any(left):
        return (made,)
    cut = Module(f"nn.ZeroPad2d({_both_sides((0, 0), tuple(-one for one in left))})",
                 suffix="crop",
                 note="The last row and column are cut off: PyTorch's padding alone would cut as "
                      "much off on both sides.")
    return made, cut


@writes("max_pooling", "average_pooling")
def _pooling(place: Place) -> tuple[Module, ...]:
    node, rank = place.node, place.node.whole("rank")
    name = {"max_pooling": "Max", "average_pooling": "Avg"}[node.op]
    size, stride = node.whole("size"), node.whole("stride")
    shown = f", stride={stride}" if stride != size else ""
    return (_in_steps(place, Module(f"nn.{name}Pool{rank}d({size}{shown})")),)


@writes("upsampling")
def _upsampling(place: Place) -> tuple[Module, ...]:
    factor = place.node.whole("factor")
    return (_in_steps(place, Module(f"nn.Upsample(scale_factor={factor})")),)


@writes("global_average")
def _global_average(place: Place) -> tuple[Module, ...]:
    if place.layer.is_masked:
        return (Module("MaskedMean()", helpers=("MaskedMean",), is_masked=True,
                       note="The mean over the steps that count; padding is left out."),)
    dims = "(2, 3)" if place.rank == IMAGE else "1"
    return (Module(f"Mean({dims})", f"{{x}}.mean(dim={dims})", helpers=("Mean",)),)


@writes("flatten", "reshape")
def _reshape(place: Place) -> tuple[Module, ...]:
    shape = place.node.axes("shape")
    if len(shape) == 1 and (place.rank != IMAGE or 1 in (place.shape[2],
                                                         math.prod(place.shape[:2]))):
        return (Module("nn.Flatten()", "{x}.flatten(1)"),)
    if len(shape) == 1:
        return (Module("FlattenChannelsLast()", helpers=("FlattenChannelsLast",)),)
    if place.rank == 1 and len(shape) == SEQUENCE:
        return (Module(f"nn.Unflatten(1, {shape})"),)
    if place.rank == 1 and shape[2:] == (1,):
        return (Module(f"nn.Unflatten(1, {(1, *shape[:2])})"),)
    return (Module(f"Reshape{shape}", helpers=("Reshape",),
                   note="Numbers are in the order rows, columns, channels, where PyTorch would "
                        "have channels, rows, columns."),)


def _in_steps(place: Place, module: Module) -> Module:
    """Return a module over windows, for a sequence whose features come last."""
    if place.rank != SEQUENCE:
        return module
    return Module(f"FeaturesFirst({module.make})", suffix=module.suffix,
                  helpers=("FeaturesFirst",), note=module.note, starts=module.starts,
                  inner=".module",
                  arrays={f"module.{name}": array for name, array in module.arrays.items()})


def _arrays(place: Place, weight: Reals) -> dict[str, Reals]:
    arrays = {"weight": weight}
    if place.node.attributes["bias"]:
        arrays["bias"] = place.array("bias")
    return arrays


def _starts(place: Place) -> dict[str, Start]:
    return place.starts(weight="weight", bias="bias")


def _stride(place: Place) -> str:
    stride = place.node.whole("stride")
    return f", stride={stride}" if stride != 1 else ""


def _bias(place: Place) -> str:
    return "" if place.node.attributes["bias"] else ", bias=False"


def _alike(axes: tuple[int, ...]) -> str:
    """Return one number where it is the same along all axes."""
    return str(axes[0]) if len(set(axes)) == 1 else str(axes)


def _both_sides(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """Return what stands before and behind every axis as PyTorch pads: the last axis first."""
    pairs = [pair for axis in reversed(range(len(before))) for pair in (before[axis], after[axis])]
    return str(pairs[0]) if len(set(pairs)) == 1 else str(tuple(pairs))
