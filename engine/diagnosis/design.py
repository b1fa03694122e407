"""A project that has not run yet, and what can be said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from msgspec.structs import replace

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.late_rows import LateRows
from engine.diagnosis.rules import Thresholds, thresholds_of
from engine.layers import LOSSES, Loss, ResolvedLayer, place, resolve
from engine.messages import Message
from engine.spec import LayerSpec, NetworkSpec, Option, ProjectSpec

MOST_ROWS, MOST_NUMBERS, FEWEST_ROWS = 2048, 2**21, 64
"""Examples that are looked at: a note is written while somebody edits."""


def sizes(columns: Reals) -> Reals:
    """Return the root mean square of every column."""
    # Dividing first: the squares of astronomical numbers are infinite.
    largest = np.maximum(np.abs(columns).max(axis=0), 1e-300)
    found: Reals = largest * np.sqrt(np.mean((columns / largest) ** 2, axis=0))
    return found


@dataclass(frozen=True)
class Fix:
    """What mends it with one click.

    Attributes
    ----------
    label : Message
        A few words for a button: ``Use Xavier``.
    project : ProjectSpec
        The mended project.
    """

    label: Message
    project: ProjectSpec


@dataclass(frozen=True)
class Note:
    """What is to be said of a project before its first step.

    Attributes
    ----------
    code : str
        Which rule it is, such as ``rate-zero``.
    severity : int
        1 deserves attention, 2 learning is at stake.
    layer_id : str
        The layer that it stands on; empty for training or data.
    title : Message
        A few words with a full stop: ``Sigmoid twice.``
    sentence : Message
        What it means and what helps, for a student to read aloud.
    evidence : Message | None
        The numbers that decided.
    fix : Fix | None
        What mends it, where one change does.
    """

    code: str
    severity: int
    layer_id: str
    title: Message
    sentence: Message
    evidence: Message | None = None
    fix: Fix | None = None

    @property
    def text(self) -> str:
        """Title, sentence and evidence in one line."""
        parts = (self.title, self.sentence, self.evidence)
        return " ".join(part.text for part in parts if part is not None)


@dataclass(frozen=True)
class Design:
    """A project without mistakes, its data, and what rules ask of both.

    Attributes
    ----------
    project : ProjectSpec
        The project; `engine.layers.diagnose` finds nothing wrong with it.
    dataset : Dataset
        Its data, as the network sees them.
    """

    project: ProjectSpec
    dataset: Dataset

    @cached_property
    def limits(self) -> Thresholds:
        """From which figures on something is said of it."""
        return thresholds_of(self.project.limits)

    @cached_property
    def layers(self) -> tuple[ResolvedLayer, ...]:
        """Every layer with its sources and shapes."""
        return resolve(self.project.network, (self.dataset.n_inputs,))

    @cached_property
    def readers(self) -> tuple[tuple[int, ...], ...]:
        """For every layer the positions of those that it feeds."""
        found: list[list[int]] = [[] for _ in self.layers]
        for position, layer in enumerate(self.layers):
            for source in layer.sources:
                if source >= 0:
                    found[source].append(position)
        return tuple(map(tuple, found))

    @cached_property
    def weighted(self) -> tuple[int, ...]:
        """Positions of the layers whose weights are drawn."""
        return tuple(position for position, layer in enumerate(self.layers)
                     if layer.kind.initialiser(layer.options))

    @property
    def hidden(self) -> tuple[int, ...]:
        """The same without the last of them, which makes the output."""
        return self.weighted[:-1]

    @property
    def loss(self) -> Loss:
        """The loss that is minimised."""
        return LOSSES[self.project.training.loss]

    @property
    def width(self) -> int:
        """Numbers that come out, of a sequence at every step."""
        return self.layers[-1].shape[-1]

    @cached_property
    def rows(self) -> Reals:
        """Training inputs, float64[m, d], at most `MOST_ROWS` of them."""
        return self.dataset.inputs[self._rows]

    @property
    def _rows(self) -> Indices:
        """The training examples that are looked at: fewer where each is large, or still a file."""
        inputs = self.dataset.inputs
        most = FEWEST_ROWS if isinstance(inputs, LateRows) else max(
            FEWEST_ROWS, min(MOST_ROWS, MOST_NUMBERS // max(1, self.dataset.n_inputs)))
        return self.dataset.training[:most]

    @cached_property
    def input_sizes(self) -> Reals:
        """Root mean square of every input, float64[d]."""
        return sizes(self.rows)

    @cached_property
    def targets(self) -> Reals:
        """What the loss compares the output of these examples with, float64[m, k].

        Empty where only classes count: for a text.
        """
        dataset, rows = self.dataset, self._rows
        if dataset.task in ("sequence", "transcription"):
            return np.empty((0, 0))
        if dataset.task == "classification":
            return self.loss.encode(dataset.labels[rows], dataset.n_outputs, self.width)
        return dataset.values[rows]

    def title(self, position: int) -> Message:
        """Return how sentences call a layer: ``Layer 3 (Dense)``."""
        return place(position, self.layers[position].spec)

    def between(self, position: int) -> Iterator[ResolvedLayer]:
        """Yield a layer and what stands behind it, as long as each feeds but the next."""
        while True:
            yield self.layers[position]
            if len(self.readers[position]) != 1:
                return
            position, = self.readers[position]

    def with_training(self, **changes: Any) -> ProjectSpec:
        """Return the project with another training."""
        return replace(self.project, training=replace(self.project.training, **changes))

    def with_network(self, network: NetworkSpec) -> ProjectSpec:
        """Return the project with another network."""
        return replace(self.project, network=network)

    def with_options(self, *positions: int, **changes: Option) -> ProjectSpec:
        """Return the project with other options of some layers."""
        network = self.project.network
        for position in positions:
            network = network.replaced(self.spec(position).with_options(**changes))
        return self.with_network(network)

    def spec(self, position: int) -> LayerSpec:
        """Return a layer as the project has it."""
        return self.layers[position].spec
