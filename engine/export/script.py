"""The parts that scripts of all targets have alike."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.rows import ByteRows
from engine.export.graph import Graph, GraphData, GraphTraining, Proof
from engine.export.source import WIDTH, Source, filled, spans
from engine.export.target import Written
from engine.messages import Message

APART = '''def apart(found, expected, smallest=1.0):
    """Return the largest difference; of numbers that are not too small, as a share of them."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    return float(np.max(np.abs(found - expected) / np.maximum(np.abs(expected), smallest)))'''

_DRAW = '''def draw_gradients({given}, file):
    """Draw the size of every layer's gradient over depth, where matplotlib is installed."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        return
{sizes}
    figure, axes = plt.subplots(figsize=(max(5, 0.4 * len(sizes)), 4), layout="constrained")
    axes.semilogy(list(sizes), list(sizes.values()), "o-")
    axes.tick_params("x", rotation=90)
    axes.set_ylabel("{label}")
    axes.set_title("Gradient over depth, first batch")
    figure.savefig(file)
    plt.close(figure)'''


@contextmanager
def needing(source: Source, packages: str) -> Iterator[None]:
    """Append what says how to get packages that are missing; imports of them come meanwhile.

    Parameters
    ----------
    source : Source
        The script.
    packages : str
        What is to be installed.
    """
    with source.block("try:"):
        yield
    with source.block("except ImportError as error:"):
        source.add(f'sys.exit(f"{{error}}. Install it: pip install {packages}")')


def draw_text(given: str, sizes: str, label: str) -> str:
    """Return the function that draws the gradient over depth.

    Parameters
    ----------
    given : str
        Its first argument.
    sizes : str
        Indented lines that put the size of every layer's gradient into ``sizes``, by name.
    label : str
        What the sizes are.
    """
    return _DRAW.format(given=given, sizes=sizes.strip("\n"), label=label)


def input_arrays(data: GraphData, *, reads_tokens: bool) -> dict[str, NDArray[Any]]:
    """Return the inputs as they lie beside a script: bytes with their scale, tokens, or numbers."""
    if isinstance(data.inputs, ByteRows):
        return {"inputs": data.inputs.content, "scale": np.array(data.inputs.scale),
                "shift": np.array(data.inputs.shift)}
    return {"inputs": data.inputs.astype(np.int32) if reads_tokens else data.inputs}


def write_limits(source: Source, training: GraphTraining) -> None:
    """Append the constants that limit gradients and weights, where there are any."""
    for name in ("clip_value", "clip_norm", "max_norm"):
        if getattr(training, name):
            source.add(f"{name.upper()} = {getattr(training, name)!r}")


@contextmanager
def loading(source: Source, data: GraphData, stem: str, *, as_seen: bool = False) -> Iterator[None]:
    """Append how the function begins that loads the examples; what reads ``file`` comes meanwhile.

    Parameters
    ----------
    source : Source
        The script.
    data : GraphData
        The examples.
    stem : str
        How the name of their file begins.
    as_seen : bool
        Whether it is said that they are scaled and encoded already.
    """
    with source.block("def load_examples():"):
        source.add('"""Return inputs, targets, and which rows to learn from and to validate on."""')
        if data.total > len(data.targets):
            source.comment(f"The first {len(data.targets):,} of {data.total:,} examples.")
        if as_seen:
            source.comment("Inputs are as the network saw them: scaled and encoded.")
        with source.block(f'with np.load(FOLDER / "{stem}.npz") as file:'):
            yield


def asked_rows(graph: Graph) -> str:
    """Return what selects the examples whose outputs are compared."""
    count = len(graph.proof.asked)
    return f"{'validation' if len(graph.data.validation) >= count else 'training'}[:{count}]"


def write_expected(source: Source, proof: Proof, names: Mapping[str, str], tolerance: float
                   ) -> None:
    """Append what a script compares itself with, but for the outputs."""
    source.add(f"TOLERANCE = {tolerance!r}", f"EXPECTED_LOSS = {proof.loss!r}")
    source.add(filled("EXPECTED_NORMS = {", [
        f'"{names[name]}": {norm!r}' for name, norm in proof.gradients.items()], "}"))


def write_comparison(source: Source, loss: str, outputs: str) -> None:
    """Append the end of the proof: differences are printed, and the largest is returned.

    Parameters
    ----------
    source : Source
        The script.
    loss : str
        The loss that was computed; norms and outputs are called so.
    outputs : str
        What the outputs should be.
    """
    source.add("differences = {", f'    "loss": apart({loss}, EXPECTED_LOSS),',
               '    "gradients": max((apart(norms[name], norm, smallest=1e-30)',
               "                      for name, norm in EXPECTED_NORMS.items()), default=0.0),",
               f'    "outputs": apart(outputs, {outputs}),', "}",
               "for name, difference in differences.items():",
               '    print(f"{name}: differs by {difference:.1e}")',
               "return max(differences.values())")


def told_by_predict(graph: Graph, answer: str) -> str:
    """Return the first line of the function that answers.

    Parameters
    ----------
    graph : Graph
        The project.
    answer : str
        What it makes of the network's outputs.
    """
    if answer == "outputs":
        return '"""Return what the network says of some examples."""'
    return '"""Return the probabilities that the network gives to classes."""' \
        if graph.data.task != "regression" else \
        '"""Return what the network says of some examples, between 0 and 1."""'


def choice_of_weights(graph: Graph, name: str, seed: str) -> str:
    """Return the lines that load a network, or begin anew where a seed is given.

    Parameters
    ----------
    graph : Graph
        The project.
    name : str
        What a network is called: ``model``.
    seed : str
        The seed, or None.
    """
    given, before = seed, ""
    if graph.adapting:
        given, before = f"{seed}, seen", "seen = examples[0][examples[2]]  # those to learn from\n"
    return f"{before}{name} = load_{name}() if {seed} is None else fresh_{name}({given})"


def write_main(source: Source, graph: Graph, name: str, proved: str, seeded: tuple[str, ...] = ()
               ) -> None:
    """Append what a script does when it is run.

    Parameters
    ----------
    source : Source
        The script.
    graph : Graph
        The project.
    name : str
        What a network is called: ``model``.
    proved : str
        What proves it.
    seeded : tuple[str, ...]
        Lines that set where random numbers begin.
    """
    with source.block("def main():"):
        source.add(
            '"""Prove that the network is the same, then train it."""',
            "parser = argparse.ArgumentParser(description=main.__doc__)",
            'parser.add_argument("--steps", type=int, default=STEPS,',
            '                    help="0: prove alone (default: %(default)s)")',
            'parser.add_argument("--fresh", type=int, metavar="SEED",',
            '                    help="train from new weights, drawn with this seed")',
            "arguments = parser.parse_args()", *seeded, "examples = load_examples()",
            f"difference = {proved}",
            'print(f"Largest difference: {difference:.1e}, where rounding explains '
            '{TOLERANCE:.0e}.")',
            "if not difference <= TOLERANCE:", "    sys.exit(1)",
            choice_of_weights(graph, name, "arguments.fresh"),
            f"train({name}, *examples, arguments.steps)")
    source.add("", "", 'if __name__ == "__main__":', "    main()")


def written(source: Source, stem: str, told: Message, files: Mapping[str, bytes]) -> Written:
    """Return a script with its head, and what lies beside it.

    Parameters
    ----------
    source : Source
        The script.
    stem : str
        How the names of its files begin.
    told : Message
        What its head says; empty lines part paragraphs.
    files : Mapping[str, bytes]
        What lies beside it.
    """
    whole = source.joined()
    paragraphs = [textwrap.fill(" ".join(part.split()), WIDTH) for part in told.text.split("\n\n")]
    # A person's names may hold what would end the text.
    plain = "\n\n".join(paragraphs).replace("\\", "/").replace('"', "'")
    head = f'"""{plain}\n"""\n\n'
    offset = head.count("\n")
    lines = {layer: tuple((first + offset, last + offset) for first, last in found)
             for layer, found in spans(whole.owners).items()}
    return Written({f"{stem}.py": (head + whole.text).encode(), **files}, lines)
