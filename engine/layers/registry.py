"""The layer kinds that exist."""

from __future__ import annotations

from engine.errors import SpecError
from engine.layers.activation import Activation, PReLU, Softmax
from engine.layers.convolution import Conv1D, Conv2D, TransposedConv2D
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.input import Input
from engine.layers.join import Add, Concatenate
from engine.layers.kind import LayerKind
from engine.layers.ngrams import NgramBag
from engine.layers.noise import GaussianNoise
from engine.layers.norm import BatchNorm, LayerNorm
from engine.layers.pooling import (
    AveragePooling,
    GlobalAveragePooling,
    MaxPooling,
    Upsampling,
)
from engine.layers.recurrent import GRU, LSTM, SimpleRNN
from engine.layers.reshape import Flatten, Reshape
from engine.layers.sampling import Sampling
from engine.layers.sequence import Embedding, SequenceMean
from engine.messages import say

_KINDS: tuple[LayerKind, ...] = (
    Input(), Dense(), Activation(), PReLU(), Softmax(), Dropout(), Add(), Concatenate(),
    BatchNorm(), LayerNorm(), GaussianNoise(), Conv2D(), Conv1D(), TransposedConv2D(), MaxPooling(),
    AveragePooling(), GlobalAveragePooling(), Upsampling(), Flatten(), Reshape(),
    Embedding(), NgramBag(), SimpleRNN(), LSTM(), GRU(), SequenceMean(), Sampling(),
)
_BY_KEY = {kind.key: kind for kind in _KINDS}


def kinds() -> tuple[LayerKind, ...]:
    """Return every layer kind in the order of the palette."""
    return _KINDS


def kind(key: str) -> LayerKind:
    """Return a layer kind.

    Raises
    ------
    SpecError
        If there is none of this key.
    """
    if key not in _BY_KEY:
        raise SpecError("layer.unknown-kind", place=say("place.network"), kind=key,
                        known=tuple(_BY_KEY))
    return _BY_KEY[key]
