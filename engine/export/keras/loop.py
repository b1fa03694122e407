"""The training loop in Keras: batches of NumPy arrays, for any backend."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import EngineError
from engine.export.graph import Graph
from engine.export.keras.optimizer import Rules
from engine.export.source import Source
from engine.export.steps import write_report
from engine.export.stopping import remembered, write_stopping

TITLE = "Keras"

EVALUATE = '''def evaluate(model, inputs, targets):
    """Return the loss of some examples outside training, as a number."""
    return float(model.evaluate(inputs, targets, batch_size=512, verbose=0))'''

AVERAGE = '''def with_weights(model, values):
    """Give the network other weights and return those that it had."""
    before = [one.numpy() for one in model.weights]
    for variable, value in zip(model.weights, values):
        variable.assign(value)
    return before'''


class Loop:
    """What a step, and an epoch, of training are.

    Parameters
    ----------
    graph, rules : Graph, Rules
        The project, and how a script follows the gradients.
    loss_name : str
        What the script calls the loss.

    Raises
    ------
    EngineError
        If a stopping rule needs a score that only Backprop Lab has.
    """

    def __init__(self, graph: Graph, rules: Rules, loss_name: str) -> None:
        self._graph, self._rules, self._loss_name = graph, rules, loss_name
        self._stopping, self._averaging = graph.training.stopping, graph.training.averaging
        self._validates = bool(len(graph.data.validation))
        if self._stopping.accuracy and graph.data.task != "classification":
            raise EngineError("export.no-score", task=graph.data.task, target=TITLE)

    @property
    def _averages(self) -> bool:
        return self._averaging.kind != "none"

    def write(self, source: Source) -> None:
        """Append the functions that train."""
        source.add(*([EVALUATE, "", ""] if self._validates else []))
        source.add(*([AVERAGE, "", ""] if self._averages else []))
        if self._stopping.accuracy:
            self._write_accuracy(source)
        with source.block("def train(model, inputs, targets, training, validation, steps, "
                          "chance=True):"):
            source.add('"""Train for some steps; without chance, examples keep their order."""',
                       "optimizer = make_optimizer()",
                       f"model.compile(optimizer=optimizer, loss={self._loss_name}"
                       f"{self._eagerly})")
            if self._graph.training.shuffle or self._augments:
                source.add("rng = np.random.default_rng(SEED)")
            source.add("step = epoch = 0", *self._remembered())
            with source.block("while step < steps:"):
                self._write_epoch(source)
            if self._averages:
                source.add("if averaged:", "    with_weights(model, average)")

    @property
    def _eagerly(self) -> str:
        # A jitted step would take the same draws every time.
        return ", run_eagerly=not chance" if self._graph.proof.draws else ""

    @property
    def _augments(self) -> bool:
        augmentation = self._graph.training.augmentation
        return augmentation != type(augmentation)()

    def _write_accuracy(self, source: Source) -> None:
        is_single = self._graph.layers[-1].shape == (1,)
        right = "(outputs > 0) == (targets > 0.5)" if is_single else \
            "outputs.argmax(axis=1) == targets.argmax(axis=1)"
        source.add(
            "def accuracy(model, inputs, targets):",
            '    """Return the share of examples whose class the network knows."""',
            "    outputs = model.predict(inputs, batch_size=512, verbose=0)",
            f"    return float(np.mean({right}))", "", "")

    def _remembered(self) -> Iterator[str]:
        if self._averages:
            yield "average, averaged = [one.numpy() for one in model.weights], 0"
        if self._rules.follows_loss:
            yield 'least, bad, share = float("inf"), 0, 1.0'
        yield from remembered(self._stopping)

    def _write_epoch(self, source: Source) -> None:
        shuffled = self._graph.training.shuffle
        source.add("order = rng.permutation(training) if chance else training" if shuffled else
                   "order = training", "total = 0.0")
        with source.block("for first in range(0, len(order), BATCH_SIZE):"):
            self._write_step(source)
        with source.block("else:"):
            source.add("epoch += 1")
            self._write_end(source)

    def _write_step(self, source: Source) -> None:
        source.add("rows = order[first:first + BATCH_SIZE]")
        if self._rules.has_factor:
            source.add("optimizer.learning_rate = LEARNING_RATE * rate_factor(step)")
        seen = "inputs[rows]"
        if self._augments:
            source.add("seen = augment(inputs[rows], rows, epoch, rng) if chance else inputs[rows]")
            seen = "seen"
        source.add(f"total += float(model.train_on_batch({seen}, targets[rows])) * len(rows)",
                   "step += 1")
        if self._averages:
            self._write_average(source)
        source.add("if step == steps:", "    break")

    def _write_average(self, source: Source) -> None:
        start = self._averaging.start
        share = f"1 - {self._averaging.decay!r}" if self._averaging.kind == "exponential" else \
            "1 / (averaged + 1)"
        lines = (f"share = {share} if averaged else 1.0",
                 "average = [one + share * (variable.numpy() - one)",
                 "           for one, variable in zip(average, model.weights)]",
                 "averaged += 1")
        if not start:
            source.add(*lines)
            return
        with source.block(f"if epoch >= {start}:"):
            source.add(*lines)

    def _write_end(self, source: Source) -> None:
        source.add("training_loss = total / len(order)")
        seen, told = "training_loss", ""
        if self._averages:
            source.add("trained = with_weights(model, average) if averaged else None")
        if self._validates:
            source.add("validation_loss = evaluate(model, inputs[validation], "
                       "targets[validation])")
            seen = "validation_loss"
            told = ',\n      f"validation {validation_loss:.4g}"'
        write_report(
            source, self._graph,
            f'print(f"epoch {{epoch}}, step {{step}}: loss {{training_loss:.4g}}"{told})')
        self._write_stopping(source, seen)
        if self._rules.follows_loss:
            self._write_plateau(source, seen)
        if self._averages:
            source.add("if trained is not None:", "    with_weights(model, trained)")

    def _write_plateau(self, source: Source, seen: str) -> None:
        rule = self._graph.training.schedule
        # Keras' ReduceLROnPlateau asks for an absolute difference, and waits an epoch less.
        source.add(
            f"if {seen} < least * (1 - {rule.number('threshold')!r}):",
            f"    least, bad = {seen}, 0", "else:", "    bad += 1",
            f"if bad > {rule.whole('patience')}:",
            f"    share, bad = max(share * {rule.number('decay')!r}, {rule.number('final')!r}), 0",
            "    optimizer.learning_rate = LEARNING_RATE * share")

    def _write_stopping(self, source: Source, seen: str) -> None:
        average = ("average = kept",) if self._averages else ()
        write_stopping(
            source, self._stopping, seen, kept="model.get_weights()",
            given_back=("model.set_weights(kept)", *average, "break"),
            accuracy="accuracy(model, inputs[validation], targets[validation])")
