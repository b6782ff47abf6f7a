"""All mistakes of a file at once: line, key, what is wrong, what to do."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from own_board_files import OwnBoard

from mcusim.boards.paths import data_root
from mcusim.boards.positions import key_lines, line_of
from mcusim.boards.validation import examine
from mcusim.cli.app import main
from mcusim.errors import McusimError


def lines_of(path: Path) -> list[str]:
    """The mistakes without the folder."""
    return [line.replace(f"{path.parent}/", "") for line in examine(path).lines()]


def test_every_mistake_is_named_with_its_line(own_board: OwnBoard) -> None:
    own_board.change_board("clock_hz = 64e6", "clock_mhz = 128")
    own_board.change_board("supply_v = 3.0", "supply_v = 1.2")
    own_board.change_board('console = "uart0"', 'console = "uart7"\ncolour = "red"')
    own_board.change_chip('default_sleep = "system-on"', 'default_sleep = "stop2"')
    own_board.change_chip("typical_a = 3.3e-3", "typical_ma = 3.3")
    found = lines_of(own_board.board)
    assert [line.partition(": ")[2].partition(":")[0] for line in found] == [
        *("clock_mhz", "colour", "clock_hz", "supply_v", "console"),
        *("power.run[0].typical_ma", "power.default_sleep"),
    ]
    assert all("; " in line for line in found), "what to do"
    for line in found:
        place = re.match(r"(\w+\.toml):(\d+): (?:[^:]*\.)?(\w+): ", line)
        if place is None:
            # What is not in the file, but was meant.
            assert line.startswith("board.toml: clock_hz: 128e6 Hz is beyond"), line
            continue
        text = (own_board.board.parent / place[1]).read_text(encoding="utf-8").splitlines()
        assert text[int(place[2]) - 1].startswith(f"{place[3]} = "), line


def test_several_mistakes_of_one_kind(own_board: OwnBoard) -> None:
    own_board.change_chip('source = "PS', 'source = ""\n# "PS')
    own_board.change_chip('source = "PS', 'source = ""\n# "PS')
    found = [line for line in lines_of(own_board.board) if "is empty; name the document" in line]
    assert len(found) == 2


def test_values_wait_for_what_has_no_meaning(own_board: OwnBoard) -> None:
    own_board.change_board("supply_v = 3.0", "supply_v = true")
    own_board.change_chip("ways = 2\n", "")
    verdict = examine(own_board.board)
    assert not verdict.complete
    assert [m.key for m in verdict.mistakes] == ["supply_v", "flash_timing.icache.ways"]


def test_the_command_lists_them_and_fails(
    own_board: OwnBoard, capsys: pytest.CaptureFixture[str]
) -> None:
    own_board.change_board("clock_hz = 64e6", "clock_hz = 64")
    own_board.change_board('console = "uart0"', 'console = "uart7"')
    assert main(["boards", "validate", str(own_board.board)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 2
    assert re.search(r"board\.toml:\d+: clock_hz: is in hertz", printed.err)


TOML = """
name = "x"
[a]
one = 1
[[b.c]]
two = 2
rows = [
  { up = 1 },  # ]
  { up = 2 },
]
[[b.c]]
two = "["
[b.c.d]
"three" = 3
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        *(("name", 2), ("a.one", 4), ("b.c[0].two", 6), ("b.c[0].rows[1].up", 7)),
        *(("b.c[1].two", 12), ("b.c[1].d.three", 14), ("b.c[1].d.missing", 13), ("b.c", 5)),
        *(("a.missing", 3), ("missing", None), ("workload 'x': per_cycle.alu", None)),
    ],
)
def test_lines_of_keys(key: str, line: int | None) -> None:
    assert line_of(key, key_lines(TOML)) == line


@pytest.mark.parametrize("seed", range(60))
def test_no_damage_is_more_than_a_list_of_mistakes(seed: int, tmp_path: Path) -> None:
    pick = random.Random(seed)
    kinds = ("*.toml", "chips/*.toml", "cores/*.toml")
    source = pick.choice(sorted(file for kind in kinds for file in data_root().glob(kind)))
    lines = source.read_text(encoding="utf-8").splitlines()
    for _ in range(pick.choice([1, 3, 10])):
        at = pick.randrange(len(lines))
        key, equals, value = lines[at].partition(" = ")
        damaged = ["0", "-1", "1e30", "true", '""', "[]", "0x7fffffff", "nan", "[[1]]", value]
        lines[at] = pick.choice(["", f"{key}x{equals}{value}", f"{key} = {pick.choice(damaged)}"])
    path = tmp_path / "damaged.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        found = examine(path).lines()
    except McusimError as error:
        found = [f"{error}; not TOML"]
    assert all("; " in line and "\n" not in line for line in found)
