"""Random networks of up to 30 layers, made of any kinds, that branch and meet again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from hypothesis import strategies as st

from engine.errors import ShapeError
from engine.layers import LOSSES, Field, Shape, kind, kinds
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, Task, TrainingSpec

MOST_LAYERS = 30
"""The input layer and the last one count too."""

LARGEST = 48
"""Most numbers that a layer gives for an example, so that a pass takes microseconds."""

LONGEST = 4
"""Largest whole number that an option holds."""

MOST_LOOSE = 4
"""Most layers that no layer reads yet; at the end, they all meet in one."""

EXACT: dict[str, Any] = {"truncation": 0}
"""Options that make a gradient other than the derivative of the loss, on purpose."""

_TASKS: tuple[Task, ...] = get_args(Task)

BY_STEP: tuple[Task, ...] = ("sequence", "transcription")
"""Tasks of which every step counts: networks are asked to give as many as go in."""

SINGLE = [found.key for found in kinds()
          if found.insertable and not found.reads_tokens and found.fewest_inputs == 1]
JOINS = [found.key for found in kinds() if found.fewest_inputs > 1]


@dataclass(frozen=True)
class Graph:
    """A project, and what its data have to be.

    Attributes
    ----------
    project : ProjectSpec
        Something that can be trained.
    task : str
        What the data ask for.
    n_inputs, n_outputs : int
        Numbers per example, and classes or values.
    vocabulary : int
        How many tokens the inputs stand for; 0 when they are just numbers.
    """

    project: ProjectSpec
    task: Task
    n_inputs: int
    n_outputs: int
    vocabulary: int


def tame(field: Field) -> st.SearchStrategy[Any]:
    """Return values of a field with which numbers stay of moderate size."""
    if field.key in EXACT:
        return st.just(EXACT[field.key])
    if field.choices:
        return st.sampled_from([choice.key for choice in field.choices])
    if isinstance(field.default, bool):
        return st.booleans()
    assert field.minimum is not None
    assert field.maximum is not None
    if isinstance(field.default, int):
        return st.integers(int(field.minimum), min(LONGEST, int(field.maximum)))
    low = max(field.minimum, 0.05 if field.logarithmic else -1.0)
    return st.floats(low, min(field.maximum, 1.0)).map(lambda number: round(number, 3))


@st.composite
def options(draw: st.DrawFn, key: str, shape: Shape) -> dict[str, Any]:
    """Return options of a layer kind; a reshape's fit the shape before it."""
    fields = kind(key).fields
    # Sizes are never left out, since many a default is too large.
    sizes = {field.key: tame(field) for field in fields if type(field.default) is int}
    found = draw(st.fixed_dictionaries(sizes, optional={
        field.key: tame(field) for field in fields if field.key not in sizes}))
    if key != "reshape":
        return found
    size = math.prod(shape)
    first = draw(st.sampled_from([n for n in range(1, size + 1) if size % n == 0]))
    second = draw(st.sampled_from([n for n in range(1, size + 1) if size // first % n == 0]))
    if draw(st.booleans()):
        return {"form": "sequence", "steps": first, "features": size // first}
    return {"form": "image", "height": first, "width": second, "channels": size // first // second}


class Growing:
    """A network to which layers are added as long as they fit.

    Parameters
    ----------
    window : int
        Numbers per example.
    accepts : callable
        Says whether a layer may have this output shape.
    """

    def __init__(self, window: int, accepts: Callable[[Shape], bool]) -> None:
        self.layers = [LayerSpec("input", "input")]
        self.shapes: list[Shape] = [(window,)]
        self.loose = {0}
        self._accepts = accepts

    def add(self, key: str, values: dict[str, Any], sources: Sequence[int], **more: Any) -> bool:
        """Append a layer that these layers feed, if it fits; say whether it did."""
        try:
            kind(key).check_inputs(len(sources))
            shape = kind(key).infer_shape(
                kind(key).options(LayerSpec("", key, values)),
                tuple(self.shapes[source] for source in sources))
        except ShapeError:
            return False
        if not 0 < math.prod(shape) <= LARGEST or not self._accepts(shape):
            return False
        place = len(self.layers)
        inputs = () if tuple(sources) == (place - 1,) else \
            tuple(self.layers[source].id for source in sources)
        self.layers.append(LayerSpec(f"{key}-{place}", key, values, inputs, **more))
        self.shapes.append(shape)
        self.loose = (self.loose - set(sources)) | {place}
        return True

    def room(self) -> int:
        """Return how many layers can follow, so that every loose end can still be joined."""
        return MOST_LAYERS - len(self.layers) - 2 * len(self.loose) - 4

    def fits(self, key: str, *feeding: int) -> bool:
        """Say whether layers can feed one of a kind, if its sizes are small."""
        if key == "reshape":
            return True
        smallest = {field.key: int(field.minimum or 0) for field in kind(key).fields
                    if type(field.default) is int}
        try:
            kind(key).infer_shape(kind(key).options(LayerSpec("", key, smallest)),
                                  tuple(self.shapes[place] for place in feeding))
        except ShapeError:
            return False
        return True

    def alike(self, key: str, source: int) -> list[int]:
        """Return the layers that could be joined with one by a layer of a kind."""
        return [other for other in range(1, len(self.layers))
                if other != source and self.fits(key, source, other)]


@st.composite
def next_layers(draw: st.DrawFn, growing: Growing) -> tuple[str, list[int]]:
    """Return a kind, and the layers to feed it: the last, or where a branch begins."""
    source = last = len(growing.layers) - 1
    # Token numbers are for the embedding alone.
    if last > 1 and len(growing.loose) < MOST_LOOSE and draw(st.integers(0, 3)) == 0:
        source = draw(st.integers(1, last))
    if draw(st.integers(0, 4)) == 0:
        key = draw(st.sampled_from(JOINS))
        if others := growing.alike(key, source):
            return key, [source, *draw(st.lists(st.sampled_from(others), min_size=1, max_size=3,
                                                unique=True))]
    return draw(st.sampled_from([key for key in SINGLE if growing.fits(key, source)])), [source]


def join(growing: Growing) -> None:
    """Bring all loose ends together in one row of numbers, or in one sequence."""
    sequence = not growing._accepts((1,))
    ends = []
    for place in sorted(growing.loose):
        if not sequence and len(growing.shapes[place]) > 1:
            assert growing.add("flatten", {}, [place])
            place = len(growing.layers) - 1
        if math.prod(growing.shapes[place]) > LARGEST // MOST_LOOSE:
            assert growing.add("dense", {"units": 2}, [place])
            place = len(growing.layers) - 1
        ends.append(place)
    if len(ends) > 1:
        assert growing.add("concatenate", {}, ends)


@st.composite
def graphs(draw: st.DrawFn, padded: bool = False) -> Graph:
    """Return a project that can be trained, of any task.

    Parameters
    ----------
    draw : callable
        Draws.
    padded : bool
        Whether the data are tokens of which 0 is padding, for one embedding or for two.
    """
    by_token = ("classification", *BY_STEP) if padded else _TASKS
    loss = draw(st.sampled_from([loss for loss in LOSSES.values()
                                 if set(loss.tasks) & set(by_token)]))
    task = draw(st.sampled_from([task for task in loss.tasks if task in by_token]))
    by_class = task in ("classification", *BY_STEP)
    window = draw(st.integers(2, 5))
    n_outputs = draw(st.integers(2 if by_class else 1, 3))
    reads = task in BY_STEP or (task == "classification" and (padded or draw(st.booleans())))
    growing = Growing(window, lambda shape: task not in BY_STEP or (
        len(shape) == 2 and shape[0] == window))
    vocabulary = 0
    if reads:
        vocabulary = n_outputs if task == "sequence" else draw(st.integers(2, 6))
        # A bag has no steps, of which others count each, or leave those of padding out.
        table = "embedding" if padded or task != "classification" else draw(
            st.sampled_from(["embedding", "embedding", "ngram_bag"]))
        values = {**draw(options(table, (window,))), "vocabulary": vocabulary + draw(
            st.integers(0, 1)), **({"padding": True} if padded else {})}
        assert growing.add(table, values, [0])
        if padded and draw(st.booleans()):
            # As long as the first, so that they can be added; its steps may all count.
            assert growing.add("embedding", {**values, "padding": draw(st.booleans())}, [0])
            if draw(st.booleans()):
                growing.add(draw(st.sampled_from(JOINS)), {}, draw(st.permutations([1, 2])))
    else:
        # Wide enough for an image.
        units = draw(st.sampled_from([3, 12, 16, 18, 32]))
        assert growing.add("dense", {**draw(options("dense", (window,))), "units": units}, [0])
        growing.add("reshape", draw(options("reshape", (units,))), [1])
    for _ in range(draw(st.integers(0, MOST_LAYERS))):
        if growing.room() <= 0:
            break
        key, feeding = draw(next_layers(growing))
        values = draw(options(key, growing.shapes[feeding[0]]))
        growing.add(key, values, feeding, frozen=draw(st.integers(0, 9)) == 0)
    join(growing)
    width = draw(st.sampled_from(loss.widths(task, n_outputs)))
    assert growing.add("dense", {**draw(options("dense", (1,))), "units": width},
                       [len(growing.layers) - 1])
    training = TrainingSpec(loss=loss.key, precision="float64", seed=draw(st.integers(0, 9)))
    return Graph(ProjectSpec(network=NetworkSpec(tuple(growing.layers)), training=training), task,
                 window, n_outputs, vocabulary)
