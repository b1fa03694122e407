"""What theory says of a network before its first step, and why it sometimes says nothing."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "theory.layer": "{layer}: {reason}",
    "theory.no-rule": "theory has no rule for {title}.",
    "theory.no-loss": "Theory has no rule for the error of the loss {title}.",
    "theory.weights-not-random":
        "its first weights ({title}) are not random ones of mean 0, which theory asks for.",
    "theory.overflow": "its numbers leave the range of double precision.",
    "theory.many-places":
        "it joins places, and these are too many to be followed together.",
    "theory.overlapping": "theory has no rule for windows that overlap.",
    "theory.same-origin":
        "it adds two paths of which one begins with the other’s numbers, without weights between.",
    "theory.padding": "theory has no rule for padding that it skips.",
    "theory.not-normal": "theory has no rule for a function of shares that sum to 1.",
    "theory.own-loss": "theory has no rule for the term of the loss that begins in it.",
    "theory.counted-by-data": "what its n-grams count is found in the data.",
    "theory.carried": "theory has no rule for a state that is carried over.",
    "theory.unread": "Nothing reads what the layer gives.",

    "theory.any-size": "Signals of any size keep it, so that there is no fixed point to come to.",
    "theory.grows": "Signals grow from layer to layer without end: there is no fixed point.",
    "theory.fades": "Signals fade away from layer to layer: the only fixed point is 0.",
    "theory.product":
        "{count:whole} {count|layer|layers} at {each:number} each {count|leaves|leave} "
        "{left:number}.",
}
