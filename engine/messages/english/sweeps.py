"""What is said of sweeps: knobs that cannot be turned, files of results, and who computes."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_KNOBS: Mapping[str, Entry] = {
    "knob.unknown": Fault(
        "Axis {knob}", "there is no such knob", "one of {known:list}, or the path of a field such "
        "as training.schedule.kind"),
    "knob.path": Fault("Axis {path}", "no project has such a field", "{known:any}"),
    "knob.value": Fault("Axis {knob}", "it cannot be {value}", "{wanted}"),
    "knob.any": "one of {values:list}",
    "knob.choice": "a value of this field",
    "knob.number": "a finite number",
    "knob.whole": "a whole number",
    "knob.above-0": "numbers above 0",
    "knob.depth": Fault("Axis depth", "{value:whole} hidden layers", "0 to {most:whole}"),
    "knob.no-hidden": Fault(
        "Network", "it has no hidden dense layer to be turned", "at least one",
        "Add a dense layer before the output"),
    "knob.depth-joins": Fault(
        "Network", "its joins reach so far that no part of it can be repeated",
        "a block of layers that reads nothing but the layer right before it, and whose last layer "
        "alone is read behind it", "Turn another knob, or take some of the joins out"),
    "knob.depth-blocks": Fault(
        "Axis depth", "{value:whole} hidden layers would cut a block of joined layers in two",
        "{near:any}"),
    "knob.nothing": Fault(
        "Network", "no layer has anything that the knob {knob} turns", "",
        "Turn another knob, or change the layers"),
}

_SWEEPS: Mapping[str, Entry] = {
    "sweep.values": "axis {knob} has {count:whole} values, expected 1 to {most:whole}",
    "sweep.twice": "axis {knob} has a value twice",
    "sweep.axes": "two axes turn the same knob: {knobs:list}",
    "sweep.seed": "no axis turns the seed: `seeds` says how many there are",
    "sweep.measure": "there is no figure {name}, expected {known:any}",
    "sweep.cells": "{count:whole} cells are more than {most:whole}",
    "sweep.no-sweep": Fault(
        "{place}", "this is no sweep", "an object with a project and its axes",
        "Name axes beside a project: --axis learning_rate=0.001,0.01,0.1"),
    "sweep.field": Fault("{place}", "{reason}", "", "Correct this field"),
    "sweep.axis": Fault(
        "Axis {text}", "it has no values", "such as learning_rate=0.001,0.01,0.1 or "
        "depth=2:30:8"),
    "sweep.axis-values": Fault("Axis {text}", "{problem}"),
    "sweep.range": Fault(
        "Axis {knob}", "{text} is no range", "first:last:count with 2 values or more, such as "
        "2:30:8, and :log or :linear behind it where wanted"),
    "sweep.no-axis": Fault(
        "{place}", "a project alone is one network", "at least one axis",
        "Name what is to differ: --axis learning_rate=0.001,0.01,0.1"),
    "sweep.no-worker": Fault(
        "Sweep", "a process that computes cells has ended {count:word} times before it had "
        "computed any", "", "See whether the computer has memory enough: `backprop-lab "
        "--self-test` tests the engine, `--workers 1` takes less memory"),
    "sweep.preparing": "prepares the engine ({name}), {share:percent}",
    "sweep.lost": "has ended; another one does what it was at",
}

_STORES: Mapping[str, Entry] = {
    "store.other": Fault(
        "{place}", "this is no file of results", "",
        "Name another folder, or move the file away"),
    "store.taken": Fault(
        "{place}", "another program is computing this sweep", "",
        "Wait until it has ended, or name another folder with --out"),
}

_CLUSTERS: Mapping[str, Entry] = {
    "cluster.missing": Fault(
        "Cluster", "the package {name} is not installed", "",
        "Install the program from its folder with `pip install '.[cluster]'`: what the installers "
        "put on a computer computes on that computer alone"),
    "cluster.address": Fault(
        "Address", "{text} is none", "a computer and a port, such as teacher-pc:8786 or "
        "tcp://pc-1:8786"),
    "cluster.which-certificates": Fault(
        "Cluster", "no certificates are named", "the folder that `backprop-lab cluster init` made, "
        "with --certificates",
        "An address that begins with tcp:// needs none, and lets everybody in the network in"),
    "cluster.no-certificates": Fault(
        "{place}", "there is no such file", "a folder of certificates",
        "Make one with `backprop-lab cluster init`, and copy it to every computer"),
    "cluster.broken-certificates": Fault(
        "{place}", "this is no certificate", "one that `backprop-lab cluster init` has made",
        "Copy the folder again from the computer on which it was made"),
    "cluster.exists": Fault(
        "{place}", "there are certificates already", "",
        "Name another folder, or delete it where no computer uses it any more"),
    "cluster.unreachable": Fault(
        "{address}", "nobody listens there, and it is no address of this computer", "",
        "Name the address of this computer, so that workers can find the sweep there"),
    "cluster.refused": Fault(
        "{address}", "what listens there does not answer", "a scheduler with the same certificates",
        "Use the same folder of certificates on all computers, or another port"),
    "cluster.broken": Fault("{address}", "the connection has broken ({reason})", "",
                            "Start the sweep again: what is done stays done"),
    "cluster.too-large": Fault(
        "{place}", "it is too large to be sent to every computer", "at most {most:mib} MiB"),
    "cluster.differs":
        "has another version of the program, and is given nothing to compute ({found})",
}

WORDS: Mapping[str, Entry] = {**_KNOBS, **_SWEEPS, **_STORES, **_CLUSTERS}
"""Templates by code."""
