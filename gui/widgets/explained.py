"""Which page explains a control: a property of the control, or of what it stands in."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

PROPERTY = "page"


def set_page(widget: QWidget, page: str) -> None:
    """Say which page explains a control and all that stands in it.

    Parameters
    ----------
    widget : QWidget
        The control.
    page : str
        ``GROUP/KEY``; empty where the one that it stands in says it.
    """
    widget.setProperty(PROPERTY, page)


def page_of(widget: QWidget | None) -> str:
    """Return the page that explains a control; empty if nothing says one."""
    while widget is not None:
        if page := widget.property(PROPERTY):
            return str(page)
        widget = widget.parentWidget()
    return ""


@runtime_checkable
class Explaining(Protocol):
    """A control that has more to say of itself than its page has: of a row, what stands in it."""

    def explanation(self) -> str:
        """Return what there is to say now, as rich text; empty if there is nothing."""
        ...
