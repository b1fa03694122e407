"""Names that differ in spelling only, and names that do not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.columns import Column
from engine.data.spellings import merged, respelled, variants


def column(*cells: str | None) -> Column:
    levels = tuple(sorted({cell for cell in cells if cell is not None}))
    return Column("c", 0, levels=levels, codes=np.array(
        [-1 if cell is None else levels.index(cell) for cell in cells], dtype=np.int64))


def words(of: Column) -> list[str | None]:
    return [None if code < 0 else of.levels[code] for code in of.codes]


@pytest.mark.parametrize(("first", "second"), [
    ("Yes", "yes"), ("Yes", "YES"), ("No ", "No"), ("New York", "new  york"),
    ("New York", "NewYork"), ("co-op", "coop"), ("Café", "cafe"), ("Straße", "STRASSE"),
    ("St. Gallen", "St Gallen"), ("\u00e9t\u00e9", "e\u0301te\u0301"), ("a_b", "a b"),
])
def test_capitals_spaces_signs_and_accents_do_not_count(first, second):
    assert variants(column(first, first, second, "other")) == ((first, second),)


@pytest.mark.parametrize(("first", "second"), [
    ("A+", "A-"), ("A", "A+"), ("<5", ">5"), ("+", "-"), ("male", "female"), ("male", "mile"),
    ("AB+", "AB-"), ("C", "C#"), ("C", "C++"), ("a/b", "ab"), ("50%", "50"),
    ("<=50K", ">50K"), ("-1", "1"), ("Type 1", "Type 2"), ("F", "f*"), ("ja", "nein"),
    ("high", "higher"), ("< 5", "> 5"), ("- 1", "1"),
    ("v1.5", "v15"), ("1-12", "11-2"), ("3.5 mm", "35 mm"), ("1:0", "10"),
])
def test_signs_that_mean_something_and_other_names_stay_apart(first, second):
    cells = [first] * 30 + [second]
    assert variants(column(*cells)) == ()
    assert words(merged(column(*cells))) == cells


@pytest.mark.parametrize("slip", ["versicolr", "vesricolor", "versicolour", "versikolor",
                                  "Versicolr"])
def test_one_slip_in_a_long_rare_name(slip):
    cells = ["versicolor"] * 30 + [slip] + ["setosa"] * 30
    assert variants(column(*cells)) == (("versicolor", slip),)


def test_a_slip_is_rare_alone_and_long():
    often = column(*["versicolor"] * 30, *["versikolor"] * 4)
    assert variants(often) == ()
    two = column(*["versicolor"] * 30, "verzikolor")
    assert variants(two) == ()
    short = column(*["cats"] * 30, "bats")
    assert variants(short) == ()
    numbered = column(*["station 1"] * 30, "station 2")
    assert variants(numbered) == ()


def test_the_commonest_spelling_stands_first_and_stays():
    cells = ("yes", "Yes", "Yes", "YES", "no", None)
    [group] = variants(column(*cells))
    assert group[0] == "Yes"
    assert set(group) == {"yes", "Yes", "YES"}
    assert words(merged(column(*cells))) == ["Yes", "Yes", "Yes", "Yes", "no", None]


def test_slips_join_the_capitals_of_the_same_name():
    cells = ["setosa"] * 20 + ["Setosa"] * 3 + ["setoza"]
    assert words(merged(column(*cells))) == ["setosa"] * 24


def test_of_many_names_slips_are_not_looked_for():
    many = [f"name {'abcdefghij'[n // 26 % 10]}{chr(97 + n % 26)} stays" for n in range(220)]
    assert variants(column(*["versicolor"] * 30, "versikolor", *many)) == ()
    assert variants(column("Yes", "yes", *many)) == (("Yes", "yes"),)


def test_numbers_have_no_spelling():
    numbers = Column("n", 0, numbers=np.arange(5.0))
    assert variants(numbers) == ()
    assert merged(numbers) is numbers


def test_another_file_is_spelled_as_the_first():
    assert words(respelled(column("YES", "No", "maybe"), column("yes", "no"))) == [
        "yes", "no", "maybe"]
    assert words(respelled(column("A+", "A-"), column("A-"))) == ["A+", "A-"]
