"""Costs that are promised, each measured beside what it is compared with in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.kernels.ops import catalogue
from engine.kernels.runtime import layout
from engine.plan import Plan as Network
from engine.training import Trainer
from tests.bench import (
    answers,
    cells,
    images,
    instruments,
    looking,
    memory,
    microscope,
    recording,
    side_by_side,
    sparse,
    start,
    sweep,
    tables,
    waits,
)
from tests.bench.cases import CASES, Array, Case, Layer, multiply_adds, weights_of
from tests.bench.compare import one_round
from tests.bench.contestant import CHUNK_S
from tests.bench.machine import load, machine, say
from tests.bench.names import CHECK_NAMES
from tests.bench.ours import trainer
from tests.bench.process import ours
from tests.bench.roofline import measure
from tests.bench.table import markdown, micro

SUMMING_OPS = ("sum_updates",)
"""Ops of the update that only measure."""

UNITS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Of three equal layers in the check of sizes."""

SCALING_BATCH = 32
RECORDED, RECORDED_STEPS, REDRAWN = ("playground", "digits"), 100_000, 200
"""Whose memory is measured, over how many steps, and how many of them are shown again."""

LARGE = 1_000_000
"""Multiply-adds from which on the matrix work is what a step consists of."""

DEEP = Case("deep-sigmoid", "100 layers of 32 sigmoid, batch 32, sgd", (32,), 10,
            CASES["hundred"].layers, 32, "sgd")


def said(title: str) -> None:
    """Print what is measured, where."""
    say(f"\n{title}: {CHECK_NAMES[title]}. {machine()}; load {load():.1f}")


def seconds_per_step(network: Trainer, seconds: float) -> float:
    """Train for about so long; return what a step takes."""
    begin, steps = time.perf_counter(), 0
    while (spent := time.perf_counter() - begin) < seconds:
        steps += network.run(1 << 30, CHUNK_S)
    return spent / steps


def alternated(networks: Sequence[Trainer], rounds: int, seconds: float) -> list[list[float]]:
    """Return seconds of a step of each, round by round, after a warm-up."""
    for network in networks:
        seconds_per_step(network, seconds)
    found = [[seconds_per_step(network, seconds) for network in networks] for _ in range(rounds)]
    return [list(column) for column in zip(*found, strict=True)]


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def without_measuring(plan: Network) -> Network:
    """Return a plan without the rows that measure gradients.

    What the update ops sum up on their way, for the size of updates, stays.
    """
    addresses = {catalogue.OPS[name].address("float32") for name in SUMMING_OPS}
    kept = [[place for place in range(plan.sections[section], plan.sections[section + 1])
             if section != layout.MEASURE
             and int(plan.table[place, layout.ADDRESS]) not in addresses]
            for section in range(layout.SECTIONS)]
    table = np.ascontiguousarray(plan.table[[place for group in kept for place in group]])
    sections = np.concatenate([[0], np.cumsum([len(group) for group in kept])]).astype(np.int64)
    # What measuring says of clipping: all of every gradient is left.
    measuring = plan.table[plan.sections[layout.MEASURE]]
    place = measuring[catalogue.OPS["measure_gradients"].slots.places["figures"]]
    plan.arena[place:place + 2].view(np.float64)[:] = 1.0
    return replace(plan, table=table, sections=sections)


def check_statistics(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what the statistics cost in each case."""
    said("statistics")
    lines = []
    for case in cases:
        full, bare = trainer(case, threads), trainer(case, threads)
        bare._plan = without_measuring(bare._plan)
        on, off = alternated((full, bare), rounds, seconds)
        lines.append([case.title, micro(statistics.median(on)), micro(statistics.median(off)),
                      f"{ratio(on, off) - 1:.1%}"])
        say(lines[-1][0] + ": " + lines[-1][-1])
    say(markdown(("case", "with, µs", "without, µs", "cost"), lines))
    say("Left out: each layer's gradient statistics, and the norm of all gradients together. Left "
        "in: the sums that update ops take of updates and weights while they hold them.")


def check_threads(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print how much faster all threads are than one."""
    said("threads")
    lines = []
    for case in cases:
        with ours(case, 1) as one, ours(case, threads) as many:
            found = [[one_round(side, seconds) for side in (one, many)] for _ in range(rounds)]
        alone, shared = zip(*found, strict=True)
        lines.append([case.title, micro(statistics.median(alone)),
                      micro(statistics.median(shared)), f"{ratio(alone, shared):.2f}"])
    say(markdown(("case", "1 thread, µs", f"{threads} threads, µs", "ratio"), lines))


def check_scaling(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print the time of a step against its multiply-adds, for networks of three equal layers."""
    said("scaling")
    peak, points, lines = measure(threads).gflops, [], []
    for units in UNITS:
        case = _equal(units)
        (found,) = alternated((trainer(case, threads),), rounds, seconds / 2)
        points.append((float(multiply_adds(case)), statistics.median(found)))
        work, step_s = points[-1]
        lines.append([str(units), f"{work:.2g}", micro(step_s), f"{2e-9 * work / step_s:.3g}",
                      f"{2e-9 * work / step_s / peak:.0%}"])
    say(markdown(("units", "multiply-adds", "step, µs", "GFLOP/s", "of peak"), lines))
    say(drawn(points))
    large = [point for point in points if point[0] >= LARGE]
    say(f"Time grows as work to the power {slope(points):.2f} over all, {slope(large):.2f} from "
        f"{LARGE:,} multiply-adds on; 1 is in proportion.")


def _equal(units: int) -> Case:
    layers = (*(Layer(f"dense-{i}", "dense", units, "tanh") for i in range(1, 4)),)
    return Case(f"equal-{units}", "", (units,), units, layers, SCALING_BATCH, "sgd")


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the exponent that fits best, by least squares of the logarithms."""
    work, seconds = np.log(np.array(points)).T
    return float(np.polyfit(work, seconds, 1)[0])


def drawn(points: Sequence[tuple[float, float]], width: int = 60, height: int = 14) -> str:
    """Return points as a plot in text, both axes logarithmic."""
    logs = np.log10(np.array(points))
    low, high = logs.min(0), logs.max(0)
    span = np.maximum(high - low, 1e-9)
    places = np.rint((logs - low) / span * (width - 1, height - 1)).astype(int)
    lines = [[" "] * width for _ in range(height)]
    for across, up in places:
        lines[height - 1 - up][across] = "*"
    rows = ["  |" + "".join(line) for line in lines]
    ends = f"{10**low[0]:.1e} to {10**high[0]:.1e} multiply-adds, left to right; "
    return "\n".join([*rows, "  +" + "-" * width,
                      f"  {ends}{micro(10**low[1])} to {micro(10**high[1])} µs, from below"])


def check_vanishing(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print how long a step takes whose gradients vanish, beside one of the same size."""
    said("vanishing")
    sick, healthy = trainer(DEEP, threads), trainer(DEEP, threads, weights=passing_on(DEEP))
    found = alternated((sick, healthy), rounds, seconds)
    lines = [[name, micro(statistics.median(times)), f"{first:.1e}", f"{last:.1e}"]
             for name, times, (first, last) in zip(
                 ("vanishing", "healthy"), found, map(ends, (sick, healthy)), strict=True)]
    say(markdown(("network", "step, µs", "first layer's gradient", "last layer's"), lines))
    say(f"Ratio {ratio(*found):.2f}; the gradient's size is the root of its mean square.")


def ends(network: Trainer) -> tuple[float, float]:
    """Return the gradients of the first and of the last layer in the newest step."""
    first = layout.FIRST_STATISTIC + layout.GRADIENT_RMS
    results = network._plan.shared.results[first::layout.STATISTICS]
    return float(results[0]), float(results[-1])


def passing_on(case: Case) -> dict[str, Array]:
    """Return weights with which layers of sigmoids hand a gradient on as large as it came.

    Each unit reads one of the layer before, z = 4 a - 2: around a = 1/2 its slope is 4 / 4.
    """
    weights = weights_of(case)
    for layer in case.layers[:-1]:
        w, b = weights[f"{layer.id}/w"], weights[f"{layer.id}/b"]
        w[...], b[...] = 4 * np.eye(len(w), dtype=w.dtype), -2
    first = case.layers[0].id
    weights[f"{first}/w"] /= 40
    weights[f"{first}/b"][...] = 0
    return weights


def check_runs(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print how many times as long a step of two runs takes as one of a run by itself."""
    said("runs")
    lines = []
    for case in cases:
        found = [side_by_side.one_round(case, threads, seconds) for _ in range(rounds)]
        alone, beside, in_turn = zip(*found, strict=True)
        lines.append([case.title, *(f"{statistics.median(rates):,.0f}" for rates in
                                    (alone, beside, in_turn)),
                      f"{ratio(alone, beside):.2f}", f"{ratio(alone, in_turn):.2f}"])
        say(": ".join((lines[-1][0], ", ".join(lines[-1][-2:]))))
    say(markdown(("case", "one run, steps/s", "each of two", "each in turn", "cost of two",
                  "in turn"), lines))
    say(f"Promised: two runs cost at most {side_by_side.PROMISED} times one on two processors, "
        "from 784-128-10 on.")


def check_start(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print how long compiling and starting take."""
    said("start")
    whole, cold = start.cold()
    slowest = sorted(cold.items(), key=lambda item: -item[1])
    say(markdown(("compiled into an empty cache", "s"),
                 [[name, f"{spent:.2f}"] for name, spent in slowest]))
    say(f"Everything, as the program compiles it: {whole:.1f} s; in one process, one after the "
        f"other: {sum(cold.values()):.1f} s.")
    firsts = [start.first() for _ in range(rounds)]
    alone, wall, both = (statistics.median(column) for column in zip(*firsts, strict=True))
    say(f"The project that the window opens with, from an empty cache: {alone:.1f} s of a "
        f"processor to compile in one process; as the program does it, the first step ends after "
        f"{wall:.1f} s, {both:.1f} s of processors ({rounds} times).")
    warm = [start.warm() for _ in range(rounds)]
    say(f"Warm, from the import to the end of the first step of {CASES['playground'].title}: "
        f"{statistics.median(warm):.2f} s ({min(warm):.2f} to {max(warm):.2f} s, {rounds} times).")


def check_looking(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what a snapshot costs by what it holds; with nothing it has to cost nothing."""
    said("looking")
    for name in looking.LOOKED_AT:
        found = looking.costs(name, threads, 3 * rounds)
        say(markdown((name, "µs"), [[part, micro(spent)] for part, spent in found.items()]))


def check_microscope(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what it takes to look into a step, and which micro-steps are drawn too slowly."""
    said("microscope")
    lines = []
    for name in microscope.LOOKED_INTO:
        lines.append([name, *microscope.look(name, threads).cells])
        say(": ".join((name, ", ".join(lines[-1][1:]))))
    say(markdown(microscope.HEADER, lines))
    say(f"Drawn: the whole page at {' x '.join(map(str, microscope.SIZE))}, without a screen, at "
        f"{microscope.DRAWN} micro-steps.")


def check_recording(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what recording costs and takes, and how soon an earlier step is seen again."""
    said("recording")
    lines = []
    for case in cases:
        found = [recording.one_round(case, threads, seconds) for _ in range(rounds)]
        on, off = zip(*found, strict=True)
        lines.append([case.title, f"{statistics.median(on):,.0f}", f"{statistics.median(off):,.0f}",
                      f"{1 - ratio(on, off):.1%}"])
        say(lines[-1][0] + ": " + lines[-1][-1])
    say(markdown(("case", "recorded, steps/s", "without, steps/s", "cost"), lines))
    for name in RECORDED:
        most, limit, count = recording.memory(CASES[name], threads, RECORDED_STEPS)
        say(f"{CASES[name].title}: over {RECORDED_STEPS:,} steps at most {most / 2**20:.0f} MB of "
            f"{limit / 2**20:.0f} MB; {count} steps are kept.")
    # With what Adam remembers, the memory would not hold as many.
    case = replace(CASES["digits"], title="784-128-10 relu, batch 64, sgd", optimizer="sgd")
    times = recording.redraws(case, REDRAWN)
    say(f"{case.title}: {len(times)} kept snapshots redraw the lab in "
        f"{1000 * statistics.median(times):.0f} ms, the slowest in {1000 * max(times):.0f} ms.")


def check_memory(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what processes hold in memory, and what a window costs that only stands there."""
    said("memory")
    window = memory.measured("window", str(memory.WINDOW_S))
    sizes = [("engine, training the first project", memory.measured("engine")["resident"]),
             (f"window after {memory.WINDOW_S:g} s", window["resident"]),
             *memory.beside(threads)]
    say(markdown(("process", "resident, MB"),
                 [[name, f"{size / memory.MB:.0f}"] for name, size in sizes]))
    say(f"Promised: the engine {memory.PROMISED['engine']} MB, the window "
        f"{memory.PROMISED['window']} MB. Paused and in sight it takes {window['idle']:.2%} of a "
        f"core; promised {memory.IDLE:.1%}.")


def check_tables(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what previewing and loading tables costs; seconds of a processor in brackets."""
    said("tables")
    lines = []
    small, large = tables.SIZES
    for kind, size, times in (*((kind, small, rounds) for kind in (*tables.KINDS, "wide")),
                              *((kind, large, 1) for kind in tables.KINDS)):
        found = tables.medians(kind, size, times)
        lines.append([kind, f"{size / 1e6:.0f}", *(
            f"{found[name]:.2f} ({found[name + '_cpu']:.2f})" for name in ("preview", "load")),
            f"{found['memory']:.1f}", f"{1000 * found['pause']:.0f}"])
        say(" ".join(lines[-1]))
    say(markdown(("table", "MB", "preview, s", "load, s", "memory / file", "longest pause, ms"),
                 lines))


def check_sparse(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what a step of a large table takes with all rows, and with those that it uses."""
    said("sparse")
    gains = [sparse.gain(rows, rule, threads, rounds, seconds)
             for rows in sparse.SIZES for rule in sparse.RULES]
    say(markdown(("rows", "optimizer", "all rows", "rows used", "ratio"), [
        [f"{gain.rows:,}", gain.rule, micro(gain.dense_s), micro(gain.sparse_s),
         f"{gain.ratio:.1f}x"] for gain in gains]))


def check_images(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print what a large folder of JPEGs costs; seconds of a processor in brackets."""
    said("images")
    found = images.measured()
    lines = [[f"{name} s", f"{found[key]:.1f} ({found[key + '_cpu']:.1f})"] for name, key in
             (("first batch", "first"), ("first epoch", "epoch_1"), ("second epoch", "epoch_2"))]
    lines.append(["memory MB", f"{found['memory'] / 1e6:.0f}"])
    say(markdown((f"{found['images']:,.0f} images", "measured"), lines))
    kept = found["memory"] <= images.MOST_BYTES and found["first"] <= images.MOST_FIRST_S
    say(f"{'At' if kept else 'NOT at'} most {images.MOST_BYTES / 1e6:.0f} MB and "
        f"{images.MOST_FIRST_S:g} s until the first batch.")


def check_instruments(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print frames, waits and speed with each instrument of layers shown."""
    said("instruments")
    found = instruments.measured(rounds, 2 * seconds)
    say(markdown(("instrument", "frames/s", "p99 of a 5 ms timer, ms", "steps/s", "of hidden"), [
        [view, f"{one.frames:.0f}", f"{1000 * one.late_s:.0f}", f"{one.steps:,.0f}",
         f"{one.share:.0%}"] for view, one in found.items()]))
    missed = [view for view, one in found.items() if not one.is_kept]
    say(f"{instruments.CASE.title}. Promised: {instruments.LEAST_FRAMES:g} frames/s, p99 under "
        f"{1000 * instruments.LATEST_S:g} ms, {instruments.LEAST_SHARE:.0%} of the speed with the "
        f"window hidden; {'NOT kept by ' + ', '.join(missed) if missed else 'kept by all'}.")


def check_sweep(cases: Sequence[Case], threads: int, rounds: int, seconds: float) -> None:
    """Print how long a phase diagram takes on one worker, on several, and other libraries."""
    said("sweep")
    found = sorted(((sweep.ours(1), sweep.ours(threads)) for _ in range(rounds)),
                   key=lambda pair: pair[0].seconds + pair[1].seconds)
    one, several = found[len(found) // 2]
    for title, shares in (
            ("", [many.seconds / alone.seconds for alone, many in found]),
            (" from the first network on", [many.steady_s / alone.steady_s
                                            for alone, many in found])):
        say(f"{threads} workers take {statistics.median(shares):.2f} of the time of one{title} "
            f"({min(shares):.2f} to {max(shares):.2f}, {rounds} times).")
    rows = [["ours, 1 worker", one], [f"ours, {threads} workers", several],
            *([title, sweep.peer(title)] for title in sweep.PEERS)]
    say(markdown(("who", "seconds", "of ours", "beside training, ms a network"), [
        [title, f"{timed.seconds:.1f}", f"{timed.seconds / several.seconds:.1f}x",
         f"{1000 * (timed.seconds - timed.training_s) / timed.cells:.1f}" if timed is one else ""]
        for title, timed in rows if timed is not None]))
    say(f"{one.cells} networks of {sweep.STEPS} steps. Promised: 5 ms a network beside training, "
        "half the time on two workers.")


def check_cells(_cases: Sequence[Case], _threads: int, rounds: int, _seconds: float) -> None:
    """Print how many cells of two shapes a minute has, one by one and together."""
    said("cells")
    lines = []
    for shape in cells.SHAPES:
        turns = [*cells.in_turns(shape, rounds)]
        for name, side in (("one by one", 0), ("together", 1)):
            took, trained, clock = (statistics.median(getattr(turn[side], figure) for turn in turns)
                                    for figure in ("processor_s", "training_s", "clock_s"))
            lines.append([shape, name, f"{60 / took:,.0f}", f"{60 / clock:,.0f}",
                          f"{1000 * took:.2f}", f"{trained / took:.0%}"])
        faster = ratio(*([turn[side].processor_s for turn in turns] for side in (0, 1)))
        say(f"{shape}: {faster:.2f} times as many together; products alone would take "
            f"{1000 * cells.products_s(shape):.2f} ms a cell at the tile's peak")
    say(markdown(("shape", "", "cells a minute of a processor", "by the clock", "ms a cell",
                  "of which training"), lines))
    say(f"{cells.STEPS} steps of {cells.BATCH} examples; the bytes of both are compared. Promised: "
        "twice as many.")


def check_answers(_cases: Sequence[Case], _threads: int, rounds: int, _seconds: float) -> None:
    """Print how long the window keeps a person waiting who changes its theme or its size."""
    said("answers")
    found = {scene: answers.medians(scene, min(rounds, 3)) for scene in answers.SCENES}
    changes = list(next(iter(found.values())))
    say(markdown(("change", *answers.SCENES), [
        [change, *(f"{1000 * found[scene][change][0]:.0f} of {1000 * found[scene][change][1]:.0f}"
                   for scene in found)] for change in changes]))
    say("; ".join(f"{scene}: {text}" for scene, text in answers.SCENES.items()))
    say("Milliseconds of the longest wait, and of a processor's time that it took. Promised: "
        f"{1000 * answers.LONGEST_S:.0f} at most.")


def check_waits(_cases: Sequence[Case], _threads: int, _rounds: int, _seconds: float) -> None:
    """Print every turn of the window's event loop that takes too long, and where."""
    said("waits")
    for tour in waits.TOURS:
        found = sorted(waits.stalls(tour), key=lambda one: -one.used_s)
        say(markdown((f"{tour}: after", "waited, ms", "of a processor, ms", "most seen in"), [
            [one.doing, f"{1000 * one.seconds:.0f}", f"{1000 * one.used_s:.0f}",
             next(iter(one.places), "")] for one in found]))
    say(f"Promised: no turn takes more than {1000 * waits.LONGEST_S:.0f} ms of a processor.")


CHECKS: dict[str, Callable[[Sequence[Case], int, int, float], None]] = {
    "statistics": check_statistics, "threads": check_threads, "scaling": check_scaling,
    "vanishing": check_vanishing, "looking": check_looking, "runs": check_runs,
    "recording": check_recording, "instruments": check_instruments,
    "memory": check_memory, "microscope": check_microscope,
    "tables": check_tables, "images": check_images, "sparse": check_sparse,
    "answers": check_answers, "waits": check_waits, "sweep": check_sweep,
    "cells": check_cells, "start": check_start}
