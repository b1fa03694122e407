"""What a plan tells of its rows: layer, op, section and formula of each."""

from __future__ import annotations

import pytest

from engine.data.sources import load
from engine.kernels.ops.catalogue import OPS
from engine.kernels.runtime import layout
from engine.layers import OPTIMIZERS
from engine.plan import Plan, build_plan
from engine.spec import ProjectSpec
from engine.training.examples import prepare
from tests.golden.same_bytes_cases import made

TOGETHER = {"sum_updates", "average_parameters", "exchange_parameters",
            *(rule.op for rule in OPTIMIZERS.values())}


def planned(project: ProjectSpec, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Return the plan of a project; its ops have addresses, but are not compiled."""
    for op in OPS.values():
        monkeypatch.setattr(op, "address", lambda precision: 1)
    data = load(project.data)
    examples = prepare(project, data, data.validation[:1])
    return build_plan(project, examples.inputs, examples.targets, 4,
                      image_shape=examples.image_shape, class_weights=examples.class_weights)


@pytest.mark.parametrize("case", made())
def test_every_row_says_layer_op_section_and_formula(case: str, monkeypatch: pytest.MonkeyPatch
                                                     ) -> None:
    project = made()[case]
    plan = planned(project, monkeypatch)
    ids = {layer.id for layer in project.network}
    assert len(plan.lines) == len(plan.table)
    for section, name in enumerate(layout.SECTION_NAMES):
        for line in plan.lines[plan.sections[section]:plan.sections[section + 1]]:
            assert line.section_name == name
            assert line.formula == OPS[line.op].formula
            # What measures and follows the gradients does so for all layers together.
            together = name == "measure" or line.op in TOGETHER
            assert line.layer == "" if together else line.layer in ids, line


def test_rows_hold_what_their_lines_say(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(made()["norms"], monkeypatch)
    for packed, line in zip(plan.table, plan.lines, strict=True):
        slots = OPS[line.op].slots
        for name, value in line.slots.items():
            assert packed[slots.places[name]] == slots.encode(name, value)


def test_a_sum_of_gradients_belongs_to_the_layer_that_several_read(
        monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(made()["joins"], monkeypatch)
    sums = [line for line in plan.lines if line.section == layout.BACKWARD
            and line.op in ("copy", "add") and line.layer == "a"]
    assert [line.op for line in sums] == ["copy", "add", "add"]


def test_lines_of_a_plan_name_the_loss_by_the_last_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    project = made()["clipped"]
    plan = planned(project, monkeypatch)
    last = project.network.layers[-1].id
    told = {(line.section_name, line.op): line.layer for line in plan.lines}
    assert told["loss", "softmax_cross_entropy"] == last
    assert told["output", "softmax_forward"] == last
    assert told["score", "score"] == last
    assert told["update", "limit_columns"] == last
