"""The shape of the code: who may import whom, and what every file owes its reader."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import tomllib
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import pytest

import mcusim
from mcusim.machine.activity import COLUMNS
from mcusim.timing.record import BranchKind, Effect

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "mcusim"
NATIVE = PACKAGE / "native"

# Each layer may use itself and those above it in this list.
LAYERS: tuple[tuple[str, ...], ...] = (
    # The words that all others speak.
    (
        "mcusim._version",
        "mcusim.errors",
        "mcusim.units",
        "mcusim.result",
        "mcusim.machine.activity",
    ),
    ("mcusim.boards", "mcusim.firmware"),
    ("mcusim._native", "mcusim.timing", "mcusim.power"),
    ("mcusim.devices", "mcusim.cpu"),
    ("mcusim.machine",),
    ("mcusim.report",),
    ("mcusim.simulation",),
    ("mcusim.api",),
    ("mcusim.mlperf",),
    ("mcusim",),
    ("mcusim.cli",),
    ("mcusim.__main__",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

# A report needs no second run: it reads a result, and data, and knows nothing that executes.
REPORT_READS = {*LAYERS[0], "mcusim.boards", "mcusim.power", "mcusim.report"}

MAX_LINES = 500


class Import(NamedTuple):
    """One import of a module of ours, by one of ours."""

    importer: str
    imported: str
    where: str
    in_function: bool

    @property
    def is_door(self) -> bool:
        """A result's own methods open the reports, when they are called."""
        doors = {"mcusim.result": "mcusim.report"}
        return self.in_function and doors.get(part(self.importer)) == part(self.imported)


def python_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path) for path in python_files()} | {"mcusim._native"}


def part(module: str) -> str:
    """The entry of LAYERS that a module belongs to."""
    while module not in LEVEL:
        module = module.rpartition(".")[0]
    return module


def import_statements(path: Path) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Each import of a file, and whether it stands in a function."""

    def walk(node: ast.AST, in_function: bool) -> Iterator[tuple[ast.stmt, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import | ast.ImportFrom):
                yield child, in_function
            yield from walk(
                child, in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            )

    return walk(ast.parse(path.read_text()), False)


def imported_names(statement: ast.Import | ast.ImportFrom, importer: Path) -> list[str]:
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    base = statement.module or ""
    if statement.level:
        package = list(importer.relative_to(ROOT).parent.parts)
        package = package[: len(package) - (statement.level - 1)]
        base = ".".join([*package, base] if base else package)
    return [
        f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base
        for alias in statement.names
    ]


def our_imports() -> list[Import]:
    found = []
    for path in python_files():
        for statement, in_function in import_statements(path):
            where = f"{path.relative_to(ROOT)}:{statement.lineno}"
            for name in imported_names(statement, path):
                if name == "mcusim" or name.startswith("mcusim."):
                    found.append(Import(module_name(path), name, where, in_function))
    return found


def test_every_package_has_a_layer() -> None:
    own = {name for name in MODULES if name.count(".") == 1}
    assert own <= set(LEVEL), "name the layer of each new package in LAYERS"


def test_imports_go_one_way() -> None:
    wrong = [
        f"{i.where}: {i.importer} imports {i.imported}"
        for i in our_imports()
        if LEVEL[part(i.imported)] > LEVEL[part(i.importer)] and not i.is_door
    ]
    assert wrong == []


def test_no_cycle_between_packages() -> None:
    graph: dict[str, set[str]] = {name: set() for name in LEVEL}
    for i in our_imports():
        if part(i.importer) != part(i.imported) and not i.is_door:
            graph[part(i.importer)].add(part(i.imported))
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the cycle


def test_reports_only_read_results() -> None:
    wrong = [
        f"{i.where}: {i.imported}"
        for i in our_imports()
        if part(i.importer) == "mcusim.report" and part(i.imported) not in REPORT_READS
    ]
    assert wrong == []


def test_one_module_at_most_imports_unicorn() -> None:
    importers = {
        str(path.relative_to(ROOT))
        for path in python_files()
        for statement, _ in import_statements(path)
        if any(name.split(".")[0] == "unicorn" for name in imported_names(statement, path))
    }
    assert len(importers) <= 1, importers


def test_only_the_engine_includes_unicorn() -> None:
    includers = {
        path.name for path in NATIVE.rglob("*.?pp") if "#include <unicorn/" in path.read_text()
    }
    assert includers <= {"unicorn_engine.hpp", "registers.hpp"}


def test_there_is_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert mcusim.__version__ == project["version"]


def native_enum(header: str, name: str) -> list[str]:
    """The enumerators of a C++ enum in the order that they have, in Python's spelling."""
    body = re.search(rf"enum (?:class )?{name}\b[^{{]*\{{(.*?)\}}", header, re.DOTALL)
    assert body is not None
    code = re.sub(r"//.*|=[^,]*", "", body[1])
    names = [name.strip().removeprefix("k") for name in code.split(",") if name.strip()]
    return [re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() for name in names]


def test_native_columns_are_those_of_python() -> None:
    names = native_enum((NATIVE / "activity.hpp").read_text(), "Column")
    assert tuple(names) == (*COLUMNS, "columns")


@pytest.mark.parametrize("kind", [Effect, BranchKind])
def test_native_enumerations_are_those_of_python(kind: type[IntEnum]) -> None:
    names = native_enum((NATIVE / "block.hpp").read_text(), kind.__name__)
    assert names == [member.name.lower() for member in sorted(kind)]


def stub_names(body: list[ast.stmt]) -> set[str]:
    """The public names that a stub's module or class defines."""
    names = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def public(names: list[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def test_the_stub_describes_the_native_module() -> None:
    native = pytest.importorskip("mcusim._native")
    stub = ast.parse((PACKAGE / "_native.pyi").read_text())
    assert stub_names(stub.body) == public(dir(native))
    for node in stub.body:
        if isinstance(node, ast.ClassDef):
            assert stub_names(node.body) == public(list(vars(getattr(native, node.name)))), (
                node.name
            )


def test_every_module_says_what_it_is() -> None:
    missing = [
        module_name(path)
        for path in python_files()
        if ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert missing == []


def exported(package: Path) -> dict[str, Path]:
    """The names in a package's `__all__` that it takes from its modules, with their files."""
    tree = ast.parse(package.read_text())
    wanted: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            wanted = set(ast.literal_eval(node.value))
    return {
        alias.name: ROOT.joinpath(*node.module.split(".")).with_suffix(".py")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if alias.name in wanted
    }


def test_every_exported_function_and_class_is_described() -> None:
    missing = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        for package in PACKAGE.rglob("__init__.py")
        for name, path in exported(package).items()
        if path.is_file()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and node.name == name
        and ast.get_docstring(node) is None
    ]
    assert missing == []


def test_files_are_short_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for suffix in ("py", "pyi", "cpp", "hpp")
        for path in PACKAGE.rglob(f"*.{suffix}")
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_file_names_a_place_on_one_machine() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    place = re.compile(r"(?<![\w./-])/(?:home|root|work|Users)/\w[^\s\"'<>]*")
    found = [
        f"{name}: {match[0]}"
        for name in listing.stdout.decode().split("\0")
        # Not in binaries: the C library in an ELF file tells where its makers built it.
        if (file := ROOT / name).is_file() and b"\0" not in file.read_bytes()
        for match in place.finditer(file.read_text())
    ]
    assert found == []
