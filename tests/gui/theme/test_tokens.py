"""Text can be read, and shapes can be seen, on every ground of both themes."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from gui.theme.tokens import DARK, LIGHT, Tokens, contrast

AA_TEXT = 4.5
AA_SHAPE = 3.0
both = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
GROUNDS = ("background", "surface", "surface_sunken", "surface_raised", "accent_soft")


@both
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["text", "text_muted"])
def test_text_reaches_aa_on_every_ground(tokens: Tokens, ground: str, ink: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= AA_TEXT


@both
@pytest.mark.parametrize(
    "ink", ["axis", "accent", "good", "warning", "bad", "vanishing", "exploding"])
def test_coloured_text_reaches_aa_on_a_card(tokens: Tokens, ink: str) -> None:
    assert contrast(getattr(tokens, ink), tokens.surface) >= AA_TEXT


@both
@pytest.mark.parametrize("tone", ["good", "warning", "bad", "vanishing"])
def test_text_on_a_tinted_ground_reaches_aa(tokens: Tokens, tone: str) -> None:
    assert contrast(tokens.text, getattr(tokens, f"{tone}_soft")) >= AA_TEXT


@both
@pytest.mark.parametrize("ground", ["surface", "surface_raised", "accent_soft"])
def test_programs_reach_aa_also_where_lines_are_lit(tokens: Tokens, ground: str) -> None:
    inks = [field.name for field in fields(tokens) if field.name.startswith("code_")]
    assert len(inks) == 5
    for ink in inks:
        assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= AA_TEXT, ink


@both
def test_text_on_the_primary_button_reaches_aa(tokens: Tokens) -> None:
    assert contrast(tokens.accent_text, tokens.accent) >= AA_TEXT
    assert contrast(tokens.accent_text, tokens.accent_hover) >= AA_TEXT


@both
def test_status_shapes_and_focus_can_be_seen(tokens: Tokens) -> None:
    for role in ("good", "warning", "bad", "vanishing", "exploding", "focus", "text_muted",
                 "ghost"):
        for ground in ("surface", "surface_sunken"):
            assert contrast(getattr(tokens, role), getattr(tokens, ground)) >= AA_SHAPE, role


@both
def test_every_colour_is_written_in_full(tokens: Tokens) -> None:
    for field in fields(tokens):
        value = getattr(tokens, field.name)
        for colour in value if isinstance(value, tuple) else (value,):
            assert field.name == "name" or re.fullmatch("#[0-9a-f]{6}", colour), field.name


@both
def test_classes_begin_with_the_two_signs(tokens: Tokens) -> None:
    assert tokens.classes[:2] == (tokens.negative, tokens.positive)
    assert len(set(tokens.classes)) == 10


def test_contrast_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert not LIGHT.is_dark
    assert DARK.is_dark
