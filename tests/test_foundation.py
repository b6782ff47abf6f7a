"""The commands of the repository, and what they say where the machine lacks something."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A stand-in for Python that differs from the real one in the one point under test.
FAKE_PYTHON = """#!/bin/sh
case $2 in
    *{question}*) {answer} ;;
esac
exec {python} "$@"
"""


def check_machine(
    python: Path | str = sys.executable, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ROOT / "tools" / "check_machine.sh", python, *options],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def complaint(process: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed command printed."""
    assert process.returncode != 0
    (line,) = process.stderr.splitlines()
    assert line.startswith("mcusim: ")
    return line


def fake_python(directory: Path, question: str, answer: str, name: str = "python3") -> Path:
    path = directory / name
    path.write_text(FAKE_PYTHON.format(question=question, answer=answer, python=sys.executable))
    path.chmod(0o755)
    return path


def fake_compiler(directory: Path, script: str) -> str:
    path = directory / "compiler"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_this_machine_has_all_that_building_needs() -> None:
    process = check_machine()
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_python_is_missing() -> None:
    assert "python3.99 was not found" in complaint(check_machine("python3.99"))


def test_python_does_not_start(tmp_path: Path) -> None:
    broken = tmp_path / "python3"
    broken.write_text("#!/bin/sh\necho 'a long story' >&2\nexit 127\n")
    broken.chmod(0o755)
    assert "does not start" in complaint(check_machine(broken))


def test_python_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\ncase $2 in *%d.%d*) echo 3.10 ;; *) exit 1 ;; esac\n")
    old.chmod(0o755)
    line = complaint(check_machine(old))
    assert "is Python 3.10, but 3.11 or later is needed" in line
    assert "PYTHON=python3.12" in line


@pytest.mark.parametrize(("name", "package"), [("python3", "python3"), ("python3.11", None)])
def test_venv_is_missing(tmp_path: Path, name: str, package: str | None) -> None:
    python = fake_python(tmp_path, "ensurepip", "exit 1", name)
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert complaint(check_machine(python)).endswith(f"apt install {package or own}-venv")


def test_headers_are_missing(tmp_path: Path) -> None:
    python = fake_python(tmp_path, "sysconfig", "echo /nowhere; exit 0")
    line = complaint(check_machine(python))
    assert "/nowhere/Python.h" in line
    assert line.endswith("apt install python3-dev")


def test_no_compiler_at_all(tmp_path: Path) -> None:
    line = complaint(check_machine(PATH=str(tmp_path), CXX=""))
    assert line == "mcusim: no C++ compiler was found; install one: apt install g++"


def test_the_named_compiler_is_missing() -> None:
    line = complaint(check_machine(CXX="g++-of-another-day"))
    assert "'g++-of-another-day' does not start" in line
    assert "apt install g++" in line


def test_the_compiler_is_too_old(tmp_path: Path) -> None:
    compiler = fake_compiler(tmp_path, '[ "$1" = --version ]')
    assert "can't compile C++20; install g++ 10 or later" in complaint(check_machine(CXX=compiler))


def test_a_compiler_may_be_several_words() -> None:
    assert check_machine(CXX="env c++").returncode == 0


def test_sanitizers_want_gcc(tmp_path: Path) -> None:
    clang = fake_compiler(tmp_path, 'case "$*" in *-E*) echo 1 ;; esac')
    line = complaint(check_machine(sys.executable, "sanitize", CXX=clang))
    assert line.endswith("make sanitize CXX=g++")


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_begins_with_that_line(tmp_path: Path, target: str) -> None:
    """In a bare copy of the repository's make files: nothing is made before the check."""
    make = shutil.which("make")
    assert make is not None
    (tmp_path / "tools").mkdir()
    for name in ("Makefile", "pyproject.toml", "tools/check_machine.sh"):
        shutil.copy(ROOT / name, tmp_path / name)
    process = subprocess.run(
        [make, "--silent", target, "PYTHON=python3.99"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
        capture_output=True,
        text=True,
        check=False,
    )
    first, *rest = process.stderr.splitlines()
    assert first.startswith("mcusim: python3.99 was not found")
    assert all(line.startswith("make") for line in rest)
    assert not (tmp_path / ".venv").exists()


SKIPPING_TESTS = """
import pytest

@pytest.mark.skipif(True, reason="qemu-system-arm is not installed")
def test_by_mark(): pass

def test_by_call():
    pytest.skip("arm-none-eabi-gcc is not installed")

def test_by_import():
    pytest.importorskip("a_module_of_nobody")

def test_for_another_reason():
    pytest.skip("this compiler differs from the manifest's")

@pytest.mark.xfail(reason="the tool is missing")
def test_expected_to_fail():
    assert False
"""


@pytest.mark.parametrize(
    ("ci", "outcome"),
    [("true", "2 failed, 1 skipped, 1 xfailed, 1 error"), ("", "4 skipped, 1 xfailed")],
)
def test_a_missing_tool_fails_on_the_build_server(tmp_path: Path, ci: str, outcome: str) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_tools.py").write_text(SKIPPING_TESTS)
    process = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in process.stdout.splitlines()[-1]


def test_a_module_that_skips_as_a_whole_fails_there_too(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_tools.py").write_text(
        "import pytest\npytest.skip('gdb is not installed', allow_module_level=True)\n"
    )
    process = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env=os.environ | {"CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode != 0
    assert "a missing tool fails the test: " in process.stdout


def test_the_package_works_from_the_root_of_a_checkout() -> None:
    """There the source tree comes first on the path, and the native core lies elsewhere."""
    code = "import mcusim; mcusim.run"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
