from __future__ import annotations

import re

import pytest

from engine.experiments.article import ArticleTable, tables
from engine.experiments.article.lines import columns
from resources.make_article_tables import MARKED, README, fingerprint, renewed, section

TEXT = README.read_text("utf-8")
each = pytest.mark.parametrize("table", tables(), ids=lambda one: one.key)
FIGURE = re.compile(r"(\d|not reached|diverged)")


def part_of(text: str, table: ArticleTable) -> str:
    """Return what README holds of a table."""
    made = MARKED.search(text)
    assert made is not None
    _, _, rest = made[0].partition(f"<!-- {table.key} ")
    assert rest, f"README has no table {table.key}"
    return rest.partition("<!-- ")[0]


@each
def test_readme_holds_every_table_as_it_was_measured(table: ArticleTable) -> None:
    part = part_of(TEXT, table)
    assert part.startswith(fingerprint(table.key)), (
        "another experiment than the one that was measured: "
        "run .venv/bin/python -m resources.make_article_tables --results FOLDER")
    for said in (table.title, table.setting):
        assert said.text in part
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    _, *expected = columns(table, ())
    head, _, *found = rows
    assert head[:3] == list(columns(table, ())[0])
    assert len(found) == len(expected)
    for cells, (label, article, *_) in zip(found, expected, strict=True):
        assert cells[0] == label
        assert cells[1] == article
        assert FIGURE.match(cells[2])


@each
def test_readme_says_what_holds_and_what_is_left_out(table: ArticleTable) -> None:
    last = part_of(TEXT, table).partition("</details>")[0].strip().splitlines()[-1]
    verdict, _, left_out = last.partition(" Left out: ")
    assert verdict.endswith(".")
    assert left_out[1:] == table.left_out.text[1:]


def test_tables_are_put_between_their_markers() -> None:
    made = section([(one, ()) for one in tables()], "1 January 2000, a machine")
    before = "a\n<!-- article-tables -->\nold<!-- /article-tables -->\nb"
    after = renewed(before, made)
    assert after.startswith("a\n<!-- article-tables -->\n")
    assert after.endswith("<!-- /article-tables -->\nb")
    assert "old" not in after
    assert "1 January 2000, a machine" in after
    assert all(f"**{one.title.text}** (`{one.key}`)" in after for one in tables())


def test_lost_markers_are_told_of() -> None:
    with pytest.raises(AssertionError, match="markers"):
        renewed("nothing", "made")
