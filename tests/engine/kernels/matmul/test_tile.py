"""The product against NumPy in float64, for the vector unit of this machine and for all others."""

from __future__ import annotations

import mmap
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import cfunc, njit
from numpy.typing import NDArray

from engine.kernels.matmul import registers, strip, tile
from engine.kernels.runtime.policy import DTYPES, FASTMATH
from tests.tiers import examples

Reals = NDArray[Any]
Integers = NDArray[np.int64]

UNITS = tuple(registers.Unit(*numbers) for numbers in (
    (64, 8, 3), (32, 6, 2), (32, 4, 2), (16, 8, 3), (16, 4, 2)))
"""AVX-512, AVX2, AVX, NEON, SSE."""

EACH = tuple(
    pytest.param((unit, precision), id=f"{unit.bytes}-{unit.rows}-{unit.vectors}-{precision}",
                 # Compiling takes seconds; AVX alone has the registers of AVX2 in the rows of SSE.
                 marks=[pytest.mark.whole] * (unit == UNITS[2]))
    for unit in UNITS for precision in ("float32", "float64"))

GUARD = 777.0
PRECISIONS = tuple(DTYPES)
ERROR = {"float32": 2.0**-23, "float64": 2.0**-52}


class Product:
    """C (+)= A B by the code for one vector unit."""

    def __init__(self, unit: registers.Unit, precision: str) -> None:
        self.precision = precision
        signature, function = tile.product_for(unit, precision)
        self._code = cfunc(signature, fastmath=FASTMATH, error_model="numpy")(function)

    def __call__(self, c: Reals, a: Reals, b: Reals, add: bool) -> None:
        size = c.itemsize
        zero = np.zeros(1, np.int64)
        self._run(c, a, b, [c.strides[0] // size, a.strides[0] // size, a.strides[1] // size,
                            b.strides[0] // size, *a.shape, b.shape[1], add, 1, zero.ctypes.data,
                            0, 0, 0, 0, 0])

    def claiming(self, c: Reals, a: Reals, b: Reals, claimed: int) -> None:
        """Compute the product of matrices without gaps, and claim what stands so far behind it."""
        zero = np.zeros(1, np.int64)
        (m, k), (_, n) = a.shape, b.shape
        self._run(c, a, b, [n, k, 1, n, m, k, n, 0, 1, zero.ctypes.data, 0, 0, 0, claimed, 0])

    def contract(self, c: Reals, a: Reals, b: Reals, c_rows: Integers, a_rows: Integers,
                 offsets: Integers, step: int, add: int, start: Reals) -> None:
        mode = strip.ADD if add else strip.START if start.size else 0
        self._run(c, a, b, [0, 0, step, b.strides[0] // b.itemsize, len(a_rows),
                            len(b) // len(offsets), b.shape[1], mode, len(offsets),
                            *(table.ctypes.data for table in (offsets, a_rows, c_rows, start)),
                            0, 0])

    def _run(self, c: Reals, a: Reals, b: Reals, call: list[int]) -> None:
        numbers = np.array(call, np.int64)
        assert len(numbers) == tile.CALL_LENGTH
        self._code.ctypes(
            *(self._pointer(array, index) for index, array in enumerate((c, a, b))),
            numbers.ctypes.data_as(self._code.ctypes.argtypes[3]))

    def _pointer(self, array: Reals, index: int) -> Any:
        return array.ctypes.data_as(self._code.ctypes.argtypes[index])


product_of = cache(Product)


@pytest.fixture(scope="module", params=EACH)
def product(request: pytest.FixtureRequest) -> Product:
    return product_of(*request.param)


def block(precision: str, rows: int, columns: int, seed: int, gap: int = 3) -> Reals:
    """Return random numbers as a part of a wider block, so that rows lie apart."""
    whole = np.full((rows + 2, columns + gap), GUARD, precision)
    inside = whole[1:-1, :columns]
    inside[...] = np.random.default_rng([seed, rows, columns]).standard_normal((rows, columns))
    return inside


def check(product: Product, m: int, k: int, n: int, *, add: bool, transposed: bool) -> None:
    precision = product.precision
    a = block(precision, k, m, 1).T if transposed else block(precision, m, k, 1)
    b, c = block(precision, k, n, 2), block(precision, m, n, 3)
    if not add:
        # What is overwritten must not be read.
        c[...] = np.nan
    before, first = a.copy(), np.array(c, np.float64)
    exact_a, exact_b = a.astype(np.float64), b.astype(np.float64)
    truth = exact_a @ exact_b + (first if add else 0.0)
    size = np.abs(exact_a) @ np.abs(exact_b) + (np.abs(first) if add else 0.0)
    product(c, a, b, add)
    assert (np.abs(c - truth) <= (k + 2) * ERROR[precision] * size).all()
    np.testing.assert_array_equal(a, before)
    whole = c.base
    assert isinstance(whole, np.ndarray)
    assert (whole[[0, -1]] == GUARD).all()
    assert (whole[:, n:] == GUARD).all()


SIZES = [(m, k, n) for m in (1, 2, 3, 5, 7, 8, 9, 13, 16, 17) for k in (1, 5)
         for n in (1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 47, 48, 49, 97)]


@pytest.mark.sampled
def test_all_edges_of_the_blocks(product: Product) -> None:
    for m, k, n in SIZES[::examples(4, 1)]:
        check(product, m, k, n, add=bool(m % 2), transposed=bool(n % 2))


@pytest.mark.parametrize("k", [255, 256, 257, 512, 700])
@pytest.mark.parametrize("add", [False, True])
def test_depths_beyond_one_block(product: Product, k: int, add: bool) -> None:
    for m, n in ((1, 1), (9, 50), (6, 7)):
        for transposed in (False, True):
            check(product, m, k, n, add=add, transposed=transposed)


@given(m=st.integers(1, 70), k=st.integers(0, 70), n=st.integers(1, 70), add=st.booleans(),
       transposed=st.booleans())
def test_any_size(product: Product, m: int, k: int, n: int, add: bool, transposed: bool) -> None:
    check(product, m, k, n, add=add, transposed=transposed)


@pytest.mark.parametrize("depth", [3, tile.DEPTH + 1])
def test_what_is_claimed_is_written_and_stays_what_it_was(product: Product, depth: int,
                                                          tmp_path: Path) -> None:
    """Of a file that is mapped for this process alone, a page that is written becomes its own."""
    resource = pytest.importorskip("resource")
    rows, columns = 64, mmap.PAGESIZE
    a, b = (np.ones(shape, product.precision) for shape in ((rows, depth), (depth, columns)))
    c, expected = (np.empty((rows, columns), product.precision) for _ in range(2))
    bits = np.random.default_rng(0).integers(0, 256, c.nbytes, np.uint8)
    bits.tofile(tmp_path / "bits")
    mapped = np.memmap(tmp_path / "bits", np.uint8, "c")
    # Bits of any kind, NaN too, and every page read before.
    assert (mapped == bits).all()

    def faults() -> int:
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)

    product(expected, a, b, False)
    product.claiming(c, a, b, 0)
    before = faults()
    product.claiming(c, a, b, (mapped.ctypes.data - c.ctypes.data) // c.itemsize)
    assert faults() - before >= c.nbytes // mmap.PAGESIZE
    assert c.tobytes() == expected.tobytes()
    assert (mapped == bits).all()


def test_no_depth_gives_zero_or_leaves_the_sum(product: Product) -> None:
    check(product, 5, 0, 33, add=False, transposed=False)
    check(product, 5, 0, 33, add=True, transposed=False)


def test_nothing_to_compute_touches_nothing(product: Product) -> None:
    whole = np.full(100, GUARD, product.precision)
    product(whole[50:50].reshape(0, 5), np.zeros((0, 4), product.precision),
            np.zeros((4, 5), product.precision), False)
    product(whole[50:50].reshape(5, 0), np.zeros((5, 4), product.precision),
            np.zeros((4, 0), product.precision), False)
    assert (whole == GUARD).all()


def test_equal_rows_of_a(product: Product) -> None:
    """A row stride of 0 repeats a row, as broadcasting does."""
    a = np.broadcast_to(block(product.precision, 1, 9, 1, gap=0), (5, 9))
    b, c = block(product.precision, 9, 20, 2), block(product.precision, 5, 20, 3)
    product(c, a, b, False)
    assert (c == c[0]).all()
    np.testing.assert_allclose(c[0], a[0].astype(float) @ b.astype(float), rtol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_in_its_row_and_column(product: Product, value: float) -> None:
    m, k, n = 13, 9, 53
    for place in ((0, 0), (6, 4), (12, 8)):
        a, b = (np.ones(shape, product.precision) for shape in ((m, k), (k, n)))
        c = np.zeros((m, n), product.precision)
        a[place] = value
        product(c, a, b, False)
        expected = np.full((m, n), float(k))
        expected[place[0]] = value
        np.testing.assert_array_equal(c, expected)
    b = np.ones((k, n), product.precision)
    b[3, 52] = value
    product(c, np.ones((m, k), product.precision), b, False)
    np.testing.assert_array_equal(c[:, :52], float(k))
    np.testing.assert_array_equal(c[:, 52], value)


def test_zero_times_infinity_is_seen(product: Product) -> None:
    a, b = np.zeros((3, 2), product.precision), np.full((2, 20), np.inf, product.precision)
    c = np.zeros((3, 20), product.precision)
    product(c, a, b, True)
    assert np.isnan(c).all()


def test_the_same_numbers_every_time(product: Product) -> None:
    """Neither alignment nor what lies behind the matrix may change a bit."""
    a, b = block(product.precision, 17, 300, 1), block(product.precision, 300, 37, 2)
    results = []
    for gap in range(5):
        c = block(product.precision, 17, 37, 3, gap=gap)
        product(c, a, b, False)
        results.append(c.copy())
    for other in results[1:]:
        np.testing.assert_array_equal(other, results[0])


@pytest.mark.parametrize("n", [1, 2, 4, 5, 8, 9])
def test_few_columns_have_the_bytes_that_they_have_among_many(product: Product, n: int) -> None:
    """Whatever registers they go through, their sums are in the same order."""
    a, b = block(product.precision, 19, 300, 1), block(product.precision, 300, 40, 2)
    few, many = block(product.precision, 19, n, 3), block(product.precision, 19, 40, 4)
    for c in (few, many):
        product(c, a, b[:, :c.shape[1]], False)
    np.testing.assert_array_equal(few, many[:, :n])


def scattered(precision: str, m: int, segments: int, depth: int, n: int
              ) -> tuple[Reals, Reals, Reals, Integers, Integers, Integers]:
    """Return C, A and B, where rows of C and A begin, in any order, and where segments do."""
    rng = np.random.default_rng([m, segments, depth, n])
    c = rng.standard_normal((m + 3, n)).astype(precision)
    a = rng.standard_normal(1100).astype(precision)
    b = block(precision, segments * depth, n, 2)
    a_rows, offsets = rng.integers(0, 300, m), rng.integers(0, 200, segments)
    return c, a, b, rng.permutation(m + 3)[:m] * n, a_rows, offsets


def check_contraction(contract: Callable[..., None], precision: str, sizes: tuple[int, ...],
                      add: int, begun: bool) -> None:
    c, a, b, c_rows, a_rows, offsets = scattered(precision, *sizes)
    step, start = 2, np.linspace(-1.0, 1.0, sizes[3] if begun else 0).astype(precision)
    places = np.add.outer(offsets, np.arange(sizes[2]) * step).reshape(-1)
    truth = c.astype(np.float64)
    for c_row, a_row in zip(c_rows, a_rows, strict=True):
        row = truth[c_row // sizes[3]]
        row *= add
        row += a[places + a_row].astype(np.float64) @ b.astype(np.float64)
        row += start if begun and not add else 0.0
    contract(c, a, b, c_rows, a_rows, offsets, step, add, start)
    np.testing.assert_allclose(c, truth, rtol=0, atol=1e-4 if precision == "float32" else 1e-12)


CONTRACTIONS = ((1, 1, 1, 1), (8, 3, 5, 48), (13, 1, 4, 64), (17, 4, 70, 65), (9, 7, 1, 33),
                (5, 2, 300, 7), (16, 40, 9, 17))


@pytest.mark.parametrize(("add", "begun"), [(0, False), (0, True), (1, False), (1, True)])
def test_contraction_of_scattered_rows(product: Product, add: int, begun: bool) -> None:
    for sizes in CONTRACTIONS:
        check_contraction(product.contract, product.precision, sizes, add, begun)


HAS_FUSED = llvm.get_host_cpu_features().get("fma") or platform.machine() in ("arm64", "aarch64")


@pytest.mark.skipif(not HAS_FUSED, reason="products and sums are rounded one after the other")
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("unit", [
    pytest.param(unit, id=str(unit), marks=[pytest.mark.whole] * (unit == UNITS[2]))
    for unit in UNITS[1:]])
def test_every_unit_writes_the_same_bytes(unit: registers.Unit, precision: str) -> None:
    """So that one product can take the place of another while a network is trained."""
    products = product_of(UNITS[0], precision), product_of(unit, precision)
    for m, k, n in (*SIZES[::7], (7, 257, 50), (40, 700, 101), (128, 64, 256)):
        for add, transposed in ((False, False), (True, True)):
            a = block(precision, k, m, 1).T if transposed else block(precision, m, k, 1)
            b = block(precision, k, n, 2)
            results = [block(precision, m, n, 3) for _ in products]
            for product, c in zip(products, results, strict=True):
                product(c, a, b, add)
            assert results[0].tobytes() == results[1].tobytes()
    for sizes in CONTRACTIONS:
        c, a, b, c_rows, a_rows, offsets = scattered(precision, *sizes)
        for mode, begun in ((0, False), (0, True), (1, False)):
            start = np.linspace(-1.0, 1.0, sizes[3] if begun else 0).astype(precision)
            results = [c.copy() for _ in products]
            for product, result in zip(products, results, strict=True):
                product.contract(result, a, b, c_rows, a_rows, offsets, 2, mode, start)
            assert results[0].tobytes() == results[1].tobytes() != c.tobytes()


@njit  # type: ignore[untyped-decorator]
def contracted(c: Any, a: Any, b: Any, c_rows: Any, a_rows: Any, offsets: Any, step: Any, add: Any,
               start: Any) -> None:
    """Call the contraction as kernels do."""
    tile.contract(c, a, b, c_rows, a_rows, offsets, step, add, start)


@njit  # type: ignore[untyped-decorator]
def called(c: Any, a: Any, b: Any, add: Any) -> None:
    """Call the product as kernels do."""
    tile.multiply(c, a, b, add)


@pytest.fixture(scope="module", params=PRECISIONS)
def installed(request: pytest.FixtureRequest) -> str:
    tile.install(request.param)
    return str(request.param)


@given(m=st.integers(1, 40), k=st.integers(1, 40), n=st.integers(1, 40), add=st.integers(0, 1),
       transposed=st.booleans())
def test_kernels_pass_shapes_and_strides(installed: str, m: int, k: int, n: int, add: int,
                                         transposed: bool) -> None:
    rng = np.random.default_rng([m, k, n])
    a = rng.standard_normal((k, m)).astype(installed).T if transposed else (
        rng.standard_normal((m, k)).astype(installed))
    b, c = (rng.standard_normal(shape).astype(installed) for shape in ((k, n), (m, n)))
    truth = a.astype(np.float64) @ b.astype(np.float64) + add * c.astype(np.float64)
    called(c, a, b, add)
    np.testing.assert_allclose(c, truth, rtol=0, atol=1e-4 if installed == "float32" else 1e-12)


@pytest.mark.parametrize(("add", "begun"), [(0, False), (0, True), (1, False), (1, True)])
def test_kernels_pass_tables(installed: str, add: int, begun: bool) -> None:
    for sizes in CONTRACTIONS:
        check_contraction(contracted, installed, sizes, add, begun)


def test_installing_twice_keeps_the_address(installed: str) -> None:
    before = tile.PRODUCT.cells[installed].value
    tile.install(installed)
    assert tile.PRODUCT.cells[installed].value == before != 0


def test_this_machines_unit_is_one_of_those_tested() -> None:
    assert registers.UNIT in UNITS
    assert registers.UNIT.bytes // 4 == registers.LANES_32
    # Sums, a row of B and a number of A must not need more registers than there are.
    for unit in UNITS:
        there_are = 32 if unit.rows == 8 else 16
        assert unit.rows * unit.vectors + unit.vectors + 1 <= there_are


@pytest.mark.parametrize(("features", "unit"), [
    (("avx", "avx2", "fma", "avx512f", "avx512vl"), (64, 8, 3)),
    (("avx", "avx2", "fma", "avx512f"), (32, 6, 2)), (("avx", "avx2"), (32, 4, 2)),
    (("avx",), (32, 4, 2)), (("neon",), (16, 8, 3)), (("sse2",), (16, 4, 2)), ((), (16, 4, 2))])
def test_the_unit_follows_the_machine(features: tuple[str, ...], unit: tuple[int, ...]) -> None:
    assert registers.unit_of(dict.fromkeys(features, True)) == unit


ON_AN_OLD_MACHINE = """
import sys
import numpy as np
from numba import njit
from engine.kernels.matmul import registers
unit = registers.Unit(*map(int, sys.argv[1:]))
registers.UNIT = unit
from engine.kernels.matmul import tile
@njit
def product(c, a, b, add):
    tile.multiply(c, a, b, add)
rng = np.random.default_rng(0)
for precision in ("float32", "float64"):
    tile.install(precision)
    for m, k, n in ((1, 1, 1), (7, 300, 53), (13, 5, 17), (4, 4, 8), (6, 2, 33)):
        a, b = (rng.standard_normal(shape).astype(precision) for shape in ((m, k), (k, n)))
        c = np.full((m, n), np.nan, precision)
        product(c, a, b, 0)
        np.testing.assert_allclose(c, a.astype(float) @ b.astype(float), 0, 1e-3)
text = tile.PRODUCT.compiled["float32"].inspect_llvm()
assert "fmuladd" in text or "fma" in text
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names of x86 processors")
@pytest.mark.parametrize(("cpu", "features", "unit"), [
    # The newest and the oldest; each compiles all that belongs to it anew.
    ("haswell", "+avx,+avx2,+fma", "32 6 2"), ("x86-64", "", "16 4 2"),
    pytest.param("sandybridge", "+avx", "32 4 2", marks=pytest.mark.whole),
    pytest.param("nehalem", "", "16 4 2", marks=pytest.mark.whole)])
def test_code_for_older_processors(cpu: str, features: str, unit: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": features,
        "BACKPROP_LAB_CACHE": str(tmp_path), "PYTHONPATH": str(Path(tile.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", ON_AN_OLD_MACHINE, *unit.split()],
                          env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
