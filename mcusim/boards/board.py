"""A board as the rest of mcusim sees it: validated, immutable, ready to simulate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from msgspec import structs

from mcusim.boards.hints import nearest
from mcusim.boards.limits import clock_problem, regulator_problem, supply_problem
from mcusim.boards.option_bytes import option_problem, programmed
from mcusim.boards.power_schema import Regulator, RunCurrent, SleepCurrent, StaticCurrent
from mcusim.boards.schema import Chip, Core, Device, Load, Memory, Overhead, Poll
from mcusim.boards.trustzone import is_on, reset_vector_table
from mcusim.errors import UsageError

CHOSEN = "chosen for this run"
"""Source of a value that overrides the board file's."""


@dataclass(frozen=True, slots=True)
class Board:
    """A chip as one board runs it. The `with_` methods give a changed copy, or raise UsageError."""

    name: str
    title: str
    clock_hz: float
    clock_source: str
    supply_v: float
    supply_source: str
    regulator: Regulator
    regulator_source: str
    chip: Chip
    core: Core
    console: str
    """Name of the device whose output is the firmware's text output; empty for none."""
    external_clock_hz: float = 0.0
    """The crystal or clock at the chip's main oscillator; 0 for none."""
    external_clock_source: str = ""
    has_dcdc: bool = False
    """Whether the switching regulator has its inductor."""
    overhead: tuple[Overhead, ...] = ()
    loads: tuple[Load, ...] = ()
    """Their currents are among those of the chip's devices."""
    polls: tuple[Poll, ...] = ()

    def flash_regions(self) -> tuple[Memory, ...]:
        return tuple(memory for memory in self.chip.memory if memory.kind == "flash")

    def ram_regions(self) -> tuple[Memory, ...]:
        return tuple(memory for memory in self.chip.memory if memory.kind == "ram")

    @property
    def flash_bytes(self) -> int:
        return sum(memory.size_bytes for memory in self.flash_regions())

    @property
    def ram_bytes(self) -> int:
        """Aliases of a memory don't count again."""
        return sum(memory.size_bytes for memory in self.ram_regions())

    def region_at(self, address: int) -> Memory | None:
        """The memory at an address, seen through an alias too; None outside all memories."""
        for memory in self.chip.memory:
            for base in (memory.base, *memory.aliases):
                if base <= address < base + memory.size_bytes:
                    return memory
        return None

    def device(self, name: str) -> Device:
        """The peripheral of this name."""
        names = [device.name for device in self.chip.device]
        if name not in names:
            close = nearest(name, names) or names
            raise UsageError(f"{self.name} has no device {name!r}; it has " + ", ".join(close))
        return self.chip.device[names.index(name)]

    def wait_states(self, clock_hz: float | None = None) -> int:
        """Core cycles added to each read of the flash array, at this clock or the board's."""
        clock = self.clock_hz if clock_hz is None else clock_hz
        if problem := clock_problem(self.chip, clock):
            raise UsageError(_sentence("clock", *problem))
        return self.required_wait_states(clock)

    def required_wait_states(self, clock_hz: float) -> int:
        """Wait states at a clock of the firmware's: slower than a board's, or beyond the chip."""
        rows = self.chip.flash_timing.wait_states
        return next(
            (row.wait_states for row in rows if clock_hz <= row.up_to_hz), rows[-1].wait_states
        )

    @property
    def vector_table(self) -> int:
        """Where the core starts, with the option bytes as they are."""
        return reset_vector_table(self.chip)

    @property
    def first_vectors(self) -> int:
        """Where the chip looks for the firmware's vector table."""
        own = self.vector_table
        return self.chip.first_vectors if own == self.chip.vector_table else own

    def with_security(self) -> Board:
        """The same board with the core's Security Extension switched on."""
        zone = self.chip.trustzone
        if zone is None:
            problem = f"{self.chip.title} is without the Security Extension in its chip file"
            raise UsageError(_sentence("secure image", problem, "give one firmware alone"))
        if is_on(self.chip):
            return self
        return self.with_option_bytes({zone.bit: 1})

    def option_bytes(self, register: str) -> int | None:
        """What the chip loads into a register of option bytes; None where none is known."""
        known = {record.name: record.value for record in self.chip.option_bytes}
        return known.get(register)

    def anchors(self) -> tuple[RunCurrent, ...]:
        """Published run currents with the board's regulator."""
        return tuple(run for run in self.chip.power.run if run.regulator == self.regulator)

    def nearest_anchor(self) -> RunCurrent:
        """The published run current that is most like running from flash on this board."""

        def unlike(run: RunCurrent) -> tuple[bool, bool, float, bool]:
            distance = abs(run.clock_hz - self.clock_hz)
            return run.code != "flash", not run.cache, distance, run.workload != "coremark"

        return min(self.anchors(), key=unlike)

    def static_current(self) -> StaticCurrent:
        """Clock-independent part of the run current with the board's regulator."""
        return next(s for s in self.chip.power.static if s.regulator == self.regulator)

    def sleep_state(self, name: str | None = None) -> SleepCurrent:
        """The sleep state of this name; the chip's default without a name."""
        wanted = self.chip.power.default_sleep if name is None else name
        states = {state.name: state for state in self.chip.power.sleep}
        if wanted not in states:
            known = ", ".join(states)
            raise UsageError(f"{self.name} has no sleep state {wanted!r}; it has {known}")
        return states[wanted]

    def with_clock(self, clock_hz: float) -> Board:
        """The same board at another core clock."""
        if problem := clock_problem(self.chip, clock_hz):
            raise UsageError(_sentence("clock", *problem))
        return replace(self, clock_hz=float(clock_hz), clock_source=CHOSEN)

    def with_vector_table(self, address: int) -> Board:
        """The same board with a core that starts elsewhere, as behind a bootloader."""
        chip = structs.replace(
            self.chip, vector_table=address, vector_table_source="the firmware's own"
        )
        return replace(self, chip=chip)

    def with_supply(self, supply_v: float) -> Board:
        """The same board at another supply voltage."""
        if problem := supply_problem(self.chip, supply_v):
            raise UsageError(_sentence("supply", *problem))
        return replace(self, supply_v=float(supply_v), supply_source=CHOSEN)

    def with_regulator(self, regulator: Regulator) -> Board:
        """The same board with another regulator of the chip."""
        if problem := regulator_problem(self.chip, regulator):
            raise UsageError(_sentence("regulator", *problem))
        return replace(self, regulator=regulator, regulator_source=CHOSEN)

    def with_option_bytes(self, values: Mapping[str, int]) -> Board:
        """The same board with registers or named bits of its option bytes programmed."""
        chip = self.chip
        for name, value in values.items():
            if problem := option_problem(chip, name, value):
                raise UsageError(_sentence("option bytes", *problem))
            chip = programmed(chip, name, value, CHOSEN)
        return replace(self, chip=chip)


def _sentence(what: str, problem: str, remedy: str) -> str:
    return f"{what}: {problem}; {remedy}"
