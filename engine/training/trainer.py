"""One run of one project: the only thing that whoever trains has to know."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.arrays import Doubles, Reals
from engine.data.dataset import Dataset
from engine.errors import SpecError
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import run_steps
from engine.kernels.runtime.threads import helped
from engine.messages import Message
from engine.spec import ProjectSpec, TrainingSpec
from engine.telemetry.black_box import BoxStep
from engine.telemetry.checkpoint import Checkpoint
from engine.telemetry.parts import EVERYTHING, Wanted
from engine.telemetry.snapshot import Evaluation, Snapshot, Text
from engine.telemetry.transfer import TransferReport
from engine.training import (
    averaging,
    divergence,
    from_data,
    latent,
    naive_bayes,
    observe,
    probing,
    resume,
    warmup,
    weights,
)
from engine.training.ending import Ending
from engine.training.examples import Examples, checksum, prepare
from engine.training.feeding import feed
from engine.training.frame import Frame, build, least_capacity
from engine.training.hyperparameters import built_in, write_hyperparameters
from engine.training.kept import LastFinite, go_back
from engine.training.order import Order
from engine.training.pace import Pace, spare_processors
from engine.training.transfer import transfer
from engine.training.writing import Writer

if TYPE_CHECKING:
    from engine.microscope.dissection import Dissection
    from engine.training.dissect import Dissecting

Progress = Callable[[str, float], None]

WRITTEN = 8
"""Most tokens that are added to a text at once."""

WRITING_S = 0.01
"""Seconds after which no more are."""


class Trainer:
    """Trains a network; every method but those marked otherwise belongs to one thread.

    Parameters
    ----------
    project : ProjectSpec
        What to train and how.
    dataset : Dataset
        The data that its ``data`` part describes.
    run_id : int
        Stamped on every snapshot.
    weights : Mapping[str, real array], optional
        Parameters by name, ``layer-id/w``, to start from; None draws them.
    start : Mapping[str, real array], optional
        Parameters of another network by name: layers that match one of its layers start with them.
        Not asked where ``weights`` are given.
    checkpoint : Checkpoint, optional
        Where to go on: it is restored where it is of this very project and data, and adopted
        otherwise.
    examples : Examples, optional
        The data set, prepared already for this project; None prepares it.
    frame : Frame, optional
        What it trains in, built or renewed for this project and threads; None builds it.
    progress : callable, optional
        Called with a text and a share from 0 to 1 while kernels are compiled.
    threads : int, optional
        Most threads that share large ops; None for as many as the machine can spare. How many are
        at work is chosen by measured speed, and changes no byte of any result.

    Attributes
    ----------
    project : ProjectSpec
        As it is in force now.
    ring : Ring
        One row for each of the last steps; other threads may read it.
    weight_layers : tuple[str, ...]
        Ids of the layers that learn.
    ended : Message | None
        Why the last `run` ended by a stopping rule; None when none did.
    transfer : TransferReport | None
        Which layers have taken over what ``start`` holds, or a ``checkpoint`` of another project;
        None where nothing was to be.
    steps_per_epoch : int
        Mini-batches until every training example was seen.

    Raises
    ------
    SpecError
        If the project cannot be trained on these data, or would not fit the memory.
    FormatError
        If ``weights`` do not fit the network.
    """

    def __init__(self, project: ProjectSpec, dataset: Dataset, *, run_id: int = 0,
                 weights: Mapping[str, Reals] | None = None,
                 start: Mapping[str, Reals] | None = None, checkpoint: Checkpoint | None = None,
                 examples: Examples | None = None, frame: Frame | None = None,
                 progress: Progress | None = None, threads: int | None = None) -> None:
        self.project = project
        self._threads = spare_processors() if threads is None else threads
        self.run_id = run_id
        self._dataset = dataset
        frame = frame or Frame.built(project, dataset, threads=self._threads, examples=examples,
                                     progress=progress)
        self._training, self._validation = frame.training, frame.validation
        self._examples, self._plan, self.ring = frame.examples, frame.plan, frame.ring
        self._arrangement = Order(frame.is_free, dataset.training)
        self._order = self._arrangement.rows
        self._pace = self._new_pace()
        self._trained_s = 0.0
        self.ended: Message | None = None
        self._prepare_control()
        self.transfer = self._start(weights, start)
        self._last_finite = LastFinite(self._plan)
        self.weight_layers = tuple(layer.spec.id for layer in self._plan.layers
                                   if layer.statistic >= 0)
        self._writer = Writer(dataset, project.training.seed) if dataset.is_continued else None
        self._available = frame.available
        if checkpoint is not None:
            self._begin_at(checkpoint)

    def _prepare_control(self) -> None:
        control, training = self._plan.shared.control, self.project.training
        control[layout.EXAMPLES] = len(self._order)
        control[layout.TRAINING_ORDER] = self._order.ctypes.data
        control[layout.VALIDATION] = len(self._validation)
        control[layout.VALIDATION_ORDER] = self._validation.ctypes.data
        control[layout.SEED] = training.seed
        control[layout.SHUFFLE] = training.shuffle and self._arrangement.is_free
        results = self._plan.shared.results
        results[layout.VARIANCE] = self._examples.variance
        results[layout.REDUCED:layout.REDUCED + 3] = 1.0, np.inf, 0.0
        self._ending = Ending(self._plan, training.stopping)
        self._write_hyperparameters()
        self._arrangement.follow(self._plan.shared, self._plan.capacity)

    def _start(self, given: Mapping[str, Reals] | None, start: Mapping[str, Reals] | None
               ) -> TransferReport | None:
        if given is not None:
            weights.load(self._plan, given)
            return None
        weights.draw(self._plan, self.project, self._dataset.n_inputs)
        report = None if start is None else transfer(self._plan, start)
        matched = report.matched if report else ()
        naive_bayes.weigh(self._plan, self._dataset, matched)
        from_data.fit(self._plan, self.project.network, self._dataset.n_inputs, self._training,
                      matched)
        return report

    def _new_pace(self) -> Pace:
        is_shared = self._threads > 1 and (
            self._plan.table[:, [layout.SHARDS, layout.TOGETHER]] > 1).any()
        return Pace(self._threads if is_shared else 1)

    @property
    def step(self) -> int:
        """Completed steps; any thread may ask."""
        return int(self._plan.shared.control[layout.STEP])

    @property
    def epoch(self) -> int:
        """Completed epochs; any thread may ask."""
        return int(self._plan.shared.control[layout.EPOCH])

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches until every training example was seen."""
        examples = int(self._plan.shared.control[layout.EXAMPLES])
        return -(-examples // min(self.project.training.batch_size or examples, examples))

    @property
    def steps_left_in_epoch(self) -> int:
        """Mini-batches until the running epoch ends."""
        control = self._plan.shared.control
        examples = int(control[layout.EXAMPLES])
        left = examples - int(control[layout.POSITION])
        return -(-left // min(self.project.training.batch_size or left, examples))

    def run(self, max_steps: int, budget_s: float = 0.012, most_threads: int | None = None) -> int:
        """Train for some mini-batches.

        Parameters
        ----------
        max_steps : int
            Most steps to do.
        budget_s : float
            Return after about so many seconds.
        most_threads : int, optional
            Most threads that share large ops this time, if fewer than usual.

        Returns
        -------
        int
            Steps done; fewer than ``max_steps`` when the budget is used up, a stop was asked for,
            or a stopping rule has `ended` the run.

        Raises
        ------
        DivergedError
            When a loss or gradient is NaN or infinite. The parameters are those before that step,
            or finite ones of a moment before when the last update has overflowed.
        """
        plan, shared = self._plan, self._plan.shared
        self._arrangement.follow(shared, plan.capacity)
        self._last_finite.keep(plan, self._trained_s)
        pace, begin = self._pace.within(most_threads), time.perf_counter()
        done = 0
        self.ended = None
        while done < max_steps and not shared.control[layout.STOP] and self.ended is None:
            left = budget_s - (time.perf_counter() - begin)
            if left <= 0 and done:
                break
            # The ring keeps every step of a chunk until its reader comes.
            most = min(max_steps - done, len(self.ring.data) // 2)
            count = self._advance(pace.steps(left, most), pace)
            done += count
            if shared.control[layout.NONFINITE]:
                shared.control[layout.NONFINITE] = 0
                error = divergence.explain(plan, self.step + 1)
                self._last_finite.recover(plan)
                raise error
            if count and self._ending.rules.is_active and shared.control[layout.POSITION] == 0:
                self.ended = self._ending.finish_epoch(plan, self._trained_s)
        if done < max_steps:
            # Cleared here and not before: a stop that was asked for between two calls holds.
            shared.control[layout.STOP] = 0
        return done

    def probe_step(self) -> BoxStep:
        """Train for one mini-batch, and return the largest numbers that there were.

        Raises
        ------
        DivergedError
            As `run`.
        """
        control = self._plan.shared.control
        if not len(self._validation) or self.steps_left_in_epoch > 1:
            self.run(1)
            return probing.box_step(self._plan, probing.largest_activation(self._plan))
        # A validation takes the place of the batch: the step is done without it, then with it.
        before = self.checkpoint()
        control[layout.VALIDATION] = 0
        try:
            self.run(1)
        finally:
            control[layout.VALIDATION] = len(self._validation)
        activation = probing.largest_activation(self._plan)
        self.restore(before)
        self.run(1)
        return probing.box_step(self._plan, activation)

    def _advance(self, steps: int, pace: Pace) -> int:
        """Let the loop do so many steps; return how many it did."""
        plan, shared, epoch = self._plan, self._plan.shared, self.epoch
        steps = feed(plan, self._order, self._validation, steps)
        at_start = not shared.control[layout.POSITION]
        begin = time.perf_counter()
        with helped(shared.control, pace.threads):
            count = int(run_steps(plan.table, plan.sections, plan.arena.ctypes.data,
                                  shared.control, shared.hyper, shared.requested, self._order,
                                  shared.results, self.ring.data, steps))
        if shared.control[layout.SHUFFLE] and (at_start or self.epoch != epoch):
            self._arrangement.changed()
        if count:
            seconds = time.perf_counter() - begin
            self._trained_s += seconds
            # A validation goes forward only.
            validated = (self.epoch - epoch) * len(self._validation) / len(self._order)
            forward = plan.work / max(1, plan.work + plan.backward_work)
            pace.record(count, seconds, validated * self.steps_per_epoch * forward)
        return count

    def request_stop(self) -> None:
        """Ask `run`, or its next call, to return after the step in hand; any thread may ask."""
        self._plan.shared.control[layout.STOP] = 1

    def apply(self, training: TrainingSpec) -> None:
        """Change how the network is trained, without losing what it has learned.

        Rates, penalties, limits and constants are taken over by the next step, and a batch size for
        which there is room, if `engine.plan.few_examples` of it is what it was; whatever else
        changes is built anew first. A new optimizer starts with empty memory. Seed and precision
        need a new Trainer.

        Raises
        ------
        SpecError
            If seed or precision change, or the network cannot be trained so.
        """
        old = self.project.training
        if (training.seed, training.precision) != (old.seed, old.precision):
            raise SpecError("training.new-run")
        project = msgspec.structs.replace(self.project, training=training)
        examples = len(self._order)
        batch = min(training.batch_size or examples, examples)
        if built_in(training) != built_in(old) or batch > self._plan.capacity:
            self._rebuild(project)
        self.project = project
        self._plan.shared.control[layout.SHUFFLE] = training.shuffle and self._arrangement.is_free
        if training.stopping != old.stopping:
            self._ending.watch(self._plan, training.stopping)
        self._write_hyperparameters()
        self._arrangement.follow(self._plan.shared, self._plan.capacity)

    def _write_hyperparameters(self) -> None:
        training = self.project.training
        write_hyperparameters(self._plan.shared.requested, training, training.optimizer.kind)

    def _rebuild(self, project: ProjectSpec) -> None:
        examples = prepare(project, self._dataset, self._validation)
        warmup.compile_for(project, examples, None)
        self._replace_plan(project, examples, self._plan.capacity)

    def _replace_plan(self, project: ProjectSpec, examples: Examples, capacity: int) -> None:
        # Both are replaced together at the end: the old plan reads the old examples' memory.
        plan = build(project, self._dataset, examples, self._threads, self._plan.shared, capacity)
        same_rule = project.training.optimizer.kind == self.project.training.optimizer.kind
        kept = plan.parameters * (4 if same_rule else 2)
        plan.arena[:kept] = self._plan.arena[:kept]
        plan.forget_rows()
        if not same_rule:
            plan.shared.control[layout.OPTIMIZER_STEP] = 0
        averaging.carry_over(plan, self._plan)
        self._plan, self._examples = plan, examples
        self._pace = self._new_pace()

    def checkpoint(self) -> Checkpoint:
        """Return all that decides how the run goes on, in copies; it costs what copying them does.

        What stays the same for a while, such as the order of examples in an epoch, is copied once
        and shared by all checkpoints of that time.
        """
        return resume.take(self._run, self._trained_s)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on where a checkpoint of this project was taken, with the bytes of the run itself.

        The training of that step is in force again; the ring goes on with what comes.

        Raises
        ------
        FormatError
            If it is the checkpoint of another network, other examples, another seed or precision;
            then nothing has changed.
        SpecError
            If the network cannot be trained on these data as it was there.
        """
        if (error := resume.misfit(checkpoint, self._run)) is not None:
            raise error
        if checkpoint.training != self.project.training:
            self.apply(checkpoint.training)
        self._make_room(checkpoint)
        self._put(checkpoint, [layer.spec.id for layer in self._plan.layers])

    def adopt(self, checkpoint: Checkpoint) -> TransferReport:
        """Begin anew at the step of another project's checkpoint, with all that fits this one.

        Layers whose parameters agree in name and shape take them over, with what the optimizer
        remembers of them where the rule is the same; all others begin with their first weights.
        Step and epoch are taken over, and the place in the epoch and its order where the training
        examples are the same rows of the data set; sums of losses and the memory of schedule and
        stopping rules, where the loss is the same. How to train is this project's.

        Returns
        -------
        TransferReport
            Which layers have taken over.
        """
        report = self._start(None, checkpoint.weights())
        assert report is not None
        if resume.is_same_network(checkpoint, self._plan):
            self._make_room(checkpoint)
        self._put(checkpoint, report.matched)
        return report

    def _begin_at(self, checkpoint: Checkpoint) -> None:
        """Restore a checkpoint of this very project, or adopt that of another one."""
        is_same = checkpoint.training == self.project.training
        if is_same and resume.misfit(checkpoint, self._run) is None:
            self.restore(checkpoint)
        else:
            self.transfer = self.adopt(checkpoint)

    def _make_room(self, checkpoint: Checkpoint) -> None:
        """Measure as many examples at once as there: sums are rounded accordingly."""
        least = least_capacity(self.project, self._dataset)
        capacity = max(least, min(checkpoint.counters.capacity, len(self._order)))
        if capacity != self._plan.capacity:
            self._replace_plan(self.project, self._examples, capacity)

    def _put(self, checkpoint: Checkpoint, matched: Collection[str]) -> None:
        resume.put(checkpoint, self._run, matched)
        self._trained_s = checkpoint.figures.trained_s
        self._last_finite.begin(self._plan, self._trained_s)
        self.ended = None

    @property
    def _run(self) -> resume.Run:
        return resume.Run(self._plan, self._arrangement, self._ending, self.project.training,
                          self._checksum)

    @cached_property
    def _checksum(self) -> int:
        return checksum(self._dataset)

    def twin(self) -> Trainer:
        """Return another trainer of this project at step 0, to put checkpoints into.

        It reads the same examples and has a memory of its own: whatever is done with it, this one
        goes on undisturbed.
        """
        return Trainer(self.project, self._dataset, run_id=self.run_id, examples=self._examples,
                       threads=self._threads)

    def dissect(self, example: int | None = None) -> Dissection:
        """Return the next step line by line, in float64; looking changes no byte of the run.

        Parameters
        ----------
        example : int, optional
            Take the step of this one example of the batch alone; None: of the whole batch.

        Raises
        ------
        SpecError
            If it would take too much memory.
        """
        dissecting = self.begin_dissecting(example)
        dissecting.advance()
        return dissecting.found

    def begin_dissecting(self, example: int | None = None) -> Dissecting:
        """Begin what `dissect` does, to be gone on with a little at a time."""
        # Not at the top: no start of the program waits for what explains steps.
        from engine.training.dissect import Dissecting, Running

        self._arrangement.follow(self._plan.shared, self._plan.capacity)
        return Dissecting(Running(
            self.project, self._plan, self._examples, self._order, self.run_id,
            self._dataset.n_outputs), example)

    def weights(self) -> dict[str, Reals]:
        """Return copies of all parameters by name, ``layer-id/w`` and ``layer-id/b``."""
        return {name: array.copy() for name, array in weights.views(self._plan)}

    def averages(self) -> dict[str, Reals]:
        """Return copies of all parameters' averages, which answer, by name; none yet: empty."""
        if averaging.average(self._plan) is None:
            return {}
        with averaging.averaged(self._plan):
            return self.weights()

    def use_averages(self) -> bool:
        """Put the averages in the place of the parameters, with an empty memory of the optimizer.

        Returns
        -------
        bool
            Whether there were any; the next average begins anew.
        """
        found = averaging.average(self._plan)
        if found is None:
            return False
        go_back(self._plan, found.copy())
        self._last_finite.begin(self._plan, self._trained_s)
        return True

    def gradients(self) -> dict[str, Reals]:
        """Return copies of the last step's dL/d(parameter) by name, clipped as the update saw them.

        Penalties are left out of L.
        """
        return {name: array.copy() for name, array in weights.views(self._plan, gradients=True)}

    def evaluate(self, which: str = "validation") -> Evaluation:
        """Measure loss and accuracy on at most `engine.training.examples.MEASURED` examples.

        Parameters
        ----------
        which : str
            ``training`` or ``validation``.
        """
        order = self._training if which == "training" else self._validation
        with averaging.averaged(self._plan):
            return observe.evaluate(self._plan, self._examples, self._dataset, order,
                                    self.project.training.loss, shows=False)[0]

    def predict(self, inputs: Doubles) -> Doubles:
        """Return the network's output, probabilities for classes.

        Parameters
        ----------
        inputs : float64[m, i]
            Prepared as the data set's inputs are.

        Returns
        -------
        float64[m, o]
        """
        with averaging.averaged(self._plan):
            return observe.predict(self._plan, inputs, self._dataset.task,
                                   self.project.training.loss)

    def decode(self, layer_id: str, latents: Doubles) -> Doubles:
        """Return the network's output for given outputs of one of its layers.

        Parameters
        ----------
        layer_id : str
            A layer through which everything flows, such as the one that draws the code.
        latents : float64[m, k]
            What it is to give.

        Returns
        -------
        float64[m, o]
            As `predict` returns it.

        Raises
        ------
        SpecError
            If there is no such layer, or a later layer reads what stands before it.
        ShapeError
            If the layer does not give k numbers.
        """
        with averaging.averaged(self._plan):
            decoded = latent.decode(self._plan, layer_id, latents)
        return observe.as_output(decoded, self._dataset.task, self.project.training.loss)

    def snapshot(self, wanted: Wanted = EVERYTHING) -> Snapshot:
        """Return what the network looks like now: the parts asked for, at their cost alone.

        Looking changes no byte of the run, and the next look finds the same.
        """
        return observe.snapshot(self._subject, self.run_id, wanted, self._available)

    @property
    def _subject(self) -> observe.Subject:
        return observe.Subject(self._plan, self._examples, self._dataset,
                               self.project.training.loss, self._training, self._validation)

    def write_text(self, tokens: int = WRITTEN, budget_s: float = WRITING_S) -> Text | None:
        """Go on writing as the network expects it; None where the data are no text to continue.

        The text alone is changed by it, and nothing of the run.

        Parameters
        ----------
        tokens : int
            Most tokens to add.
        budget_s : float
            Seconds after which no other one is begun.
        """
        if self._writer is None:
            return None
        with averaging.averaged(self._plan):
            self._writer.write(self._plan, self.project.training.loss, tokens, budget_s)
        return Text(self._writer.prompt, self._writer.text)
