"""Schedules as a function of the completed steps, in Python that both scripts share."""

from __future__ import annotations

from collections.abc import Mapping

from engine.layers import Node

FACTORS: Mapping[str, tuple[str, ...]] = {
    "constant": (),
    "step": ("return {decay} ** (step // {every})",),
    "exponential": ("return {decay} ** (step / {every})",),
    "cosine": ("return eased(1.0, {final}, step / {length})",),
    "warm_up": ("return {start} + (1 - {start}) * min(step / {length}, 1.0)",),
    "one_cycle": (
        "top, end = {rise} * {length} - 1, {length} - 1",
        "if step <= top:",
        "    return eased({start}, 1.0, step / top if top > 0 else 1.0)",
        "return eased(1.0, {final}, (step - top) / (end - top) if end > top else 1.0)"),
    "plateau": (),
}
"""By key, the lines of the function; a schedule that has none does without."""

EASED = '''def eased(begin, end, share):
    """Return the point of half a cosine, `share` of the way from `begin` to `end`."""
    return end + (begin - end) * (1 + math.cos(math.pi * min(max(share, 0.0), 1.0))) / 2'''


def factor_text(schedule: Node) -> str:
    """Return the function that a schedule is, with what it calls; empty if it does without."""
    lines = FACTORS[schedule.op]
    if not lines:
        return ""
    values = {key: repr(value) for key, value in schedule.attributes.items()}
    body = "\n".join(f"    {line.format(**values)}" for line in lines)
    text = ('def rate_factor(step):\n'
            '    """Return the share of the learning rate after so many steps."""\n' + body)
    return f"{EASED}\n\n\n{text}" if "eased(" in text else text
