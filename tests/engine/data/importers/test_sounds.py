from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.data import load
from engine.data.dataset import Dataset
from engine.data.importers.catalogue import preview, recognised
from engine.data.importers.sounds_told import in_order
from engine.data.rows import ByteRows
from engine.data.spectrogram import MelSpectrogram
from engine.errors import DataError
from engine.spec import DataSpec, Option

RATE = 8000


def tone(frequency: float, seconds: float = 0.3, rate: int = RATE) -> np.ndarray:
    places = np.arange(round(seconds * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * frequency * places)


def put(path: Path, frequency: float = 440, seconds: float = 0.3, rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(frequency, seconds, rate), rate)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for place, name in enumerate(("low", "high")):
        for number in range(4):
            put(tmp_path / "tones" / name / f"{number}.wav", 300 * (1 + 3 * place) + number)
    return tmp_path / "tones"


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    for label in "01":
        for speaker in ("ann", "ben", "cem"):
            for number in range(3):
                put(tmp_path / "digits" / f"{label}_{speaker}_{number}.wav", 300 + 900 * int(label))
    return tmp_path / "digits"


def spec(path: Path, **options: Option) -> DataSpec:
    return DataSpec("sounds", path=str(path), options=options)


def fault(path: Path, **options: Option) -> str:
    with pytest.raises(DataError) as found:
        load(spec(path, **options))
    return found.value.sentence


def classes(data: Dataset) -> list[str]:
    return [data.class_names[label] for label in data.labels]


def test_a_folder_for_each_class_is_a_data_set(folders: Path) -> None:
    data = load(spec(folders))
    assert data.class_names == ("high", "low")
    assert classes(data) == ["high"] * 4 + ["low"] * 4
    assert data.example.shape == (29, 40)
    assert data.inputs.shape == (8, 29 * 40)
    assert isinstance(data.inputs, ByteRows)
    assert sorted(Counter(data.labels[data.training]).values()) == [2, 2]
    # The loudest number is 1, and a tone is loud where its frequency is.
    spectrum = data.inputs[:].reshape(8, 29, 40).mean(axis=1)
    assert spectrum.max() <= 1
    low, high = spectrum[-1].argmax(), spectrum[0].argmax()
    assert low < high
    assert data.feature_names[low].endswith("Hz")


def test_the_preview_is_what_is_loaded(folders: Path) -> None:
    (folders / "low" / "broken.wav").write_bytes(b"no sound")
    seen, data = preview(folders, spec(folders)), load(spec(folders))
    assert seen.classes == {"high": 4, "low": 5}
    assert seen.example == data.example
    assert [one.label for one in seen.samples[:4]] == ["high", "low", "high", "low"]
    sample = seen.samples[0]
    assert sample.picture is not None
    assert sample.picture.shape == (40, 29, 3)
    assert sample.sound is not None
    assert sample.sound.seconds == pytest.approx(0.3)
    row = data.example.picture(data.inputs[0]) * 255
    np.testing.assert_allclose(sample.picture[..., :1], row, atol=1e-9)
    assert [one.name for one in seen.left_out] == ["low/broken.wav"]
    assert "1 recording was left out, such as 'low/broken.wav': " in data.notes[-1]
    assert "WAV, FLAC, OGG or MP3" in data.notes[-1]


def test_what_is_heard_of_an_example_is_its_recording(folders: Path) -> None:
    data = load(spec(folders))
    assert data.sound_of is not None
    heard = data.sound_of(5)
    np.testing.assert_allclose(heard.samples, tone(301), atol=1e-4)
    (folders / "low" / "1.wav").unlink()
    with pytest.raises(DataError, match=r"1\.wav"):
        data.sound_of(5)


def test_names_say_class_speaker_and_number(digits: Path) -> None:
    data = load(spec(digits, split="numbers", below=1))
    assert data.class_names == ("0", "1")
    assert len(data.validation) == 6
    assert "6 recordings with a number below 1" in "".join(data.notes)
    alone = load(spec(digits, split="speakers", held_out="cem"))
    assert len(alone.validation) == 6
    names = sorted(path.name for path in digits.iterdir())
    assert {names[row].split("_")[1] for row in alone.validation} == {"cem"}
    assert {names[row].split("_")[1] for row in alone.training} == {"ann", "ben"}
    drawn = load(spec(digits, split="speakers"))
    assert len({names[row].split("_")[1] for row in drawn.training}
               & {names[row].split("_")[1] for row in drawn.validation}) == 0


def test_another_pattern_reads_other_names(tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path / "w" / f"{number:03d}-yes.take.wav")
        put(tmp_path / "w" / f"{number:03d}-no.take.wav", 900)
    assert "nothing that says what" in fault(tmp_path / "w")
    data = load(spec(tmp_path / "w", pattern="{n}-{label}.{skip}"))
    assert data.class_names == ("no", "yes")
    assert "'{lable}'" in fault(tmp_path / "w", pattern="{lable}")


def test_parts_stay_as_they_are_divided(tmp_path: Path) -> None:
    for part, count in (("train", 3), ("test", 2)):
        for name in ("a", "b"):
            for number in range(count):
                put(tmp_path / "d" / part / name / f"{number}.wav", 300 + 600 * (name == "a"))
    data = load(spec(tmp_path / "d"))
    assert data.class_names == ("a", "b")
    assert (len(data.training), len(data.validation)) == (6, 4)
    assert len(load(spec(tmp_path / "d", split="random")).validation) == 6


@pytest.mark.parametrize("titled", [True, False])
def test_a_table_says_classes_speakers_and_parts(digits: Path, titled: bool) -> None:
    rows = [(path.stem, "odd" if path.name[0] == "1" else "even", path.name.split("_")[1])
            for path in sorted(digits.iterdir())]
    with (digits / "list.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(
            [("file", "label", "speaker")] * titled + rows[:-1])
    data = load(spec(digits, split="speakers", held_out="ben"))
    assert data.class_names == ("even", "odd")
    assert len(data.labels) == 17
    assert len(data.validation) == 6
    assert "1 recording was left out" in data.notes[-1]
    assert load(spec(digits / "list.csv")).class_names == ("even", "odd")
    assert "sounds" not in [one.key for one in recognised(digits / "list.csv")]
    if titled:
        assert "no column 'word'" in fault(digits, label_column="word")
    assert load(spec(digits, labels="names")).class_names == ("0", "1")


def test_texts_are_characters_with_padding_behind_them(digits: Path) -> None:
    (digits / "metadata.tsv").write_text(
        "path\tsentence\n0_ann_0.wav\tnull\n1_ann_0.wav\tone\n0_ben_0.wav\tno \"o\"\n")
    data = load(spec(digits, told="text"))
    assert data.task == "transcription"
    assert data.class_names == (" ", '"', "e", "l", "n", "o", "u")
    assert ["".join(data.class_names[one] for one in row if one >= 0) for row in data.labels] == [
        "null", "one", 'no "o"']
    assert data.labels[1].tolist()[3:] == [-1, -1, -1]


def test_recordings_are_joined_into_strings_of_one_speaker_and_side(digits: Path) -> None:
    options: dict[str, Option] = {"told": "text", "joined": True, "strings": 60, "fewest": 2,
                                  "most": 3, "split": "numbers", "below": 1, "pause": 0.1}
    data = load(spec(digits, **options))
    texts = ["".join(data.class_names[one] for one in row if one >= 0) for row in data.labels]
    assert {len(text) for text in texts} == {2, 3}
    assert (len(data.training), len(data.validation)) == (40, 20)
    assert data.sound_of is not None
    for row in (0, int(data.validation[0])):
        heard = data.sound_of(row)
        spoken = 0.3 * len(texts[row])
        assert spoken < heard.seconds < spoken + 0.1 * (len(texts[row]) + 1)
        # Each digit is a tone of its own, and the first of them sounds at the beginning.
        frames = data.inputs[row].reshape(data.example.shape)
        assert np.argmax(frames[:40].mean(axis=0)) == np.argmax(
            load(spec(digits)).inputs[0 if texts[row][0] == "0" else 9].reshape(-1, 40)
            .mean(axis=0))
    varied = load(spec(digits, speeds="two", **options))
    np.testing.assert_array_equal(varied.labels, data.labels)
    rates = [varied.sound_of(row).seconds / data.sound_of(row).seconds  # type: ignore[misc]
             for row in range(60)]
    assert {round(1 / rates[row], 1) for row in data.training} == {0.9, 1.0, 1.1}
    assert all(rates[row] == 1 for row in data.validation)
    again = load(spec(digits, **options))
    np.testing.assert_array_equal(again.labels, data.labels)
    np.testing.assert_array_equal(again.inputs[:], data.inputs[:])
    seen = preview(digits, spec(digits, **options))
    assert seen.count == 60
    assert seen.samples[0].label
    assert seen.task == "transcription"


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*.wav")):
            archive.write(file, f"outer/{file.relative_to(folder)}")
    return path


def test_a_zip_is_what_its_folder_is(folders: Path, tmp_path: Path) -> None:
    path = zipped(folders, tmp_path / "tones.zip")
    inside, outside = load(spec(path)), load(spec(folders))
    np.testing.assert_array_equal(inside.inputs[:], outside.inputs[:])
    np.testing.assert_array_equal(inside.labels, outside.labels)
    assert inside.sound_of is not None
    assert inside.sound_of(0).seconds == pytest.approx(0.3)
    assert recognised(path)[0].key == "sounds"
    assert recognised(folders)[0].key == "sounds"


def test_more_folders_are_added(folders: Path, tmp_path: Path) -> None:
    own = DataSpec("sounds", path=str(folders / "low"), more_paths=(str(folders / "high"),),
                   options={"labels": "folders"})
    assert Counter(classes(load(own))) == {"low": 4, "high": 4}
    put(tmp_path / "more" / "high" / "9.wav", 1200)
    put(tmp_path / "more" / "hum" / "1.wav", 50)
    whole = DataSpec("sounds", path=str(folders), more_paths=(str(tmp_path / "more"),))
    data = load(whole)
    assert Counter(classes(data)) == {"high": 5, "hum": 1, "low": 4}
    assert data.sound_of is not None
    np.testing.assert_allclose(data.sound_of(9).samples, tone(50), atol=1e-4)


def test_hostile_zips_are_refused_in_a_sentence(tmp_path: Path, folders: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 but no more")
    assert "no zip, or a damaged one" in fault(tmp_path / "a.zip")
    bomb = tmp_path / "bomb.zip"
    header = io.BytesIO()
    soundfile.write(header, np.zeros(100), RATE, format="WAV")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a_x_1.wav", "w") as member:
            member.write(header.getvalue())
            for _ in range(80):
                member.write(bytes(2**20))
        archive.writestr("../../b_x_1.wav", header.getvalue())
    assert fault(bomb).startswith("a_x_1.wav, in bomb.zip: more than 64 MiB when unpacked")
    path = zipped(folders, tmp_path / "cut.zip")
    content = bytearray(path.read_bytes())
    content[60:400] = bytes(340)
    path.write_bytes(content)
    data = load(spec(path))
    assert "left out" in data.notes[-1]
    locked = bytearray(zipped(folders, tmp_path / "locked.zip").read_bytes())
    at = 0
    while (at := locked.find(b"PK\x01\x02", at)) >= 0:
        locked[at + 8] |= 1
        at += 4
    (tmp_path / "locked.zip").write_bytes(locked)
    assert "a file with a password" in fault(tmp_path / "locked.zip")


def test_what_cannot_be_learned_is_said_in_a_sentence(folders: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "no file of sound" in fault(tmp_path / "none")
    put(tmp_path / "one" / "a" / "1.wav")
    put(tmp_path / "one" / "a" / "2.wav")
    assert "one class only: 'a', 2 recordings" in fault(tmp_path / "one", labels="folders")
    assert "half the rate of 8,000 Hz" in fault(folders, highest=5000.0)
    assert "holds no frequency" in fault(folders, lowest=100.0, highest=101.0, bands=256)
    assert "the same speaker in all" in fault(folders, split="speakers")
    assert "nothing would be left" in fault(folders, split="numbers")
    assert "no CSV or TSV" in fault(folders, labels="table")
    assert "an unknown option" in fault(folders, loud=True)
    assert "5 is not a text" in fault(folders, pattern=5)
    for path in folders.rglob("*.wav"):
        path.write_bytes(b"")
    assert "a file of 0 bytes" in fault(folders)
    with pytest.raises(DataError, match="0 bytes"):
        preview(folders, spec(folders))


def test_rates_differ_and_the_lowest_is_taken(folders: Path) -> None:
    put(folders / "high" / "fine.wav", 1200, rate=44_100)
    data = load(spec(folders))
    assert data.sound_of is not None
    assert data.sound_of(4).rate == RATE
    tones = data.inputs[:].reshape(9, -1, 40).mean(axis=1).argmax(axis=1)
    assert len(set(tones[:5])) == 1
    assert load(spec(folders, rate="16000")).sound_of(0).rate == 16_000  # type: ignore[misc]


def test_lengths_are_cut_or_filled(folders: Path) -> None:
    put(folders / "low" / "long.wav", 300, seconds=1.0)
    assert load(spec(folders)).example.shape[0] == 99
    data = load(spec(folders, seconds=0.5))
    assert data.example.shape[0] == 48
    assert "1 of 9 recordings last longer than 0.495 s" in "".join(data.notes)
    frames = data.inputs[:].reshape(9, 48, 40)
    assert (frames[0, 31:] == 0).all()
    assert frames[-1, 47].max() > 0.9


def test_levels_are_of_the_recording_the_training_set_or_as_recorded(folders: Path) -> None:
    soundfile.write(folders / "low" / "0.wav", tone(300) / 100, RATE)
    own = load(spec(folders)).inputs[:]
    assert own[4].max() == 1
    plain = load(spec(folders, levels="none")).inputs[:]
    assert plain[5].max() - plain[4].max() == pytest.approx(40 / 80, abs=0.01)
    own_bands = load(spec(folders, levels="bands", seconds=0.5)).inputs[:].reshape(8, 48, 40)
    spread = own_bands[:, :29].std(axis=1)
    # The quiet recording is no other than the loud ones; what is beyond 3 deviations is cut off.
    np.testing.assert_allclose(np.median(spread, axis=1), np.median(spread[5]), atol=0.1)
    assert 0.5 < np.median(spread[5]) <= 1.01
    np.testing.assert_allclose(own_bands[:, 30:], 0, atol=1e-9)
    data = load(spec(folders, levels="training"))
    bands = data.inputs[data.training].reshape(-1, 40)
    spread = bands.std(axis=0)
    np.testing.assert_allclose(bands.mean(axis=0)[spread > 0], 0, atol=1e-9)
    np.testing.assert_allclose(spread[spread > 0], 1)


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_the_usual_scalings_are_those_of_columns(folders: Path, scaling: str) -> None:
    from engine.data.scaling import measure

    plain, data = load(spec(folders)), load(
        DataSpec("sounds", path=str(folders), scaling=scaling))  # type: ignore[arg-type]
    expected = measure(scaling, plain.inputs[plain.training])(plain.inputs[:])  # type: ignore[arg-type]
    changing = np.ptp(plain.inputs[plain.training], axis=0) > 0
    np.testing.assert_allclose(data.inputs[:][:, changing], expected[:, changing], atol=1e-9)


def test_what_is_learned_from_is_also_heard_at_other_speeds(folders: Path) -> None:
    plain, data = load(spec(folders)), load(spec(folders, speeds="two"))
    np.testing.assert_array_equal(data.validation, plain.validation)
    assert len(data.training) == 3 * len(plain.training)
    assert set(data.training) >= set(plain.training)
    assert len(data.labels) == 8 + 2 * len(plain.training)
    assert data.sound_of is not None
    first = min(plain.training)
    slow, fast = data.sound_of(8), data.sound_of(9)
    assert data.labels[8] == data.labels[9] == data.labels[first]
    assert slow.rate == fast.rate == RATE
    assert slow.seconds == pytest.approx(0.3 / 0.9, abs=0.01)
    assert fast.seconds == pytest.approx(0.3 / 1.1, abs=0.01)

    def pitch(row: int) -> int:
        return int(np.argmax(np.abs(np.fft.rfft(data.sound_of(row).samples, RATE))))  # type: ignore[misc]

    assert pitch(8) == pytest.approx(0.9 * pitch(first), rel=0.02)
    assert pitch(9) == pytest.approx(1.1 * pitch(first), rel=0.02)
    assert "8 more examples" in "".join(data.notes)


def test_silence_is_trimmed_where_it_is_asked_for(folders: Path) -> None:
    quiet = np.zeros(RATE)
    soundfile.write(folders / "low" / "0.wav", np.concatenate([quiet, tone(300), quiet]), RATE)
    assert load(spec(folders)).sound_of(4).seconds == pytest.approx(2.3)  # type: ignore[misc]
    trimmed = load(spec(folders, trim=True))
    assert trimmed.sound_of(4).seconds == pytest.approx(0.3, abs=0.02)  # type: ignore[misc]


def test_classes_are_ordered_as_people_count() -> None:
    assert in_order(["10", "9", "b", "A", "a2", "a10", "9"]) == ("9", "10", "A", "a2", "a10", "b")


def test_too_much_is_refused_before_it_is_stacked(folders: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.data.importers import sounds_loading, sounds_rows

    monkeypatch.setattr(sounds_loading, "MOST_BYTES", 5000)
    assert "recordings; expected" in fault(folders)
    monkeypatch.setattr(sounds_loading, "MOST_BYTES", 2**20)
    monkeypatch.setattr(sounds_rows, "MOST_BYTES", 5000)
    assert "8 examples of 29 frames of 40 bands" in fault(folders)


def test_a_header_that_promises_more_than_there_is_is_believed_to_its_end(folders: Path) -> None:
    path = folders / "low" / "0.wav"
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 40, 2**31)
    path.write_bytes(content)
    data = load(spec(folders))
    assert len(data.labels) + ("left out" in data.notes[-1]) == 8


def test_a_spectrogram_of_bytes_is_as_exact_as_a_step() -> None:
    from engine.data.sound_bytes import frames_of
    from engine.data.waveform import Waveform

    form = MelSpectrogram(RATE, 200, 80, 20, 50.0, 4000.0, -80.0)
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, 1000).astype(np.float32)
    decibels = form.log_mel(sound)
    found = frames_of(Waveform(RATE, sound), form, "none") / 255 * 80 - 80
    np.testing.assert_allclose(found[:len(decibels)], decibels, atol=80 / 255 / 2 + 1e-9)
