"""`mcusim show` and `mcusim plot`: saved results, seen again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.fake_engine import Shell
from tests.report.factory import make_battery, make_result


@pytest.fixture
def saved(tmp_path: Path) -> str:
    path = tmp_path / "run.mcusim"
    make_result().save(path)
    return str(path)


def test_show_prints_the_report(saved: str, shell: Shell) -> None:
    outcome = shell("show", saved)
    assert outcome.status == 0
    assert "One inference  14.2 ms" in outcome.out


def test_show_json_is_the_file(saved: str, shell: Shell) -> None:
    assert json.loads(shell("show", saved, "--json").out) == json.loads(Path(saved).read_text())


@pytest.mark.parametrize(
    ("flag", "part"),
    [
        ("--functions", "memset"),
        ("--memory", "dense1_weights"),
        ("--regions", "network_invoke"),
        ("--basis", "PS v1.7"),
    ],
)
def test_show_has_the_tables_in_full(flag: str, part: str, saved: str, shell: Shell) -> None:
    assert part in shell("show", saved, flag).out


def test_show_works_out_another_battery_without_a_run(saved: str, shell: Shell) -> None:
    outcome = shell("show", saved, "--battery", "cr2450", "--every", "1min")
    assert "Battery        CR2450 coin cell, every 1 minute" in outcome.out
    assert shell.engine.calls == []


def test_plot_draws_an_image(saved: str, shell: Shell, tmp_path: Path) -> None:
    image = tmp_path / "power.png"
    assert shell("plot", saved, "-o", str(image)).status == 0
    assert image.read_bytes().startswith(b"\x89PNG")
    assert shell("plot", saved, "-o", str(image)).status == 2
    assert shell("plot", saved, "-o", str(image), "--force", "--kind", "functions").status == 0


def test_plot_of_a_battery_life_needs_a_battery(saved: str, shell: Shell, tmp_path: Path) -> None:
    arguments = ("plot", saved, "-o", str(tmp_path / "life.svg"), "--kind", "battery-life")
    assert "cr2032 every 10s" in shell(*arguments).err
    assert shell(*arguments, "--battery", "cr2032", "--every", "10s").status == 0
    make_result(battery=make_battery()).save(saved, force=True)
    assert shell(*arguments, "--force").status == 0


@pytest.mark.parametrize("name", ["power", "power.bmp", "power.mcusim"])
def test_plot_names_the_formats(name: str, saved: str, shell: Shell, tmp_path: Path) -> None:
    outcome = shell("plot", saved, "-o", str(tmp_path / name))
    assert outcome.status == 2
    assert ".png, .svg or .pdf" in outcome.err


@pytest.mark.parametrize("verb", [["show"], ["plot", "-o", "x.png"]])
def test_a_missing_file_says_how_to_make_one(verb: list[str], shell: Shell) -> None:
    outcome = shell(*verb, "none.mcusim")
    assert outcome.status == 2
    assert "mcusim run FIRMWARE -o none.mcusim" in outcome.err
