"""Command line, table and files of the bench."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.kernels.ops import catalogue
from engine.kernels.runtime import layout
from tests.bench import looking, microscope, table
from tests.bench.cases import CASES, GATES, data_of, multiply_adds, shapes
from tests.bench.checks import CHECKS, drawn, passing_on, slope, without_measuring
from tests.bench.compare import Outcome, Rival
from tests.bench.names import CHECK_NAMES
from tests.bench.ours import trainer
from tests.bench.process import PEERS, ROOT
from tests.bench.profile import by_op
from tests.bench.roofline import Roofline, sentence
from tests.bench.steps import noted, passes, work_of


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tests.bench", *arguments], check=False,
                          text=True, capture_output=True, cwd=ROOT)


def outcome() -> Outcome:
    """Return twice as fast a step as PyTorch's, and a peer that failed."""
    return Outcome(CASES["digits"], ["numba 1"], 2.5, [1e-4, 2e-4, 3e-4], [
        Rival("pytorch", "eager, 1 thread", [2e-4, 4e-4, 7e-4], 3.0, 2.5),
        Rival("compile", failure="no answer in 240 s")])


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("--case", "nothing"), "There is no case named nothing: choose from playground, "),
    (("--peer", "nothing"), "There is no peer named nothing: choose from pytorch, "),
    (("checks", "nothing"), "There is no check named nothing: choose from statistics, "),
    (("profile", "nothing"), "There is no case named nothing: choose from playground, "),
])
def test_unknown_names_are_told(arguments: tuple[str, ...], sentence: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_without_peers_our_own_speed_is_shown(tmp_path: Path) -> None:
    done = bench("--quick", "--rounds", "1", "--threads", "1", "--case", "playground",
                 "--peers-python", str(tmp_path / "none"), "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "PyTorch eager, torch.compile, JAX jit, scikit-learn are not installed" in done.stdout
    assert CASES["playground"].title in (tmp_path / "out" / "bench.md").read_text("utf-8")
    (case,) = json.loads((tmp_path / "out" / "bench.json").read_text("utf-8"))["cases"]
    assert len(case["ours_s"]) == 1
    assert not case["peers"]


def test_table_says_ratio_and_promise() -> None:
    pytorch, failed = table.rows(outcome(), peak=100.0)
    cells = dict(zip(table.HEADER, pytorch, strict=True))
    assert cells["ours, µs"] == "200"
    # Each round's ratio is taken by itself: 2, 2 and 7/3.
    assert (cells["ratio"], cells["lowest"]) == ("2.00", "2.00")
    assert (cells["promised"], cells["kept"]) == ("3", "no")
    gflops = 2e-9 * multiply_adds(CASES["digits"]) / 2e-4
    assert cells["of peak"] == f"{gflops / 100:.0%}"
    assert failed[-1] == "no answer in 240 s"
    assert dict(zip(table.HEADER, failed, strict=True))["kept"] == ""


def test_report_is_written_as_markdown_and_json(tmp_path: Path) -> None:
    about, limits = ["a quiet machine"], [Roofline(1, 100.0, 10.0)]
    table.write(tmp_path / "new", table.as_markdown(about, [outcome()], 100.0),
                table.as_json(about, [outcome()], limits))
    text = (tmp_path / "new" / "bench.md").read_text("utf-8")
    assert "- a quiet machine" in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1
    figures = json.loads((tmp_path / "new" / "bench.json").read_text("utf-8"))
    assert figures["roofline"] == [{"threads": 1, "gflops": 100.0, "gigabytes": 10.0}]
    first, second = figures["cases"][0]["peers"]
    assert first["ratios"] == pytest.approx([2, 2, 7 / 3])
    assert second["failure"] == "no answer in 240 s"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case_is_whole(case) -> None:
    inputs, labels = data_of(case)
    assert len(inputs) == len(labels) == case.examples
    assert [shape for *_, shape in shapes(case)][-1][-1] == case.classes
    assert {"pytorch", "jax"} == case.promised.keys() <= PEERS.keys()


def test_work_is_counted_as_by_hand() -> None:
    # The first layer has no gradient of its inputs.
    assert multiply_adds(CASES["digits"]) == 64 * (2 * 784 * 128 + 3 * 128 * 10)
    first, second, last = 28 * 28 * 9 * 8, 14 * 14 * 9 * 8 * 16, 7 * 7 * 16 * 10
    assert multiply_adds(CASES["images"]) == 64 * (2 * first + 3 * (second + last))
    assert multiply_adds(CASES["gru"]) == 32 * 64 * 3 * (3 * 128 * (64 + 128) + 128 * 65)


def test_checks_are_those_of_the_command_line() -> None:
    assert CHECKS.keys() == CHECK_NAMES.keys()


def test_where_nobody_looks_a_frame_takes_no_time_for_it() -> None:
    found = looking.costs("13-lenet", threads=1, rounds=3)
    assert found["nothing"] < 5e-4
    assert found["nothing"] < 0.02 * found["readings"]
    assert {"evaluation", "pictures", "everything"} <= found.keys()


def test_looking_into_a_step_is_measured_part_by_part() -> None:
    found = microscope.look("01-playground-default", threads=1, count=4)
    assert 0 < found.slice < found.apart
    assert len(found.drawn) == 3
    assert len(found.cells) == len(microscope.HEADER) - 1
    assert found.cells[-1].endswith(" of 3")


def test_a_plan_without_measuring_trains_alike() -> None:
    full, bare = (trainer(CASES["playground"], threads=1) for _ in range(2))
    bare._plan = without_measuring(bare._plan)
    assert len(bare._plan.table) < len(full._plan.table)
    for network in (full, bare):
        network.run(50, 10.0)
    for name, array in full.weights().items():
        assert np.array_equal(array, bare.weights()[name])


def test_weights_that_pass_on_keep_gradients_alive() -> None:
    case = CASES["hundred"]
    for weights, alive in ((None, False), (passing_on(case), True)):
        network = trainer(case, threads=1, weights=weights)
        network.run(5, 60.0)
        norms = network.ring.data[:5, 7::5]
        assert (norms[:, 0] > 1e-6).all() == alive
        assert (norms[:, -1] > 1e-6).all()


def test_profile_sees_every_op() -> None:
    network = trainer(CASES["small"], threads=1)
    step = network._plan.shared.control[layout.STEP]
    found = by_op(network._plan, noted(network, 1, seconds=0.0), CASES["small"].batch)
    assert {"gather", "forward", "loss", "backward", "measure", "update"} == {
        one.section for one in found}
    assert network._plan.shared.control[layout.STEP] > step
    assert all(one.seconds > 0 for one in found)
    assert sum(one.operations for one in found) == 2 * multiply_adds(CASES["small"])
    assert all(np.isfinite(array).all() for array in network.weights().values())


def test_products_with_features_that_are_looked_up_are_not_counted() -> None:
    case = CASES["lstm"]
    plan = trainer(case, threads=1)._plan
    _, lstm, dense = case.layers
    rows = case.batch * case.shape[0]
    done = sum(work_of(plan, row, case.batch)[0] for row in range(len(plan.lines)))
    assert done == 3 * 2 * rows * lstm.units * (GATES["lstm"] * lstm.units + dense.units)


def test_steps_are_noted_by_jobs_where_threads_share_them() -> None:
    network = trainer(CASES["digits"], threads=2)
    jobs = noted(network, 2, seconds=0.0)
    assert sorted(row for job in jobs for row in job.rows) == [
        row for section in (layout.GATHER, layout.FORWARD, layout.LOSS_SECTION, layout.BACKWARD,
                            layout.MEASURE, layout.UPDATE)
        for row in range(network._plan.sections[section], network._plan.sections[section + 1])]
    assert len(jobs[0].rows) > 1


@pytest.mark.parametrize(("formula", "arrays"), [
    ("y = tanh(x)", 2), ("dx = dy (1 - y**2)", 3), ("w = w - rate g", 3),
    ("figures = sum of g**2", 1), (catalogue.OPS["update_adam"].formula, 7)])
def test_a_formula_says_how_often_memory_is_gone_through(formula: str, arrays: int) -> None:
    assert passes(formula) == arrays


def test_slope_and_plot() -> None:
    points = [(10.0**place, 3e-7 * 10.0**(place / 2)) for place in range(4, 9)]
    assert slope(points) == pytest.approx(0.5)
    lines = drawn(points).splitlines()
    assert sum(line.count("*") for line in lines) == 5
    assert lines[0].endswith("*")
    assert "1.0e+04 to 1.0e+08 multiply-adds" in lines[-1]


def test_limits_are_said_in_a_line() -> None:
    assert sentence(Roofline(1, 240.4, 9.96)).startswith("1 thread: tile 240 GFLOP/s")
    assert sentence(Roofline(2, 480.0, 9.96)).startswith("2 threads: ")
