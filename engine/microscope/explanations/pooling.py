"""Pooling over images and sequences, upsampling, and where their gradients go."""

from __future__ import annotations

import math

from engine.messages import say
from engine.microscope.explanations import sliding
from engine.microscope.names import Variable
from engine.microscope.number import Opening, Reshaped
from engine.microscope.windows import Array, Windows, WindowSum
from engine.microscope.writer import Writer, explains


@explains("max_pooling")
def max_pooling(w: Writer) -> None:
    """Write where the largest number of every window is, and that number."""
    windows, c = _windows(w), w.size("c")
    shape = (*windows.places, c)
    view = sliding.seen(w.value("x", *windows.size, c), windows)
    found = Variable(w.fresh(f"at{w.number}"), f"at<sub>{w.number}</sub>", shape, per_example=True)
    w.call("at", found)
    taps = math.prod(windows.kernel)
    w.write("at", f"{view}.reshape({', '.join(map(str, ('n', *windows.places, taps, c)))})"
                  f".argmax({windows.rank + 1})",
            words=say("microscope.max-pooling-place"), shape=shape,
            formula=f"place of the largest {w.symbol('x')} in each window")
    sliding.target(w, "y", *shape)
    w.write("y", f"{view}.max({_inside(windows)})", shape=shape,
            words=say("microscope.max-pooling"),
            formula=f"max of {w.symbol('x')} in each window",
            opening=_sum(w, windows, "y", "x", winners=sliding.array(w, "at", "nPc", *shape)))


@explains("max_pooling_backward")
def max_pooling_backward(w: Writer) -> None:
    """Write dL/dx: the errors of all windows whose largest number it was."""
    windows, c = _windows(w), w.size("c")
    shape, places = (*windows.size, c), (*windows.places, c)
    sliding.target(w, "dx", *shape)
    dy = sliding.by_window(w.value("dy", *places), windows)
    at = sliding.by_window(w.variable("at").name, windows)
    taps = math.prod(windows.kernel)
    order = ", ".join(map(str, (*windows.kernel, 1)))
    wins = f"({at} == np.arange({taps}).reshape({order}))"
    mistakes = {}
    if taps > 1:
        everywhere = f"{dy} * np.ones({(*windows.kernel, 1)})"
        mistakes["gradient-to-all-places"] = sliding.added(f"{everywhere} / {taps}", windows)
    w.write("dx", sliding.added(f"{dy} * {wins}", windows), shape=shape,
            words=say("microscope.max-pooling-gradient"), mistakes=mistakes,
            formula=f"{w.symbol('dy')} at the largest of each window, else 0",
            opening=_sum(w, windows, "dx", "dy",
                         winners=sliding.array(w, "at", "nPc", *places)))


@explains("window_sums")
def window_sums(w: Writer) -> None:
    """Write means of windows, or the gradient of upsampling: sums of windows."""
    if w.line.section_name == "forward":
        _mean(w)
        return
    windows, c = _windows(w), w.size("c")
    shape, taps = (*windows.places, c), math.prod(windows.kernel)
    sliding.target(w, "y", *shape)
    x = w.value("x", *windows.size, c)
    alone = ", ".join((f"::{windows.stride}",) * windows.rank)
    w.write("y", f"{sliding.seen(x, windows)}.sum({_inside(windows)})", shape=shape,
            words=say("microscope.upsampling-gradient", count=taps),
            formula=f"sum of {w.symbol('x')} over all {taps} copies",
            opening=_sum(w, windows, "y", "x"),
            mistakes={"summed-over-one-place": f"{x}[:, {alone}]"} if taps > 1 else {})


@explains("window_spread")
def window_spread(w: Writer) -> None:
    """Write what upsampling repeats, or the gradient of means of windows."""
    if w.line.section_name != "forward":
        _mean_gradient(w)
        return
    windows, c = _windows(w), w.size("c")
    shape, taps = (*windows.size, c), math.prod(windows.kernel)
    sliding.target(w, "x", *shape)
    repeats = "".join(f".repeat({windows.stride}, {1 + axis})" for axis in range(windows.rank))
    w.write("x", w.value("y", *windows.places, c) + repeats, shape=shape,
            words=say("microscope.upsampling", count=taps),
            formula=f"{w.symbol('y')}, {taps} times", opening=_sum(w, windows, "x", "y"))


def _mean(w: Writer) -> None:
    windows, c = _windows(w), w.size("c")
    taps = math.prod(windows.kernel)
    x, shape = w.value("x", *windows.size, c), (*windows.places, c)
    code = f"{sliding.seen(x, windows)}.mean({_inside(windows)})"
    opening: Opening = _sum(w, windows, "y", "x", 1 / taps)
    of_what = "in each window"
    if _is_global(w):
        code, shape = f"{x}.mean({tuple(range(1, windows.rank + 1))})", (c,)
        opening = Reshaped(opening, (w.n, *windows.places, c), (w.n, c))
        of_what = "over all places"
    sliding.target(w, "y", *shape)
    w.write("y", code, shape=shape, words=say("microscope.global-average-pooling", count=taps)
            if _is_global(w) else say("microscope.average-pooling", count=taps),
            formula=f"mean of {w.symbol('x')} {of_what}", opening=opening)


def _mean_gradient(w: Writer) -> None:
    windows, c = _windows(w), w.size("c")
    shape, taps = (*windows.size, c), math.prod(windows.kernel)
    sliding.target(w, "x", *shape)
    ones = f"np.ones({(*windows.kernel, 1)})"

    def spread(y: str) -> str:
        if _is_global(w):
            return f"{y}[:, {', '.join(('None',) * windows.rank)}] * {ones}"
        return f"{sliding.by_window(y, windows)} * {ones}"

    def back(windowed: str) -> str:
        return windowed if _is_global(w) else sliding.added(windowed, windows)
    everywhere = spread(w.value("y", c) if _is_global(w) else w.value("y", *windows.places, c))
    w.write("x", back(f"{everywhere} / {taps}"), shape=shape,
            words=say("microscope.average-pooling-gradient", count=taps),
            formula=f"{w.symbol('y')} / {taps} at all places that it was the mean of",
            opening=_sum(w, windows, "x", "y", 1 / taps),
            mistakes={"pooling-not-averaged": back(everywhere)} if taps > 1 else {})


def _windows(w: Writer) -> Windows:
    """Return the windows of a line; a sequence is an image one row high."""
    assert w.layer is not None
    rank = len(w.layer.output.shape) - 1 or (1 if w.size("h") == 1 else 2)
    return sliding.windows_of(w, rank)


def _is_global(w: Writer) -> bool:
    """Say whether the layer has one window over everything, and gives a row of numbers."""
    assert w.layer is not None
    return len(w.layer.output.shape) == 1


def _inside(windows: Windows) -> tuple[int, ...]:
    """Return the axes along which windows are long."""
    return tuple(range(windows.rank + 1, 2 * windows.rank + 1))


def _sum(w: Writer, windows: Windows, result: str, part: str, scale: float = 1.0,
         winners: Array | None = None) -> WindowSum:
    """Return the opening of a line that takes or spreads windows channel by channel."""
    c = w.size("c")
    forms = {"nPc": (*windows.places, c), "nSc": (*windows.size, c)}
    of, by = ("nPc", "nSc") if result == "y" else ("nSc", "nPc")
    return WindowSum(windows, of, (sliding.array(w, part, by, *forms[by]),), {}, scale=scale,
                     winners=winners)
