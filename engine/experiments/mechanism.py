"""What B does otherwise than A, measured where the doctor found A ill."""

from __future__ import annotations

import math

from engine.diagnosis.verdicts import Verdict
from engine.layers import LOSSES
from engine.messages import Message, say
from engine.messages.numbers import shown
from engine.spec import ProjectSpec
from engine.telemetry.snapshot import LayerReading, Snapshot

Run = tuple[ProjectSpec, Snapshot, Verdict | None]
"""What ran, how it stands, and the last word on it."""

FLOW = frozenset({"vanishing", "exploding", "silent", "weights-too-small", "weights-too-large"})
"""Codes of verdicts on how gradients pass through the layers."""

_STEPS = frozenset({"update_small", "update_large", "rate-zero", "schedule-decays"})
"""Codes of verdicts on the size of steps."""


def mechanism(a: Run, b: Run) -> Message | None:
    """Return what is to be said of B where A is ill; None where nothing can be compared."""
    verdict = a[2]
    if verdict is None or b[2] is None:
        return None
    if verdict.code in FLOW:
        return _flow(a, b)
    if verdict.code == "dead":
        return _share(a, b, "dead_share")
    if verdict.code == "saturated":
        return _share(a, b, "saturated_share")
    if verdict.code in _STEPS:
        return _steps(a, b)
    return _scores(a, b) if verdict.code == "overfitting" else None


def _readings(run: Run) -> tuple[LayerReading, ...]:
    """Return the figures of a run's layers as its rows show them."""
    project, _, verdict = run
    known = {layer.id for layer in project.network}
    return () if verdict is None else tuple(one for one in verdict.readings
                                            if one.layer_id in known)


def _learning(run: Run) -> tuple[LayerReading, ...]:
    return tuple(one for one in _readings(run) if not math.isnan(one.gradient_rms))


def _at(run: Run, layer_id: str) -> LayerReading | None:
    return next((one for one in _readings(run) if one.layer_id == layer_id), None)


def _place(run: Run, layer_id: str) -> int:
    return run[0].network.index(layer_id)


def _layer(a: Run) -> str:
    """Return the layer in which A is ill: that which its verdict names, or the typical one."""
    verdict, learning = a[2], _learning(a)
    assert verdict is not None
    if any(one.layer_id == verdict.layer_id for one in learning):
        return verdict.layer_id
    return learning[0].layer_id if learning else ""


def _flow(a: Run, b: Run) -> Message | None:
    """Compare what of the last layer's gradient arrives."""
    layer_id = _layer(a)
    ends = [learning[-1].layer_id if learning else "" for learning in (_learning(a), _learning(b))]
    shares = [_arriving(run, layer_id, end) for run, end in zip((a, b), ends, strict=True)]
    if not all(math.isfinite(share) for share in shares) or layer_id in ends:
        return None
    one, two = _place(a, layer_id), _place(b, layer_id)
    last, end = _place(b, ends[1]), _place(a, ends[0])
    received = _received(shares[1])
    if (one, end) == (two, last):
        return say("outcome.arrives", layer=two, b=received, last=last, a=_of_it(shares[0]))
    return say("outcome.arrives-elsewhere", layer=two, b=received, last=last, other=one,
               a=_received(shares[0]), end=end)


def _arriving(run: Run, layer_id: str, end: str) -> float:
    """Return a layer's gradient over another one's, both as the rows show them; NaN if unknown."""
    here, there = _at(run, layer_id), _at(run, end)
    if here is None or there is None or not shown(there.gradient_rms) > 0:
        return math.nan
    return shown(here.gradient_rms) / shown(there.gradient_rms)


def _received(share: float) -> Message:
    if share == 0:
        return say("outcome.nothing")
    return say("outcome.times", value=share) if share >= 1 else say("outcome.of", value=share)


def _of_it(share: float) -> Message:
    if share == 0:
        return say("outcome.nothing-of-it")
    return (say("outcome.times-it", value=share) if share >= 1 else
            say("outcome.of-it", value=share))


def _share(a: Run, b: Run, name: str) -> Message | None:
    """Compare the share of dead units, or of saturated activations."""
    assert a[2] is not None
    layer_id = a[2].layer_id
    one, two = _at(a, layer_id), _at(b, layer_id)
    if one is None or two is None:
        return None
    before, after = float(getattr(one, name)), float(getattr(two, name))
    if math.isnan(before) or math.isnan(after):
        return None
    place, other = _place(b, layer_id), _place(a, layer_id)
    was = (say("outcome.share", value=before) if place == other else
           say("outcome.share-of-layer", value=before, layer=other))
    if name == "dead_share":
        return say("outcome.dead", b=after, layer=place, a=was)
    return say("outcome.saturated", b=after, layer=place, a=was)


def _steps(a: Run, b: Run) -> Message | None:
    """Compare what a step changes."""
    layer_id = _layer(a)
    one, two = _at(a, layer_id), _at(b, layer_id)
    if one is None or two is None or _place(a, layer_id) != _place(b, layer_id):
        return None
    # At most so much that it can be written.
    before, after = (10.0 ** min(reading.update_ratio, 300.0) for reading in (one, two))
    if math.isnan(before) or math.isnan(after):
        return None
    return say("outcome.steps", layer=_place(b, layer_id), b=after, a=before)


def _scores(a: Run, b: Run) -> Message | None:
    """Compare what is known of examples that were learned from with what is known of others."""
    (_, one, verdict), (_, two, _) = a, b
    if one.validation is None or two.validation is None or verdict is None:
        return None
    values = {"training": two.training.accuracy, "validation": two.validation.accuracy,
              "a_training": one.training.accuracy, "a_validation": one.validation.accuracy}
    if not all(math.isfinite(value) for value in values.values()):
        return None
    tasks = LOSSES[a[0].training.loss].tasks
    if "transcription" in tasks:
        return say("outcome.scores-text", **{name: 1 - value for name, value in values.items()})
    # Steps of a sequence have no mean over the classes.
    if "sequence" not in tasks and math.isnan(two.validation.balanced) and math.isnan(
            one.validation.balanced):
        return say("outcome.scores-r2", **values)
    return say("outcome.scores", **values)
