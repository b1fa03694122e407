"""Files that hold no table of plain text are refused by what they are, with what can be done."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pytest

from engine.data import preview
from engine.errors import DataError


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return stream.getvalue()


def stata() -> bytes:
    stream = io.BytesIO()
    pd.DataFrame({"x": [1.5, 2.5]}).to_stata(stream, version=114, write_index=False)
    return stream.getvalue()


def numpy_archive() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, x=np.arange(3))
    return stream.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
KINDS: list[tuple[str, bytes, str]] = [
    ("rich text", b"{\\rtf1\\ansi\\f0 height,weight\\\n177.4,65.6\\\n}", "rich text"),
    ("a web page called xls", b"\n<html><body><table><tr><td>1</td></tr></table>",
     "a web page with a table"),
    ("a table of HTML only", b"<table border=1>\n<tr><td>1</td></tr></table>",
     "a web page with a table"),
    ("a web page", b"<!doctype html><title>Sign in</title>", "a web page"),
    ("a web archive", b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "a web archive"),
    ("an XML workbook", b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<a/>',
     "an XML workbook of Excel 2003"),
    ("XML", b'<?xml version="1.0"?><a><b>1,2</b></a>', "an XML document"),
    ("XML without a head", b"<rows>\n<row>1,2</row>\n</rows>", "an XML document"),
    ("JSON", json.dumps([{"a": 1, "b": 2}] * 3, indent=1).encode(), "this is JSON"),
    ("JSON lines", b'{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', "JSON lines"),
    ("a pointer of Git LFS", b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n",
     "Git LFS"),
    ("LaTeX", b"\\begin{tabular}{ll}\nx & y \\\\\n1 & 2 \\\\\n\\end{tabular}", "LaTeX"),
    ("Python", b"import pandas as pd\nx = [1, 2]\n", "the source of a program"),
    ("R", b"library(ggplot2)\nx <- c(1, 2)\n", "the source of a program"),
    ("SQL", b"-- dump\nCREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1,2);\n", "SQL"),
    ("a calendar", b"BEGIN:VCALENDAR\nVERSION:2.0\n", "a calendar"),
    ("PDF", b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
    ("PostScript", b"%!PS-Adobe-3.0\n1,2", "a PostScript document"),
    ("PNG", b"\x89PNG\r\n\x1a\n" + bytes(30), "a PNG image"),
    ("TIFF", b"II*\x00" + bytes(30), "a TIFF image"),
    ("BMP", b"BM" + bytes([70, 0, 0, 0]) + bytes(30), "a BMP image"),
    ("a sound", b"RIFF" + bytes(4) + b"WAVEfmt ", "a sound"),
    ("a film", bytes([0, 0, 0, 24]) + b"ftypmp42", "a film"),
    ("Parquet", b"PAR1\x15\x04" + bytes(30), "a Parquet file"),
    ("Feather", b"ARROW1\x00\x00" + bytes(30), "a Feather file"),
    ("HDF5", b"\x89HDF\r\n\x1a\n" + bytes(30), "an HDF5 file"),
    ("netCDF", b"CDF\x01" + bytes(30), "a netCDF file"),
    ("NumPy", b"\x93NUMPY\x01\x00" + bytes(30), "a NumPy array"),
    ("NumPy archive", numpy_archive(), "an archive of NumPy arrays"),
    ("a pickle", pickle.dumps([1.5, 2.5]), "a pickle of Python"),
    ("SPSS", b"$FL2@(#) SPSS DATA FILE" + bytes(30), "a data file of SPSS"),
    ("Stata", stata(), "a data file of Stata"),
    ("newer Stata", b"<stata_dta><header>", "a data file of Stata"),
    ("R data", b"RDX3\nX\n" + bytes(30), "a data file of R"),
    ("MATLAB", b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + bytes(90), "a data file of MATLAB"),
    ("SAS", bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c",
     "a data file of SAS"),
    ("SAS transport", b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "a data file of SAS"),
    ("Access", b"\x00\x01\x00\x00Standard ACE DB\x00" + bytes(30), "Microsoft Access"),
    ("SQLite", b"SQLite format 3\x00" + bytes(30), "an SQLite database"),
    ("Word", zipped("[Content_Types].xml", "word/document.xml"), "a Word document"),
    ("PowerPoint", zipped("ppt/slides/slide1.xml"), "a PowerPoint presentation"),
    ("Numbers", zipped("Index/Document.iwa", "Index/Tables/x.iwa"), "Apple Numbers"),
    ("a zip archive", zipped("a.csv"), "a zip archive"),
    ("gzip", gzip.compress(b"x,y\n1,2\n"), "a gzip archive"),
    ("bzip2", b"BZh91AY&SY" + bytes(9), "a bzip2 archive"),
    ("Zstandard", b"\x28\xb5\x2f\xfd" + bytes(9), "a Zstandard archive"),
    ("tar", tarred(), "a tar archive"),
    ("a program", b"MZ\x90\x00" + bytes(30), "a program"),
]


@pytest.mark.parametrize(("content", "what"), [case[1:] for case in KINDS],
                         ids=[case[0] for case in KINDS])
def test_refused_by_what_it_is(tmp_path, content, what):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        preview(path)
    assert what in caught.value.found
    assert caught.value.remedy
    assert caught.value.place == "table.csv"


@pytest.mark.parametrize("text", [
    "import export\n", "class kind (cm)\n", "from to\n", "function use\n", "BMI,age\n",
    "ORCs,age\n",
    "<5,age\n", "[x],[y]\n", "set names\n", "MZ,age\n", "library,age\n", "PAR,age\n",
])
def test_names_that_only_begin_like_something_else(tmp_path, text):
    path = tmp_path / "table.csv"
    separator = "," if "," in text else " "
    width = len(text.split(separator))
    path.write_text(text + "".join(
        separator.join(str(i * place + 0.5) for place in range(1, width + 1)) + "\n"
        for i in range(20)))
    assert preview(path).rows_seen == 20
