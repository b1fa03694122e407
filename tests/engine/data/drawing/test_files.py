"""Files of drawings, and drawings that a project keeps."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from engine.data import load
from engine.data.drawing import files
from engine.data.drawing.files import merged, read_drawings, write_drawings
from engine.data.drawing.kept import drawing_of, kept
from engine.data.drawing.stages import Recipe, picture
from engine.data.drawing.strokes import Drawing
from engine.data.importers import drawings
from engine.data.importers.catalogue import IMPORTERS, preview, recognised
from engine.errors import DataError
from engine.spec import DataSpec, DrawnSpec, ProjectSpec
from engine.spec.files import project_from_json, project_to_json
from tests.handwriting import HANDS, strokes

CAT = {"word": "cat", "countrycode": "VE", "timestamp": "2017-03-02 23:25:10.07453 UTC",
       "recognized": True, "key_id": "5201136883597312",
       "drawing": [[[130, 113, 99], [72, 40, 12]], [[76, 28], [0, 255]]]}
"""As Quick, Draw! has them, simplified."""


def own(hand: str, words: str = "0123456789") -> tuple[DrawnSpec, ...]:
    return tuple(kept(Drawing(strokes(hand, word)), word, hand) for word in words)


def write(path, *lines):
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n"
                            for line in lines))
    return path


def test_a_line_of_quick_draw(tmp_path):
    raw = {"word": "circle", "drawing": [[[10.5, 900.0], [20.0, -30.0], [0, 16]]]}
    cat, circle = read_drawings(write(tmp_path / "anna.ndjson", CAT, "\n", raw))
    assert (cat.word, cat.person, cat.drawing.side) == ("cat", "anna", 256)
    np.testing.assert_array_equal(cat.drawing.strokes[1], [[76, 0], [28, 255]])
    # Times stay, and what lies above the sheet is moved onto it.
    np.testing.assert_array_equal(circle.drawing.strokes[0], [[10.5, 50, 0], [900, 0, 16]])
    assert circle.drawing.side == 901


def test_written_drawings_are_read_again(tmp_path):
    drawn = own("upright", "27")
    write_drawings(tmp_path / "all.ndjson", drawn)
    assert merged((), [tmp_path / "all.ndjson"]) == drawn
    first = json.loads((tmp_path / "all.ndjson").read_text().splitlines()[0])
    assert (first["word"], first["person"], len(first["drawing"][0])) == ("2", "upright", 2)


def test_files_of_a_class_are_merged_by_person_and_nothing_comes_twice(tmp_path):
    for name in ("ben", "anna"):
        write(tmp_path / f"{name}.ndjson", CAT, {**CAT, "word": "dog"})
    paths = sorted(tmp_path.iterdir())
    all_of_them = merged((), paths)
    assert [(one.word, one.person) for one in all_of_them] == [
        ("cat", "anna"), ("dog", "anna"), ("cat", "ben"), ("dog", "ben")]
    assert merged(all_of_them, paths) == all_of_them


def test_kept_drawings_look_the_same():
    for word in "0123456789":
        before = Drawing(strokes("slanted", word), 1.0, 0.05)
        after = drawing_of(kept(before, word))
        assert np.abs(picture(before, Recipe()) - picture(after, Recipe())).max() < 0.2


def test_a_folder_is_learned_from_with_all_of_a_person_on_one_side(tmp_path):
    for hand in HANDS:
        write_drawings(tmp_path / f"{hand}.ndjson", [
            msgspec.structs.replace(one, person="") for one in own(hand)])
    spec = DataSpec(source="drawings", path=str(tmp_path), training_share=0.7)
    data = load(spec)
    assert (len(data.inputs), data.class_names, data.image_shape) == (
        30, tuple("0123456789"), (28, 28, 1))
    assert "30 drawings of 3 people." in data.notes
    apart = load(spec.with_options(division="person"))
    # Files come in the order of their names, ten drawings each.
    assert {row // 10 for row in apart.training} & {row // 10 for row in apart.validation} == set()
    assert len(apart.training) == 20
    with pytest.raises(DataError, match="one person"):
        load(msgspec.structs.replace(spec, path=str(tmp_path / "round.ndjson"),
                                     options={"division": "person"}))


@pytest.mark.parametrize("source", ["digits", "drawn_digits"])
def test_own_drawings_are_learned_from_beside_others(source):
    plain = load(DataSpec(source=source))
    data = load(DataSpec(source=source, drawings=own("round") + own("round", "4")))
    added = data.training[data.training >= len(plain.inputs)]
    assert sorted(data.labels[added]) == sorted([*range(10), 4])
    assert set(data.validation) == set(plain.validation)
    seven, known = data.inputs[len(plain.inputs) + 7], plain.inputs[:]
    # It looks like the sevens there, more than like any other digit.
    means = [known[plain.labels == digit].mean(axis=0) for digit in range(10)]
    assert np.argmax([np.corrcoef(seven, mean)[0, 1] for mean in means]) == 7


def test_drawings_of_other_classes_wait():
    cats = (kept(Drawing(strokes("round", "3")), "cat"),)
    plain, data = load(DataSpec(source="digits")), load(DataSpec(source="digits", drawings=cats))
    assert len(data.inputs) == len(plain.inputs)
    assert any("1 of other classes waits" in note for note in data.notes)
    assert load(DataSpec(source="iris", drawings=cats)).notes == load(DataSpec(source="iris")).notes


def test_a_project_holds_them():
    project = ProjectSpec(data=DataSpec(source="drawings", drawings=own("round")))
    text = project_to_json(project)
    assert project_from_json(text) == project
    # A stroke is a line of it.
    assert len(text.splitlines()) < 400


@pytest.mark.parametrize(("line", "says"), [
    ("{", "line 2"), ('{"word": "a"}\n', "drawing"), ({**CAT, "word": " "}, "0 letters"),
    ({**CAT, "word": "x" * 61}, "61 letters"), ({**CAT, "drawing": []}, "without strokes"),
    ({**CAT, "drawing": [[[], []]]}, "without strokes"),
    ({**CAT, "drawing": [[[1, 2], [3]]]}, "equally long"),
    ({**CAT, "drawing": [[[1, 2]]]}, "equally long"),
    ({**CAT, "drawing": [[[1], [2], [3], [4]]]}, "equally long"),
    ({**CAT, "drawing": [[[1e9], [2]]]}, "too far away"),
    ('{"word": "a", "drawing": [[[1e999], [2]]]}\n', "line 2"),
    ({**CAT, "drawing": [[["1"], [2]]]}, "line 2"),
    ({**CAT, "drawing": [[[1], [1]]] * 201}, "201 strokes"),
    ({**CAT, "drawing": [[[1] * 4001, [1] * 4001]]}, "4,001 points"),
    ("[" * 2000 + "\n", "line 2"), ("[1, 2]\n", "line 2")])
def test_a_line_that_is_no_drawing_is_named(tmp_path, line, says):
    with pytest.raises(DataError) as caught:
        read_drawings(write(tmp_path / "bad.ndjson", CAT, line))
    assert "bad.ndjson, line 2" in caught.value.sentence
    assert says in caught.value.sentence


@pytest.mark.parametrize(("content", "says"), [
    (b"", "no drawing"), (b"\n\n", "no drawing"), (b"\x89PNG\r\n", "line 1"),
    (b"x" * (2**20 + 1), "1,048,576 bytes")])
def test_a_file_that_holds_none(tmp_path, content, says):
    (tmp_path / "x.ndjson").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_drawings(tmp_path / "x.ndjson")
    assert says in caught.value.sentence


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = write(tmp_path / "x.ndjson", CAT)
    monkeypatch.setattr(files, "LARGEST_FILE", 10)
    with pytest.raises(DataError, match="MiB"):
        read_drawings(path)
    with pytest.raises(DataError, match="gone"):
        read_drawings(tmp_path / "gone.ndjson")


def test_of_a_word_only_the_first_are_taken(tmp_path):
    path = write(tmp_path / "x.ndjson", *[CAT] * 5, {**CAT, "word": "dog"})
    assert [one.word for one in read_drawings(path, 2)] == ["cat", "cat", "dog"]


@pytest.mark.parametrize("drawn", [
    '{"word": "a", "strokes": ["1,2 3"]}', '{"word": "a", "strokes": ["256,1"]}',
    '{"word": "", "strokes": ["1,1"]}', '{"word": "a", "strokes": []}'])
def test_a_project_with_a_broken_drawing_is_refused(drawn):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"drawings": [{drawn}]}}', type=DataSpec)


def test_several_files_are_brought_together(tmp_path):
    for hand in HANDS:
        write_drawings(tmp_path / f"{hand}.ndjson", own(hand))
    first, *more = sorted(tmp_path.iterdir())
    spec = DataSpec(source="drawings", path=str(first), more_paths=tuple(map(str, more)),
                    drawings=own("round", "3"))
    assert len(load(spec).inputs) == 31
    assert len(load(spec.with_options(each=1)).inputs) == 31
    shown = preview(first, spec)
    assert (shown.count, shown.classes) == (30, dict.fromkeys("0123456789", 3))
    assert [sample.label for sample in shown.samples[:10]] == list("0123456789")
    assert shown.samples[0].picture.shape == (28, 28, 3)
    assert [one.key for one in recognised(tmp_path)][:1] == ["drawings"]


def test_what_holds_no_drawings_is_not_claimed(tmp_path):
    table = tmp_path / "a.json"
    table.write_text('{"rows": []}')
    assert [IMPORTERS["drawings"].claims(one) for one in (tmp_path, table, tmp_path / "gone")] == [
        0, 0, 0]
    assert IMPORTERS["drawings"].claims(write(tmp_path / "b.json", CAT)) == 0.8
    with pytest.raises(DataError, match="no file of drawings"):
        load(DataSpec(source="drawings", path=str(tmp_path)))


def test_a_class_that_is_too_large_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, "MOST_DRAWINGS", 3)
    path = write(tmp_path / "x.ndjson", *[CAT, {**CAT, "word": "dog"}] * 2)
    with pytest.raises(DataError, match="more than 3 drawings"):
        load(DataSpec(source="drawings", path=str(path)))
