"""Which files are offered as tables, and which of what is dragged or copied is one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".tab", ".data", ".xlsx", ".xls", ".xlsm", ".xlsb",
            ".ods", ".arff")
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
FILTER = ";;".join((
    f"Tables ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})",
    f"Workbooks ({' '.join(f'*{suffix}' for suffix in WORKBOOKS)})", "All files (*)"))


def dropped_tables(mime: QMimeData) -> tuple[Path, ...]:
    """Return the local tables among what is being dragged or was copied."""
    paths = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    return tuple(path for path in paths if path.suffix.lower() in SUFFIXES)


def dropped_table(mime: QMimeData) -> Path | None:
    """Return the first local table among what is being dragged, or None."""
    return next(iter(dropped_tables(mime)), None)


def with_its_test(paths: tuple[Path, ...]) -> tuple[Path, Path | None]:
    """Return the file to learn from, and the one of two whose name says that it is a test."""
    if len(paths) == 2:
        tests = [path for path in paths if "test" in path.stem.lower()]
        if len(tests) == 1:
            return next(path for path in paths if path != tests[0]), tests[0]
    return paths[0], None
