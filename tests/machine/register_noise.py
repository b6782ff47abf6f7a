"""Firmware that reads and writes registers as random rows of a table tell it, and outlives faults.

It lies behind the code of a prebuilt sample, whose boot block and image definition stay.
"""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random

from assembly import assemble

from mcusim.boards import Board
from mcusim.boards.schema import Device

PREBUILT = Path(__file__).resolve().parents[2] / "firmware_samples" / "prebuilt"
HANDLERS = 46
"""Entries of the vector table behind SP and reset."""
ROWS = 150
NO_ROW = 0
WORD_READ, WORD_WRITE = 3, 6
SYSTEM_CONTROL = (0xE000E000, 0xE000E100, 0xE000ED00, 0xE000EF00, 0xE002E100, 0xE002ED00)

# For Armv6-M too. Rows of operation, address and value; `state` has the address of the next one.
PROGRAM = """
start:
    ldr r0, =table
    ldr r1, ={state:#x}
    str r0, [r1]
next:
    ldr r6, ={state:#x}
    ldr r7, [r6]
    ldmia r7!, {{r0, r1, r2}}
    str r7, [r6]
    lsls r0, r0, #2
    add pc, r0
    nop
    b done
    nop
    ldrb r0, [r1]
    b next
    ldrh r0, [r1]
    b next
    ldr r0, [r1]
    b next
    strb r2, [r1]
    b next
    strh r2, [r1]
    b next
    str r2, [r1]
    b next
done:                       // semihosting: SYS_EXIT, ADP_Stopped_ApplicationExit
    movs r0, #0x18
    ldr r1, =0x20026
    bkpt #0xab
handler:                    // switches its interrupt off, and returns to the next row
    mrs r0, ipsr
    subs r0, #16
    blo 1f
    ldr r1, =0xe000e180
    lsrs r2, r0, #5
    lsls r2, r2, #2
    adds r1, r1, r2
    movs r2, #31
    ands r0, r2
    movs r2, #1
    lsls r2, r0
    str r2, [r1]
1:  mov r0, lr
    ldr r1, ={frame:#x}
    msr msp, r1
    movs r2, #0x18          // thread mode, no floating-point frame
    orrs r0, r2
    movs r2, #4             // the main stack
    bics r0, r2
    ldr r2, =next
    str r2, [r1, #24]
    ldr r2, =0x01000000
    str r2, [r1, #28]
    bx r0
    .ltorg
    .balign 4
table:
"""


def register(random: Random, devices: list[Device]) -> int:
    """The address of a register, oftener one of the first ones."""
    if random.random() < 0.1:
        return random.choice(SYSTEM_CONTROL) + 4 * random.randrange(64)
    device = random.choice(devices)
    words = min(device.size_bytes, random.choice((0x40, 0x200, device.size_bytes))) // 4
    return random.choice((device.base, *device.aliases)) + 4 * random.randrange(words)


def value(random: Random, board: Board) -> int:
    """A pattern, a bit, or an address in or just outside a memory, for DMA."""
    memory = random.choice(board.chip.memory)
    edge = memory.base + random.choice((0, memory.size_bytes)) + random.randrange(-32, 32)
    choices = (random.getrandbits(32), 1 << random.randrange(32), 0, 0xFFFFFFFF, edge, 64)
    return random.choice(choices) & 0xFFFFFFFF


def rows(random: Random, board: Board) -> bytes:
    """The table: clocks for the devices first, then accesses of a few of them."""
    table = [
        (WORD_WRITE, device.clock.address, 0xFFFFFFFF)
        for device in board.chip.device
        if device.clock is not None
    ]
    devices = random.sample(list(board.chip.device), 3)
    for _ in range(ROWS):
        operation = random.choice((1, 2, WORD_READ, 4, 5, *[WORD_WRITE] * 7))
        table.append((operation, register(random, devices), value(random, board)))
    table.append((NO_ROW, 0, 0))
    return b"".join(struct.pack("<3I", *row) for row in table)


def noise(board: Board, random: Random) -> bytes:
    """An ELF file of such a firmware."""
    elf = (PREBUILT / f"hello-{board.name}.elf").read_bytes()
    at = struct.unpack_from("<I", elf, 28)[0]
    headers = [struct.unpack_from("<8I", elf, at + 32 * i) for i in range(elf[44])]
    loaded = [(h[3], bytearray(elf[h[1] : h[1] + h[4]])) for h in headers if h[0] == 1 and h[4]]
    base, main = loaded[-1]
    ram = next(memory for memory in board.chip.memory if memory.kind == "ram")
    top = ram.base + ram.size_bytes
    code_at = base + len(main) + 0xFF & ~0xFF
    program = assemble(PROGRAM.format(state=top - 0x100, frame=top - 0x240), code_at)
    main += bytes(code_at - base - len(main)) + program.code + rows(random, board)
    start, handler = (program.labels[name] | 1 for name in ("start", "handler"))
    struct.pack_into(f"<{HANDLERS + 2}I", main, 0, top - 0x200, start, *[handler] * HANDLERS)
    return _linked(loaded, start)


def _linked(loaded: list[tuple[int, bytearray]], entry: int) -> bytes:
    headers, body, offset = b"", b"", 52 + 32 * len(loaded)
    for address, data in loaded:
        size, place = len(data), offset + len(body)
        headers += struct.pack("<8I", 1, place, address, address, size, size, 5, 4)
        body += data
    identity = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    flags, arm = 0x5000000, 40
    counts = (52, 32, len(loaded), 40, 0, 0)
    return (
        identity + struct.pack("<2H5I6H", 2, arm, 1, entry, 52, 0, flags, *counts) + headers + body
    )
