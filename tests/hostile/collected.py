"""Recordings, images and texts that people bring, broken or lying: in folders, in zips and alone.

The same number always makes the same ones.
"""

from __future__ import annotations

import io
import random
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import soundfile

from tests.hostile.others import SIZES
from tests.hostile.projects import SPOILINGS

Rng = random.Random

WORDS = ("the", "cat", "Größe", "naïve", "мир", "日本", "\U0001f600", "x" * 300, "e\u0301",
         "\u202e")
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32",
             "utf-32-be", "utf-7", "cp1252", "cp437", "cp037", "shift_jis", "gb18030", "koi8-r")
FORMATS = (("WAV", "PCM_16", ".wav"), ("WAV", "FLOAT", ".wav"), ("WAV", "ULAW", ".wav"),
           ("FLAC", "PCM_16", ".flac"), ("OGG", "VORBIS", ".ogg"), ("AIFF", "PCM_16", ".aiff"),
           ("AU", "PCM_16", ".au"))
NAMES = ("0", "one", "\u202e1", "<b>", "a b", "x" * 120, "CON", "-", ".hidden", "é")
STRANGE_NAMES = ("../up.wav", "a/../../up.png", "/abs.txt", "a\\b.png", "a//b.wav", "nul\0.txt", "",
                 "__MACOSX/a.png", "a/" * 60 + "deep.wav", "A/0.PNG")


def recording(rng: Rng) -> tuple[bytes, str]:
    """Return a sound, and how its file ends; what its header says need not be true."""
    rate = rng.choice((8000, 8000, 8000, 44_100, 999, 384_001))
    samples = rng.choice((0, 1, 400, 4000, 4000, 4000))
    channels = rng.choice((1, 1, 1, 2, 7))
    noise = np.random.default_rng(rng.randrange(2**32)).uniform(-1, 1, (samples, channels))
    kind, subtype, suffix = rng.choice(FORMATS)
    if subtype == "FLOAT" and samples and rng.random() < 0.3:
        noise[rng.randrange(samples)] = rng.choice((np.nan, np.inf, 1e30))
    made = io.BytesIO()
    if kind in ("FLAC", "OGG"):
        # Written as usual ones: what is wrong with them comes in afterwards.
        noise, rate = np.resize(noise, (4000, min(channels, 2))), 8000
    soundfile.write(made, noise, rate, subtype, format=kind)
    content = made.getvalue()
    if content.startswith(b"RIFF") and rng.random() < 0.5:
        # Length, form, channels, rate, bytes of a second, of a sample, bits, length of the data.
        place, form = rng.choice(((4, "<I"), (16, "<I"), (20, "<H"), (22, "<H"), (24, "<I"),
                                  (28, "<I"), (32, "<H"), (34, "<H"), (40, "<I")))
        size = struct.calcsize(form)
        told = rng.choice((0, 1, 3, 255, *SIZES)) % 2**(8 * size)
        content = content[:place] + struct.pack(form, told) + content[place + size:]
    return content, rng.choice((suffix, suffix, suffix, ".wav", ".mp3", ".opus"))


def _chunk(name: bytes, held: bytes) -> bytes:
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))


def picture(rng: Rng) -> tuple[bytes, str]:
    """Return an image, and how its file ends; it need not be as large as it says."""
    side = rng.choice((1, 6, 6, 6, 40))
    width, height = (side if rng.random() < 0.9 else rng.choice((0, 1, 9, 20_000, 2**31 - 1, 2**31))
                     for _ in range(2))
    depth, colours = rng.choice(((8, 0), (8, 0), (8, 2), (8, 3), (8, 6), (16, 0), (1, 0), (3, 5)))
    content = bytes(rng.randrange(256) for _ in range(side)) * side * rng.choice((1, 4, 9))
    if rng.random() < 0.03:
        # Compressed to nothing.
        content = bytes(30_000_000)
    made = b"\x89PNG\r\n\x1a\n" + _chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, rng.choice((0, 0, 1)))
    ) + _chunk(b"IDAT", zlib.compress(content)) + _chunk(b"IEND", b"")
    if rng.random() < 0.3:
        rows = f"P5 {width} {height} {rng.choice((255, 65535, 0))}\n".encode()
        made = rows + content[:side * side]
    return made, rng.choice((".png", ".png", ".png", ".pgm", ".jpg", ".bmp", ".gif"))


def writing(rng: Rng) -> tuple[bytes, str]:
    """Return a text of one encoding or several, marked as such or not; halves of letters in it."""
    parts = []
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        words = WORDS[:rng.choice((2, 4, len(WORDS)))]
        text = " ".join(rng.choice(words)
                        for _ in range(rng.choice((0, 5, 40))))
        text += rng.choice(("\n", "\r", "", "\x0b"))
        encoding = rng.choice(ENCODINGS)
        parts.append(text.encode(encoding, "replace"))
        if rng.random() < 0.1:
            parts.append(rng.choice((b"\xed\xa0\x80", b"\xd8\x00\xd8", b"\xff\xfe", b"\xfe\xff",
                                     b"\0", b"\xef\xbb\xbf", b"\x1a")))
    return b"".join(parts), rng.choice((".txt", ".txt", ".txt", ".text", ".md"))


MADE: Mapping[str, Callable[[Rng], tuple[bytes, str]]] = {
    "sounds": recording, "images": picture, "texts": writing}


def _files(rng: Rng, made: Callable[[Rng], tuple[bytes, str]]) -> dict[str, bytes]:
    """Return files of some classes by their paths, most of them good enough to be taken."""
    found = {}
    for name in rng.sample(NAMES, rng.choice((1, 2, 2, 3))):
        for number in range(rng.choice((1, 3, 6))):
            content, suffix = made(rng)
            if rng.random() < 0.2:
                content = rng.choice(SPOILINGS)(rng, content)
            found[f"{name}/{number}{suffix}"] = content
    return found


def _zipped(rng: Rng, files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED,
                                                zipfile.ZIP_LZMA))) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
        for name in rng.sample(STRANGE_NAMES, rng.choice((0, 0, 1, 3))):
            archive.writestr(zipfile.ZipInfo(name), next(iter(files.values()), b""))
        if rng.random() < 0.05:
            archive.writestr("a/bomb.bin", bytes(40_000_000), zipfile.ZIP_DEFLATED)
    content = made.getvalue()
    if rng.random() < 0.1:
        # Said to be encrypted.
        content = content.replace(b"PK\1\2\x14\0\x14\0\0", b"PK\1\2\x14\0\x14\0\1")
    return rng.choice(SPOILINGS)(rng, content) if rng.random() < 0.3 else content


def written(seed: int, folder: Path) -> tuple[str, Path]:
    """Write some into a folder; return what they are to be opened as, and where they lie."""
    rng = Rng(seed)
    for old in folder.glob("brought*"):
        shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
    source = rng.choice(list(MADE))
    if source == "texts" and rng.random() < 0.4:
        path = folder / "brought.txt"
        path.write_bytes(writing(rng)[0] * rng.choice((1, 50)))
        return "text", path
    if rng.random() < 0.1:
        # Alone, and taken for something that it may not be.
        content, suffix = MADE[source](rng)
        path = folder / f"brought{suffix}"
        path.write_bytes(rng.choice(SPOILINGS)(rng, content) if rng.random() < 0.4 else content)
        return rng.choice((source, "table", "text", "series", "drawings", "images", "sounds")), path
    files = _files(rng, MADE[source])
    if rng.random() < 0.4:
        path = folder / "brought.zip"
        path.write_bytes(_zipped(rng, files))
        return source, path
    path = folder / "brought"
    for name, content in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return source, path
