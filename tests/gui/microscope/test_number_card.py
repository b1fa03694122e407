"""One number taken apart: its equation, its terms, and the way to where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from engine.microscope.number import Factor, Number
from gui.microscope.anatomy import equation
from gui.microscope.figures import all_digits, number_text, places_of
from gui.microscope.formula import plain, slanted
from gui.microscope.lens import Lens
from gui.microscope.number_card import BEGIN, NumberCard
from gui.microscope.terms import Kind, Terms
from tests.gui.microscope.conftest import line_of
from tests.gui.microscope.steps import lens_of, texts

Make = Callable[..., NumberCard]


@pytest.fixture
def make(qtbot: QtBot, lens: Lens) -> Make:
    def made(width: int = 430, height: int = 400) -> NumberCard:
        card = NumberCard(lens)
        qtbot.addWidget(card)
        card.resize(width, height)
        card.show()
        qtbot.waitExposed(card)
        return card
    return made


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    yield
    QLocale.setDefault(before)


def open_number(lens: Lens, name: str, *index: int) -> int:
    row = line_of(lens, name)
    lens.go_to(row, 0, index)
    return row


def hint(card: NumberCard) -> str:
    return card.findChildren(QLabel)[1].text()


def cell(card: NumberCard, row: int, column: int) -> QPoint:
    box = card.view._columns(card.view.lines[row].section)[1 + column]
    return QPoint(box.center().x(), card.view.row_rect(row).center().y())


def test_a_weights_gradient_is_a_sum_over_the_examples(make: Make, lens: Lens) -> None:
    card = make(600)
    row = open_number(lens, "dW2", 0, 1)
    value = lens.trace.values[row][0, 1]
    assert hint(card) == "layer 2, from neuron 1 to neuron 2 · dW2[0, 1] in NumPy"
    assert card.equation.accessibleName() == (
        f"∂L/∂ w(2)1,2 = sum over examples of ∂L/∂ z2 a1 = {number_text(value)}")
    assert card.equation.toolTip() == all_digits(value)
    assert [line.kind for line in card.view.lines] == [Kind.TERM] * 10


def test_the_place_of_a_number_is_shortened_where_room_is_short(make: Make, lens: Lens) -> None:
    card = make(430)
    open_number(lens, "dW2", 0, 1)
    assert hint(card) == "layer 2, from 1 to 2 · dW2[0, 1] in NumPy"


def test_functions_scales_and_added_terms_are_written_out(make: Make, lens: Lens) -> None:
    card = make()
    a = open_number(lens, "a2", 2, 1)
    z = lens.trace.values[line_of(lens, "z2")][2, 1]
    assert card.equation.accessibleName().endswith(
        f"tanh ( {number_text(z)} ) = {number_text(lens.trace.values[a][2, 1])}")
    open_number(lens, "z2", 2, 1)
    assert "a1 W2 + b2" in card.equation.accessibleName()
    assert card.view.lines[-1].kind is Kind.ADDED
    open_number(lens, "dz3", 2, 0)
    assert " p − t/10 =" in card.equation.accessibleName()
    open_number(lens, "dz2", 2, 0)
    assert card.remark.text() == "The error that arrives, times the local derivative."


def test_every_number_of_every_line_can_be_opened(make: Make, lens: Lens) -> None:
    card = make()
    for row, statement in enumerate(lens.trace.program.statements):
        for index in ((0,) * len(statement.shape), tuple(n - 1 for n in statement.shape)):
            lens.go_to(row, 0, index)
            card.grab()
            assert card.equation.toolTip() == all_digits(lens.trace.values[row][index])


def test_a_factor_leads_to_where_it_comes_from_and_back(make: Make, lens: Lens, qtbot: QtBot
                                                        ) -> None:
    card = make()
    row = open_number(lens, "dW2", 0, 1)
    qtbot.mouseClick(card.view.viewport(), Qt.MouseButton.LeftButton, pos=cell(card, 3, 1))
    assert (lens.opened_statement, lens.opened_index) == (line_of(lens, "a1"), (3, 0))
    assert lens.micro_step.statement == line_of(lens, "a1")
    card.back_button.click()
    assert (lens.opened_statement, lens.opened_index) == (row, (0, 1))
    assert card.back_button.isHidden()


def test_a_factor_is_followed_with_the_keyboard(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    open_number(lens, "dW2", 0, 1)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(card.view, key)
    assert (lens.opened_statement, lens.opened_index) == (line_of(lens, "a1"), (2, 0))


def test_what_the_step_begins_with_leads_nowhere(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    row = open_number(lens, "z2", 2, 1)
    qtbot.mouseClick(card.view.viewport(), Qt.MouseButton.LeftButton, pos=cell(card, 0, 1))
    assert lens.opened_statement == row


def test_an_added_term_leads_to_where_it_comes_from(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    open_number(lens, "dz3", 2, 1)
    qtbot.waitUntil(lambda: card.view.viewport().rect().contains(card.view.row_rect(1)))
    box = card.view._columns(0)[-2]
    at = QPoint(box.center().x(), card.view.row_rect(0).center().y())
    qtbot.mouseClick(card.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert (lens.opened_statement, lens.opened_index) == (line_of(lens, "p"), (2, 1))


def test_the_example_under_the_pointer_is_marked_both_ways(make: Make, lens: Lens, qtbot: QtBot
                                                           ) -> None:
    card = make()
    open_number(lens, "dW2", 0, 1)
    qtbot.mouseMove(card.view.viewport(), cell(card, 4, 0))
    qtbot.waitUntil(lambda: lens.example == 4)
    assert lens.opened_statement == line_of(lens, "dW2")
    lens.mark_example(7)
    marked = [row for row in range(10) if card.view._is_marked(card.view.lines[row])]
    assert marked == [7]


def test_a_number_is_chosen_by_a_box_for_each_axis(make: Make, lens: Lens) -> None:
    card = make()
    open_number(lens, "dW2", 0, 1)
    first, second = card.axes.boxes
    assert (first.value(), second.value(), first.maximum(), second.maximum()) == (1, 2, 4, 2)
    assert first.accessibleName() == "from"
    first.setValue(3)
    assert lens.opened_index == (2, 1)
    open_number(lens, "L")
    assert card.axes.boxes == []


def test_terms_are_listed_by_size_on_demand(make: Make, lens: Lens) -> None:
    card = make()
    row = open_number(lens, "dW2", 0, 1)
    card.order_button.click()
    sizes = np.abs(lens.trace.number(row, (0, 1)).products)
    listed = [sizes[line.place] for line in card.view.lines]
    assert listed == sorted(sizes, reverse=True)


def many(*over: tuple[str, int]) -> Number:
    terms = int(np.prod([length for _, length in over]))
    values = np.linspace(-1, 2, terms)
    return Number(float(values.sum()), (Factor("a", values), Factor("b", np.ones(terms))), over)


@pytest.mark.parametrize(("over", "axis"), [
    ((("example", 10), ("row", 24), ("column", 24)), 0), ((("example", 4), ("step", 20)), 1)])
def test_many_terms_are_gathered_by_example_or_by_step(over: tuple[tuple[str, int], ...],
                                                       axis: int) -> None:
    number = many(*over)
    terms = Terms(number)
    lines = terms.lines()
    assert [line.kind for line in lines] == [Kind.GROUP] * over[axis][1]
    sums = number.products.reshape([length for _, length in over])
    others = tuple(i for i in range(len(over)) if i != axis)
    np.testing.assert_allclose([terms.product(line) for line in lines], sums.sum(axis=others))
    terms.toggle(lines[1])
    unfolded = terms.lines()
    inside = [line for line in unfolded if line.kind is Kind.TERM]
    assert len(inside) == terms.count // over[axis][1]
    assert sum(terms.product(line) for line in inside) == pytest.approx(terms.product(lines[1]))


def test_further_sums_follow_with_a_head_of_their_own() -> None:
    first = many(("input", 3))
    both = Number(2 * first.value, first.factors, first.over, also=(first,))
    terms = Terms(both)
    assert [line.kind for line in terms.lines()] == [Kind.TERM] * 3 + [Kind.HEAD] + [Kind.TERM] * 3
    assert terms.total == pytest.approx(both.value)


def test_terms_are_copied_with_every_digit(make: Make, lens: Lens) -> None:
    card = make()
    row = open_number(lens, "dW2", 0, 1)
    card.copy_terms()
    head, *lines = QGuiApplication.clipboard().text().split("\n")
    assert head == "example\tdz2\ta1\tproduct"
    products = [float(line.split("\t")[-1].replace("−", "-")) for line in lines]
    np.testing.assert_array_equal(products, lens.trace.number(row, (0, 1)).products)


def test_the_decimal_sign_is_that_of_the_language(make: Make, lens: Lens, german: None) -> None:
    card = make()
    open_number(lens, "dW2", 0, 1)
    assert card.equation.toolTip().startswith(("0,", "−0,"))
    assert number_text(-0.25) == "−0,2500"


@pytest.mark.parametrize(("value", "text"), [
    (0.14268, "0.1427"), (-0.0, "0"), (50.0, "50"), (-1.0, "−1"), (0.0044051, "0.004405"),
    (1.2341e-9, "1.234e−9"),
    (123.456, "123.46"), (54321.0, "54321"), (float("inf"), "∞"), (float("nan"), "–")])
def test_figures(value: float, text: str) -> None:
    assert number_text(value) == text


def test_a_column_has_one_number_of_places() -> None:
    assert places_of([0.5, 0.00001]) == 4
    assert places_of([1e-12]) == -1


def test_variables_are_slanted_and_words_are_not() -> None:
    assert slanted("z<sub>2</sub> = tanh(x)") == "<i>z</i><sub>2</sub> = tanh(<i>x</i>)"
    assert slanted("1e-08 + x") == "1e-08 + <i>x</i>"
    assert slanted("W<sup>T</sup>") == "<i>W</i><sup>T</sup>"
    assert plain("∂L/∂W<sub>2</sub> &lt; 1") == "∂L/∂W2 < 1"


@pytest.mark.parametrize(("value", "places", "text"), [
    (-1.6e-7, 5, "−1.6e−7"), (9.1e-5, 5, "9.1e−5"), (-0.00036, 5, "−0.00036"), (0.0, 5, "0"),
    (9.8e-5, 6, "0.000098"), (1e-9, 4, "1.0e−9")])
def test_what_is_small_beside_its_column_is_no_nought(value: float, places: int, text: str
                                                      ) -> None:
    assert number_text(value, places) == text


def test_a_given_number_says_where_it_comes_from(make: Make, lens: Lens) -> None:
    card = make()
    assert lens.dissection is not None
    open_number(lens, "x", 2, 1)
    row = int(lens.dissection.rows[2]) + 1
    assert card.remark.text() == (f"Given, not computed: feature 2 of example 3, row {row:,} of "
                                  "the data set, as the network is fed it.")
    open_number(lens, "t", 2, 1)
    target = int(lens.trace.program.given["t"][2].argmax()) + 1
    assert card.remark.text().endswith(f"row {row:,} of the data set: class {target} of 2.")


def test_characters_of_a_text_are_no_classes_of_an_example(qtbot: QtBot, app: QApplication) -> None:
    lens = lens_of(texts())
    # All of them 0 and 1, as if one of two classes were meant.
    lens.trace.program.given["t"].flags.writeable = True
    lens.trace.program.given["t"][:] = [1, 0, 0, 0]
    card = NumberCard(lens)
    qtbot.addWidget(card)
    open_number(lens, "t", 2, 0)
    assert card.remark.text().endswith("of the data set.")
    for name in ("alpha_3", "C_3", "beta_3", "gamma_3", "q", "wanted", "log_text", "dz2", "L"):
        value = lens.trace.last(name)
        open_number(lens, name, *(size - 1 for size in value.shape))
        card.grab()


def test_who_stands_at_the_beginning_is_told_how_to_go_on(make: Make, lens: Lens) -> None:
    card = make()
    lens.forward()
    assert BEGIN not in card.remark.text()
    lens.go(0)
    assert card.remark.text().endswith(BEGIN)


def test_a_probability_is_a_power_over_the_sum_of_all(make: Make, lens: Lens) -> None:
    card = make()
    row = open_number(lens, "p", 3, 1)
    number = lens.trace.number(row, (3, 1))
    assert number.over == (("class", 2),)
    assert len(card.view.lines) == 2
    powers = number.products
    assert number.value == pytest.approx(powers[1] / powers.sum())
    words = card.equation.accessibleName()
    assert number_text(float(powers[1])) in words
    assert number_text(float(powers.sum())) in words


def test_factors_that_compute_stand_in_brackets(make: Make, lens: Lens) -> None:
    card = make()
    card.equation.set_equation(equation(lens, Number(0.5, (
        Factor("a<sub>1</sub>", np.array([2.0])), Factor("mask<sub>1</sub> > 0", np.array([1.0])),
        Factor("1 / count", np.array([0.25])))), 0.5), "0.5")
    words = card.equation.accessibleName()
    assert "a1" in words
    assert "( mask1 > 0 )" in words
    assert "( 1 / count )" in words
    assert "( a1 )" not in words
