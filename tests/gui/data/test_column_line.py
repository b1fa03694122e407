"""The line that holds names of columns, and a person's table in the dialog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from engine.data import Dataset
from engine.data.importers.catalogue import IMPORTERS
from engine.spec import DataSpec
from gui.data.bring_dialog import BringDialog
from gui.data.column_line import ColumnLine


def entries(line: ColumnLine) -> dict[str, bool]:
    return {action.text(): action.isChecked() for action in line.menu().actions()
            if action.isCheckable()}


def pick(line: ColumnLine, name: str) -> None:
    menu = line.menu()
    next(action for action in menu.actions() if action.text() == name).trigger()


def test_one_column_is_chosen_or_left_to_be_found(qtbot: QtBot) -> None:
    line = ColumnLine(several=False)
    qtbot.addWidget(line)
    assert not line._open.isVisible()
    line.offer(("day", "sales & tax", "a; b"))
    assert line._open.isVisible()
    told: list[str] = []
    line.picked.connect(told.append)
    pick(line, "day")
    assert entries(line) == {"day": True, "sales && tax": False, "a; b": False}
    pick(line, "sales && tax")
    pick(line, "Find it")
    assert told == ["day", "sales & tax", ""]
    line.show()
    line._on_open_triggered()
    popup = line.findChildren(QMenu)[-1]
    assert popup.isVisible()
    popup.close()


def test_several_columns_stand_in_the_order_of_the_table(qtbot: QtBot) -> None:
    line = ColumnLine(several=True)
    qtbot.addWidget(line)
    line.offer(("one", "two", "three"))
    for name in ("three", "one", "two", "one"):
        pick(line, name)
    assert line.text() == "two; three"
    assert entries(line) == {"one": False, "two": True, "three": True}


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[BringDialog]:
    dialog = BringDialog(DataSpec(training_share=0.75), importers=IMPORTERS)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog._looker.join()
    dialog._loader.join()
    qtbot.waitUntil(lambda: not dialog._looker._waiting)


def ready(dialog: BringDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog._looked_at is None and not dialog._pause.isActive()
                    and not dialog.progress.isVisible())


def test_a_table_of_a_series_is_brought(dialog: BringDialog, tmp_path: Path,
                                        qtbot: QtBot) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("day,warm,wet\n" + "".join(
        f"2021-{month:02}-{day:02},{day + month},{day % 5}\n"
        for month in range(1, 7) for day in range(1, 29)))
    dialog.read([path])
    ready(dialog, qtbot)
    assert dialog._source == "series"
    output = dialog.options.form.controls["output"]
    assert isinstance(output, ColumnLine)
    assert list(entries(output)) == ["day", "warm", "wet"]
    pick(output, "warm")
    ready(dialog, qtbot)
    brought: list[tuple[DataSpec, Dataset]] = []
    dialog.brought.connect(lambda *pair: brought.append(pair))
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: bool(brought))
    spec, dataset = brought[0]
    assert spec.options == {"output": "warm"}
    assert dataset.target_names == ("warm",)
    assert dataset.is_series
