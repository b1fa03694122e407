"""The pages that explain: whole, in their form, linked, sourced, with all their formulas."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from engine.diagnosis.advice import ORDER
from engine.diagnosis.cure_kinds import KINDS
from engine.diagnosis.layer_verdicts import PRIORITY
from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, kinds
from engine.layers.initialisers import INITIALISERS
from engine.pages.catalogue import FOLDER, GROUPS, PICTURES, Catalogue, text_of
from engine.pages.form import Picture
from engine.pages.formulae import FORMULAE, box_of, names_of, read_formula
from gui.pages.numbers import NUMBERS
from resources import make_formulae

CATALOGUE = Catalogue()
FEWEST_SENTENCES, MOST_SENTENCES, MOST_LETTERS = 2, 6, 900
WIDEST = 36.0
"""Heights of a letter that fit beside the work: more would be made smaller than can be read."""
LARGEST_BYTES = 2 * 2**20


def said_codes() -> set[str]:
    """Return every code that a verdict can have, from where verdicts are made."""
    codes = {"healthy", "outcome", *PRIORITY, *ORDER}
    for path in Path("engine/diagnosis").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                    and node.func.id in {"Opinion", "Verdict"}):
                codes |= {arm.value for arm in ast.walk(node.args[0])
                          if isinstance(arm, ast.Constant) and isinstance(arm.value, str)}
    return codes


WANTED = {
    "layers": {kind.key for kind in kinds()}, "activations": set(ACTIVATIONS),
    "initialisers": set(INITIALISERS), "losses": set(LOSSES), "optimizers": set(OPTIMIZERS),
    "schedules": set(SCHEDULES), "cures": set(KINDS), "verdicts": said_codes(),
}


def test_codes_of_verdicts_are_found_where_they_are_made() -> None:
    assert {"learned", "overfitting", "chance", "silent", "far_off", "waiting"} <= said_codes()


@pytest.mark.parametrize("group", sorted(WANTED))
def test_whatever_the_program_has_has_a_page_and_nothing_else_has(group: str) -> None:
    there = {key.partition("/")[2] for key in CATALOGUE.keys if key.startswith(f"{group}/")}
    assert there == WANTED[group]


def test_every_folder_is_a_group() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders <= {*GROUPS, FORMULAE.name, PICTURES.name}


@pytest.mark.parametrize("key", CATALOGUE.keys)
def test_a_page_has_the_form_of_one(key: str) -> None:
    page = CATALOGUE.page(key)
    text = text_of(page)
    sentences = len(re.findall(r"[.?!](?=\s|$)", text))
    assert FEWEST_SENTENCES <= sentences <= MOST_SENTENCES, f"{sentences} sentences"
    assert len(text) <= MOST_LETTERS, f"{len(text)} letters"
    unknown = {name for block in page.paragraphs for name in block.names} - NUMBERS.keys()
    assert not unknown, f"{unknown}: see gui/pages/numbers.py"
    assert all(block.names for block in page.paragraphs if block.is_of_network), "no number"
    dead = {target for target in page.targets if target not in CATALOGUE}
    assert not dead, f"links to pages that are not there: {dead}"
    assert len(set(page.sources)) == len(page.sources)
    lost = [block.file for block in page.blocks
            if isinstance(block, Picture) and not (PICTURES / block.file).is_file()]
    assert not lost, f"no picture {lost}"


def test_titles_tell_pages_of_a_group_apart() -> None:
    titles = [(page.key.partition("/")[0], page.title) for page in CATALOGUE.pages()]
    assert len(set(titles)) == len(titles)


def test_every_formula_is_set_and_nothing_else() -> None:
    needed = names_of(CATALOGUE.pages())
    there = {path.name for path in FORMULAE.glob("*.svg")}
    missing = [needed[name][0] for name in needed.keys() - there]
    assert not missing, "call: python -m resources.make_formulae"
    assert not there - needed.keys(), "call: python -m resources.make_formulae"
    assert sum(path.stat().st_size for path in FORMULAE.iterdir()) < LARGEST_BYTES


def test_formulas_fit_beside_the_work() -> None:
    wide = {latex: box.width for name, (latex, _) in names_of(CATALOGUE.pages()).items()
            if (box := box_of(read_formula(name))).width > WIDEST}
    assert not wide


@pytest.mark.needs("ziamath")
@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")
def test_formulas_are_as_they_would_be_set_today() -> None:
    needed = sorted(names_of(CATALOGUE.pages()).items())
    for name, (latex, inline) in needed[::max(len(needed) // 12, 1)]:
        assert read_formula(name) == make_formulae.svg_of(latex, inline=inline), latex
