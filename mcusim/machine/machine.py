"""A board with a firmware in it: memories, devices and core, ready to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from mcusim import _native
from mcusim.boards import Board
from mcusim.boards.board import CHOSEN
from mcusim.boards.power_schema import Regulator
from mcusim.cpu.choose import architecture_of
from mcusim.devices import Device, core_devices, create, create_npu
from mcusim.devices.reset import Cause, Reset
from mcusim.firmware import FirmwareImage, is_all_in_ram, ram_entry
from mcusim.machine.bus import REGIONS_OF_ARM, Bus
from mcusim.machine.clock import Clock, Supply
from mcusim.machine.core_inputs import CoreInputs
from mcusim.machine.cores import Cores
from mcusim.machine.draws import Draws
from mcusim.machine.gates import gated
from mcusim.machine.loading import load, load_again
from mcusim.machine.loads import Loads
from mcusim.machine.memory_map import map_memories, set_flash, set_flash_timing
from mcusim.machine.peripheral_clocks import PeripheralClocks
from mcusim.machine.pin_edges import PinListeners
from mcusim.machine.regions import Regions
from mcusim.machine.serial import SerialLine
from mcusim.machine.sleep import Sleep
from mcusim.machine.unmodelled import Unmodelled
from mcusim.timing.cores import timing_model

Shared = TypeVar("Shared")

OUTPUT_LIMIT_BYTES = 1 << 20
WARNING_LIMIT = 50


class Machine(CoreInputs):
    """Owns the engine; is the `Host` of its devices."""

    def __init__(
        self,
        board: Board,
        image: FirmwareImage,
        *,
        accurate: bool,
        own: Sequence[type[Device]] = (),
    ) -> None:
        self.board = board
        self.image = image
        chip = board.chip
        self.architecture = architecture_of(chip)
        self.cores = Cores(self.architecture, chip, accurate, self._look_at)
        self._look_at(0)
        self.regions = Regions(self.cores.engines, lambda: self.engine)
        self.output = bytearray()
        self.warnings: list[str] = []
        self._events: dict[int, Callable[[], None]] = {}
        self._own = own
        self._device_timers: list[int] = []
        self._free_timers: list[int] = []
        self._equipping = False
        self.reset_asked: Reset | None = None
        self._programmed: dict[str, int] = {}
        """Option bytes that the firmware programmed, until a reset loads them."""
        self.lines: dict[str, SerialLine] = {}
        self.loads = Loads(board.loads, self.draw)
        self.pin_listeners = PinListeners(self.regions, self.loads)
        self.pin_changed, self.watched_pins = self.pin_listeners.tell, self.pin_listeners.watched
        self._shared: dict[object, Any] = {}
        self.ended: tuple[str, str] | None = None
        """Why a device ended the run, and the kind of failure if it is one."""
        self.accurate = accurate
        self.initial_sp = 0
        self._starts_in_ram = chip.has_rom_boot and is_all_in_ram(image, chip.memory)
        self.clock = Clock(board.clock_hz, self.cores.tell_clock, self.cores.stop)
        self.draws = Draws(board.regulator)
        self.devices: dict[str, Device] = {}
        self.sleep = Sleep(self.cores.engines, self.clock, board.chip.power)
        self._time_block = timing_model(chip.core, chip.core_options)
        map_memories(self.engine, board)
        self.cores.share_memories()
        self.unmodelled = Unmodelled(self._place, self._neighbour, lambda: self.register("pc"))
        regions = REGIONS_OF_ARM if chip.riscv is None else chip.riscv.peripherals
        self._bus = Bus(self.unmodelled.accessed, regions)
        self._add_core_devices()
        self._equip()
        self._map_devices()
        self.peripheral_clocks = PeripheralClocks(self, self._bus)
        load(self.engine, board, self.image, self.devices)
        for engine in self.cores.engines:
            engine.set_decode(self._decode)
        self.cores.set_devices(self._bus.read, self._bus.write)
        self.engine.set_event(self._on_event)

    def _look_at(self, core: int) -> None:
        self.core = core
        """Number of the core whose access is under way."""
        self.engine = self.cores.engines[core]

    # --- what devices may ask (mcusim.devices.Host) ---

    @property
    def flash(self) -> _native.Engine:
        """The flash accelerator's controls."""
        return self.cores.first

    @property
    def required_wait_states(self) -> int:
        """Wait states of the flash at the present clock."""
        return self.board.required_wait_states(self.clock.hz)

    @property
    def regulator(self) -> Regulator:
        """The regulator that the energy is worked out for."""
        return self.clock.supply.regulator or self.board.regulator

    def set_regulator(self, regulator: Regulator, at_reset: Regulator) -> None:
        """Goes on with what the firmware chose, unless the user forces another."""
        if self.board.regulator_source == CHOSEN:
            if regulator != self.board.regulator:
                self.warn(
                    f"the firmware chooses the regulator {regulator}, but the energy is that of "
                    f"--regulator {self.board.regulator}"
                )
            return
        if regulator == "dcdc" and not self.board.has_dcdc:
            self.warn(
                "the firmware turns the DC/DC converter on, but the board has no inductor for it "
                "(dcdc_inductor in the board file): the chip would not run; the energy is the LDO's"
            )
            return
        if self.clock.supply.regulator is None:
            self.clock.restart_supply(self.clock.supply._replace(regulator=at_reset))
            self.draws.cut(self.seconds, at_reset)
        self._set_supply(self.clock.supply._replace(regulator=regulator))

    def set_voltage_range(self, name: str) -> None:
        """Goes on at another voltage of the core, by the vendor's name for it."""
        supply = self.clock.supply._replace(voltage_range=name)
        if self.clock.supply.voltage_range is None:
            self.clock.restart_supply(supply)
        self._set_supply(supply)

    def _set_supply(self, supply: Supply) -> None:
        if supply != self.clock.supply:
            self.draws.cut(self.seconds, supply.regulator or self.board.regulator)
            activity = self.cores.priced()
            hz, now = self.clock.hz, self.engine.now
            self.clock.change(now, hz, activity, self.sleep.cycles(), supply)

    def draw(self, device: str, state: str, cycle: int | None = None) -> None:
        """A device is in a state that draws current, from `cycle` or now on; "" is none."""
        at = self.engine.now if cycle is None else cycle
        self.draws.enter(device, state, self.clock.seconds(at))

    def publish(self, address: int, value: int) -> None:
        """Has reads of a register give `value` without asking its device."""
        if self._bus.may_publish(address):
            for engine in self.cores.engines:
                engine.publish(address, value)

    def option_bytes(self, register: str) -> int | None:
        """What the chip loaded into a register of option bytes."""
        return self.board.option_bytes(register)

    def program_option_bytes(self, register: str, value: int) -> None:
        """Keeps what a reset that loads option bytes will find."""
        if self.board.option_bytes(register) is not None:
            self._programmed[register] = value

    @property
    def external_clock_hz(self) -> float:
        """The crystal or clock at the chip's main oscillator; 0 for none."""
        return self.board.external_clock_hz

    @property
    def supply_v(self) -> float:
        """The supply of the chip in volts."""
        return self.board.supply_v

    @property
    def now(self) -> int:
        """Cycle at which the access under way began."""
        return self.engine.now

    @property
    def seconds(self) -> float:
        """Simulated time since reset."""
        return self.clock.seconds(self.engine.now)

    def cycle_in(self, seconds: float) -> int:
        """The cycle at which `seconds` from now will have passed at the present clock."""
        return self.engine.now + max(1, round(seconds * self.clock.hz))

    @property
    def clock_hz(self) -> float:
        """The present core clock."""
        return self.clock.hz

    def set_clock(self, hz: float) -> None:
        """Goes on at another core clock, unless the user forces one."""
        if hz == self.clock.hz or self.board.clock_source == CHOSEN:
            return
        if hz > self.board.chip.max_clock_hz:
            self.warn(
                f"the firmware sets a core clock of {hz / 1e6:g} MHz, but {self.board.chip.title} "
                f"allows {self.board.chip.max_clock_hz / 1e6:g} MHz"
            )
        activity = self.cores.priced()
        self.clock.change(self.engine.now, hz, activity, self.sleep.cycles())
        self.sleep.tell()

    def set_bus_divider(self, core_cycles: int) -> None:
        """Core cycles in a cycle of the bus behind the L1 caches."""
        self.engine.set_bus_divider(core_cycles)

    def started_at(self, hz: float) -> None:
        """The run so far was at the chip's clock after reset, not at the board's."""
        if self.board.clock_source != CHOSEN:
            self.clock.restart(hz)
            self.sleep.tell()

    def set_deep_sleep(
        self,
        state: str,
        entered: Callable[[], None],
        left: Callable[[], None] = lambda: None,
        wakes: str = "",
    ) -> None:
        """Names what SLEEPDEEP leads to from now on."""
        self.sleep.set_deep(state, entered, left, wakes)

    def set_light_sleep(self, state: str) -> None:
        """Names what WFI and WFE lead to from now on without SLEEPDEEP."""
        self.sleep.set_light(state)

    def switch_off(self, state: str, wakes: str, *, timers: bool = True) -> None:
        """The core executes nothing more until a reset; without `timers`, devices stop too."""
        self.sleep.switch_off(state, wakes)
        if not timers:
            self._stop_devices()
        self.cores.stop()

    def switch_on(self) -> None:
        """The core goes on where `switch_off` stopped it."""
        self.sleep.switch_on()
        self.cores.stop()

    def _stop_devices(self) -> None:
        for source in self._device_timers:
            self.cores.first.cancel(source)

    def reset(self, cause: Cause, message: str) -> None:
        """Has the chip reset before the next block; the first of several counts."""
        if self.reset_asked is None:
            self.reset_asked = Reset(cause, message)
        self.cores.first.request_reset()

    def clear_memory(self, kept: Sequence[str] = ()) -> None:
        """All RAM loses its content, but for the memories of these names: it reads as 0."""
        for memory in self.board.ram_regions():
            if memory.name not in kept:
                self.engine.write(memory.base, bytes(memory.size_bytes))

    def emit(self, device: str, data: bytes) -> None:
        """Keeps what the firmware sent out, up to a limit."""
        room = OUTPUT_LIMIT_BYTES - len(self.output)
        self.output += data[:room]
        if len(data) > room:
            self.warn(f"output after the first {OUTPUT_LIMIT_BYTES >> 20} MB was dropped")

    def marker(self, value: int) -> None:
        """Begins or ends a marker region, or what a load of the board draws."""
        if not self.loads.marker(value):
            self.regions.marker(value)

    def serial(self, name: str) -> SerialLine:
        """The line outside the UART `name`."""
        if name not in self.lines:
            # It outlives the device, and so does its timer.
            equipping, self._equipping = self._equipping, False
            self.lines[name] = SerialLine(name, self)
            self._equipping = equipping
        return self.lines[name]

    def hold_core(self, core: int) -> None:
        """Holds a core but the first in reset."""
        self.cores.hold(core)
        self.sleep.held(core, True)

    def release_core(self, core: int) -> None:
        """Has a core begin that was held in reset."""
        if self.cores.release(core):
            self.sleep.held(core, False)

    def add_timer(self, expired: Callable[[], None]) -> int:
        """Makes a source of timed events; returns its number."""
        source = self._free_timers.pop() if self._free_timers else self.cores.first.add_source()
        self._events[source] = expired
        if self._equipping:
            self._device_timers.append(source)
        return source

    def schedule(self, source: int, cycle: int) -> None:
        """Has the source's function called at `cycle`, instead of any earlier plan."""
        self.cores.first.schedule(source, cycle)

    def cancel(self, source: int) -> None:
        """Drops the source's plan."""
        self.cores.first.cancel(source)

    def _on_event(self, source: int) -> None:
        self.sleep.book()
        self._events[source]()

    @property
    def asleep(self) -> int:
        """Cycles of the run so far during which the core that asks slept."""
        return self.engine.asleep

    def read_memory(self, address: int, size: int) -> bytes:
        """Bytes of the firmware's memory; empty outside it."""
        try:
            return self.engine.read(address, size)
        except IndexError:
            return b""

    def write_memory(self, address: int, data: bytes) -> bool:
        """Puts bytes into the firmware's memory; False outside it."""
        try:
            self.engine.write(address, data)
        except IndexError:
            return False
        return True

    def shared(self, kind: Callable[[], Shared]) -> Shared:
        """The one object of this machine that `kind` makes."""
        if kind not in self._shared:
            self._shared[kind] = kind()
        found: Shared = self._shared[kind]
        return found

    def end(self, reason: str, *, failure: str = "") -> None:
        """Ends the run before the next block."""
        if self.ended is None:
            self.ended = (reason, failure)
        self.cores.stop()

    def warn(self, message: str) -> None:
        """Adds a warning to the result, once."""
        if message not in self.warnings and len(self.warnings) < WARNING_LIMIT:
            self.warnings.append(message)

    def withdraw(self, message: str) -> None:
        """Takes back a warning that turned out wrong."""
        if message in self.warnings:
            self.warnings.remove(message)

    # --- assembling ---

    def _add_core_devices(self) -> None:
        # No reset of the chip reaches them: they belong to the debug logic (DDI0403E C1.2.3).
        for name, device_class, base, size_bytes in core_devices(self.board.chip.core):
            self._bus.attach(device_class(name, self), base, size_bytes)

    def _equip(self) -> None:
        """Makes the chip's devices, and those of the user, in their state after reset."""
        self._equipping = True
        self._bus.ungate()
        for entry in self.board.chip.device:
            device = create(entry.type, entry.name, self, {c.type_name: c for c in self._own})
            device.interrupts = tuple(entry.interrupts)
            self._put(device, entry.base, entry.size_bytes)
            for alias in entry.aliases:
                self._bus.attach(device, alias, entry.size_bytes, entry.base)
            if entry.clock is not None:
                self._bus.gate(gated(device, entry, entry.clock, self, self._where))
        for npu in self.board.chip.npu:
            device = create_npu(npu, self)
            self._put(device, npu.base, npu.size_bytes)
            for alias in npu.aliases:
                self._bus.attach(device, alias, npu.size_bytes)
        for device_class in self._own:
            if device_class.address is not None:
                device = device_class(device_class.type_name, self)
                self._put(device, device_class.address, device_class.size_bytes)
        for poll in self.board.polls:
            self._bus.script(poll.address, poll.values or [poll.value])
        self._equipping = False
        self._bus.switch_clocks()
        self.sleep.tell()

    def _map_devices(self) -> None:
        for engine in self.cores.engines:
            self.architecture.map_own_devices(engine, self.board.chip)
            for base, size_bytes in self._bus.windows(self.architecture.page_bytes):
                engine.map_devices(base, size_bytes)

    def _put(self, device: Device, base: int, size_bytes: int) -> None:
        device.placed(base)
        self.devices[device.name] = device
        self._bus.attach(device, base, size_bytes)

    def start(self) -> int:
        """Loads SP and PC from the vector table as the silicon does; returns the PC."""
        first = self.cores.first
        entry = self.architecture.begin(first, self.board.vector_table, self.image.entry)
        hart = self.board.chip.riscv
        if hart is not None and hart.rom_first and self.image.entry is not None:
            first.set_reg(self.architecture.registers["a0"], self.image.entry)
            entry = self.board.chip.vector_table
        self.initial_sp = self.register("sp")
        vectors = self.image.read(self.board.first_vectors, 4)
        if vectors is not None and self.board.chip.riscv is None:
            self.initial_sp = int.from_bytes(vectors, "little") & ~3
        if self._starts_in_ram:
            # As its loader starts it; a reset finds the ROM again, and the flash as it is.
            self._starts_in_ram = False
            entry = ram_entry(self.image)
            first.select_stack(self.register("sp"), entry)
        for number in range(1, len(self.cores.engines)):
            self.hold_core(number)
            if self.board.chip.cores is not None and not self.board.chip.cores.held:
                self.release_core(number)
        return entry

    def restart(self, reset: Reset) -> int:
        """Does what a reset does, at the time that it is; returns the PC to go on at.

        Devices are made anew, and take over what the reset leaves to them. RAM keeps its content
        unless a device clears it.
        """
        self._stop_devices()
        for source in self._device_timers:
            del self._events[source]
        self._free_timers += self._device_timers
        self._device_timers = []
        self._shared.clear()
        self.reset_asked = None
        for engine in self.cores.engines:
            engine.reset()
            engine.set_flash_writable(False)
        if reset.loads_option_bytes and self._programmed:
            self.board = self.board.with_option_bytes(self._programmed)
            self._programmed = {}
            set_flash(self.cores.first, self.board)
        set_flash_timing(self.cores.first, self.board)
        self.draws.stop(self.seconds)
        before, self.devices = self.devices, {}
        self._equip()
        for name, device in self.devices.items():
            device.inherit(before[name], reset)
        self.sleep.restart()
        load_again(self.engine, self.board, self.image, reset)
        return self.start()

    def close(self) -> None:
        """Lets go of the engines' references to this machine, which no collector sees."""
        for engine in self.cores.engines:
            engine.drop_callbacks()

    # --- what the engine asks ---

    def register(self, name: str) -> int:
        """A register of the core that is looked at, by its name."""
        return self.engine.reg(self.architecture.registers[name])

    def _decode(self, address: int, code: bytes, state: int) -> _native.Block:
        state = self.architecture.decode_state(state)
        return _native.Block(**self._time_block(address, code, state, self.accurate))

    def _where(self) -> str:
        return self._place(self.register("pc"))

    def _place(self, pc: int) -> str:
        where = self.image.symbol_at(pc)
        line = self.image.line_at(pc)
        return (
            f" at 0x{pc:08x}"
            + (f" in {where[0]}" if where else "")
            + (f" ({line})" if line else "")
        )

    def register_name(self, address: int) -> str:
        """A device's register, "tim2+0x10 (0x40000010)"; empty where no device answers."""
        found = self._bus.at(address)
        if found is None:
            return ""
        svd = self.unmodelled.svd
        name = svd.name(address) if svd is not None else ""
        return f"{name or f'{found[0].name}+0x{address - found[1]:x}'} (0x{address:08x})"

    def _neighbour(self, address: int) -> str:
        found = self._bus.nearest(address)
        return "" if found is None else f" (nearest: {found[0].name} at 0x{found[1]:08x})"
