"""Connectionist temporal classification: all ways to spread a text over the steps, and their mean.

The engine keeps logarithms; here the ways are divided by their sum at every step, as the paper
does it, so that every line is a plain sum of products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.messages import say
from engine.microscope.choices import OneOfMany, Where
from engine.microscope.number import Contraction, Opening, Part
from engine.microscope.writer import Writer, explains, says_nothing

LEAST = "1e-300"
"""Stands for the sum of the ways where there are none: a text that cannot be written."""

says_nothing("ctc_mean")


@dataclass(frozen=True)
class _Walk:
    """What the lines read and write.

    Attributes
    ----------
    w : Writer
        Of the loss's line.
    t, mask : str
        NumPy for the characters, (n, m), and for which steps count, (n, steps); empty where all do.
    steps, places, outputs : int
        Sizes.
    """

    w: Writer
    t: str
    mask: str
    steps: int
    places: int
    outputs: int

    def at(self, name: str, step: int) -> Part:
        """Return a variable of a step as a factor."""
        symbol = {"alpha": "α", "C": "C", "beta": "β", "gamma": "γ"}[name]
        mark = "start" if step < 0 else str(step + 1)
        return Part(f"{symbol}<sup>({mark})</sup>", f"{name}_{'start' if step < 0 else step}",
                    "n" if name == "C" else "ns")

    def counts(self, step: int) -> str:
        """Return which examples have a step that counts, bool[n, 1]."""
        return f"{self.mask}[:, {step}:{step + 1}] > 0"

    def kept(self, step: int, code: str, other: str) -> str:
        """Return what a step makes of a number, and another where it does not count."""
        return f"np.where({self.counts(step)}, {code}, {other})" if self.mask else code

    def kept_opening(self, step: int, opening: Opening, *other: Part) -> Opening:
        """Return what opens such a number."""
        return Where(self.counts(step), opening, Contraction("ns", other, {})) if self.mask \
            else opening


@explains("ctc")
def ctc(w: Writer) -> None:
    """Write the places of a text, all ways forward and back over them, L and dL/dz."""
    steps, k, length = w.size("steps"), w.size("k"), w.size("length")
    walk = _Walk(w, w.value("t", length), w.value("mask", steps) if w.has("mask") else "", steps,
                 2 * length + 1, k)
    z = w.value("z", steps, k)
    w.emit("p", f"p = softmax({z})", words=say("microscope.softmax-steps"), symbol="p",
           formula=f"p = softmax({w.symbol('z')})", shape=(steps, k))
    _write_texts(walk)
    _write_places(walk)
    _write_ways(walk)
    _write_loss(walk)
    _write_rest(walk)
    _write_gradient(walk)


def _write_texts(walk: _Walk) -> None:
    """Write how long each text is, and what it counts for."""
    w, t = walk.w, walk.t
    w.emit("characters", f"characters = np.sum({t} >= 0, axis=1)", symbol="m", shape=(),
           words=say("microscope.ctc-characters"), formula="m = characters of the text")
    repeats = f"np.sum(({t}[:, 1:] == {t}[:, :-1]) & ({t}[:, 1:] >= 0), axis=1)"
    room = f"np.sum({walk.mask} > 0, axis=1)" if walk.mask else str(walk.steps)
    w.emit("share", f"written = characters + {repeats} <= {room}\n"
                    "share = written / (np.maximum(characters, 1) * max(np.sum(written), 1))",
           words=say("microscope.ctc-share"), symbol="share", shape=(),
           formula="share = 1 / (m · texts that can be written)")


def _write_places(walk: _Walk) -> None:
    """Write what stands at each place of a text, and where a reading may go."""
    w, t, size = walk.w, walk.t, walk.places
    w.emit("places", f"places = np.pad(np.stack([0 * {t}, np.maximum({t} + 1, 0)], axis=-1)"
                     ".reshape(n, -1), ((0, 0), (0, 1)))",
           words=say("microscope.ctc-places"), symbol="place", shape=(size,),
           formula="place = blank, t<sub>1</sub>, blank, t<sub>2</sub>, …, blank")
    w.emit("leap", "leap = ((places > 0) & (places != moved(places, 2))) * 1.0",
           words=say("microscope.ctc-leap"), symbol="leap", shape=(size,),
           formula="leap(s) = [place(s) is no blank and not place(s − 2)]")
    w.emit("ends", f"last = 2 * characters[:, None] - np.arange({size})\n"
                   "ends = ((last == 0) | (last == 1)) * (share > 0)[:, None] * 1.0",
           words=say("microscope.ctc-ends"), symbol="end", shape=(size,),
           formula="end(s) = [s = 2 m or s = 2 m − 1]")
    hot = f"np.eye({walk.outputs})[places.astype(int)]"
    w.emit("q", "q = np.take_along_axis(p, places[:, None].astype(int), axis=2)",
           words=say("microscope.ctc-at-places"), symbol="q", shape=(walk.steps, size),
           formula="q(s) = p at place(s)",
           opening=Contraction("nts", (Part("p", "p", "ntk"), Part("[place = k]", hot, "nsk")),
                               {"k": "output"}))


def _write_ways(walk: _Walk) -> None:
    """Write all ways from the start to each place, step by step, and their sum."""
    w, start = walk.w, walk.at("alpha", -1)
    w.emit(start.code, f"{start.code} = np.zeros((n, {walk.places})) + (np.arange({walk.places}) "
                       "== 0)", words=say("microscope.ctc-start"), symbol=start.symbol,
           shape=(walk.places,), formula=f"{start.symbol} = 1 at the first blank, else 0")
    for step in range(walk.steps):
        before, here, total = walk.at("alpha", step - 1), walk.at("alpha", step), walk.at("C", step)
        by = f" / C_{step - 1}[:, None]" if step else ""
        divided = f" / {walk.at('C', step - 1).symbol}" if step else ""
        own, a = f"q[:, {step}]", before.code
        ways = (("", a), ("(s − 1)", f"moved({a}, 1)"), ("(s − 2) leap", f"leap * moved({a}, 2)"))
        opening = Contraction("ns", (), {}, tuple(
            Part(f"q {before.symbol}{where}{divided}", f"{own} * {code}{by}", "ns")
            for where, code in ways))
        sums = " + ".join(code for _, code in ways)
        stays = (before,) if not step else (
            before, Part(f"1 / {walk.at('C', step - 1).symbol}", f"1 / C_{step - 1}", "n"))
        w.emit(here.code, f"{here.code} = " + walk.kept(step, f"{own} * ({sums}){by}", f"{a}{by}"),
               words=say("microscope.ctc-way", step=step + 1), symbol=here.symbol,
               formula=f"{here.symbol} = q ({before.symbol} + {before.symbol}(s − 1) + "
                       f"leap {before.symbol}(s − 2)){divided}",
               shape=(walk.places,), step=step, opening=walk.kept_opening(step, opening, *stays))
        w.emit(total.code, f"{total.code} = np.maximum(np.sum({here.code}, axis=1), {LEAST})",
               words=say("microscope.ctc-ways", step=step + 1), symbol=total.symbol, shape=(),
               formula=f"{total.symbol} = Σ {here.symbol}", step=step,
               opening=Contraction("n", (here,), {"s": "place"}))


def _write_loss(walk: _Walk) -> None:
    """Write the log-probability of each text, and the loss."""
    w, here = walk.w, walk.at("alpha", walk.steps - 1)
    last = f"np.sum(ends * {here.code}, axis=1) / C_{walk.steps - 1}"
    logs = [f"np.log(C_{step})" for step in range(walk.steps)]
    final = f"np.log(np.maximum({last}, {LEAST}))"
    w.emit("log_text", f"log_text = {' + '.join((*logs, final))}",
           words=say("microscope.ctc-text"), symbol="log p(text)", shape=(),
           formula=f"log p(text) = Σ log C + log(Σ end {here.symbol} / "
                   f"{walk.at('C', walk.steps - 1).symbol})",
           opening=Contraction("n", (), {}, (*(
               Part(f"log {walk.at('C', step).symbol}", code, "n")
               for step, code in enumerate(logs)), Part("log Σ end α / C", final, "n"))))
    w.emit("L", "L = -np.sum(share * log_text)", words=say("microscope.ctc-loss"), symbol="L",
           formula="L = −Σ share log p(text)", shape=(), per_example=False,
           opening=Contraction("", (Part("share", "share", "n"),
                                    Part("log p(text)", "log_text", "n")),
                               {"n": "example"}, scale=-1.0))


def _write_rest(walk: _Walk) -> None:
    """Write all ways from each place to the end, and the share of the readings at each place."""
    w, last = walk.w, walk.steps - 1
    for step in range(last, -1, -1):
        here, way, part = (walk.at(name, step) for name in ("beta", "alpha", "gamma"))
        if step == last:
            w.emit(here.code, f"{here.code} = ends * 1.0", words=say("microscope.ctc-end"),
                   symbol=here.symbol, formula=f"{here.symbol} = end", shape=(walk.places,),
                   step=step, opening=Contraction("ns", (Part("end", "ends", "ns"),), {}))
        else:
            _write_way_on(walk, step)
        both = f"{way.code} * {here.code}"
        total = f"np.maximum(np.sum({both}, axis=1), {LEAST})"
        w.emit(part.code, f"{part.code} = {both} / {total}[:, None]",
               words=say("microscope.ctc-part", step=step + 1), symbol=part.symbol,
               formula=f"{part.symbol} = {way.symbol} {here.symbol} / Σ {way.symbol} {here.symbol}",
               shape=(walk.places,), step=step,
               opening=Contraction("ns", (way, here, Part("1 / Σ α β", f"1 / {total}", "n")), {}))


def _write_way_on(walk: _Walk, step: int) -> None:
    """Write the ways on from each place of a step that is not the last."""
    here, later, by = walk.at("beta", step), walk.at("beta", step + 1), f" / C_{step + 1}[:, None]"
    divided = f" / {walk.at('C', step + 1).symbol}"
    ahead = f"q[:, {step + 1}] * {later.code}"
    ways = (("", ahead), ("(s + 1)", f"moved({ahead}, -1)"),
            ("(s + 2) leap", f"moved(leap * {ahead}, -2)"))
    sums = " + ".join(code for _, code in ways)
    opening = Contraction("ns", (), {}, tuple(
        Part(f"q {later.symbol}{where}{divided}", f"{code}{by}", "ns") for where, code in ways))
    walk.w.emit(
        here.code, f"{here.code} = " + walk.kept(step + 1, f"({sums}){by}", later.code),
        words=say("microscope.ctc-rest", step=step + 1), symbol=here.symbol,
        formula=f"{here.symbol} = (q {later.symbol} + q(s + 1) {later.symbol}(s + 1) + "
                f"leap(s + 2) q(s + 2) {later.symbol}(s + 2)){divided}",
        shape=(walk.places,), step=step, opening=walk.kept_opening(step + 1, opening, later))


def _write_gradient(walk: _Walk) -> None:
    """Write what the readings want of each step, and dL/dz."""
    w, k, every = walk.w, walk.outputs, [walk.at("gamma", step) for step in range(walk.steps)]
    w.emit("gamma", f"gamma = np.stack([{', '.join(one.code for one in every)}], axis=1)",
           words=say("microscope.ctc-parts"), symbol="γ", formula="γ of all steps",
           shape=(walk.steps, walk.places),
           opening=OneOfMany(tuple(one.code for one in every), tuple(one.symbol for one in every)))
    hot = f"np.eye({k})[places.astype(int)]"
    w.emit("wanted", f"wanted = {_gathered('gamma', hot)}", words=say("microscope.ctc-wanted"),
           symbol="r", formula="r = Σ γ of the places with this output", shape=(walk.steps, k),
           opening=Contraction("ntk", (Part("γ", "gamma", "nts"), Part("[place = k]", hot, "nsk")),
                               {"s": "place"}))
    counted = f" * ({walk.mask} > 0)[..., None]" if walk.mask else ""
    share = "share[:, None, None]"
    error = Part("(p − r)", f"(p - wanted){counted}", "ntk")
    w.write("dz", f"{share} * {error.code}", words=say("microscope.ctc-gradient"),
            formula="share (p − r)", shape=(walk.steps, k),
            opening=Contraction("ntk", (Part("share", "share", "n"), error), {}),
            mistakes=_mistakes(walk, share, hot, counted))


def _gathered(parts: str, hot: str) -> str:
    """Return NumPy for shares of places, added up by their outputs."""
    return f"np.einsum('nts,nsk->ntk', {parts}, {hot})"


def _mistakes(walk: _Walk, share: str, hot: str, counted: str) -> dict[str, str]:
    """Return the classic bugs of this loss; some where a text is long, or the batch."""
    def wrong(parts: str) -> str:
        return f"{share} * (p - {_gathered(parts, hot)}){counted}"

    twice = "gamma * q"
    forward = ", ".join(f"alpha_{step} / C_{step}[:, None]" for step in range(walk.steps))
    found = {
        "sign-turned": f"-{share} * (p - wanted){counted}",
        "softmax-derived-twice": f"{share} * (p - wanted) * p * (1 - p){counted}",
        "own-step-twice":
            wrong(f"{twice} / np.maximum(np.sum({twice}, axis=2, keepdims=True), {LEAST})"),
        "way-on-forgotten": wrong(f"np.stack([{forward}], axis=1)"),
        "one-reading-only": wrong(f"np.eye({walk.places})[np.argmax(gamma, axis=2)]"),
        "blank-forgotten":
            f"{share} * (p - wanted * (np.arange({walk.outputs}) > 0)){counted}"}
    lengths = np.sum(walk.w.subject.given["t"] >= 0, axis=1)
    if walk.w.n > 1:
        found["batch-mean-forgotten"] = \
            f"(share > 0)[:, None, None] / np.maximum(characters, 1)[:, None, None] * " \
            f"(p - wanted){counted}"
    if np.any(lengths > 1):
        found["text-length-forgotten"] = \
            f"(share * np.maximum(characters, 1))[:, None, None] * (p - wanted){counted}"
    return found
