"""STM32L4+ power control (RM0432 5): core voltage, low-power modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

CR1, CR3, CR4, SR1, SR2, SCR, CR5 = 0x00, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x80  # RM0432 5.4
RRS, EIWUL = 1 << 8, 1 << 15
SBF, WUFI = 1 << 8, 1 << 15
LPR, R1MODE = 1 << 14, 1 << 8
REGLPF = 1 << 9
RANGE_2 = 2
STANDBY = "standby"
WAKES_FROM_STOP = (
    "SysTick, TIMx and their like stand still; an EXTI line, the RTC, an LPTIM on LSE or LSI, the "
    "IWDG or a serial port with UESM would"
)
_PINS = "the RTC (PWR_CR3.EIWUL), a WKUP pin (PWR_CR3.EWUPx)"
WAKES_FROM_OFF = {"standby": f"{_PINS}, the IWDG or NRST", "shutdown": f"{_PINS} or NRST"}


class Stm32Pwr(WordDevice):
    """A change of the voltage is ready at once (VOSF reads as 0); CR1.LPMS names the deep sleep.

    In Stop all clocks but LSE and LSI stand still. Standby and Shutdown end in a reset, by the RTC
    (CR3.EIWUL), a WKUP pin (CR3.EWUPx, CR4.WPx) or, out of Standby, the IWDG. Low-power run and the
    pull-ups of Standby aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {CR1: 0x200, CR3: 0x8000, CR5: R1MODE}
    modes: ClassVar[tuple[str, ...]] = ("stop0", "stop1", "stop2", STANDBY, *["shutdown"] * 4)
    """What SLEEPDEEP leads to, by CR1.LPMS (RM0432 5.4.1)."""
    limits: ClassVar[Mapping[str, tuple[float, str]]] = {
        "range2": (26e6, "Range 2"),
        "range1": (80e6, "Range 1 without boost (PWR_CR5.R1MODE)"),
        "range1-boost": (120e6, "Range 1 with boost"),
    }
    """Highest HCLK by voltage range, and its name in words (RM0432 5.1.8)."""
    wake_up_pins: ClassVar[tuple[tuple[int, int], ...]] = (
        # PA0, PC13, PE6, PA2, PC5 (STM32_open_pin_data, mcu/STM32L4R5Z(G-I)Tx.xml, SYS_WKUPn).
        *((0, 0), (2, 13), (4, 6), (0, 2), (2, 5)),
    )
    """Port and pin of WKUP1 and on."""
    kept_with_rrs: ClassVar[tuple[str, ...]] = ("sram2",)
    """Memories that keep their content in Standby while CR3.RRS is set."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._check_voltage)
        self._bus = host.shared(BusClock)
        self._off = ""
        lines = host.shared(ExtiLines)
        lines.pin_edge, lines.rtc_event = self._pin_edge, self._rtc_event
        self._name_deep_sleep()

    def inherit(self, before: Self, reset: Reset) -> None:
        """Standby leaves SR1, CR3 and CR4 as they are (RM0432 5.4); Shutdown leaves nothing."""
        if before._off == STANDBY:
            for register in (SR1, CR3, CR4):
                self.stored[register] = before.stored.get(register, 0)
            self.host.clear_memory(self.kept_with_rrs if self.stored[CR3] & RRS else ())
        elif before._off:
            self.host.clear_memory()
        else:
            self.stored[SR1] = before.stored.get(SR1, 0)

    def restart(self) -> None:
        """SR1 tells of past resets; none but that of the power clears it (RM0432 5.4.5)."""
        flags = self.stored.get(SR1, 0)
        super().restart()
        self.stored[SR1] = flags
        self._name_deep_sleep()
        self._check_voltage()

    def load(self, register: int) -> int:
        if register == SR2:
            return REGLPF if self.stored[CR1] & LPR else 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == SCR:
            # CSBF and CWUFx have the places of the flags that they clear.
            self.stored[SR1] = self.stored.get(SR1, 0) & ~(value & (SBF | self._pins))
        elif register not in (SR1, SR2):
            super().store(register, value)
        if register == CR1:
            self._name_deep_sleep()
        if register in (CR1, CR5) and self._clocks.running:
            self.host.set_voltage_range(self._voltage_range())

    @property
    def _pins(self) -> int:
        """All WUFx of SR1."""
        return (1 << len(self.wake_up_pins)) - 1

    # --- low-power modes ---

    def _mode(self) -> str:
        return self.modes[self.stored[CR1] & 7]

    def _name_deep_sleep(self) -> None:
        self.host.set_deep_sleep(self._mode(), self._asleep, self._awake, WAKES_FROM_STOP)

    def _asleep(self) -> None:
        self._bus.stop(self.host)
        mode = self._mode()
        if mode.startswith("stop"):
            return
        self._off = mode
        if mode == STANDBY:
            self.stored[SR1] = self.stored.get(SR1, 0) | SBF
        self.host.switch_off(mode, WAKES_FROM_OFF[mode])

    def _awake(self) -> None:
        self._bus.go_on(self.host)
        self._clocks.stop_left()

    def _rtc_event(self) -> None:
        if self._off and self.stored[CR3] & EIWUL:
            self._wake(WUFI, "the RTC")

    def _pin_edge(self, port: int, pin: int, rising: bool) -> None:
        if (port, pin) not in self.wake_up_pins:
            return
        bit = 1 << self.wake_up_pins.index((port, pin))
        wanted = not self.stored.get(CR4, 0) & bit
        if self.stored[CR3] & bit and rising == wanted:
            name = f"WKUP{bit.bit_length()} (P{chr(ord('A') + port)}{pin})"
            self.stored[SR1] = self.stored.get(SR1, 0) | bit
            if self._off:
                self._wake(bit, name)

    def _wake(self, flag: int, who: str) -> None:
        self.stored[SR1] = self.stored.get(SR1, 0) | flag
        self.host.reset("wake-up", f"{who} woke the chip from {self._off}")

    def _check_voltage(self) -> None:
        if not self._clocks.running:
            return
        name = self._voltage_range()
        self.host.set_voltage_range(name)
        limit, words = self.limits[name]
        if self._clocks.hclk > limit * 1.001:
            self.host.warn(
                f"HCLK is {self._clocks.hclk / 1e6:g} MHz, but {words} allows "
                f"{limit / 1e6:g} MHz: choose a higher core voltage first"
            )

    def _voltage_range(self) -> str:
        if self.stored[CR1] >> 9 & 3 == RANGE_2:
            return "range2"
        return "range1" if self.stored[CR5] & R1MODE else "range1-boost"
