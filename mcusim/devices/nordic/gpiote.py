"""nRF52 GPIOTE: tasks that move pins, events from pins."""

from __future__ import annotations

from functools import partial

from mcusim.devices.nordic.gpio import NrfGpio
from mcusim.devices.nordic.peripheral import NrfPeripheral

# PS, GPIOTE, Registers.
OUT, SET, CLR = 0x000, 0x030, 0x060
IN, PORT = 0x100, 0x17C
CONFIG = 0x510
CHANNELS = 8
EVENT_MODE, TASK_MODE = 1, 3
RISING, FALLING, TOGGLE = 1, 2, 3


class NrfGpiote(NrfPeripheral):
    """Eight channels, each of them bound to one pin; and one event for all sensed pins."""

    def placed(self, base: int) -> None:
        super().placed(base)
        self.fabric.port_detected = lambda: self.fire(PORT)

    def task(self, offset: int) -> None:
        for first, effect in ((OUT, None), (SET, True), (CLR, False)):
            channel = offset - first >> 2
            if 0 <= channel < CHANNELS:
                self._move(channel, effect)

    def configured(self, offset: int, value: int) -> None:
        if not CONFIG <= offset < CONFIG + 4 * CHANNELS:
            return
        for port, device in self.fabric.ports.items():
            self._bind(port, device)
        if value & 3 == TASK_MODE:
            device = self.fabric.ports[value >> 13 & 1]
            device.drive(value >> 8 & 0x1F, bool(value >> 20 & 1))

    def _config(self, channel: int) -> int:
        return self.stored.get(CONFIG + 4 * channel, 0)

    def _bind(self, port: int, device: NrfGpio) -> None:
        """Tells a port which pins are ours now."""
        watched = self.fabric.watched_pins.setdefault(port, {})
        watched.clear()
        driven = set()
        for channel in range(CHANNELS):
            config = self._config(channel)
            pin = config >> 8 & 0x1F
            if config >> 13 & 1 != port:
                continue
            if config & 3 == EVENT_MODE:
                watched[pin] = partial(self._edge, pin, port)
                device.watch(pin)
            elif config & 3 == TASK_MODE:
                driven.add(pin)
        device.release_others(driven)

    def _edge(self, pin: int, port: int, level: bool) -> None:
        wanted = {RISING, TOGGLE} if level else {FALLING, TOGGLE}
        for channel in range(CHANNELS):
            config = self._config(channel)
            mine = config & 3 == EVENT_MODE and config >> 8 & 0x3F == pin | port << 5
            if mine and config >> 16 & 3 in wanted:
                self.fire(IN + 4 * channel)

    def _move(self, channel: int, effect: bool | None) -> None:
        config = self._config(channel)
        if config & 3 != TASK_MODE:
            return
        device, pin = self.fabric.ports[config >> 13 & 1], config >> 8 & 0x1F
        if effect is None:
            polarity = config >> 16 & 3
            if polarity == 0:
                return
            effect = not device.level(pin) if polarity == TOGGLE else polarity == RISING
        device.drive(pin, effect)
