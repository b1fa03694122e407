"""Optimizers, limits and penalties in Keras."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.errors import EngineError
from engine.export.graph import Graph, GraphLayer
from engine.export.keras.made import number
from engine.export.rates import FACTORS, factor_text
from engine.export.source import WIDTH, Source, filled
from engine.layers import OPTIMIZERS, SCHEDULES, Node

TITLE = "Keras"


@dataclass(frozen=True)
class RuleText:
    """An update rule.

    Attributes
    ----------
    own : str
        Keras' own class and its constants; empty where it computes something else.
    why : str
        Why it has to be written, the end of a sentence.
    memories : tuple[str, ...]
        What it remembers of every variable.
    lines : tuple[str, ...]
        What it does with ``gradient``; the last one says what is taken off a variable.
    product : bool
        Whether it keeps one number for all variables.
    keeps_rate : bool
        Whether Keras' own remembers what the learning rate was.
    """

    own: str
    why: str
    memories: tuple[str, ...]
    lines: tuple[str, ...]
    product: bool = False
    keeps_rate: bool = False


_HAT = "Keras adds epsilon before the bias correction, inside of which it counts for more"
_INSIDE = "Keras adds epsilon under the root"

_MEAN = "mean = self.keep(\"means\", at, {beta1} * self.means[at] + {rest1} * gradient)"
_SQUARE = "square = self.keep(\"squares\", at, {beta2} * self.squares[at]\n" \
          "                   + {rest2} * ops.square(gradient))"


def _constants(rule: Node) -> dict[str, str]:
    found = {key: number(float(value)) for key, value in rule.attributes.items()
             if isinstance(value, int | float)}
    for name, key in (("rest1", "beta1"), ("rest2", "beta2"), ("rest", "rho")):
        if key in found:
            # Not rounded twice: 1 - 0.9 is not 0.1.
            found[name] = f"(1 - {found[key]})"
    return found


def _momentum(rule: Node) -> RuleText:
    return RuleText(
        f"SGD momentum={number(rule.number('momentum'))}",
        "Keras multiplies by the learning rate before it remembers", ("velocities",),
        ("velocity = self.keep(\"velocities\", at, {momentum} * self.velocities[at] + gradient)",
         "return rate * velocity"), keeps_rate=True)


def _nesterov(rule: Node) -> RuleText:
    return RuleText(
        f"SGD momentum={number(rule.number('momentum'))}, nesterov=True",
        "Keras multiplies by the learning rate before it remembers", ("velocities",),
        ("velocity = self.keep(\"velocities\", at, {momentum} * self.velocities[at] + gradient)",
         "return rate * (gradient + {momentum} * velocity)"), keeps_rate=True)


def _rmsprop(_rule: Node) -> RuleText:
    return RuleText("", _INSIDE, ("squares",), (
        "square = self.keep(\"squares\", at, {rho} * self.squares[at]\n"
        "                   + {rest} * ops.square(gradient))",
        "return rate * gradient / (ops.sqrt(square) + {epsilon})"))


def _adam(_rule: Node) -> RuleText:
    return RuleText("", _HAT, ("means", "squares"), (
        _MEAN, _SQUARE,
        "count = ops.cast(self.iterations + 1, variable.dtype)",
        "mean = mean / (1 - ops.power(ops.cast({beta1}, variable.dtype), count))",
        "square = square / (1 - ops.power(ops.cast({beta2}, variable.dtype), count))",
        "return rate * mean / (ops.sqrt(square) + {epsilon})"))


def _adagrad(_rule: Node) -> RuleText:
    return RuleText("", f"{_INSIDE}, and begins its sum of squares with 0.1", ("squares",), (
        "square = self.keep(\"squares\", at, self.squares[at] + ops.square(gradient))",
        "return rate * gradient / (ops.sqrt(square) + {epsilon})"))


def _adadelta(rule: Node) -> RuleText:
    return RuleText(
        f"Adadelta rho={number(rule.number('rho'))}, epsilon={number(rule.number('epsilon'))}",
        "", ("squares", "changes"), (
            "square = self.keep(\"squares\", at, {rho} * self.squares[at]\n"
            "                   + {rest} * ops.square(gradient))",
            "change = ops.sqrt(self.changes[at] + {epsilon}) / ops.sqrt(square + {epsilon}) "
            "* gradient",
            "self.keep(\"changes\", at, {rho} * self.changes[at] + {rest} * ops.square(change))",
            "return rate * change"))


def _nadam(_rule: Node) -> RuleText:
    return RuleText("", f"{_HAT}; its momentum follows another schedule", ("means", "squares"), (
        _MEAN, _SQUARE,
        "count = ops.cast(self.iterations + 1, variable.dtype)",
        "now, later = (", "    {beta1} * (1 - 0.5 * ops.power(ops.cast(0.96, variable.dtype), "
        "0.004 * step))", "    for step in (count, count + 1))",
        "if at == 0:",
        "    # Of all steps so far; every variable has the same.",
        "    self.assign(self.product, self.product * now)",
        "product = ops.cast(self.product, variable.dtype)",
        "mean = ((1 - now) * gradient / (1 - product) + later * mean / (1 - product * later))",
        "square = square / (1 - ops.power(ops.cast({beta2}, variable.dtype), count))",
        "return rate * mean / (ops.sqrt(square) + {epsilon})"), product=True)


RULES: Mapping[str, Callable[[Node], RuleText]] = {
    "sgd": lambda _rule: RuleText("SGD", "", (), ("return rate * gradient",)),
    "momentum": _momentum, "nesterov": _nesterov, "rmsprop": _rmsprop, "adam": _adam,
    "adamw": _adam, "adagrad": _adagrad, "adadelta": _adadelta, "nadam": _nadam,
}
"""By key, what an optimizer is in Keras."""

CLIPPED_NORM = '''largest = ops.maximum(ops.max(ops.stack([ops.max(ops.abs(one))
                                         for one in gradients])), 1e-30)
# Divided by the largest before it is squared, so that no square overflows.
norm = largest * ops.sqrt(sum(ops.sum(ops.square(one / largest)) for one in gradients))
share = ops.minimum(CLIP_NORM / norm, 1.0)
gradients = [one * share for one in gradients]'''

LIMITED = '''def limited(variable, value):
    """Return weights of which no column, what goes into a unit, is longer than the limit."""
    if not is_weight(variable) or variable.path.endswith("embeddings"):
        return value
    axes = tuple(range(len(value.shape) - 1))
    length = ops.sqrt(ops.sum(ops.square(value), axis=axes))
    return value * ops.minimum(MAX_NORM / ops.maximum(length, 1e-30), 1.0)'''


class Rules:
    """How a script follows the gradients.

    Parameters
    ----------
    graph : Graph
        The project.
    names : Mapping[str, str]
        What layers are called, by their ids.

    Raises
    ------
    EngineError
        If there is no such optimizer or schedule in Keras.
    """

    def __init__(self, graph: Graph, names: Mapping[str, str]) -> None:
        training = self._training = graph.training
        self._rule, schedule = training.optimizer, training.schedule.op
        if self._rule.op not in RULES:
            raise EngineError("export.no-optimizer", optimizer=OPTIMIZERS[self._rule.op].title,
                              target=TITLE)
        if schedule not in FACTORS:
            raise EngineError("export.no-schedule", schedule=SCHEDULES[schedule].title,
                              target=TITLE)
        self._text = RULES[self._rule.op](self._rule)
        layers = [layer for layer in graph.layers if not layer.frozen
                  and any(one.is_weight and one.is_learned for one in layer.parameters)]

        def by_name(value: Callable[[GraphLayer], float]) -> dict[str, float]:
            found = {names[layer.id]: value(layer) for layer in layers}
            return found if any(found.values()) else {}
        self._pulls = {"L1": by_name(lambda layer: layer.l1),
                       "L2": by_name(lambda layer: layer.l2),
                       "DECAY": by_name(lambda layer: layer.weight_decay)}
        is_steady = schedule == "constant" or not self._text.keeps_rate
        self.is_own = bool(
            not self._text.own or any(self._pulls.values()) or training.clip_value
            or training.clip_norm or training.max_norm or not is_steady)

    @property
    def has_factor(self) -> bool:
        """Whether the learning rate is a function of the step."""
        return bool(FACTORS[self._training.schedule.op])

    @property
    def follows_loss(self) -> bool:
        """Whether the schedule waits for plateaus of the loss."""
        return self._training.schedule.op == "plateau"

    def write(self, source: Source) -> None:
        """Append the functions: rate, optimizer, penalties, limits."""
        if self.has_factor:
            source.add(factor_text(self._training.schedule), "", "")
        if self.is_own:
            self._write_weights(source)
            self._write_rule(source)
        with source.block("def make_optimizer():"):
            source.add('"""Return the rule that follows the gradients."""')
            name, _, constants = self._text.own.partition(" ")
            more = f", {constants}" if constants else ""
            source.add("return Rule(learning_rate=LEARNING_RATE)" if self.is_own else
                       f"return keras.optimizers.{name}(learning_rate=LEARNING_RATE{more})")

    def _write_weights(self, source: Source) -> None:
        """Append which variables are weights, and how much pulls them to 0."""
        if not any(self._pulls.values()) and not self._training.max_norm:
            return
        for name, table in self._pulls.items():
            if table:
                source.add(filled(f"{name} = {{", [f'"{key}": {number(value)}'
                                                   for key, value in table.items()], "}"))
        if any(self._pulls.values()):
            source.add("", "")
        with source.block("def is_weight(variable):"):
            source.add('"""Say whether a variable is weights; biases and norms are none."""',
                       'kinds = ("kernel", "recurrent_kernel", "embeddings")',
                       'return variable.path.split("/")[-1] in kinds')
        source.add("", "")
        if any(self._pulls.values()):
            with source.block("def pull(variable, table):"):
                source.add('"""Return what a table says of the layer of a variable."""',
                           'layer = path_of(variable).split("/")[0]',
                           "return table.get(layer, 0.0) if is_weight(variable) else 0.0")
            source.add("", "")
        if self._training.max_norm:
            source.add(LIMITED, "", "")

    def _write_rule(self, source: Source) -> None:
        told = f"{OPTIMIZERS[self._rule.op].title}, as the project has it."
        with source.block("class Rule(keras.optimizers.Optimizer):"):
            if why := self._why():
                source.add(f'"""{told}', "", *textwrap.wrap(why, WIDTH - 4), '"""', "")
            else:
                source.add(f'"""{told}"""', "")
            if self._text.memories:
                self._write_build(source)
            if self._training.clip_value or self._training.clip_norm:
                self._write_apply(source)
            self._write_step(source)
        source.add("", "")

    def _why(self) -> str:
        """Return why Keras' own optimizer, or what it offers besides, is not taken."""
        training = self._training
        reasons = [self._text.why] if not self._text.own else []
        if self._text.keeps_rate and training.schedule.op != "constant":
            reasons.append(self._text.why)
        if self._pulls["L1"] or self._pulls["L2"]:
            reasons.append(
                "penalties are added to the gradients once those are clipped, and are no part of "
                "the loss; L2 is half the sum of squares, for Keras' regularizer the whole")
        if self._pulls["DECAY"]:
            reasons.append("weights alone decay, where Keras' weight_decay takes all variables")
        if training.clip_norm:
            reasons.append("a norm that overflows would make all weights NaN in Keras")
        text = ". ".join(f"{reason[0].upper()}{reason[1:]}" for reason in reasons)
        return f"{text}." if text else ""

    def _write_build(self, source: Source) -> None:
        with source.block("def build(self, variables):"):
            source.add("if self.built:", "    return", "super().build(variables)")
            for name in self._text.memories:
                source.add(f'self.{name} = [self.add_variable_from_reference(one, "{name}")',
                           f"{' ' * (9 + len(name))}for one in variables]")
            if self._text.product:
                source.add('self.product = self.add_variable((), initializer="ones", '
                           'name="product")')
        source.add("")
        with source.block("def keep(self, memory, at, value):"):
            source.add('"""Put a value into a memory and return it."""',
                       "self.assign(getattr(self, memory)[at], value)", "return value")
        source.add("")

    def _write_apply(self, source: Source) -> None:
        with source.block("def apply(self, grads, trainable_variables=None):"):
            source.add("gradients = list(grads)")
            if self._training.clip_value:
                source.add("gradients = [ops.clip(one, -CLIP_VALUE, CLIP_VALUE) "
                           "for one in gradients]")
            if self._training.clip_norm:
                source.add(CLIPPED_NORM)
            source.add("return super().apply(gradients, trainable_variables)")
        source.add("")

    def _write_step(self, source: Source) -> None:
        constants = _constants(self._rule)
        *lines, last = (line.format(**constants) for line in self._text.lines)
        kept = "variable"
        if self._pulls["DECAY"]:
            lines.append("kept = variable * (1 - rate * pull(variable, DECAY))")
            kept = "kept"
        lines.append(f"value = {kept} - {last.removeprefix('return ')}")
        if self._training.max_norm:
            lines.append("value = limited(variable, value)")
        with source.block("def update_step(self, gradient, variable, learning_rate):"):
            if self._text.memories:
                source.add("at = self._get_variable_index(variable)")
            source.add("rate = ops.cast(learning_rate, variable.dtype)",
                       "gradient = ops.cast(gradient, variable.dtype)")
            for name, slope in (("L1", "ops.sign(variable)"), ("L2", "variable")):
                if self._pulls[name]:
                    source.add(f"gradient = gradient + pull(variable, {name}) * {slope}")
            source.add(*lines, "self.assign(variable, value)")
