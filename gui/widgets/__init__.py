"""Small controls that know nothing of the lab. Imports Qt only, so that the window paints early."""

from gui.widgets.buttons import Button, IconButton, PrimaryButton
from gui.widgets.card import Card, PictureCard, ViewCard
from gui.widgets.cover import Cover
from gui.widgets.explained import Explaining, page_of, set_page
from gui.widgets.fields import (
    CalmComboBox,
    CalmSlider,
    FittingComboBox,
    LabelledCombo,
    LabelledSlider,
    Separator,
    StopSlider,
    even_stops,
    plain_number,
)
from gui.widgets.flow import FlowLayout
from gui.widgets.fold import Fold
from gui.widgets.labels import Badge, ElidedLabel, StatReadout, StatusGlyph, plain_tip
from gui.widgets.messages import MessageBar, Toast
from gui.widgets.reading_bar import ReadingBar
from gui.widgets.reading_box import ReadingBox
from gui.widgets.segmented import SegmentButton, Segmented
from gui.widgets.spin_boxes import CalmDoubleSpinBox, CalmSpinBox
from gui.widgets.ticks import linear_ticks, nice_step, tick_text

__all__ = [
    "Badge",
    "Button",
    "CalmComboBox",
    "CalmDoubleSpinBox",
    "CalmSlider",
    "CalmSpinBox",
    "Card",
    "Cover",
    "ElidedLabel",
    "Explaining",
    "FittingComboBox",
    "FlowLayout",
    "Fold",
    "IconButton",
    "LabelledCombo",
    "LabelledSlider",
    "MessageBar",
    "PictureCard",
    "PrimaryButton",
    "ReadingBar",
    "ReadingBox",
    "SegmentButton",
    "Segmented",
    "Separator",
    "StatReadout",
    "StatusGlyph",
    "StopSlider",
    "Toast",
    "ViewCard",
    "even_stops",
    "linear_ticks",
    "nice_step",
    "page_of",
    "plain_number",
    "plain_tip",
    "set_page",
    "tick_text",
]
