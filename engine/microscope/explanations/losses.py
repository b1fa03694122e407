"""Losses: their value over the batch, and where the backward pass begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.messages import Message, say
from engine.microscope.number import (
    Contraction,
    Factor,
    Index,
    Number,
    Part,
    Variables,
    evaluate,
)
from engine.microscope.writer import Writer, explains, says_nothing

OVER = {"n": "example", "k": "unit"}
"""What the axes of a loss count."""

CLASSES = {"n": "example", "k": "class"}
"""The same where every unit stands for a class."""


@dataclass(frozen=True)
class Share:
    """What an example counts for in the loss: 1 / n, or its class's weight over their sum.

    Attributes
    ----------
    is_weighted : bool
        Whether classes have weights.
    differs : bool
        Whether those of this batch do.
    n, k : int
        Examples and units.
    """

    is_weighted: bool
    differs: bool
    n: int
    k: int

    def of_all(self, losses: str) -> str:
        """Return NumPy for the mean over examples of their ``losses``, each a mean over units."""
        return f"np.sum(share * np.mean({losses}, axis=1))" if self.is_weighted else \
            f"np.mean({losses})"

    def gradient(self, of_one: str, is_mean: bool = True) -> str:
        """Return NumPy for the gradient, from that of an example's own loss before its mean."""
        if self.is_weighted:
            return f"share[:, None] * {of_one}" + (f" / {self.k}" if is_mean else "")
        return f"{of_one} / " + (f"(n * {self.k})" if is_mean else "n")

    def total(self, *parts: Part, over: dict[str, str], sign: float = 1.0, is_mean: bool = True
              ) -> Contraction:
        """Return an opening of the loss as a sum of products over examples and units."""
        scale = sign / self.k if is_mean else sign
        if self.is_weighted:
            return Contraction("", (Part("share", "share", "n"), *parts), over, scale=scale)
        return Contraction("", parts, over, scale=scale / self.n)

    def one(self, *parts: Part, added: tuple[Part, ...] = (), is_mean: bool = True) -> Contraction:
        """Return an opening of the gradient: of ``parts`` multiplied, or ``added`` up."""
        scale = 1 / self.k if is_mean else 1.0
        if not self.is_weighted:
            return Contraction("nk", parts, {}, added, scale / self.n)
        if added:
            parts = (Part("(" + " ".join(part.symbol for part in added) + ")",
                          " + ".join(f"({part.code})" for part in added), "nk"),)
        return Contraction("nk", (Part("share", "share", "n"), *parts), {}, (), scale)

    def formula(self, of_one: str, is_mean: bool = True) -> str:
        """Return the gradient in mathematics."""
        below = f" / {self.k}" if is_mean and self.k > 1 else ""
        if self.is_weighted:
            return f"share {of_one}{below}"
        return f"{of_one} / (n · {self.k})" if below else f"{of_one} / n"

    def mistakes(self, of_one: str, is_mean: bool = True) -> dict[str, str]:
        """Return the bugs that every loss knows: its mean, its sign, its weights."""
        found = {"sign-turned": f"-({self.gradient(of_one, is_mean)})"}
        below = f" / {self.k}" if is_mean and self.k > 1 else ""
        if self.differs:
            found["class-weights-forgotten"] = f"{of_one}{below} / n"
        if self.is_weighted:
            found["weights-not-normalised"] = f"weight[:, None] * {of_one}{below}"
        elif self.n > 1:
            found["batch-mean-forgotten"] = f"{of_one}{below}" if below else f"{of_one} * 1.0"
        if below:
            found["unit-mean-forgotten"] = self.gradient(of_one, is_mean=False)
        return found


def _shares(w: Writer) -> Share:
    """Write what every example counts for, where classes have weights."""
    k = w.size("k")
    if not w.has("weights"):
        return Share(False, False, w.n, k)
    weights, t = w.subject.class_weights, w.subject.given["t"].reshape(w.n, k)
    assert weights is not None
    w.give("class_weights", weights)
    targets = w.value("t", k)
    own = f"{targets}[:, 0] > 0" if k == 1 else f"np.argmax({targets}, axis=1)"
    own = f"({own}) * 1" if k == 1 else own
    w.emit("weight", f"weight = class_weights[{own}]", words=say("microscope.class-weights"),
           symbol="weight", formula="weight = class weight of t", shape=(),
           opening=Contraction("n", (Part("class weight of t", f"class_weights[{own}]", "n"),),
                               {}))
    w.emit("share", "share = weight / np.sum(weight)", words=say("microscope.class-shares"),
           symbol="share", formula="share = weight / Σ weight", shape=(),
           opening=Contraction("n", (Part("weight", "weight", "n"),
                                     Part("1 / Σ weight", "1 / np.sum(weight)", "")), {}))
    classes = (t[:, 0] > 0) * 1 if k == 1 else np.argmax(t, axis=1)
    return Share(True, bool(np.ptp(weights[classes]) > 0), w.n, k)


@dataclass(frozen=True)
class Softmax:
    """Opens a probability: its own power of e, over the sum of those of all classes.

    Attributes
    ----------
    z : str
        NumPy for the outputs; the last axis is that of the classes.
    """

    z: str

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        outputs = np.asarray(evaluate(self.z, variables))[index[:-1]]
        powers = np.exp(outputs - outputs.max())
        own, everyone = float(powers[index[-1]]), Factor("e<sup>z − max z</sup>", powers)
        # What the sum stands under, with the place of the class counted from 1.
        above = f"e<sup>z<sub>{index[-1] + 1}</sub> − max z</sup> /"
        return Number(own / float(powers.sum()), (everyone,), (("class", len(powers)),),
                      function=above)


def _softmax(w: Writer, z: str, words: Message, *shape: int) -> None:
    """Write p = softmax(z)."""
    w.emit("p", f"p = softmax({z})", words=words, symbol="p",
           formula=f"p = softmax({w.symbol('z')})", shape=shape, opening=Softmax(z))


def _loss(w: Writer, code: str, words: Message, formula: str, opening: Contraction) -> None:
    w.emit("L", f"L = {code}", words=words, symbol="L", formula=f"L = {formula}", shape=(),
           per_example=False, opening=opening)


def _mean(share: Share) -> str:
    return "share-weighted mean" if share.is_weighted else "mean"


def _cross_entropy_words(is_smoothed: bool, share: Share) -> Message:
    """Return what the loss says: with smoothed targets every class counts."""
    if is_smoothed:
        return say("microscope.cross-entropy-smoothed-shares") if share.is_weighted else \
            say("microscope.cross-entropy-smoothed")
    return say("microscope.cross-entropy-shares") if share.is_weighted else \
        say("microscope.cross-entropy")


@explains("softmax_cross_entropy", "weighted_softmax_cross_entropy")
def softmax_cross_entropy(w: Writer) -> None:
    """Write p = softmax(z), L and dL/dz = (p - t) / n."""
    k, smoothing, share = w.size("k"), w.constant("label_smoothing"), _shares(w)
    z, t, target = w.value("z", k), w.value("t", k), "t"
    _softmax(w, z, say("microscope.softmax"), k)
    mistakes = {"softmax-derived-twice": share.gradient(f"(p - {t}) * p * (1 - p)", is_mean=False)}
    if smoothing:
        mistakes["smoothing-forgotten"] = share.gradient(f"(p - {t})", is_mean=False)
        smooth, target = w.fresh("t_smooth"), "t̃"
        kept = f"{1 - smoothing!r} * {t}"
        w.emit(smooth, f"{smooth} = {kept} + {smoothing!r} / {k}",
               words=say("microscope.smoothing"), symbol="t̃",
               formula=f"t̃ = {1 - smoothing:g} t + {smoothing:g} / {k}", shape=(k,),
               opening=Contraction("nk", (), {}, (
                   Part(f"{1 - smoothing:g} t", kept, "nk"),
                   Part(f"{smoothing:g} / {k}", f"{smoothing!r} / {k}", ""))))
        t = smooth
        mistakes["softmax-derived-twice"] = share.gradient(f"(p - {t}) * p * (1 - p)",
                                                           is_mean=False)
    logs = f"log_softmax({z})"
    each = f"np.sum(share[:, None] * {t} * {logs})" if share.is_weighted else \
        f"np.sum({t} * {logs}) / n"
    _loss(w, f"-{each}", _cross_entropy_words(bool(smoothing), share),
          f"−{_mean(share)} of Σ {target} log p",
          share.total(Part(target, t, "nk"), Part("log p", logs, "nk"), over=CLASSES, sign=-1.0,
                      is_mean=False))
    w.write("dz", share.gradient(f"(p - {t})", is_mean=False),
            words=say("microscope.softmax-gradient-shares") if share.is_weighted else
            say("microscope.softmax-gradient"),
            formula=share.formula(f"(p − {target})", is_mean=False), shape=(k,),
            opening=share.one(added=(Part("p", "p", "nk"), Part(f"−{target}", f"-{t}", "nk")),
                              is_mean=False),
            mistakes={**share.mistakes(f"(p - {t})", is_mean=False), **mistakes})


@explains("binary_cross_entropy", "weighted_binary_cross_entropy")
def binary_cross_entropy(w: Writer) -> None:
    """Write p = sigmoid(z), L and dL/dz = (p - t) / (n k)."""
    k, share = w.size("k"), _shares(w)
    z, t = w.value("z", k), w.value("t", k)
    w.emit("p", f"p = sigmoid({z})", words=say("microscope.sigmoid"), symbol="p",
           formula=f"p = σ({w.symbol('z')})", shape=(k,),
           opening=Contraction("nk", (Part(w.symbol("z"), z, "nk"),), {}, function="σ",
                               apply="sigmoid(s)"))
    yes, no = f"{t} * softplus(-{z})", f"(1 - {t}) * softplus({z})"
    loss = w.fresh("l")
    w.emit(loss, f"{loss} = {yes} + {no}", words=say("microscope.binary-entropy"), symbol="ℓ",
           formula="ℓ = −t log p − (1 − t) log(1 − p)", shape=(k,),
           opening=Contraction("nk", (), {}, (Part("−t log p", yes, "nk"),
                                              Part("−(1 − t) log(1 − p)", no, "nk"))))
    _loss(w, share.of_all(loss), say("microscope.mean-loss"), f"{_mean(share)} of ℓ",
          share.total(Part("ℓ", loss, "nk"), over=OVER))
    w.write("dz", share.gradient(f"(p - {t})"), words=say("microscope.sigmoid-gradient"),
            formula=share.formula("(p − t)"), shape=(k,),
            opening=share.one(added=(Part("p", "p", "nk"), Part("−t", f"-{t}", "nk"))),
            mistakes={**share.mistakes(f"(p - {t})"),
                      "sigmoid-derived-twice": share.gradient(f"(p - {t}) * p * (1 - p)")})


def _error(w: Writer, k: int) -> str:
    """Write e = z - t."""
    z, t, name = w.value("z", k), w.value("t", k), w.fresh("e")
    w.emit(name, f"{name} = {z} - {t}", words=say("microscope.error"), symbol="e",
           formula=f"e = {w.symbol('z')} − t", shape=(k,),
           opening=Contraction("nk", (), {}, (Part(w.symbol("z"), z, "nk"),
                                              Part("−t", f"-{t}", "nk"))))
    return name


@explains("mean_squared_error", "weighted_mean_squared_error")
def mean_squared_error(w: Writer) -> None:
    """Write e = z - t, L = mean of e**2 and dL/dz = 2 e / (n k)."""
    k, share = w.size("k"), _shares(w)
    e = _error(w, k)
    _loss(w, share.of_all(f"{e}**2"), say("microscope.squared-error"), f"{_mean(share)} of e²",
          share.total(Part("e", e, "nk"), Part("e", e, "nk"), over=OVER))
    w.write("dz", share.gradient(f"2 * {e}"), words=say("microscope.squared-error-gradient"),
            formula=share.formula("2 e"), shape=(k,),
            opening=share.one(Part("2", "2.0", ""), Part("e", e, "nk")),
            mistakes={**share.mistakes(f"2 * {e}"), "factor-two-forgotten": share.gradient(e)})


@explains("mean_absolute_error")
def mean_absolute_error(w: Writer) -> None:
    """Write e = z - t, L = mean of |e| and dL/dz = sign(e) / (n k)."""
    k, share = w.size("k"), _shares(w)
    e = _error(w, k)
    sign = f"np.sign({e})"
    _loss(w, share.of_all(f"np.abs({e})"), say("microscope.absolute-error"), "mean of |e|",
          share.total(Part("|e|", f"np.abs({e})", "nk"), over=OVER))
    w.write("dz", share.gradient(sign), words=say("microscope.absolute-error-gradient"),
            formula=share.formula("sign(e)"), shape=(k,),
            opening=share.one(Part("sign(e)", sign, "nk")),
            mistakes={**share.mistakes(sign), "derivative-of-square": share.gradient(f"2 * {e}")})


@explains("huber")
def huber(w: Writer) -> None:
    """Write e = z - t, L = mean of e**2 / 2, beyond delta of lines, and dL/dz."""
    k, delta, share = w.size("k"), w.constant("huber_delta"), _shares(w)
    e, shown = _error(w, k), f"{delta:g}"
    loss, least = w.fresh("l"), f"np.minimum(np.abs({e}), {delta!r})"
    w.emit(loss, f"{loss} = np.where(np.abs({e}) <= {delta!r}, {e}**2 / 2, "
                 f"{delta!r} * (np.abs({e}) - {delta / 2!r}))",
           words=say("microscope.huber", delta=delta), symbol="ℓ", shape=(k,),
           formula=f"ℓ = e² / 2 for |e| ≤ {shown}, else {shown} (|e| − {delta / 2:g})",
           # Both cases at once: of small errors, the smaller of the two is the error itself.
           opening=Contraction("nk", (
               Part(f"min(|e|, {shown})", least, "nk"),
               Part(f"(|e| − min(|e|, {shown}) / 2)", f"np.abs({e}) - {least} / 2", "nk")), {}))
    _loss(w, share.of_all(loss), say("microscope.mean-loss"), "mean of ℓ",
          share.total(Part("ℓ", loss, "nk"), over=OVER))
    clipped = f"np.clip({e}, {-delta!r}, {delta!r})"
    mistakes = {**share.mistakes(clipped), "delta-forgotten": share.gradient(e)}
    if delta != 1.0:
        mistakes["slope-of-lines-forgotten"] = share.gradient(
            f"np.where(np.abs({e}) <= {delta!r}, {e}, np.sign({e}))")
    w.write("dz", share.gradient(clipped), words=say("microscope.huber-gradient", delta=delta),
            formula=share.formula(f"max(−{shown}, min({shown}, e))"), shape=(k,),
            opening=share.one(Part(f"max(−{shown}, min({shown}, e))", clipped, "nk")),
            mistakes=mistakes)


@explains("hinge", "weighted_hinge")
def hinge(w: Writer) -> None:
    """Write by how much the right output lacks its lead of 1, L and dL/dz."""
    share = _shares(w)
    if share.k == 1:
        _margin(w, share)
    else:
        _margins(w, share)


def _margin(w: Writer, share: Share) -> None:
    """Write the hinge of one unit that stands for two classes."""
    z, t, lack, symbol = w.value("z", 1), w.value("t", 1), w.fresh("lack"), w.symbol("z")
    w.emit(lack, f"{lack} = 1 - {t} * {z}", words=say("microscope.margin"), symbol="lack",
           formula=f"lack = 1 − t {symbol}", shape=(1,),
           opening=Contraction("nk", (Part("−t", f"-{t}", "nk"), Part(symbol, z, "nk")), {},
                               (Part("1", "1.0", ""),)))
    missing = f"np.maximum({lack}, 0)"
    _loss(w, share.of_all(missing), say("microscope.hinge"), f"{_mean(share)} of max(0, lack)",
          share.total(Part("max(0, lack)", missing, "nk"), over=OVER))
    pull, pulled = f"-{t} * ({lack} > 0)", "−t [lack &gt; 0]"
    w.write("dz", share.gradient(pull), words=say("microscope.margin-gradient"),
            formula=share.formula(pulled), shape=(1,),
            opening=share.one(Part("−t", f"-{t}", "nk"),
                              Part("[lack &gt; 0]", f"({lack} > 0) * 1.0", "nk")),
            mistakes={**share.mistakes(pull), "content-ignored": share.gradient(f"(-{t})")})


def _margins(w: Writer, share: Share) -> None:
    """Write the hinge of a unit for every class."""
    k, symbol = share.k, w.symbol("z")
    z, t, lack, hit = w.value("z", k), w.value("t", k), w.fresh("lack"), w.fresh("hit")
    w.emit(lack, f"{lack} = 1 - (np.sum({t} * {z}, axis=1, keepdims=True) - {z})",
           words=say("microscope.margins"), symbol="lack",
           formula=f"lack = 1 − ({symbol}[class] − {symbol})", shape=(k,),
           opening=Contraction("nk", (), {}, (
               Part("1", "1.0", ""), Part(f"−{symbol}[class]", f"-np.sum({t} * {z}, axis=1)", "n"),
               Part(symbol, z, "nk"))))
    missing = f"np.maximum({lack}, 0) * (1 - {t})"
    _loss(w, share.of_all(missing), say("microscope.hinge"),
          f"{_mean(share)} of max(0, lack) (1 − t)",
          share.total(Part("max(0, lack)", f"np.maximum({lack}, 0)", "nk"),
                      Part("(1 − t)", f"1 - {t}", "nk"), over=CLASSES))
    w.emit(hit, f"{hit} = ({lack} > 0) * (1 - {t})", words=say("microscope.hit"),
           symbol="hit", formula="hit = [lack &gt; 0] (1 − t)", shape=(k,),
           opening=Contraction("nk", (Part("[lack &gt; 0]", f"({lack} > 0) * 1.0", "nk"),
                                      Part("(1 − t)", f"1 - {t}", "nk")), {}))
    hits = f"{t} * np.sum({hit}, axis=1, keepdims=True)"
    pull = f"({hit} - {hits})"
    w.write("dz", share.gradient(pull), words=say("microscope.margins-gradient"),
            formula=share.formula("(hit − t Σ hit)"), shape=(k,),
            opening=share.one(added=(Part("hit", hit, "nk"),
                                     Part("− t Σ hit", f"-{hits}", "nk"))),
            mistakes={**share.mistakes(pull), "own-class-forgotten": share.gradient(hit),
                      "own-class-once": share.gradient(f"({hit} - {t})")})


says_nothing("steps_mean")


@explains("sequence_cross_entropy", "weighted_sequence_cross_entropy")
def sequence_cross_entropy(w: Writer) -> None:
    """Write p = softmax(z) at every step, the share of every step, L and dL/dz."""
    steps, k = w.size("steps"), w.size("k")
    z, t = w.value("z", steps, k), w.value("t", steps)
    _softmax(w, z, say("microscope.softmax-steps"), steps, k)
    right = w.fresh("t_hot")
    classes = f"np.maximum({t}, 0).astype(int)"
    w.emit(right, f"{right} = np.eye({k})[{classes}]", words=say("microscope.one-hot"),
           symbol="t̂", formula="t̂ = 1 for the class t, else 0", shape=(steps, k))
    counted = "counts"
    if w.has("weights"):
        weights = w.subject.class_weights
        assert weights is not None
        w.give("class_weights", weights)
        counted = "weight"
        w.emit("weight", f"weight = ({t} >= 0) * class_weights[{classes}]",
               words=say("microscope.step-weights"), symbol="weight",
               formula="weight = class weight of t, 0 for padding", shape=(steps,))
        # So that a batch of padding alone has a loss of 0.
        code, least = "weight / max(np.sum(weight), 1e-300)", "1e-300"
    else:
        w.emit("counts", f"counts = ({t} >= 0) * 1.0", words=say("microscope.counts"),
               symbol="counts", formula="counts = 1, for padding 0", shape=(steps,))
        code, least = "counts / max(np.sum(counts), 1)", "1"
    w.emit("share", f"share = {code}", words=say("microscope.step-shares"), symbol="share",
           formula=f"share = {counted} / Σ {counted}", shape=(steps,),
           opening=Contraction("nt", (
               Part(counted, counted, "nt"),
               Part(f"1 / Σ {counted}", f"1 / max(np.sum({counted}), {least})", "")), {}))
    logs = f"log_softmax({z})"
    _loss(w, f"-np.sum(share[..., None] * {right} * {logs})",
          say("microscope.sequence-entropy"), "−Σ share t̂ log p",
          Contraction("", (Part("share", "share", "nt"), Part("t̂", right, "ntk"),
                           Part("log p", logs, "ntk")),
                      {"n": "example", "t": "step", "k": "class"}, scale=-1.0))
    error = f"(p - {right})"
    w.write("dz", f"share[..., None] * {error}", words=say("microscope.sequence-gradient"),
            formula="share (p − t̂)", shape=(steps, k),
            opening=Contraction("ntk", (Part("share", "share", "nt"),
                                        Part("(p − t̂)", error, "ntk")), {}),
            mistakes=_sequence_mistakes(w, error, steps))


def _sequence_mistakes(w: Writer, error: str, steps: int) -> dict[str, str]:
    """Return the bugs of a loss over steps: some where there is padding alone."""
    found = {"sign-turned": f"-share[..., None] * {error}",
             "softmax-derived-twice": f"share[..., None] * {error} * p * (1 - p)"}
    if w.n * steps > 1:
        found["batch-mean-forgotten"] = error
    classes = w.subject.given["t"]
    is_padded = bool(np.any(classes < 0))
    if w.has("weights"):
        weights = w.subject.class_weights
        assert weights is not None
        mine = weights[classes[classes >= 0].astype(int)]
        if mine.size and np.ptp(mine) > 0:
            found["class-weights-forgotten"] = "(share > 0)[..., None] * " \
                f"{error} / np.sum(share > 0)"
    elif is_padded:
        found["padding-counted"] = f"{error} / max(np.sum(counts), 1)"
    if is_padded:
        found["divided-by-all-steps"] = f"(share > 0)[..., None] * {error} / (n * {steps})"
    return found
