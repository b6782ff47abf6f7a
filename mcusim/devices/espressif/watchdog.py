"""A watchdog of several stages, as the timer groups and the RTC have them (TRM v1.3, 12)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.peripheral import InterruptDevice
from mcusim.devices.espressif.up_counter import Alarm

Stage = tuple[int, Callable[[], None] | None]
"""Ticks that the stage lasts, and what its end does; None does nothing."""

UNLOCKED = 0x50D83AA1
"""Key of the write protection (esp-idf, timer_group_reg.h, TIMG_WDT_WKEY)."""

ENABLE = 1 << 31
"""Of both watchdogs' configuration."""


class StagedWatchdog:
    """Goes from stage to stage unless it is fed, and then to the first one again."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._alarm = Alarm(host, self._expired)
        self._stages: Sequence[Stage] = ()
        self._hz = 0.0
        self._stage = 0
        self._left = self._since_s = 0.0

    def configure(self, stages: Sequence[Stage], hz: float) -> None:
        """Takes stages and rate as they are now; no stages switch it off."""
        self._catch_up()
        begins = not self._stages and bool(stages)
        self._stages, self._hz = stages, hz
        if begins:
            self._begin(0)
        self._plan()

    def feed(self) -> None:
        """Begins with the first stage again."""
        self._begin(0)
        self._plan()

    @property
    def period_s(self) -> float:
        """Seconds until the first stage ends, from a feed on."""
        return self._stages[0][0] / self._hz if self._stages and self._hz else 0.0

    def _begin(self, stage: int) -> None:
        self._stage, self._since_s = stage, self._host.seconds
        self._left = float(self._stages[stage][0]) if self._stages else 0.0

    def _catch_up(self) -> None:
        now_s = self._host.seconds
        self._left -= (now_s - self._since_s) * self._hz
        self._since_s = now_s

    def _plan(self) -> None:
        self._alarm.stop()
        if self._stages and self._hz:
            self._alarm.after(max(0.0, self._left) / self._hz)

    def _expired(self) -> None:
        action = self._stages[self._stage][1]
        self._begin((self._stage + 1) % len(self._stages))
        self._plan()
        if action is not None:
            action()


class WatchdogDevice(InterruptDevice, ABC):
    """The registers around a watchdog: from the configuration to the feed, then the protection."""

    watchdog_config: ClassVar[int]
    watchdog_feed: ClassVar[int]
    _watchdog: StagedWatchdog

    def store(self, register: int, value: int) -> None:
        if not self.watchdog_config <= register <= self.watchdog_feed:
            super().store(register, value)
        elif self.stored[self.watchdog_feed + 4] != UNLOCKED:
            return
        elif register == self.watchdog_feed:
            self._watchdog.feed()
        else:
            super().store(register, value)
            self._configure_watchdog()

    def _configure_watchdog(self) -> None:
        config = self.stored[self.watchdog_config]
        if config & ENABLE:
            stages = [self._stage(number, config) for number in range(4)]
            self._watchdog.configure(stages, self._watchdog_hz(config))
        else:
            self._watchdog.configure((), 0.0)

    @abstractmethod
    def _watchdog_hz(self, config: int) -> float:
        """Ticks a second; 0 while it stands still."""

    @abstractmethod
    def _stage(self, number: int, config: int) -> Stage:
        """The stage with this number, from 0."""
