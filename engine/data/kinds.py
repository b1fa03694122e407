"""What a file is that holds no table of plain text, told by how it begins."""

from __future__ import annotations

import re

from engine.messages import Message, say

_SIGNATURES: tuple[tuple[bytes, Message], ...] = (
    (b"PK\x05\x06", say("kind.empty-zip")),
    (b"\x1f\x8b", say("kind.gzip")),
    (b"BZh91AY", say("kind.bzip2")),
    (b"\xfd7zXZ\x00", say("kind.xz")),
    (b"7z\xbc\xaf\x27\x1c", say("kind.7-zip")),
    (b"Rar!\x1a", say("kind.rar")),
    (b"\x28\xb5\x2f\xfd", say("kind.zstandard")),
    (b"\x89PNG\r\n", say("kind.png")),
    (b"\xff\xd8\xff", say("kind.jpeg")),
    (b"GIF87a", say("kind.gif")),
    (b"GIF89a", say("kind.gif")),
    (b"II*\x00", say("kind.tiff")),
    (b"MM\x00*", say("kind.tiff")),
    (b"\x00\x00\x01\x00", say("kind.icon")),
    (b"ID3\x03", say("kind.sound")),
    (b"ID3\x04", say("kind.sound")),
    (b"OggS\x00", say("kind.sound")),
    (b"fLaC\x00", say("kind.sound")),
    (b"%PDF-", say("kind.pdf")),
    (b"%!PS", say("kind.postscript")),
    (b"\xc5\xd0\xd3\xc6", say("kind.postscript")),
    (b"PAR1\x15", say("kind.parquet")),
    (b"ARROW1\x00", say("kind.feather")),
    (b"FEA1\x00", say("kind.feather")),
    (b"Obj\x01", say("kind.avro")),
    (b"\x89HDF\r\n", say("kind.hdf5")),
    (b"\x0e\x03\x13\x01", say("kind.hdf4")),
    (b"CDF\x01", say("kind.netcdf")),
    (b"CDF\x02", say("kind.netcdf")),
    (b"SIMPLE  =", say("kind.fits")),
    (b"SQLite format 3\x00", say("kind.sqlite")),
    (b"\x00\x01\x00\x00Standard Jet DB", say("kind.access")),
    (b"\x00\x01\x00\x00Standard ACE DB", say("kind.access")),
    (b"\x93NUMPY", say("kind.numpy")),
    (b"$FL2", say("kind.spss")),
    (b"$FL3", say("kind.spss")),
    (b"<stata_dta>", say("kind.stata")),
    (b"RDX2\n", say("kind.r")),
    (b"RDX3\n", say("kind.r")),
    (b"RDA2\n", say("kind.r")),
    (b"RDA3\n", say("kind.r")),
    (b"X\n\x00\x00\x00", say("kind.r")),
    (b"MATLAB 5.0 MAT-file", say("kind.matlab")),
    (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c",
     say("kind.sas")),
    (b"HEADER RECORD*******LIBRARY", say("kind.sas")),
    (b"HEADER RECORD*******LIBV8", say("kind.sas")),
    (b"CPYA ", say("kind.origin")),
    (b"TDSm", say("kind.tdms")),
    (b"\x7fELF", say("kind.program")),
    (b"MZ\x90\x00", say("kind.program")),
    (b"\xcf\xfa\xed\xfe", say("kind.program")),
    (b"\xca\xfe\xba\xbe", say("kind.program")),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_ZIP: tuple[tuple[bytes, Message], ...] = (
    (b"word/", say("kind.word")), (b"ppt/", say("kind.powerpoint")),
    (b"xl/", say("kind.workbook")), (b"opendocument.text", say("kind.word")),
    (b"opendocument.spreadsheet", say("kind.workbook")),
    (b"Index/Tables/", say("kind.numbers")), (b"Index/", say("kind.numbers")),
    (b".npy", say("kind.numpy-archive")))


def binary_kind(content: bytes) -> Message | None:
    """Return what a file is that holds no text; None if it may be text.

    Parameters
    ----------
    content : bytes
        Its beginning.
    """
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            return what
    if content.startswith(b"PK\x03\x04"):
        return next((what for part, what in _IN_ZIP if part in content), say("kind.zip"))
    if content.startswith(_OLE):
        if "WordDocument".encode("utf-16-le") in content:
            return say("kind.word")
        return say("kind.powerpoint" if "PowerPoint".encode("utf-16-le") in content
                   else "kind.excel")
    if content.startswith(b"ORC") and content[3:4] < b"\x09":
        return say("kind.orc")
    if content[257:262] == b"ustar":
        return say("kind.tar")
    if content[:4] == b"RIFF" and content[8:12] in (b"WAVE", b"WEBP", b"AVI "):
        return say("kind.sound" if content[8:12] == b"WAVE" else "kind.picture")
    if content[4:8] == b"ftyp":
        return say("kind.film")
    if content[:2] == b"BM" and content[6:10] == bytes(4):
        return say("kind.bitmap")
    return _by_version(content)


def _by_version(content: bytes) -> Message | None:
    """Return what a file is that begins with the number of a version only."""
    if content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return say("kind.pickle")
    if content[:1] in b"\x71\x72\x73\x74\x75\x76\x77" and content[1:2] in (b"\x01", b"\x02") and (
            content[2:4] == b"\x01\x00"):
        return say("kind.stata")
    if content[:1] in b"\x03\x83\x8b\x30" and b"\0" in content[:32] and len(content) > 32 and (
            1 <= content[2] <= 12 and 1 <= content[3] <= 31):
        return say("kind.dbase")
    return None


_TEXTS: tuple[tuple[str, str], ...] = (
    (r"\{\\rtf", "table.rich-text"),
    (r"version https://git-lfs", "table.git-lfs"),
    (r"<!doctype html|<html|<head[ >]|<body[ >]|<table[ >]|<meta |<div[ >]", "table.web-page"),
    (r"<\?xml.{0,400}(progid=\"Excel|<Workbook)", "table.xml-workbook"),
    (r"<\?xml|<svg|<!--|<[a-z][\w:.-]*( [^<>]*)?>\s*<", "table.xml"),
    (r"mime-version:|content-type: ?(multipart|text/html)", "table.web-archive"),
    (r"\\documentclass|\\begin\{|\\usepackage", "table.latex"),
    (r"#!/|import [a-z_.]+( as \w+|\s*\n+(import|from) )|from [a-z_.]+ import |def \w+\(|"
     r"library\(\w+\)|public class |class \w+(\([^)\n]*\))?:\s*$|#include ?[<\"]",
     "table.source-code"),
    (r"(--[^\n]*\n|/\*.*?\*/;?|\s)*"
     r"(create (table|database)|insert into|drop table|set names utf8)\b",
     "table.sql"),
    (r"begin:v(card|calendar)", "table.calendar"),
    (r"\(dp\d|\(lp\d", "table.pickle-text"),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL | re.MULTILINE), code)
                  for pattern, code in _TEXTS)
_JSON = re.compile(r'\{\s*"|\{\s*\}|\[\s*[\[{]|\[\s*$|\[\s*"')


def text_kind(start: str) -> str:
    """Return the code of what a text is that holds no plain table; empty if it may hold one.

    Parameters
    ----------
    start : str
        Its beginning, blanks before it taken off.
    """
    head = start[:4000]
    for pattern, code in _PATTERNS:
        if pattern.match(head):
            if code == "table.web-page" and "<table" in start.lower():
                return "table.web-table"
            return code
    lines = [line for line in head.split("\n") if line.strip()]
    if _JSON.match(head):
        whole = lines[:-1] or lines
        if len(lines) > 1 and all(line.strip()[0] in "{[" and line.strip()[-1] in "}]"
                                  for line in whole):
            return "table.json-lines" if lines[0].strip()[0] == "{" else "table.json"
        return "table.json"
    return ""
