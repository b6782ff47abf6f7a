"""PIO as its datasheets tell it, cycle by cycle: slow, plain, and no relative of the native core.

RP2040 datasheet 3.4 and 3.5, RP2350 datasheet 11.4 and 11.5. All that executes in a cycle reads
the state at its beginning; what it does is there in the next one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WORD = 0xFFFFFFFF


def ones(count: int) -> int:
    return (1 << min(count, 32)) - 1


def rotated(word: int, left: int) -> int:
    left %= 32
    return (word << left | word >> (32 - left)) & WORD


@dataclass
class Divider:
    """Counts a period down, and makes the next one longer when the fractions pass 1."""

    whole: int = 1
    fraction: int = 0
    left: int = 1
    sum: int = 0
    changed: bool = False

    def tick(self) -> bool:
        self.left -= 1
        if self.left > 0:
            return False
        if self.changed:
            self.restart()
            return True
        self.sum += self.fraction
        self.left = self.whole + (self.sum >> 8)
        self.sum &= 0xFF
        return True

    def set(self, whole: int, fraction: int) -> None:
        """Takes effect when the period under way ends."""
        self.changed = self.changed or (whole, fraction) != (self.whole, self.fraction)
        self.whole, self.fraction = whole, fraction

    def restart(self) -> None:
        self.changed, self.sum, self.left = False, 0, self.whole


@dataclass
class Machine:
    number: int
    version: int
    divider: Divider = field(default_factory=Divider)
    enabled: bool = False
    execctrl: int = 0x1F000
    shiftctrl: int = 0xC0000
    pinctrl: int = 0x14000000
    pc: int = 0
    x: int = 0
    y: int = 0
    isr: int = 0
    osr: int = 0
    isr_count: int = 0
    osr_count: int = 32
    delay: int = 0
    tx: deque[int] = field(default_factory=deque)
    rx: deque[int] = field(default_factory=deque)
    tx_depth: int = 4
    rx_depth: int = 4
    registers: list[int] = field(default_factory=lambda: [0] * 4)
    latched: int | None = None
    from_system: bool = False
    started: bool = False
    raised: bool = False
    sticky: dict[int, int] | None = None
    sticky_enables: dict[int, int] | None = None

    def bit(self, register: int, place: int) -> bool:
        return bool(register >> place & 1)

    @property
    def side_bits(self) -> int:
        return min(self.pinctrl >> 29, 5)

    @property
    def push_at(self) -> int:
        return self.shiftctrl >> 20 & 31 or 32

    @property
    def pull_at(self) -> int:
        return self.shiftctrl >> 25 & 31 or 32

    @property
    def autopull(self) -> bool:
        return self.bit(self.shiftctrl, 17)


class Block:
    """Four machines; `neighbours` are the previous and the next block."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.memory = [0] * 32
        self.machines = [Machine(n, version) for n in range(4)]
        self.flags = 0
        self.out = self.oe = self.debug = self.bypass = 0
        self.previous = self.next = self
        self.sets: list[tuple[Block, int]] = []
        self.clears: list[tuple[Block, int]] = []
        self.levels: dict[int, int] = {}
        self.enables: dict[int, int] = {}
        self.fresh: dict[int, int] = {}
        self.fresh_enables: dict[int, int] = {}
        self.pins = 0

    # --- a cycle ---

    def cycle(self, pins: int) -> None:
        """Executes; what it does is kept for `land`."""
        self.pins = pins
        for machine in self.machines:
            self.fresh, self.fresh_enables = {}, {}
            if machine.divider.tick() and (machine.enabled or machine.from_system):
                self.tick(machine)
            self.collect(machine)

    def collect(self, m: Machine) -> None:
        """A machine's writes, over those of the machines before; what it holds it writes again."""
        if m.bit(m.execctrl, 17):
            self.levels |= m.sticky or {}
            self.enables |= m.sticky_enables or {}
        self.levels |= self.fresh
        self.enables |= self.fresh_enables

    def land(self) -> None:
        """What was written to pins is there."""
        for pin, level in self.levels.items():
            self.out = self.out & ~(1 << pin) | level << pin
        for pin, level in self.enables.items():
            self.oe = self.oe & ~(1 << pin) | level << pin

    def tick(self, m: Machine) -> None:
        if m.delay and not m.from_system:
            m.delay -= 1
            self.refill(m)
            return
        executee, forced = m.latched, m.from_system
        code = self.memory[m.pc] if executee is None else executee
        m.latched, m.from_system = None, False
        done = self.execute(m, code)
        if not m.started:
            self.side_set(m, code)
        if code >> 13 != 3:
            self.refill(m)
        if done == "stall":
            m.started = True
            if executee is not None:
                m.latched, m.from_system = executee, forced
            return
        m.started = m.raised = False
        if executee is None and done != "jump":
            wrap_top, wrap_bottom = m.execctrl >> 12 & 31, m.execctrl >> 7 & 31
            m.pc = wrap_bottom if m.pc == wrap_top else (m.pc + 1) % 32
        field = code >> 8 & ones(5 - m.side_bits)
        m.delay = 0 if forced or done == "exec" else field

    def force(self, number: int, code: int, pins: int) -> None:
        """The system writes SMx_INSTR."""
        self.pins, self.fresh, self.fresh_enables = pins, {}, {}
        m = self.machines[number]
        if m.from_system:
            m.latched, m.from_system, m.started = None, False, False
        started, raised = m.started, m.raised
        m.started = m.raised = False
        done = self.execute(m, code)
        self.side_set(m, code)
        if code >> 13 != 3:
            self.refill(m)
        if done == "stall":
            m.latched, m.from_system, m.started, m.delay = code, True, True, 0
        elif done == "":
            m.started, m.raised = started, raised
        mine = self.fresh, self.fresh_enables
        for machine in self.machines:
            self.fresh, self.fresh_enables = mine if machine is m else ({}, {})
            self.collect(machine)

    def side_set(self, m: Machine, code: int) -> None:
        bits = m.side_bits
        optional = m.bit(m.execctrl, 30)
        if not bits or (optional and not code >> 12 & 1):
            return
        value = (code >> 8 & 31) >> 5 - bits
        base, target = m.pinctrl >> 10 & 31, self.fresh
        if m.bit(m.execctrl, 29):
            target = self.fresh_enables
        for n in range(bits - optional):
            target[(base + n) % 32] = value >> n & 1

    def refill(self, m: Machine) -> None:
        if m.autopull and m.osr_count >= m.pull_at and m.tx:
            m.osr, m.osr_count = m.tx.popleft(), 0

    # --- instructions ---

    def execute(self, m: Machine, code: int) -> str:
        """Nothing when it is done, or "stall", "jump", or "exec" for an OUT or MOV EXEC."""
        kinds = [self.jump, self.wait, self.shift_in, self.shift_out, self.push_pull, self.mov,
                 self.irq, self.set]  # fmt: skip
        return kinds[code >> 13](m, code)

    def jump(self, m: Machine, code: int) -> str:
        condition = code >> 5 & 7
        x, y = m.x, m.y
        taken = [
            True, x == 0, x != 0, y == 0, y != 0, x != y,
            bool(self.pins >> (m.execctrl >> 24 & 31) & 1), m.osr_count < m.pull_at,
        ][condition]  # fmt: skip
        if condition == 2:
            m.x = x - 1 & WORD
        if condition == 4:
            m.y = y - 1 & WORD
        if taken:
            m.pc = code & 31
        return "jump" if taken else ""

    def flag(self, m: Machine, code: int) -> tuple[Block, int]:
        index, mode = code & 7, code >> 3 & 3
        if not self.version:
            mode &= 2
        if mode == 2:
            index = index & 4 | index + m.number & 3
        return (self, self.previous, self, self.next)[mode], 1 << index

    def wait(self, m: Machine, code: int) -> str:
        wanted, index = code >> 7 & 1, code & 31
        match code >> 5 & 3:
            case 0:
                level = self.pins >> index & 1
            case 1:
                level = self.in_pins(m) >> index & 1
            case 2:
                block, bit = self.flag(m, code)
                if bool(block.flags & bit) != bool(wanted):
                    return "stall"
                if wanted:
                    self.clears.append((block, bit))
                return ""
            case _:
                jump_pin = (m.execctrl >> 24 & 31) + (index & 3)
                level = self.pins >> jump_pin % 32 & 1 if self.version else 0
        return "" if level == wanted else "stall"

    def shift_in(self, m: Machine, code: int) -> str:
        count = code & 31 or 32
        data = self.source(m, code >> 5 & 7) & ones(count)
        if m.bit(m.shiftctrl, 18):
            isr = (m.isr | data << 32) >> count & WORD
        else:
            isr = (m.isr << count | data) & WORD
        total = min(m.isr_count + count, 32)
        if m.bit(m.shiftctrl, 16) and total >= m.push_at:
            if len(m.rx) >= m.rx_depth:
                self.debug |= 1 << m.number
                return "stall"
            m.rx.append(isr)
            isr = total = 0
        m.isr, m.isr_count = isr, total
        return ""

    def shift_out(self, m: Machine, code: int) -> str:
        count = code & 31 or 32
        if m.autopull and m.osr_count >= m.pull_at:
            if not m.tx:
                self.debug |= 1 << 24 + m.number
            self.refill(m)
            return "stall"
        if m.bit(m.shiftctrl, 19):
            data, m.osr = m.osr & ones(count), m.osr >> count
        else:
            data, m.osr = m.osr >> 32 - count, m.osr << count & WORD
        m.osr_count = min(m.osr_count + count, 32)
        self.refill(m)
        match code >> 5 & 7:
            case 0 | 4 as kind:
                enable_bit = m.execctrl >> 19 & 31
                if m.bit(m.execctrl, 18) and not data >> enable_bit & 1:
                    m.sticky = m.sticky_enables = None
                else:
                    self.put_out(m, bool(kind), data)
            case 1:
                m.x = data
            case 2:
                m.y = data
            case 5:
                m.pc = data & 31
                return "jump"
            case 6:
                m.isr, m.isr_count = data, count
            case 7:
                m.latched = data & 0xFFFF
                return "exec"
        return ""

    def push_pull(self, m: Machine, code: int) -> str:
        pulls, conditional, blocks = (code >> bit & 1 for bit in (7, 6, 5))
        if self.version and code >> 4 & 1:
            index = (code if code >> 3 & 1 else m.y) & 3
            if pulls:
                if m.bit(m.shiftctrl, 14):
                    m.osr = m.registers[index]
                m.osr_count = 0
            elif m.bit(m.shiftctrl, 15):
                m.registers[index] = m.isr
            return ""
        if pulls:
            if (conditional or m.autopull) and m.osr_count < m.pull_at:
                return ""
            if not m.tx and blocks:
                self.debug |= 1 << 24 + m.number
                return "stall"
            m.osr, m.osr_count = m.tx.popleft() if m.tx else m.x, 0
            return ""
        if conditional and m.isr_count < m.push_at:
            return ""
        if len(m.rx) >= m.rx_depth:
            self.debug |= 1 << m.number
            if blocks:
                return "stall"
        else:
            m.rx.append(m.isr)
        m.isr = m.isr_count = 0
        return ""

    def mov(self, m: Machine, code: int) -> str:
        data = self.source(m, code & 7)
        match code >> 3 & 3:
            case 1:
                data ^= WORD
            case 2:
                data = int(f"{data:032b}"[::-1], 2)
        match code >> 5 & 7:
            case 0:
                self.put_out(m, False, data)
            case 1:
                m.x = data
            case 2:
                m.y = data
            case 3 if self.version:
                self.put_out(m, True, data)
            case 4:
                m.latched = data & 0xFFFF
                return "exec"
            case 5:
                m.pc = data & 31
                return "jump"
            case 6:
                m.isr, m.isr_count = data, 0
            case 7:
                m.osr, m.osr_count = data, 0
        return ""

    def irq(self, m: Machine, code: int) -> str:
        block, bit = self.flag(m, code)
        if code >> 6 & 1:
            self.clears.append((block, bit))
            return ""
        if m.raised:
            return "stall" if block.flags & bit else ""
        self.sets.append((block, bit))
        m.raised = bool(code >> 5 & 1)
        return "stall" if m.raised else ""

    def set(self, m: Machine, code: int) -> str:
        data = code & 31
        match code >> 5 & 7:
            case 0 | 4 as kind:
                base, count = m.pinctrl >> 5 & 31, m.pinctrl >> 26 & 7
                self.put(m, bool(kind), data, base, count)
            case 1:
                m.x = data
            case 2:
                m.y = data
        return ""

    # --- pins and sources ---

    def put_out(self, m: Machine, directions: bool, data: int) -> None:
        self.put(m, directions, data, m.pinctrl & 31, min(m.pinctrl >> 20 & 63, 32))

    def put(self, m: Machine, directions: bool, data: int, base: int, count: int) -> None:
        written = {(base + n) % 32: data >> n & 1 for n in range(count)}
        m.sticky, m.sticky_enables = ({}, written) if directions else (written, {})
        target = self.fresh_enables if directions else self.fresh
        target.update(written)

    def in_pins(self, m: Machine) -> int:
        pins = rotated(self.pins, -(m.pinctrl >> 15 & 31))
        count = m.shiftctrl & 31 if self.version else 0
        return pins & ones(count) if count else pins

    def source(self, m: Machine, which: int) -> int:
        match which:
            case 0:
                return self.in_pins(m)
            case 5:
                return WORD if self.status(m) else 0
        return {1: m.x, 2: m.y, 6: m.isr, 7: m.osr}.get(which, 0)

    def status(self, m: Machine) -> bool:
        if self.version:
            kind, n = m.execctrl >> 5 & 3, m.execctrl & 31
        else:
            kind, n = m.execctrl >> 4 & 1, m.execctrl & 15
        if kind == 2:
            blocks = (self, self.previous, self.next)
            return n < 24 and bool(blocks[n >> 3].flags >> (n & 7) & 1)
        return kind < 2 and len((m.tx, m.rx)[kind]) < n


class Chip:
    """All blocks, and 32 pads that the first of them drives or somebody outside."""

    def __init__(self, blocks: int, version: int) -> None:
        self.blocks = [Block(version) for _ in range(blocks)]
        for n, block in enumerate(self.blocks):
            block.previous, block.next = self.blocks[n - 1], self.blocks[(n + 1) % blocks]
        self.outside = 0
        self.history = [0, 0, 0]
        """Levels of this cycle, and of the two before."""

    def pads(self) -> int:
        first = self.blocks[0]
        return first.out & first.oe | self.outside & ~first.oe

    def pins(self, block: Block) -> int:
        return self.history[0] & block.bypass | self.history[2] & ~block.bypass

    def run(self, cycles: int) -> None:
        for _ in range(cycles):
            self.history = [self.pads(), *self.history[:2]]
            for block in self.blocks:
                block.cycle(self.pins(block))
            self.land()

    def land(self) -> None:
        """What was done in a cycle takes place."""
        sets = [pair for block in self.blocks for pair in block.sets]
        for block in self.blocks:
            for target, bit in block.clears:
                target.flags &= ~bit
        for target, bit in sets:
            target.flags |= bit
        for block in self.blocks:
            block.land()
            block.sets, block.clears, block.levels, block.enables = [], [], {}, {}
