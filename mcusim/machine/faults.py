"""What went wrong, in the architecture's words and in a sentence (ARM DDI0403E B1.5.6)."""

from __future__ import annotations

from dataclasses import replace

from mcusim.cpu.stops import Cause, Stopped
from mcusim.cpu.unicorn_arm import EXC_RETURN_LOWEST, WITHOUT_FAULT_STATUS, as_arm
from mcusim.machine import riscv_faults
from mcusim.machine.frames import Frame, call_stack
from mcusim.machine.handlers import exception_name, no_handler
from mcusim.machine.machine import Machine
from mcusim.machine.places import access_in_words, place, place_in_words, where_programs_end
from mcusim.result import Fault

_KINDS = {
    Cause.BREAKPOINT: "HardFault: DEBUGEVT",
    Cause.SUPERVISOR_CALL: "SVC",
    Cause.EXCEPTION_RETURN: "UsageFault: INVPC",
    Cause.UNDEFINED: "UsageFault: UNDEFINSTR",
    Cause.NO_COPROCESSOR: "UsageFault: NOCP",
    Cause.INVALID_STATE: "UsageFault: INVSTATE",
    Cause.STACK_LIMIT: "UsageFault: STKOF",
    Cause.UNALIGNED: "UsageFault: UNALIGNED",
    Cause.DIVIDE_BY_ZERO: "UsageFault: DIVBYZERO",
    Cause.FETCH: "BusFault: IBUSERR",
    Cause.READ: "BusFault: PRECISERR",
    Cause.WRITE: "BusFault: PRECISERR",
    Cause.NO_STACK: "BusFault: STKERR",
    Cause.UNKNOWN: "HardFault",
}
_COPROCESSOR_MASK, _COPROCESSOR, _LAST_OF_CHIP = 0xEC00, 0xEC00, 7
_SVCALL = 11

PRIVATE_BUS = range(0xE0000000, 0xE0100000)
"""The core's own registers (ARM DDI0403E B3.1)."""
DENIED = "MemManage: DACCVIOL"
KEPT_OUT = "a controller of the chip keeps it from {state} accesses: look at what it attributes"
SECURITY = {1: "INVEP", 2: "INVIS", 4: "INVER", 8: "AUVIOL", 16: "INVTRAN"}
"""Bits of SFSR (ARM DDI0553)."""

_ENDS = (Cause.SUPERVISOR_CALL, Cause.NO_HANDLER, Cause.NO_STACK)
"""What no handler can take."""

FAULT_HANDLERS = range(2, 7)
"""Exception numbers of NMI, HardFault, MemManage, BusFault and UsageFault."""
NMI, HARD_FAULT, BUS_FAULT, USAGE_FAULT = 2, 3, 5, 6
# Bits of CFSR (ARM DDI0403E B3.2.15).
_STATUS = {
    Cause.UNDEFINED: (USAGE_FAULT, 1 << 16),
    Cause.INVALID_STATE: (USAGE_FAULT, 1 << 17),
    Cause.EXCEPTION_RETURN: (USAGE_FAULT, 1 << 18),
    Cause.NO_COPROCESSOR: (USAGE_FAULT, 1 << 19),
    Cause.STACK_LIMIT: (USAGE_FAULT, 1 << 20),
    Cause.UNALIGNED: (USAGE_FAULT, 1 << 24),
    Cause.DIVIDE_BY_ZERO: (USAGE_FAULT, 1 << 25),
    Cause.FETCH: (BUS_FAULT, 1 << 8),
    Cause.READ: (BUS_FAULT, 1 << 9 | 1 << 15),
    Cause.WRITE: (BUS_FAULT, 1 << 9 | 1 << 15),
}


def take(machine: Machine, stopped: Stopped) -> bool:
    """Has the core take the fault.

    False, and nothing has changed, when it can't: at lock-up, without room on the stack, or without
    a handler that does more than branch to itself.
    """
    if stopped.cause in _ENDS:
        return False
    if machine.board.chip.riscv is not None:
        return riscv_faults.take(machine, stopped)
    number, status = _STATUS.get(stopped.cause, (HARD_FAULT, 0))
    address = stopped.address if status & 1 << 15 else None
    engine = as_arm(machine.engine)
    return engine.raise_fault(number, stopped.pc, status, address is not None, address or 0)


def step_over(machine: Machine, stopped: Stopped) -> bool:
    """Has the core go on behind an instruction that the firmware only tries; False for others."""
    return machine.board.chip.riscv is not None and riscv_faults.step_over(machine, stopped)


def locks_up(machine: Machine) -> bool:
    """Whether a fault that can't be taken locks the core up: in HardFault or NMI (B1.5.15)."""
    riscv = machine.board.chip.riscv is not None
    return not riscv and machine.architecture.exception(machine.engine) in (NMI, HARD_FAULT)


def loops(machine: Machine) -> bool:
    """Whether the fault is one that its own handler makes again and again."""
    return machine.board.chip.riscv is not None and riscv_faults.loops(machine)


def serves_one(machine: Machine) -> bool:
    """Whether the handler of a fault runs."""
    number = machine.architecture.exception(machine.engine)
    if machine.board.chip.riscv is not None:
        return riscv_faults.is_fault(number)
    return number in FAULT_HANDLERS


def describe(machine: Machine, stopped: Stopped) -> Fault:
    """Describes the fault that a run ended in."""
    where = place_in_words(machine, stopped.pc)
    if machine.board.chip.riscv is not None:
        kind = riscv_faults.kind(machine, stopped)
        message = riscv_faults.sentence(machine, stopped, where)
    else:
        stopped = _at_instruction(stopped)
        where = place_in_words(machine, stopped.pc)
        message = _sentence(machine, stopped, where, _registers(machine, stopped.pc))
        kind = _kind(machine, stopped)
    fault = failure(machine, stopped, kind, message)
    if stopped.cause in (Cause.READ, Cause.WRITE, Cause.FORBIDDEN, Cause.NO_STACK):
        fault.address = stopped.address
    return fault


def _at_instruction(stopped: Stopped) -> Stopped:
    """After an SVC the PC is already behind it."""
    if stopped.cause is Cause.SUPERVISOR_CALL:
        return replace(stopped, pc=stopped.pc - 2)
    return stopped


def _kind(machine: Machine, stopped: Stopped) -> str:
    kind = _KINDS.get(stopped.cause, "HardFault")
    if as_arm(machine.engine).mpu_denied and stopped.cause in (Cause.READ, Cause.WRITE):
        kind = DENIED
    if violation := as_arm(machine.engine).security_violation:
        kind = f"SecureFault: {SECURITY[violation]}"
    if machine.board.chip.core in WITHOUT_FAULT_STATUS and ("Fault: " in kind or kind == DENIED):
        kind = "HardFault"
    if stopped.cause is Cause.NO_HANDLER:
        kind = exception_name(machine, stopped.number)
    return kind


def failure(machine: Machine, stopped: Stopped, kind: str, message: str) -> Fault:
    """Where the core is, with a kind and a sentence from elsewhere."""
    registers = _registers(machine, stopped.pc)
    link = registers[machine.architecture.link] & ~1
    frames = _with_caller(stopped, link, registers["sp"], machine.engine.frames())
    function, line = place(machine, stopped.pc)
    return Fault(
        kind=kind,
        message=message,
        pc=stopped.pc,
        function=function,
        line=line,
        address=None,
        core=machine.core,
        registers=registers,
        call_stack=call_stack(machine.image, stopped.pc, frames),
    )


def _registers(machine: Machine, pc: int) -> dict[str, int]:
    registers = {name: machine.register(name) for name in machine.architecture.reported}
    return registers | {"pc": pc}


def _with_caller(stopped: Stopped, link: int, sp: int, frames: list[Frame]) -> list[Frame]:
    """A call that went nowhere entered no block: the link tells where it came from."""
    called = stopped.cause in (Cause.FETCH, Cause.INVALID_STATE)
    if not called or (frames and frames[-1][1] == link):
        return frames
    return [*frames, (stopped.pc, link, sp)]


def _kept_out(machine: Machine, stopped: Stopped, where: str) -> str:
    fetch = stopped.cause is Cause.FETCH
    verb = "jump to" if fetch else "write to" if stopped.cause is Cause.WRITE else "read of"
    address = stopped.pc if fetch else stopped.address or 0
    engine = as_arm(machine.engine)
    state = "Secure" if engine.secure_access(address) else "Non-secure"
    if not engine.privileged:
        state = f"unprivileged {state}"
    place = "" if fetch else f" in {where}"
    return f"{verb} 0x{address:08x}{place}: " + KEPT_OUT.format(state=state)


def _sentence(machine: Machine, stopped: Stopped, where: str, registers: dict[str, int]) -> str:
    if violation := as_arm(machine.engine).security_violation:
        return _security_sentence(stopped, SECURITY[violation], where)
    if as_arm(machine.engine).bus_denied:
        return _kept_out(machine, stopped, where)
    match stopped.cause:
        case Cause.READ | Cause.WRITE:
            return _access_sentence(machine, stopped, where)
        case Cause.FETCH:
            came = place(machine, registers["lr"] & ~1)[0]
            link = f"; LR points into {came}" if came else ""
            return (
                f"jump to 0x{stopped.pc:08x}, where there is no code{link}: "
                "look for a null or damaged function pointer, or an overwritten return address"
            )
        case Cause.NO_COPROCESSOR:
            return _coprocessor_sentence(machine, stopped.pc, where)
        case Cause.UNDEFINED:
            code = machine.read_memory(stopped.pc, 4)
            return (
                f"undefined instruction {code[1::-1].hex()} {code[:1:-1].hex()} in {where}: "
                f"{machine.board.chip.core} has no such instruction; look at -mcpu, "
                "or for a jump into data"
            )
        case Cause.SUPERVISOR_CALL:
            return no_handler(machine, _SVCALL, where)
        case Cause.NO_HANDLER:
            return no_handler(machine, stopped.number, where)
        case Cause.NO_STACK:
            return (
                f"{exception_name(machine, stopped.number)} in {where}: its frame at "
                f"0x{stopped.address or 0:08x} is outside RAM: look for a stack overflow"
            )
        case Cause.BREAKPOINT:
            return (
                f"BKPT in {where}: not a semihosting call (BKPT 0xAB), and no debugger is there"
                f"{where_programs_end(machine)}"
            )
        case Cause.EXCEPTION_RETURN:
            return (
                f"EXC_RETURN (0x{EXC_RETURN_LOWEST:08x} or above) loaded into the PC outside of "
                "an exception handler"
            )
        case Cause.INVALID_STATE:
            return f"jump in {where} to an address without its Thumb bit (bit 0)"
        case Cause.DIVIDE_BY_ZERO:
            return f"division by zero in {where}, which CCR.DIV_0_TRP makes a fault"
        case Cause.STACK_LIMIT:
            return (
                f"stack overflow in {where}: SP 0x{registers['sp']:08x} would fall below its limit "
                "(MSPLIM or PSPLIM)"
            )
        case Cause.UNALIGNED:
            return f"unaligned access in {where} by an instruction that needs an aligned address"
        case _:
            return f"the core stopped in {where} for an unknown reason ({stopped.number})"


def _coprocessor_sentence(machine: Machine, pc: int, where: str) -> str:
    code = machine.read_memory(pc, 4)
    head, tail = int.from_bytes(code[:2], "little"), int.from_bytes(code[2:], "little")
    number = tail >> 8 & 0xF
    if head & _COPROCESSOR_MASK != _COPROCESSOR or number > _LAST_OF_CHIP:
        return (
            f"FPU instruction in {where} while the FPU is off: "
            "enable CP10 and CP11 in CPACR (0xE000ED88) before it"
        )
    return (
        f"coprocessor {number} refuses {head:04x} {tail:04x} in {where}: it is off in CPACR "
        "(0xE000ED88), has no such instruction, or is one for checks and this one failed"
    )


def _security_sentence(stopped: Stopped, reason: str, where: str) -> str:
    match reason:
        case "AUVIOL":
            verb = "writes" if stopped.cause is Cause.WRITE else "reads"
            return (
                f"Non-secure code in {where} {verb} 0x{stopped.address or 0:08x}, which is Secure: "
                "look at the regions of the SAU and what the chip attributes"
            )
        case "INVTRAN":
            return (
                f"Secure code branches to 0x{stopped.pc:08x}, which is Non-secure, without BXNS or "
                "BLXNS: declare the function pointer cmse_nonsecure_call"
            )
        case _:
            return (
                f"Non-secure code enters Secure memory at 0x{stopped.pc:08x}, where no gateway (SG "
                "in a Non-secure callable region) is: link it with the import library"
            )


def _access_sentence(machine: Machine, stopped: Stopped, where: str) -> str:
    verb = "write to" if stopped.cause is Cause.WRITE else "read of"
    address = stopped.address or 0
    level = "privileged" if machine.engine.privileged else "unprivileged"
    if as_arm(machine.engine).mpu_denied:
        return f"{verb} 0x{address:08x} in {where}: the MPU forbids it to {level} code"
    if address in PRIVATE_BUS and level == "unprivileged":
        return f"{verb} 0x{address:08x} in {where}: a register of the core, for privileged code"
    return access_in_words(machine, address, stopped.cause is Cause.WRITE, where)
