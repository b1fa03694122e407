"""Looking changes nothing of a run, and costs nothing where nobody looks."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.kernels.runtime import layout
from engine.spec import LayerSpec, read_project
from engine.telemetry.parts import EVERYTHING, NOTHING, Part, Wanted
from engine.telemetry.snapshot import Snapshot
from engine.training import Trainer, visit
from tests.engine.training.runs import advance, dense, trainer

EXAMPLES = sorted((Path(__file__).parents[3] / "resources" / "examples").glob("[0-9]*.json"))
ADDRESSES = [layout.STOP, layout.ORDER, layout.TRAINING_ORDER, layout.VALIDATION_ORDER,
             layout.HELPERS]
"""What of the control is not the run's own."""


def pair(path: Path) -> tuple[Trainer, Trainer]:
    """Return two equal runs of a template, in small batches so that a step is soon taken."""
    project = read_project(path)
    batch = min(project.training.batch_size or 16, 16)
    project = replace(project, training=replace(project.training, batch_size=batch))
    data = load(project.data, path.parent)
    return Trainer(project, data, threads=1), Trainer(project, data, threads=1)


def state(run: Trainer) -> dict[str, bytes]:
    """Return every byte on which the rest of a run depends, by name."""
    plan, shared = run._plan, run._plan.shared
    return {"parameters, gradients, memory": plan.arena[:4 * plan.parameters].tobytes(),
            "control": np.delete(shared.control, ADDRESSES).tobytes(),
            "hyper": shared.hyper.tobytes(), "wishes": shared.requested.tobytes(),
            "results": shared.results.tobytes(), "ring": run.ring.data.tobytes(),
            "order": run._order.tobytes()}


def facts(value: Any) -> Any:
    """Return a snapshot, or part of one, as bytes and plain values that can be compared."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: facts(getattr(value, field.name))
                for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [facts(one) for one in value]
    return np.float64(value).tobytes() if isinstance(value, float) else value


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_looking_changes_no_byte_of_any_example(path: Path) -> None:
    seen, unseen = pair(path)
    for _ in range(3):
        before = state(seen)
        first = facts(seen.snapshot())
        assert state(seen) == before
        seen.write_text(2)
        assert facts(seen.snapshot()) == first
        assert state(seen) == before
        advance(seen, 2)
        advance(unseen, 2)
    assert state(seen) == state(unseen)
    assert facts(seen.snapshot()) == facts(unseen.snapshot())


FIELDS = {
    Part.EVALUATION: {"training", "validation", "loss"}, Part.CONFUSION: {"confusion"},
    Part.SAMPLES: {"samples", "sample_outputs"}, Part.PICTURES: {"samples", "layers"},
    Part.READINGS: {"layers"}, Part.STEP_GRADIENTS: {"layers"}, Part.MAGNITUDES: {"layers"},
    Part.GRADIENT_NOISE: {"layers"}, Part.SURFACE: {"surface"},
    Part.LATENT: {"latent"}, Part.FORECAST: {"forecast"}, Part.TEXT: set(),
    Part.TRANSCRIPTS: {"transcripts"},
}
"""Fields of a snapshot that each part may fill."""
OF_LAYERS = {
    Part.READINGS: (), Part.STEP_GRADIENTS: ("step_gradients",),
    Part.MAGNITUDES: ("magnitudes", "magnitudes_from"),
    Part.GRADIENT_NOISE: ("gradient_signal", "gradient_noise"),
    Part.PICTURES: ("feature_maps", "filters"),
}
"""What each part says of layers; the first says all else."""
VARIED = [path for path in EXAMPLES if path.stem[:2] in ("01", "08", "13", "15", "18", "19", "21")]
"""Between them they have every part."""


def run_of(path: Path) -> Trainer:
    return advance(pair(path)[0], 2)


@pytest.mark.parametrize("path", VARIED, ids=lambda path: path.stem)
def test_a_part_alone_is_what_it_is_among_all_others(path: Path) -> None:
    run = run_of(path)
    whole, bare = run.snapshot(), run.snapshot(NOTHING)
    assert whole.available == whole.parts | (whole.available & {Part.TEXT})
    assert bare.parts == NOTHING
    for part in Part:
        alone = run.snapshot(frozenset({part}))
        assert alone.parts == {part} & whole.parts
        assert alone.available == whole.available
        for field in dataclasses.fields(Snapshot):
            if field.name in ("layers", "parts"):
                continue
            filled = field.name in FIELDS[part] and part in whole.parts
            expected = getattr(whole if filled else bare, field.name)
            if filled and field.name == "sample_outputs":
                np.testing.assert_allclose(alone.sample_outputs, expected, rtol=1e-5, atol=1e-7)
            else:
                assert facts(getattr(alone, field.name)) == facts(expected), (part, field.name)
        assert bool(alone.layers) == (part in whole.parts and "layers" in FIELDS[part])
    # What is said of layers adds up to what is said of them at once.
    by_part = [run.snapshot(frozenset({part})).layers or whole.layers for part in OF_LAYERS]
    for (first, *others), all_of_it in zip(zip(*by_part, strict=True), whole.layers, strict=True):
        together = dataclasses.replace(first, **{
            name: getattr(other, name)
            for other, names in zip(others, tuple(OF_LAYERS.values())[1:], strict=True)
            for name in names})
        assert facts(together) == facts(all_of_it)


def test_every_part_is_among_those_of_the_examples() -> None:
    found: Wanted = frozenset()
    for path in VARIED:
        found |= run_of(path).snapshot(NOTHING).available
    # None of the examples is read into text.
    assert found == EVERYTHING - {Part.TRANSCRIPTS}


@pytest.mark.parametrize("steps", [0, 2])
@pytest.mark.parametrize("path", VARIED, ids=lambda path: path.stem)
def test_where_nobody_looks_no_kernel_is_run(
    path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, ran = advance(pair(path)[0], steps), []

    def counted(*arguments: Any) -> None:
        ran.append(arguments)
        run_section(*arguments)

    run_section = visit.run_section
    monkeypatch.setattr(visit, "run_section", counted)
    run.snapshot(NOTHING)
    run.snapshot(frozenset({Part.TEXT}))
    assert not ran
    for part in run.snapshot(NOTHING).available - {Part.TEXT}:
        ran.clear()
        run.snapshot(frozenset({part}))
        # Weights of filters are looked at as they lie; feature maps are not.
        assert ran, part


def test_a_snapshot_stands_by_itself_whatever_becomes_of_its_run() -> None:
    run = advance(trainer(None, dense("dense-1", 8), LayerSpec("dropout-1", "dropout"),
                          dense("output", 3, "linear")), 5)
    shown = run.snapshot()
    before = facts(shown)
    advance(run, 30)
    run.apply(replace(run.project.training, batch_size=0))
    advance(run, 3)
    assert facts(shown) == before
    assert facts(run.snapshot()) != before


def arrays_in(value: Any) -> list[np.ndarray]:
    """Return every array of a snapshot."""
    if isinstance(value, np.ndarray):
        return [value]
    if dataclasses.is_dataclass(value):
        return [array for field in dataclasses.fields(value)
                for array in arrays_in(getattr(value, field.name))]
    return [array for one in value for array in arrays_in(one)] if isinstance(value, tuple) else []


@pytest.mark.parametrize("path", VARIED, ids=lambda path: path.stem)
def test_nobody_can_write_into_a_snapshot(path: Path) -> None:
    found = arrays_in(run_of(path).snapshot())
    assert len(found) > 3
    assert not any(array.flags.writeable for array in found)


def test_readings_are_those_of_the_last_step_whatever_was_looked_at_before() -> None:
    runs = [advance(trainer(), 4) for _ in range(2)]
    for _ in range(3):
        runs[0].snapshot(frozenset({Part.EVALUATION}))
        runs[0].evaluate("validation")
    readings = frozenset({Part.READINGS})
    assert facts(runs[0].snapshot(readings)) == facts(runs[1].snapshot(readings))
