"""Peripherals of the RP2350, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.raspberrypi.rp2350 import (
    access,
    clocks,
    dma,
    pins,
    pio,
    qmi,
    sio,
    system,
    timers,
)

DEVICES: dict[str, type[Device]] = {
    "rp2350-accessctrl": access.Rp2350Accessctrl,
    "rp2350-adc": system.Rp2350Adc,
    "rp2350-bootram": system.Rp2350Bootram,
    "rp2350-busctrl": system.Rp2350Busctrl,
    "rp2350-clocks": clocks.Rp2350Clocks,
    "rp2350-dma": dma.Rp2350Dma,
    "rp2350-i2c0": system.Rp2350I2c0,
    "rp2350-i2c1": system.Rp2350I2c1,
    "rp2350-io-bank0": pins.Rp2350IoBank0,
    "rp2350-io-qspi": pins.Rp2350IoQspi,
    "rp2350-pads-bank0": pins.Rp2350PadsBank0,
    "rp2350-pads-qspi": pins.Rp2350PadsQspi,
    "rp2350-pio0": pio.Rp2350Pio0,
    "rp2350-pio1": pio.Rp2350Pio1,
    "rp2350-pio2": pio.Rp2350Pio2,
    "rp2350-pll-sys": clocks.Rp2350PllSys,
    "rp2350-pll-usb": clocks.Rp2350PllUsb,
    "rp2350-powman": system.Rp2350Powman,
    "rp2350-psm": system.Rp2350Psm,
    "rp2350-pwm": system.Rp2350Pwm,
    "rp2350-qmi": qmi.Rp2350Qmi,
    "rp2350-remembered": system.Rp2350Remembered,
    "rp2350-resets": system.Rp2350Resets,
    "rp2350-rosc": clocks.Rp2350Rosc,
    "rp2350-sio": sio.Rp2350Sio,
    "rp2350-spi0": system.Rp2350Spi0,
    "rp2350-spi1": system.Rp2350Spi1,
    "rp2350-syscfg": system.Rp2350Syscfg,
    "rp2350-sysinfo": system.Rp2350Sysinfo,
    "rp2350-tbman": system.Rp2350Tbman,
    "rp2350-ticks": timers.Rp2350Ticks,
    "rp2350-timer0": timers.Rp2350Timer0,
    "rp2350-timer1": timers.Rp2350Timer1,
    "rp2350-trng": system.Rp2350Trng,
    "rp2350-uart0": system.Rp2350Uart0,
    "rp2350-uart1": system.Rp2350Uart1,
    "rp2350-usb": system.Rp2350Usb,
    "rp2350-watchdog": timers.Rp2350Watchdog,
    "rp2350-xip-ctrl": qmi.Rp2350XipCtrl,
    "rp2350-xip-maintenance": qmi.Rp2350XipMaintenance,
    "rp2350-xosc": clocks.Rp2350Xosc,
}

__all__ = ["DEVICES"]
