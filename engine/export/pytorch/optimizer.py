"""Optimizers, schedules, limits and penalties in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.errors import EngineError
from engine.export.graph import Graph, GraphLayer
from engine.export.pytorch.model import Model
from engine.export.pytorch.module import number
from engine.export.rates import FACTORS, factor_text
from engine.export.source import Source, filled
from engine.layers import OPTIMIZERS, SCHEDULES, Node

OPTIMIZERS_OF: Mapping[str, Callable[[Node], str]] = {
    "sgd": lambda rule: "SGD",
    "momentum": lambda rule: f"SGD momentum={number(rule.number('momentum'))}",
    "nesterov": lambda rule: f"SGD momentum={number(rule.number('momentum'))}, nesterov=True",
    "rmsprop": lambda rule: (f"RMSprop alpha={number(rule.number('rho'))}, "
                             f"eps={number(rule.number('epsilon'))}"),
    "adam": lambda rule: f"Adam {_betas(rule)}",
    "adamw": lambda rule: f"AdamW {_betas(rule)}",
    "adagrad": lambda rule: f"Adagrad eps={number(rule.number('epsilon'))}",
    "adadelta": lambda rule: (f"Adadelta rho={number(rule.number('rho'))}, "
                              f"eps={number(rule.number('epsilon'))}"),
    "nadam": lambda rule: f"NAdam {_betas(rule)}",
}
"""By key, PyTorch's class and constants of an optimizer; its learning rate comes first."""

LIMIT = '''@torch.no_grad()
def limit_norms(model):
    """Shrink the weights into every unit whose norm is above the limit."""
    for weights in limited(model):
        norms = weights.flatten(1).norm(dim=1)
        shares = (MAX_NORM / norms).clamp(max=1.0)
        weights.mul_(shares.reshape(-1, *[1] * (weights.dim() - 1)))'''

REST = '''def step_used_rows(optimizer, tables):
    """Take a step in which the rows of tables that the batch does not use stay as they are.

    So does what the optimizer remembers of them, as with torch.optim.SparseAdam.
    """
    kept = [(table, table.weight.detach().clone(),
             {key: value.clone() for key, value in optimizer.state[table.weight].items()
              if torch.is_tensor(value)}) for table in tables]
    optimizer.step()
    for table, before, memory in kept:
        rests = torch.ones(len(before), dtype=torch.bool, device=before.device)
        rests[table.used.flatten()] = False
        if table.padding_idx is not None:
            rests[table.padding_idx] = True
        table.weight.data[rests] = before[rests]
        for key, value in optimizer.state[table.weight].items():
            if torch.is_tensor(value) and value.shape == before.shape:
                value[rests] = memory[key][rests] if key in memory else 0.0'''


@dataclass(frozen=True)
class Penalties:
    """Which weights are pulled to 0.

    Attributes
    ----------
    l1, l2, decay : Mapping[str, float]
        By the name of a layer that has weights and learns.
    """

    l1: Mapping[str, float]
    l2: Mapping[str, float]
    decay: Mapping[str, float]


def penalties_of(graph: Graph, model: Model) -> Penalties:
    """Return the penalties of every layer that has weights to learn."""
    layers = [layer for layer in graph.layers if not layer.frozen
              and any(one.is_weight and one.is_learned for one in layer.parameters)]

    def by_name(value: Callable[[GraphLayer], float]) -> dict[str, float]:
        found = {model.names[layer.id]: value(layer) for layer in layers}
        return found if any(found.values()) else {}
    return Penalties(by_name(lambda layer: layer.l1), by_name(lambda layer: layer.l2),
                     by_name(lambda layer: layer.weight_decay))


class Rules:
    """How a script follows the gradients.

    Parameters
    ----------
    graph, model : Graph, Model
        The project, and its network in PyTorch.

    Attributes
    ----------
    by_hand : bool
        Whether penalties are added to the gradients by the script, not by the optimizer.
    rests : bool
        Whether rows of tables that a batch does not use stay as they are.

    Raises
    ------
    EngineError
        If PyTorch has no word for the optimizer or the schedule.
    """

    def __init__(self, graph: Graph, model: Model) -> None:
        self._graph, self._training, self._model = graph, graph.training, model
        self._rule, schedule = self._training.optimizer, self._training.schedule.op
        if self._rule.op not in OPTIMIZERS_OF:
            raise EngineError("export.no-optimizer", optimizer=OPTIMIZERS[self._rule.op].title,
                              target="PyTorch")
        if schedule not in FACTORS:
            raise EngineError("export.no-schedule", schedule=SCHEDULES[schedule].title,
                              target="PyTorch")
        self._penalties = penalties_of(graph, model)
        is_decoupled = "weight_decay" in self._rule.attributes
        self.by_hand = bool(self._penalties.l1) or (is_decoupled and bool(self._penalties.l2))
        # What the optimizer's weight_decay is: AdamW's own, or the slope of the L2 penalty.
        self._pull = self._penalties.decay if is_decoupled else (
            {} if self.by_hand else self._penalties.l2)
        plain = self._rule.op in ("sgd", "adagrad") and not self._penalties.l2 \
            and not self._penalties.l1
        self.tables = () if plain else tuple(
            one.name for one in model.modules if not one.layer.frozen
            and any(node.attributes.get("sparse") for node in one.layer.nodes))

    @property
    def follows_loss(self) -> bool:
        """Whether the schedule waits for plateaus of the loss."""
        return self._training.schedule.op == "plateau"

    @property
    def has_factor(self) -> bool:
        """Whether the learning rate is a function of the step."""
        return bool(FACTORS[self._training.schedule.op])

    def write(self, source: Source) -> None:
        """Append the functions: rate, optimizer, clipping, penalties, limits."""
        parts = [self._write_factor] if self.has_factor else []
        parts.append(self._write_optimizer)
        parts += [self._write_penalties] if self.by_hand else []
        parts += [self._write_limits] if self._training.max_norm else []
        parts += [lambda source: source.add(REST)] if self.tables else []
        for number_, part in enumerate(parts):
            if number_:
                source.add("", "")
            part(source)

    @property
    def clipping(self) -> tuple[str, ...]:
        """The lines that clip gradients, before penalties are added to them."""
        return tuple(f"nn.utils.clip_grad_{name}_(model.parameters(), CLIP_{name.upper()})"
                     for name in ("value", "norm") if getattr(self._training, f"clip_{name}"))

    def _write_factor(self, source: Source) -> None:
        source.add(factor_text(self._training.schedule))

    def _write_optimizer(self, source: Source) -> None:
        name, _, constants = OPTIMIZERS_OF[self._rule.op](self._rule).partition(" ")
        options = [constants] if constants else []
        with source.block("def make_optimizer(model):"):
            source.add('"""Return the rule that follows the gradients."""')
            if not self._pull:
                if self._rule.op == "adamw":
                    options.append("weight_decay=0.0")
                source.add(f"return torch.optim.{name}(model.parameters(), "
                           f"{', '.join(['lr=LEARNING_RATE', *options])})")
                return
            self._write_groups(source)
            source.add(f"return torch.optim.{name}(groups, "
                       f"{', '.join(['lr=LEARNING_RATE', *options])})")

    def _write_groups(self, source: Source) -> None:
        values = set(self._pull.values())
        source.comment("Weights alone decay: biases, and what norms learn, have one axis.")
        if len(values) == 1:
            source.add(
                "weights = [one for one in model.parameters() if one.dim() > 1]",
                "others = [one for one in model.parameters() if one.dim() == 1]",
                f"groups = [{{\"params\": weights, \"weight_decay\": {number(values.pop())}}},",
                "          {\"params\": others, \"weight_decay\": 0.0}]")
            return
        source.add(filled("decay = {", _items(self._pull), "}", 4))
        source.add(
            "groups = [{\"params\": [one for one in getattr(model, name).parameters()",
            "                       if one.dim() > 1], \"weight_decay\": share}",
            "          for name, share in decay.items()]",
            "decaying = {id(one) for group in groups for one in group[\"params\"]}",
            "groups.append({\"params\": [one for one in model.parameters() "
            "if id(one) not in decaying],",
            "               \"weight_decay\": 0.0})")

    def _write_penalties(self, source: Source) -> None:
        l1, l2 = self._penalties.l1, {} if self._pull and "weight_decay" not in \
            self._rule.attributes else self._penalties.l2
        for name, table in (("L1", l1), ("L2", l2)):
            if table:
                source.add(filled(f"{name} = {{", _items(table), "}"))
        source.add("", "")
        source.add("@torch.no_grad()")
        with source.block("def penalise(model):"):
            source.add('"""Add the slopes of L1 |w| and L2 w^2 / 2 to the gradients of weights."""')
            for name, table, slope in (("L1", l1, "weights.sign()"), ("L2", l2, "weights")):
                if table:
                    source.add(f"for name, share in {name}.items():",
                               "    for weights in getattr(model, name).parameters():",
                               "        if weights.dim() > 1:",
                               f"            weights.grad += share * {slope}")

    def _write_limits(self, source: Source) -> None:
        tables = any(not one.is_by_unit for layer in self._graph.layers
                     for one in layer.parameters if one.is_weight and one.is_learned)
        with source.block("def limited(model):"):
            if tables:
                source.add(
                    '"""Yield the weights that go into units; tables of vectors are none."""',
                    "for layer in model.modules():",
                    "    if not isinstance(layer, nn.Embedding):",
                    "        for weights in layer.parameters(recurse=False):",
                    "            if weights.dim() > 1 and weights.requires_grad:",
                    "                yield weights")
            else:
                source.add('"""Return the weights that go into units; biases have one axis."""',
                           "return [one for one in model.parameters() "
                           "if one.dim() > 1 and one.requires_grad]")
        source.add("", "", LIMIT)


def _betas(rule: Node) -> str:
    return (f"betas=({number(rule.number('beta1'))}, {number(rule.number('beta2'))}), "
            f"eps={number(rule.number('epsilon'))}")


def _items(table: Mapping[str, float]) -> list[str]:
    return [f'"{name}": {number(value)}' for name, value in table.items()]
