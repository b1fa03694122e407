"""Files that somebody has made to do harm, or that are broken: a sentence each, at once."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.data import sources, zip_members
from engine.data.importers import image_collection
from engine.data.importers.image_files import decode
from engine.data.importers.image_options import Form
from engine.data.unreadable import UnreadableError
from engine.errors import DataError
from tests.engine.data.importers.pictures import encoded, pixels, spec, write

SMALL = Form(8, 8, 3, "crop", 255)
PNG = b"\x89PNG\r\n\x1a\n"
MEMORY = 100 * 2**20


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content))


def png(width: int, height: int, content: bytes = b"", colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return PNG + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(content)) + chunk(b"IEND", b"")


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIIIII", 200, 0, 0, 54, 40, width, height, 1, 24, 0, 0,
                               0, 0, 0, 0)


def jpeg(width: int, height: int) -> bytes:
    """Return a JPEG whose head has another size than its content."""
    content = bytearray(encoded(pixels(1, 16, 16), "JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5:place + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def tiff(width: int, height: int) -> bytes:
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1),
               (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height),
               (279, 4, 1, 10)]
    return (b"II*\0" + struct.pack("<IH", 8, len(entries))
            + b"".join(struct.pack("<HHII", *entry) for entry in entries) + b"\0" * 20)


def gif(width: int, height: int) -> bytes:
    content = bytearray(encoded(pixels(1, 8, 8, 1), "GIF"))
    content[6:10] = struct.pack("<HH", width, height)
    return bytes(content)


def cut(kind: str, share: float = 0.5) -> bytes:
    content = encoded(pixels(1, 120, 120), kind)
    return content[:int(len(content) * share)]


def scrambled(kind: str) -> bytes:
    content = bytearray(encoded(pixels(1, 120, 120), kind))
    middle = len(content) // 2
    content[middle:middle + 60] = bytes(range(60))
    return bytes(content)


HUGE = r"60,000 x 60,000 pixels|more pixels than fit"
BROKEN = {
    "png huge": (lambda: png(60_000, 60_000), HUGE),
    "png huge and grey": (lambda: png(60_000, 60_000, bytes(1000), 0), HUGE),
    "png of no rows": (lambda: png(8, 0), "."),
    "png negative": (lambda: png(2**31 + 5, 8), "."),
    "bmp huge": (lambda: bmp(60_000, 60_000), HUGE),
    "jpeg huge": (lambda: jpeg(60_000, 60_000), HUGE),
    "tiff huge": (lambda: tiff(60_000, 60_000), HUGE),
    "gif huge": (lambda: gif(60_000, 60_000), HUGE),
    "tiff without content": (lambda: tiff(100, 100), "."),
    "png without content": (lambda: png(100, 100), "ends too early|damaged"),
    "png cut": (lambda: cut("PNG"), "ends too early|damaged"),
    "jpeg cut": (lambda: cut("JPEG"), "ends too early"),
    "jpeg of a head": (lambda: cut("JPEG", 0.05), "ends too early|no image|damaged"),
    "webp cut": (lambda: cut("WEBP"), "."),
    "gif cut": (lambda: cut("GIF"), "."),
    "tiff cut": (lambda: cut("TIFF"), "."),
    "bmp cut": (lambda: cut("BMP"), "ends too early"),
    "png scrambled": (lambda: scrambled("PNG"), "."),
    "nothing": (lambda: b"", "it is empty"),
    "zeros": (lambda: bytes(1000), "no image"),
    "text": (lambda: b"<html>no image</html>" * 50, "no image"),
    "a page": (lambda: b"%PDF-1.7 " + bytes(100), "no image"),
    "a program for Ghostscript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
                                  "no image"),
    "a long text in a PNG": (lambda: PNG + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) + chunk(b"zTXt", b"a\0\0" + zlib.compress(
            bytes(50 * 2**20))) + chunk(b"IEND", b""), "."),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file(name: str) -> None:
    make, sentence = BROKEN[name]
    content = make()
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError) as error:
            decode(content, SMALL)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    text = error.value.reason.text
    assert re.search(sentence, text), text
    # The words are ours, and no code is left in them.
    assert not text.startswith("images.")


def test_a_large_photograph_is_read_in_part() -> None:
    content = encoded(np.zeros((6000, 8000, 3), np.uint8), "JPEG")
    assert decode(content, SMALL).shape == (8, 8, 3)


def test_a_large_progressive_one_is_refused() -> None:
    content = bytearray(encoded(pixels(1, 16, 16), "JPEG", progressive=True))
    place = content.index(b"\xff\xc2")
    content[place + 5:place + 9] = struct.pack(">HH", 9000, 9000)
    with pytest.raises(UnreadableError) as error:
        decode(bytes(content), SMALL)
    assert "9,000 x 9,000 pixels" in error.value.reason.text


def archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


GOOD = {f"{name}/{number}.png": encoded(pixels(number)) for name in "ab" for number in range(4)}


def overlapping(path: Path) -> Path:
    """Return an archive of which every member is the same bytes."""
    archive(path, {"a/0.png": bytes(100_000)}, zipfile.ZIP_STORED)
    content = path.read_bytes()
    begin = content.index(b"PK\x01\x02")
    entry, end = content[begin:content.index(b"PK\x05\x06")], content[content.index(b"PK\x05\x06"):]
    directory = b"".join(entry.replace(b"a/0.png", f"a/{number}.png".encode())
                         for number in range(10))
    tail = end[:8] + struct.pack("<HHIIH", 10, 10, len(directory), begin, 0)
    path.write_bytes(content[:begin] + directory + tail)
    return path


def protected(path: Path) -> Path:
    archive(path, GOOD)
    content = bytearray(path.read_bytes())
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content[place + 8] |= 1
        place += 4
    path.write_bytes(bytes(content))
    return path


def damaged(path: Path) -> Path:
    path.write_bytes(archive(path, GOOD).read_bytes()[:-30])
    return path


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda path: archive(path, {**GOOD, "../../evil.png": b"x"}), "a place outside itself"),
    (lambda path: archive(path, {**GOOD, "/etc/evil.png": b"x"}), "a place outside itself"),
    (lambda path: archive(path, {**GOOD, "..\\evil.png": b"x"}), "a place outside itself"),
    (lambda path: archive(path, {**GOOD, "C:/evil.png": b"x"}), "a place outside itself"),
    (overlapping, "claim to hold"),
    (protected, "protected by a password"),
    (damaged, "damaged or incomplete"),
    (lambda path: archive(path, {"a.txt": b"x"}), "no image among 1 file"),
    (lambda path: archive(path, {}), "no image among 0 files"),
    (lambda path: write(path, b"PK\x03\x04" + bytes(200)), "damaged or incomplete"),
    (lambda path: write(path, b"Rar!\x1a\x07" + bytes(200)), "one file, and none of many"),
    (lambda path: write(path, b""), "empty"),
])
def test_an_archive(tmp_path: Path, make: Callable[[Path], Path], sentence: str) -> None:
    path = make(tmp_path / "x.zip")
    with pytest.raises(DataError, match=sentence):
        sources.load(spec(path))
    assert [one.name for one in tmp_path.iterdir()] == ["x.zip"]


def test_a_bomb_is_never_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_members, "_SUSPECT_BYTES", 2**22)
    members = {f"{name}/{number}.png": bytes(2**20) for name in "ab" for number in range(4)}
    with pytest.raises(DataError, match="claim to hold 8,388,608"):
        sources.load(spec(archive(tmp_path / "x.zip", members)))


def test_members_that_are_too_large_or_false_are_left_out(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_collection, "LARGEST_IMAGE", 100_000)
    path = archive(tmp_path / "x.zip", {**GOOD, "a/large.png": bytes(2**20)})
    content = bytearray(path.read_bytes())
    # What a member holds is not what its checksum says.
    place = content.index(b"b/3.png") + 60
    content[place:place + 8] = bytes(8)
    path.write_bytes(bytes(content))
    data = sources.load(spec(path, size="chosen"))
    assert len(data.inputs) == 7
    note = " ".join(data.notes)
    assert "a/large.png (it has 1,048,576 bytes, and 100,000 are read at most)" in note
    assert "b/3.png (it ends too early)" in note


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        sources.load(spec(tmp_path / "nowhere"))


def test_images_next_to_one_that_is_huge(tmp_path: Path) -> None:
    for name in "ab":
        for number in range(4):
            write(tmp_path / "x" / name / f"{number}.png", encoded(pixels(number)))
    write(tmp_path / "x" / "a" / "huge.png", png(60_000, 60_000))
    data = sources.load(spec(tmp_path / "x"))
    assert len(data.inputs) == 8
    assert "huge.png" in " ".join(data.notes)
