"""Where the examples come from."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from engine.spec.drawn import MOST_LETTERS, Drawings, PaintedSpec
from engine.spec.network import Option

Task = Literal["classification", "regression", "reconstruction", "sequence", "transcription"]
"""A class or values for every example, its own inputs, a class for every step of a sequence, or the
text that a sequence says, whose characters have no given steps."""

Goal = Literal["predict", "reconstruct"]
Scaling = Literal["auto", "none", "standard", "minmax"]
Split = Literal["random", "groups", "latest"]
TargetScaling = Literal["auto", "none", "standard", "log"]


class TableSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a person's text file is to be read.

    Attributes
    ----------
    separator : str
        Between two columns: ``,`` ``;`` a tab, ``|`` or another sign; a space stands for any run of
        them, two for runs of two or more, and ``fixed`` for columns told apart by their places;
        empty lets the reader find out.
    decimal : str
        ``.`` or ``,``; empty lets the reader find out.
    header : bool | None
        Whether the first row names the columns; None lets the reader find out.
    encoding : str
        Text encoding; empty lets the reader find out.
    target : str
        Column to predict; empty takes the most likely one.
    inputs : tuple[str, ...]
        Columns to learn from; empty takes every usable one but the target.
    task : str | None
        ``classification`` or ``regression``; None decides by the target's values.
    quote : str
        ``"`` or ``'`` around texts; empty lets the reader find out.
    sheet : str
        Sheet of a workbook; empty takes the first that holds a table.
    cells : str
        Range of that sheet, such as ``B3:F40``; empty takes all that is filled.
    missing : tuple[str, ...]
        Cells that hold no value, besides those that are known, such as ``-200``.
    present : tuple[str, ...]
        Cells that hold a value although they look as if they did not, such as ``none``.
    more_targets : tuple[str, ...]
        Columns that are one answer together with ``target``: 0 and 1 for every class, or several
        numbers.
    merge_spellings : bool
        Whether classes that differ in spaces or capitals only are one.
    fewest : int
        Classes of fewer examples are left out.
    split : str
        Which examples are for validation: ``random`` ones, whole ``groups`` of equal values in
        ``split_by``, or the ``latest`` by it. Rows of the same time stay together, those without
        one are learned from, and a row without a group is one by itself.
    split_by : str
        Column that says so; it may be an input or none. For ``latest``, it holds numbers or dates,
        and empty takes the order of the rows.
    test_path : str
        Another file with columns of the same names, whose rows are all for validation; those of the
        first are then all learned from, whatever ``split`` and the share. Relative to the project
        file.
    target_scaling : str
        Of a regression: ``auto`` does as with the inputs, ``none``, ``standard``, or ``log``, which
        takes the logarithm and then scales it to mean 0 and deviation 1.
    """

    separator: str = ""
    decimal: str = ""
    header: bool | None = None
    encoding: str = ""
    target: str = ""
    inputs: tuple[str, ...] = ()
    task: Task | None = None
    quote: str = ""
    sheet: str = ""
    cells: str = ""
    missing: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    more_targets: tuple[str, ...] = ()
    merge_spellings: bool = False
    fewest: Annotated[int, msgspec.Meta(ge=1)] = 2
    split: Split = "random"
    split_by: str = ""
    test_path: str = ""
    target_scaling: TargetScaling = "auto"


class DataSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A data set, its preparation and its split.

    Attributes
    ----------
    source : str
        Key of a generated or shipped data set; ``table``, ``text`` or the key of an importer for
        what lies at ``path``; ``painted`` for the points of the project itself.
    noise : float
        Disturbance of generated points: 0 to 50, in percent, as TensorFlow Playground counts it. Of
        what is to be reconstructed: standard deviation of what is added to the inputs, in percent.
    seed : int
        Fixes generated points and the split.
    training_share : float
        Share of examples to learn from; the rest is for validation.
    features : tuple[str, ...]
        For points in the plane, what the network sees: any of ``x1 x2 x1^2 x2^2 x1*x2 sin(x1)
        sin(x2)``. Ignored by other data.
    scaling : str
        ``standard`` (mean 0, deviation 1), ``minmax`` (0 to 1), ``none``, or ``auto``, which is
        ``none`` for points in the plane and images, else ``standard``; measured on the training
        examples.
    goal : str
        ``predict`` the target, or ``reconstruct`` the inputs themselves.
    window : int
        Steps that an example of a text or a series has.
    path : str
        The person's file; relative to the project file.
    table : TableSpec
        How to read that file, if it is a table.
    more_paths : tuple[str, ...]
        Further files of the same kind, whose examples are added; relative to the project file.
    options : dict[str, Option]
        How an importer is to read it; what differs from the defaults of the importer's fields.
    digest : str
        What lay at ``path`` when it was brought: SHA-256 of the file, or of a folder's names and
        sizes; empty where that is not known.
    embedded : str
        SHA-256 of the copy that travels in the project's file; empty where the data lie at ``path``
        alone.
    drawings : tuple[DrawnSpec, ...]
        Drawings of a person's own, which are learned from together with a source of drawings whose
        classes they belong to; they alone are the source ``drawings`` where it has no path.
    painted : PaintedSpec
        The points of the source ``painted``.
    """

    source: str = "spiral"
    noise: Annotated[float, msgspec.Meta(ge=0, le=50)] = 0.0
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)] = 42
    training_share: Annotated[float, msgspec.Meta(ge=0.05, le=0.95)] = 0.5
    features: tuple[str, ...] = ("x1", "x2")
    scaling: Scaling = "auto"
    goal: Goal = "predict"
    window: Annotated[int, msgspec.Meta(ge=2, le=1024)] = 32
    path: str = ""
    table: TableSpec = TableSpec()
    more_paths: tuple[str, ...] = ()
    options: dict[str, Option] = msgspec.field(default_factory=dict)
    digest: str = ""
    embedded: str = ""
    drawings: Drawings = ()
    painted: PaintedSpec = PaintedSpec()

    def __post_init__(self) -> None:
        """Refuse drawings that would make a file too large to be opened."""
        if self.drawings and sum(len(stroke) for drawn in self.drawings
                                 for stroke in drawn.strokes) > MOST_LETTERS:
            raise ValueError("the drawings have too many points for one project")

    def __hash__(self) -> int:
        """Return the same for equal ones; what may be long, or has no hash, is left out."""
        return hash((self.source, self.seed, self.noise, self.training_share, self.features,
                     self.path, len(self.drawings), len(self.painted.points)))

    def with_options(self, **changes: Option) -> DataSpec:
        """Return a copy in which these options are set."""
        return replace(self, options={**self.options, **changes})
