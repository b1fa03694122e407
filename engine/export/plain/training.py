"""The network and its training as NumPy text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.export.graph import Graph, GraphLayer
from engine.export.plain import rules
from engine.export.rates import FACTORS, factor_text
from engine.export.source import Source, filled
from engine.export.steps import write_report
from engine.export.stopping import remembered, write_stopping

SEQUENTIAL = '''class Network:
    """Layers by name, one after the other."""

    def __init__(self, layers):
        self.layers = dict(layers)

    def forward(self, x, training):
        counts = x != 0
        for layer in self.layers.values():
            layer.counts = counts
            x = layer.forward(x, training)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers.values()):
            dy = layer.backward(dy)

    def learning(self):
        return [(name, layer) for name, layer in self.layers.items() if layer.parameters]'''

NETWORK = '''class Network:
    """Layers by name, each with the names of what it reads."""

    def __init__(self, layers):
        self.layers = {name: layer for name, layer, _ in layers}
        self.inputs = {name: inputs for name, _, inputs in layers}

    def forward(self, x, training):
        counts = x != 0
        values = {"x": x}
        for name, layer in self.layers.items():
            layer.counts = counts
            given = (values[one] for one in self.inputs[name])
            values[name] = layer.forward(*given, training=training)
        return values[name]

    def backward(self, dy):
        back = {list(self.layers)[-1]: dy}
        for name, layer in reversed(self.layers.items()):
            given = layer.backward(back.pop(name))
            given = given if isinstance(given, tuple) else (given,)
            for one, gradient in zip(self.inputs[name], given):
                back[one] = back.get(one, 0) + gradient

    def learning(self):
        return [(name, layer) for name, layer in self.layers.items() if layer.parameters]'''
"""Where layers branch."""

MASKS = ("        counts = x != 0\n", "            layer.counts = counts\n")
"""What only networks need that read padding."""

GO_BACK = '''def go_back(network, inputs, targets):
    """Compute every layer's gradients on a batch; return its loss."""
    outputs = network.forward(inputs, training=True)
    losses, slopes = losses_of(outputs, targets)
    weights = weights_of(targets)
    weights = weights / max(weights.sum(), 1e-300)
    network.backward(slopes * weights.reshape(*weights.shape, *[1] * (slopes.ndim - weights.ndim)))
    loss = (weights * losses).sum(){penalty}
    return float(loss)'''

PENALTY = ''' + sum(
        layer.penalty for layer in network.layers.values() if isinstance(layer, Sampling))'''

NORM = '''def norm_of(arrays):
    """Return the norm of all numbers taken together."""
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays)))'''

EVALUATE = '''def evaluate(network, inputs, targets, rows):
    """Return the loss of some examples outside training."""
    losses, _ = losses_of(network.forward(inputs[rows], training=False), targets[rows])
    weights = weights_of(targets[rows])
    return float((weights * losses).sum() / max(weights.sum(), 1e-300))'''

IN_RUNS = '''def in_runs(rows):
    """Return rows so that example n of every batch follows on from n of the batch before."""
    batches = len(rows) // BATCH_SIZE
    return np.sort(rows)[:batches * BATCH_SIZE].reshape(BATCH_SIZE, batches).T.ravel()'''


def training_text(graph: Graph, names: Mapping[str, str]) -> str:
    """Return the functions that train.

    Parameters
    ----------
    graph : Graph
        The project.
    names : Mapping[str, str]
        What layers are called, by id.
    """
    source = Source()
    source.begin("training")
    sampling = any(node.op == "sampling" for layer in graph.layers for node in layer.nodes)
    parts = [GO_BACK.replace("{penalty}", PENALTY if sampling else ""), NORM]
    factor = factor_text(graph.training.schedule)
    parts += [factor] if factor else []
    parts += [EVALUATE] if len(graph.data.validation) else []
    parts += [IN_RUNS] if graph.training.carries else []
    parts += list(_tables(graph, names))
    for part in parts:
        source.add(part, "", "")
    _write_train(graph, source)
    return source.sections[0].text


def _learning(graph: Graph) -> Iterator[GraphLayer]:
    for layer in graph.layers:
        if not layer.frozen and any(one.is_learned for one in layer.parameters):
            yield layer


def _rests(graph: Graph) -> list[GraphLayer]:
    """Return the layers with tables of which rows rest that a batch does not use."""
    return [layer for layer in _learning(graph)
            if any(node.attributes.get("sparse") for node in layer.nodes)]


def _tables(graph: Graph, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what differs from layer to layer: penalties, what is frozen, what rests."""
    frozen = [layer for layer in graph.layers if layer.frozen and layer.parameters]
    if frozen:
        yield filled("FROZEN = {", [f'"{names[layer.id]}"' for layer in frozen], "}")
    for title in ("l1", "l2", "weight_decay"):
        found = {names[layer.id]: getattr(layer, title) for layer in _learning(graph)}
        if any(found.values()):
            yield filled(f"{title.upper()} = {{", [
                f'"{name}": {value!r}' for name, value in found.items()], "}")
    if rests := _rests(graph):
        yield filled("RESTING = {", [f'"{names[layer.id]}"' for layer in rests], "}")


def _write_train(graph: Graph, source: Source) -> None:
    training = graph.training
    shuffle = ", shuffle=True" if training.shuffle else ""
    given = f"inputs, targets, training, validation, steps{shuffle}"
    with source.block(f"def train(network, {given}):"):
        source.add('"""Train for some steps."""')
        unfrozen = " if name not in FROZEN" if any(
            layer.frozen and layer.parameters for layer in graph.layers) else ""
        source.add(f"learned = [(name, layer, own) for name, layer in network.learning(){unfrozen}",
                   "           for own in layer.parameters]",
                   *_memory(graph), "step = epoch = 0")
        source.add(*_remembered(graph))
        with source.block("while step < steps:"):
            _write_epoch(graph, source)
        source.add("return network")


def _memory(graph: Graph) -> tuple[str, ...]:
    """Return the lines that make room for what the optimizer remembers of every array."""
    rule = rules.OPTIMIZERS[graph.training.optimizer.op]
    keys = "".join(key for key in "msv" if f'memory["{key}"]' in rule)
    if not keys:
        return ("memory = [{} for _ in learned]",)
    return (f'memory = [{{key: np.zeros(layer.parameters[own].shape) for key in "{keys}"}}',
            "          for _, layer, own in learned]")


def _remembered(graph: Graph) -> Iterator[str]:
    if graph.training.schedule.op == "plateau":
        yield 'reduced, lowest, plateau = 1.0, float("inf"), 0'
    yield from remembered(graph.training.stopping)


def _write_epoch(graph: Graph, source: Source) -> None:
    training = graph.training
    if training.carries:
        with source.block("for _, layer in network.learning():"):
            source.add("layer.kept = None  # states start from 0")
        source.add("order = in_runs(training)")
    else:
        source.add("order = RANDOM.permutation(training) if shuffle else training"
                   if training.shuffle else "order = training")
    source.add("total = 0.0")
    with source.block("for begin in range(0, len(order), BATCH_SIZE):"
                      if not training.stopping.seconds else
                      "for first in range(0, len(order), BATCH_SIZE):"):
        first = "first" if training.stopping.seconds else "begin"
        source.add(f"rows = order[{first}:{first} + BATCH_SIZE]",
                   f"loss = go_back(network, {_seen(graph)}, targets[rows])",
                   "total += loss * len(rows)",
                   "gradients = [layer.gradients[own] for _, layer, own in learned]")
        _write_clipping(graph, source)
        source.add(f"rate = LEARNING_RATE{_factor(graph)}", "step += 1")
        used = any(layer.l1 or layer.l2 or layer.weight_decay for layer in _learning(graph)) \
            or bool(_rests(graph))
        with source.block(f"for ({'name' if used else '_'}, layer, own), g, kept_of in zip("
                          "learned, gradients, memory):"):
            _write_update(graph, source)
        source.add("if step == steps:", "    break")
    with source.block("else:"):
        _write_end(graph, source)


def _seen(graph: Graph) -> str:
    """Return the inputs of a batch as training sees them."""
    noise = graph.training.augmentation.noise
    drawn = "RANDOM.standard_normal((len(rows), inputs.shape[1]))"
    return f"inputs[rows] + {noise!r} * {drawn}" if noise else "inputs[rows]"


def _factor(graph: Graph) -> str:
    schedule = graph.training.schedule
    if schedule.op == "plateau":
        return " * reduced"
    return " * rate_factor(step)" if FACTORS[schedule.op] else ""


def _write_clipping(graph: Graph, source: Source) -> None:
    training = graph.training
    if training.clip_value:
        source.add("gradients = [np.clip(g, -CLIP_VALUE, CLIP_VALUE) for g in gradients]")
    if training.clip_norm:
        source.add("share = min(CLIP_NORM / (norm_of(gradients) + 1e-6), 1.0)",
                   "gradients = [g * share for g in gradients]")


def _write_update(graph: Graph, source: Source) -> None:
    layers = list(_learning(graph))
    source.add("w = layer.parameters[own]")
    terms = [term for title, term in (("l1", "L1[name] * np.sign(w)"), ("l2", "L2[name] * w"))
             if any(getattr(layer, title) for layer in layers)]
    if terms:
        source.add("if w.ndim > 1:  # penalties are of weights alone",
                   f"    g = g + {' + '.join(terms)}")
    rests = bool(_rests(graph))
    if rests:
        source.add("before = {key: value.copy() for key, value in kept_of.items()}")
    source.add("change = rate * direction(g, kept_of, step)")
    if any(layer.weight_decay for layer in layers):
        source.add("if w.ndim > 1:", "    change = change + rate * WEIGHT_DECAY[name] * w")
    if rests:
        source.add("if name in RESTING:",
                   "    # Rows that the batch does not use stay as they are, and what is kept.",
                   "    rests = np.ones(len(w), bool)", "    rests[layer.used] = False",
                   "    change[rests] = 0", "    for key, value in before.items():",
                   "        kept_of[key][rests] = value[rests]")
    source.add("w = w - change")
    if graph.training.max_norm:
        tables = any(not one.is_by_unit and one.is_weight for layer in layers
                     for one in layer.parameters)
        only = ' and not hasattr(layer, "used")' if tables else ""
        source.add(f"if w.ndim > 1{only}:",
                   "    norms = np.sqrt((w**2).sum(axis=tuple(range(w.ndim - 1))))",
                   "    w = w * np.minimum(MAX_NORM / np.maximum(norms, 1e-300), 1)")
    source.add("layer.parameters[own] = w")


def _write_end(graph: Graph, source: Source) -> None:
    schedule = graph.training.schedule
    validates = bool(len(graph.data.validation))
    source.add("epoch += 1", "training_loss = total / len(order)")
    seen, told = "training_loss", 'f"loss {training_loss:.4g}")'
    if validates:
        source.add("validation_loss = evaluate(network, inputs, targets, validation)")
        seen = "validation_loss"
        told = 'f"loss {training_loss:.4g}, validation {validation_loss:.4g}")'
    write_report(source, graph, 'print(f"epoch {epoch}, step {step}: "', f"      {told}")
    if schedule.op == "plateau":
        constants = {key: repr(value) for key, value in schedule.attributes.items()}
        source.add(
            f"if {seen} < lowest * (1 - {constants['threshold']}):",
            f"    lowest, plateau = {seen}, 0", "else:", "    plateau += 1",
            f"if plateau > {constants['patience']}:",
            f"    reduced, plateau = max(reduced * {constants['decay']}, {constants['final']}), 0")
    write_stopping(source, graph.training.stopping, seen, kept="copy.deepcopy(network)",
                   given_back=("return kept",))


def network_text(graph: Graph) -> str:
    """Return the class that holds the layers."""
    text = NETWORK if graph.branches else SEQUENTIAL
    if not any(layer.is_masked for layer in graph.layers):
        for line in MASKS:
            text = text.replace(line, "")
    return text
