"""What convolutions and pooling have in common: the windows of a line, and how they are called."""

from __future__ import annotations

from engine.microscope.windows import Array, Sizes, Windows
from engine.microscope.writer import Writer


def windows_of(w: Writer, rank: int) -> Windows:
    """Return the windows of a line: along two axes over images, along one over sequences."""
    def read(*slots: str) -> Sizes:
        return tuple(map(w.size, slots))[-rank:]
    return Windows(read("h", "v"), read("p", "q"), read("kh", "kw"), w.size("stride"))


def seen(x: str, windows: Windows, stride: int = 0) -> str:
    """Return NumPy for what lies in every window of x."""
    return f"windows({x}, {windows.kernel}{_options(windows, stride)})"


def added(y: str, windows: Windows, stride: int = 0) -> str:
    """Return NumPy for what windows y add up to on the image."""
    return f"add_windows({y}, {windows.size}{_options(windows, stride)})"


def _options(windows: Windows, stride: int) -> str:
    stride = stride or windows.stride
    return (f", stride={stride}" if stride > 1 else "") + \
        (f", pad={windows.padding}" if any(map(any, windows.padding)) else "")


def by_window(y: str, windows: Windows) -> str:
    """Return NumPy for y[n, p, q, c] as one number for all places of a window."""
    return f"{y}[{', '.join((':',) * (1 + windows.rank) + ('None',) * windows.rank)}]"


def first(count: Sizes) -> str:
    """Return the index of the first few along the axes behind the examples."""
    return f"[:, {', '.join(f':{size}' for size in count)}]"


def array(w: Writer, slot: str, axes: str, *shape: int) -> Array:
    """Return what stands at a place as a sum over windows reads it."""
    return Array(w.symbol(slot), w.variable(slot).name, axes, shape)


def target(w: Writer, slot: str, *shape: int) -> None:
    """Name what a line is about to write: a layer's argument or result, or a gradient."""
    if w.line.section_name == "forward":
        w.target(slot, f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
    else:
        w.target(slot, f"dx{w.number}", f"∂L/∂x<sub>{w.number}</sub>", *shape)
