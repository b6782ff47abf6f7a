"""PIO's native core beside its plain twin, on programs that nobody would write."""

from __future__ import annotations

import random

import pytest
from pio_twin import Chip, Machine

from mcusim._native import Pio

FSTAT, FDEBUG, FLEVEL, TXF0, RXF0, IRQ, IRQ_FORCE = 0x04, 0x08, 0x0C, 0x10, 0x20, 0x30, 0x34
BYPASS, PADOUT, PADOE, MEMORY, SM0, SM_BYTES = 0x38, 0x3C, 0x40, 0x48, 0xC8, 0x18
CLKDIV, EXECCTRL, SHIFTCTRL, ADDR, INSTR, PINCTRL = range(0, 0x18, 4)
WORD = 0xFFFFFFFF


class Pair:
    """Both, with the same done to each."""

    def __init__(self, blocks: int, version: int) -> None:
        self.version = version
        self.native, self.twin = Pio(blocks, version), Chip(blocks, version)
        self.now = 0
        for pad in range(32):
            self.wire(pad, False)

    def wire(self, pad: int, level: bool) -> None:
        self.native.wire(
            pad, owner=0, output=0, enable=0, input=0, drives=True, reads=True, idle=level
        )
        self.twin.outside = self.twin.outside & ~(1 << pad) | level << pad

    def machine(self, block: int, number: int) -> Machine:
        return self.twin.blocks[block].machines[number]

    def run(self, cycles: int) -> None:
        self.now += cycles
        while self.native.advance(self.now):
            pass
        self.twin.run(cycles)

    def memory(self, block: int, place: int, code: int) -> None:
        self.native.write(block, MEMORY + 4 * place, code)
        self.twin.blocks[block].memory[place] = code

    def configure(self, block: int, number: int, register: int, value: int) -> None:
        if register == SHIFTCTRL and self.version and value >> 14 & 3:
            value &= (1 << 30) - 1
        self.native.write(block, SM0 + number * SM_BYTES + register, value)
        machine = self.machine(block, number)
        match register:
            case 0x00:
                machine.divider.set(value >> 16, value >> 8 & 0xFF)
            case 0x04:
                machine.execctrl = value
            case 0x08:
                self._shift_control(machine, value)
            case 0x14:
                machine.pinctrl = value

    def _shift_control(self, m: Machine, value: int) -> None:
        fields = 3 << 30 | (3 << 14 if self.version else 0)
        if (m.shiftctrl ^ value) & fields:
            m.tx.clear()
            m.rx.clear()
            rx, tx, odd = value >> 31 & 1, value >> 30 & 1, self.version and value >> 14 & 3
            m.tx_depth = 0 if rx else 8 if tx else 4
            m.rx_depth = 0 if tx or odd else 8 if rx else 4
        m.shiftctrl = value

    def enable(self, block: int, mask: int) -> None:
        self.control(block, mask, 0, 0)

    def control(self, block: int, mask: int, restarts: int, dividers: int) -> None:
        self.native.write(block, 0, mask | restarts << 4 | dividers << 8)
        for number in range(4):
            m = self.machine(block, number)
            if restarts >> number & 1:
                m.isr = m.isr_count = m.delay = 0
                m.osr_count, m.latched = 32, None
                m.from_system = m.started = m.raised = False
                m.sticky = m.sticky_enables = None
            if dividers >> number & 1:
                m.divider.restart()
            m.enabled = bool(mask >> number & 1)

    def push(self, block: int, number: int, word: int) -> None:
        self.native.write(block, TXF0 + 4 * number, word)
        m = self.machine(block, number)
        if len(m.tx) < m.tx_depth:
            m.tx.append(word)
        else:
            self.twin.blocks[block].debug |= 1 << 16 + number

    def pop(self, block: int, number: int) -> None:
        word = self.native.read(block, RXF0 + 4 * number)
        m = self.machine(block, number)
        if m.rx:
            assert word == m.rx.popleft()
        else:
            assert word == 0
            self.twin.blocks[block].debug |= 1 << 8 + number

    def force(self, block: int, number: int, code: int) -> None:
        self.native.write(block, SM0 + number * SM_BYTES + INSTR, code)
        self.twin.blocks[block].force(number, code, self.twin.pins(self.twin.blocks[block]))
        self.twin.land()

    def plain(self, block: int, register: int, value: int) -> None:
        """A write of FDEBUG, IRQ, IRQ_FORCE or INPUT_SYNC_BYPASS."""
        self.native.write(block, register, value)
        of = self.twin.blocks[block]
        match register:
            case 0x08:
                of.debug &= ~value
            case 0x30:
                of.flags &= ~value
            case 0x34:
                of.flags |= value & 0xFF
            case 0x38:
                of.bypass = value

    def compare(self, block: int) -> None:
        of = self.twin.blocks[block]
        status = level = 0
        for n, m in enumerate(of.machines):
            status |= (len(m.rx) >= m.rx_depth) << n | (not m.rx) << 8 + n
            status |= (len(m.tx) >= m.tx_depth) << 16 + n | (not m.tx) << 24 + n
            level |= len(m.tx) << 8 * n | len(m.rx) << 8 * n + 4
        expected = {FSTAT: status, FDEBUG: of.debug, FLEVEL: level, IRQ: of.flags,
                    PADOUT: of.out, PADOE: of.oe}  # fmt: skip
        for n, m in enumerate(of.machines):
            code = of.memory[m.pc] if m.latched is None else m.latched
            first = SM0 + n * SM_BYTES
            expected |= {first + ADDR: m.pc, first + INSTR: code,
                         first + EXECCTRL: m.execctrl | m.from_system << 31}  # fmt: skip
        found = {register: self.native.peek(block, register) for register in expected}
        differ = {hex(k): (found[k], v) for k, v in expected.items() if found[k] != v}
        assert not differ, f"cycle {self.now}: native and twin have {differ}"


def instruction(r: random.Random) -> int:
    """Any word, or one of what programs are made of: short delays, and loops that go on."""
    kind = r.random()
    delay = r.choice((0, 0, 0, 1, 3, 31)) << 8
    if kind < 0.3:
        return r.getrandbits(16)
    if kind < 0.45:
        return r.choice((2, 4)) << 5 | r.getrandbits(5) | delay
    if kind < 0.6:
        return 0x6000 | r.getrandbits(3) << 5 | r.choice((0, 1, 8, 31)) | delay
    if kind < 0.7:
        return 0x4000 | r.getrandbits(3) << 5 | r.choice((0, 1, 8)) | delay
    if kind < 0.8:
        return 0x8000 | r.getrandbits(3) << 5 | delay
    if kind < 0.9:
        return 0xE000 | r.choice((0, 1, 2, 4)) << 5 | r.getrandbits(5) | delay
    return 0xC000 | r.getrandbits(7) & 0x77 | delay


def some_pin_control(r: random.Random) -> int:
    side = r.choice((0, 0, 1, 2, 5)) << 29
    bases = r.getrandbits(20) & 0x318C6 if r.random() < 0.7 else r.getrandbits(20)
    return side | r.randrange(6) << 26 | r.choice((0, 1, 3, 8, 32)) << 20 | bases


def set_up(pair: Pair, r: random.Random, block: int) -> None:
    for place in range(32):
        pair.memory(block, place, instruction(r))
    # Some delay loops, which the native core does at once.
    for place in r.sample(range(32), 3):
        pair.memory(block, place, r.choice((2, 4)) << 5 | place | r.choice((0, 0x200)))
    for number in range(4):
        reconfigure(pair, r, block, number)


def reconfigure(pair: Pair, r: random.Random, block: int, number: int) -> None:
    whole = r.choice((1, 1, 1, 2, 3, 17))
    pair.configure(block, number, CLKDIV, whole << 16 | r.choice((0, 0, 0x80, 0xFF, 0x31)) << 8)
    mask = 0x7FFFFFFF if r.random() < 0.4 else 0x7F01FFFF
    pair.configure(block, number, EXECCTRL, r.getrandbits(32) & mask)
    join = r.choice((0, 0, 0, 1, 2)) << 30
    if pair.version:
        join |= r.choice((0, 0, 1, 2, 3)) << 14 | r.choice((0, 0, 5))
    pair.configure(block, number, SHIFTCTRL, join | r.getrandbits(14) << 16)
    pair.configure(block, number, PINCTRL, some_pin_control(r))


def disturb(pair: Pair, r: random.Random, blocks: int) -> None:
    """Something from outside."""
    block, number = r.randrange(blocks), r.randrange(4)
    match r.randrange(12):
        case 0 | 1 | 2 | 3:
            pair.push(block, number, r.getrandbits(32))
        case 4 | 5:
            pair.pop(block, number)
        case 6:
            pair.wire(r.randrange(8), bool(r.getrandbits(1)))
        case 7:
            pair.force(block, number, instruction(r))
        case 8:
            register = r.choice((FDEBUG, IRQ, IRQ, IRQ_FORCE, BYPASS))
            pair.plain(block, register, r.getrandbits(32))
        case 9:
            reconfigure(pair, r, block, number)
        case 10:
            pair.memory(block, r.randrange(32), instruction(r))
        case 11:
            restarts, dividers = r.getrandbits(4) & r.getrandbits(4), r.getrandbits(4)
            pair.control(block, r.getrandbits(4) | r.getrandbits(4), restarts, dividers)


@pytest.mark.parametrize(("blocks", "version"), [(1, 0), (2, 0), (3, 1)])
@pytest.mark.parametrize("seed", range(40))
def test_any_program_does_what_the_twin_does(blocks: int, version: int, seed: int) -> None:
    r = random.Random(f"{blocks} {version} {seed}")
    pair = Pair(blocks, version)
    for block in range(blocks):
        set_up(pair, r, block)
        pair.enable(block, 0xF)
    for _ in range(60):
        for _ in range(r.choice((0, 1, 1, 3))):
            disturb(pair, r, blocks)
        for _ in range(r.choice((0, 1, 2))):
            # To look ahead changes nothing, however far.
            pair.native.plan(r.choice((3, 50, 4000)))
        pair.run(r.choice((1, 1, 2, 5, 20, 100)))
        for block in range(blocks):
            pair.compare(block)
