from __future__ import annotations

import pytest

from engine.experiments.article.counts import Above, Growth, Ratios, SameGradients, Starts
from engine.experiments.article.measures import MEASURES
from tests.engine.experiments.article.made import INF, row

LOSS, ACCURACY = MEASURES["loss"], MEASURES["validation_accuracy"]
TIME, EPOCHS = MEASURES["seconds_per_epoch"], MEASURES["epochs_to_goal"]


def told(*messages: object) -> str:
    return " ".join(map(str, messages))


def codes(*messages: object) -> set[str]:
    return {getattr(message, "code", "") for message in messages}


def test_a_constant_share_is_said_to_be_one() -> None:
    rows = [row("1", 1.0, 2.0, counted=1, printed=0.452), row("2", 0.5, 1.0, counted=2,
                                                              printed=0.291),
            row("3", 0.25, 0.5, counted=3, printed=0.183), row("5", 0.0625, 0.125, counted=5)]
    assert told(*Ratios(1.15).tell(rows, LOSS)) == (
        "From row to row the loss falls with 2 of 2 seeds. In the article’s rows 0.5, 0.5 of it "
        "are left from each epoch to the next, where the article’s figures leave 0.644, 0.629: the "
        "largest share is 1 times the smallest, and 1.02 times with the article. Over all rows "
        "0.5, 0.5, 0.5 are left per epoch, a nearly constant share: the largest is 1 times the "
        "smallest, and up to 1.15 counts as nearly constant.")


def test_a_share_that_changes_is_said_to_be_no_constant_one() -> None:
    messages = Ratios(1.15).tell([row("1", 1.0, counted=1), row("2", 0.3, counted=2),
                                  row("3", 0.2, counted=3)], LOSS)
    assert codes(*messages) == {"article.ratios.falls", "article.ratios.unsteady"}
    assert "0.3, 0.667 are left" in told(*messages)
    assert "2.22 times" in told(*messages)


def test_a_loss_that_rises_is_not_said_to_fall() -> None:
    rows = [row("1", 1.0, 1.0, counted=1), row("2", 0.5, 2.0, counted=2),
            row("3", 0.2, 0.1, counted=3)]
    assert told(*Ratios(1.15).tell(rows, LOSS)).startswith(
        "From row to row the loss falls with 1 of 2 seeds.")


def test_a_loss_that_diverged_has_no_shares() -> None:
    rows = [row("1", 1.0, counted=1), row("2", INF, counted=2), row("3", 0.2, counted=3)]
    assert codes(*Ratios(1.15).tell(rows, LOSS)) == {"article.ratios.falls"}


@pytest.mark.parametrize(("last", "code"), [
    ((4.0, 5.0), "article.growth.rises"), ((1.5, 5.0), "article.growth.uneven")])
def test_growth_is_told_beside_what_is_counted(last: tuple[float, ...], code: str) -> None:
    rows = [row("small", 1.0, 2.0, beside={"operations": (100.0, 100.0)}),
            row("large", *last, beside={"operations": (6400.0, 6400.0)})]
    messages = Growth(counted="operations").tell(rows, TIME)
    assert messages[1].code == ("article.growth.uneven" if last[0] < 2 else code)
    assert messages[0].text.startswith("From small to large, the number of multiply-adds per "
                                       "example grows 64-fold and the time per epoch ")


def test_growth_beside_a_row_s_own_number() -> None:
    rows = [row("few", 1.0, counted=0.1), row("many", 6.0, counted=0.8)]
    assert Growth().tell(rows, TIME)[0].text == (
        "From few to many, the number of examples grows 8-fold and the time per epoch 6-fold.")


def test_growth_of_what_has_no_number_is_not_told() -> None:
    assert Growth().tell([row("few", 1.0), row("many", 6.0)], TIME) == ()
    assert Growth(counted="operations").tell([row("few", 1.0), row("many", INF)], TIME) == ()


def test_what_lies_above_a_limit_refutes_and_what_does_not_does_not() -> None:
    above, below = row("a", 0.6, 0.9), row("b", 0.4, 0.9)
    assert told(*Above(0.5).tell([above], ACCURACY)) == (
        "With every seed, accuracy is above 0.5 for a. So the opinion is wrong here.")
    assert told(*Above(0.5).tell([above, below], ACCURACY)) == (
        "With every seed, accuracy is above 0.5 for a. Not with every seed is accuracy above 0.5 "
        "for b. So this does not show that the opinion is wrong.")


@pytest.mark.parametrize(("values", "count", "refutes"), [
    ((0.01, 0.5), 1, True), ((0.01, 0.02), 2, False), ((0.5, 0.6), 0, False)])
def test_some_starts_refute_where_all_or_none_do_not(values: tuple[float, ...], count: int,
                                                     refutes: bool) -> None:
    messages = Starts(0.1, refutes=True).tell([row("random", *values)], LOSS)
    assert messages[0].text == ("How many come to where the loss is at most 0.1: "
                                f"random, {count} of 2.")
    assert messages[1].code == ("article.refuted" if refutes else "article.not-refuted")


def test_starts_that_come_to_no_goal_are_counted_without_a_limit() -> None:
    assert told(*Starts().tell([row("a", 3.0, INF), row("b", INF, INF)], EPOCHS)) == (
        "How many come to the goal: a, 1 of 2; b, 0 of 2.")


@pytest.mark.parametrize(("gradients", "values", "codes_told"), [
    (((0.1, 0.2),), (0.5, 0.6), {"article.gradients.same", "article.gradients.after",
                                 "article.refuted"}),
    (((0.1, 0.3),), (0.5, 0.6), {"article.gradients.other", "article.gradients.after",
                                 "article.not-refuted"}),
    (((0.1, 0.2),), (0.5, 0.5), {"article.gradients.same", "article.gradients.alike",
                                 "article.not-refuted"}),
])
def test_gradients_are_held_against_one_another(
    gradients: tuple[tuple[float, ...], ...], values: tuple[float, float], codes_told: set[str]
) -> None:
    rows = [row("sgd", values[0], gradients=((0.1, 0.2),)),
            row("adam", values[1], gradients=gradients)]
    assert codes(*SameGradients().tell(rows, LOSS)) == codes_told


@pytest.mark.parametrize("judge", [Ratios(1.15), Growth(), Above(0.5), Starts(), SameGradients()])
def test_nothing_is_said_of_nothing(judge: Ratios | Growth | Above | Starts | SameGradients
                                    ) -> None:
    assert judge.tell([row("a"), row("b"), row("c")], LOSS) == ()
