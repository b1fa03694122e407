"""Layers of images and sequences in Keras: windows and shapes."""

from __future__ import annotations

from engine.export.keras.made import Made, Place, writes
from engine.export.keras.starts import starts_of


@writes("convolution")
def _convolution(place: Place) -> Made:
    node = place.node
    # What Keras calls 'same' puts the odd zero at the end, with strides too, as is done here.
    is_same = any((*node.axes("before"), *node.axes("after")))
    return Made(f"layers.Conv{node.whole('rank')}D", (*_sizes(place), *_padding(is_same)),
                arrays=place.arrays(kernel="weight", bias="bias"), takes_activation=True,
                starts=starts_of(place, kernel="weight", bias="bias"))


@writes("transposed_convolution")
def _transposed(place: Place) -> Made:
    node = place.node
    grown = tuple(axis * node.whole("stride") for axis in place.shape[:-1])
    is_same = place.layer.shape[:-1] == grown
    # Where windows do not touch, Keras adds places behind the last one unless told not to.
    apart = not is_same and node.whole("kernel") < node.whole("stride")
    return Made("layers.Conv2DTranspose",
                (*_sizes(place), *_padding(is_same), *(("output_padding=0",) if apart else ())),
                arrays=place.arrays(kernel="weight", bias="bias"), takes_activation=True,
                starts=starts_of(place, kernel="weight", bias="bias"))


def _sizes(place: Place) -> tuple[str, ...]:
    node = place.node
    stride = (f"strides={node.whole('stride')}",) if node.whole("stride") != 1 else ()
    return (str(node.whole("filters")), str(node.whole("kernel")), *stride, *place.bias)


def _padding(is_same: bool) -> tuple[str, ...]:
    return ('padding="same"',) if is_same else ()


@writes("max_pooling", "average_pooling")
def _pooling(place: Place) -> Made:
    node = place.node
    name = {"max_pooling": "MaxPooling", "average_pooling": "AveragePooling"}[node.op]
    size, stride = node.whole("size"), node.whole("stride")
    return Made(f"layers.{name}{node.whole('rank')}D",
                (str(size), *((f"strides={stride}",) if stride != size else ())))


@writes("upsampling")
def _upsampling(place: Place) -> Made:
    node = place.node
    return Made(f"layers.UpSampling{node.whole('rank')}D", (str(node.whole("factor")),))


@writes("global_average")
def _global_average(place: Place) -> Made:
    if place.layer.is_masked:
        return Made("MaskedMean", helpers=("MaskedMean",), mask="counts")
    return Made(f"layers.GlobalAveragePooling{len(place.shape) - 1}D")


@writes("flatten")
def _flatten(_place: Place) -> Made:
    return Made("layers.Flatten")


@writes("reshape")
def _reshape(place: Place) -> Made:
    return Made("layers.Reshape", (str(place.node.axes("shape")),))
