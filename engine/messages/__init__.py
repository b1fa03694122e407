"""What the engine tells people: a code and values; the words stand in one place per language."""

from engine.messages.language import Fault, Language, Message, begin_with, say, speak, speaking
from engine.messages.texts import elided, legible, shorten

__all__ = ["Fault", "Language", "Message", "elided", "legible", "say", "shorten", "speak",
           "speaking"]


def _english() -> Language:
    # Only when something is said: until then nobody need wait for the words.
    from engine.messages.english import ENGLISH

    return ENGLISH


begin_with(_english)
