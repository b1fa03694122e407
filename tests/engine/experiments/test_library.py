"""What experiments there are, and what is kept of a person's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import FormatError
from engine.experiments.library import Group, Library
from engine.experiments.store import Store
from tests.engine.experiments.boards import grid_sweep, made


def test_it_has_tables_and_maps_and_writes_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path / "experiments")
    groups = {one.group for one in library}
    assert groups == {Group.TABLE, Group.OPINION, Group.MAP}
    keys = [one.key for one in library]
    assert len(set(keys)) == len(keys)
    assert all(one.title.text and one.setting.text and one.size for one in library)
    assert not (tmp_path / "experiments").exists()


def test_a_sweep_of_ones_own_is_found_again(tmp_path: Path) -> None:
    library = Library(tmp_path)
    first = library.add(grid_sweep())
    second = library.add(grid_sweep())
    assert first.key != second.key
    again = Library(tmp_path)
    assert again.experiment(first.key) == first
    assert [one.key for one in again if one.group is Group.OWN] == [first.key, second.key]
    assert again.unread == ()


def test_what_cannot_be_read_is_named_and_stops_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path)
    kept = library.add(grid_sweep())
    (tmp_path / "own-broken.sweep.json").write_text("{", "utf-8")
    again = Library(tmp_path)
    assert again.unread == ("own-broken.sweep.json",)
    assert again.experiment(kept.key) is not None


def test_removing_takes_results_along_but_not_those_of_others(tmp_path: Path) -> None:
    library = Library(tmp_path)
    one, two = library.add(grid_sweep()), library.add(grid_sweep())
    for key in (one.key, two.key):
        with Store(library.results_path(key)) as store:
            store.append(made((0.5, 1)))
    library.keep_parts(one.key, (grid_sweep(),))
    library.remove(one.key)
    assert library.experiment(one.key) is None
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"{two.key}.results", f"{two.key}.sweep.json"]
    library.remove("map-depth-scale")
    assert library.experiment("map-depth-scale") is not None


def test_parts_are_kept_and_a_broken_file_is_none(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert library.parts("map-depth-scale") == ()
    library.keep_parts("map-depth-scale", (grid_sweep(),))
    assert Library(tmp_path).parts("map-depth-scale") == (grid_sweep(),)
    (tmp_path / "map-depth-scale.parts.json").write_text("[", "utf-8")
    assert Library(tmp_path).parts("map-depth-scale") == ()


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    library = Library(tmp_path / "file" / "experiments")
    with pytest.raises(FormatError) as caught:
        library.add(grid_sweep())
    assert "file" in caught.value.sentence


def test_results_are_forgotten_to_be_computed_anew(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with Store(library.results_path("dropout")) as store:
        store.append(made((0.5, 1)))
    library.forget_results("dropout")
    library.forget_results("dropout")
    assert not library.results_path("dropout").exists()
