"""A project as a notebook: the PyTorch script in cells, each with a sentence on what it does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.export.graph import Graph
from engine.export.pytorch.script import PACKAGES, Script
from engine.export.script import choice_of_weights
from engine.export.source import spans
from engine.export.target import Span, Written
from engine.messages import Message, say

NEEDS = f"%pip install --quiet {PACKAGES} matplotlib"
"""What gets the libraries, for those who have not got them."""

SAID: Mapping[str, Message] = {
    "imports": say("export.cell-imports"), "settings": say("export.cell-settings"),
    "model": say("export.cell-model"), "data": say("export.cell-data"),
    "loss": say("export.cell-loss"), "rules": say("export.cell-rules"),
    "training": say("export.cell-training"), "proof": say("export.cell-proof")}
"""What is said before a section of the script."""

HERE = "FOLDER = Path()"
"""Where a notebook finds what lies beside it."""


def write_notebook(graph: Graph, stem: str) -> Written:
    """Return a project as a notebook in format 4, its weights and its examples.

    Lines of layers are counted in the notebook's file, in which every line of a cell is one.

    Raises
    ------
    EngineError
        If PyTorch cannot do what the engine does.
    """
    script = Script(graph, stem, says_needs=False)
    sections = script.write().sections
    cells = [_words(say("export.cell-head", name=graph.name, stem=stem))]
    owners: list[tuple[int, Sequence[str]]] = []
    for section in sections:
        cells.append(_words(SAID[section.key]))
        text = section.text.strip("\n").replace("FOLDER = Path(__file__).resolve().parent", HERE)
        if section.key == "imports":
            kept = [line for line in text.split("\n") if line not in (
                "import argparse", "import sys")]
            cells.append(_code(f"# {NEEDS}"))
            text = "\n".join(kept).strip("\n")
        owners.append((len(cells), section.owners))
        cells.append(_code(text))
    cells += _last(graph, stem)
    content, first_lines = _packed(cells)
    return Written({f"{stem}.ipynb": content, **script.files()},
                   _lines(owners, first_lines))


def _last(graph: Graph, stem: str) -> list[dict[str, Any]]:
    """Return the cells that prove, train and ask."""
    return [
        _words(say("export.cell-prove")),
        _code("torch.manual_seed(SEED)\nexamples = load_examples()\n"
              "difference = prove(load_model(), *examples)\n"
              'print(f"Largest difference: {difference:.1e}")\n'
              "assert difference <= TOLERANCE"),
        _code("from IPython.display import Image\n\n"
              f'picture = FOLDER / "{stem}_gradients.png"\n'
              "Image(str(picture)) if picture.exists() else None"),
        _words(say("export.cell-train")),
        _code(f"FRESH = None  # a number: begin with new weights, drawn with this seed\n"
              f"{choice_of_weights(graph, 'model', 'FRESH')}\n"
              "model = train(model, *examples, STEPS)"),
        _words(say("export.cell-predict")),
        _code(f"predict(model, examples[0][:{len(graph.proof.asked)}])")]


def _words(told: Message) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _split(told.text)}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
            "source": _split(text)}


def _split(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _packed(cells: list[dict[str, Any]]) -> tuple[bytes, list[int]]:
    """Return the file, and the line on which the text of every cell begins."""
    for number, cell in enumerate(cells):
        # Format 4.5 wants ids; the same notebook has the same ones.
        text = f"{number} {''.join(cell['source'])}"
        cell["id"] = hashlib.sha256(text.encode()).hexdigest()[:12]
    book = {"cells": cells, "metadata": {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    first = [number + 1 for number, line in enumerate(text.split("\n"), 1)
             if line.strip() == '"source": [']
    return text.encode(), first


def _lines(owners: list[tuple[int, Sequence[str]]], first_lines: list[int]
           ) -> dict[str, tuple[Span, ...]]:
    found: dict[str, tuple[Span, ...]] = {}
    for cell, of in owners:
        offset = first_lines[cell] - 1
        for layer, lines in spans(of).items():
            found[layer] = (*found.get(layer, ()), *(
                (begin + offset, end + offset) for begin, end in lines))
    return found
