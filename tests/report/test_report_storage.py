"""Results on disk: written in one piece, refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcusim.errors import InternalError, UsageError
from mcusim.report.storage import is_result_file, load, save
from mcusim.result import SCHEMA_VERSION, Result
from tests.report.factory import (
    make_battery,
    make_collision,
    make_faulted_result,
    make_hot_loop,
    make_memory,
    make_result,
)

RESULTS = {
    "good": make_result(battery=make_battery()),
    "fault": make_faulted_result(hot_loop=make_hot_loop()),
    "collision": make_result(memory=make_memory(collision=make_collision())),
    "empty": make_result(regions=[], functions=[], output="", exit_code=None),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_saved_result_comes_back_equal(name: str, tmp_path: Path) -> None:
    path = tmp_path / "run.mcusim"
    save(RESULTS[name], path)
    assert load(path) == RESULTS[name]


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_result().save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    path = tmp_path / "run.mcusim"
    path.write_text("precious")
    with pytest.raises(UsageError, match="--force"):
        save(make_result(), path)
    assert path.read_text() == "precious"
    save(make_result(), path, force=True)
    assert Result.load(path) == make_result()


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    save(make_result(), tmp_path / "run.mcusim")
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.mcusim"]


@pytest.mark.parametrize("target", [".", "missing/run.mcusim"])
def test_places_that_hold_no_file_are_refused(target: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="directory"):
        save(make_result(), tmp_path / target)


def test_a_newer_file_says_which_mcusim_is_needed(tmp_path: Path) -> None:
    document = make_result(mcusim_version="9.1.0").to_dict()
    document["schema_version"] = SCHEMA_VERSION + 1
    document["cycles"] = "changed its type since"
    path = tmp_path / "new.mcusim"
    path.write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"use mcusim 9\.1\.0 or newer"):
        load(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged"),
        (b"\x7fELF\x01\x01", "damaged"),
        (b"{}", "no mcusim result"),
        (b'{"schema_version": 1, "mcusim_version": "0.1.0"}', "is damaged"),
        (make_result().to_json().encode()[:-200], "damaged"),
        (b'{"schema_version": "1", "mcusim_version": "0.1.0"}', "no mcusim result"),
        (b"\xff\xfe{", "damaged"),
    ],
)
def test_a_damaged_file_is_refused_on_one_line(
    content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.mcusim"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as error:
        load(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mcusim run FIRMWARE -o"):
        load(tmp_path / "none.mcusim")


def test_a_figure_that_json_has_not_is_caught_at_once(tmp_path: Path) -> None:
    with pytest.raises(InternalError):
        save(make_result(time_s=float("inf")), tmp_path / "run.mcusim")
    assert not list(tmp_path.iterdir())


def test_results_are_told_from_firmware(tmp_path: Path) -> None:
    (tmp_path / "r").write_text(make_result().to_json())
    (tmp_path / "e").write_bytes(b"\x7fELF")
    (tmp_path / "h").write_text(":020000040800F2\n")
    assert [is_result_file(tmp_path / name) for name in "rehx"] == [True, False, False, False]
