from __future__ import annotations

import pytest

from engine.layers import kinds
from tests.contracts.bans import (
    Ban,
    bare_excepts,
    colour_literals,
    forced_events,
    jit_options,
    kind_ladders,
    offences,
    prints,
    python_children,
)
from tests.contracts.source import Source, must_be_empty, sources

KEYS = {kind.key for kind in kinds()}
PROGRAM = sources("engine", "gui", "resources")

BANS = {
    "jit": Ban("jit options have one home, engine.kernels.runtime.policy", jit_options,
               ("engine", "gui"), exempt=("engine.kernels.runtime.policy",)),
    "print": Ban("the program logs or shows, it never prints", prints,
                 ("engine", "gui", "resources")),
    "events": Ban("the window's events and threads take their own course", forced_events,
                  ("engine", "gui")),
    "colours": Ban("colours are tokens of gui.theme", colour_literals, ("gui",),
                   exempt=("gui.theme",)),
    "except": Ban("an error that nobody expected must be seen", bare_excepts,
                  ("engine", "gui", "resources")),
    "children": Ban("frozen, it would open a window for each child", python_children,
                    ("engine", "gui")),
    "kinds": Ban("a layer kind says of itself what makes it different", kind_ladders(KEYS),
                 ("engine", "gui"), exempt=("engine.layers",)),
}


@pytest.mark.parametrize("ban", BANS.values(), ids=BANS)
def test_ban_holds(ban: Ban) -> None:
    must_be_empty(offence for source in PROGRAM for offence in offences(ban, source))


@pytest.mark.parametrize(("rule", "module", "text"), [
    ("jit", "engine.kernels.ops.dense", "@njit(cache=True)\ndef f(): ..."),
    ("jit", "engine.kernels.ops.dense", "@numba.cfunc(signature)\ndef f(): ..."),
    ("jit", "engine.plan.build", "from numba import njit as compiled"),
    ("jit", "engine.training.trainer", "f = compiled(fastmath=True)"),
    ("print", "engine.data.load", "print(1)"),
    ("print", "resources.dev", "def f():\n    print('x', file=out)"),
    ("events", "gui.app", "QApplication.processEvents()"),
    ("events", "gui.workbench.worker", "self.thread.terminate()"),
    ("colours", "gui.plots.loss", "pen = '#FF8800'"),
    ("colours", "gui.plots.loss", "sheet = f'border: 1px solid #888; {x}'"),
    ("colours", "gui.output.panel", "QColor(255, 0, 0)"),
    ("except", "gui.app", "try:\n    f()\nexcept:\n    pass"),
    ("children", "engine.compiling", "from multiprocessing.pool import Pool"),
    ("children", "engine.compiling", "import os, multiprocessing"),
    ("children", "gui.app", "from concurrent.futures import ProcessPoolExecutor"),
    ("kinds", "gui.builder.rows", "if layer.kind == 'dense': ..."),
    ("kinds", "engine.plan.build", "if layer.kind in ('dropout', 'x'): ..."),
])
def test_offence_is_seen(rule: str, module: str, text: str) -> None:
    assert offences(BANS[rule], Source(module, text))


@pytest.mark.parametrize(("rule", "module", "text"), [
    ("jit", "engine.kernels.runtime.policy", "kernel = njit(nogil=True)"),
    ("jit", "engine.kernels.ops.dense", "from numba import prange\n@kernel\ndef f(): ..."),
    ("print", "engine.data.load", "'print(1)'  # print(2)"),
    ("events", "gui.app", "timer.stop()"),
    ("colours", "gui.theme.tokens", "accent = '#336699'"),
    ("colours", "gui.plots.loss", "'''See issue #533.'''\nname = 'layer #2'"),
    ("colours", "gui.plots.loss", "QColor(theme.current().accent)"),
    ("except", "gui.app", "try:\n    f()\nexcept OSError:\n    pass"),
    ("kinds", "engine.layers.diagnose", "layer.kind == 'input'"),
    ("kinds", "gui.builder.data", "source.kind == 'points'"),
])
def test_legal_text_passes(rule: str, module: str, text: str) -> None:
    assert not offences(BANS[rule], Source(module, text))
