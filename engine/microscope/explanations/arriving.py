"""The gradient of a state: what the layers above ask of it, and what comes from the step after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.messages import say
from engine.microscope.choices import Where
from engine.microscope.explanations.unrolled import NOTHING, Unrolled, at_step
from engine.microscope.number import Contraction, Opening, Part


def mark_borders(walk: Unrolled) -> None:
    """Write from which steps a gradient goes back, where truncation falls elsewhere by example."""
    if walk.mask and walk.truncation:
        name, counts = f"back{walk.number}", f"({walk.mask} > 0)"
        walk.w.emit(name, f"{name} = 1.0 * ((np.cumsum({counts}, axis=1) - {counts}) "
                          f"% {walk.truncation} > 0)",
                    words=say("microscope.time-borders", count=walk.truncation),
                    formula=f"{name} = 0 where a block of {walk.truncation} steps begins",
                    symbol=name, shape=(walk.steps,))


def goes_back(walk: Unrolled, t: int) -> bool:
    """Say whether step t hands a gradient to the one before, where that is so for all examples."""
    return bool(walk.mask) or not walk.truncation or t % walk.truncation != 0


def cut(walk: Unrolled, t: int, code: str) -> str:
    """Return what step t hands back: 0 where truncation stops it for some examples."""
    return f"({code}) * back{walk.number}[:, {t}:{t + 1}]" if walk.mask and walk.truncation \
        else code


def cut_opening(walk: Unrolled, t: int, met: Opening, unmet: Opening) -> Opening:
    """Return what opens such a number."""
    return Where(f"back{walk.number}[:, {t}:{t + 1}] > 0", met, unmet) \
        if walk.mask and walk.truncation else met


def write_state_gradient(walk: Unrolled, t: int, code: str, formula: str, wrong: str,
                         sent: Contraction, more_wrong: Mapping[str, str] | None = None) -> None:
    """Write dL/dh of step t.

    Parameters
    ----------
    walk : Unrolled
        The layer.
    t : int
        The step.
    code, formula : str
        What the step after hands back where it counts, in NumPy and in mathematics.
    wrong : str
        The same with weights that are not transposed; empty where that makes no difference.
    sent : Contraction
        What opens one of its numbers.
    more_wrong : Mapping[str, str]
        By key: the same with other mistakes.
    """
    above = _above(walk, t)
    own = above.code if above else f"np.zeros((n, {walk.units}))"
    if t == walk.steps - 1 or not goes_back(walk, t + 1):
        words = say("microscope.time-state-gradient-last", step=t + 1) if t == walk.steps - 1 else \
            say("microscope.time-state-gradient-cut", step=t + 1)
        walk.write_gradient("h", t, own, words=words, formula=above.symbol if above else "0",
                            opening=Contraction("nj", (above,), {}) if above else NOTHING)
        return
    before, plus = (f"{above.code} + ", f"{above.symbol} + ") if above else ("", "")
    added = (above,) if above else ()
    skipped = walk.gradient("h", t + 1)
    handed = _handed(walk, t + 1, code)
    met = cut_opening(walk, t + 1, replace(sent, added=added),
                      Contraction("nj", (), {}, added))
    mistakes = {"state-path-forgotten": own}
    others = {"weights-not-transposed": wrong} if wrong else {}
    for key, text in {**others, **(more_wrong or {})}.items():
        mistakes[key] = before + _handed(walk, t + 1, text)
    if walk.mask:
        formula = f"({formula}, or {skipped.symbol} where step {t + 2} does not count)"
        mistakes["mask-forgotten"] = f"{before}{cut(walk, t + 1, code)}"
    opening = Where(walk.counts(t + 1), met, Contraction("nj", (), {}, (*added, skipped))) \
        if walk.mask else met
    walk.write_gradient(
        "h", t, f"{before}{handed}", formula=f"{plus}{formula}", opening=opening,
        words=say("microscope.time-state-gradient", step=t + 1) if above else
        say("microscope.time-state-gradient-later", step=t + 1), mistakes=mistakes)


def _handed(walk: Unrolled, t: int, code: str) -> str:
    """Return what step t hands back: the gradient of its own state where it does not count."""
    handed = cut(walk, t, code)
    return f"np.where({walk.counts(t)}, {handed}, {walk.gradient('h', t).code})" if walk.mask \
        else handed


def _above(walk: Unrolled, t: int) -> Part | None:
    """Return what the layers above ask of a state; None where they see the last one alone."""
    variable = walk.w.variable("dh")
    if variable.shape == (walk.units,):
        return Part(variable.symbol, variable.name, "nj") if t == walk.steps - 1 else None
    # Not the whole gradient of the state, which has the same letters.
    return Part(f"{variable.symbol}{at_step(t)}<sub>from above</sub>",
                f"{walk.w.value('dh', walk.steps, walk.units)}[:, {t}]", "nj")
