"""What a board file may say: the schema of `boards/`, with the unit of each number in its key.

Four kinds of file, each a TOML document with unknown keys rejected:

- `boards/<board>.toml`: a chip with its clock, supply, regulator and wiring;
- `boards/chips/<chip>.toml`: memory map, flash timing, devices, currents;
- `boards/cores/<core>.toml`: relative energy of the instruction classes;
- `boards/workloads.toml`: what a benchmark named by a current does per cycle.

Every number that a figure rests on carries `source` (document and section) and `grade`.
"""

from __future__ import annotations

from typing import Literal

from mcusim.boards.cores_schema import Cores
from mcusim.boards.power_schema import Power, Regulator, Workload
from mcusim.boards.records import Grade as Grade
from mcusim.boards.records import Sourced as Sourced
from mcusim.boards.records import Strict as Strict
from mcusim.boards.riscv_schema import Riscv

CORES_WITH_OPTIONS = ("cortex-m0plus", "cortex-m33", "cortex-m55")
MOST_INTERRUPTS = 240
"""Lines of the NVIC that are modelled; Armv7-M allows as many, Armv8-M 480."""


class Axi(Sourced, frozen=True, kw_only=True):
    """How a memory lies behind the AXI port of a core with L1 caches."""

    latency_cycles: int
    """Bus cycles from a request of the core to the first 64 bits, without the array of a flash."""
    beside: list[int] = []
    """Bases among the memory's aliases that lead past the caches (flash on the ITCM port)."""


class Memory(Sourced, frozen=True, kw_only=True):
    """One region of the address map."""

    name: str
    kind: Literal["flash", "ram", "rom"]
    base: int
    """Lowest address; a multiple of 1 kB, the grain in which memory is mapped."""
    size_bytes: int
    aliases: list[int] = []
    """Further base addresses at which the same bytes appear."""
    uncached: list[int] = []
    """Bases among the aliases of a flash where reads aren't served from its cache."""
    unkept: list[int] = []
    """Bases among the aliases of a flash where what the cache missed doesn't go into it."""
    executable: bool = True
    image: str = ""
    """Of a mask ROM: what it holds, by its name in `mcusim.roms`."""
    read_wait_cycles: int = 0
    """Extra cycles of a data read or instruction fetch (RAM only; flash has `FlashTiming`)."""
    write_wait_cycles: int = 0
    axi: Axi | None = None
    """None in a chip with L1 caches: tightly coupled memory."""


class Cache(Sourced, frozen=True, kw_only=True):
    """A cache of the flash accelerator."""

    line_bytes: int
    """Bytes that share one tag."""
    sets: int
    """1 for a fully associative cache."""
    ways: int
    enabled_at_reset: bool
    hit_wait_cycles: int = 0
    keeps_prefetched: bool = True
    """Whether a line that was read ahead goes into the cache; without, only one that was missed
    does, and the array reads ahead of each line that the core wants, one in the cache too."""
    serves_data: bool = False
    """Of an instruction cache: whether loads from the flash go through it, too."""


class L1(Strict, frozen=True, kw_only=True):
    """Level-1 caches between a core and its AXI port; off at reset, as the core has it."""

    icache: Cache
    dcache: Cache
    store_buffer: bool = True
    """Whether stores wait in a buffer as the Cortex-M7's do, with an ECC over whole words."""


class WaitStates(Strict, frozen=True, kw_only=True):
    up_to_hz: float
    wait_states: int


class FlashMode(Sourced, frozen=True, kw_only=True):
    """What the flash is like while a bit of the option bytes has one value."""

    name: str
    """As the vendor calls it, for example "single-bank"."""
    bit: str
    """Name of the bit, one of `OptionBytes.bits`."""
    value: Literal[0, 1]
    read_bytes: int


class FlashTiming(Sourced, frozen=True, kw_only=True):
    """How the flash array answers; wait states are core clock cycles added to each array read."""

    read_bytes: int
    """Width of one array read (8 for 64 bits), as the chip is delivered."""
    mode: list[FlashMode] = []
    """All modes, where option bytes choose among several; empty for one."""
    wait_states: list[WaitStates]
    """In rising order of clock; the first row whose `up_to_hz` is at least the clock applies.
    A chip with several core voltages gives the row of the voltage that its run currents use."""
    prefetch: bool = False
    """Whether the accelerator can read the next line ahead."""
    prefetch_at_reset: bool = False
    icache: Cache | None = None
    dcache: Cache | None = None
    """None: data reads of flash always go to the array."""


class ClockGate(Strict, frozen=True, kw_only=True):
    """The bit that gives a peripheral its clock; without, it reads as 0 and ignores writes."""

    register: str
    """As the vendor names it, "RCC_APB1ENR1"."""
    bit_name: str
    """"USART2EN"."""
    address: int
    """Of the register, which a device of the chip has."""
    bit: int


class Device(Sourced, frozen=True, kw_only=True):
    """A peripheral: `type` names a class of `mcusim.devices`."""

    name: str
    type: str
    base: int
    size_bytes: int = 0x400
    aliases: list[int] = []
    """Further base addresses, as of Non-secure access to what Secure code has at `base`."""
    interrupts: list[int] = []
    """Interrupt numbers, in the order that the device's class names them."""
    clock: ClockGate | None = None


class Npu(Sourced, frozen=True, kw_only=True):
    """A neural processing unit beside the core; its registers answer as a device does."""

    name: str
    type: Literal["ethos-u55"]
    base: int
    size_bytes: int = 0x1000
    aliases: list[int] = []
    interrupt: int
    macs_per_cycle: int
    """Multiplications of 8 bits with their sum that it is built to do in a cycle."""


class OptionBytes(Sourced, frozen=True, kw_only=True):
    """One register of option bytes: settings kept in flash, which the chip loads at reset."""

    name: str
    """The register in lower case ("optr"); `--option-bytes` and the chip's devices call it so."""
    value: int
    """As the chip is delivered."""
    bits: dict[str, int] = {}
    """Bits that may be set by name, with their positions."""


class OptionValue(Sourced, frozen=True, kw_only=True):
    """What a board's option bytes are programmed to."""

    name: str
    """A register of the chip's option bytes, or one of its named bits."""
    value: int


class DeviceBus(Sourced, frozen=True, kw_only=True):
    """Addresses of devices behind a bus that is slower than a memory without wait states."""

    base: int
    size_bytes: int
    read_wait_cycles: int = 0
    """Core cycles that a load takes more."""
    write_wait_cycles: int = 0


class IoPort(Sourced, frozen=True, kw_only=True):
    """Addresses on the single-cycle I/O port of a Cortex-M0+."""

    base: int
    size_bytes: int


class CoreOptions(Sourced, frozen=True, kw_only=True):
    """What the chip's maker chose for the core; None: all that the core can have."""

    interrupts: int | None = None
    """Interrupt lines of the NVIC."""
    fpu: bool = True
    systick: bool = True
    vector_table_register: bool = True
    """VTOR, of a Cortex-M0+."""
    unprivileged: bool = True
    """CONTROL.nPRIV, of a Cortex-M0+."""
    security: bool = False
    """The Security Extension of a Cortex-M33; the core then starts in Secure state."""
    coprocessors: list[int] = []
    """Numbers (CP0 to CP7) of the coprocessors that the maker added to a Cortex-M33."""
    multiply_cycles: Literal[1, 32] = 1
    """The multiplier of a Cortex-M0+: fast or small."""
    io_port: list[IoPort] = []


class SecureAlias(Sourced, frozen=True, kw_only=True):
    """Addresses at which Secure code has what Non-secure code has elsewhere; they are callable."""

    base: int
    """Of the Non-secure addresses."""
    size_bytes: int
    secure_base: int


class Attribution(Sourced, frozen=True, kw_only=True):
    """Addresses that the chip itself makes Secure (its IDAU)."""

    base: int
    size_bytes: int
    security: Literal["secure", "non-secure-callable", "non-secure", "exempt"]
    """Exempt: of the state of the code that accesses it, whatever the SAU has."""


class TrustZone(Strict, frozen=True, kw_only=True):
    """What a chip has around the Security Extension of its core (ARM DDI0553, IDAU).

    Addresses that nothing here names are Non-secure to the chip, so that the SAU decides.
    """

    bit: str = ""
    """The option bit that switches it on; empty: it is always on."""
    vector_table: int | None = None
    """Where the core then starts; None: where it does without."""
    vector_table_source: str | None = None
    alias: list[SecureAlias] = []
    attribution: list[Attribution] = []


class Chip(Strict, frozen=True, kw_only=True):
    name: str
    title: str
    vendor: str
    core: str
    """Name of a file of `boards/cores/` and of a module of `mcusim.timing`."""
    max_clock_hz: float
    max_clock_source: str
    fixed_clock: bool = False
    """Whether `max_clock_hz` is the only clock that the core can run at."""
    memory: list[Memory]
    flash_timing: FlashTiming
    l1: L1 | None = None
    device: list[Device]
    device_bus: list[DeviceBus] = []
    npu: list[Npu] = []
    option_bytes: list[OptionBytes] = []
    power: Power
    priority_bits: int
    """Implemented bits of an exception's priority."""
    priority_bits_source: str
    mpu_regions: int | None = None
    """Regions of the memory protection unit, 0 without one; None: 8, as most have."""
    mpu_regions_source: str | None = None
    cores: Cores | None = None
    """None: one core."""
    trustzone: TrustZone | None = None
    core_options: CoreOptions | None = None
    """Needed for a core that has options which matter here (`CORES_WITH_OPTIONS`)."""
    riscv: Riscv | None = None
    """Needed for a RISC-V core."""
    bit_band: bool = False
    """Whether words at 0x22000000 and 0x42000000 stand for bits of RAM and peripherals."""
    lockup_resets: bool = False
    """Whether a core that locks up resets the chip by itself."""
    vector_table: int
    """Address of the vector table at reset; of a RISC-V core's first instruction."""
    vector_table_source: str
    firmware_vector_table: int | None = None
    """Where a mask ROM looks for the firmware's own; None: the one at reset is the firmware's."""
    firmware_vector_table_source: str | None = None
    uf2_family: int | None = None
    """Family of the UF2 files for this chip; None: it takes none."""
    uf2_family_source: str | None = None

    @property
    def has_rom_boot(self) -> bool:
        """Whether a mask ROM runs before the firmware."""
        return self.firmware_vector_table is not None

    @property
    def first_vectors(self) -> int:
        """Where the chip looks for the firmware's vector table, without TrustZone."""
        table = self.firmware_vector_table
        return self.vector_table if table is None else table


class Poll(Strict, frozen=True, kw_only=True):
    """What reads of one register give, whatever device is there: `value`, or `values` in turn."""

    address: int
    value: int = 1
    values: list[int] = []
    """One a read; the last one stays. Empty: `value` each time."""


class Overhead(Sourced, frozen=True, kw_only=True):
    """What the board draws besides the chip (LEDs, USB bridge), outside the chip's own current."""

    name: str
    typical_a: float


class Load(Sourced, frozen=True, kw_only=True):
    """What draws current while the firmware says so, and is not simulated: a radio, a sensor."""

    name: str
    state: str = "on"
    """Several loads of one name are states of one thing, which is in one of them at a time."""
    pin: str = ""
    """Output pin at whose high level it draws ("P0.13", "PA5")."""
    marker: int | None = None
    """Number of the marker pair between which it draws (firmware_samples/common/mcusim.h)."""
    typical_a: float
    maximum_a: float | None = None
    supply_v: float
    """At which the current was published."""


class BoardFile(Strict, frozen=True, kw_only=True):
    """`boards/<board>.toml`: the chip by name, and how this board runs it."""

    name: str
    title: str
    chip: str
    """A shipped chip by name, or the path of a chip file relative to this file."""
    clock_hz: float
    clock_source: str
    supply_v: float
    supply_source: str
    regulator: Regulator
    regulator_source: str
    dcdc_inductor: bool | None = None
    """Whether the board has what the switching regulator needs; None: if `regulator` is it."""
    console: str = ""
    """Name of the device whose output is the firmware's text output."""
    external_clock_hz: float | None = None
    """The crystal or clock at the chip's main oscillator (HSE)."""
    external_clock_source: str = ""
    overhead: list[Overhead] = []
    load: list[Load] = []
    device: list[Device] = []
    """Peripherals beyond the chip's; one with the name of a chip's takes its place."""
    option_bytes: list[OptionValue] = []
    """What differs from the delivered state."""
    poll: list[Poll] = []
    """Registers that a firmware waits for and that no device models."""


class ClassEnergy(Strict, frozen=True, kw_only=True):
    """Relative energies of one event each.

    1.0 is one core cycle with one 16-bit ALU instruction, fetched from the flash accelerator:
    `cycle + alu + cache_read / 2`, as a 32-bit fetch brings two such instructions.
    """

    cycle: float
    """Clock tree and pipeline, every cycle awake, stalls included."""
    alu: float
    multiply: float
    divide: float
    branch: float
    load: float
    store: float
    fpu: float
    other: float
    flash_read: float
    """One read of the flash array (`FlashTiming.read_bytes` wide)."""
    cache_read: float
    """One hit in the flash accelerator."""
    ram_read: float
    ram_write: float
    ram_fetch: float
    """One instruction fetch (32 bits) from RAM."""
    device: float
    """One access to a peripheral."""


class Core(Strict, frozen=True, kw_only=True):
    name: str
    title: str
    relative_energy: ClassEnergy
    relative_energy_source: str
    relative_energy_grade: Grade


class WorkloadMix(Sourced, frozen=True, kw_only=True):
    """Events per core cycle of a benchmark, by column of `mcusim.machine.activity`."""

    name: Workload
    code: Literal["flash", "ram"]
    chip: str
    cache: bool
    per_cycle: dict[str, float]


class WorkloadsFile(Strict, frozen=True, kw_only=True):
    """`boards/workloads.toml`."""

    workload: list[WorkloadMix]
