"""What of the tests is run when: conftest.py seen at work on a few of them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SOME_TESTS = '''
import os
import pytest

def test_plain():
    pass

@pytest.mark.alone
def test_measures_time():
    pass

@pytest.mark.e2e
def test_on_a_screen():
    pass

@pytest.mark.parametrize("size", [1, pytest.param(2, marks=pytest.mark.whole)])
def test_size(size):
    pass

@pytest.mark.sampled
def test_sweep():
    print("whole" if os.environ.get("BACKPROP_LAB_WHOLE") else "part")

@pytest.mark.needs("nothing-of-this-name")
def test_with_a_tool():
    raise RuntimeError("must not run without it")

@pytest.mark.needs("pytest")
def test_with_what_is_there():
    pass
'''

ONE_AFTER_THE_OTHER = ["test_plain", "test_measures_time", "test_size[1]", "test_sweep",
                       "test_with_what_is_there"]


@pytest.fixture
def tests(pytester: pytest.Pytester, pytestconfig: pytest.Config) -> pytest.Pytester:
    here = Path(__file__).parent
    pytester.makeconftest((here / "conftest.py").read_text("utf-8"))
    assert pytestconfig.inipath is not None
    (pytester.path / "pyproject.toml").write_text(pytestconfig.inipath.read_text("utf-8"), "utf-8")
    pytester.makepyfile(test_some=SOME_TESTS, test_others="raise RuntimeError('has no such mark')")
    return pytester


@pytest.mark.parametrize(("options", "expected", "left_out"), [
    (["test_some.py"], ONE_AFTER_THE_OTHER, "1 tests and parts of 1 others (run with --whole)."),
    (["test_some.py", "--numprocesses=1"],
     [name for name in ONE_AFTER_THE_OTHER if name != "test_measures_time"],
     "1 tests and parts of 1 others (run with --whole)."),
    ([".", "--screen"], ["test_measures_time", "test_on_a_screen"], ""),
    ([".", "--whole"], ["test_size[2]", "test_sweep", "test_with_what_is_there"],
     "all that runs without --whole."),
], ids=["one-by-one", "side-by-side", "screen", "whole"])
def test_each_command_runs_what_it_should(
        tests: pytest.Pytester, options: list[str], expected: list[str], left_out: str,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKPROP_LAB_WHOLE", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    result = tests.runpytest_subprocess("-p", "no:cacheprovider", "-rA", *options)
    passed = {line.partition("::")[2] for line in result.outlines if line.startswith("PASSED ")}
    assert passed == set(expected)
    said = [line for line in result.outlines if line.startswith("Left out: ")]
    assert said == ([f"Left out: {left_out}"] if left_out else [])
    if "test_sweep" in expected:
        assert ("whole" if "--whole" in options else "part") in result.outlines
    if "--screen" not in options:
        assert any("needs nothing-of-this-name, which 'dev.py check' installs" in line
                   for line in result.outlines)
