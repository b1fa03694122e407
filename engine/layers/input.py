"""The input layer: where data enter the network."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.layers.covariance import Crossing, Signal, Surroundings, unchanged
from engine.layers.export import Node
from engine.layers.kind import LayerKind, Lowering, Options, Shape


class Input(LayerKind):
    """The first layer; its shape is that of one example."""

    key = "input"
    title = "Input"
    help = "The numbers of one example, as the data panel prepares them."
    icon = "database"
    insertable = False

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the shape of the data; raises ShapeError when something feeds it."""
        if len(inputs) != 1:
            raise ShapeError("layer.input-fed", place=self.title, count=len(inputs))
        return inputs[0]

    def limits(self, options: Options) -> None:
        """Return None: the data are what they are."""

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the data as they are."""
        return unchanged(inputs[0])

    def lower(self, options: Options, plan: Lowering) -> None:
        """Pass the gathered batch on."""
        plan.result(plan.inputs[0])

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return nothing: the data are what they are."""
        return ()
