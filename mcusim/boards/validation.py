"""Everything that is wrong in a file of `boards/`, at once, with lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from mcusim.boards.board_rules import BOARD_RULES, CORE_RULES, WORKLOAD_RULES, chip_file
from mcusim.boards.chip_rules import CHIP_RULES
from mcusim.boards.loading import with_devices
from mcusim.boards.paths import shown
from mcusim.boards.positions import key_lines, line_of
from mcusim.boards.reading import Mistake, Where, check_schema, keys_of, parse
from mcusim.boards.repair import repaired
from mcusim.boards.schema import BoardFile, Chip, Core, WorkloadsFile
from mcusim.errors import BoardError, UsageError

T = TypeVar("T", bound=msgspec.Struct)

Kind = Literal["board", "chip", "core", "workloads"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a file."""

    kind: Kind
    mistakes: list[Mistake]
    complete: bool
    """Whether values were checked too; they are not where a number is missing or no number."""

    def lines(self) -> list[str]:
        """A line a mistake: file, line, key, what is wrong, what to do."""
        texts = {mistake.path for mistake in self.mistakes}
        positions = {path: key_lines(path.read_text(encoding="utf-8")) for path in texts}
        return [_located(mistake, positions[mistake.path]) for mistake in self.mistakes]


def validate_file(path: Path) -> Kind:
    """Check a file of any kind.

    Raises BoardError with the first mistake.
    """
    verdict = examine(path)
    if verdict.mistakes:
        raise BoardError(str(verdict.mistakes[0]))
    return verdict.kind


def examine(path: Path) -> Verdict:
    """All mistakes of a file, and of the user's chip file that a board names.

    Raises:
        UsageError: for a file that is not there.
        BoardError: for one that is not TOML.
    """
    if not path.is_file():
        raise UsageError(f"no file {shown(path)}; give the path of a board, chip or core file")
    keys = keys_of(path)
    if "relative_energy" in keys:
        return _examine_one("core", path, Core, CORE_RULES)
    if "workload" in keys:
        return _examine_workloads(path)
    if "memory" in keys or "power" in keys:
        return _examine_one("chip", path, Chip, CHIP_RULES)
    return _examine_board(path)


def _examine_one(
    kind: Kind, path: Path, record: type[T], rules: Sequence[Callable[[T, Where], None]]
) -> Verdict:
    where = Where(path)
    found = _read(where, record)
    if found is not None:
        _judge(rules, where, found)
    return Verdict(kind, where.mistakes, found is not None)


def _examine_workloads(path: Path) -> Verdict:
    where = Where(path)
    found = _read(where, WorkloadsFile)
    for mix in found.workload if found is not None else ():
        _judge(WORKLOAD_RULES, where, mix)
    return Verdict("workloads", where.mistakes, found is not None)


def _examine_board(path: Path) -> Verdict:
    where = Where(path)
    found = _read(where, BoardFile)
    of_chip, chip = _chip_of(found.chip if found is not None else parse(where).get("chip"), where)
    mistakes = where.mistakes, of_chip.mistakes
    if chip is not None:
        _judge(CHIP_RULES, of_chip, chip)
    if found is not None and chip is not None:
        whole = with_devices(chip, found)
        if found.device and not of_chip.mistakes:
            _judge(CHIP_RULES, where, whole)
        _judge(BOARD_RULES, where, found, whole)
    return Verdict("board", [*mistakes[0], *mistakes[1]], found is not None and chip is not None)


def _chip_of(name: object, of_board: Where) -> tuple[Where, Chip | None]:
    """The chip that a board names, and the mistakes of its file."""
    if not isinstance(name, str):
        return Where(of_board.path), None
    file = chip_file(name, of_board)
    if file is None:
        return Where(of_board.path), None
    where = Where(file)
    return where, _read(where, Chip)


def _read(where: Where, record: type[T]) -> T | None:
    """The record, as it was probably meant where the schema has complaints."""
    data = parse(where)
    check_schema(data, record, where)
    return repaired(data, record)


def _judge(rules: Sequence[Callable[..., None]], where: Where, *records: msgspec.Struct) -> None:
    for rule in rules:
        known = {mistake.key for mistake in where.mistakes}
        found = Where(where.path)
        try:
            rule(*records, found)
        except (ArithmeticError, LookupError, ValueError):
            # A rule may rest on what an earlier one has just refused.
            if not where.mistakes:
                raise
        # What two rules say of one key is one mistake.
        where.mistakes.extend(m for m in found.mistakes if m.key not in known)


def _located(mistake: Mistake, lines: dict[str, int]) -> str:
    line = line_of(mistake.key, lines)
    where = shown(mistake.path) + (f":{line}" if line else "")
    return f"{where}: {mistake.key}: {mistake.problem}; {mistake.remedy}"
