"""What a layer kind is: one class that answers every question about its layers."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from engine.arrays import Reals
from engine.errors import ShapeError
from engine.layers.activations import ACTIVATIONS
from engine.layers.covariance import Crossing, Signal, Surroundings
from engine.layers.export import Node
from engine.layers.initialisers import SUM
from engine.layers.mean_field import MeanFieldRule
from engine.layers.starts import Start
from engine.messages import Message, say
from engine.spec import LayerSpec, Option
from engine.spec.fields import Field

Shape = tuple[int, ...]
"""Shape of one example, the batch axis left out."""

Options = Mapping[str, Option]
"""Options of a layer with defaults filled in."""


@dataclass(frozen=True)
class Parameter:
    """An array that belongs to a layer and is kept with the network.

    Attributes
    ----------
    name : str
        ``w`` for weights, ``b`` for biases; files call it ``layer-id/w``.
    shape : tuple[int, ...]
        Its shape.
    draw : Start
        ``draw(rng)`` returns its initial values, float64 of that shape.
    is_weight : bool
        Whether penalties and the gradient instrument count it; biases are left out of both.
    is_learned : bool
        Whether it has a gradient that the optimizer follows; a running mean, which the layer
        keeps up by itself with `Lowering.update`, has none.
    is_by_unit : bool
        Whether each column holds what goes into one unit, so that max-norm limits it.
    """

    name: str
    shape: Shape
    draw: Start
    is_weight: bool = True
    is_learned: bool = True
    is_by_unit: bool = True

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Value:
    """A place for one array per batch.

    Attributes
    ----------
    data : int
        Offset of the array in the arena; example by example.
    gradient : int
        Offset of dL/d(array); -1 when nothing needs it.
    shape : tuple[int, ...]
        Shape of one example.
    mask : int
        Of a sequence: offset of real[steps] per example, 0 for padding and more for steps that
        count; -1 when all of them count.
    """

    data: int
    gradient: int
    shape: Shape
    mask: int = -1

    @property
    def size(self) -> int:
        """Numbers per example."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class UsedRows:
    """Where a step lists the rows of a table that it uses: all others have no gradient.

    Attributes
    ----------
    used : int
        Offset of the list: how many rows, then the rows.
    most : int
        Most rows that there can be.
    place : int
        Offset of a number for every row of the table: its place in the list, from 1 on, or 0.
    others_rest : bool
        Whether measuring and updating touch the rows of the list alone, not the whole table.
    """

    used: int
    most: int
    place: int
    others_rest: bool


@dataclass(frozen=True)
class LookedUp:
    """What a layer says of an output whose rows are those of a table, one for each step.

    Attributes
    ----------
    table : Value
        The rows, (tokens, numbers of each).
    tokens : int
        Offset of the number of the row for every step, real[steps] per example.
    examples : int
        Of a batch, as far as a plan may depend on it for good: see `engine.plan.few_examples`.
    """

    table: Value
    tokens: int
    examples: int


class Lowering(Protocol):
    """What a plan offers to a layer kind that lowers itself to ops.

    Attributes
    ----------
    inputs : tuple[Value, ...]
        Outputs of the layers that feed this one.
    stream : int
        A number of the layer's own, by which its random numbers differ from other layers'.
    frozen : bool
        Whether its parameters, learned or kept up, are to stay as they are.
    looked_up : LookedUp | None
        What its only input is looked up in, if nobody else reads that.
    """

    inputs: tuple[Value, ...]
    stream: int
    frozen: bool
    looked_up: LookedUp | None

    def value(self, shape: Shape) -> Value:
        """Reserve an array per example, with its gradient where something before it learns."""

    def array(self, shape: Shape) -> int:
        """Reserve an array per example that has no gradient; return its offset."""

    def scratch(self, size: int) -> int:
        """Reserve ``size`` numbers whatever the batch; return their offset."""

    def shared_workspace(self, size: int) -> int:
        """Return where ``size`` numbers per example are free while an op runs, any op's."""

    def parameter(self, name: str) -> Value:
        """Return the place of one of the layer's parameters."""

    def used_rows(self, table: Value, uses: int, *, others_rest: bool = True) -> UsedRows:
        """Return where a step lists the rows of a table that it uses.

        ``table`` is all that the layer learns, and ``uses`` how many rows an example can name at
        most. The layer's backward ops write the list and the gradient of the rows on it; of all
        others, the gradient has to be 0.
        """

    def look_up(self, table: Value, tokens: int) -> None:
        """Say that the layer's output is looked up; see `LookedUp`.

        The layer behind may then compute with the table in place of the rows, and send no gradient
        of them back in training: see `answer`. Readings still ask for it.
        """

    def answer(self, **slots: int) -> None:
        """Let the backward pass of the layer that was looked up go on from there instead."""

    def forward(self, op: str, work: int, *, per_step: int = 0, **slots: int | float) -> None:
        """Append an op to the forward pass; ``work`` is its multiply-adds per example.

        A product counts all its terms, also those with zeros around an image; the biases come free.
        An op that goes from number to number counts one for each; one that rearranges weights none.
        ``per_step`` is what it does whatever the batch: multiply-adds that take as long. Only the
        choice whether threads share the op asks for it.
        """

    def loss(self, op: str, **slots: int | float) -> None:
        """Append an op that adds a term to the loss, once the loss itself is known."""

    def backward(self, op: str, work: int = 0, /, *, per_step: int = 0,
                 **slots: int | float) -> None:
        """Append an op to this layer's part of the backward pass, in the order of running.

        ``work`` is its multiply-adds per example, ``per_step`` what comes whatever the batch; both
        are counted as forward.
        """

    def update(self, op: str, *, per_step: int = 0, **slots: int | float) -> None:
        """Append an op to what a training step does once all its gradients were found finite.

        Done in a frozen layer as well: what is learned there must not be changed by it.
        """

    def result(self, value: Value) -> None:
        """Say which value is the layer's output.

        A sequence that has no mask, and is as long as the layer's inputs, takes theirs. Where they
        differ, a step counts that counts in any of them, whatever their order; so all count where
        one input has no mask. A sequence of another length, or of what was none, has no padding.
        """

    def argument(self, value: Value) -> None:
        """Say which value the layer's activation function is applied to."""

    def states(self, value: Value) -> None:
        """Say which value of shape (steps, units) holds the states; its gradient is measured."""


class LayerKind(ABC):
    """One kind of layer. Palette, inspector, checks, files, help and plan ask it everything.

    Attributes
    ----------
    key : str
        Name in files.
    title : str
        Name for people.
    help : str
        One or two sentences.
    icon : str
        Name of an icon in ``resources/icons``.
    fields : tuple[Field, ...]
        Its options, in the order of the form.
    insertable : bool
        Whether people may add and remove it; False for what starts a network.
    width_option : str
        The option that sets the width of its output; empty when there is none.
    fewest_inputs, most_inputs : int
        How many layers can feed one of this kind.
    group : str
        Heading under which the palette shows it.
    is_latent : bool
        Whether its output is the code from which what follows draws an example.
    reads_tokens : bool
        Whether it takes the data for tokens, numbered from 0 to its option ``vocabulary``.
    breaks_ties : bool
        Whether chance makes units differ in it, while training, that have been equal.
    treats_alike : bool
        Whether it does the same to every number along the last axis, but for what it learns.
    bends : bool
        Whether it is more than a weighted sum, whatever its activation function.
    normalises : bool
        Whether what it gives has mean 0 and variance 1, whatever comes in.
    reads_batch : bool
        Whether what it gives for an example, while training, depends on the others in the batch.
    gives_shares : bool
        Whether it gives numbers from 0 to 1 that sum to 1.
    followed : int
        Places times examples, of what it gives or takes, that theory follows in a moment.
    function_option : str
        The option that sets its activation function, any of them; empty when there is none.
    role : str
        What its weights do, for `engine.layers.initialisers.Initialiser.at`.
    """

    key: str
    title: str
    help: str
    icon: str
    fields: tuple[Field, ...] = ()
    insertable: bool = True
    width_option: str = ""
    fewest_inputs: int = 1
    most_inputs: int = 1
    group: str = "Basic"
    is_latent: bool = False
    reads_tokens: bool = False
    breaks_ties: bool = False
    treats_alike: bool = True
    bends: bool = False
    normalises: bool = False
    reads_batch: bool = False
    gives_shares: bool = False
    followed: int = 768
    function_option: str = ""
    role: str = SUM

    @abstractmethod
    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the output shape; raises ShapeError when the inputs do not fit."""

    @abstractmethod
    def lower(self, options: Options, plan: Lowering) -> None:
        """Describe the layer's arithmetic to a plan."""

    def check_inputs(self, count: int) -> None:
        """Raise ShapeError unless so many layers can feed one of this kind."""
        if not self.fewest_inputs <= count <= self.most_inputs:
            if self.fewest_inputs == self.most_inputs:
                raise ShapeError("layer.inputs-exactly", place=self.title, count=count,
                                 wanted=self.fewest_inputs)
            raise ShapeError("layer.inputs-between", place=self.title, count=count,
                             fewest=self.fewest_inputs, most=self.most_inputs)

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return the arrays that it learns or keeps: weights, other learned ones, the rest."""
        return ()

    def refitted(self, options: Options, n_inputs: int, shape: Shape = ()) -> dict[str, Option]:
        """Return the options that have to change where the data, so many numbers, feed it.

        ``shape`` holds the axes of an example that has several.
        """
        return {}

    def carries(self, options: Options) -> bool:
        """Say whether example n of a batch has to go on from example n of the batch before."""
        return False

    def label(self, options: Options) -> str:
        """Return a short name for a card, such as ``Dense 16 · sigmoid``."""
        return self.title

    def short_label(self, options: Options) -> str:
        """Return the label without the name of the activation function."""
        return self.label(options)

    def activation(self, options: Options) -> str:
        """Return the key of the activation function that makes the output, or ``linear``."""
        return "linear"

    def limits(self, options: Options) -> tuple[float, float] | None:
        """Return between which numbers its outputs lie; None: no further apart than its inputs."""
        function = ACTIVATIONS[self.activation(options)]
        return function.lowest, function.highest

    def units(self, options: Options) -> int:
        """Return how many units there are; 1 where their number is not the layer's to choose."""
        return int(options[self.width_option]) if self.width_option else 1

    def fans(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[int, int] | None:
        """Return how many numbers a unit weighs, and how many units weigh a number; None: no such.

        Random weights are drawn by them.
        """
        return None

    def initialiser(self, options: Options) -> str:
        """Return the key of how its weights are drawn; empty if it draws none."""
        return ""

    def starts_equal(self, options: Options) -> bool:
        """Say whether all weights on its inputs start as the same number."""
        return False

    def equal_units(self, options: Options) -> int:
        """Return how many of its units start with the same weights; 1 if no two do."""
        return 1

    def mean_field(self, options: Options, inputs: tuple[Shape, ...]) -> MeanFieldRule | None:
        """Return how it passes mean squares on in a wide random network; None: no such rule."""
        return None

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return how it passes covariances on in a wide random network, or why no rule is known."""
        return say("theory.no-rule", title=self.title)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...] | None:
        """Return it as nodes of a neutral graph, each reading the one before; None: no such rule.

        The first reads the layer's inputs. A layer that passes its input on has no nodes.
        """
        return None

    def without_chance(self, options: Options) -> dict[str, Option]:
        """Return the options that have to change so that it does the same every time."""
        return {}

    def filters(self, weights: Reals) -> Reals | None:
        """Return weights as windows that can be drawn, real[kh, kw, channels, filters].

        None if the kind has none, or none over images.
        """
        return None

    def field(self, key: str) -> Field | None:
        """Return the field of this key, if the kind has it."""
        return self._fields.get(key)

    def options(self, layer: LayerSpec) -> dict[str, Option]:
        """Return the layer's options with defaults for what it leaves out.

        What a file holds may be of any type: a default also stands for a word where there is to be
        a number, which `engine.layers.diagnose` says is wrong.
        """
        found = dict(self._defaults)
        for key, value in layer.options.items():
            field = self._fields.get(key)
            if field is not None and field.takes(value):
                found[key] = value
        return found

    @cached_property
    def _fields(self) -> Mapping[str, Field]:
        """Its options by their keys."""
        return {field.key: field for field in self.fields}

    @cached_property
    def _defaults(self) -> Mapping[str, Option]:
        return {field.key: field.default for field in self.fields}
