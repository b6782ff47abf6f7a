"""Symbols by address and name, against arm-none-eabi-nm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from firmware_tools import require, run

from mcusim.firmware import FirmwareImage, Symbol, SymbolTable, load_firmware, names
from mcusim.firmware.names import demangle, without_arguments


def nm_functions(path: Path) -> dict[str, tuple[int, int]]:
    """Return address and size by name of all functions that have a size."""
    found = {}
    for line in run(require("nm", path), "-S", path).splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[2] in "tTwW":
            found[fields[3]] = (int(fields[0], 16), int(fields[1], 16))
    return found


def test_sample_functions_match_nm(sample: Path) -> None:
    image = load_firmware(sample)
    oracle = nm_functions(sample)
    assert oracle
    for name, (address, size) in oracle.items():
        match = image.match_functions(name).functions[0]
        assert (match.name, match.address) == (name, address)
        if size:
            assert match.size == size
    # One function an address, in order, none without a name that nm knows.
    starts = [f.address for f in image.symbols.functions]
    assert starts == sorted(set(starts))
    assert {f.name for f in image.symbols.functions if f.size} <= set(oracle) | untyped(sample)


def untyped(path: Path) -> set[str]:
    return {line.split()[-1] for line in run(require("nm", path), path).splitlines()}


def test_every_byte_of_a_function_is_found(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    function = image.match_functions("Reset_Handler").functions[0]
    for offset in range(function.size):
        assert image.symbol_at(function.address + offset) == ("Reset_Handler", offset)
    assert image.symbol_at(0) is None
    assert image.symbol_at(0xFFFFFFFF) is None


def test_missing_sizes_reach_to_the_next_function(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    assembly = image.match_functions("assembly").functions[0]
    after = image.match_functions("after_assembly").functions[0]
    assert assembly.size == 6
    assert after.address == assembly.end
    assert image.symbol_at(assembly.address + 4) == ("assembly", 4)
    assert after.size > 0


def test_aliases_show_the_global_name_and_are_found_by_theirs(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    alias = image.match_functions("SysTick_Handler").functions[0]
    assert image.symbol_at(alias.address) == ("Default_Handler", 0)


def test_objects_and_linker_symbols(tiny_elf: Path) -> None:
    symbols = load_firmware(tiny_elf).symbols
    arena = next(o for o in symbols.objects if o.name == "arena")
    assert symbols.object_at(arena.address + 299) == arena
    assert symbols.stack_top == 0x20004000
    assert symbols.stack_limit == 0x20004000 - 1024
    # `end` is behind .noinit, `__bss_end__` in front of it.
    assert symbols.heap_start == symbols.value("end") != symbols.value("__bss_end__")
    assert symbols.sbrk is None
    assert symbols.value("no_such_symbol") is None


def test_inference_function_by_convention(tiny_elf: Path) -> None:
    function = load_firmware(tiny_elf).find_inference_function()
    assert function is not None
    assert function.name == "tiny_invoke"


def test_tflite_comes_first(cxx_elf: Path) -> None:
    function = load_firmware(cxx_elf).find_inference_function()
    assert function is not None
    assert function.name == "_ZN6tflite16MicroInterpreter6InvokeEv"


def function_table(*entries: tuple[str, int]) -> SymbolTable:
    symbols = [Symbol(name, address, 4, "function") for name, address in entries]
    return SymbolTable(symbols, [], {})


def test_common_inference_names() -> None:
    table = function_table(("main", 0), ("ai_run", 8), ("run_inference", 16), ("_ll_invoke", 20))
    function = table.find_inference_function()
    assert function is not None
    assert function.name == "run_inference"
    assert function_table(("main", 0)).find_inference_function() is None
    assert SymbolTable.empty().find_inference_function() is None


@pytest.fixture
def demangled(monkeypatch: pytest.MonkeyPatch, cxx_elf: Path) -> Iterator[FirmwareImage]:
    """The C++ program, with c++filt in place of the native demangler."""
    table: dict[str, str] = {}
    image = load_firmware(cxx_elf)
    mangled = [f.name for f in image.symbols.functions if f.name.startswith("_Z")]
    output = run(require("c++filt"), *mangled)
    table.update(zip(mangled, output.splitlines(), strict=True))
    monkeypatch.setattr(names, "_demangler", lambda: lambda name: table.get(name, name))
    names.demangle.cache_clear()
    yield image
    names.demangle.cache_clear()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("_Z5scalei", ["scale(int)"]),
        ("scale(int, char)", ["scale(int, char)"]),
        ("scale", ["scale(int)", "scale(int, char)"]),
        ("tflite::MicroInterpreter::Invoke", ["tflite::MicroInterpreter::Invoke()"]),
        ("tflite::Micro", ["tflite::MicroInterpreter::Invoke()"]),
        ("*Interpreter*", ["tflite::MicroInterpreter::Invoke()"]),
        ("*_invoke", ["tiny_invoke"]),
        ("tiny_invok", ["tiny_invoke"]),
        (" Reset_Handler ", ["Reset_Handler"]),
    ],
)
def test_patterns(demangled: FirmwareImage, pattern: str, expected: list[str]) -> None:
    match = demangled.match_functions(pattern)
    assert sorted(f.display for f in match.functions) == expected
    assert match.functions == sorted(match.functions, key=lambda f: f.address)
    assert match.nearest == []


def test_nearest_names_when_nothing_matches(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    assert image.match_functions("Reset_Hander").nearest[0] == "Reset_Handler"
    assert image.match_functions("").functions == []
    assert image.match_functions("q*zz").functions == []


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("a::f(int) const", "a::f"),
        ("f(void (*)(int))", "f"),
        ("operator()(int)", "operator()"),
        ("X::operator()", "X::operator()"),
        ("(anonymous namespace)::g(A<(B)1>) [clone .isra.0]", "(anonymous namespace)::g"),
        ("main", "main"),
        (")))", ")))"),
    ],
)
def test_argument_lists_are_cut(name: str, short: str) -> None:
    assert without_arguments(name) == short


def test_names_stay_mangled_without_the_native_module(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(names.importlib, "import_module", missing)
    names._demangler.cache_clear()
    names.demangle.cache_clear()
    assert demangle("_Z5scalei") == "_Z5scalei"
    names._demangler.cache_clear()
    names.demangle.cache_clear()
