"""What no library owns: the words in which layers, losses and rules say what they compute.

Writers for PyTorch, Keras and others each turn a `Node` into their own; what kinds there are, they
do not know. The words are few, and every one has the meaning that the engine gives to it:

=========================== ==================================================================
Word                        Attributes; roles of its parameters
=========================== ==================================================================
``linear``                  ``inputs units bias``; weight (inputs, units), bias
an activation function      its key, such as ``relu``; ``slope`` of ``leaky_relu``
``prelu``                   ``units``; slope (units,)
``softmax``                 along the last axis
``dropout``                 ``rate``
``gaussian_noise``          ``deviation``
``add``, ``concatenate``    of all inputs of the layer, the latter along the last axis
``batch_norm``              ``units momentum epsilon``; scale, shift, mean, variance (units,)
``layer_norm``              ``units epsilon``; scale, shift
``convolution``             ``rank channels filters kernel stride before after bias``; weight
                            (kernel..., channels, filters), bias
``transposed_convolution``  the same; weight (kernel..., filters, channels), bias
``max_pooling``,            ``rank size stride``; what is left at the end is not seen
``average_pooling``
``global_average``          over all places, or over the steps that count
``upsampling``              ``rank factor``
``flatten``, ``reshape``    ``shape``, in the order rows, columns, channels
``embedding``               ``vocabulary units padding sparse``; weight (vocabulary, units)
``ngram_bag``               ``vocabulary buckets longest units combine distinct weighting
                            sparse``; weight (rows, units), ratio (rows,) where there is weighting
``rnn``, ``lstm``, ``gru``  ``inputs units output truncation carried bias gates``, of the first
                            ``function``; weight (inputs, gates x units), state (units, gates x
                            units), bias (gates x units,), candidate (units,) of ``gru``
``sampling``                ``weight``: means before logarithms of variances; a term of the loss
=========================== ==================================================================

``before`` and ``after`` hold, for every axis, how many zeros stand around the input of a
convolution; of a transposed one, how many places are cut off its output, or added where the number
is negative. Gates stand in the order that ``gates`` names: ``ifgo`` or ``rzn``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.spec import Option

Attribute = Option | tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """One operation of the neutral graph.

    Attributes
    ----------
    op : str
        What it does, in the vocabulary of the graph: ``linear``, ``relu``.
    attributes : Mapping[str, Attribute]
        Sizes and constants that it needs, none left to a default.
    parameters : Mapping[str, str]
        Which of the layer's arrays it reads, by what they are to it: ``{"weight": "w"}``.
    marks_padding : bool
        Whether it says which steps of a sequence count, for what reads it: those of token 0 do not.
    """

    op: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    marks_padding: bool = False

    def whole(self, name: str) -> int:
        """Return an attribute that is a whole number."""
        found = self.attributes[name]
        assert isinstance(found, int), name
        return int(found)

    def number(self, name: str) -> float:
        """Return an attribute that is a number."""
        found = self.attributes[name]
        assert isinstance(found, int | float), name
        return float(found)

    def axes(self, name: str) -> tuple[int, ...]:
        """Return an attribute that has a whole number for every axis."""
        found = self.attributes[name]
        assert isinstance(found, tuple), name
        return found
