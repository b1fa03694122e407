"""What an update should come to: every rule once more for one number, from its definition.

Plain numbers, one at a time, and nothing of the step's own lines: so that a mistake in these shows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.layers import Value
from engine.microscope.names import Placed, parameter_name
from engine.microscope.number import Index, sum_of
from engine.microscope.statement import Phase
from engine.microscope.trace import Trace
from engine.spec import OptimizerSpec

ALL_TOGETHER = ("norm", "kept", "mu", "mu_next", "mu_product")
"""What is computed once for all parameters."""


class _Parameter(NamedTuple):
    layer: Placed
    value: Value

    @property
    def is_weight(self) -> bool:
        return self.value.data < self.layer.first + self.layer.weights


class _Old(NamedTuple):
    """A number before the step, what the optimizer remembers of it, and its gradient.

    It rests where it stands in a row of a table that the step does not use.
    """

    w: float
    m: float
    v: float
    g: float
    rests: bool


class Rule:
    """The update of a step, number by number.

    Parameters
    ----------
    trace : Trace
        The step; its gradients are taken as they are.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace, self._subject = trace, trace.program.subject
        self._parameters = {
            parameter_name(key, number): _Parameter(layer, value)
            for number, layer in enumerate(self._subject.layers) if not layer.spec.frozen
            for key, value in layer.parameters.items() if value.gradient >= 0}
        self._used = {
            parameter_name(key, number): f"used{number}"
            for number, layer in enumerate(self._subject.layers)
            if layer.used is not None and layer.used.others_rest for key in layer.parameters}
        statements = trace.program.statements
        self._gradients = {statement.of: i for i, statement in enumerate(statements)
                           if statement.of in self._parameters}
        self._stages: dict[int, tuple[str, str]] = {}
        seen: Counter[str] = Counter()
        for i, statement in enumerate(statements):
            if statement.phase in (Phase.CLIPPING, Phase.UPDATE):
                stage = self._stage(statement.name, seen[statement.name])
                seen[statement.name] += 1
                if stage is not None:
                    self._stages[i] = stage

    def is_known(self, i: int) -> bool:
        """Say whether it is known what statement i should compute."""
        return i in self._stages

    def expected(self, i: int, index: Index) -> float:
        """Return what a number that statement i writes should be."""
        stage, name = self._stages[i]
        if not name:
            return self._together()[stage]
        if stage == "length":
            return self._length(name, index[-1])
        if stage == "fitted":
            limit, length = self._subject.training.max_norm, self._length(name, index[-1])
            return self._after(name, index)["w"] * limit / max(limit, length)
        return self._after(name, index)[stage]

    def _stage(self, variable: str, count: int) -> tuple[str, str] | None:
        """Return what a variable is when written for the so-manieth time, and of which parameter.

        None where the rule has no such number.
        """
        if variable in ALL_TOGETHER:
            return variable, ""
        if variable in self._gradients:
            stages = self._stages_of(variable)
            return (stages[count], variable) if count < len(stages) else None
        for prefix, suffix, stage in (("g", "", "g"), ("m", "", "m"), ("v", "", "v"),
                                      ("m", "_hat", "m_hat"), ("v", "_hat", "v_hat"),
                                      ("u", "", "u"), ("length", "", "length")):
            name = variable.removeprefix(prefix).removesuffix(suffix)
            if f"{prefix}{name}{suffix}" == variable and name in self._gradients:
                return stage, name
        name = variable[1:]
        limits = [stage for stage, limit in (("clipped", self._subject.training.clip_value),
                                             ("limited", self._subject.training.clip_norm))
                  if limit > 0]
        if variable[:1] == "d" and name in self._gradients and count < len(limits):
            return limits[count], name
        return None

    def _stages_of(self, name: str) -> list[str]:
        """Return what a parameter becomes in a step, one after the other."""
        parameter, training = self._parameters[name], self._subject.training
        decay = self._penalty(name, "weight_decay")
        return ([*(["decayed"] if training.optimizer.kind == "adamw" and decay else []), "w",
                 *(["fitted"] if training.max_norm > 0 and parameter.value
                   in parameter.layer.limited else [])])

    def _penalty(self, name: str, key: str) -> float:
        parameter = self._parameters[name]
        return self._subject.penalties[parameter.layer.spec.id][key] if parameter.is_weight else 0.0

    def _after(self, name: str, index: Index) -> dict[str, float]:
        """Return what becomes of a number and its gradient, by stage, before norms are limited."""
        given, subject = self._trace.program.given, self._subject
        w, m, v = (float(given[f"{prefix}{name}"][index]) for prefix in ("", "m", "v"))
        gradient = float(self._trace.values[self._gradients[name]][index])
        most = subject.training.clip_value
        clipped = min(max(gradient, -most), most) if most > 0 else gradient
        limited = clipped * (self._together()["kept"] if subject.training.clip_norm > 0 else 1.0)
        g = limited + self._penalty(name, "l2") * w
        g += self._penalty(name, "l1") * ((w > 0) - (w < 0))
        rule, rate = subject.training.optimizer, subject.rate
        old = _Old(w, m, v, g, self._rests(name, index))
        found = RULES[rule.kind](old, rule, subject.optimizer_step + 1)
        decay = self._penalty(name, "weight_decay") if rule.kind == "adamw" else 0.0
        decayed = w * (1 - rate * decay)
        after = {**found, "clipped": clipped, "limited": limited, "g": g, "decayed": decayed,
                 "w": decayed - rate * found["direction"]}
        return {**after, "m": m, "v": v, "decayed": w, "w": w} if old.rests else after

    def _rests(self, name: str, index: Index) -> bool:
        """Say whether a number stands in a row that the step does not use; which it does, is told.

        Like gradients, the rows in use are taken as they are.
        """
        used = self._used.get(name, "")
        return bool(used) and not self._trace.last(used)[index[0]]

    def _together(self) -> dict[str, float]:
        return {**self._norm, **self._momenta}

    @cached_property
    def _norm(self) -> dict[str, float]:
        """The norm of all gradients, and what its limit leaves of each."""
        limit, most = self._subject.training.clip_norm, self._subject.training.clip_value
        squares = []
        for i in self._gradients.values():
            values = self._trace.values[i]
            squares.append(float(np.sum((np.clip(values, -most, most) if most else values)**2)))
        norm = math.sqrt(sum_of(squares))
        return {"norm": norm, "kept": min(1.0, limit / (norm + 1e-6)) if limit > 0 else 1.0}

    @cached_property
    def _momenta(self) -> dict[str, float]:
        count = self._subject.optimizer_step + 1
        momenta = _nadam_momenta(self._subject.training.optimizer, count)
        return {"mu": momenta[count - 1], "mu_next": momenta[count],
                "mu_product": math.prod(momenta[:count])}

    def _length(self, name: str, unit: int) -> float:
        """Return how long the weights into a unit are after the rule's step."""
        before = self._parameters[name].value.shape[:-1]
        weights = (self._after(name, (*rest, unit))["w"] for rest in np.ndindex(*before))
        # A power of a float raises an error where it overflows; a product does not.
        return math.sqrt(sum_of(w * w for w in weights))


def _sgd(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    return {"direction": old.g}


def _momentum(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    velocity = of.momentum * old.m + old.g
    return {"m": velocity, "direction": velocity}


def _nesterov(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    velocity = of.momentum * old.m + old.g
    return {"m": velocity, "direction": old.g + of.momentum * velocity}


def _rmsprop(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    square = of.rho * old.v + (1 - of.rho) * old.g * old.g
    return {"v": square, "direction": old.g / (math.sqrt(square) + of.epsilon)}


def _adagrad(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    square = old.v + old.g * old.g
    return {"v": square, "direction": old.g / (math.sqrt(square) + of.epsilon)}


def _adadelta(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    square = of.rho * old.v + (1 - of.rho) * old.g * old.g
    change = old.g * math.sqrt(old.m + of.epsilon) / math.sqrt(square + of.epsilon)
    return {"v": square, "u": change, "m": of.rho * old.m + (1 - of.rho) * change * change,
            "direction": change}


def _moments(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    mean = old.m if old.rests else of.beta1 * old.m + (1 - of.beta1) * old.g
    square = old.v if old.rests else of.beta2 * old.v + (1 - of.beta2) * old.g * old.g
    return {"m": mean, "v": square, "m_hat": mean / (1 - of.beta1**t),
            "v_hat": square / (1 - of.beta2**t)}


def _adam(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    found = _moments(old, of, t)
    found["direction"] = found["m_hat"] / (math.sqrt(found["v_hat"]) + of.epsilon)
    return found


def _nadam_momenta(of: OptimizerSpec, t: int) -> list[float]:
    """Return NAdam's momenta of steps 1 to t + 1."""
    return [of.beta1 * (1 - 0.5 * 0.96 ** (0.004 * s)) for s in range(1, t + 2)]


def _nadam(old: _Old, of: OptimizerSpec, t: int) -> dict[str, float]:
    found, momenta = _moments(old, of, t), _nadam_momenta(of, t)
    now = math.prod(momenta[:t])
    found["m_hat"] = ((1 - momenta[t - 1]) * old.g / (1 - now)
                      + momenta[t] * found["m"] / (1 - now * momenta[t]))
    found["direction"] = found["m_hat"] / (math.sqrt(found["v_hat"]) + of.epsilon)
    return found


RULES: dict[str, Callable[[_Old, OptimizerSpec, int], dict[str, float]]] = {
    "sgd": _sgd, "momentum": _momentum, "nesterov": _nesterov, "rmsprop": _rmsprop,
    "adagrad": _adagrad, "adadelta": _adadelta, "adam": _adam, "adamw": _adam, "nadam": _nadam,
}
"""By key of `engine.layers.OPTIMIZERS`: Robbins and Monro (1951), Polyak (1964), Sutskever et al.
(2013), Hinton (2012), Duchi et al. (2011), Zeiler (2012), Kingma and Ba (2015), Dozat (2016)."""
