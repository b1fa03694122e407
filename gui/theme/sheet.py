"""The style sheet: what Fusion's palette alone cannot say."""

from __future__ import annotations

import re
from dataclasses import asdict
from string import Template

from gui.theme.tokens import Tokens

# ``$name`` is a token; ``12u`` is a length at 13 px text and grows with the interface.
_TEXT = """
QToolTip { color: $text; background: $surface_raised; border: 1px solid $border_strong;
    padding: 4u 6u; }
QLabel { background: transparent; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="heading"] { font-weight: 600; font-size: 15u; }
QLabel[role="muted"] { color: $text_muted; }
QLabel[role="small"] { color: $text_muted; font-size: 11u; }
QLabel[role="number"] { font-weight: 600; font-size: 15u; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="readout"] { background: $surface_raised; border: 1px solid $border_strong;
    border-radius: 6u; padding: 2u 7u; font-size: 12u; }
QLabel:disabled { color: $text_disabled; }
"""

_SURFACES = """
Card, Blank { background: $surface; border: 1px solid $border; border-radius: 12u; }
Ground { background: $surface; border: none; border-bottom: 1px solid $border; }
Card[tone="sunken"] { background: $surface_sunken; }
QMainWindow, QDialog { background: $background; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QSplitter::handle { background: transparent; }
QMenuBar { background: $background; border: none; }
QMenuBar::item { padding: 4u 8u; border-radius: 6u; background: transparent; }
QMenuBar::item:selected { background: $surface_raised; }
QMenu { background: $surface; border: 1px solid $border_strong; padding: 4u; }
QMenu::item { padding: 5u 22u 5u 22u; border-radius: 6u; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4u 6u; }
QMenu::icon { padding-left: 6u; }
QStatusBar { background: $background; color: $text_muted; }
QStatusBar::item { border: none; }
"""

_BUTTONS = """
QPushButton, QToolButton { background: $surface; color: $text; border: 1px solid $border;
    border-radius: 8u; padding: 5u 11u; }
QPushButton:hover, QToolButton:hover { background: $surface_raised; }
QPushButton:pressed, QToolButton:pressed { background: $border; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $text_disabled;
    background: $surface_sunken; }
QPushButton:focus, QToolButton:focus { border: 2px solid $focus; padding: 4u 10u; }
QPushButton, QToolButton, QCheckBox, QRadioButton, QComboBox, QSlider, QTabBar { outline: 0; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton:default { border-color: $accent; }
PrimaryButton { background: $accent; color: $accent_text; border: 1px solid $accent;
    font-weight: 600; padding: 7u 18u; border-radius: 14u; }
PrimaryButton:hover { background: $accent_hover; border-color: $accent_hover; }
PrimaryButton:pressed { background: $accent_hover; }
PrimaryButton:focus { border: 2px solid $text; padding: 6u 17u; }
PrimaryButton:disabled { background: $border; border-color: $border; color: $text_muted; }
QPushButton[tone="quiet"] { background: transparent; border: 1px solid transparent;
    color: $text_muted; font-weight: 600; padding: 4u 8u; }
QPushButton[tone="quiet"]:hover { background: $surface_raised; }
QPushButton[tone="quiet"]:checked { background: $surface_sunken; color: $text;
    border: 1px solid $border; }
QPushButton[tone="quiet"]:focus { border: 2px solid $focus; padding: 3u 7u; }
QPushButton[tone="axis"] { background: transparent; border: 1px solid transparent;
    color: $axis; font-size: 11u; padding: 0 14u 0 3u; border-radius: 5u; }
QPushButton[tone="axis"]:hover { background: $surface_raised; }
QPushButton[tone="axis"]:focus { border: 2px solid $focus; padding: 0 13u 0 2u; }
QPushButton[tone="axis"]::menu-indicator { image: url(icons:control-down.svg); width: 10u;
    height: 10u; subcontrol-origin: padding; subcontrol-position: right center; right: 2u; }
QPushButton[tone="slim"] { background: transparent; border: 1px solid transparent;
    color: $text_muted; font-weight: 600; padding: 0 8u; }
QPushButton[tone="slim"]:hover { background: $surface_raised; }
QPushButton[tone="slim"]:focus { border: 2px solid $focus; padding: 0 7u; }
QPushButton[tone="link"] { background: transparent; border: 1px solid transparent;
    color: $accent; padding: 0 6u; border-radius: 5u; }
QPushButton[tone="link"]:hover { background: $surface_raised; }
QPushButton[tone="link"]:focus { border: 2px solid $focus; padding: 0 5u; }
QPushButton[tone="accent"] { color: $accent; border-color: $accent; }
QPushButton[tone="accent"]:disabled { color: $text_disabled; border-color: $border; }
IconButton { padding: 5u; }
IconButton:focus { padding: 4u; }
IconButton[tone="plain"] { background: transparent; border: 1px solid transparent; }
IconButton[tone="plain"]:hover { background: $surface_raised; }
IconButton[tone="plain"]:focus { border: 2px solid $focus; }
SegmentButton { background: transparent; border: 1px solid transparent; color: $text_muted;
    font-weight: 600; padding: 4u 10u; border-radius: 8u; }
SegmentButton:hover { background: $surface_raised; }
SegmentButton:checked { background: $surface_sunken; color: $text;
    border: 1px solid $border; }
SegmentButton:focus { border: 2px solid $focus; padding: 3u 9u; }
MoreButton { padding-right: 20u; }
MoreButton:focus { padding-right: 19u; }
MoreButton::menu-indicator { image: url(icons:control-down.svg); width: 10u; height: 10u;
    subcontrol-origin: padding; subcontrol-position: right center; right: 6u; }
QPushButton[tone="frozen"] { background: $surface_raised; color: $accent; padding: 2u 8u;
    border: 1px solid $accent; font-weight: 600; font-size: 12u; }
QPushButton[tone="frozen"]:focus { border: 2px solid $focus; padding: 1u 7u; }
Segmented[tone="narrow"] SegmentButton { padding: 4u 6u; }
Segmented[tone="narrow"] SegmentButton:focus { padding: 3u 5u; }
Segmented[tone="pages"] SegmentButton { padding: 4u 4u; font-size: 12u; }
Segmented[tone="pages"] SegmentButton:focus { padding: 3u 3u; }
MoreButton[tone="narrow"] { padding: 4u 16u 4u 6u; }
MoreButton[tone="narrow"]:focus { padding: 3u 15u 3u 5u; }
SegmentButton:disabled { color: $text_disabled; background: transparent; }
"""

_FIELDS = """
QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox { background: $surface;
    color: $text; border: 1px solid $border; border-radius: 8u; padding: 4u 8u;
    selection-background-color: $accent; selection-color: $accent_text; }
QAbstractSpinBox { padding: 3u 4u; }
QComboBox { padding: 4u 6u 4u 9u; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $border_strong; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $focus;
    padding: 3u 7u; }
PageSheet, PageSheet:hover, CodeView, CodeView:hover { border: 2px solid transparent; padding: 0; }
PageSheet:focus, CodeView:focus { border: 2px solid $focus; padding: 0; }
QAbstractSpinBox:focus { border: 2px solid $focus; padding: 2u 3u; }
QComboBox:focus, QComboBox:on { border: 2px solid $focus; padding: 3u 5u 3u 8u; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $text_disabled;
    background: $surface_sunken; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { border: none; padding: 0;
    background: transparent; }
QComboBox::drop-down { border: none; width: 16u; }
QComboBox::down-arrow { image: url(icons:control-down.svg); width: 12u; height: 12u; }
QComboBox { combobox-popup: 0; }
QComboBoxPrivateContainer { background: $surface; border: none; }
QComboBox QAbstractItemView, QComboBox QAbstractItemView:focus { background: $surface;
    border: 1px solid $border_strong; border-radius: 0; outline: 0; padding: 3u;
    selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 24u; padding: 0 6u; border-radius: 6u; }
QComboBox QAbstractItemView::item:selected, QComboBox QAbstractItemView::item:hover {
    background: $accent_soft; color: $text; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 16u;
    background: transparent; }
QAbstractSpinBox::up-arrow { image: url(icons:control-up.svg); width: 10u; height: 10u; }
QAbstractSpinBox::down-arrow { image: url(icons:control-down.svg); width: 10u; height: 10u; }
QCheckBox, QRadioButton { spacing: 7u; background: transparent; padding: 2u;
    border: 1px solid transparent; border-radius: 6u; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_disabled; }
QCheckBox::indicator, QRadioButton::indicator { width: 14u; height: 14u;
    border: 1px solid $border_strong; background: $surface; }
QCheckBox::indicator { border-radius: 4u; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent;
    image: url(icons:control-check-$name.svg); }
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent;
    image: url(icons:control-partial-$name.svg); }
QAbstractItemView::indicator { width: 14u; height: 14u; border: 1px solid $border_strong;
    border-radius: 4u; background: $surface; }
QAbstractItemView::indicator:hover { border-color: $accent; }
QAbstractItemView::indicator:checked { background: $accent; border-color: $accent;
    image: url(icons:control-check-$name.svg); }
QAbstractItemView::indicator:indeterminate { background: $accent; border-color: $accent;
    image: url(icons:control-partial-$name.svg); }
QAbstractItemView::indicator:disabled { background: $surface_sunken; border-color: $border; }
QRadioButton::indicator { border-radius: 7.5u; }
QRadioButton::indicator:checked { border: 4u solid $accent; width: 8u; height: 8u; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $surface_sunken;
    border-color: $border; }
QCheckBox::indicator:checked:disabled, QCheckBox::indicator:indeterminate:disabled,
QAbstractItemView::indicator:checked:disabled,
QAbstractItemView::indicator:indeterminate:disabled { background: $border_strong;
    border-color: $border_strong; }
"""

_SLIDERS = """
QSlider { background: transparent; }
QSlider:horizontal { min-height: 20u; }
QSlider::groove:horizontal { height: 4u; border-radius: 2u; background: $border; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2u; }
QSlider::sub-page:horizontal:disabled { background: $border_strong; }
QSlider::handle:horizontal { width: 14u; height: 14u; margin: -5u 0; border-radius: 7u;
    background: $accent; }
QSlider::handle:horizontal:hover { background: $accent_hover; }
QSlider::handle:horizontal:focus { background: $surface; border: 3u solid $focus;
    width: 8u; height: 8u; }
QSlider::handle:horizontal:disabled { background: $border_strong; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10u; }
QScrollBar:horizontal { height: 10u; }
QScrollBar::handle { background: $border_strong; border-radius: 3u; margin: 2u; }
QScrollBar::handle:vertical { min-height: 28u; }
QScrollBar::handle:horizontal { min-width: 28u; }
QScrollBar::handle:hover { background: $text_muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: $border; border: none; border-radius: 3u; min-height: 6u;
    max-height: 6u; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3u; }
"""

_VIEWS = """
QAbstractItemView { background: $surface; color: $text; border: 1px solid $border;
    border-radius: 8u; outline: none; alternate-background-color: $surface_sunken;
    selection-background-color: $accent_soft; selection-color: $text; }
QAbstractItemView:focus { border-color: $focus; }
QListView[tone="plain"], QListView[tone="plain"]:focus { border: none; border-radius: 0; }
QTableView { gridline-color: $border; }
QHeaderView { background: $surface_sunken; border: none; }
QHeaderView::section { background: $surface_sunken; color: $text_muted; border: none;
    border-bottom: 1px solid $border; border-right: 1px solid $border; padding: 4u 8u; }
QTableCornerButton::section { background: $surface_sunken; border: none; }
QTabWidget::pane { border: none; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { color: $text_muted; background: transparent; border: 1px solid transparent;
    border-radius: 8u; padding: 4u 10u; margin-right: 2u; font-weight: 600; }
QTabBar::tab:hover { background: $surface_raised; }
QTabBar::tab:selected { background: $surface_sunken; color: $text;
    border: 1px solid $border; }
QTabBar::tab:focus { border: 2px solid $focus; padding: 3u 9u; }
QTabBar::tab:disabled { color: $text_disabled; }
QGroupBox { border: 1px solid $border; border-radius: 8u; margin-top: 10u; padding: 8u; }
QGroupBox::title { subcontrol-origin: margin; left: 10u; padding: 0 4u; color: $text_muted; }
"""

_RADIUS = re.compile(r"(?<=border-radius: )(\d+(?:\.\d+)?)u\b")
_LENGTH = re.compile(r"(?<![\w#])(-?\d+(?:\.\d+)?)u\b")


def style_sheet(tokens: Tokens, scale: float) -> str:
    """Return the application's style sheet for a theme at an interface size."""
    source = Template(_TEXT + _SURFACES + _BUTTONS + _FIELDS + _SLIDERS + _VIEWS)
    filled = source.substitute({**asdict(tokens), "classes": ""})
    # Qt draws a corner square whose radius is more than half of the side: these are rounded down.
    filled = _RADIUS.sub(lambda match: f"{int(float(match[1]) * scale)}px", filled)
    return _LENGTH.sub(lambda match: f"{round(float(match[1]) * scale)}px", filled)
