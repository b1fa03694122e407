"""What sentences do to a person's own words."""

LONGEST_QUOTE = 60
"""Characters of a person's text that a sentence or a column's name repeats."""


def shorten(text: str) -> str:
    """Return a text, cut where it is too long for a sentence."""
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE - 3] + "..."
