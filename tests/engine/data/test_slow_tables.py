"""Tables that are looked at again and again: the time grows with their size, not its square."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from engine.data import preview
from engine.errors import DataError
from engine.spec import TableSpec

SLOW = {
    "tabs": "a\tb\n" + "\t" * 400_000 + "“x”\n1\t2\n",
    "spaces in quotes": '"a"' + " " * 400_000 + "x\n" + "1,2\n" * 3,
    "spaces and apostrophes": "a,b\n" + (" " * 900 + "'x\n") * 400 + "1,2\n",
    "apostrophes": "a,b\n" + ("'" * 2000 + "\n") * 200 + "1,2\n",
    "columns by places": "a b  c\n" + ("x  " * 20_000 + "\n") * 4,
    "names by places": " " * 30_000 + "x\n" + ("y  " * 9000 + "\n") * 4,
    "one line of all": "1 2,3;4|5\t6 " * 20_000,
    "ends of an old system": "a,b\r" + "1.5;2,5|3 " * 20_000 + "\r1,2\r",
    "100,000 columns": ",".join(f"x{place}" for place in range(100_000)) + "\n1\n",
    "100,000 tabs": "\t" * 100_000 + "\n" + "1\t" * 100_000 + "\n",
    "names of 100,000 letters": ",".join("n" * 100_000 for _ in range(9)) + "\n" + "1," * 8 + "1\n",
    "names of spaces": ",".join(" " * 100_000 for _ in range(9)) + "\n" + "1," * 8 + "1\n",
    "the same name 9,000 times": ",".join(["x"] * 9000) + "\n" + ",".join(["1"] * 9000) + "\n",
}


@pytest.mark.parametrize("name", SLOW)
def test_what_takes_long_where_it_is_looked_at_again_and_again(name: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(SLOW[name])
    for separator in ("", " ", "\t", "fixed", ";"):
        begin = time.process_time()
        with contextlib.suppress(DataError):
            preview(path, TableSpec(separator=separator))
        # Before, it was minutes; other programs take a share of the processor's caches.
        assert time.process_time() - begin < 20


def test_thousands_of_zeros_and_ones(tmp_path: Path) -> None:
    width, rows = 1500, 40
    lines = [",".join("1" if (row + place) % 7 == 0 else "0" for place in range(width))
             for row in range(rows)]
    path = tmp_path / "words.csv"
    path.write_text("\n".join([",".join(f"word {place}" for place in range(width)), *lines]))
    begin = time.process_time()
    preview(path)
    assert time.process_time() - begin < 20
