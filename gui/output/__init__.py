"""Views of what the network predicts."""

from gui.output.panel import OutputPanel

__all__ = ["OutputPanel"]
