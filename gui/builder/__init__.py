"""The builder: the document, and everything that edits it. Import it after the first paint."""

from gui.builder.data_panel import DataPanel
from gui.builder.document import Change, Document
from gui.builder.inspector import Inspector
from gui.builder.layer_actions import LayerActions
from gui.builder.network_view import NetworkView
from gui.builder.palette import LayerPalette
from gui.builder.table_dialog import TableDialog, dropped_table

__all__ = [
    "Change",
    "DataPanel",
    "Document",
    "Inspector",
    "LayerActions",
    "LayerPalette",
    "NetworkView",
    "TableDialog",
    "dropped_table",
]
