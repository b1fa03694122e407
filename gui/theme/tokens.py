"""The colours of the window, by meaning. No other module holds a colour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One theme. Every colour is written ``#rrggbb``.

    Attributes
    ----------
    name : str
        ``light`` or ``dark``.
    background, surface, surface_sunken, surface_raised : str
        The window; a card on it; a field or row sunk into a card; what the pointer is over.
    border, border_strong : str
        Hairlines; outlines of controls.
    text, text_muted, text_disabled : str
        Text on any of the four surfaces. The first two reach WCAG AA.
    accent, accent_hover, accent_text, accent_soft : str
        The primary action, under the pointer, text on it, and the ground of a selection.
    positive, negative, neutral : str
        Sign of a number or side of a two-class problem, as TensorFlow Playground has them.
    map_positive, map_negative, map_neutral : str
        The same, softened for areas on which points are drawn.
    good, warning, bad : str
        Verdicts; always shown with a shape or a word.
    good_soft, warning_soft, bad_soft, vanishing_soft : str
        Grounds for a line of text of that verdict.
    vanishing, exploding : str
        The two diseases of a gradient.
    grid, axis : str
        Grid lines and axis labels of plots.
    train, validation, ghost : str
        Curves of the two parts of the data; all that stays of the last run.
    point_outline : str
        Ring around a data point.
    focus : str
        Ring around what has the keyboard.
    code_keyword, code_text, code_number, code_remark, code_name : str
        Words of the language, texts, numbers and remarks in a program; names where they are given.
    classes : tuple[str, ...]
        Ten colours for classes, the first two as ``negative`` and ``positive``.
    """

    name: str
    background: str
    surface: str
    surface_sunken: str
    surface_raised: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_disabled: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    positive: str
    negative: str
    neutral: str
    map_positive: str
    map_negative: str
    map_neutral: str
    good: str
    warning: str
    bad: str
    good_soft: str
    warning_soft: str
    bad_soft: str
    vanishing_soft: str
    vanishing: str
    exploding: str
    grid: str
    axis: str
    train: str
    validation: str
    ghost: str
    point_outline: str
    focus: str
    code_keyword: str
    code_text: str
    code_number: str
    code_remark: str
    code_name: str
    classes: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return luminance(self.text) > luminance(self.background)


LIGHT = Tokens(
    name="light",
    background="#f5f6f2",
    surface="#ffffff",
    surface_sunken="#f4f5f1",
    surface_raised="#ebede8",
    border="#e1e3dd",
    border_strong="#c6cac2",
    text="#1a1d22",
    text_muted="#5f656e",
    text_disabled="#a3a8af",
    accent="#0877bd",
    accent_hover="#066aa9",
    accent_text="#ffffff",
    accent_soft="#e2f0fa",
    positive="#0877bd",
    negative="#f59322",
    neutral="#e8eaeb",
    map_positive="#6fb1dc",
    map_negative="#fbbd77",
    map_neutral="#f5f6f6",
    good="#0f7854",
    warning="#985900",
    bad="#c4302b",
    good_soft="#e3f4ed",
    warning_soft="#fdf1df",
    bad_soft="#fcebea",
    vanishing_soft="#eeedfb",
    vanishing="#5a53c7",
    exploding="#c03f0b",
    grid="#eceeea",
    axis="#646a73",
    train="#0877bd",
    validation="#f59322",
    ghost="#868c95",
    point_outline="#ffffff",
    focus="#0877bd",
    code_keyword="#7a3fb0",
    code_text="#0f7854",
    code_number="#985900",
    code_remark="#5f656e",
    code_name="#066aa9",
    classes=("#f59322", "#0877bd", "#2b9a6b", "#8a56c2", "#c8324f",
             "#1aa3ad", "#8b6a2b", "#d665a8", "#66707c", "#8db128"),
)

DARK = Tokens(
    name="dark",
    background="#14171c",
    surface="#1d2128",
    surface_sunken="#14171c",
    surface_raised="#2a2f38",
    border="#2d323b",
    border_strong="#454c58",
    text="#e9ebee",
    text_muted="#9ea5af",
    text_disabled="#626a75",
    accent="#4aa8ea",
    accent_hover="#6bb8ef",
    accent_text="#06131d",
    accent_soft="#19344a",
    positive="#4aa8ea",
    negative="#f7a14a",
    neutral="#343a43",
    map_positive="#1b6296",
    map_negative="#97601f",
    map_neutral="#22262d",
    good="#45c79c",
    warning="#e3a63f",
    bad="#f2736b",
    good_soft="#16332a",
    warning_soft="#392b12",
    bad_soft="#3e1d1c",
    vanishing_soft="#2a2850",
    vanishing="#9a93ff",
    exploding="#ff8a5c",
    grid="#272c34",
    axis="#9ea5af",
    train="#4aa8ea",
    validation="#f7a14a",
    ghost="#767e8a",
    point_outline="#0d0f13",
    focus="#6bb8ef",
    code_keyword="#c79bff",
    code_text="#7fd1ae",
    code_number="#f0b56a",
    code_remark="#9ea5af",
    code_name="#7cc4f5",
    classes=("#f7a14a", "#4aa8ea", "#4cc793", "#b58cf0", "#f06a85",
             "#3fc6cf", "#c4a25a", "#ee8cc6", "#a0a8b4", "#b5d650"),
)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` as WCAG 2 defines it, 0 to 1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2 defines it, 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
