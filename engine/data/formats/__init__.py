"""The kinds of file that hold a table, each turned into lines of delimited text."""

from engine.data.formats.catalogue import open_source

__all__ = ["open_source"]
