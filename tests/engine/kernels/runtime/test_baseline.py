"""For which processor kernels are compiled, as on computers of all kinds."""

from __future__ import annotations

import llvmlite.binding as llvm
import pytest
from numba.core import config

from engine.kernels.matmul.registers import unit_of
from engine.kernels.runtime import processor

X86_FEATURES = (
    "+avx,+avx2,+bmi,+bmi2,+cmov,+cx16,+cx8,+f16c,+fma,+fxsr,+lzcnt,+mmx,+movbe,+popcnt,+sahf,"
    "+sse,+sse2,+sse3,+sse4.1,+sse4.2,+ssse3,+xsave,+64bit")


@pytest.fixture(autouse=True)
def undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test change what this process compiles for."""
    for name in ("CPU_NAME", "CPU_FEATURES"):
        monkeypatch.setattr(config, name, None)
    monkeypatch.setenv(processor.VARIABLE, "portable")


def play(monkeypatch: pytest.MonkeyPatch, triple: str, **found: bool) -> tuple[object, ...]:
    """Choose as on another computer; returns what Numba is told, and names kept kernels by."""
    monkeypatch.setattr(llvm, "get_process_triple", lambda: triple)
    monkeypatch.setattr(llvm, "get_host_cpu_features", lambda: llvm.FeatureMap(found))
    processor.choose()
    return llvm.get_process_triple(), config.CPU_NAME, config.CPU_FEATURES


def test_on_intels_processors_kernels_keep_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    able = {name[1:]: True for name in X86_FEATURES.split(",")}
    linux = "x86_64-unknown-linux-gnu"
    assert play(monkeypatch, linux, **able, avx512f=True) == (linux, "x86-64-v3", X86_FEATURES)
    assert unit_of(processor.features()).bytes == 32


def test_an_old_processor_compiles_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    triple = "x86_64-unknown-linux-gnu"
    assert play(monkeypatch, triple, avx2=False, avx=True) == (triple, None, None)
    assert unit_of(processor.features()).bytes == 32


@pytest.mark.parametrize("found", [{}, {"neon": True, "bf16": True}, {"neon": True}])
@pytest.mark.parametrize("version", ["20.6.0", "23.1.0", "24.5.0"])
def test_apples_processors_and_systems_share_kernels(
        version: str, found: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(monkeypatch, f"arm64-apple-darwin{version}", **found) == (
        processor.APPLE_TRIPLE, "apple-m1", "+fp-armv8,+neon")
    assert unit_of(processor.features()) == unit_of({"neon": True})
    # Asked again, it says the same.
    assert processor.baseline() is processor.APPLE


@pytest.mark.parametrize("found", [{"neon": True, "sve": True}, {"neon": True, "lse": False}])
def test_other_arm_processors_share_kernels(
        found: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    triple = "aarch64-unknown-linux-gnu"
    assert play(monkeypatch, triple, **found) == (triple, "generic", "+fp-armv8,+neon")


def test_a_person_may_want_what_fits_this_computer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(processor.VARIABLE, "native")
    triple = "arm64-apple-darwin24.5.0"
    assert play(monkeypatch, triple, neon=True) == (triple, None, None)


def test_unknown_processors_compile_for_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    triple = "riscv64-unknown-linux-gnu"
    assert play(monkeypatch, triple) == (triple, None, None)


@pytest.mark.parametrize(("triple", "baseline"), [
    (processor.APPLE_TRIPLE, processor.APPLE), ("aarch64-unknown-linux-gnu", processor.ARM)])
def test_the_compiler_knows_these_processors(
        triple: str, baseline: processor.Baseline, capfd: pytest.CaptureFixture[str]) -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(triple).create_target_machine(
        cpu=baseline.name, features=",".join(f"+{name}" for name in baseline.features))
    assert machine.emit_assembly(llvm.parse_assembly(
        f'target triple = "{triple}"\ndefine float @f(float %x) {{\n'
        "  %y = fmul float %x, %x\n  ret float %y\n}\n")).count("fmul") == 1
    # It says so of names that it does not know.
    assert capfd.readouterr().err == ""
