"""Columns that name or count rows, and columns that only look as if they did."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.data.identifiers import counts_rows, names_rows

UPWARDS = np.arange(1.0, 41)
SHUFFLED = np.array(random.Random(1).sample(range(1, 41), 40), dtype=float)
SPARSE = SHUFFLED * 7919 + 15_000_000
DROPPED = np.array([n for n in range(60) if n % 3], dtype=float)
AGAIN = np.concatenate([np.arange(1.0, 31), np.arange(1.0, 21), np.arange(1.0, 26)])


@pytest.mark.parametrize("name", [
    "id", "ID", "CustomerId", "customerID", "customer_id", "Customer ID", "id_number", "Kunden-ID",
    "uuid", "Matrikelnummer", "AccountNumber", "Rechnungsnummer", "InvoiceNo", "KundenNr",
    "order nr.", "postcode",
])
def test_a_name_tells_of_whole_numbers_that_all_differ(name):
    assert counts_rows(name, 4, SPARSE)
    assert counts_rows(name, 4, SHUFFLED)


@pytest.mark.parametrize("values", [
    pytest.param(SPARSE + 0.5, id="decimals"),
    pytest.param(np.append(SPARSE, SPARSE[:4]), id="values that come again"),
    pytest.param(SPARSE[:8], id="few rows"),
    pytest.param(np.where(np.arange(40) < 10, np.nan, SPARSE), id="many gaps"),
])
@pytest.mark.parametrize("name", ["CustomerId", "InvoiceNo"])
def test_a_name_alone_does_not(name, values):
    assert not counts_rows(name, 0, values)


@pytest.mark.parametrize("name", [
    "paid", "humid", "acid", "Madrid", "valid", "number of children", "NumberOfRooms", "income",
    "piano", "Monkey", "x", "wave number", "atomic number", "AtomicNumber", "octane_number",
])
def test_names_that_tell_nothing(name):
    assert not counts_rows(name, 4, SPARSE)
    assert not counts_rows(name, 4, SHUFFLED)


@pytest.mark.parametrize("name", [
    "no", "No.", "nr", "Lfd. Nr.", "S. No.", "Serial No.", "row", "index", "sample index", "#", "№",
    "sample number", "row_num", "Lp.",
])
@pytest.mark.parametrize("values", [
    pytest.param(UPWARDS, id="upwards"), pytest.param(SHUFFLED, id="in any order"),
    pytest.param(UPWARDS - 1, id="from 0"), pytest.param(UPWARDS[::-1], id="downwards")])
def test_counting_through_with_a_name_of_counting_stands_anywhere(name, values):
    assert counts_rows(name, 5, values)


@pytest.mark.parametrize("name", ["index", "row", "nr"])
def test_numbers_that_do_not_count_through_are_no_row_numbers(name):
    assert not counts_rows(name, 5, SPARSE)
    assert not counts_rows(name, 5, UPWARDS + 1)


@pytest.mark.parametrize("name", ["Column 1", "Unnamed: 0", "rownames", "Row Names", ""])
def test_a_first_column_without_a_name_may_have_lost_rows(name):
    # An index that was saved with its table may stand beside an older one.
    assert counts_rows(name, 0, DROPPED)
    assert counts_rows(name, 0, np.array(random.Random(3).sample(DROPPED.tolist(), 40)))
    assert counts_rows(name, 3, DROPPED) is (name == "Unnamed: 0")
    assert not counts_rows(name, 0, SPARSE)
    assert not counts_rows(name, 0, DROPPED - 5)


def test_any_first_column_that_counts_through_is_one_unless_its_name_is_of_a_measure():
    assert counts_rows("Nummerierung", 0, UPWARDS)
    assert counts_rows("instant", 0, SHUFFLED)
    assert not counts_rows("instant", 1, UPWARDS)
    for name in ("x", "t", "Time", "day", "dose", "age", "Jahr"):
        assert not counts_rows(name, 0, UPWARDS[:20])


def test_rows_may_be_numbered_anew_in_every_part_of_a_file():
    assert counts_rows("Sample Number", 1, AGAIN)
    assert counts_rows("nr", 1, AGAIN - 1)
    assert not counts_rows("week", 1, AGAIN)
    assert not counts_rows("Sample Number", 1, np.tile(UPWARDS[:4], 20))
    assert not counts_rows("Sample Number", 1, AGAIN[5:])
    assert not counts_rows("Sample Number", 1, np.concatenate([AGAIN, np.arange(5.0, 40)]))
    assert not counts_rows("Sample Number", 1, AGAIN[::-1])


def test_names_of_what_comes_again():
    assert all(map(names_rows, ("patient_id", "UserID", "id", "Patienten-ID", "Kennung")))
    assert not any(map(names_rows, ("paid", "Number", "code", "grid", "idea", "no")))
