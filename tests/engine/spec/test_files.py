from __future__ import annotations

import contextlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.spec import (
    FORMAT_VERSION,
    DataSpec,
    ProjectSpec,
    TrainingSpec,
    default_project,
    project_from_json,
    project_to_json,
    read_project,
    write_project,
)
from engine.spec.network import MOST_LAYERS
from tests.engine.spec.strategies import PROJECT_SPECS


@given(PROJECT_SPECS)
def test_what_is_written_is_read(project: ProjectSpec) -> None:
    text = project_to_json(project)
    assert project_from_json(text) == project
    assert project_from_json(text.encode()) == project
    assert project_to_json(project_from_json(text)) == text


def test_a_file_leaves_nothing_to_defaults() -> None:
    content = json.loads(project_to_json(ProjectSpec()))
    assert content["version"] == FORMAT_VERSION
    assert content["training"]["learning_rate"] == 0.03
    assert content["training"]["optimizer"]["momentum"] == 0.9
    assert content["data"]["table"]["task"] is None


def test_whatever_is_left_out_takes_its_default() -> None:
    assert project_from_json("{}") == ProjectSpec()
    assert project_from_json('{"training": {"batch_size": 5}}').training == TrainingSpec(
        batch_size=5)


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"colour": 1}, "colour"),
    ({"training": {"learing_rate": 0.1}}, "learing_rate"),
    ({"training": {"learning_rate": "fast"}}, "training.learning_rate"),
    ({"training": {"learning_rate": -0.1}}, "training.learning_rate"),
    ({"training": {"learning_rate": None}}, "training.learning_rate"),
    ({"training": {"batch_size": 2.5}}, "training.batch_size"),
    ({"training": {"batch_size": -1}}, "training.batch_size"),
    ({"training": {"precision": "float16"}}, "training.precision"),
    ({"training": {"seed": 2**32}}, "training.seed"),
    ({"training": {"seed": -1}}, "training.seed"),
    ({"training": {"shuffle": "yes"}}, "training.shuffle"),
    ({"training": {"optimizer": "adam"}}, "training.optimizer"),
    ({"training": {"optimizer": {"beta1": 1.0}}}, "training.optimizer.beta1"),
    ({"training": {"optimizer": {"epsilon": 0.0}}}, "training.optimizer.epsilon"),
    ({"training": {"optimizer": {"weight_decay": -1.0}}}, "training.optimizer.weight_decay"),
    ({"training": {"schedule": {"length": 0}}}, "training.schedule.length"),
    ({"training": {"stopping": {"patience": -1}}}, "training.stopping.patience"),
    ({"training": {"clip_norm": -1.0}}, "training.clip_norm"),
    ({"data": {"noise": 51}}, "data.noise"),
    ({"data": {"training_share": 1.0}}, "data.training_share"),
    ({"data": {"features": "x1"}}, "data.features"),
    ({"data": {"table": {"task": "clustering"}}}, "data.table.task"),
    ({"network": {"layers": {}}}, "network.layers"),
    ({"network": {"layers": [{"id": "a"}]}}, "network.layers[0]"),
    ({"network": {"layers": [{"id": 1, "kind": "dense"}]}}, "network.layers[0].id"),
    ({"network": {"layers": [{"id": "a", "kind": "dense", "options": {"units": [4]}}]}},
     "network.layers[0].options[...]"),
    ({"network": {"layers": [{"id": "a", "kind": "dense", "options": {"units": None}}]}},
     "network.layers[0].options[...]"),
    ({"version": 0}, "version"),
    ({"version": "1"}, "version"),
    ({"version": True}, "version"),
)


@pytest.mark.parametrize(("content", "field"), WRONG, ids=[field for _, field in WRONG])
def test_a_wrong_field_is_named(content: dict[str, Any], field: str) -> None:
    with pytest.raises(FormatError) as caught:
        project_from_json(json.dumps(content), "mine.json")
    assert caught.value.place == "mine.json"
    assert field in caught.value.found


def test_a_newer_version_is_refused_before_its_fields_are_read() -> None:
    with pytest.raises(FormatError, match=r"version 2.*1 or older.*newer Backprop Lab"):
        project_from_json('{"version": 2, "something": "new"}')


@pytest.mark.parametrize("text", [
    "", " ", "{", '{"a": 1,}', "{'a': 1}", '{"training": {"learning_rate": NaN}}',
    '{"training": {"learning_rate": Infinity}}', b"\xff\xfe{}", b"PK\x03\x04", b"\0" * 100,
    '{"name": "\ud800"}', '{"name": "\\ud800"}', '{"network": ' * 100_000,
], ids=range(13))
def test_what_is_not_json(text: str | bytes) -> None:
    with pytest.raises(FormatError, match="not JSON"):
        project_from_json(text)


@pytest.mark.parametrize(("text", "path"), [
    ('{"training": {"learning_rate": 1e999}}', "training.learning_rate"),
    ('{"training": {"seed": ' + "1" * 5000 + "}}", "training.seed"),
    ('{"network": {"layers": [{"id": "a", "kind": "b", "options": {"x": 1e999}}]}}',
     "network.layers[0].options[...]")], ids=["rate", "seed", "option"])
def test_a_number_beyond_all_is_named(text: str, path: str) -> None:
    with pytest.raises(FormatError, match="out of range") as caught:
        project_from_json(text)
    assert path in caught.value.found


@pytest.mark.parametrize("count", [MOST_LAYERS, MOST_LAYERS + 1, 50_000])
def test_more_layers_than_there_can_be_are_refused_at_the_door(count: int) -> None:
    text = json.dumps({"network": {"layers": [{"id": str(number), "kind": "dense"}
                                              for number in range(count)]}})
    if count == MOST_LAYERS:
        assert len(project_from_json(text).network) == count
        return
    with pytest.raises(FormatError, match=f"{count:,} layers; expected at most 1,000"):
        project_from_json(text)


@pytest.mark.parametrize("version", ["2", "99999999999999999999999", "  7 "])
def test_a_version_of_any_size_is_newer(version: str) -> None:
    with pytest.raises(FormatError, match="format version"):
        project_from_json('{"version": ' + version + "}")


@pytest.mark.parametrize("text", ["null", "[]", "[1, 2", "1", '"project"', "true"])
def test_json_that_is_no_object(text: str) -> None:
    with pytest.raises(FormatError, match="expected an object"):
        project_from_json(text)


@given(st.text() | st.binary())
def test_reading_raises_nothing_but_format_errors(text: str | bytes) -> None:
    with contextlib.suppress(FormatError):
        project_from_json(text)


def test_write_and_read(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    write_project(default_project(), path)
    assert read_project(path) == read_project(str(path)) == default_project()
    assert os.listdir(tmp_path) == ["net.json"]


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="No such file"):
        read_project(tmp_path / "none.json")


def test_a_folder_is_not_a_project(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="directory"):
        read_project(tmp_path)
    with pytest.raises(FormatError, match="cannot be written"):
        write_project(default_project(), tmp_path)
    assert not list(tmp_path.parent.glob(f".{tmp_path.name}*"))


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(FormatError, match="more than 16,777,216 bytes"):
        read_project(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a Unix device")
def test_a_device_without_end_is_refused() -> None:
    with pytest.raises(FormatError, match="a device or a pipe, not a file"):
        read_project("/dev/zero")


def fail(*arguments: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path: Path, step: str,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.json"
    write_project(default_project(), path)
    before = path.read_bytes()
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(FormatError, match="No space left") as caught:
        write_project(ProjectSpec(name="Other"), path)
    assert caught.value.place == str(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["net.json"]


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be written"):
        write_project(default_project(), tmp_path / "none" / "net.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_write_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FormatError, match="Permission denied"):
        write_project(default_project(), tmp_path / "net.json")


@pytest.mark.skipif(os.name == "nt", reason="Unix permissions")
def test_permissions_stay_and_a_new_file_has_the_usual_ones(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    write_project(default_project(), path)
    usual = tmp_path / "usual"
    usual.touch()
    assert path.stat().st_mode == usual.stat().st_mode
    path.chmod(0o640)
    write_project(default_project(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    path = tmp_path / "there" / "net.json"
    write_project(default_project(), path)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    write_project(ProjectSpec(name="New"), link)
    assert link.is_symlink()
    assert read_project(path).name == "New"


@pytest.mark.parametrize("project", [
    ProjectSpec(training=TrainingSpec(learning_rate=float("inf"))),
    ProjectSpec(training=TrainingSpec(learning_rate=float("nan"))),
    ProjectSpec(training=TrainingSpec(batch_size=-1)),
    ProjectSpec(data=DataSpec(path="\udcff.csv")),
], ids=["infinity", "nan", "out of range", "bytes in a file name"])
def test_nothing_is_written_that_could_not_be_read(tmp_path: Path, project: ProjectSpec) -> None:
    path = tmp_path / "net.json"
    write_project(default_project(), path)
    with pytest.raises(FormatError):
        write_project(project, path)
    assert read_project(path) == default_project()
    assert os.listdir(tmp_path) == ["net.json"]
