"""Workbooks that ask for more than they hold: each gives a sentence, and takes no memory."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from engine.data.formats import archive, open_source
from engine.errors import DataError
from engine.spec import TableSpec

FILES = Path(__file__).parent / "files"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
LAST = "XFD1048576"


def fails(path) -> str:
    """Return the sentence with which a file is refused, which names the file."""
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        open_source(path, TableSpec())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * 2**20
    assert caught.value.place.startswith(path.name)
    assert caught.value.expected
    return caught.value.sentence


def remade(tmp_path, changes=(), kind="xlsx", source="iris-deutsch", more=(),
           pack=zipfile.ZIP_DEFLATED):
    """Return a workbook with some of its parts changed by ``{name: change(content)}``."""
    path = tmp_path / f"a.{kind}"
    with (zipfile.ZipFile(FILES / f"{source}.{kind}") as old,
          zipfile.ZipFile(path, "w", pack) as new):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, changes[name](content) if name in changes else content)
        for name, content in more:
            new.writestr(name, content)
    return path


def sheet_of(tmp_path, rows: str):
    """Return an ``.xlsx`` whose sheet has these rows."""
    text = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return remade(tmp_path, {SHEET: lambda _: text.encode()})


CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'


class TestArchive:
    @pytest.mark.parametrize("filler", [b" ", b"<a/>"])
    def test_a_bomb(self, tmp_path, filler):
        more = filler * (40 * 2**20 // len(filler))
        path = remade(tmp_path, {SHEET: lambda content: content + more})
        assert path.stat().st_size < 100_000
        assert any(words in fails(path) for words in ("far larger than its file", "damaged"))

    def test_parts_that_are_large_together(self, tmp_path, monkeypatch):
        monkeypatch.setattr(archive, "MOST_INFLATED", 10_000)
        assert "far larger than its file" in fails(remade(tmp_path))

    def test_a_part_that_is_larger_than_it_says(self, tmp_path):
        path = remade(tmp_path)
        content = bytearray(path.read_bytes())
        for at in (at for at in range(len(content)) if content[at:at + 4] == b"PK\x01\x02"):
            struct.pack_into("<I", content, at + 24, 10)
        path.write_bytes(content)
        assert "damaged" in fails(path)

    @pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", "xl\\..\\..\\a.xml", "C:/a.xml"])
    def test_parts_that_lead_out(self, tmp_path, name):
        assert "leads out of the archive" in fails(remade(tmp_path, more=[(name, b"")]))

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_part_twice(self, tmp_path):
        assert "twice" in fails(remade(tmp_path, more=[(SHEET, b"")]))

    def test_very_many_parts(self, tmp_path, monkeypatch):
        monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
        assert "parts" in fails(remade(tmp_path))

    def test_encrypted_parts(self, tmp_path):
        path = remade(tmp_path)
        content = bytearray(path.read_bytes())
        for at in (at for at in range(len(content)) if content[at:at + 4] == b"PK\x01\x02"):
            content[at + 8] |= 1
        path.write_bytes(content)
        assert "password" in fails(path)

    @pytest.mark.parametrize("declaration", ["<!DOCTYPE a [<!ENTITY b 'c'>]>", "<!ENTITY b 'c'>"])
    @pytest.mark.parametrize(("kind", "part"), [("xlsx", SHEET), ("ods", "content.xml")])
    def test_entities(self, tmp_path, declaration, kind, part):
        path = remade(tmp_path, {part: lambda content: content.replace(
            b"?>", b"?>" + declaration.encode(), 1)}, kind)
        assert "declares abbreviations" in fails(path)

    def test_what_programs_keep_for_themselves(self, tmp_path):
        """Power Query writes such a part in UTF-16; nothing reads it here."""
        path = remade(tmp_path, more=[("customXml/item1.xml", "<!DOCTYPE a>".encode("utf-16"))])
        assert len(open_source(path, TableSpec()).head) == 151

    def test_a_password_of_libreoffice(self, tmp_path):
        path = remade(tmp_path, {"META-INF/manifest.xml": lambda content: content.replace(
            b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>")}, "ods")
        assert "protected by a password" in fails(path)

    def test_windows_paths(self, tmp_path):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(FILES / "station.xlsx") as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                new.writestr(zipfile.ZipInfo(name.replace("/", "\\")), old.read(name))
        assert open_source(path, TableSpec()).sheet == "Messung"

    def test_declarations_in_utf_16(self, tmp_path):
        path = remade(tmp_path, {SHEET: lambda content: content.decode().encode("utf-16")})
        assert "declares abbreviations" in fails(path)

    @pytest.mark.parametrize("kind", ["xlsx", "ods"])
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
    def test_cut_off(self, tmp_path, kind, share):
        content = (FILES / f"station.{kind}").read_bytes()
        path = tmp_path / f"a.{kind}"
        path.write_bytes(content[:int(share * len(content))])
        assert "damaged or cut off" in fails(path)

    def test_something_behind_its_end(self, tmp_path):
        path = tmp_path / "a.xlsx"
        path.write_bytes((FILES / "station.xlsx").read_bytes() + b"more")
        assert "damaged" in fails(path)


class TestExtent:
    @pytest.mark.parametrize("rows", [
        '<row r="1000000"><c r="A1000000"><v>1</v></c></row>',
        '<row r="2"><c r="A2000000"><v>1</v></c></row>',
        f'{CELL}<row r="1048576"><c r="{LAST}"><v>1</v></c></row>',
        f"{CELL}<row r='1048576'><c r = '{LAST}' t='n'><v>1</v></c></row>",
        '<row><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>' + "<row/>" * 9
        + '<row r="1000"><c><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 9_000 + "</row>" + "<row><c><v>1</v></c></row>" * 1_000,
        f'<x:row r="1"><x:c r="{LAST}"><x:v>1</x:v></x:c></x:row>'])
    def test_few_cells_far_apart(self, tmp_path, rows):
        assert "a sheet with few cells reaches as far as" in fails(sheet_of(tmp_path, rows))

    def test_empty_cells_far_away_take_nothing(self, tmp_path):
        rows = "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c><c r="B{i}"><v>2</v></c></row>'
                       for i in range(1, 5))
        path = sheet_of(tmp_path, rows + f'<row r="1048576"><c r="{LAST}" s="0"/></row>')
        assert open_source(path, TableSpec()).head == ("1,2\n", "2,2\n", "3,2\n", "4,2\n")

    def test_a_dimension_that_is_not_true(self, tmp_path):
        path = remade(tmp_path, {SHEET: lambda content: content.replace(
            b'ref="A1:E151"', b'ref="A1:' + LAST.encode() + b'"')})
        assert len(open_source(path, TableSpec()).head) == 151

    def test_strings_that_are_promised(self, tmp_path):
        path = remade(tmp_path, {"xl/sharedStrings.xml": lambda content: content.replace(
            b'uniqueCount="8"', b'uniqueCount="4000000000"')})
        assert "damaged" in fails(path)

    @pytest.mark.parametrize(("old", "new"), [
        (b"<table:table-row", b'<table:table-row table:number-rows-repeated="1000000"'),
        (b"<table:table-cell office", b'<table:table-cell table:number-columns-repeated="16384" '
                                      b"office"),
        (b"<table:table-cell", b"<table:table-cell table:number-columns-repeated='16000'")])
    def test_cells_that_are_repeated(self, tmp_path, old, new):
        path = remade(tmp_path, {"content.xml": lambda content: content.replace(old, new)}, "ods")
        assert "reaches as far as" in fails(path)

    def test_spaces_that_are_repeated(self, tmp_path):
        path = remade(tmp_path, {"content.xml": lambda content: content.replace(
            b"<text:p>", b'<text:p><text:s text:c="2000000000"/>', 1)}, "ods")
        assert "damaged" in fails(path)

    def test_two_hundred_sheets(self, tmp_path):
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for _ in range(200):
            book.create_sheet()
        book.worksheets[-1].append([1, 2])
        book.worksheets[-1].append([3, 4])
        book.save(tmp_path / "a.xlsx")
        source = open_source(tmp_path / "a.xlsx", TableSpec())
        assert (len(source.sheets), source.sheet) == (201, "Sheet200")


class TestOldWorkbooks:
    @pytest.fixture
    def content(self):
        return bytearray((FILES / "iris-deutsch.xls").read_bytes())

    @staticmethod
    def refused(tmp_path, content) -> str:
        path = tmp_path / "a.xls"
        path.write_bytes(content)
        return fails(path)

    @staticmethod
    def table_at(content) -> int:
        return 512 * (struct.unpack_from("<I", content, 76)[0] + 1)

    def test_chains_in_a_circle(self, tmp_path, content):
        first, = struct.unpack_from("<I", content, 48)
        struct.pack_into("<I", content, self.table_at(content) + 4 * first, first)
        assert "damaged" in self.refused(tmp_path, content)

    def test_tables_in_a_circle(self, tmp_path, content):
        struct.pack_into("<I", content, 68, 0)
        content[512 + 508:1024] = bytes(4)
        assert "damaged" in self.refused(tmp_path, content)

    @pytest.mark.parametrize("place", [44, 64])
    def test_tables_that_are_promised(self, tmp_path, content, place):
        struct.pack_into("<I", content, place, 0xFFFF)
        assert "damaged" in self.refused(tmp_path, content)

    def test_dimensions_that_are_promised(self, tmp_path, content):
        at = content.index(struct.pack("<HHII", 0x0200, 14, 0, 151))
        struct.pack_into("<I", content, at + 8, 2**32 - 1)
        assert "damaged" in self.refused(tmp_path, content)

    def test_cells_far_apart(self, tmp_path, content):
        at = content.index(struct.pack("<HHHH", 0x00FD, 10, 1, 4))
        struct.pack_into("<HH", content, at + 4, 65535, 255)
        assert "reaches as far as IV65536" in self.refused(tmp_path, content)

    def test_a_password(self, tmp_path, content):
        at = content.index(struct.pack("<HH", 0x0042, 2))
        content[at:at + 2] = struct.pack("<H", 0x002F)
        assert "protected by a password" in self.refused(tmp_path, content)

    def test_a_new_workbook_with_a_password(self, tmp_path, content):
        name = "EncryptedPackage".encode("utf-16-le")
        at = content.index("Workbook".encode("utf-16-le"))
        content[at:at + len(name)] = name
        struct.pack_into("<H", content, at + 64, len(name) + 2)
        assert "protected by a password" in self.refused(tmp_path, content)

    def test_another_document(self, tmp_path, content):
        name = "WordDocument".encode("utf-16-le")
        at = content.index("Workbook".encode("utf-16-le"))
        content[at:at + len(name)] = name
        struct.pack_into("<H", content, at + 64, len(name) + 2)
        assert "this is a Word document" in self.refused(tmp_path, content)

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
    def test_cut_off(self, tmp_path, content, share):
        assert "damaged" in self.refused(tmp_path, content[:int(share * len(content))])


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_whatever_is_broken_gives_a_sentence(tmp_path, kind):
    """Bytes changed at random, inside of the archive's parts where there is one."""
    content = (FILES / f"station.{kind}").read_bytes()
    path = tmp_path / f"a.{kind}"
    for seed in range(40):
        rng = random.Random(seed)
        path.write_bytes(_spoilt(content, rng) if kind == "xls" else _spoilt_parts(content, rng))
        # Nothing but a table or a sentence.
        with contextlib.suppress(DataError):
            open_source(path, TableSpec())


def _spoilt(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice([1, 3, 10])):
        at = rng.randrange(len(changed))
        changed[at:at + rng.randrange(4)] = rng.randbytes(rng.randrange(5))
    return bytes(changed)


def _spoilt_parts(content: bytes, rng: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        names = [name for name in old.namelist() if old.read(name)]
        chosen = rng.choice(names)
        for name in names:
            part = old.read(name)
            new.writestr(name, _spoilt(part, rng) if name == chosen else part)
    return stream.getvalue()
