"""What went wrong on a RISC-V hart: its traps by name, and in a sentence.

Numbers are those of mcause (Privileged Architecture 20211203, 3.1.15).
"""

from __future__ import annotations

from mcusim.cpu.stops import Cause, Stopped
from mcusim.cpu.unicorn_riscv import (
    BREAKPOINT,
    FETCH_FAULT,
    ILLEGAL,
    INTERRUPT,
    LOAD_FAULT,
    STORE_FAULT,
    STORE_MISALIGNED,
    as_riscv,
)
from mcusim.machine.machine import Machine
from mcusim.machine.places import access_in_words, place, where_programs_end

_NAMES = {
    1: "instruction access fault",
    2: "illegal instruction",
    3: "breakpoint",
    4: "load address misaligned",
    5: "load access fault",
    6: "store/AMO address misaligned",
    7: "store/AMO access fault",
    8: "environment call from U-mode",
    11: "environment call from M-mode",
}
_INTERRUPTS = {
    3: "machine software interrupt",
    7: "machine timer interrupt",
    11: "machine external interrupt",
}
_CALLS = (8, 11)
STEP_BYTES = 16
"""How far behind an instruction the code may be that goes on in its place, aligned for mtvec."""
_FORBIDDEN = {FETCH_FAULT: "fetch from", LOAD_FAULT: "read of", STORE_FAULT: "write to"}


def cause_in_words(cause: int) -> str:
    """The architecture's name of a trap."""
    if cause & INTERRUPT:
        number = cause & ~INTERRUPT
        return _INTERRUPTS.get(number, f"interrupt {number}")
    return _NAMES.get(cause, f"exception {cause}")


def is_fault(cause: int) -> bool:
    """Whether a trap is one that firmware has not asked for."""
    return cause in _NAMES and cause not in _CALLS


def step_over(machine: Machine, stopped: Stopped) -> bool:
    """Has the hart take an illegal instruction whose handler is the code just behind it.

    So start-up code writes to registers that not every core has (freedom-metal, src/entry.S). No
    handler runs. False, and nothing has changed, for any other exception.
    """
    engine = as_riscv(machine.engine)
    behind = engine.handler(ILLEGAL) - stopped.pc
    if _cause(stopped) != ILLEGAL or not 0 < behind <= STEP_BYTES:
        return False
    return engine.step_over(ILLEGAL, stopped.pc, _code(machine, stopped.pc))


def take(machine: Machine, stopped: Stopped) -> bool:
    """Has the hart take the exception; False without a handler, or in a loop of traps."""
    cause = _cause(stopped)
    if cause == 0:
        return False
    value = stopped.address or 0
    if cause == ILLEGAL:
        value = _code(machine, stopped.pc)
    elif stopped.cause is Cause.FETCH:
        value = stopped.pc
    return as_riscv(machine.engine).raise_trap(cause, stopped.pc, value)


def loops(machine: Machine) -> bool:
    """Whether the same trap came again and again without an MRET."""
    return as_riscv(machine.engine).in_trap_loop


def _cause(stopped: Stopped) -> int:
    """mcause; 0 for what no exception stands for."""
    causes = {
        Cause.UNDEFINED: ILLEGAL,
        Cause.BREAKPOINT: BREAKPOINT,
        Cause.FETCH: FETCH_FAULT,
        Cause.READ: LOAD_FAULT,
        Cause.WRITE: STORE_FAULT,
    }
    if stopped.cause in (Cause.UNALIGNED, Cause.FORBIDDEN, Cause.NO_HANDLER):
        return stopped.number
    return causes.get(stopped.cause, 0)


def _code(machine: Machine, pc: int) -> int:
    code = machine.read_memory(pc, 2)
    if code and code[0] & 3 == 3:
        code = machine.read_memory(pc, 4)
    return int.from_bytes(code, "little")


def kind(machine: Machine, stopped: Stopped) -> str:
    """The trap by its name."""
    name = cause_in_words(_cause(stopped))
    return f"{name} (trap loop)" if loops(machine) else name


def sentence(machine: Machine, stopped: Stopped, where: str) -> str:
    """What happened, and what to look at."""
    if loops(machine):
        happened = _happened(machine, stopped, where)
        return (
            f"the same trap again and again, without an MRET between: {happened}; the trap handler "
            "can't run: look at its first instructions, its stack and mtvec"
        )
    return _happened(machine, stopped, where)


def _happened(machine: Machine, stopped: Stopped, where: str) -> str:
    match stopped.cause:
        case Cause.READ | Cause.WRITE:
            write = stopped.cause is Cause.WRITE
            return access_in_words(machine, stopped.address or 0, write, where)
        case Cause.FETCH:
            came = place(machine, machine.register("ra"))[0]
            link = f"; ra points into {came}" if came else ""
            return (
                f"jump to 0x{stopped.pc:08x}, where there is no code{link}: "
                "look for a null or damaged function pointer, or an overwritten return address"
            )
        case Cause.UNDEFINED:
            code = _code(machine, stopped.pc)
            digits = 8 if code & 3 == 3 else 4
            return f"illegal instruction 0x{code:0{digits}x} in {where}: {_missing(machine, code)}"
        case Cause.UNALIGNED:
            verb = "write to" if stopped.number == STORE_MISALIGNED else "read of"
            return (
                f"{verb} 0x{stopped.address or 0:08x} in {where}: no multiple of its size; "
                f"{machine.board.chip.core} does not split it; look at casts of pointers"
            )
        case Cause.FORBIDDEN:
            return (
                f"{_FORBIDDEN[stopped.number]} 0x{stopped.address or 0:08x} in {where}: physical "
                f"memory protection forbids it to {_level(machine)} mode; "
                "look at pmpcfg and pmpaddr"
            )
        case Cause.BREAKPOINT:
            return (
                f"EBREAK in {where}: not a semihosting call, and no debugger is there"
                f"{where_programs_end(machine)}"
            )
        case Cause.NO_HANDLER:
            return no_handler(machine, stopped.number, where)
        case _:
            return f"the core stopped in {where} for an unknown reason ({stopped.number})"


def _level(machine: Machine) -> str:
    return "machine" if machine.engine.privileged else "user"


def _missing(machine: Machine, code: int) -> str:
    hart = machine.board.chip.riscv
    has = f"{machine.board.chip.core} has RV32{hart.extensions if hart else ''}"
    if code & 0x7F == 0x73 and code >> 12 & 3:
        return f"in {_level(machine)} mode there is no register 0x{code >> 20:03x} for it ({has})"
    if code == 0:
        return "it is `unimp`, with which abort() may end; if not, look for a jump into data"
    return f"{has}; look at -march, or for a jump into data"


def no_handler(machine: Machine, cause: int, where: str) -> str:
    """Says that nothing serves a trap."""
    entry = as_riscv(machine.engine).handler(cause)
    name = place(machine, entry)[0]
    if not entry or not machine.read_memory(entry, 2):
        what = f"is 0x{entry:08x}, where there is no code"
    else:
        what = f"leads to {name or f'0x{entry:08x}'}, which only branches to itself"
    return f"{cause_in_words(cause)} in {where} has no handler: mtvec {what}; set mtvec to one"
