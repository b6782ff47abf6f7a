"""Accesses to addresses that no device answers: told once a block, and loops that wait there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcusim.machine.svd import Svd

BLOCK_SHIFT = 12
"""Told once for each 4 kB, the block of a peripheral in most chips."""
POLL_READS = 1000
"""Reads of one register, with nothing else between, after which it counts as a wait."""

LINES_LIMIT = 50


@dataclass(slots=True)
class Block:
    """What happened in one block."""

    address: int
    write: bool
    pc: int
    reads: int
    writes: int
    registers: set[int]


class Unmodelled:
    """Keeps the accesses of a run, and says what is worth saying of them."""

    def __init__(
        self, where: Callable[[int], str], nearest: Callable[[int], str], pc: Callable[[], int]
    ) -> None:
        self._where = where
        self._nearest = nearest
        self._pc = pc
        self.svd: Svd | None = None
        self._blocks: dict[int, Block] = {}
        self._last = -1
        self._in_a_row = 0
        self._polls: dict[int, int] = {}
        """PC of the loop that waits, by the register's address."""

    def accessed(self, address: int, write: bool) -> None:
        """Takes an access."""
        block = self._blocks.get(address >> BLOCK_SHIFT)
        if block is None:
            block = Block(address, write, self._pc(), 0, 0, set())
            self._blocks[address >> BLOCK_SHIFT] = block
        block.registers.add(address & ~3)
        if write:
            block.writes += 1
            self._last = -1
            return
        block.reads += 1
        self._in_a_row = self._in_a_row + 1 if address == self._last else 1
        self._last = address
        if self._in_a_row == POLL_READS and address not in self._polls:
            self._polls[address] = self._pc()

    def lines(self) -> list[str]:
        """One line for each loop that waits, one for each block."""
        lines = [
            *(self._poll(address, pc) for address, pc in self._polls.items()),
            *(self._line(block) for block in self._blocks.values()),
        ]
        if len(lines) <= LINES_LIMIT:
            return lines
        rest = len(lines) - LINES_LIMIT
        return [*lines[:LINES_LIMIT], f"{rest} more places where no device is modelled"]

    def _register(self, address: int) -> str:
        name = self.svd.name(address) if self.svd is not None else ""
        return f"0x{address:08x} ({name})" if name else f"0x{address:08x}"

    def _poll(self, address: int, pc: int) -> str:
        return (
            f"a loop{self._where(pc)} waits for {self._register(address)}, which is not modelled "
            f"and reads as 0; give it what the firmware waits for in the board file: "
            f"[[poll]] with address = 0x{address:08x} and value = 1, or model it (--device FILE.py)"
        )

    def _line(self, block: Block) -> str:
        kind = "write to" if block.write else "read of"
        more = ""
        if block.reads + block.writes > 1:
            names = [self._register(a) for a in sorted(block.registers - {block.address & ~3})]
            shown = f", also {', '.join(names[:4])}" if names else ""
            rest = f" and {len(names) - 4} more" if len(names) > 4 else ""
            more = f" ({block.reads} reads and {block.writes} writes in this block{shown}{rest})"
        return (
            f"{kind} {self._register(block.address)}{self._where(block.pc)}: no device is modelled "
            f"there{self._nearest(block.address)}; it reads as 0 and ignores writes{more}"
        )
