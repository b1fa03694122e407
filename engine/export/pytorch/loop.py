"""The training loop in PyTorch."""

from __future__ import annotations

from engine.errors import EngineError
from engine.export.graph import Graph
from engine.export.pytorch.loss import CLASSES, LossText
from engine.export.pytorch.model import Model
from engine.export.pytorch.optimizer import Rules
from engine.export.source import Source
from engine.export.steps import write_report
from engine.export.stopping import remembered, write_stopping

IN_RUNS = '''def in_runs(rows):
    """Return rows so that example n of every batch follows on from n of the batch before."""
    rows = rows.sort().values
    batches = len(rows) // BATCH_SIZE
    return rows[:batches * BATCH_SIZE].reshape(BATCH_SIZE, batches).T.flatten()'''

FORGET = '''def forget_states(model):
    """Let recurrent layers start from 0: an epoch begins."""
    for module in model.modules():
        if isinstance(module, RecurrentInPieces):
            module.forget()'''

REMEMBER = '''def remember_rows(table, inputs, _output):
    """Keep which rows of a table a batch uses."""
    table.used = inputs[0]'''

EVALUATE = '''@torch.no_grad()
def evaluate(model, inputs, targets, rows):
    """Return the loss of some examples outside training, as a number."""
    model.eval()
    total = 0.0
    for some in rows.split(512):
        total += {loss_call}model(inputs[some]), targets[some]).item() * len(some)
    return total / len(rows)'''


ANSWERING = "answering = average if average.n_averaged > 0 else model"


class Loop:
    """What a step, and an epoch, of training are.

    Parameters
    ----------
    graph, model, rules, loss : Graph, Model, Rules, LossText
        The project, its network, what follows the gradients and what they are of.

    Raises
    ------
    EngineError
        If a stopping rule asks for a score that the script does not compute.
    """

    def __init__(self, graph: Graph, model: Model, rules: Rules, loss: LossText) -> None:
        self._graph, self._model, self._rules, self._loss = graph, model, rules, loss
        self._stopping, self._averaging = graph.training.stopping, graph.training.averaging
        self._validates = bool(len(graph.data.validation))
        if self._stopping.accuracy and graph.data.task != "classification":
            raise EngineError("export.no-score", task=graph.data.task, target="PyTorch")

    @property
    def _averages(self) -> bool:
        return self._averaging.kind != "none"

    @property
    def _measured(self) -> str:
        """What answers is called: the network, or one with the average of its weights."""
        return "answering" if self._averages else "model"

    @property
    def has_penalty(self) -> bool:
        """Whether a layer adds a term to the loss."""
        return any(node.op == "sampling" for layer in self._graph.layers for node in layer.nodes)

    @property
    def loss_call(self) -> str:
        """How the loss is called, up to the outputs."""
        return "loss_of(model, " if self.has_penalty else "loss_of("

    @property
    def carries(self) -> bool:
        """Whether state is carried over from batch to batch."""
        return self._graph.training.carries

    def write(self, source: Source) -> None:
        """Append the functions that train."""
        source.add(*([IN_RUNS, "", "", FORGET, "", ""] if self.carries else []))
        source.add(*([REMEMBER, "", ""] if self._rules.tables else []))
        source.add(*([EVALUATE.format(loss_call=self.loss_call), "", ""] if self._validates
                     else []))
        if self._stopping.accuracy:
            self._write_accuracy(source)
        shuffle = self._graph.training.shuffle
        more = ", shuffle=True" if shuffle else ""
        with source.block(f"def train(model, inputs, targets, training, validation, steps{more}):"):
            source.add('"""Train for some steps; return the network that answers afterwards."""')
            self._write_begin(source)
            with source.block("while step < steps:"):
                self._write_epoch(source)
            if self._averages:
                source.add(ANSWERING)
            source.add(f"return {self._measured}")

    def _write_accuracy(self, source: Source) -> None:
        right = "outputs.argmax(dim=1) == targets" if self._loss.targets == CLASSES else (
            "(outputs > 0) == (targets > 0.5)" if self._graph.layers[-1].shape == (1,) else
            "outputs.argmax(dim=1) == targets.argmax(dim=1)")
        source.add(
            "@torch.no_grad()", "def accuracy(model, inputs, targets):",
            '    """Return the share of examples whose class the network knows."""',
            "    model.eval()", "    outputs = model(inputs)",
            f"    return ({right}).float().mean().item()", "", "")

    def _write_begin(self, source: Source) -> None:
        training = self._graph.training
        source.add("optimizer = make_optimizer(model)")
        if self._rules.has_factor:
            source.add("scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rate_factor)")
        if self._rules.follows_loss:
            rule = training.schedule
            source.add(
                "scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(",
                f"    optimizer, factor={rule.number('decay')!r}, "
                f"patience={rule.whole('patience')}, threshold={rule.number('threshold')!r},",
                f"    min_lr={rule.number('final')!r} * LEARNING_RATE, eps=0.0)")
        if self._averages:
            how = f"multi_avg_fn=get_ema_multi_avg_fn({self._averaging.decay!r}), " \
                if self._averaging.kind == "exponential" else ""
            source.add(f"average = AveragedModel(model, {how}use_buffers=True)")
        for name in self._rules.tables:
            inner = name if self._is_table(name) else f"{name}.table"
            source.add(f"model.{inner}.register_forward_hook(remember_rows)")
        source.add("step = epoch = 0")
        source.add(*remembered(self._stopping))

    def _is_table(self, name: str) -> bool:
        return any(one.name == name and one.module.make.startswith("nn.Embedding")
                   for one in self._model.modules)

    def _write_epoch(self, source: Source) -> None:
        if self.carries:
            source.add("forget_states(model)", "order = in_runs(training)")
        elif self._graph.training.shuffle:
            source.add("order = training[torch.randperm(len(training)).to(training.device)] "
                       "if shuffle else training")
        else:
            source.add("order = training")
        source.add("total = 0.0")
        with source.block("for rows in order.split(BATCH_SIZE):"):
            self._write_step(source)
        with source.block("else:"):
            source.add("epoch += 1")
            self._write_end(source)

    def _write_step(self, source: Source) -> None:
        training = self._graph.training
        source.add("model.train()")
        source.add(*(f"model.{name}.eval()  # frozen" for name in self._model.frozen_norms))
        augmented = training.augmentation
        seen = "augment(inputs[rows], rows, epoch)" if augmented != type(augmented)() else \
            "inputs[rows]"
        source.add("optimizer.zero_grad()", f"loss = {self.loss_call}model({seen}), targets[rows])",
                   "loss.backward()")
        source.add(*self._rules.clipping)
        source.add(*(["penalise(model)"] if self._rules.by_hand else []))
        tables = ", ".join(f"model.{name}" if self._is_table(name) else f"model.{name}.table"
                           for name in self._rules.tables)
        source.add(f"step_used_rows(optimizer, [{tables}])" if tables else "optimizer.step()")
        source.add(*(["scheduler.step()"] if self._rules.has_factor else []))
        source.add(*(["limit_norms(model)"] if training.max_norm else []))
        if self._averages:
            if self._averaging.start:
                source.add(f"if epoch >= {self._averaging.start}:",
                           "    average.update_parameters(model)")
            else:
                source.add("average.update_parameters(model)")
        source.add("step += 1", "total += loss.item() * len(rows)")
        with source.block("if step == steps:"):
            source.add("break")

    def _write_end(self, source: Source) -> None:
        source.add("training_loss = total / len(order)",
                   *([ANSWERING] if self._averages else []))
        seen, told = "training_loss", 'f"loss {training_loss:.4g}")'
        if self._validates:
            source.add(f"validation_loss = evaluate({self._measured}, inputs, targets, validation)")
            seen = "validation_loss"
            told = 'f"loss {training_loss:.4g}, validation {validation_loss:.4g}")'
        write_report(source, self._graph, 'print(f"epoch {epoch}, step {step}: "', f"      {told}")
        if self._rules.follows_loss:
            source.add(f"scheduler.step({seen})")
        self._write_stopping(source, seen)

    def _write_stopping(self, source: Source, seen: str) -> None:
        answering = self._measured
        write_stopping(
            source, self._stopping, seen, kept=f"copy.deepcopy({answering}.state_dict())",
            given_back=(f"{answering}.load_state_dict(kept)", "break"),
            accuracy=f"accuracy({answering}, inputs[validation], targets[validation])")
