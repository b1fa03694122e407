"""Where one weight of a kernel was used on one example, and what came of it there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.microscope.number import Index
from engine.microscope.trace import Trace
from engine.microscope.windows import TAPS, Windows, WindowSum

Array = NDArray[np.float64]


@dataclass(frozen=True)
class KernelUses:
    """The terms of dL/dw of one weight of a kernel, on one example.

    Attributes
    ----------
    windows : Windows
        Where the windows lie; ``windows.axes`` says what the axes of the maps count.
    tap : tuple[int, ...]
        The weight's place in the kernel.
    image : float64[h, v]
        The channel that the weight looks at. Of a sequence, here and below: one axis.
    errors : float64[p, q]
        The error of the weight's filter, for every window.
    products : float64[p, q]
        What each window adds to the weight's gradient: its error times the number under the
        weight; 0 where zeros around the image are under it.
    on_image : float64[h, v]
        The same products at the numbers of the image that are their factors; NaN where the weight
        never was.
    total : float
        Sum of the products.
    whole : float
        The weight's gradient: the sum over all examples.
    """

    windows: Windows
    tap: Index
    image: Array
    errors: Array
    products: Array
    on_image: Array
    total: float
    whole: float


def kernel_uses(trace: Trace, i: int, index: Index, example: int) -> KernelUses | None:
    """Return where one weight of a kernel was used on one example.

    Parameters
    ----------
    trace : Trace
        The step.
    i : int
        The statement that writes dL/dW of a convolution.
    index : tuple[int, ...]
        The weight: place in the kernel, channel, filter.
    example : int
        Which of the batch.

    Returns
    -------
    KernelUses | None
        None if the statement writes something else.
    """
    opening = trace.program.statements[i].opening
    if not isinstance(opening, WindowSum) or not opening.result.startswith(TAPS):
        return None
    variables, windows = trace.before(i), opening.windows
    number, fixed = opening(variables, index), opening.fixed(index)
    used = [links[:, (0, 2)].T for links in windows.links(TAPS, fixed[TAPS])]
    products, on_image = np.zeros(windows.places), np.full(windows.size, np.nan)
    if number.factors:
        terms = number.products.reshape([length for _, length in number.over])[example]
        products[np.ix_(*(places for places, _ in used))] = terms
        on_image[np.ix_(*(spots for _, spots in used))] = terms
    errors, image = (
        np.asarray(variables[part.name]).reshape(-1, *part.shape)[example, ..., fixed[letter][0]]
        for part, letter in zip(opening.parts, "oc", strict=True))
    return KernelUses(windows, fixed[TAPS], image, errors, products, on_image,
                      float(products.sum()), number.value)
