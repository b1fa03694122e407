"""What the golden runs of tables of which a step uses some rows are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 8
RATES = {"sgd": 0.5, "adagrad": 0.1, "adam": 0.02}
EPSILON = 1e-13
"""SparseAdam adds it to the root before the bias is corrected, Adam after: so small that this makes
no difference."""

TOKENS, VOCABULARY, BUCKETS, LONGEST = 6, 30, 50, 3
UNITS, CLASSES, EXAMPLES, BATCH = 4, 3, 12, 4


@dataclass(frozen=True)
class SparseCase:
    """A network whose table has a sparse gradient.

    Attributes
    ----------
    name : str
        Name of its file.
    longest : int
        Most tokens of an n-gram of a bag; 0: an embedding and the mean over the steps.
    combine : str
        Of a bag: ``mean`` or ``sum``.
    """

    name: str
    longest: int = 0
    combine: str = "mean"

    @property
    def file(self) -> Path:
        """Where its runs are kept."""
        return FOLDER / f"sparse_{self.name}.npz"

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return VOCABULARY + (BUCKETS if self.longest > 1 else 0)


SPARSE_CASES = (SparseCase("embedding"), SparseCase("mean_bag", LONGEST),
                SparseCase("sum_bag", LONGEST, "sum"))
