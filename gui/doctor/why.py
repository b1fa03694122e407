"""Why the doctor says what it says: the rule with its numbers, and what else could be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from engine.diagnosis.case import Words
from engine.messages import Message
from engine.spec import Limits
from engine.spec.limits import differences

RANK = ("A cause comes before what it leads to, and what puts learning at stake before what "
        "deserves attention. A verdict comes and goes at two different numbers, after it has held "
        "for a while, so that it stands still.")
FIXED_BEFORE = ("Which figure decides, and at which step, was fixed before B began. One seed may "
                "be luck: repeat the pair with other seeds to see whether the difference stays.")
STEPS, LIMITS = "steps", "limits"
"""What links ask for: the last steps of a run, number by number; the limits, to be changed."""


@dataclass(frozen=True)
class Why:
    """What was said, its rule, and the others below it in their order.

    Attributes
    ----------
    said : Words
        What is said.
    others : tuple[Words, ...]
        What else could be said, the likelier cause first.
    rank : str
        By which rule this is said, and nothing else.
    price : Message | None
        What it costs.
    has_steps : bool
        Whether the last steps can be looked at one by one.
    limits : Limits
        The project's limits that are not the defaults.
    """

    said: Words
    others: Sequence[Words] = ()
    rank: str = RANK
    price: Message | None = None
    has_steps: bool = False
    limits: Limits = field(default_factory=dict)

    def html(self) -> str:
        """Return what was said and its rule as rich text, without colours of its own."""
        lines = [_paragraph(self.said)]
        if self.has_steps:
            lines.append(f"<p><a href='ask:{STEPS}'>The last steps, number by number</a></p>")
        if self.price is not None:
            lines.append(f"<p>{escape(self.price.text)}</p>")
        return "".join(lines)

    def more(self) -> str:
        """Return what else could be said, and why it is not; empty if there is nothing."""
        lines = []
        if self.others:
            lines.append("<p><b>What else could be said, the likelier first</b></p><ol>")
            lines += [f"<li>{_paragraph(words)}</li>" for words in self.others]
            lines.append("</ol>")
        if own := differences(self.limits):
            lines.append("<p><b>Limits that are changed in this project</b></p><ul>")
            lines += [f"<li>{escape(one.text)}</li>" for one in own]
            lines.append("</ul>")
        if self.rank:
            lines.append(f"<p class='muted'>{escape(self.rank)}</p>")
        lines.append(f"<p><a href='ask:{LIMITS}'>Doctor’s limits…</a></p>")
        return "".join(lines)


def _paragraph(words: Words) -> str:
    text = f"<p><b>{escape(words.title.text)}</b> {escape(words.sentence.text)}"
    if words.evidence is not None:
        text += f"<br>{escape(words.evidence.text)}"
    return text + "</p>"
