"""The interface of a peripheral, and what the machine offers it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from typing import ClassVar, Protocol, Self, TypeVar

from mcusim._native import LatchedCounter
from mcusim.boards.power_schema import Regulator
from mcusim.devices.keeps import Keeps
from mcusim.devices.reset import Cause, Reset

Shared = TypeVar("Shared")


class FlashControl(Protocol):
    """The flash accelerator as its control register sees it."""

    def set_flash_writable(self, on: bool) -> None:
        """Has stores of the core reach flash; without, they fault."""

    def set_wait_states(self, cycles: int) -> None: ...

    def set_serial_read(self, setup_cycles: int, byte_cycles: int) -> None:
        """Takes the core cycles of a read over a serial interface (execute in place).

        `setup_cycles` come before the first byte, unless it follows the one read last; a cache
        line takes `byte_cycles` for each of its bytes, a load that nothing caches for its own.
        0 cycles a byte: a parallel array with wait states.
        """

    def set_prefetch(self, on: bool) -> None: ...

    def set_icache(self, on: bool) -> None: ...

    def set_icache_ways(self, ways: int) -> None:
        """Divides the instruction cache into so many ways; it is then empty."""

    def set_dcache(self, on: bool) -> None: ...

    def invalidate_icache(self) -> None: ...

    def invalidate_dcache(self) -> None: ...

    def set_flash_drops(self, on: bool, everywhere: bool) -> None:
        """Has stores to flash take what they find out of its cache, and change nothing.

        Without, they fault; so they do at aliases that don't use the cache in full, but for
        `everywhere`: there they do nothing.
        """

    def flash_reads(self) -> tuple[int, int] | None:
        """Reads of all cores so far that the instruction cache served, and that went to the flash.

        Of code, a word once for each basic block that has part of it. None where loads aren't
        counted (fast fidelity).
        """


class Line(Protocol):
    """The serial line outside a UART."""

    def connect(self, receive: Callable[[int], None], character_s: Callable[[], float]) -> None:
        """Takes what receives a byte, and what tells the seconds of a character (0: not ready)."""

    def sent(self, byte: int) -> None:
        """Takes a byte whose frame has left the device."""

    @property
    def attached(self) -> bool:
        """Whether someone outside has connected to it."""


class Host(Protocol):
    """What a peripheral may ask of the machine that it is part of."""

    @property
    def flash(self) -> FlashControl: ...

    def publish(self, address: int, value: int) -> None:
        """Has whole reads of a register give `value` without asking its device.

        For registers that firmware polls, and that change only when their device knows: it
        publishes each change. Some reads may ask it all the same.
        """

    def latch(self, counter: LatchedCounter, trigger: int, bits: int, low: int, high: int) -> None:
        """Has whole writes of a bit of `bits` to a register latch a counter without its device.

        Whole reads of the words `low` and `high` then give its halves. Some accesses may ask the
        device all the same.
        """

    @property
    def required_wait_states(self) -> int:
        """Wait states that the flash needs at the present clock."""

    def set_regulator(self, regulator: Regulator, at_reset: Regulator) -> None:
        """Takes the regulator that the firmware chose; before that, it was `at_reset`."""

    def set_voltage_range(self, name: str) -> None:
        """Takes the core's voltage that the firmware chose, by its name in the chip file."""

    def draw(self, device: str, state: str, cycle: int | None = None) -> None:
        """A device is in a state that draws current of its own, from `cycle` or now on; "": none.

        The chip file has the current of each state ([[power.device]]).
        """

    def option_bytes(self, register: str) -> int | None:
        """What the chip loaded into a register of option bytes; None where none is known."""

    def program_option_bytes(self, register: str, value: int) -> None:
        """Keeps what the next reset that loads option bytes will find there."""

    @property
    def external_clock_hz(self) -> float:
        """The crystal or clock at the chip's main oscillator; 0 for none."""

    @property
    def supply_v(self) -> float:
        """The supply of the chip in volts."""

    @property
    def now(self) -> int:
        """Cycle at which the access under way began."""

    @property
    def seconds(self) -> float:
        """Simulated time since reset."""

    def cycle_in(self, seconds: float) -> int:
        """The cycle at which `seconds` from now will have passed at the present clock."""

    @property
    def clock_hz(self) -> float:
        """The present core clock."""

    def set_clock(self, hz: float) -> None:
        """Takes the core clock that the firmware chose; one that the user forces stays."""

    def attribute(self, base: int, size_bytes: int, security: str) -> None:
        """Takes what the chip says of addresses.

        That is secure, non-secure-callable, non-secure, or exempt: of the code's state.
        """

    def filter_memory(
        self, name: str, offset: int, size_bytes: int, keeps: Keeps, core: int | None = None
    ) -> None:
        """Keeps accesses of a core, or of all, out of a part of a memory, in units of 256 bytes."""

    def filter_addresses(self, base: int, size_bytes: int, keeps: Keeps) -> None:
        """Keeps accesses out of addresses, whatever is there: in whole kilobytes, with a fault."""

    def filter_device(self, name: str, keeps: Keeps, core: int | None = None) -> None:
        """Keeps accesses of a core, or of all, out of a device, at all of its addresses."""

    def watch_filters(self, told: Callable[[str, int, bool], None]) -> None:
        """Takes who is told of each access that was kept out; one for all controllers.

        It gets the name of the memory or device and the offset, and whether the security of the
        access was what kept it out, rather than its privilege alone.
        """

    def screen_device(
        self,
        name: str,
        refused: Callable[[], None] | None,
        allowed: Callable[[int, bool], int] = lambda _offset, _write: 0,
    ) -> None:
        """Keeps Non-secure accesses out of a device, and tells of each; None: lets them in again.

        `allowed` says which bits of a word they reach all the same, by the word's offset; the
        second argument: it is a write. Of an access that reaches some, nobody is told.
        """

    def set_bus_divider(self, core_cycles: int) -> None:
        """Takes the core cycles in a cycle of the bus behind the L1 caches (AXI)."""

    def started_at(self, hz: float) -> None:
        """Takes the clock after reset from a clock controller that the firmware begins to use."""

    def set_light_sleep(self, state: str) -> None:
        """Names the chip's sleep state for WFI and WFE without SLEEPDEEP."""

    def set_deep_sleep(
        self,
        state: str,
        entered: Callable[[], None],
        left: Callable[[], None] = ...,
        wakes: str = "",
    ) -> None:
        """Names the chip's sleep state for SLEEPDEEP, and who is told when it begins and ends.

        `wakes` is for a firmware that sleeps there for good: what stands still and what would wake.
        """

    def switch_off(self, state: str, wakes: str, *, timers: bool = True) -> None:
        """The core goes off, in a sleep state of the chip, until a reset.

        `wakes` says what can reset it; `timers`, whether timed events of devices still come.
        """

    def switch_on(self) -> None:
        """The core goes on where `switch_off` stopped it, after the state's wake-up time."""

    def reset(self, cause: Cause, message: str) -> None:
        """Resets the chip before the next block."""

    def clear_memory(self, kept: Sequence[str] = ()) -> None:
        """All RAM loses its content, but for the memories of these names."""

    def emit(self, device: str, data: bytes) -> None:
        """Takes bytes that the firmware sent out through `device`."""

    def serial(self, name: str) -> Line:
        """The line outside the UART `name`."""

    def pin_changed(self, port: str, pin: int, level: bool) -> None:
        """Takes an edge on an output pin."""

    def watched_pins(self, port: str) -> int:
        """Pins of a port whose edges somebody outside waits for, a bit for each."""

    def marker(self, value: int) -> None:
        """Takes a marker write (a region begins or ends)."""

    @property
    def asleep(self) -> int:
        """Cycles so far during which the core slept."""

    @property
    def core(self) -> int:
        """Number of the core whose access is under way; 0 in events, and where there is one."""

    @property
    def privileged(self) -> bool:
        """Whether the access under way is one of privileged code."""

    def set_coprocessor(self, number: int, execute: Callable[[int, int, int], int | None]) -> None:
        """Takes what executes a coprocessor's instructions.

        `execute` gets the two halfwords of MCR, MCRR, MRC, MRRC or CDP as one word, and the values
        of Rt and Rt2; it returns Rt, and Rt2 above 32 bits, or None for no instruction of its.
        """

    def add_double_coprocessor(self, number: int) -> None:
        """Gives each core the RP2350's coprocessor for double precision, as CP `number`."""

    def add_redundancy_coprocessor(
        self, number: int, salt: int, failed: Callable[[bool], None]
    ) -> None:
        """Gives each core the RP2350's coprocessor for checks; its 64-bit salt makes canaries.

        `failed` is told of a check that fails, and, with True, of an instruction that stalls.
        """

    def hold_core(self, core: int) -> None:
        """Holds a core but the first in reset; what it was doing is lost."""

    def release_core(self, core: int) -> None:
        """Has a core that was held begin anew; one that runs goes on."""

    def set_interrupt(self, number: int, level: bool, core: int | None = None) -> None:
        """Drives an interrupt line of the chip: of one core, or of all."""

    def take_interrupts(self, controller: Callable[[int, bool], None]) -> None:
        """Has a device get the levels of the chip's interrupt lines, instead of the core."""

    def set_core_line(self, number: int, level: bool) -> None:
        """Drives an interrupt input of a RISC-V hart: 3 software, 7 timer, 11 external."""

    def set_core_interrupt(self, number: int) -> None:
        """Has a RISC-V hart take an interrupt by the number of its cause; 0: none."""

    def set_core_deep_sleep(self, on: bool) -> None:
        """Has the next WFI of a RISC-V hart lead to deep sleep."""

    def set_core_time(self, read: Callable[[], int]) -> None:
        """Has a RISC-V hart see a clock in its registers time and timeh."""

    def add_timer(self, expired: Callable[[], None]) -> int:
        """Makes a source of timed events."""

    def schedule(self, source: int, cycle: int) -> None:
        """Has the source's function called at `cycle`."""

    def cancel(self, source: int) -> None:
        """Drops the source's plan."""

    def read_memory(self, address: int, size: int) -> bytes:
        """Bytes of the firmware's memory, for DMA; empty outside memory."""

    def write_memory(self, address: int, data: bytes) -> bool:
        """Puts bytes into the firmware's memory, for DMA; False, and nothing, outside memory."""

    def shared(self, kind: Callable[[], Shared]) -> Shared:
        """The machine's one object of a class, for devices that work together."""

    def end(self, reason: str, *, failure: str = "") -> None:
        """Ends the run before the next block; `failure` names what went wrong, if anything."""

    def warn(self, message: str) -> None:
        """Adds a line to the result's warnings, once."""

    def withdraw(self, message: str) -> None:
        """Takes back a warning that turned out wrong."""


class Device:
    """A peripheral: remembers what is written, unless a register does something.

    Subclasses override `read` and `write` for the registers that act; offsets are in bytes from the
    device's base, values are 32 bits wide or as narrow as the access.
    """

    type_name: ClassVar[str] = ""
    """What board files call this kind of device; for devices from outside mcusim."""
    address: ClassVar[int | None] = None
    """Where `--device` puts it; without, a board file says where."""
    size_bytes: ClassVar[int] = 0x400
    """Bytes from `address` that it answers, a multiple of 1 kB."""

    def __init__(self, name: str, host: Host) -> None:
        self.name = name
        self.host = host
        self.base = 0
        self.interrupts: tuple[int, ...] = ()
        """Its interrupt lines, as the chip file lists them."""
        self.stored: dict[int, int] = {}
        self.write_ones: Collection[int] = ()
        """Registers of which a write changes only what it has ones for."""

    def placed(self, base: int) -> None:
        """Takes the address at which the machine puts the device, once, before the run."""
        self.base = base

    def inherit(self, before: Self, reset: Reset) -> None:
        """Takes over what a reset leaves as it is from the device that this new one replaces."""

    def restart(self) -> None:
        """Goes back to its state after reset, in which the chip's clock controller holds it."""
        self.stored.clear()

    def bus_hz(self, register: int) -> float:
        """Of a clock controller: the clock of the bus that the bits of `register` switch."""
        return 0.0

    def kernel_hz(self, device: str) -> float:
        """Of a clock controller: the clock that a device works with; 0 while it is off."""
        return 0.0

    def holds_in_reset(self, register: int, bit: int) -> bool:
        """Of a clock controller: whether it holds in reset what this bit of `register` clocks."""
        return False

    def read(self, offset: int, size: int) -> int:
        """The value of the register at `offset`; `size` is 1, 2 or 4 bytes."""
        return self.stored.get(offset, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        """Stores `value` in the register at `offset`."""
        self.stored[offset] = value


class FlashedDevice(Device, ABC):
    """One that a programmer writes parts of a firmware into, as into flash."""

    @abstractmethod
    def program(self, offset: int, data: bytes) -> None:
        """Holds `data` from the start, as a programmer left it."""
