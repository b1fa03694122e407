"""What ziamath draws becomes a small picture that shows the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.pages.catalogue import FOLDER, Catalogue
from resources import make_formulae
from resources.make_formulae import compact

DRAWN = ('<svg width="40" height="20" viewBox="2.4 -11.6 40 20">'
         '<path d="M 3 -4 L 3 -4 L 8 -4 L 8 1 Q 9 2 10 1 Z M 4 -3 L 6 -3 L 6 -2 Z " fill="black" />'
         '<rect x="1.2" y="-2.6" width="20" height="1" fill="black" />'
         '<path d="M 23 -4 L 23 -4 L 28 -4 L 28 1 Q 29 2 30 1 Z M 24 -3 L 26 -3 L 26 -2 Z " />'
         '</svg>')


def test_a_glyph_that_comes_again_is_written_once() -> None:
    svg = compact(DRAWN)
    assert 'viewBox="-18 -72 80 140"' in svg
    assert svg.count("<path") == 1
    assert 'd="m0 0l5 0l0 5q1 1 2 0zm1 1l2 0l0 1z"' in svg
    places = re.findall(r'<use href="#a" x="(-?\d+)" y="(-?\d+)"/>', svg)
    assert places == [("3", "-4"), ("23", "-4")]
    assert '<rect x="1" y="-3" width="20" height="1"/>' in svg
    assert 'fill="currentColor"' in svg


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="viewBox"):
        compact("<svg></svg>")


@pytest.mark.needs("ziamath")
def test_what_no_page_needs_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_formulae, "Catalogue", lambda: Catalogue(tmp_path))
    (tmp_path / "old.svg").write_text("<svg/>", "utf-8")
    assert make_formulae.write_all(tmp_path) == (0, 1)
    assert not list(tmp_path.glob("*.svg"))
    assert FOLDER.is_dir()
