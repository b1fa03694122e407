"""Backprop Lab without a window: train a project, or check it. Never imports Qt."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.errors import EngineError, FormatError
from gui.program import (
    COMPILE_OPS,
    ERROR,
    INTERRUPTED,
    NAME,
    RUN_CELLS,
    SET_UP,
    complain,
    remedy,
    say,
    version,
)
from gui.terminal import experiment_arguments, sweep_arguments
from gui.terminal.arguments import Parser, file_name, positive, unusable

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.spec import TrainingSpec

STEPS = 2000
"""How long to train when neither the command nor the project says it."""

USAGE = """\
backprop-lab [FILE]               open the window, with a project or with data
backprop-lab train PROJECT        train a project without a window
backprop-lab compare A B          train two projects and say what the difference does
backprop-lab export PROJECT       write a project as a script or model of another library
backprop-lab sweep FILE           train a project at many settings, on all processors or PCs
backprop-lab experiment [NAME]    measure a table of the article; without NAME, list them
backprop-lab worker ADDRESS       let this computer compute for a sweep on another one
backprop-lab cluster init DIR     make the certificates with which computers know each other
backprop-lab check PROJECT        print what is wrong with a project, and notes on it
backprop-lab --self-test          test the engine on this computer; exit code 0 or 1
backprop-lab compile              compile the engine now, so that nothing waits for it later

Options of the window:
  --screenshot FILE     save a picture of the window, then quit
  --size WxH            its size in pixels, such as 1366x768
  --theme light|dark    its colours
  --after SECONDS       how long to wait before the picture (default 4)
  --run                 train from the start
  --profile-start       print how long the start took, then quit; with --run, once
                        the first training point is on the plot
  --within SECONDS      how long a picture or profile may take to begin (default 180)

'backprop-lab train --help' shows the options of train; so do 'compare --help', 'sweep --help'
and 'export --help'.
"""


def main(arguments: Sequence[str]) -> int:
    """Carry out a command and return its exit code.

    Parameters
    ----------
    arguments : Sequence[str]
        What stands behind the program's name.
    """
    try:
        if fault := unusable(arguments):
            complain(fault)
            return ERROR
        return _carry_out(arguments)
    except OSError as error:
        # A file or folder of which nobody has expected it, such as one whose name is too long.
        complain(FormatError("file.refused", path=str(error.filename or NAME),
                             reason=error.strerror or str(error)).sentence)
        return ERROR
    except EngineError as error:
        complain(error.sentence)
        return ERROR
    except MemoryError:
        complain("There is not enough memory for it. Close other programs, or use less data or a "
                 "smaller network.")
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


def _carry_out(arguments: Sequence[str]) -> int:
    if arguments[0] in {"--help", "-h"}:
        say(USAGE.rstrip())
        return 0
    if arguments[0] in {"--version", "-V"}:
        say(f"{NAME} {version()}")
        return 0
    if arguments[0] == "--self-test":
        return _self_test()
    if arguments[0] == COMPILE_OPS:
        from engine.compiling import serve

        return serve(arguments[1:])
    if arguments[0] == RUN_CELLS:
        from gui.terminal import cell_worker

        return cell_worker.serve()
    options = _parser().parse_args(arguments)
    return CARRIED_OUT[options.command](options)


def _self_test() -> int:
    """Print what the test of the engine finds; return 1 if any of it is wrong."""
    try:
        from engine.selftest import self_test
    except Exception as error:  # noqa: BLE001 - a library that is missing is what is looked for
        say(f"WRONG The engine cannot be loaded: {str(error).rstrip('.')} "
            f"({type(error).__name__}). {remedy(SET_UP)}")
        return 1
    passed = True
    for finding in self_test():
        say(f"{'ok   ' if finding.passed else 'WRONG'} {finding.text}")
        passed &= finding.passed
    return 0 if passed else 1


def _parser() -> Parser:
    parser = Parser(prog="backprop-lab")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    _add_train(commands)
    _add_compare(commands)
    _add_export(commands)
    sweep_arguments.add(commands)
    experiment_arguments.add(commands)
    check = commands.add_parser(
        "check", prog="backprop-lab check",
        description="Print what is wrong with a project, a line each, and notes on it.")
    check.add_argument("project", type=Path, metavar="PROJECT")
    compiled = commands.add_parser(
        "compile", prog="backprop-lab compile",
        description="Compile the engine now, so that nothing waits for it later.")
    compiled.add_argument("--precision", choices=("float32", "float64"), default="float32",
                          help="of the numbers (default: float32)")
    compiled.add_argument("--quiet", action="store_true", help="show no progress bar")
    return parser


def _add_train(commands: argparse._SubParsersAction[Parser]) -> None:
    train = commands.add_parser(
        "train", prog="backprop-lab train",
        description="Train a project and write history.csv and weights.npz.")
    train.add_argument("project", type=Path, metavar="PROJECT", nargs="?",
                       help="may be left out where --from names a project with its run")
    train.add_argument("--steps", type=positive, metavar="N",
                       help=f"stop at step N (default: the project's, else {STEPS:,}; its "
                            "stopping rules may end the run before); the steps of a run that goes "
                            "on count too")
    train.add_argument("--out", type=Path, default=Path(), metavar="DIR",
                       help="folder for the results (default: this one)")
    train.add_argument("--from", type=Path, dest="source", metavar="FILE",
                       help="start from the weights of a weights.npz; or of another program's "
                            ".safetensors, .npz or .onnx file, each layer with what fits it; or "
                            "go on where the run was that a .bplab holds, to the bytes of never "
                            "having stopped. With "
                            "another PROJECT, what agrees in name and shape is taken over. A "
                            "history.csv of that run in DIR is continued")
    train.add_argument("--save", type=Path, metavar="FILE.bplab",
                       help="save the project with its run there in the end, for --from and for "
                            "the window; --out still says where the results go")
    train.add_argument("--keep-initial", action="store_true",
                       help="put the weights before step 1 into weights.npz too")
    train.add_argument("--use-averaged", action="store_true",
                       help="put the average of the weights, where the project keeps one, in their "
                            "place before weights.npz and --save are written")
    train.add_argument("--threads", type=positive, metavar="N",
                       help="let at most N threads share the work of large layers (default: what "
                            "the computer can spare; as many of them work as make it faster); the "
                            "results are the same to the last bit")
    train.add_argument("--quiet", action="store_true",
                       help="show no progress bar, no notes and no summary")


def _add_compare(commands: argparse._SubParsersAction[Parser]) -> None:
    compare = commands.add_parser(
        "compare", prog="backprop-lab compare",
        description="Train two projects side by side from step 0, say what differs and what it "
                    "does, and write history-a.csv and history-b.csv.")
    compare.add_argument("a", type=Path, metavar="A")
    compare.add_argument("b", type=Path, metavar="B")
    compare.add_argument("--seeds", type=positive, metavar="N",
                         help="train both with N seeds, of which 5 tell a difference from chance, "
                              "and write spread.csv")
    compare.add_argument("--steps", type=positive, metavar="N",
                         help="compare at step N (default: where A's project ends, else "
                              f"{STEPS:,}; early stopping may end a run before)")
    compare.add_argument("--out", type=Path, default=Path(), metavar="DIR",
                         help="folder for the results (default: this one); a file there that holds "
                              "more is left as it is")
    compare.add_argument("--quiet", action="store_true", help="show no progress bar and no notes")


def _add_export(commands: argparse._SubParsersAction[Parser]) -> None:
    export = commands.add_parser(
        "export", prog="backprop-lab export",
        description="Write a project as a script or model of another library, with the weights "
                    "that its file holds, or those that it starts with.")
    export.add_argument("project", type=Path, metavar="PROJECT")
    export.add_argument("--to", required=True, metavar="TARGET",
                        help="pytorch, keras, onnx, notebook or numpy")
    export.add_argument("--out", type=Path, default=Path(), metavar="DIR",
                        help="folder for the files (default: this one)")
    export.add_argument("--name", type=file_name, default="", metavar="NAME",
                        help="how their names begin (default: as the project's file)")
    export.add_argument("--replace", action="store_true",
                        help="write over files that are there already")
    export.add_argument("--quiet", action="store_true", help="do not say what was written")


def _check(options: argparse.Namespace) -> int:
    from gui.terminal.checking import check

    found = check(options.project)
    for note in found.done:
        say(f"Note: {note}")
    for fault in found.faults:
        say(fault)
    for note in found.advice:
        say(f"Note: {note}")
    if found.faults:
        return ERROR
    say(f"{options.project.name}: {'it can be trained' if found.advice else 'nothing is wrong'}.")
    return 0


def _tell_notes(data: Dataset) -> None:
    """Print what was done to the data, a line each: dropped rows, filled gaps, guesses."""
    for note in data.notes:
        say(f"Note: {' '.join(note.split())}")


def _compile(options: argparse.Namespace) -> int:
    from engine.compiling import compile_ops
    from engine.kernels.ops.catalogue import OPS
    from gui.terminal.batch_run import preparing

    with preparing(options.quiet) as show:
        compile_ops(list(OPS), options.precision, show)
    return 0


def _steps(options: argparse.Namespace, training: TrainingSpec) -> int:
    from gui.terminal.batch_run import FOREVER

    rules = training.stopping
    is_sure_to_end = rules.epochs > 0 or rules.seconds > 0
    return options.steps or training.steps or (FOREVER if is_sure_to_end else STEPS)


def _train(options: argparse.Namespace) -> int:
    from engine.bundles import SUFFIX, is_bundle
    from engine.data import load
    from gui.terminal.batch_run import BatchRun
    from gui.terminal.results import check_folder
    from gui.terminal.starting import beginning, total_steps
    from gui.workbench.engine_port import make_trainer

    if options.save and not is_bundle(options.save):
        raise FormatError("state.suffix", place=options.save.name, suffix=SUFFIX)
    if options.save and not options.save.parent.is_dir():
        # Told now, and not once everything is learned.
        raise FormatError("results.no-folder", path=str(options.save.parent))
    check_folder(options.out)
    start = beginning(options.project, options.source)
    steps = total_steps(_steps(options, start.project.training), start)
    dataset = load(start.project.data, start.path.parent)
    if not options.quiet:
        _tell_notes(dataset)
    return BatchRun(
        start.project, dataset, steps, options.out, weights=start.weights,
        keep_initial=options.keep_initial, use_averaged=options.use_averaged, save=options.save,
        path=start.path, quiet=options.quiet,
        make=partial(make_trainer, threads=options.threads, checkpoint=start.checkpoint),
    ).carry_out()


def _compare(options: argparse.Namespace) -> int:
    from engine.experiments.pair import check_comparable
    from engine.experiments.yardstick import deciding_step, yardstick
    from gui.terminal.compare_run import CompareRun, read_side
    from gui.terminal.results import check_folder

    check_folder(options.out)
    a = read_side(options.a)
    b = read_side(options.b, a)
    check_comparable(a.dataset, b.dataset)
    if issues := (*a.issues, *b.issues):
        complain("\n".join(issues))
        return ERROR
    if not options.quiet:
        for note in dict.fromkeys((*a.notes, *b.notes)):
            say(f"Note: {note}")
    step = options.steps or deciding_step(a.project, a.dataset)
    return CompareRun(a, b, yardstick(a.run, b.run, step), options.seeds or 0, options.out,
                      quiet=options.quiet).carry_out()


def _export(options: argparse.Namespace) -> int:
    from gui.terminal.export_run import export

    return export(options)


CARRIED_OUT: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({
    "train": _train, "compare": _compare, "export": _export, "check": _check,
    "compile": _compile, **sweep_arguments.COMMANDS, **experiment_arguments.COMMANDS})
"""What carries out each command."""

COMMANDS = tuple(CARRIED_OUT)
"""Words with which a command begins."""
