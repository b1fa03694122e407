"""Measure the article's tables and write them into README.md, beside what the article prints.

Call it as ``.venv/bin/python -m resources.make_article_tables --results FOLDER`` on a quiet
machine; it takes some ten minutes. What the folder has already is not measured again, so that the
words of a table can be renewed without measuring it anew.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.experiments.article import ArticleTable, tables
from engine.experiments.article.catalogue import FOLDER
from engine.experiments.article.computing import compute, store_of
from engine.experiments.article.lines import columns, markdown
from engine.experiments.results import Result

README = Path(__file__).resolve().parent.parent / "README.md"
MARKED = re.compile(r"(?<=<!-- article-tables -->\n).*?(?=<!-- /article-tables -->)", re.DOTALL)
MEASURED_PARTS = ("measure", "beside", "sweeps", "rows")
"""What of a table's file decides which figures it has."""

Measured = tuple[ArticleTable, Sequence[Result]]


def section(measured: Iterable[Measured], measured_on: str) -> str:
    """Return the Markdown that stands between the markers.

    Parameters
    ----------
    measured : iterable of (ArticleTable, Sequence[Result])
        The tables with what has been measured of them.
    measured_on : str
        Date and machine, for people.
    """
    parts = ["<details>",
             "<summary>The article’s tables, beside what is measured here</summary>",
             f"Measured on {measured_on}. A figure is the median of the seeds, five where nothing "
             "else is said, with the least and the largest in brackets.",
             *(text for table, results in measured for text in _table(table, results)),
             "</details>"]
    return "\n" + "\n\n".join(parts) + "\n\n"


def _table(table: ArticleTable, results: Sequence[Result]) -> Iterator[str]:
    yield f"<!-- {table.key} {fingerprint(table.key)} -->"
    yield f"**{table.title.text}** (`{table.key}`). {table.setting.text}"
    yield "\n".join(markdown(columns(table, results)))
    yield f"{table.verdict(results).text} Left out: {_lowered(table.left_out.text)}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def fingerprint(key: str) -> str:
    """Return a digest of what of a table's file decides which figures it has."""
    file: dict[str, Any] = msgspec.json.decode((FOLDER / f"{key}.json").read_bytes())
    content = msgspec.json.encode([file.get(part) for part in MEASURED_PARTS], order="sorted")
    return hashlib.blake2b(content, digest_size=6).hexdigest()


def renewed(readme: str, made: str) -> str:
    """Return README's text with other tables."""
    assert MARKED.search(readme), "README.md has lost its article-tables markers"
    return MARKED.sub(lambda _: made, readme)


def machine() -> str:
    """Return what kind of machine this is: ``2 processors, x86_64, sapphirerapids``."""
    import llvmlite.binding as llvm

    count = os.cpu_count() or 1
    return (f"{count} processor{'s' * (count > 1)}, {platform.machine()}, "
            f"{llvm.get_host_cpu_name()}{', with other work beside it' * is_busy(count)}")


def is_busy(processors: int) -> bool:
    """Say whether so much else runs that seconds say little; False where the system cannot tell."""
    # The measuring itself keeps at most every processor busy.
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > processors + 1


def _measure(folder: Path) -> Iterator[Measured]:
    for table in tables():
        with store_of(table, folder) as store:
            results = compute(table, store, lambda _done, _total: None)
        sys.stdout.write(f"{table.title.text}: {table.verdict(results).text}\n")
        sys.stdout.flush()
        yield table, results


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is missing and renew README.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--results", type=Path, required=True, metavar="FOLDER",
                        help="where results are, and are kept")
    options = parser.parse_args(arguments)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    made = section(list(_measure(options.results)), f"{today:%-d %B %Y}, {machine()}")
    README.write_text(renewed(README.read_text("utf-8"), made), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
