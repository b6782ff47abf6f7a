"""Where an address of the firmware is, in the user's terms."""

from __future__ import annotations

from mcusim.machine.machine import Machine


def place(machine: Machine, pc: int) -> tuple[str, str]:
    """Function and source line at `pc`; empty where unknown."""
    found = machine.image.symbol_at(pc)
    return (found[0] if found else ""), machine.image.line_at(pc)


def place_in_words(machine: Machine, pc: int) -> str:
    """Function and source line at `pc` in words, its address where there is no symbol."""
    function, line = place(machine, pc)
    return (function or f"0x{pc:08x}") + (f" ({line})" if line else "")


def access_in_words(machine: Machine, address: int, write: bool, where: str) -> str:
    """Why no access of `address` is possible."""
    verb = "write to" if write else "read of"
    region = machine.board.region_at(address)
    if region is not None:
        return f"{verb} 0x{address:08x} in {where}: {region.name} can't be written like RAM"
    regions = ", ".join(
        f"{m.name} 0x{m.base:08x}-0x{m.base + m.size_bytes - 1:08x}"
        for m in machine.board.chip.memory
    )
    return f"{verb} 0x{address:08x} in {where}: nothing is mapped there; memories are {regions}"


def where_programs_end(machine: Machine) -> str:
    """Of a breakpoint without symbols: that it may be where the firmware's main returned to."""
    if machine.image.symbols.functions:
        return ""
    return "; if main has returned, that is _exit: the ELF's symbols would tell"
