"""What the power controls of STM32F7, STM32H7 and STM32U5 share: Stop, Standby, what ends them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

STANDBY, SHUTDOWN = "standby", "shutdown"
WAKES_FROM_STOP = (
    "SysTick, TIMx and their like stand still; an EXTI line, the RTC, the IWDG or a serial port "
    "with UESM would"
)
WAKES_FROM = {
    STANDBY: "the RTC, a WKUP pin, the IWDG or NRST",
    SHUTDOWN: "the RTC, a WKUP pin or NRST",
}


class Stm32SleepControl(WordDevice, ABC):
    """In Stop all clocks but LSE and LSI stand still; what is below ends in a reset, RAM lost."""

    wake_up_pins: ClassVar[tuple[tuple[int, int], ...]] = ()
    """Port and pin of WKUP1 and on."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._bus = host.shared(BusClock)
        self._off = ""
        lines = host.shared(ExtiLines)
        lines.pin_edge, lines.rtc_event = self._pin_edge, self._rtc_event
        self._name_deep_sleep()

    def inherit(self, before: Self, reset: Reset) -> None:
        self._take_flags(before)
        if before._off:
            kept = before._kept_in_standby() if before._off == STANDBY else ()
            self.host.clear_memory(kept)

    # --- what a series has at places of its own ---

    @abstractmethod
    def _mode(self) -> str:
        """The sleep state that SLEEPDEEP leads to."""

    @abstractmethod
    def _take_flags(self, before: Self) -> None:
        """Takes over the flags that a reset leaves as they are."""

    @abstractmethod
    def _kept_in_standby(self) -> tuple[str, ...]:
        """Memories that keep their content."""

    @abstractmethod
    def _flag_sleep(self, standby: bool) -> None:
        """Notes that Stop or Standby began."""

    @abstractmethod
    def _rtc_wakes(self) -> bool:
        """Whether the RTC is to wake the chip."""

    @abstractmethod
    def _pin_wakes(self, number: int, rising: bool) -> bool:
        """Whether an edge of WKUP pin `number` (0 for WKUP1) is one to wake up for; notes it."""

    # --- falling asleep and waking ---

    def _name_deep_sleep(self) -> None:
        self.host.set_deep_sleep(self._mode(), self._asleep, self._awake, WAKES_FROM_STOP)

    def _asleep(self) -> None:
        self._bus.stop(self.host)
        mode = self._mode()
        self._flag_sleep(mode in WAKES_FROM)
        if mode in WAKES_FROM:
            self._off = mode
            self.host.switch_off(mode, WAKES_FROM[mode])

    def _awake(self) -> None:
        self._bus.go_on(self.host)
        self._clocks.stop_left()

    def _rtc_event(self) -> None:
        if self._off and self._rtc_wakes():
            self._wake("the RTC")

    def _pin_edge(self, port: int, pin: int, rising: bool) -> None:
        if (port, pin) in self.wake_up_pins:
            self._wake_up_pin(self.wake_up_pins.index((port, pin)), port, pin, rising)

    def _wake_up_pin(self, number: int, port: int, pin: int, rising: bool) -> None:
        if self._pin_wakes(number, rising) and self._off:
            self._wake(f"WKUP{number + 1} (P{chr(ord('A') + port)}{pin})")

    def _wake(self, who: str) -> None:
        self.host.reset("wake-up", f"{who} woke the chip from {self._off}")
