"""A program that is killed while it saves leaves a file that it had saved before, whole."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from engine.bundles import read_saved
from tests.engine.bundles import test_runs

ROOT = Path(test_runs.__file__).parents[3]

SAVING = """
import dataclasses, sys
from engine.bundles import write_bundle
from tests.engine.bundles.test_runs import PROJECT, state
one, step = state(), 7
while True:
    step += 1
    counters = dataclasses.replace(one.counters, step=step)
    write_bundle(PROJECT, {}, sys.argv[1], checkpoint=dataclasses.replace(one, counters=counters))
    print(step, flush=True)
"""


def test_what_was_saved_is_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    for moment_s in (0.0, 0.003, 0.011):
        process = subprocess.Popen([sys.executable, "-c", SAVING, str(path)], cwd=ROOT,
                                   stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told = int(process.stdout.readline())
        time.sleep(moment_s)
        process.kill()
        told = max([told, *(int(line) for line in process.stdout.read().split())])
        process.wait()
        process.stdout.close()
        found = read_saved(path).checkpoint
        assert found is not None
        # The last of which nobody has been told may have been saved, too.
        assert found.step in (told, told + 1)
