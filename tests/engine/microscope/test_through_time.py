"""The gradient of a state through time: its parts, and the factors between two steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.microscope.through_time import recurrent_layers, through_time
from engine.microscope.trace import Trace, run
from engine.plan import Plan
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.microscope.agreement import compare, project_of

STEPS, EXAMPLES = 6, 4


def trace_of(kind: str, scale: float = 1.0, **options: Any) -> Trace:
    """Return a step of a layer over some steps of time; its recurrent weights may be scaled."""
    def prepare(plan: Plan) -> None:
        recurrent = plan.layers[2].parameters["u"]
        plan.arena[recurrent.data:recurrent.data + recurrent.size] *= scale

    net = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("sequence", "reshape", {"form": "sequence", "steps": STEPS, "features": 2}),
        LayerSpec("reads", kind, {"units": 3, **options}), LayerSpec("flat", "flatten"),
        LayerSpec("out", "dense", {"units": 2, "activation": "linear"})))
    rng = np.random.default_rng(8)
    return run(compare(project_of(net), rng.standard_normal((EXAMPLES, 2 * STEPS)),
                       np.eye(2)[[0, 1, 1, 0]], spread=0.6, prepare=prepare))


def rms(values: Any) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("output", ["last", "sequence"])
def test_parts_and_factors_make_up_what_arrives(kind: str, output: str) -> None:
    trace = trace_of(kind, output=output)
    assert recurrent_layers(trace) == (2,)
    found = through_time(trace, 2)
    gate = {"rnn": "", "lstm": "f", "gru": "z"}[kind]
    assert (found.gate, found.layer, len(found.moments)) == (gate, "reads", STEPS)
    for t, moment in enumerate(found.moments):
        state = trace.last(f"dh2_{t}")
        assert moment.state == pytest.approx(rms(state))
        assert trace.program.statements[moment.statement].name == f"dh2_{t}"
        above = trace.last("dh2")[:, t] if output == "sequence" else \
            state if t == STEPS - 1 else np.zeros_like(state)
        assert moment.above == pytest.approx(rms(above))
        assert moment.later == pytest.approx(rms(state - above))
        if kind == "lstm":
            assert moment.cell == pytest.approx(rms(trace.last(f"dc2_{t}")))
        else:
            assert math.isnan(moment.cell)
    assert [passage.step for passage in found.passages] == list(range(STEPS - 1))
    assert found.total == pytest.approx(found.reached[0])
    assert found.reached[-1] == 1.0
    assert found.passages[found.weakest].whole == min(one.whole for one in found.passages)


def test_a_simple_layer_multiplies_slopes_and_weights() -> None:
    found = through_time(trace_of("rnn", output="sequence"), 2)
    for passage in found.passages:
        assert passage.whole == pytest.approx(passage.slopes * passage.weights)
        assert math.isnan(passage.gate)
        assert found.moments[passage.step].later == pytest.approx(
            passage.whole * found.moments[passage.step + 1].state)
    last = through_time(trace_of("rnn"), 2)
    assert last.total == pytest.approx(last.moments[0].state / last.moments[-1].state)


def test_what_has_vanished_is_not_lost_in_what_the_layers_above_ask() -> None:
    found = through_time(trace_of("rnn", 1e-18, output="sequence"), 2)
    assert all(0 < passage.whole < 1e-17 for passage in found.passages)
    for passage in found.passages:
        assert passage.whole == pytest.approx(passage.slopes * passage.weights, rel=1e-9)


def test_the_gates_have_factors_of_their_own() -> None:
    lstm, gru = trace_of("lstm"), trace_of("gru")
    for t, passage in enumerate(through_time(lstm, 2).passages):
        cell = lstm.last(f"dc2_{t + 1}")
        along = cell * lstm.last(f"f2_{t + 1}")
        assert passage.gate == pytest.approx(rms(along) / rms(cell))
        back = np.hstack([lstm.last(f"dh2_{t}"), along])
        both = np.hstack([lstm.last(f"dh2_{t + 1}"), cell])
        assert passage.whole == pytest.approx(rms(back) / rms(both))
    for t, passage in enumerate(through_time(gru, 2).passages):
        state = gru.last(f"dh2_{t + 1}")
        assert passage.gate == pytest.approx(rms(state * gru.last(f"z2_{t + 1}")) / rms(state))
        assert passage.whole == pytest.approx(rms(gru.last(f"dh2_{t}")) / rms(state))


def test_truncation_stops_the_way_back() -> None:
    found = through_time(trace_of("gru", output="sequence", truncation=2), 2)
    assert [passage.whole == 0 for passage in found.passages] == [False, True, False, True, False]
    assert found.total == 0


def test_what_does_not_count_is_passed_whole() -> None:
    net = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("tokens", "embedding", {"vocabulary": 4, "units": 2, "padding": True}),
        LayerSpec("reads", "lstm", {"units": 3}),
        LayerSpec("out", "dense", {"units": 2, "activation": "linear"})))
    tokens = np.array([[1.0, 2.0, 0.0], [3.0, 1.0, 2.0]])
    trace = run(compare(project_of(net), tokens, np.eye(2), spread=0.6))
    padded, full = through_time(trace, 2, example=0), through_time(trace, 2, example=1)
    assert padded.passages[1].whole == 1.0
    assert math.isnan(padded.passages[1].slopes)
    assert full.passages[1].whole != 1.0
    assert padded.moments[2].state == pytest.approx(rms(trace.last("dh2_2")[0]))


def test_only_recurrent_layers_go_back_in_time() -> None:
    with pytest.raises(ValueError, match="layer 4 is not recurrent"):
        through_time(trace_of("rnn"), 4)
