"""Inputs that are broken, odd or meant to do harm, each made by a function of its own."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from tests.engine.data.importers.pictures import encoded, pixels, write

Make = Callable[[Path], Path]

PICTURE = encoded(pixels(1))
TONE = np.sin(np.arange(4000) / 5).astype(np.float32) / 2
TEXT = b"the film was good and the music too "
ROWS = "".join(f"2020-01-{day:02d},{day * 37 % 11}\n" for day in range(1, 32))


def files(root: Path, members: dict[str, bytes]) -> Path:
    """Write a folder of files."""
    for name, content in members.items():
        write(root / name, content)
    return root


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write an archive whose members are called as they are, whatever that is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content, method)
    return path


def classes(content: bytes, suffix: str, names: tuple[str, ...] = ("a", "b")) -> dict[str, bytes]:
    """Return four files of each class."""
    return {f"{name}/{number}{suffix}": content for name in names for number in range(4)}


def photos(kind: str = "PNG", **options: Any) -> dict[str, bytes]:
    """Return images of two classes."""
    return {f"{name}/{number}.{kind.lower()}": encoded(pixels(number), kind, **options)
            for name in "ab" for number in range(4)}


def wav(samples: np.ndarray = TONE, rate: int = 8000, subtype: str = "PCM_16",
        kind: str = "WAV") -> bytes:
    """Return a sound as soundfile writes it."""
    content = io.BytesIO()
    soundfile.write(content, samples, rate, subtype, format=kind)
    return content.getvalue()


def recordings(content: bytes, suffix: str = ".wav") -> Make:
    """Return what makes a folder of good recordings and a strange one."""
    return lambda root: files(root / "sounds", {
        **classes(wav(), ".wav"), f"a/strange{suffix}": content})


def images(content: bytes, suffix: str = ".png") -> Make:
    """Return what makes a folder of good images and a strange one."""
    return lambda root: files(root / "images", {**photos(), f"a/strange{suffix}": content})


def table(content: str | bytes, name: str = "table.csv") -> Make:
    """Return what makes a table."""
    return lambda root: write(root / name, content.encode() if isinstance(content, str)
                              else content)


def only(content: bytes, suffix: str) -> Make:
    """Return what makes a folder of nothing but strange files."""
    return lambda root: files(root / "only", classes(content, suffix))


def archive(members: dict[str, bytes], name: str = "x.zip") -> Make:
    """Return what makes an archive."""
    return lambda root: zipped(root / name, members)


def drawings(*lines: bytes, name: str = "cats.ndjson") -> Make:
    """Return what makes a file of drawings: some good ones and strange lines."""
    good = [json.dumps({"word": word, "drawing": [[[1, 50, number], [3, 90, 100]]]}).encode()
            for word in ("cat", "dog") for number in range(4)]
    return lambda root: write(root / name, b"\n".join([*good, *lines]))


def npy(header: bytes, content: bytes = b"") -> bytes:
    """Return an array file with any header."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def npz(array: bytes) -> Make:
    """Return what makes an archive of arrays."""
    return archive({"images.npy": array, "labels.npy": array}, "x.npz")


def header(descr: str = "'|u1'", shape: str = "(8, 4, 4)") -> bytes:
    """Return the header of an array."""
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()


def idx(root: Path, shape: tuple[int, ...], content: bytes, pack: bool = False) -> Path:
    """Write images as IDX with labels beside them."""
    head = struct.pack(f">I{len(shape)}I", 0x0800 + len(shape), *shape) + content
    files(root, {"x-labels-idx1-ubyte": struct.pack(">II", 0x0801, 8) + bytes(range(8))})
    return write(root / ("x-images-idx3-ubyte" + ".gz" * pack),
                 gzip.compress(head) if pack else head)


def protected(root: Path) -> Path:
    """Write an archive that says that it is protected."""
    path = zipped(root / "x.zip", classes(TEXT * 3, ".txt"))
    content = path.read_bytes()
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        parts = content.split(mark)
        content = mark.join([parts[0], *(part[:place - 4] + b"\x01" + part[place - 3:]
                                         for part in parts[1:])])
    return write(path, content)


def shifted(root: Path) -> Path:
    """Write an archive whose parts begin before its beginning."""
    content = bytearray(zipped(root / "x.zip", photos()).read_bytes())
    place = content.index(b"PK\x05\x06") + 16
    content[place:place + 4] = struct.pack("<I", len(content))
    return write(root / "x.zip", bytes(content))


def circles(root: Path) -> Path:
    """Write a folder with links that lead back, nowhere, and to themselves."""
    folder = files(root / "images", photos())
    for name, target in (("a/up", ".."), ("b/gone.png", "nowhere.png"), ("b/own.png", "own.png")):
        os.symlink(target, folder / name)
    return folder


def unspellable(root: Path) -> Path:
    """Write files whose names are no text."""
    folder = files(root / "images", photos())
    for name, content in ((b"\xff.png", PICTURE), (b"\xfe.wav", wav()), (b"\xfd.txt", TEXT)):
        for inside in (b"a", b"\xff"):
            write(folder / os.fsdecode(inside) / os.fsdecode(name), content)
    return folder


def named(*names: str, suffix: str = ".png", content: bytes = PICTURE) -> Make:
    """Return what makes a folder of classes with these names."""
    return lambda root: files(root / "odd", classes(content, suffix, names))


def linked(name: str) -> bytes:
    """Return a table of an image."""
    return f"file,label\n{name},1\n".encode()


def gif() -> bytes:
    """Return an animation."""
    made = io.BytesIO()
    frames = [Image.fromarray(pixels(number)) for number in range(5)]
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:])
    return made.getvalue()


def converted(mode: str, kind: str, **options: Any) -> bytes:
    """Return an image of a mode of Pillow."""
    made = io.BytesIO()
    Image.fromarray(pixels(1)).convert(mode).save(made, kind, **options)
    return made.getvalue()


NAN = TONE.copy()
NAN[100] = np.nan
BIG = np.where(np.arange(4000) % 2, np.inf, -np.inf).astype(np.float32)
HUGE = np.full(4000, 3e38, np.float32)
ODD_NAMES = ("a\nb", "<b>bold</b>", "\N{ROLLING ON THE FLOOR LAUGHING}", "x" * 200)

IMAGES: dict[str, Make] = {
    "an animation": images(gif(), ".gif"),
    "CMYK": images(converted("CMYK", "JPEG"), ".jpg"),
    "16 bit": images(encoded(np.arange(120, dtype=np.uint16).reshape(10, 12, 1) * 500)),
    "32 bit floats": images(converted("F", "TIFF"), ".tiff"),
    "a palette": images(converted("P", "PNG", transparency=3)),
    "one bit": images(converted("1", "PNG")),
    "Lab": images(converted("LAB", "TIFF"), ".tif"),
    "text called image": images(b"no image at all"),
    "only text called image": only(b"no image at all", ".png"),
    "only images of nothing": only(b"", ".JPG"),
    "an image of 1 x 1": only(encoded(pixels(1, 1, 1)), ".png"),
    "an image of 1 x 5000": only(encoded(pixels(1, 1, 5000)), ".png"),
    "a truncated JPEG": images(encoded(pixels(1, 90, 90), "JPEG")[:900], ".jpg"),
    "60,000 x 60,000": images(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(
        ">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0) + bytes(4)),
    "mixed suffixes": lambda root: files(root / "i", {
        f"a/{number}.PnG": PICTURE for number in range(4)} | classes(PICTURE, ".pNg", ("b",))),
    "a single class": only(PICTURE, "/x.png"),
    "3,000 classes": lambda root: files(root / "i", {
        f"{number}/0.png": PICTURE for number in range(3000)}),
    "odd names": named(*ODD_NAMES),
    "links in a circle": circles,
    "names that are no text": unspellable,
    "a long number": archive(photos() | {"9" * 5000 + "/1.png": PICTURE}),
    "a folder without files": lambda root: write(root / "empty" / "inner" / "x", b"").parent.parent,
    "a picture by itself": lambda root: write(root / "x.png", PICTURE),
    "a table of images with long names": table(linked("x" * 300 + ".png")),
    "a table of images with zeros": table(linked("x\0y.png")),
    "a table of images that are gone": lambda root: (
        files(root, photos()), write(root / "x.csv", linked("gone.png")))[1],
    "a table of images elsewhere": lambda root: (
        files(root, photos()), write(root / "x.csv", linked("../../etc/x.png")))[1],
    "an array of objects": npz(npy(header("'|O'"))),
    "an array of 10^15": npz(npy(header(shape="(1000000000, 1000, 1000)"))),
    "an array of 2^70": npz(npy(header(shape="(4294967296, 4294967296, 64)"))),
    "an array of 10 GB": npz(npy(header(shape="(10000000000, 1, 1)"))),
    "an array of fewer": npz(npy(header(), bytes(20))),
    "an array of -1": npz(npy(header(shape="(-1, 4, 4)"), bytes(64))),
    "an array with a deep header": npz(npy(b"-" * 9000 + b"1\n")),
    "an array with an open header": npz(npy(b"{'descr': (\n")),
    "an array of odd kinds": npz(npy(header("[('a', '|u1'), ('a', '|u1')]"), bytes(300))),
    "labels of no letters": archive({
        "images.npy": npy(header(), bytes(128)),
        "labels.npy": npy(header("'<U1'", "(8,)"), b"\xff" * 32)}, "x.npz"),
    "an array of NaN": npz(npy(header("'<f4'"), np.full(128, np.nan, "<f4").tobytes())),
    "IDX cut": lambda root: idx(root, (8, 4, 4), bytes(9)),
    "IDX of 2^96": lambda root: idx(root, (2**32 - 1, 2**32 - 1, 2**32 - 1), bytes(9)),
    "IDX of nothing": lambda root: idx(root, (0, 0, 0), b""),
    "IDX packed like a bomb": lambda root: idx(root, (7_500, 100, 100), bytes(75_000_000), True),
    "CIFAR packed like a bomb": archive({"data_batch_1.bin": bytes(3073 * 25_000)}),
    "CIFAR of a pickle that runs": lambda root: files(root / "c", {
        "data_batch_1": b"cos\nsystem\n(S'true'\ntR.", "batches.meta": b"\x80\x04N."}),
    "a GIF in a zip in a zip": archive({"a/x.zip": PICTURE, "b/y.zip": PICTURE}),
}

ARCHIVES: dict[str, Make] = {
    "a zip in a zip": lambda root: zipped(root / "x.zip", {
        "in.zip": zipped(root / "in", photos()).read_bytes()}),
    "an empty zip": archive({}),
    "an empty file called zip": lambda root: write(root / "x.zip", b""),
    "an encrypted zip": protected,
    "a zip that begins too late": shifted,
    "a path out of a zip": archive(photos() | {"../../evil.png": PICTURE}),
    "a path out of a zip of texts": archive(classes(TEXT, ".txt") | {"../evil.txt": TEXT}),
    "a path out of a zip of sounds": archive(classes(wav(), ".wav") | {"../../evil.wav": wav()}),
    "a bomb of images": archive(classes(bytes(9_000_000), ".png")),
    "a bomb of texts": archive({"a/0.txt": b"a " * 9_000_000, "b/0.txt": TEXT}),
    "a bomb of sounds": archive(classes(bytes(9_000_000), ".wav")),
    "a bomb of a table": archive({"x.csv": b"text,label\n" + b"a b,1\n" * 3_000_000}),
    "a member called dot": archive(classes(TEXT, ".txt") | {".": TEXT, "./.": TEXT}),
    "a member without a name": archive(classes(TEXT, ".txt") | {"": TEXT}),
    "a member with a long name": archive({
        "x" * 400 + ".csv": b"text,label\n" + b"a b,1\nc d,2\n" * 9}),
    "members called alike": archive(classes(TEXT, ".txt") | {"A/0.TXT": TEXT, "a//0.txt": TEXT}),
    "names of markup in a zip": archive(classes(TEXT, ".txt", ODD_NAMES)),
    "a folder called zip": lambda root: files(root / "x.zip", photos()),
}

SOUNDS: dict[str, Make] = {
    "no bytes": recordings(b""),
    "no sample": recordings(wav(TONE[:0])),
    "one sample": recordings(wav(TONE[:1])),
    "silence": recordings(wav(TONE * 0)),
    "only silence": only(wav(TONE * 0), ".wav"),
    "only no bytes": only(b"", ".wav"),
    "7 channels": recordings(wav(np.tile(TONE[:, None], 7))),
    "NaN": recordings(wav(NAN, subtype="FLOAT")),
    "only NaN": only(wav(NAN, subtype="FLOAT"), ".wav"),
    "infinities": recordings(wav(np.stack([BIG, -BIG], 1), subtype="FLOAT")),
    "numbers that overflow": recordings(wav(np.stack([HUGE, HUGE], 1), subtype="FLOAT")),
    "only numbers that overflow": only(wav(HUGE, subtype="FLOAT"), ".wav"),
    "doubles": recordings(wav(TONE.astype(float) * 1e200, subtype="DOUBLE")),
    "8 bit": recordings(wav(subtype="PCM_U8")),
    "24 bit, extensible": recordings(wav(subtype="PCM_24", kind="WAVEX")),
    "ADPCM": recordings(wav(subtype="IMA_ADPCM")),
    "192 kHz": recordings(wav(np.tile(TONE, 9), 192_000)),
    "10 Hz": recordings(wav(rate=10)),
    "4 GHz": recordings(wav(rate=2**31 - 1)),
    "a sound cut": recordings(wav()[:60]),
    "a sound that claims 4 GB": recordings(wav()[:40] + b"\xff\xff\xff\xff" + wav()[44:]),
    "FLAC cut": recordings(wav(kind="FLAC")[:900], ".flac"),
    "FLAC scrambled": recordings(wav(kind="FLAC")[:500] + bytes(500), ".flac"),
    "OGG cut": recordings(wav(subtype="VORBIS", kind="OGG")[:2000], ".ogg"),
    "text called sound": recordings(TEXT * 20),
    "only text called sound": only(TEXT * 20, ".mp3"),
    "a sound called MP3": recordings(wav(), ".MP3"),
    "an hour of silence": lambda root: recordings(
        wav(np.zeros(8000 * 3600, np.int16), kind="FLAC"), ".flac")(root),
    "a minute at 384 kHz": lambda root: recordings(
        wav(np.zeros(384_000 * 59, np.int16), 384_000, kind="FLAC"), ".flac")(root),
    "sounds with odd names": named(*ODD_NAMES, suffix=".wav", content=wav()),
    "a table of sounds that are gone": lambda root: (
        files(root, classes(wav(), ".wav")), write(root / "x.csv", b"file,label\nz.wav,1\n"))[1],
    "3,000 classes of sounds": lambda root: files(root / "s", {
        f"{number}/0.wav": wav(TONE[:400]) for number in range(3000)}),
}

TEXTS: dict[str, Make] = {
    "texts of one word": only(b"word", ".txt"),
    "texts of one class": only(TEXT, "/x.txt"),
    "empty texts": only(b"", ".txt"),
    "texts of punctuation": only(b"... !!! ???", ".txt"),
    "texts of zeros": only(bytes(100), ".txt"),
    "texts of half letters": only(b"\xc3\x28 \xff\xfe abc", ".txt"),
    "texts with odd names": named(*ODD_NAMES, suffix=".txt", content=TEXT),
    "300 classes of texts": lambda root: files(root / "t", {
        f"{number}/0.txt": TEXT for number in range(300)}),
    "a line of a million letters": table("text,label\n" + "".join(
        f"{'a' * 2**20} good,{number % 2}\n" for number in range(4))),
    "a line of a million words": table("text,label\n" + "".join(
        f"{'a ' * 500_000} good,{number % 2}\n" for number in range(6))),
    "open comments": only(b"<!-- <a " * 30_000, ".txt"),
    "a letter of many digits": only(b"good &#" + b"9" * 5000 + b"; film", ".txt"),
    "a number of many digits": table("text,label\n" + f"a film,{'9' * 5000}\nthe film,2\n" * 9),
    "open tags": only(b"<a" + b"&" * 200_000, ".txt"),
    "a single text": table("text,label\nthe film was good,1\n"),
    "labels that are missing": table("text,label\n" + "the film was good,\n" * 9),
    "one label": table("text,label\n" + "the film was good,1\n" * 9),
    "a label for each": table("text,label\n" + "".join(
        f"the film was good {n},l{n}\n" for n in range(300))),
    "a table of nothing": table(""),
    "a table of a header": table("text,label\n"),
    "a table with an open quote": table('text,label\n"' + "a,b\n" * 100_000),
    "a table of 20,000 columns": table(
        ",".join(map(str, range(20_000))) + "\n" + "1," * 19_999 + "1\n"),
    "a program called table": table(b"\x7fELF" + bytes(range(256)) * 20),
}

SERIES: dict[str, Make] = {
    "a series of one row": table("date,value\n2020-01-01,5\n"),
    "a constant series": table("date,value\n" + "".join(
        f"2020-{m:02d}-{d:02d},5\n" for m in range(1, 4) for d in range(1, 29))),
    "dates twice": table("date,value\n" + ROWS * 3),
    "one date": table("date,value\n" + "2020-01-01,5\n2020-01-01,6\n" * 30),
    "dates that fall": table("date,value\n" + "".join(reversed(ROWS.splitlines(True)))),
    "dates far apart": table("date,value\n0001-01-01,1\n9999-12-31,2\n" + ROWS),
    "values that are infinite": table("date,value\n" + ROWS + "2020-02-01,inf\n2020-02-02,1e308\n"),
    "huge values": table("date,value\n" + "".join(
        f"2020-{m:02d}-{d:02d},{d}e307\n" for m in range(1, 4) for d in range(1, 29))),
    "a series of texts": table("date,value\n" + "2020-01-01,up\n2020-01-02,down\n" * 30),
    "no dates": table("date,value\n" + "32.13.2020,5\n99.99.9999,6\n" * 30),
    "numbers of many digits": table("date,value\n" + ROWS.replace(",5", "," + "5" * 5000)),
    "nothing but gaps": table("date,value\n" + "".join(
        f"2020-01-{d:02d},\n" for d in range(1, 32))),
    "alternate gaps": table("date,value\n" + "".join(
        f"2020-{m:02d}-{d:02d},{d if d % 2 else ''}\n" for m in range(1, 7) for d in range(1, 29))),
    "a second and a century": table("time,value\n" + "".join(
        f"{1900 + n}-01-01 00:00:0{n % 9},{n}\n" for n in range(90))),
}

DRAWINGS: dict[str, Make] = {
    "a line that is cut": drawings(b'{"word": "cat", "drawing": [[[1, 2'),
    "a line of NaN": drawings(b'{"word": "cat", "drawing": [[[NaN], [1]]]}'),
    "a coordinate of 10^400": drawings(b'{"word": "cat", "drawing": [[[1e400], [1]]]}'),
    "a coordinate of 10^300": drawings(b'{"word": "cat", "drawing": [[[1e300], [1]]]}'),
    "lists in lists": drawings(b'{"word": "cat", "drawing": ' + b"[" * 100_000),
    "a stroke of nothing": drawings(b'{"word": "cat", "drawing": [[[], []]]}'),
    "a stroke of two lengths": drawings(b'{"word": "cat", "drawing": [[[1, 2], [1]]]}'),
    "a word of many letters": drawings(b'{"word": "%s", "drawing": [[[1], [1]]]}' % (b"x" * 500)),
    "half a letter": drawings(b'{"word": "\xff", "drawing": [[[1], [1]]]}'),
    "no JSON": drawings(b"<html>"),
    "one point each": lambda root: write(root / "x.ndjson", b"".join(
        b'{"word": "%s", "drawing": [[[1], [1]]]}\n' % word for word in (b"a", b"b") * 8)),
    "a long line": drawings(b'{"word": "cat", "drawing": [[[' + b"1," * 800_000 + b"1]]]}"),
    "many points": drawings(*(b'{"word": "w%d", "drawing": [[[%s1], [%s1]]]}' % (
        number, b"1," * 3999, b"1," * 3999) for number in range(90))),
    "drawings of nothing": lambda root: write(root / "x.ndjson", b""),
    "drawings with a mark of order": lambda root: write(
        root / "X.NDJSON", b'\xef\xbb\xbf{"word": "cat", "drawing": [[[1, 9], [1, 9]]]}\n' * 8),
    "a folder of drawings": lambda root: files(root / "d", {
        f"{name}.{suffix}": b'{"word": "%s", "drawing": [[[1, 9], [1, 9]]]}\n' % name.encode() * 8
        for name, suffix in (("cat", "NDJSON"), ("dog", "ndjson"))}),
    "one class of drawings": lambda root: write(
        root / "x.ndjson", b'{"word": "cat", "drawing": [[[1, 9], [1, 9]]]}\n' * 8),
    "1,000 classes of drawings": drawings(*(
        b'{"word": "w%d", "drawing": [[[1, 9], [1, 9]]]}' % number for number in range(1000))),
}

INPUTS: dict[str, dict[str, Make]] = {
    "images": {**IMAGES, **ARCHIVES}, "sounds": SOUNDS, "texts": TEXTS, "series": SERIES,
    "drawings": DRAWINGS}
"""What each importer has to bear, by the importer's key and by name."""
