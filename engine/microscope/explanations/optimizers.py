"""Update rules: what the optimizer remembers of the gradients, and the step that it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.messages import Message, say
from engine.microscope.explanations.descent import penalise
from engine.microscope.explanations.learned import Learned, learned, shown
from engine.microscope.names import PRIME
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains

VISIBLE = 1e-9
"""A bias correction that differs less from 1 is no mistake to leave out."""

NOTHING = 1e-20
"""A product of momenta below this leaves 1 as it is."""


def _memory(one: Learned, letter: str) -> tuple[str, str, int]:
    """Return what a memory, ``m`` or ``v``, is called, its symbol, and its place."""
    place = one.place - one.w.size("w") + one.w.size(letter)
    return f"{letter}{one.name}", f"{letter}({one.symbol})", place


def _remember(one: Learned, letter: str, kept: float, new: Part, words: Message,
              mistakes: Mapping[str, str], rest: bool = True) -> tuple[str, str]:
    """Write m = kept m + (1 - kept) new, without (1 - kept) unless ``rest``."""
    name, symbol, place = _memory(one, letter)
    share, share_symbol = (f"(1 - {kept!r}) * ", f"(1 − {kept:g}) ") if rest else ("", "")
    wrong = dict(mistakes)
    if not one.is_zero(letter) and kept:
        forgetful = f"{share}{new.code}" if rest else f"{new.code} * 1.0"
        if letter == "m" and one.w.line.op != "update_adadelta":
            wrong["momentum-forgotten"] = forgetful
        else:
            wrong["memory-forgotten"] = forgetful
    if rest and kept:
        wrong["share-of-new-forgotten"] = f"{kept!r} * {name} + {new.code}"
    old = name if kept == 1 else f"{kept!r} * {name}"
    was = symbol if kept == 1 else f"{kept:g} {symbol}"
    one.emit(name, f"{old} + {share}{new.code}", words=words, symbol=symbol, place=place,
             formula=f"{symbol} ← {was} + {share_symbol}{new.symbol}", mistakes=wrong,
             opening=Contraction(one.axes, (), {}, (
                 one.part(was, old),
                 one.part(f"{share_symbol}{new.symbol}", f"{share}{new.code}"))))
    return name, symbol


def _mean(one: Learned, kept: float, gradient: tuple[str, str]) -> tuple[str, str]:
    """Write the running mean of the gradient."""
    name, symbol = gradient
    return _remember(one, "m", kept, one.part(symbol, name),
                     say("microscope.gradient-mean", kept=kept), _coupled(one, kept, name))


def _coupled(one: Learned, kept: float, gradient: str) -> dict[str, str]:
    """Return the mean of one who decays by the gradient what is decayed without it."""
    decay, name = one.penalty("weight_decay"), f"m{one.name}"
    if not decay or not one.is_weight or one.is_zero():
        return {}
    return {"decay-in-the-gradient": f"{kept!r} * {name} + (1 - {kept!r}) * "
                                     f"({gradient} + {decay!r} * {one.name})"}


def _mean_square(one: Learned, kept: float, gradient: tuple[str, str]) -> tuple[str, str]:
    """Write the running mean of the squared gradient."""
    name, symbol = gradient
    wrong = f"{kept!r} * v{one.name} + (1 - {kept!r}) * np.abs({name})"
    return _remember(one, "v", kept, one.part(f"({symbol})²", f"{name}**2"),
                     say("microscope.gradient-squares", kept=kept), {"square-forgotten": wrong})


def _corrected(one: Learned, memory: tuple[str, str], kept: float, count: int) -> tuple[str, str]:
    """Write a running mean without its bias towards 0."""
    name, symbol = memory
    found, hat = one.w.fresh(f"{name}_hat"), f"{symbol[0]}\N{COMBINING CIRCUMFLEX ACCENT}" \
        + symbol[1:]
    below, below_shown = f"(1 - {kept!r}**{count})", f"(1 − {kept:g}<sup>{count}</sup>)"
    one.emit(found, f"{name} / {below}", symbol=hat,
             words=say("microscope.bias-correction", count=count),
             formula=f"{hat} = {symbol} / {below_shown}",
             opening=Contraction(one.axes, (one.part(symbol, name),
                                            Part(f"1 / {below_shown}", f"1 / {below}", "")), {}),
             mistakes={"bias-correction-left-out": f"{name} * 1.0"}
             if kept**count > VISIBLE else {})
    return found, hat


def _step(one: Learned, code: str, factors: tuple[Part, ...], words: Message,
          mistakes: Mapping[str, str] | None = None) -> None:
    """Write W = W - rate code, which is the product of all factors; ``mistakes`` are wrong ones."""
    rate, name, symbol = one.w.subject.rate, one.name, one.symbol
    product = " ".join(part.symbol for part in factors)
    wrong = {key: f"{name} - {rate!r} * {text}" for key, text in (mistakes or {}).items()}
    if rate:
        wrong["step-uphill"] = f"{name} + {rate!r} * {code}"
    if rate != 1:
        wrong["rate-forgotten"] = f"{name} - {code}"
    decay = one.penalty("weight_decay")
    if decay and not one.is_weight and rate and not one.is_zero():
        wrong["decay-of-biases"] = f"{name} - {rate!r} * ({code} + {decay!r} * {name})"
    one.emit(name, f"{name} - {rate!r} * {code}", words=words, symbol=symbol, place=one.place,
             formula=f"{symbol} ← {symbol} − {shown(rate)} {product}",
             opening=Contraction(one.axes, (Part(f"−{shown(rate)}", repr(-rate), ""), *factors), {},
                                 (one.part(symbol, name),)), mistakes=wrong)


def _scaled(one: Learned, direction: tuple[str, str], square: tuple[str, str], words: Message
            ) -> None:
    """Write W = W - rate direction / (sqrt(square) + epsilon)."""
    epsilon = one.w.subject.training.optimizer.epsilon
    (up, up_symbol), (name, symbol) = direction, square
    below = f"(np.sqrt({name}) + {epsilon!r})"
    _step(one, f"{up} / {below}",
          (one.part(up_symbol, up),
           one.part(f"/ (√{symbol} + {shown(epsilon)})", f"1 / {below}")), words,
          {"epsilon-inside-root": f"{up} / np.sqrt({name} + {epsilon!r})",
           "squares-without-root": f"{up} / ({name} + {epsilon!r})"})


@explains("update_sgd")
def update_sgd(w: Writer) -> None:
    """Write W = W - rate dL/dW."""
    for one in learned(w):
        name, symbol = penalise(one)
        _step(one, name, (one.part(symbol, name),), say("microscope.descend", rate=w.subject.rate))


@explains("update_momentum", "update_nesterov")
def update_momentum(w: Writer) -> None:
    """Write the velocity m = mu m + g, and the step along it; Nesterov's is mu m + g once more."""
    mu, rate = w.subject.training.optimizer.momentum, w.subject.rate
    looks_ahead = w.line.op == "update_nesterov"
    for one in learned(w):
        gradient, gradient_symbol = penalise(one)
        m, symbol = _remember(one, "m", mu, one.part(gradient_symbol, gradient),
                              say("microscope.velocity", kept=mu), {}, rest=False)
        if not looks_ahead:
            _step(one, m, (one.part(symbol, m),), say("microscope.descend-velocity", rate=rate))
            continue
        ahead = one.part(f"({gradient_symbol} + {mu:g} {symbol})", f"({gradient} + {mu!r} * {m})")
        _step(one, ahead.code, (ahead,), say("microscope.descend-ahead", rate=rate),
              {"look-ahead-forgotten": m} if mu else {})


@explains("update_rmsprop")
def update_rmsprop(w: Writer) -> None:
    """Write the running mean of squares, and the step that it scales."""
    for one in learned(w):
        gradient = penalise(one)
        square = _mean_square(one, w.subject.training.optimizer.rho, gradient)
        _scaled(one, gradient, square, say("microscope.descend-scaled", rate=w.subject.rate))


@explains("update_adagrad")
def update_adagrad(w: Writer) -> None:
    """Write the sum of squares, and the step that it scales."""
    for one in learned(w):
        name, symbol = penalise(one)
        square = _remember(one, "v", 1, one.part(f"({symbol})²", f"{name}**2"),
                           say("microscope.sum-of-squares"), {}, rest=False)
        _scaled(one, (name, symbol), square,
                say("microscope.descend-scaled", rate=w.subject.rate))


@explains("update_adam")
def update_adam(w: Writer) -> None:
    """Write both running means, their bias corrections, AdamW's decay and the step."""
    rule, rate, count = w.subject.training.optimizer, w.subject.rate, w.subject.optimizer_step + 1
    for one in learned(w):
        gradient = penalise(one)
        mean = _corrected(one, _mean(one, rule.beta1, gradient), rule.beta1, count)
        square = _corrected(one, _mean_square(one, rule.beta2, gradient), rule.beta2, count)
        decay = one.penalty("weight_decay")
        if decay and one.is_weight:
            _decay(one, decay)
        _scaled(one, mean, square, say("microscope.descend-adam", rate=rate))


def _decay(one: Learned, decay: float) -> None:
    """Write W = W - rate decay W."""
    name, symbol, rate = one.name, one.symbol, one.w.subject.rate
    lost = f"{shown(rate)} · {shown(decay)} {symbol}"
    one.emit(name, f"{name} - {rate!r} * {decay!r} * {name}", symbol=symbol,
             words=say("microscope.decay", rate=rate, decay=decay),
             formula=f"{symbol} ← {symbol} − {lost}",
             opening=Contraction(one.axes, (), {}, (
                 one.part(symbol, name),
                 one.part(f"−{lost}", f"-{rate!r} * {decay!r} * {name}"))),
             mistakes={} if one.is_zero() or not rate else {
                 "decay-without-rate": f"{name} - {decay!r} * {name}",
                 "decay-left-out": f"{name} * 1.0"})


@explains("update_adadelta")
def update_adadelta(w: Writer) -> None:
    """Write the mean of squares, the update in its own units, its mean of squares, the step."""
    rule, rate = w.subject.training.optimizer, w.subject.rate
    rho, epsilon = rule.rho, rule.epsilon
    for one in learned(w):
        gradient, symbol = penalise(one)
        square, square_symbol = _mean_square(one, rho, (gradient, symbol))
        past, past_symbol, _ = _memory(one, "m")
        update, update_symbol = one.w.fresh(f"u{one.name}"), f"u({one.symbol})"
        above, below = f"np.sqrt({past} + {epsilon!r})", f"np.sqrt({square} + {epsilon!r})"
        one.emit(update, f"{gradient} * {above} / {below}", symbol=update_symbol,
                 words=say("microscope.own-units"),
                 formula=f"{update_symbol} = {symbol} √({past_symbol} + {shown(epsilon)}) / "
                         f"√({square_symbol} + {shown(epsilon)})",
                 opening=Contraction(one.axes, (
                     one.part(symbol, gradient),
                     one.part(f"√({past_symbol} + {shown(epsilon)})", above),
                     one.part(f"1 / √({square_symbol} + {shown(epsilon)})", f"1 / {below}")), {}),
                 mistakes={"units-forgotten": f"{gradient} / {below}",
                           "epsilon-outside-root": f"{gradient} * (np.sqrt({past}) + {epsilon!r})"
                                                   f" / (np.sqrt({square}) + {epsilon!r})"})
        _remember(one, "m", rho, one.part(f"{update_symbol}²", f"{update}**2"),
                  say("microscope.past-updates", kept=rho),
                  {"gradient-for-update": f"{rho!r} * {past} + (1 - {rho!r}) * {gradient}**2"})
        _step(one, update, (one.part(update_symbol, update),),
              say("microscope.descend-own-units", rate=rate))


@explains("update_nadam")
def update_nadam(w: Writer) -> None:
    """Write the momenta of this step and the next, both running means, and the step ahead."""
    rule, count = w.subject.training.optimizer, w.subject.optimizer_step + 1
    now, following, product = _momenta(w, rule.beta1, count)
    of_new = Part("(1 − μ) / (1 − Π)", f"(1 - {now}) / (1 - {product})", "")
    of_mean = Part(f"μ{PRIME} / (1 − Π μ{PRIME})",
                   f"{following} / (1 - {product} * {following})", "")

    def wrong(gradient: str, mean: str) -> dict[str, str]:
        found = {"look-ahead-forgotten": f"{mean} / (1 - {rule.beta1!r}**{count})"}
        if rule.beta1**count > VISIBLE:
            found["bias-correction-left-out"] = \
                f"(1 - {now}) * {gradient} + {following} * {mean}"
        return found if rule.beta1 else {}

    for one in learned(w):
        gradient, symbol = penalise(one)
        mean, mean_symbol = _mean(one, rule.beta1, (gradient, symbol))
        square = _corrected(one, _mean_square(one, rule.beta2, (gradient, symbol)),
                            rule.beta2, count)
        ahead = one.w.fresh(f"{mean}_hat")
        hat = f"m\N{COMBINING CIRCUMFLEX ACCENT}({one.symbol})"
        terms = (one.part(f"{of_new.symbol} {symbol}", f"{of_new.code} * {gradient}"),
                 one.part(f"{of_mean.symbol} {mean_symbol}", f"{of_mean.code} * {mean}"))
        one.emit(ahead, " + ".join(term.code for term in terms), symbol=hat,
                 words=say("microscope.mean-ahead"),
                 formula=f"{hat} = {' + '.join(term.symbol for term in terms)}",
                 opening=Contraction(one.axes, (), {}, terms),
                 mistakes=wrong(gradient, mean))
        _scaled(one, (ahead, hat), square, say("microscope.descend-adam", rate=w.subject.rate))


def _momenta(w: Writer, beta: float, count: int) -> tuple[str, str, str]:
    """Write NAdam's momentum of this step and of the next, and the product of all so far."""
    names = tuple(w.fresh(name) for name in ("mu", "mu_next", "mu_product"))
    for name, symbol, step in ((names[0], "μ", count), (names[1], f"μ{PRIME}", count + 1)):
        grown = f"(1 - 0.5 * 0.96**(0.004 * {step}))"
        grown_shown = f"(1 − 0.96<sup>0.004 · {step}</sup> / 2)"
        w.emit(name, f"{name} = {beta!r} * {grown}", symbol=symbol,
               words=say("microscope.growing-momentum", count=step, most=beta),
               formula=f"{symbol} = {beta:g} {grown_shown}", shape=(), per_example=False,
               opening=Contraction("", (Part(f"{beta:g}", repr(beta), ""),
                                        Part(grown_shown, grown, "")), {}))
    # Beyond so many factors, each of them at most beta, the engine counts none either.
    most = math.ceil(math.log(NOTHING) / math.log(beta)) if beta else 1
    steps = f"np.arange(1, {min(count, most) + 1})"
    w.emit(names[2], f"{names[2]} = np.prod({beta!r} * (1 - 0.5 * 0.96**(0.004 * {steps})))",
           symbol="Π", words=say("microscope.product-of-momenta", count=count),
           formula=f"Π = μ<sub>1</sub> ⋯ μ<sub>{count}</sub>", shape=(), per_example=False)
    return names[0], names[1], names[2]
