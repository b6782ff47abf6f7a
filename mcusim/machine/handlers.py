"""Exceptions and their handlers by the names that the chip and the firmware give them."""

from __future__ import annotations

import re

from mcusim.cpu.unicorn_arm import FIRST_INTERRUPT, as_arm
from mcusim.machine import riscv_faults
from mcusim.machine.machine import Machine

_NAMES = {
    2: "NMI",
    3: "HardFault",
    4: "MemManage",
    5: "BusFault",
    6: "UsageFault",
    11: "SVC",
    12: "DebugMonitor",
    14: "PendSV",
    15: "SysTick",
}
DEFAULT = "Default_Handler"
"""What start-up code by CMSIS's template calls the loop that stands in for handlers."""
SUGGESTED = 3
"""With more handlers to choose from, none is named: EXTI and DMA have one for each line."""


def exception_name(machine: Machine, number: int) -> str:
    """Name of an exception, "IRQ 28 (tim2)" for an interrupt of the chip."""
    if machine.board.chip.riscv is not None:
        return riscv_faults.cause_in_words(number)
    if number < FIRST_INTERRUPT:
        return _NAMES.get(number, f"exception {number}")
    devices = ", ".join(_devices(machine, number))
    return f"IRQ {number - FIRST_INTERRUPT}" + (f" ({devices})" if devices else "")


def _devices(machine: Machine, number: int) -> list[str]:
    return [d.name for d in machine.devices.values() if number - FIRST_INTERRUPT in d.interrupts]


def no_handler(machine: Machine, number: int, where: str) -> str:
    """Says that nothing serves an exception, and which function would."""
    entry = as_arm(machine.engine).vector_table + 4 * number & 0xFFFFFFFF
    vector = int.from_bytes(machine.read_memory(entry, 4), "little")
    aliases = machine.image.symbols.functions_starting_at(vector & ~1)
    if not vector & 1 or not machine.read_memory(vector & ~1, 2):
        what = f"is 0x{vector:08x}, no address of code"
    else:
        what = f"leads to {_default(machine, vector & ~1, aliases)}, which only branches to itself"
    wanted = _wanted(machine, number, aliases)
    return (
        f"{exception_name(machine, number)} in {where} has no handler: its vector (offset "
        f"0x{4 * number:x}, at 0x{entry:08x}) {what}; define "
        f"{wanted or 'the handler under the name that the vector table uses'}, "
        "or do not enable the exception"
    )


def _default(machine: Machine, address: int, aliases: list[str]) -> str:
    """Of the weak names that start-up code gives to one loop, the loop's own."""
    default = machine.image.symbols.value(DEFAULT)
    if DEFAULT in aliases or (default is not None and default & ~1 == address):
        return DEFAULT
    return aliases[0] if aliases else f"0x{address:08x}"


def _wanted(machine: Machine, number: int, aliases: list[str]) -> str:
    """The weak names that speak of this exception's device."""
    subjects = _devices(machine, number) or [_NAMES.get(number, "?")]
    # Not LPTIM2_IRQHandler for tim2, nor TIM20_IRQHandler.
    spoken_of = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, subjects))})(?![0-9])", re.I)
    wanted = [name for name in aliases if spoken_of.search(name)]
    return " or ".join(wanted) if len(wanted) <= SUGGESTED else ""
