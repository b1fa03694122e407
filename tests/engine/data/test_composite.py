"""Cells that write one number in several parts, and such as only look so."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.cells import cells_of
from engine.data.column_remarks import column_remarks
from engine.data.columns import Column, interpret
from engine.spec import TableSpec


def column_of(cells: list[str], decimal: str = ".") -> Column:
    return interpret("a", 1, cells_of(cells), decimal)


READ = {
    "time of a run in hours, minutes and seconds": (
        ["0:25:31", "3:45:12", "1:00:05", "10:02:00"], [1531, 13512, 3605, 36120], "note.times"),
    "runs below and above one hour": (
        ["58:02", "59:07", "1:02:33", "1:10:00"], [3482, 3547, 3753, 4200], "note.times"),
    "lap in minutes with tenths": (
        ["1:23.4", "1:05.0", "2:00.5", "1:59.9"], [83.4, 65, 120.5, 119.9], "note.times"),
    "clock of half a day": (
        ["2:05 PM", "12:00 AM", "12:30 pm", "9:15 a.m."], [845, 0, 750, 555], "note.times"),
    "French hours": (["12h30", "9h05", "0h45", "10h"], [45000, 32700, 2700, 36000], "note.times"),
    "hours and minutes as words": (
        ["1 h 20 min", "2 h", "3 h 5 min", "1 h 0 min"], [4800, 7200, 11100, 3600], "note.times"),
    "minutes alone beside hours, as flights have them": (
        ["2h 50m", "19h", "5m", "1h 05m"], [10200, 68400, 300, 3900], "note.times"),
    "a pace in minutes and seconds": (
        ["5'47\"", "6'05\"", "4'30\"", "5'00\""], [347, 365, 270, 300], "note.times"),
    "heights of players in feet and inches": (
        ["5'11\"", "6'2\"", "6'0\"", "5'9\"", "6'"], [71, 74, 72, 69, 72], "note.feet"),
    "feet and inches as words": (
        ["5 ft 11 in", "6 ft 2 in", "6 ft 0 in"], [71, 74, 72], "note.feet"),
    "flags of a laboratory": (
        ["10.2 (H)", "9.1", "8.5 (L)", "7.7", "9.0"], [10.2, 9.1, 8.5, 7.7, 9.0], "note.flags"),
    "a few millions among plain numbers": (
        [*map(str, range(100, 130)), "3.0M"], [*range(100, 130), 3e6], "note.sizes"),
    "spans of pandas": (
        ["0 days 00:12:30", "1 days 00:00:01", "0 days 00:00:00", "2 days 01:00:00"],
        [750, 86401, 0, 176400], "note.times"),
    "degrees and minutes on both sides of the meridian": (
        ["3°30'W", "10°15'E", "0°45'E", "1°00'W"], [-3.5, 10.25, .75, -1], "note.angles"),
    "degrees, minutes and seconds": (
        ["48°12'36\" N", "10°00'00\" S", "0°30'00\" N", "1°00'36\" N"],
        [48.21, -10, .5, 1.01], "note.angles"),
    "decimal degrees with a letter": (
        ["57.05N", "12.50S", "1.25N", "3.00S"], [57.05, -12.5, 1.25, -3], "note.angles"),
    "tolerances": (["12.3 ± 0.4", "3.1 +/- 0.2", "4.0±1", "5.5 +- 0.1"], [12.3, 3.1, 4, 5.5],
                   "note.tolerances"),
    "stars of significance": (
        ["12.3*", "4.5", "6.1**", "7.25", "8.5"], [12.3, 4.5, 6.1, 7.25, 8.5], "note.flags"),
    "footnotes in brackets": (
        ["5 [a]", "4", "6[2]", "7", "12 1)", "3"], [5, 4, 6, 7, 12, 3], "note.flags"),
    "flags of Eurostat": (
        ["12.3 b", "4.5", "6.1 ep", "7.5", "8.5 e", ": c"], [12.3, 4.5, 6.1, 7.5, 8.5, np.nan],
        "note.flags"),
    "percent beside parts of one": (
        ["45%", "0.5", "12.5 %", "0.25", "0.05"], [.45, .5, .125, .25, .05], "note.shares"),
    "marks out of a hundred": (
        ["78/100", "40/100", "100/100", "5/100"], [78, 40, 100, 5], "note.fractions"),
    "points out of ten, which are no dates": (
        ["7/10", "4/10", "10/10", "1/10"], [7, 4, 10, 1], "note.fractions"),
    "Indian lakh and crore": (
        ["42 Lac", "1.40 Cr", "85.5 Lac", "2 Cr"], [4.2e6, 1.4e7, 8.55e6, 2e7], "note.sizes"),
    "thousands beside millions": (
        ["201k", "19M", "1.5M", "950"], [201e3, 19e6, 1.5e6, 950], "note.sizes"),
    "grams beside kilograms": (
        ["500 g", "1.2 kg", "250 g", "2 kg"], [500, 1200, 250, 2000], "note.sizes"),
    "years before our era": (
        ["300 BC", "120 AD", "44 BC", "476 AD"], [-300, 120, -44, 476], "note.eras"),
}


@pytest.mark.parametrize("reason", READ)
def test_parts_become_one_number(reason: str) -> None:
    cells, numbers, code = READ[reason]
    found = column_of(cells)
    assert found.numbers is not None, reason
    np.testing.assert_allclose(found.numbers, numbers, rtol=1e-8)
    assert code in [remark.message.code for remark in column_remarks([found], TableSpec())]


def test_the_decimal_comma_of_a_file_stays_beside_parts() -> None:
    np.testing.assert_allclose(column_of(
        ["12,3 ± 0,4", "3,15 ± 0,2", "4,0 ± 1,0"], ",").numbers, [12.3, 3.15, 4.0])
    np.testing.assert_allclose(column_of(
        ["3°30'W", "10°15'E", "0°45'E"], ",").numbers, [-3.5, 10.25, .75])
    np.testing.assert_allclose(column_of(
        ["45,5%", "0,5", "0,25", "0,75"], ",").numbers, [.455, .5, .25, .75])


KEPT = {
    "groups of age": ["10-20", "20-30", "30-40", "10-20"],
    "German marks with tendencies": ["2+", "3-", "1", "2-", "4"],
    "marks of which only minus is used, which is no sign": ["2-", "3", "1", "4-", "2", "3", "1"],
    "results of handball": ["28:25", "31:30", "22:24", "19:27"],
    "grades of America": ["A+", "B-", "C", "A"],
    "months of one year": ["3/2021", "4/2021", "12/2021", "1/2021"],
    "numbers of houses": ["12 a", "14 b", "3", "7 c", "9 h"],
    "fractions of recipes": ["1/2", "3/4", "1/3", "2/3"],
}


@pytest.mark.parametrize("reason", KEPT)
def test_what_only_looks_like_parts_is_kept(reason: str) -> None:
    assert column_of(KEPT[reason]).numbers is None, reason


PLAIN = {
    "one unit at all is taken off as before": (["500 g", "200 g", "250 g"], [500, 200, 250]),
    "hours alone are hours": (["40 h", "38 h", "20 h"], [40, 38, 20]),
    "minutes alone are minutes": (["90 min", "120 min", "88 min"], [90, 120, 88]),
    "percent beside whole numbers is percent": (
        ["45%", "12%", "15", "20%", "30%"], [45, 12, 15, 20, 30]),
    "trailing minus of an account is a sign": (["12,50-", "3,10", "7,25-"], [-12.5, 3.1, -7.25]),
}


@pytest.mark.parametrize("reason", PLAIN)
def test_numbers_that_were_right_stay_so(reason: str) -> None:
    cells, numbers = PLAIN[reason]
    np.testing.assert_allclose(column_of(cells).numbers, numbers)


DATES = {
    "ISO weeks": (["2021-W01", "2021W02", "2021-W10"], [18631, 18638, 18694]),
    "German weeks": (["KW 01/2021", "KW 02/2021", "KW 10/2021"], [18631, 18638, 18694]),
    "Polish months": (["4 stycznia 2021", "11 stycznia 2021", "8 marca 2021"],
                      [18631, 18638, 18694]),
    "Russian months": (["4 января 2021", "11 января 2021", "8 марта 2021"], [18631, 18638, 18694]),
    "Czech months": (["4. ledna 2021", "11. ledna 2021", "8. března 2021"], [18631, 18638, 18694]),
}


@pytest.mark.parametrize("reason", DATES)
def test_dates_of_more_countries(reason: str) -> None:
    cells, days = DATES[reason]
    np.testing.assert_array_equal(column_of(cells).days, days)
