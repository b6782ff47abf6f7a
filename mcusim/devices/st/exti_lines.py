"""The wiring of interrupt sources to the EXTI: pins by SYSCFG, and lines of other peripherals."""

from __future__ import annotations

from collections.abc import Callable


class ExtiLines:
    """Passes on the edges of lines; port of pin n on line n as SYSCFG_EXTICR says."""

    def __init__(self) -> None:
        self.ports = [0] * 16
        """Number of the port (A is 0) on each of the lines 0 to 15."""
        self.rtc_alarm = self.rtc_wake_up = 0
        """Lines of the real-time clock, which the series' EXTI says."""
        self.edge: Callable[[int, bool], None] = lambda _line, _rising: None
        self.pin_edge: Callable[[int, int, bool], None] = lambda _port, _pin, _rising: None
        """Takes edges from outside, whatever mode the pin is in: some wake from Standby."""
        self.rtc_event: Callable[[], None] = lambda: None
        """Takes what the RTC interrupts for, which wakes from Standby past the EXTI."""

    def pin_changed(self, port: int, pin: int, level: bool) -> None:
        """Takes an edge of a pin."""
        if self.ports[pin] == port:
            self.edge(pin, level)

    def pulse(self, line: int) -> None:
        """Takes an event of another peripheral."""
        self.edge(line, True)
