"""How texts are encoded: found out by their letters, told, chosen, and looked at beforehand."""

# ruff: noqa: RUF001 - the words of many languages have letters that look alike

from __future__ import annotations

import codecs
import encodings.aliases
import importlib
import pkgutil

import pytest

from engine.data import encodings as ours
from engine.data import preview
from engine.data.encodings import decoded_sample, guess, likely_encodings, title_of
from engine.data.files import HEAD_BYTES
from engine.data.reading import read
from engine.errors import DataError
from engine.spec import TableSpec

# A few words of a table in each language, and encodings that its people have used.
WORDS = {
    "German": ("Länge;Breite;Färbung\n1;2;grün\n2;3;weiß\nGröße\n",
               "cp1252 cp850 mac-roman cp437 iso8859-15 cp1250"),
    "a little German": ("Länge;Breite;Färbung\n1;2;weiß\n", "cp1252 cp850 mac-roman"),
    "French": ("prénom;région;âge\nHélène;Île-de-France;élevé\nFrançois;Rhône;modéré\n",
               "cp1252 cp850 mac-roman"),
    "Spanish": ("año;población;niño\nmañana;Málaga;Cádiz\n", "cp1252 cp850 mac-roman"),
    "Portuguese": ("São Paulo;região\nCeará;população\nnão;sim\n", "cp1252 cp850 mac-roman"),
    "Italian": ("città;qualità\nForlì;più\nperché;è\n", "cp1252 cp850 mac-roman"),
    "Danish": ("køn;højde;vægt\nmænd;1;2\nSmørrebrød;å;ø\n", "cp1252 cp850 mac-roman cp865"),
    "Swedish": ("kön;längd;ålder\nMalmö;1;hög\nGävle;2;låg\n", "cp1252 cp850 mac-roman"),
    "Icelandic": ("bær;íbúar\nReykjavík;þéttbýli\nAkureyri;maður\n", "cp1252"),
    "Polish": ("województwo;ludność\nłódzkie;wysoki\nśląskie;średni\nmałopolskie;żółty\n",
               "cp1250 iso8859-2 cp852 mac-latin2"),
    "Czech": ("město;počet;úroveň\nPříbram;1;nízká\nŽďár;2;střední\n", "cp1250 iso8859-2 cp852"),
    "Hungarian": ("megye;népesség;szőlő\nGyőr;1;fű\nVeszprém;2;könnyű\n",
                  "cp1250 iso8859-2 cp852"),
    "Romanian": ("judeţ;populaţie\nIaşi;1\nBraşov;înalt\nBistriţa;scăzut\n", "cp1250"),
    "Croatian": ("grad;stanovništvo\nČakovec;niži\nPožega;viši\nđak;ć\n", "cp1250"),
    "Russian": ("город;население;уровень\nМосква;1;высокий\nКазань;2;низкий\n",
                "cp1251 koi8-r cp866 iso8859-5 mac-cyrillic"),
    "Greek": ("πόλη;πληθυσμός\nΑθήνα;1\nΘεσσαλονίκη;2\n", "cp1253 iso8859-7 cp737"),
    "Turkish": ("şehir;nüfus;düzey\nİstanbul;1;yüksek\nIğdır;2;düşük\n", "cp1254 cp857"),
    "Lithuanian": ("miestas;gyventojų;žemas\nŠiauliai;1;aukštas\nVilnius;2;žemė\n", "cp1257"),
    "Hebrew": ("עיר;אוכלוסיה\nירושלים;1\nחיפה;2\n", "cp1255"),
    "Arabic": ("مدينة;سكان\nالقاهرة;1\nبغداد;2\n", "cp1256"),
    "Thai": ("จังหวัด;ประชากร\nกรุงเทพ;1\nเชียงใหม่;2\n", "cp874"),
    "Chinese, simplified": ("城市;人口;等级\n北京;1;高\n上海;2;低\n", "gb18030"),
    "Chinese, traditional": ("城市;人口;等級\n臺北;1;高\n臺中;2;低\n", "big5"),
    "Japanese": ("都市;人口;レベル\n東京;1;高い\n大阪;2;ひくい\n", "cp932 euc-jp"),
    "Korean": ("도시;인구;수준\n서울;1;높음\n부산;2;낮음\n", "cp949"),
    "units": ("Temp °C;x\n20 µm;±1\n5;3 m²\n", "cp1252"),
    "euros": ("Preis €;x\n5 €;1\n7 €;2\n", "cp1252 iso8859-15 mac-roman"),
    "one name": ("name,x\nJosé,1\nbob,2\n", "cp1252 cp850 mac-roman"),
    "a dash and an apostrophe": ("name,x\n5 – 7,1\nbob’s,2\n", "cp1252 mac-roman"),
}
PAIRS = [(language, name) for language, (_, names) in WORDS.items() for name in names.split()]
GERMAN = "Länge;Breite;Färbung\n" + "7,6;3,9;grün\n5,3;2,1;weiß\n" * 20


@pytest.mark.parametrize(("language", "name"), PAIRS)
def test_the_letters_of_a_language_tell_the_encoding(language, name):
    text, _ = WORDS[language]
    content = text.encode(name)
    found, _ = guess(content)
    assert content.decode(found) == text, f"taken for {found}"
    assert found in likely_encodings(content)[:1]


def test_what_is_no_text_is_not_weighed(monkeypatch):
    weighed = []
    monkeypatch.setattr("engine.data.encodings.plausibility", lambda *_: weighed.append(1) or 0.0)
    assert likely_encodings(bytes(range(256)) * 4)[0] == "utf-8"
    assert not weighed
    likely_encodings(bytes(range(1, 256)) * 4)
    assert weighed


def test_every_encoding_that_python_reads_can_be_chosen():
    offered = {codecs.lookup(name).name for name, _ in ours.encodings()}
    assert len(offered) == len(ours.encodings())
    missing = set()
    for module in pkgutil.iter_modules(encodings.__path__):
        try:
            codec = codecs.lookup(module.name)
            importlib.import_module(f"encodings.{module.name}")
        except (LookupError, ImportError):
            continue
        if codec._is_text_encoding:
            missing.add(codec.name)
    # These are no encodings of files.
    missing -= {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "charmap", "undefined",
                "mbcs", "oem"}
    assert missing - offered == set()


def test_titles_are_for_people_and_each_is_its_own():
    titles = [title for _, title in ours.encodings()]
    assert len(set(titles)) == len(titles)
    assert title_of("cp1250") == "Central European (Windows-1250)"
    assert title_of("cp850") == "DOS Latin 1 (code page 850)"
    assert title_of("windows-1252") == "Western European (Windows-1252)"
    assert title_of("klingon") == "klingon"


def test_the_first_odd_words_are_shown_in_any_encoding(tmp_path):
    path = tmp_path / "dos.csv"
    path.write_bytes(GERMAN.encode("cp850"))
    assert decoded_sample(path, "cp850") == "Länge  Färbung  grün  weiß"
    assert decoded_sample(path, "cp1251") == "L„nge  F„rbung  gr\u0403n  wei\u0431"
    assert decoded_sample(path, "klingon") == ""
    assert decoded_sample(tmp_path / "none.csv", "cp850") == ""
    path.write_text("plain")
    assert decoded_sample(path, "cp850") == ""


class TestInATable:
    def test_a_dos_file_is_read_and_the_guess_is_told(self, tmp_path):
        path = tmp_path / "dos.csv"
        path.write_bytes(GERMAN.encode("cp850"))
        seen = preview(path)
        assert (seen.encoding, seen.columns[0].name) == ("cp850", "Länge")
        assert "DOS Latin 1" in seen.notes[0]
        assert preview(path, TableSpec(encoding="cp850")).columns[2].name == "Färbung"

    def test_a_guess_that_is_not_sure_can_be_changed_to_the_next(self, tmp_path):
        path = tmp_path / "czech.csv"
        path.write_bytes(WORDS["Czech"][0].encode("cp1250") * 5)
        remark = preview(path).remarks[0]
        assert remark.message.code == "note.encoding"
        assert remark.change is not None
        assert remark.change.fields == {"encoding": "iso8859-2"}
        assert "ISO 8859-2" in remark.change.label.text

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
    def test_wide_letters_of_any_script_without_a_mark(self, tmp_path, encoding):
        path = tmp_path / "wide.csv"
        path.write_bytes(WORDS["Russian"][0].encode(encoding))
        assert preview(path).encoding == encoding

    def test_text_of_no_encoding_is_refused_with_what_can_be_done(self, tmp_path):
        path = tmp_path / "none.csv"
        path.write_bytes(b"x,y\n" + b"a\xb7a\x86a\xd3a\xb1b" * 3 + b",1\n")
        with pytest.raises(DataError, match="Save it as UTF-8, or choose its encoding"):
            preview(path)


class TestWrongBytes:
    def table(self, tmp_path, rows=24):
        lines = [f"{i},5;grün\n{i},6;weiß\n" for i in range(rows)]
        return tmp_path / "bad.csv", ("Größe;Färbung\n" + "".join(lines)).encode()

    def test_one_wrong_byte_does_not_change_the_encoding(self, tmp_path):
        path, content = self.table(tmp_path)
        path.write_bytes(content.replace("weiß".encode(), "weiß".encode("cp1252"), 1))
        seen = preview(path)
        assert seen.encoding == "utf-8"
        assert [column.name for column in seen.columns] == ["Größe", "Färbung"]
        assert seen.columns[1].examples == ("grün", "weiß")
        assert seen.notes[0] == (
            "1 byte is not UTF-8, the first in line 3, column 'Färbung'; read as Windows-1252 "
            "(there: 'ß').")

    def test_wrong_bytes_behind_the_first_megabyte(self, tmp_path):
        path, content = self.table(tmp_path, 60_000)
        assert len(content) > HEAD_BYTES
        path.write_bytes(content + "7,5;weiß\n8,5;grün\n".encode("cp1252"))
        reading = read(path, TableSpec())
        (remark,) = reading.remarks
        assert (remark.message.values["count"], remark.message.values["line"]) == (2, 120_002)
        assert reading.columns[1].levels == ("grün", "weiß")

    def test_letters_behind_a_plain_megabyte_tell_the_encoding(self, tmp_path):
        path = tmp_path / "late.csv"
        path.write_bytes(b"x;word\n" + b"1,5;plain\n" * 200_000
                         + WORDS["Polish"][0].replace("\n", ";1\n").encode("cp1250") * 3_000)
        assert read(path, TableSpec()).source.encoding == "cp1250"

    def test_where_all_is_wrong_the_encoding_is_another(self, tmp_path):
        path = tmp_path / "latin.csv"
        path.write_bytes(GERMAN.encode("cp1252"))
        assert preview(path).encoding == "cp1252"
        assert read(path, TableSpec()).remarks == ()
        with pytest.raises(DataError, match="not in the encoding utf-8"):
            preview(path, TableSpec(encoding="utf-8"))

    def test_text_that_was_saved_wrongly_before_is_told(self, tmp_path):
        path = tmp_path / "wrong.csv"
        path.write_bytes(GERMAN.encode().decode("cp1252").encode())
        assert "as 'LÃ¤nge' for 'Länge'" in preview(path).notes[0]

    def test_right_letters_are_not_taken_for_wrong_ones(self, tmp_path):
        path = tmp_path / "right.csv"
        path.write_text("região;x\n" + "SÃO;1\nmaçã;2\n" * 9, encoding="utf-8")
        assert read(path, TableSpec()).remarks == ()


@pytest.mark.parametrize(("money", "encoding"), [("Kč", "cp1250"), ("руб.", "cp1251"),
                                                 ("zł", "cp1250")])
def test_a_currency_behind_each_number_tells_the_encoding(tmp_path, money, encoding):
    path = tmp_path / "prices.csv"
    path.write_bytes(("a;b\n" + "".join(f"{i} 200,50 {money};{i % 60},5\n" for i in range(10, 70)))
                     .encode(encoding))
    seen = preview(path)
    assert seen.encoding == encoding
    assert [column.kind for column in seen.columns] == ["numeric", "numeric"]
