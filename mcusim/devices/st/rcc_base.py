"""What the clock controllers of all STM32 series share; a series says where its registers are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Cause, Reset
from mcusim.devices.st.clocks import LSE_HZ, LSI_HZ, Clocks
from mcusim.devices.st.words import WordDevice

CR = 0x00
HSE = (CR, 16)
"""Register and enable bit of the external oscillator, CR.HSEON in all series."""
LSEON, RTCEN, BDRST = 1 << 0, 1 << 15, 1 << 16
"""Of BDCR."""

Ready = tuple[int, int, float]
"""Enable bit, ready bit, start-up time in seconds."""
KernelField = tuple[int, int, int]
"""Register, position and mask of a peripheral's clock selection."""


class Switch(NamedTuple):
    """SW, the choice of the core's clock; SWS, which follows it, are the bits above."""

    register: int
    mask: int
    name: str

    @property
    def width(self) -> int:
        return self.mask.bit_length()


class ResetFlags(NamedTuple):
    """Where the causes of past resets are found."""

    register: int
    mask: int
    remove: int
    """RMVF."""
    pin: int
    """PINRSTF, which each reset sets, as it drives NRST."""
    by_cause: Mapping[Cause, int]


class ResetRegisters(NamedTuple):
    """xxxRSTR, which hold peripherals in reset; bits lie as in the xxxENR of the same bus."""

    distance: int
    """Bytes from a bus's xxxRSTR up to its xxxENR."""
    bits: Mapping[int, int]
    """Those that there are, by register."""


class Stm32RccBase(WordDevice, ABC):
    """Ready flags follow their enables after the start-up time, SWS follows SW.

    The clock security system and clock outputs aren't modelled.
    """

    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = {}
    """Oscillators and PLLs by the register that has their bits."""
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ()
    """Register and enable bit of those that run from reset on."""
    switch: ClassVar[Switch]
    reset_flags: ClassVar[ResetFlags]
    peripheral_resets: ClassVar[ResetRegisters]
    bdcr: ClassVar[int]
    """Register of the backup domain, which no reset of the chip reaches."""
    lsi: ClassVar[tuple[int, int]]
    """Register and mask of LSION."""
    interrupt_flags: ClassVar[tuple[int, ...]] = ()
    """CIFR and CICR: no clock's interrupt is modelled."""
    clock_registers: ClassVar[frozenset[int]]
    """Writing one hands the core clock over to the clock tree."""
    other_registers: ClassVar[frozenset[int]]
    """Others that the peripherals' clocks depend on."""
    kernel_fields: ClassVar[Mapping[str, KernelField]]
    """By the name of the peripheral; 0 is the clock of its bus."""
    kernel_clocks: ClassVar[tuple[str, ...]]
    """What the field's values stand for."""
    own_kernel_clocks: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """The same, of peripherals whose fields have other values."""
    low_power_timers: ClassVar[Mapping[str, KernelField]] = {}
    """Theirs are pclk, lsi, hsi and lse."""
    buses: ClassVar[Mapping[int, str]] = {}
    """The bus clock that each xxxENR switches, as `Clocks` names it."""
    on_apb2: ClassVar[tuple[str, ...]] = ()
    """Peripherals with a bit rate that have their registers there."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._clocks.kernel_hz = self.kernel_hz
        self._clocks.kernel_in_stop = self._kernel_in_stop
        self._clocks.stop_left = self._stop_left
        self._ready_s = dict.fromkeys(self.ready_at_reset, 0.0)
        self._backup_ready = host.add_timer(self._publish_backup)
        self._clocks.watch(self._await_backup)

    def inherit(self, before: Self, reset: Reset) -> None:
        """The backup domain and the flags stay; a wake-up sets none."""
        self.stored[self.bdcr] = before.stored.get(self.bdcr, 0)
        if (lse := (self.bdcr, 0)) in before._ready_s:
            self._ready_s[lse] = before._ready_s[lse]
        self._clocks.running = before._clocks.running
        flags = self.reset_flags
        kept = before.stored[flags.register] & flags.mask
        self.stored[flags.register] = self.reset[flags.register] & ~flags.mask | kept
        if reset.cause != "wake-up":
            self.stored[flags.register] |= flags.pin | flags.by_cause.get(reset.cause, 0)
        self._distribute()

    def bus_hz(self, register: int) -> float:
        bus = self.buses.get(register)
        hz: float = getattr(self._clocks, bus) if bus else 0.0
        return hz

    def holds_in_reset(self, register: int, bit: int) -> bool:
        held = self.stored.get(register - self.peripheral_resets.distance, 0)
        return bool(held >> bit & 1)

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == self.switch.register:
            value |= (value & self.switch.mask) << self.switch.width
        for enable, ready, _ in self.ready.get(register, ()):
            since = self._ready_s.get((register, enable))
            if since is not None and self.host.seconds >= since:
                value |= 1 << ready
        return value

    def store(self, register: int, value: int) -> None:
        if register in self.interrupt_flags:
            return
        if register == self.switch.register:
            value &= ~(self.switch.mask << self.switch.width)
        elif register == self.bdcr and value & BDRST:
            value = BDRST
            for restart in self._clocks.backup_reset:
                restart()
        elif register == self.bdcr and value & LSEON:
            self._take_over()
        elif register == self.reset_flags.register:
            value = self._with_reset_flags(value)
        elif register in self.peripheral_resets.bits:
            value &= self.peripheral_resets.bits[register]
        super().store(register, value)
        self._start_oscillators(register)
        if register == self.bdcr:
            self._publish_backup()
        if register in self.clock_registers:
            self._take_over()
        if register in self.clock_registers or register in self.other_registers:
            self._distribute()

    def _with_reset_flags(self, value: int) -> int:
        flags = self.reset_flags
        kept = 0 if value & flags.remove else self.stored[flags.register] & flags.mask
        return value & ~flags.mask & ~flags.remove | kept

    # --- what a series has of its own ---

    @abstractmethod
    def _reset_hz(self) -> float:
        """The core clock after reset."""

    @abstractmethod
    def _sysclk(self) -> float:
        """The clock that SW selects; 0 while it is off."""

    @abstractmethod
    def _core_divider(self) -> int:
        """SYSCLK cycles in a cycle of the core."""

    @abstractmethod
    def _divide(self, clocks: Clocks) -> None:
        """Works out the clocks of the buses and timers from the core's."""

    @abstractmethod
    def _kernel_source_hz(self, name: str) -> float:
        """One of `kernel_clocks` that this class doesn't know; 0 while it is off."""

    @abstractmethod
    def _select_after_stop(self) -> None:
        """Writes SW and the enables of oscillators as leaving Stop does."""

    def _bus_hz(self, device: str) -> float:
        return self._clocks.pclk2 if device in self.on_apb2 else self._clocks.pclk1

    def _rtc_hse_hz(self) -> float:
        return self._clocks.hse_hz / 32

    # --- the clock tree ---

    def _take_over(self) -> None:
        """From the first choice of a clock on, or wait for LSE, the clock tree has the core's."""
        if not self._clocks.running:
            self._clocks.running = True
            self.host.started_at(self._reset_hz())

    def _start_oscillators(self, register: int) -> None:
        for enable, ready, start_s in self.ready.get(register, ()):
            self.stored[register] &= ~(1 << ready)
            if not self.stored[register] >> enable & 1:
                self._ready_s.pop((register, enable), None)
            elif (register, enable) == HSE and not self._clocks.hse_hz:
                self.host.warn(
                    "the firmware starts the external oscillator (HSE), but the board has none: "
                    "give its frequency in the board file (external_clock_hz)"
                )
            elif (register, enable) not in self._ready_s:
                self._ready_s[register, enable] = self.host.seconds + start_s

    def _publish_backup(self) -> None:
        # LSE takes up to seconds, in which start-up code asks for nothing but its flag.
        self.host.publish(self.base + self.bdcr, self.load(self.bdcr))
        self._await_backup()

    def _await_backup(self) -> None:
        now = self.host.seconds
        waits = [at - now for (register, _), at in self._ready_s.items() if register == self.bdcr]
        if rest := [wait for wait in waits if wait > 0.0]:
            self.host.schedule(self._backup_ready, self.host.cycle_in(min(rest)))

    def _distribute(self) -> None:
        clocks = self._clocks
        if clocks.running:
            sysclk = self._sysclk()
            if sysclk <= 0.0:
                self.host.warn(f"{self.switch.name} selects a clock for the core that is off")
                return
            self.host.set_clock(sysclk / self._core_divider())
        # A clock that the user forces stays, whatever the prescalers say.
        clocks.sysclk = self.host.clock_hz * self._core_divider()
        self._divide(clocks)
        register, lsion = self.lsi
        clocks.lse = bool(self.stored.get(self.bdcr, 0) & LSEON)
        clocks.lsi = bool(self.stored.get(register, 0) & lsion)
        clocks.rtc_hz = self._rtc_hz(self.stored.get(self.bdcr, 0))
        clocks.changed()

    def _rtc_hz(self, bdcr: int) -> float:
        if not bdcr & RTCEN:
            return 0.0
        return (0.0, LSE_HZ, LSI_HZ, self._rtc_hse_hz())[bdcr >> 8 & 3]

    def _kernel_clock(self, device: str) -> str:
        names = self.own_kernel_clocks.get(device, self.kernel_clocks)
        field = self.kernel_fields.get(device)
        if device in self.low_power_timers:
            names, field = ("pclk", "lsi", "hsi", "lse"), self.low_power_timers[device]
        register, position, mask = field or (0, 0, 0)
        choice = self.stored.get(register, 0) >> position & mask
        return names[choice] if choice < len(names) else "pclk"

    def _kernel_in_stop(self, device: str) -> bool:
        in_stop = (
            ("lsi", "lse") if device in self.low_power_timers else ("hsi", "csi", "msik", "lse")
        )
        return self._kernel_clock(device) in in_stop

    def kernel_hz(self, device: str) -> float:
        clocks = self._clocks
        match self._kernel_clock(device):
            case "pclk":
                return self._bus_hz(device)
            case "sysclk":
                return clocks.sysclk
            case "hclk":
                return clocks.hclk
            case "off":
                return 0.0
            case "lse":
                return LSE_HZ if clocks.lse else 0.0
            case "lsi":
                return LSI_HZ if clocks.lsi else 0.0
            case name:
                return self._kernel_source_hz(name)

    def _stop_left(self) -> None:
        if self._clocks.running:
            self._select_after_stop()
            self._start_oscillators(CR)
            self._distribute()
