"""A plain Python twin of the accounting: what the native core must count in the accurate mode.

It follows the rules as they are written down (mcusim/native/*.hpp), one instruction at a time and
without any of the native core's short cuts, driven by hooks on plain Unicorn. Static costs of a
block come from the timing model, which is Python; everything that only the run can tell is here.
"""

from __future__ import annotations

import struct
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import unicorn
from plain_core import CORE, Halt, PlainCore
from rig import FPU_ON, RAM

from mcusim.boards import Board
from mcusim.boards.schema import Cache
from mcusim.devices import core_devices, create
from mcusim.machine.activity import COLUMNS, INDEX
from mcusim.machine.bus import Bus
from mcusim.machine.serial import SerialLine
from mcusim.timing.cores import timing_model

RECORD = struct.Struct("<HHBBBBBBBBi")
READ, WRITE, DIVIDE_UNSIGNED, DIVIDE_SIGNED, EXTRA = 1, 2, 3, 4, 5
NO_REGISTER = 255
PIPELINED = 0x40
MASK = 0xFFFFFFFF
SYSTEM_CONTROL = 0xE000E
"""Its registers just keep what is written; the twin takes no exceptions."""
BOOKINGS = 64
"""Fetches from the array that the accelerator remembers."""


class LruCache:
    """Lines found by set, the least recently used one thrown out; valid sector by sector."""

    def __init__(self, cache: Cache | None, read_bytes: int) -> None:
        self.present = cache is not None
        self.on = False
        self._ways = cache.ways if cache else 0
        self._sets: list[OrderedDict[int, set[int]]] = [
            OrderedDict() for _ in range(cache.sets if cache else 0)
        ]
        self._per_line = cache.line_bytes // read_bytes if cache else 1
        self.hit_wait = cache.hit_wait_cycles if cache else 0
        self.keeps_prefetched = cache.keeps_prefetched if cache else True
        self.serves_data = cache is not None and cache.serves_data

    def _find(self, sector: int) -> tuple[OrderedDict[int, set[int]], int]:
        line = sector // self._per_line
        return self._sets[line % len(self._sets)], line

    def contains(self, sector: int) -> bool:
        lines, line = self._find(sector)
        return sector in lines.get(line, set())

    def use(self, sector: int) -> bool:
        """Whether `sector` is there; if so, its line is now the latest used."""
        if not self.contains(sector):
            return False
        lines, line = self._find(sector)
        lines.move_to_end(line)
        return True

    def fill(self, sector: int) -> None:
        lines, line = self._find(sector)
        if line not in lines and len(lines) == self._ways:
            lines.popitem(last=False)
        lines.setdefault(line, set()).add(sector)
        lines.move_to_end(line)

    def clear(self) -> None:
        for lines in self._sets:
            lines.clear()


class FlashTwin:
    """The array, its line buffer, the read-ahead and both caches."""

    def __init__(self, board: Board) -> None:
        timing = board.chip.flash_timing
        self.read_bytes = timing.read_bytes
        self.sectors = board.flash_regions()[0].size_bytes // timing.read_bytes
        self.icache = LruCache(timing.icache, timing.read_bytes)
        self.dcache = LruCache(timing.dcache, timing.read_bytes)
        self.wait_states = board.wait_states()
        self.prefetch = timing.prefetch_at_reset
        self.set_icache(timing.icache is not None and timing.icache.enabled_at_reset)
        self.set_dcache(timing.dcache is not None and timing.dcache.enabled_at_reset)
        self._buffer = -1
        self._ahead = -1
        self._ahead_ready = 0
        self._free_at = 0
        self._booked: deque[int] = deque([0] * BOOKINGS, maxlen=BOOKINGS)
        self._last_data = 0
        self._setup_cycles = self._byte_cycles = 0
        self._serial_next = -1

    # What control registers do (mcusim.devices.device.FlashControl).

    def set_flash_writable(self, on: bool) -> None: ...

    def set_wait_states(self, cycles: int) -> None:
        self.wait_states = cycles

    def set_serial_read(self, setup_cycles: int, byte_cycles: int) -> None:
        self._setup_cycles, self._byte_cycles = setup_cycles, byte_cycles

    def set_prefetch(self, on: bool) -> None:
        self.prefetch = on

    def set_icache(self, on: bool) -> None:
        self.icache.on = on and self.icache.present

    def set_icache_ways(self, ways: int) -> None:
        raise AssertionError("no board of the twin has such a register")

    def set_dcache(self, on: bool) -> None:
        self.dcache.on = on and self.dcache.present

    def invalidate_icache(self) -> None:
        self.icache.clear()

    def invalidate_dcache(self) -> None:
        self.dcache.clear()

    def _read_serially(self, offset: int, size: int, now: int) -> int:
        setup = 0 if offset == self._serial_next else self._setup_cycles
        self._serial_next = offset + size
        self._free_at = max(now, self._free_at) + setup + size * self._byte_cycles
        return self._free_at

    def _start_read(self, sector: int, now: int) -> int:
        if self._byte_cycles:
            return self._read_serially(sector * self.read_bytes, self.read_bytes, now)
        start = max(now, self._free_at)
        self._free_at = start + 1 + self.wait_states
        return start + self.wait_states

    def _start_data_read(self, now: int) -> int:
        """Takes the first gap between fetches; a read ahead starts again after it."""
        length = 1 + self.wait_states
        start = now
        if now < self._free_at:
            for other in sorted([*self._booked, self._last_data]):
                if other - length < start < other + length:
                    start = other + length
        self._last_data = start
        if self._ahead != -1 and self._ahead_ready >= start:
            self._ahead_ready = max(self._ahead_ready, start + length + self.wait_states)
            self._free_at = max(self._free_at, self._ahead_ready + 1)
        self._free_at = max(self._free_at, start + length)
        return start + self.wait_states

    def fetch(self, sector: int, now: int, counts: dict[str, int]) -> int:
        """Cycles that the core waits for instructions in `sector`."""
        if sector == self._buffer:
            return 0
        self._buffer = sector
        if self.icache.on and self.icache.use(sector):
            if not self.icache.keeps_prefetched:
                self._read_ahead(sector + 1, now + self.icache.hit_wait, counts)
            return self.icache.hit_wait
        was_ahead = sector == self._ahead
        if was_ahead:
            ready = self._ahead_ready
        else:
            ready = self._start_read(sector, now)
            self._booked.append(ready - self.wait_states)
            counts["flash_fetch"] += 1
        stall = max(0, ready - now)
        if self.icache.on and (self.icache.keeps_prefetched or not was_ahead):
            self.icache.fill(sector)
        self._read_ahead(sector + 1, now + stall, counts)
        return stall

    def _read_ahead(self, sector: int, now: int, counts: dict[str, int]) -> None:
        if not self.prefetch or sector == self._ahead:
            return
        self._ahead = -1
        if sector >= self.sectors or (self.icache.on and self.icache.contains(sector)):
            return
        self._ahead = sector
        self._ahead_ready = self._start_read(sector, now)
        counts["flash_fetch"] += 1

    @property
    def loads_bytes(self) -> bool:
        """Whether a load takes its own bytes and no more."""
        cache = self.icache if self.icache.serves_data else self.dcache
        return self._byte_cycles != 0 and not cache.on

    def load(self, offset: int, size: int, now: int, counts: dict[str, int]) -> int:
        """Cycles that a load of `size` bytes waits where nothing caches them."""
        counts["flash_data"] += 1
        return self._read_serially(offset, size, now) - now

    def read(self, offset: int, now: int, counts: dict[str, int]) -> int:
        """Cycles that a load waits for data at byte `offset`."""
        sector = offset // self.read_bytes
        cache = self.icache if self.icache.serves_data else self.dcache
        if cache.on and cache.use(sector):
            counts["cache_read"] += 1
            return cache.hit_wait
        counts["flash_data"] += 1
        ready = now
        if self._byte_cycles:
            ready = self._read_serially(sector * self.read_bytes, self.read_bytes, now)
        elif self.wait_states:
            ready = self._start_data_read(now)
        if cache.on:
            cache.fill(sector)
        return ready - now


@dataclass(slots=True)
class Step:
    """One instruction of a block, unpacked."""

    offset: int
    before: int
    column: int
    effect: int
    base: int
    index: int
    shift: int
    access_bytes: int
    count: int
    extra: int
    displacement: int


class Timed:
    """A block with its static costs."""

    def __init__(self, address: int, size: int, facts: dict[str, Any]) -> None:
        self.address, self.size, self.facts = address, size, facts
        self.cycles: int = facts["cycles"]
        self.steps = [Step(*fields) for fields in RECORD.iter_unpack(facts["code"])]
        self.by_offset = {step.offset: step for step in self.steps}

    @property
    def end(self) -> int:
        return self.address + self.size


class Twin:
    """Runs firmware on plain Unicorn and keeps the account; is the host of the devices."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.flash = FlashTwin(board)
        self.required_wait_states = board.wait_states()
        self._bus = Bus(lambda *_: None)
        self.core = PlainCore(board, read=self._read, write=self._write)
        self.core.on_hint = self._hint
        self.asleep = 0
        self.cycles = 0
        self.now = 0
        self._shared: dict[object, Any] = {}
        self._system: dict[int, int] = {}
        self._expired: list[Callable[[], None]] = []
        self._due: dict[int, int] = {}
        self._attach()
        self._time_block = timing_model(board.chip.core)
        self._blocks: dict[tuple[int, bytes], Timed] = {}
        self._block: Timed | None = None
        self._began = 0
        self._last_memory: int | None = None
        self.counts = dict.fromkeys(COLUMNS, 0)
        self.core.uc.hook_add(unicorn.UC_HOOK_BLOCK, self._on_block)
        self.core.uc.hook_add(unicorn.UC_HOOK_CODE, self._on_code)

    def _attach(self) -> None:
        for name, device, base, size in core_devices("cortex-m4"):
            self._bus.attach(device(name, self), base, size)
        for entry in self.board.chip.device:
            device = create(entry.type, entry.name, self)
            device.placed(entry.base)
            self._bus.attach(device, entry.base, entry.size_bytes)

    # --- the host of the devices; text and pins are not its matter ---

    def emit(self, device: str, data: bytes) -> None: ...

    def pin_changed(self, port: str, pin: int, level: bool) -> None: ...

    def marker(self, value: int) -> None: ...

    def warn(self, message: str) -> None: ...

    def withdraw(self, message: str) -> None: ...

    def set_interrupt(self, number: int, level: bool) -> None: ...

    def set_clock(self, hz: float) -> None: ...

    def set_bus_divider(self, core_cycles: int) -> None: ...

    def started_at(self, hz: float) -> None: ...

    def set_light_sleep(self, state: str) -> None: ...

    def set_deep_sleep(self, state: str, *_: object) -> None: ...

    def switch_off(self, state: str, wakes: str, *, timers: bool = True) -> None: ...

    def reset(self, cause: str, message: str) -> None: ...

    def set_regulator(self, regulator: str, at_reset: str) -> None: ...

    def set_voltage_range(self, name: str) -> None: ...

    def draw(self, device: str, state: str, cycle: int | None = None) -> None: ...

    def clear_memory(self, kept: Sequence[str] = ()) -> None: ...

    def end(self, reason: str, *, failure: str = "") -> None: ...

    def program_option_bytes(self, register: str, value: int) -> None: ...

    def publish(self, address: int, value: int) -> None: ...
    def latch(self, *places: object) -> None: ...

    def option_bytes(self, register: str) -> int | None:
        return self.board.option_bytes(register)

    @property
    def supply_v(self) -> float:
        return self.board.supply_v

    @property
    def external_clock_hz(self) -> float:
        return self.board.external_clock_hz

    @property
    def regulator(self) -> str:
        return self.board.regulator

    @property
    def clock_hz(self) -> float:
        return self.board.clock_hz

    @property
    def seconds(self) -> float:
        return self.now / self.board.clock_hz

    def cycle_in(self, seconds: float) -> int:
        return self.now + max(1, round(seconds * self.board.clock_hz))

    def serial(self, name: str) -> SerialLine:
        return SerialLine(name, self)

    def shared(self, kind: Callable[[], Any]) -> Any:
        return self._shared.setdefault(kind, kind())

    def add_timer(self, expired: Callable[[], None]) -> int:
        self._expired.append(expired)
        return len(self._expired) - 1

    def schedule(self, source: int, cycle: int) -> None:
        self._due[source] = cycle

    def cancel(self, source: int) -> None:
        self._due.pop(source, None)

    def _run_events(self) -> None:
        while due := [(cycle, source) for source, cycle in self._due.items() if cycle <= self.now]:
            source = min(due)[1]
            del self._due[source]
            self._expired[source]()

    def write_memory(self, address: int, data: bytes) -> bool:
        self.core.uc.mem_write(address, data)
        return True

    def read_memory(self, address: int, size: int) -> bytes:
        return bytes(self.core.uc.mem_read(address, size))

    def _read(self, address: int, size: int) -> int:
        self._run_events()  # what is due before the access
        self.counts["device"] += 1
        if address >> 12 == SYSTEM_CONTROL:
            return self._system.get(address, 0)
        return self._bus.read(address, size)

    def _write(self, address: int, size: int, value: int) -> None:
        self._run_events()
        self.counts["device"] += 1
        if address >> 12 == SYSTEM_CONTROL:
            self._system[address] = value
            return
        self._bus.write(address, size, value)

    # --- the account ---

    def _on_block(self, uc: unicorn.Uc, address: int, size: int, _: object) -> None:
        self.now = self.cycles
        self._run_events()
        code = bytes(uc.mem_read(address, size))
        key = (address, code)
        if key not in self._blocks:
            xpsr = uc.reg_read(unicorn.arm_const.UC_ARM_REG_XPSR)
            it_state = xpsr >> 8 & 0xFC | xpsr >> 25 & 3
            facts = self._time_block(address, code, it_state, True)
            self._blocks[key] = Timed(address, size, facts)
        block = self._blocks[key]
        if self._block is not None:
            self._edge(self._block, block)
        self._block = block
        start = self.cycles
        self.cycles += block.cycles
        self._fetch(block, start)
        for step in block.steps:
            self.counts[COLUMNS[step.column]] += 1

    def _edge(self, previous: Timed, block: Timed) -> None:
        if block.address != previous.end:
            self.cycles += previous.facts["taken_cycles"]
            if previous.facts["feels_target_penalty"]:
                self.cycles += block.facts["target_penalty"]
            return
        load, address = previous.facts["tail_load"], block.facts["head_address_registers"]
        if load != NO_REGISTER and address and not address >> load & 1:
            self.cycles -= 1

    def _memory(self, address: int) -> tuple[Any, int] | None:
        for memory in self.board.chip.memory:
            for base in (memory.base, *memory.aliases):
                if base <= address < base + memory.size_bytes:
                    return memory, address - base
        return None

    def _fetch(self, block: Timed, start: int) -> None:
        words = ((block.end - 1) >> 2) - (block.address >> 2) + 1
        found = self._memory(block.address)
        assert found is not None
        memory, offset = found
        if memory.kind != "flash":
            self.counts["ram_fetch"] += words
            self._stall(words * memory.read_wait_cycles)
            return
        self.counts["cache_read"] += words
        width = self.flash.read_bytes
        stall = 0
        for sector in range(offset // width, (offset + block.size - 1) // width + 1):
            at = sector * width - offset
            wanted = max((s for s in block.steps if s.offset <= max(at, 0)), key=lambda s: s.offset)
            stall += self.flash.fetch(sector, start + wanted.before + stall, self.counts)
        self._stall(stall)

    def _stall(self, cycles: int) -> None:
        self.cycles += cycles
        self.counts["stall"] += cycles

    def _on_code(self, uc: unicorn.Uc, address: int, _: int, __: object) -> None:
        block = self._block
        assert block is not None
        step = block.by_offset[address - block.address]
        self.now = self.cycles - (block.cycles - step.before)
        if step.effect == 0:
            return
        if step.effect in (DIVIDE_UNSIGNED, DIVIDE_SIGNED):
            self.cycles += step.extra + self._divide(uc, step)
        else:
            self.cycles += step.extra
            if step.effect in (READ, WRITE):
                self._access(uc, step, block)

    def _register(self, uc: unicorn.Uc, number: int) -> int:
        return 0 if number == NO_REGISTER else uc.reg_read(CORE[number])

    def _divide(self, uc: unicorn.Uc, step: Step) -> int:
        dividend, divisor = self._register(uc, step.base), self._register(uc, step.index)
        if step.effect == DIVIDE_SIGNED:
            dividend, divisor = (min(v, (1 << 32) - v) for v in (dividend, divisor))
        if dividend == 0 or divisor == 0:
            return 1
        longer = dividend.bit_length() - divisor.bit_length()
        return 2 if longer < 0 else 4 + longer // 4

    def _access(self, uc: unicorn.Uc, step: Step, block: Timed) -> None:
        address = step.displacement + self._register(uc, step.base)
        address = address + (self._register(uc, step.index) << (step.shift & 0x1F)) & MASK
        if step.effect == READ and address % step.access_bytes:
            self.cycles += 2 if address % 2 and step.access_bytes == 4 else 1
        found = self._memory(address)
        where = address - found[1] if found is not None else None
        if step.shift & PIPELINED and where != self._last_memory:
            self.cycles += 1
        self._last_memory = where
        if found is None:
            return  # counted when the device answers
        memory, offset = found
        read = step.effect == READ
        if memory.kind == "ram":
            self.counts["ram_read" if read else "ram_write"] += step.count
            wait = memory.read_wait_cycles if read else memory.write_wait_cycles
            self._stall(wait * step.count)
        elif read:
            self._stall(self._flash_data(step, offset, block))

    def _flash_data(self, step: Step, offset: int, block: Timed) -> int:
        start = self.cycles - (block.cycles - step.before)
        if self.flash.loads_bytes:
            return self.flash.load(offset, step.count * step.access_bytes, start, self.counts)
        stall, last = 0, -1
        for at in range(offset, offset + step.count * step.access_bytes, step.access_bytes):
            if at // self.flash.read_bytes != last:
                last = at // self.flash.read_bytes
                stall += self.flash.read(at, start + stall, self.counts)
        return stall

    def _hint(self, pc: int) -> None:
        self.give_back(pc)
        self.cycles += 1
        self.counts["other"] += 1

    def give_back(self, pc: int) -> None:
        """Takes back the part of the block under way that `pc` on was not executed."""
        block = self._block
        if block is None or not block.address <= pc < block.end:
            return
        rest = [step for step in block.steps if step.offset >= pc - block.address]
        for step in rest:
            self.counts[COLUMNS[step.column]] -= 1
        self.cycles -= block.cycles - rest[0].before
        self._block = None

    def run(self, pc: int, *, served: bool = True) -> Halt:
        """Runs to the end, serving console calls, or to the first stop."""
        halt = self.core.run_served(pc) if served else self.core.run(pc)
        if halt.interrupt is None or halt.interrupt not in (2, 7):
            self.give_back(halt.pc)
        self.counts["cycles"] = self.cycles
        return halt

    def switch_fpu_on(self) -> None:
        """Does what a rig has done when it is new."""
        self.core.write(RAM, FPU_ON)
        self.run(RAM, served=False)

    def activity(self) -> list[int]:
        """The activity vector."""
        return [self.counts[name] for name in INDEX]
