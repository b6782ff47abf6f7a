"""What the power controls of the STM32F7 and STM32H7 share: Stop, Standby and what ends them."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

STANDBY = "standby"
WAKES_FROM_STOP = (
    "SysTick, TIMx and their like stand still; an EXTI line, the RTC, the IWDG or a serial port "
    "with UESM would"
)
WAKES_FROM_STANDBY = "the RTC, a WKUP pin, the IWDG or NRST"


class Stm32SleepControl(WordDevice):
    """In Stop all clocks but LSE and LSI stand still; Standby ends in a reset and loses the RAM."""

    wake_up_pins: ClassVar[tuple[tuple[int, int], ...]] = ()
    """Port and pin of WKUP1 and on."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._bus = host.shared(BusClock)
        self._off = False
        lines = host.shared(ExtiLines)
        lines.pin_edge, lines.rtc_event = self._pin_edge, self._rtc_event
        self._name_deep_sleep()

    def inherit(self, before: Self, reset: Reset) -> None:
        self._take_flags(before)
        if before._off:
            self.host.clear_memory(before._kept_in_standby())

    # --- what a series has at places of its own ---

    def _mode(self) -> str:
        """The sleep state that SLEEPDEEP leads to."""
        raise NotImplementedError

    def _take_flags(self, before: Self) -> None:
        """Takes over the flags that a reset leaves as they are."""
        raise NotImplementedError

    def _kept_in_standby(self) -> tuple[str, ...]:
        """Memories that keep their content."""
        raise NotImplementedError

    def _flag_sleep(self, standby: bool) -> None:
        """Notes that Stop or Standby began."""
        raise NotImplementedError

    def _rtc_wakes(self) -> bool:
        raise NotImplementedError

    def _pin_wakes(self, number: int, rising: bool) -> bool:
        """Whether an edge of WKUP pin `number` (0 for WKUP1) is one to wake up for; notes it."""
        raise NotImplementedError

    # --- falling asleep and waking ---

    def _name_deep_sleep(self) -> None:
        self.host.set_deep_sleep(self._mode(), self._asleep, self._awake, WAKES_FROM_STOP)

    def _asleep(self) -> None:
        self._bus.stop(self.host)
        standby = self._mode() == STANDBY
        self._flag_sleep(standby)
        if standby:
            self._off = True
            self.host.switch_off(STANDBY, WAKES_FROM_STANDBY)

    def _awake(self) -> None:
        self._bus.go_on(self.host)
        self._clocks.stop_left()

    def _rtc_event(self) -> None:
        if self._off and self._rtc_wakes():
            self._wake("the RTC")

    def _pin_edge(self, port: int, pin: int, rising: bool) -> None:
        if (port, pin) not in self.wake_up_pins:
            return
        number = self.wake_up_pins.index((port, pin))
        if self._pin_wakes(number, rising) and self._off:
            self._wake(f"WKUP{number + 1} (P{chr(ord('A') + port)}{pin})")

    def _wake(self, who: str) -> None:
        self.host.reset("wake-up", f"{who} woke the chip from standby")
