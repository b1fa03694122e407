"""Everything that can be said of runs and projects, from random cases of all kinds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from random import Random

from msgspec.structs import replace as with_fields

from engine.diagnosis.advice import advise
from engine.diagnosis.baseline import Baseline
from engine.diagnosis.case import Words
from engine.diagnosis.design import Fix
from engine.diagnosis.network import output_width
from engine.diagnosis.patient import Patient
from engine.diagnosis.verdicts import RunJudge, Verdict
from engine.layers import LOSSES
from engine.messages import Message
from engine.spec import NetworkSpec, ScheduleSpec, Task, default_project
from engine.telemetry.snapshot import Evaluation, Snapshot
from tests.engine.diagnosis.projects import loaded
from tests.engine.diagnosis.snapshots import network, snapshot
from tests.engine.diagnosis.test_advice import ILL

Layers = dict[str, dict[str, float]]
Curve = Callable[[float], float]
"""A figure by the share of the run, 0 to 1."""

LOSSES_OF: dict[Task, str] = {"classification": "softmax_cross_entropy",
                              "regression": "mean_squared_error",
                              "sequence": "sequence_cross_entropy"}


def somewhere(random: Random, low: float, high: float) -> float:
    """Return a number whose decade is as likely as any other."""
    return 10 ** random.uniform(math.log10(low), math.log10(high))


def baseline(random: Random, task: Task, loss: str, net: NetworkSpec) -> tuple[Baseline, int]:
    """Return what can be had without learning, and the number of classes."""
    if task == "regression":
        base = random.uniform(0.2, 0.99)
        return random.choice((
            Baseline(), Baseline("last", training=base, validation=base),
            Baseline("apart", training=base, validation=base, name="-200"))), 0
    n = random.choice((2, 3, 10))
    weights = [1.0] * n if random.random() < 0.5 else [somewhere(random, 0.01, 1) for _ in range(n)]
    shares = tuple(weight / sum(weights) for weight in weights)
    best = max(range(n), key=shares.__getitem__)
    cost = LOSSES[loss].at_chance(task, shares, output_width(net))
    return Baseline("commonest", cost, shares[best], shares[best], shares,
                    f"Class {best}"), n


def course(random: Random, guess: float) -> Curve:
    """Return a loss over a run."""
    first = guess * somewhere(random, 0.5, 3)
    least = first * somewhere(random, 1e-3, 1)
    turn, noise = random.uniform(0.2, 0.9), random.choice((0, 0, 0.002, 0.05)) * first
    kind = random.choice(("falls", "settles", "settles", "learned", "learned", "known", "valley",
                          "rises", "flat", "chance", "far"))

    def loss(share: float) -> float:
        known = min(1.0, share / turn)
        level = {
            "falls": first * (least / first) ** share,
            "settles": first * (least / first) ** known,
            "valley": first + (least - first) * known if share < turn else
            least + (first - least) * (share - turn) / (1 - turn),
            "learned": first * 0.01 ** min(1.0, 5 * share), "known": 0.01 * guess * (1 + share),
            "rises": first * (1 + 2 * share), "flat": first,
            "chance": guess * 0.995, "far": guess * somewhere(Random(turn), 5, 1e6),
        }[kind]
        return max(1e-6, level + noise * random.uniform(-1, 1))
    return loss


def score_of(random: Random, task: Task, base: Baseline, guess: float) -> Callable[[float], float]:
    """Return the score that goes with a loss."""
    stuck = random.random() < (0.5 if base.kind in ("last", "apart") else 0.1)
    near = base.training + random.uniform(-0.05, 0.05) * (1 - base.training)
    offset = random.choice((0.0, 0.0, random.uniform(-0.3, 0.3)))

    def score(loss: float) -> float:
        if stuck:
            return near if task == "regression" else base.training
        if task == "regression":
            return 1 - loss / guess + offset
        return min(1.0, max(0.0, base.training + (1 - base.training) * (1 - loss / guess) + offset))
    return score


def geometric(random: Random, depth: int, name: str, low: float, high: float) -> Layers:
    """Return a figure that every layer multiplies, alike or one of them alone."""
    whole = somewhere(random, low, high)
    alone = random.randrange(1, depth) if random.random() < 0.4 else 0
    figures, value = {}, 0.1 if name != "activation_std" else 1.0
    for n in range(depth - 1, 0, -1) if name != "activation_std" else range(1, depth):
        figures[f"dense_{n}"] = {name: value}
        value *= (whole if n == alone else 1.0) if alone else whole ** (1 / depth)
    return figures


def instruments(random: Random, depth: int) -> Layers:
    """Return figures of all layers, ill in one way or none."""
    kind = random.choice(("well", "well", "weights", "units", "signal", "inner", "zero", "blocked",
                          "dead", "saturated", "update", "nonfinite", "silent"))
    if kind == "weights":
        return geometric(random, depth, "gradient_rms", 1e-9, 1e9)
    if kind == "units":
        return geometric(random, depth, "activation_gradient_rms", 1e-9, 1e9)
    if kind == "signal":
        return geometric(random, depth, "activation_std", 1e-9, 1e9)
    if kind in ("inner", "blocked"):
        small, n = somewhere(random, 1e-8, 1e-3), random.randrange(1, depth)
        return {f"dense_{n}": {"gradient_rms": small} if kind == "inner" else
                {"activation_gradient_rms": 0.0}}
    share = somewhere(random, 0.1, 1)
    hit = [f"dense_{n}" for n in range(1, depth) if random.random() < 0.6] or ["dense_1"]
    if kind == "dead":
        return {name: {"dead_share": random.choice((share, 1.0))} for name in hit}
    if kind == "saturated":
        return {name: {"saturated_share": share} for name in hit}
    if kind == "nonfinite":
        return {hit[-1]: {"gradient_nonfinite": random.choice((1, 7, 4000))}}
    if kind == "zero":
        end = random.randrange(1, depth)
        lost = somewhere(random, 1e-44, 1e-2)
        return {**{f"dense_{n}": {"gradient_rms": 0.0} for n in range(1, end + 1)},
                **({f"dense_{end + 1}": {"gradient_rms": lost}} if end + 1 < depth else {})}
    if kind == "update":
        ratio = random.choice((random.uniform(-7, 1), -math.inf))
        return {f"dense_{n}": {"update_ratio": ratio} for n in range(1, depth)}
    names = (*(f"dense_{n}" for n in range(1, depth)), "output")
    return {name: {"gradient_rms": 0.0} for name in names} if kind == "silent" else {}


def shaken(random: Random, layers: Layers, by: float) -> Layers:
    """Return gradients as another batch has them."""
    return {layer: {name: value * somewhere(random, 1 / by, by) if name.endswith("rms") else value
                    for name, value in figures.items()} for layer, figures in layers.items()}


def snapshots(random: Random, net: NetworkSpec, task: Task, base: Baseline, n_classes: int, *,
              is_slow: bool) -> Iterator[Snapshot]:
    """Yield what is seen of a run; of one that is slow, steps that hardly change anything."""
    depth, guess = len(net) - 1, base.loss if n_classes else 1.0
    loss, layers = course(random, guess), instruments(random, depth)
    score = score_of(random, task, base, guess)
    later = instruments(random, depth) if random.random() < 0.3 else layers
    if is_slow:
        layers = later = {f"dense_{n}": {"update_ratio": -6.0} for n in range(1, depth)}
    apart = random.choice((0.0, 0.0, random.uniform(0.0, 0.6)))
    grows, held_out = random.choice((1.0, 1.0, 6.0)), random.random() < 0.6
    end = random.choice((30, 200, 2500, 6000, 40_000))
    looks = random.choice((8, 16))
    if random.random() < 0.05:
        end, looks, layers, later = 16, 16, {}, {"dense_1": {"gradient_rms": 30.0}}
    first = random.choice((16, 16, 100))
    shape = {"activation_mean": 0.0, "activation_std": 1.0, "activation_gradient_rms": 0.1,
             "values": 16}
    for look in range(looks + 1):
        share, step = look / looks, look * max(1, end // looks)
        now = loss(share)
        figures = shaken(random, later if share > 0.6 else layers, random.choice((1.0, 1.3)))
        for n in range(1, depth):
            shape["values"] = first if n == 1 else 16
            figures[f"dense_{n}"] = {**shape, **figures.get(f"dense_{n}", {})}
        seen = snapshot(net, step, loss=now, **figures)
        training = Evaluation(now, score(now), 1000, random.uniform(0.4, 1.0))
        validation = None
        if held_out:
            other = (now + 0.02 * guess) * (1 + (grows - 1) * share ** 3)
            validation = Evaluation(other, score(other) - apart, 300, random.uniform(0.4, 1.0))
        odd = random.random() < 0.02
        yield replace(seen, training=training, validation=validation,
                      loss=random.choice((math.nan, math.inf)) if odd else now)


def verdicts(seed: int, runs: int) -> Iterator[Verdict]:
    """Yield all verdicts on so many random runs."""
    for number in range(runs):
        random = Random(f"{seed} {number}")
        depth = 60 if number % 100 == 0 else random.choice((3, 4, 6))
        weights = random.choice(("xavier_uniform", "he_normal", "normal", "orthogonal", "zeros")
                                if number % 3 == 0 else ("xavier_uniform", "he_normal", "normal"))
        net = network(depth, random.choice(("tanh", "relu", "sigmoid", "linear")), weights)
        task: Task = random.choice(("classification", "classification", "regression", "sequence"))
        loss = LOSSES_OF[task]
        base, n_classes = baseline(random, task, loss, net)
        if number % 5 == 2 and n_classes:
            even = LOSSES[loss].at_chance(task, (1 / n_classes,) * n_classes, output_width(net))
            base = replace(base, loss=even, is_weighted=True)
        project = default_project()
        training = with_fields(project.training, loss=loss)
        is_slow = random.random() < 0.1
        if is_slow:
            training = random.choice((
                with_fields(training, schedule=ScheduleSpec("step", every=100, decay=0.1)),
                with_fields(training, clip_norm=somewhere(random, 1e-6, 1e-3)),
                with_fields(training, clip_value=somewhere(random, 1e-7, 1e-4))))
        project = with_fields(project, network=net, training=training)
        judge = RunJudge(Patient(project, task, tuple(map(str, range(n_classes))), 1000, base))
        for seen in snapshots(random, net, task, base, n_classes, is_slow=is_slow):
            yield judge.judge(seen, seen.step / 100)
            if not math.isfinite(seen.loss):
                break


def messages(message: Message) -> Iterator[Message]:
    """Yield a message and those that stand in it."""
    yield message
    for value in message.values.values():
        if isinstance(value, Message):
            yield from messages(value)


RUNS = 800


@cache
def _said_of_runs() -> tuple[tuple[tuple[Words, Fix | None], ...], frozenset[str]]:
    found: dict[tuple[str, str], tuple[Words, Fix | None]] = {}
    codes: set[str] = set()
    for verdict in verdicts(1, RUNS):
        for words, fix in ((verdict.words, verdict.fix), *((one, None) for one in verdict.others)):
            found.setdefault((words.title.code, words.sentence.text), (words, fix))
        codes |= {part.code for layer in verdict.layers for part in messages(layer.message)}
    return tuple(found.values()), frozenset(codes)


def of_runs() -> tuple[tuple[Words, Fix | None], ...]:
    """Return all that is said of random runs, in front or below, each once."""
    return _said_of_runs()[0]


def of_layers() -> frozenset[str]:
    """Return the codes of all that is said of layers of these runs."""
    return _said_of_runs()[1]


@cache
def of_projects() -> tuple[tuple[Words, Fix | None], ...]:
    """Return all that is said of projects before their first step."""
    return tuple((Words(note.title, note.sentence, note.evidence, note.layer_id), note.fix)
                 for project, *_ in ILL.values() for note in advise(project, loaded(project.data)))
