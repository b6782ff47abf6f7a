"""Where board data is found: in the installed package, or at the root of a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcusim.boards import paths


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package directory elsewhere."""
    directory = tmp_path / "mcusim"
    (directory / "boards").mkdir(parents=True)
    monkeypatch.setattr(paths, "files", lambda _package: directory / "boards")
    return directory


def test_checkout_has_its_data_beside_the_package(package: Path) -> None:
    assert paths.data_root() == package.parent / "boards"


def test_installed_package_has_its_data_inside(package: Path) -> None:
    (package / "data" / "boards").mkdir(parents=True)
    assert paths.data_root() == package / "data" / "boards"


@pytest.mark.parametrize("text", ["my.toml", "boards/mine", "..\\mine"])
def test_what_looks_like_a_path(text: str) -> None:
    assert paths.is_path(text)


def test_what_looks_like_a_name() -> None:
    assert not paths.is_path("nucleo-l4r5zi")


def test_paths_are_shown_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.shown(tmp_path / "own" / "board.toml") == str(Path("own", "board.toml"))
    assert paths.shown(tmp_path.parent / "board.toml") == str(tmp_path.parent / "board.toml")
