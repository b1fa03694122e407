"""What files that may hold texts or a table are called."""

from __future__ import annotations

TEXT_SUFFIXES = (".txt", ".text", ".md")
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".xlsx", ".xls", ".ods", ".xlsm", ".xlsb")
