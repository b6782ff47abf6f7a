"""Peripherals of the RP2040, by their names in chip files."""

from __future__ import annotations

from mcusim.devices.device import Device
from mcusim.devices.raspberrypi.adc import RpAdc
from mcusim.devices.raspberrypi.clocks import RpClocks
from mcusim.devices.raspberrypi.dma import RpDma
from mcusim.devices.raspberrypi.io_bank import RpIoBank0, RpIoQspi, RpPadsBank0, RpPadsQspi
from mcusim.devices.raspberrypi.oscillators import RpPllSys, RpPllUsb, RpRosc, RpXosc
from mcusim.devices.raspberrypi.pio import RpPio0, RpPio1
from mcusim.devices.raspberrypi.pwm import RpPwm
from mcusim.devices.raspberrypi.rtc import RpRtc
from mcusim.devices.raspberrypi.serial_buses import RpI2c0, RpI2c1, RpSpi0, RpSpi1
from mcusim.devices.raspberrypi.sio import Rp2040Sio
from mcusim.devices.raspberrypi.system import (
    RpBusctrl,
    RpPsm,
    RpResets,
    RpSyscfg,
    RpSysinfo,
    RpTbman,
    RpVreg,
)
from mcusim.devices.raspberrypi.timer import RpTimer
from mcusim.devices.raspberrypi.uart import RpUart0, RpUart1
from mcusim.devices.raspberrypi.usb import RpUsb, RpUsbRam
from mcusim.devices.raspberrypi.watchdog import RpWatchdog
from mcusim.devices.raspberrypi.xip import RpSsi, RpXipCtrl
from mcusim.devices.raspberrypi.xip_stream import RpXipAux

DEVICES: dict[str, type[Device]] = {
    "rp2040-adc": RpAdc,
    "rp2040-busctrl": RpBusctrl,
    "rp2040-clocks": RpClocks,
    "rp2040-dma": RpDma,
    "rp2040-i2c0": RpI2c0,
    "rp2040-i2c1": RpI2c1,
    "rp2040-io-bank0": RpIoBank0,
    "rp2040-io-qspi": RpIoQspi,
    "rp2040-pads-bank0": RpPadsBank0,
    "rp2040-pads-qspi": RpPadsQspi,
    "rp2040-pio0": RpPio0,
    "rp2040-pio1": RpPio1,
    "rp2040-pll-sys": RpPllSys,
    "rp2040-pll-usb": RpPllUsb,
    "rp2040-psm": RpPsm,
    "rp2040-pwm": RpPwm,
    "rp2040-resets": RpResets,
    "rp2040-rosc": RpRosc,
    "rp2040-rtc": RpRtc,
    "rp2040-sio": Rp2040Sio,
    "rp2040-spi0": RpSpi0,
    "rp2040-spi1": RpSpi1,
    "rp2040-ssi": RpSsi,
    "rp2040-syscfg": RpSyscfg,
    "rp2040-sysinfo": RpSysinfo,
    "rp2040-tbman": RpTbman,
    "rp2040-timer": RpTimer,
    "rp2040-uart0": RpUart0,
    "rp2040-uart1": RpUart1,
    "rp2040-usb": RpUsb,
    "rp2040-usb-ram": RpUsbRam,
    "rp2040-vreg": RpVreg,
    "rp2040-watchdog": RpWatchdog,
    "rp2040-xip-aux": RpXipAux,
    "rp2040-xip-ctrl": RpXipCtrl,
    "rp2040-xosc": RpXosc,
}

__all__ = ["DEVICES"]
