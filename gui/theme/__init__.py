"""Colours, fonts, icons and status shapes. Imports Qt only, so that the window paints early."""

from gui.theme import tokens
from gui.theme.application import (
    apply,
    base_font,
    forget_styles,
    in_light,
    leave_out,
    palette_of,
    set_scale,
)
from gui.theme.colours import (
    blended,
    class_colours,
    depth_colours,
    explosion_map,
    lookup,
    sequential,
    sequential_map,
    signed_map,
)
from gui.theme.glyphs import STATUS_CODES, status_colour, status_glyph, status_shape
from gui.theme.icons import follow_theme, icon
from gui.theme.state import SCALES, Scheme, current, next_scale, notifier, px, scale, scheme
from gui.theme.tokens import DARK, LIGHT, Tokens, contrast

__all__ = [
    "DARK",
    "LIGHT",
    "SCALES",
    "STATUS_CODES",
    "Scheme",
    "Tokens",
    "apply",
    "base_font",
    "blended",
    "class_colours",
    "contrast",
    "current",
    "depth_colours",
    "explosion_map",
    "follow_theme",
    "forget_styles",
    "icon",
    "in_light",
    "leave_out",
    "lookup",
    "next_scale",
    "notifier",
    "palette_of",
    "px",
    "scale",
    "scheme",
    "sequential",
    "sequential_map",
    "set_scale",
    "signed_map",
    "status_colour",
    "status_glyph",
    "status_shape",
    "tokens",
]
