"""Files that were taken wrongly: check and train say the same sentence, soon, and nothing waits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.messages.texts import LONGEST_SENTENCE
from gui.document.document import Document
from gui.program import ERROR
from gui.terminal.command_line import main
from tests.engine.diagnosis.making import FILES
from tests.hostile import cases
from tests.hostile.cases import CASES
from tests.hostile.sweep import PROGRAMMERS_WORDS, UNWRITABLE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pipes and devices")

SECONDS = 2.0
MIB = 300
GIVEN = FILES.parent / "turn2-files"
"""Files after public reports, beside the program; without them, those that are written here do."""


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    begin = time.process_time()
    status = main([str(one) for one in arguments])
    assert time.process_time() - begin < SECONDS
    told = "".join(capsys.readouterr())
    assert not UNWRITABLE.search(told)
    assert not PROGRAMMERS_WORDS.search(told), told
    assert max(map(len, told.splitlines())) <= LONGEST_SENTENCE + 20
    return status, told


@pytest.mark.parametrize("name", CASES)
def test_check_and_train_say_it(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
                                ) -> None:
    path = cases.written(name, tmp_path)
    for command in (("check", path), ("train", path, "--out", tmp_path / "out", "--quiet")):
        status, told = said(capsys, *command)
        assert status == ERROR
        assert CASES[name].says in told
    assert not (tmp_path / "out").exists()


def test_weights_that_do_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cases.unfit(tmp_path)
    found = [said(capsys, *command) for command in (
        ("check", path), ("train", path, "--out", tmp_path, "--quiet"))]
    assert found[0] == found[1]
    assert found[0][0] == ERROR
    assert "hidden/w has shape" in found[0][1]


MEASURED = """
import sys
from gui.terminal.command_line import main
status = main(["check", sys.argv[1]])
from tests.hostile.sweep import peak_mib
print("MiB", round(peak_mib()))
sys.exit(status)
"""


@pytest.mark.parametrize("name", ["weights of zeros", "units of the output huge", "memory",
                                  "1,000 layers and more", "10,000 inputs"])
def test_it_takes_little_memory(name: str, tmp_path: Path) -> None:
    path = cases.written(name, tmp_path)
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], capture_output=True,
                          text=True, check=False, timeout=60, cwd=Path(cases.__file__).parents[2])
    assert done.returncode == ERROR, done.stderr
    assert int(done.stdout.rsplit("MiB ", 1)[1]) < MIB


def test_a_project_that_is_a_pipe_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".json", ".bplab"):
        pipe = tmp_path / f"pipe{suffix}"
        os.mkfifo(pipe)
        assert said(capsys, "check", pipe)[0] == ERROR
        assert said(capsys, "train", pipe, "--from", pipe)[0] == ERROR


TWO_FAULTS = ("id-nul", "table-gone-many-units", "text-file-gone")
"""In the last, an option that no embedding has stands beside the file that is gone."""


@pytest.mark.skipif(not GIVEN.is_dir(), reason="needs files that are no part of the program")
def test_the_files_that_were_given(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((*GIVEN.glob("*.json"), *GIVEN.glob("*.bplab")))
    assert len(files) > 15
    for path in files:
        status, told = said(capsys, "check", path)
        assert status == ERROR, path
        faults = [line for line in told.splitlines() if not line.startswith("Note: ")]
        assert len(faults) == (2 if path.stem in TWO_FAULTS else 1), told


def test_missing_data_hide_nothing_that_data_would_not_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "project.json"
    content = CASES["units huge"].content
    path.write_text(json.dumps({**content, "data": {"source": "table", "path": "gone.csv"}}))
    _, told = said(capsys, "check", path)
    assert "gone.csv: there is no such file" in told
    assert CASES["units huge"].says in told
    document = Document()
    document.open(path)
    assert [issue.layer_id for issue in document.issues] == ["input", "h"]
