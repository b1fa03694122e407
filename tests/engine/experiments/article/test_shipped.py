"""The tables that ship with the program: they can be read, and all that they ask for can be run."""

from __future__ import annotations

from functools import cache

import pytest

from engine.data import load
from engine.data.dataset import Dataset
from engine.errors import FormatError
from engine.experiments.article import ArticleTable, tables
from engine.experiments.article.catalogue import FOLDER, INDEX, table
from engine.layers import diagnose
from engine.spec import DataSpec, ProjectSpec

FEWEST_SEEDS = 5
ARTICLE = {
    "epochs": {"0.452", "0.291", "0.183", "0.109"},
    "learning-rate": {"slow", "moderate", "fast"},
    "activation": {"0.87", "0.92", "0.89"},
    "architecture": {"10 min", "25 min", "50 min"},
    "regularization": {"0.92", "0.94", "0.91"},
    "dropout-rate": {"0.89", "0.91", "0.87"},
    "augmentation": {"0.87", "0.91"},
    "batch-size": {"54 s", "32 s", "20 s"},
}
"""What the article prints."""

each = pytest.mark.parametrize("shipped", tables(), ids=lambda one: one.key)


def projects(shipped: ArticleTable) -> dict[tuple[object, ...], ProjectSpec]:
    """Return every project of a table once, whatever its seed."""
    return {(sweep.name, *sweep.values_at(cell)): sweep.project_at(cell)
            for sweep in shipped.sweeps for cell in sweep.cells() if cell.seed == 0}


@cache
def data_of(spec: DataSpec) -> Dataset:
    return load(spec)


def test_the_index_names_every_file() -> None:
    files = {path.name for path in FOLDER.glob("*.json")} - {INDEX}
    assert files == {f"{one.key}.json" for one in tables()}
    assert sum(one.is_misconception for one in tables()) == 5


def test_misconceptions_stand_behind_the_tables() -> None:
    kinds = [one.is_misconception for one in tables()]
    assert kinds == sorted(kinds)


@pytest.mark.parametrize("key", ARTICLE)
def test_the_article_s_rows_are_there(key: str) -> None:
    assert {row.article for row in table(key).rows(()) if row.is_article} == ARTICLE[key]


@each
def test_every_project_of_a_table_can_be_trained(shipped: ArticleTable) -> None:
    for values, project in projects(shipped).items():
        data = data_of(project.data)
        assert diagnose(project, data.task, data.n_inputs, data.n_outputs,
                        is_image=data.image_shape is not None, vocabulary=data.vocabulary,
                        target_range=data.target_range) == (), values


@each
def test_a_setting_says_how_many_examples_there_are(shipped: ArticleTable) -> None:
    for project in projects(shipped).values():
        count = f"{len(data_of(project.data).training):,}"
        assert count in shipped.setting.text or any(
            row.label.text.startswith(f"{count} ") for row in shipped.rows(()))


@each
def test_every_place_has_five_seeds_and_comes_to_an_end(shipped: ArticleTable) -> None:
    for sweep in shipped.sweeps:
        assert sweep.seeds >= FEWEST_SEEDS
        stopping = sweep.project.training.stopping
        assert sweep.steps or stopping.epochs


@each
def test_a_table_says_what_it_is_and_why(shipped: ArticleTable) -> None:
    for said in (shipped.title, shipped.claim, shipped.setting, shipped.why, shipped.left_out):
        assert said.text
    for said in (shipped.claim, shipped.setting, shipped.why, shipped.left_out):
        assert said.text.endswith(".")
    assert shipped.verdict(()).code == "article.nothing"
    assert all(row.measured == () for row in shipped.rows(()))


@each
def test_data_ship_with_the_program(shipped: ArticleTable) -> None:
    for project in projects(shipped).values():
        assert not project.data.path


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(FormatError, match=r"'speed'.*learning-rate"):
        table("speed")
